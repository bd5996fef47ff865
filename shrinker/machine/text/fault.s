# Faults: one line that says which and where, then the end.

.code64
# `call fault` in slot NUMBER of `fault_stubs` brings us here, so the return address is the number.
.section .text.fault, "ax", @progbits
.global fault
fault:
    cld
    pop rbp
    sub ebp, offset fault_stubs + 5
    shr ebp, 3
    mov ecx, 0x60227d00                     # those that push an error code
    bt ecx, ebp
    jnc 1f
    pop rax
1:  mov esi, offset log_fault
    call say
    mov eax, ebp
    push 10
    pop rcx
    call say_number
    mov esi, offset fault_at
    call say
    pop rax                                 # where
    push 10
    pop rcx
    call say_number
    mov esi, offset report_end
    call say
    mov ebx, 0x12
    jmp machine_exit

.section .rodata.log_fault, "a", @progbits
log_fault:
    .asciz "\036{\"record\":\"fault\",\"name\":\"fault\",\"vector\":"

.section .rodata.fault_at, "a", @progbits
fault_at:
    .asciz ",\"rip\":"

.section .bss.fault_idt, "aw", @nobits
.balign 16
fault_idt:
    .zero 512

.section .bss.fault_stubs, "aw", @nobits
.balign 8
fault_stubs:
    .zero 256

# Fills the table with interrupt gates to stubs that it makes.
.macro fault_gates table, register
    mov edi, offset \table
    mov eax, offset fault_stubs
    push 32
    pop rcx
1:  mov edx, eax
    mov dx, 0x8e00
    mov dword ptr [rdi + 4], edx
    mov dword ptr [rdi], eax
    mov word ptr [rdi + 2], 8
    mov byte ptr [rax], 0xe8
    mov edx, offset fault - 5
    sub edx, eax
    mov dword ptr [rax + 1], edx
    add eax, 8
    add edi, 16
    loop 1b
    lidt [\register]
.endm

.section .start.50.faults, "ax", @progbits
.global need_faults
need_faults:
    fault_gates fault_idt, fault_idtr

.section .rodata.fault_idtr, "a", @progbits
fault_idtr:
    .word 511
    .quad fault_idt
