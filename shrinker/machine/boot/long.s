# From the BIOS into 64-bit mode: memory size, address line 20, page tables, and the switch.

.section .boot.real.10.memory, "ax", @progbits
.code16
    int 0x12                                # KiB of low memory
    cmp ax, offset image_low_kib
    mov si, offset little_memory
    jb 2f
    mov ax, 0xe801                          # KiB from 1 MiB to 16 MiB, then units of 64 KiB
    xor cx, cx
    xor dx, dx
    int 0x15
    jc 3f
    test ax, ax                             # some BIOSes answer in the other pair
    jnz 1f
    xchg ax, cx
    mov bx, dx
1:  movzx eax, ax
    movzx ebx, bx
    shl eax, 10
    shl ebx, 16
    jz 4f
    lea eax, [ebx + 0xf00000]
    jmp 4f
3:  mov ah, 0x88                            # KiB above 1 MiB, for older ones
    int 0x15
    movzx eax, ax
    shl eax, 10
4:  add eax, 0x100000
    mov dword ptr [MEMORY], eax
    cmp eax, offset image_high_end
    mov si, offset little_memory
2:  jb boot_fail

.section .boot.real.12.a20, "ax", @progbits
.code16
    mov ax, 0x2401                          # address line 20, both ways
    int 0x15
    in al, 0x92
    or al, 2
    and al, 0xfe
    out 0x92, al

.section .boot.real.20.long, "ax", @progbits
.code16
    mov eax, 0x80000001
    cpuid
    bt edx, 29
    mov si, offset boot_no_long_mode
    jnc boot_fail
    cli
    xor eax, eax
    mov es, ax
    mov di, 0x1000
    mov cx, 0x6000 / 4
    rep stosd
    mov di, 0x1000
    mov word ptr [di], 0x2003
    mov ax, 0x3003
1:  add di, 8
    mov word ptr [di + 0xff8], ax
    add ax, 0x1000
    cmp ah, 0x70
    jb 1b
    mov di, 0x3000
    mov eax, 0x83                           # present, writable, 2 MiB
2:  stosd
    add di, 4
    add eax, 0x200000
    jnc 2b
    mov eax, 0x620                          # PAE, OSFXSR, OSXMMEXCPT
    mov cr4, eax
    mov ah, 0x10
    xor al, al
    mov cr3, eax
    mov ecx, 0xc0000080                     # EFER
    rdmsr
    or ah, 1                                # long mode
    wrmsr
    lgdt [gdtr]
    mov eax, 0x80000033                     # paging, protection, FPU present and reporting
    mov cr0, eax
    .byte 0xea
    .word image_start, 8

little_memory:
    .asciz "boot: too little memory\r\n"
.balign 4
gdtr:
    .word 15
    .long gdt
    .word 0
gdt = . - 8
    .quad 0x00209b0000000000                # 64-bit code
