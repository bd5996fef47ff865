# A processor's way from its start to long mode.
#
# It starts in real mode at the beginning of a page below 1 MiB, into which the code up to
# `startup_low_end` was copied. That page is never executed with paging on: it leads straight to
# protected mode and to the kernel's own text, which is mapped where it lies. So no page is both
# written and executed (kernel invariant 1).
#
# The descriptors are marked as accessed: the table may lie in memory that is read only.

.section .rodata.startup, "a", @progbits
.balign 8
.code16
.global startup_low
startup_low:
    cli
    cld
    mov ax, cs
    mov ds, ax
    .byte 0x66                  # a base of 32 bits
    lgdt [startup_gdt_at]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    .byte 0x66, 0xea            # to 32 bits
    .long startup_protected
    .word 0x18
.balign 8
startup_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    # 0x08: code, 64 bits
    .quad 0x00cf93000000ffff    # 0x10: data
    .quad 0x00cf9b000000ffff    # 0x18: code, 32 bits
startup_gdt_register:
    .word 31
    .long startup_gdt           # in the kernel's constants: they, too, lie below 4 GiB
.set startup_gdt_at, startup_gdt_register - startup_low
.global startup_low_end
startup_low_end:

.section .text.startup, "ax", @progbits
.code32
startup_protected:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax

    # A place for this processor: numbers are drawn, and who comes too late stands still.
    mov esi, 1
    lock xadd [{startup} + {tickets}], esi
    cmp esi, [{startup} + {places}]
    jae 9f

    # Registers as the first processor has them.
    mov eax, [{startup} + {cr4}]
    mov cr4, eax
    mov eax, [{startup} + {cr3}]
    mov cr3, eax
    mov ecx, 0xc0000080         # EFER
    mov eax, [{startup} + {efer}]
    mov edx, [{startup} + {efer} + 4]
    wrmsr
    mov eax, [{startup} + {cr0}]
    mov cr0, eax
    .byte 0xea
    .long startup_long
    .word 0x08

9:  cli
    hlt
    jmp 9b

.code64
.type startup_long, @function
startup_long:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    mov esi, esi
    mov rdi, [{startup} + {blocks} + rsi * 8]
    mov rsp, [rdi + {stack_top}]
    xor ebp, ebp                # a backtrace ends here
    call core_enter
    ud2
.size startup_long, . - startup_long
.text
