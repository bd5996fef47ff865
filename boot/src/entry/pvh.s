# The PVH entry: 32-bit flat protected mode, paging off, EBX: physical address of the start info.
#
# Maps the first 4 GiB one to one with 2 MiB pages, enters long mode, and goes on in Rust.

.section .note.Xen, "a", @note
.balign 4
    .long 4                     # length of the name
    .long 8                     # length of the value
    .long 18                    # XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .balign 4
    .quad pvh_start

.section .text.boot, "ax", @progbits
.code32
.global pvh_start
pvh_start:
    cli
    cld
    rdtsc
    mov esi, eax                # the counter, until it is handed on
    mov ebp, edx
    mov edi, ebx
    mov esp, offset boot_stack_top

    mov eax, 0x80000000
    cpuid
    cmp eax, 0x80000001
    jb 9f
    mov eax, 0x80000001
    cpuid
    bt edx, 29                  # long mode
    jnc 9f

    # Level 4 and level 3, then 2048 entries of 2 MiB in four tables of level 2.
    mov eax, offset boot_pdpt
    or eax, 3
    mov [boot_pml4], eax
    mov eax, offset boot_pd
    or eax, 3
    xor ecx, ecx
1:  mov [boot_pdpt + ecx * 8], eax
    add eax, 4096
    inc ecx
    cmp ecx, 4
    jb 1b
    mov eax, 0x83               # present, writable, 2 MiB
    xor ecx, ecx
2:  mov [boot_pd + ecx * 8], eax
    add eax, 0x200000
    inc ecx
    cmp ecx, 2048
    jb 2b

    mov eax, cr4
    or eax, 0x20                # PAE
    mov cr4, eax
    mov eax, offset boot_pml4
    mov cr3, eax
    mov ecx, 0xc0000080         # EFER
    rdmsr
    or eax, 0x100               # LME
    wrmsr
    mov eax, cr0
    or eax, 0x80000001          # PG, PE
    mov cr0, eax
    lgdt [boot_gdt_register]
    push 0x08
    mov eax, offset pvh_long
    push eax
    retf

.code64
pvh_long:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    lea rsp, [rip + boot_stack_top]
    call boot_enable_sse
    mov eax, esi
    mov esi, ebp
    shl rsi, 32
    or rsi, rax                 # second argument: the counter
    mov edi, edi                # first argument: the start info
    xor ebp, ebp
    call {enter}
    ud2

.code32
9:  mov esi, offset boot_no_long_mode
    mov dx, 0x3f8
4:  lodsb
    test al, al
    jz 5f
    out dx, al
    jmp 4b
5:  mov al, 0x11                # failure
    out 0xf4, al
6:  hlt
    jmp 6b

boot_no_long_mode:
    .asciz "boot: this processor has no 64-bit mode\r\n"
.balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    # 0x08: code, 64 bits
    .quad 0x00cf93000000ffff    # 0x10: data
boot_gdt_register:
    .word 23
    .quad boot_gdt

.section .bss.boot_tables, "aw", @nobits
.balign 4096
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_pd:   .skip 4 * 4096
.text
.code64
