# The entry of the ELF image: 32-bit protected mode, no paging, start info in EBX (PVH).

.section .boot.pvh.50.entry, "ax", @progbits
.code32
.global boot_pvh
boot_pvh:
    cld
    mov esp, 0x7c00
    rdtsc
    mov dword ptr [0x7000], eax
    mov dword ptr [0x7004], edx
    # The stretch of memory that holds 1 MiB.
    xor eax, eax
    mov edx, dword ptr [ebx + 40]           # memory map
    mov ecx, dword ptr [ebx + 48]           # its entries
    jecxz 3f
1:  cmp dword ptr [edx + 16], 1             # memory
    jne 2f
    cmp dword ptr [edx], 0x100000
    ja 2f
    mov eax, dword ptr [edx]
    add eax, dword ptr [edx + 8]
    jc 4f
    cmp eax, 0x100000
    ja 3f
2:  add edx, 24
    loop 1b
    jmp 3f
4:  mov eax, 0xc0000000
3:  mov dword ptr [0x7008], eax
    cmp eax, offset image_high_end
    mov esi, offset pvh_memory
    jb 9f
    mov eax, 0x80000001
    cpuid
    bt edx, 29
    mov esi, offset pvh_long
    jnc 9f
    xor eax, eax
    mov edi, 0x1000
    mov ecx, 0x6000 / 4
    rep stosd
    mov edi, 0x1000
    mov word ptr [edi], 0x2003
    mov eax, 0x3003
5:  add edi, 8
    mov dword ptr [edi + 0xff8], eax
    add eax, 0x1000
    cmp ah, 0x70
    jb 5b
    mov edi, 0x3000
    mov eax, 0x83
6:  stosd
    add edi, 4
    add eax, 0x200000
    jnc 6b
    mov eax, 0x620
    mov cr4, eax
    mov eax, 0x1000
    mov cr3, eax
    mov ecx, 0xc0000080
    rdmsr
    or ah, 1
    wrmsr
    lgdt [pvh_gdtr]
    mov eax, 0x80000033
    mov cr0, eax
    .byte 0xea
    .long image_start
    .word 8
# Prints the text at ESI and ends the machine.
9:  mov dx, 0x3f8
7:  lodsb
    out dx, al
    test al, al
    jnz 7b
    mov al, 0x11
    out 0xf4, al
8:  hlt
    jmp 8b
pvh_memory:
    .asciz "boot: too little memory\r\n"
pvh_long:
    .asciz "boot: no 64-bit processor\r\n"
.balign 4
pvh_gdtr:
    .word 15
    .long pvh_gdt
pvh_gdt = . - 8
    .quad 0x00209b0000000000
