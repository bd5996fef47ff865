# Images that have no room below 1 MiB: the first sector reads their beginning, and then, part by part, the
# rest into a buffer, from where it goes up. After each part it comes back to the pieces of real mode, of which
# the ones before this give the same results again.

.set BUFFER, 0x10000
.set BUFFER_SECTORS, 1024                   # up to 0x90000; firmware keeps what lies behind

.section .boot.real.15.high, "ax", @progbits
.code16
.global need_high
need_high:
    cli
    lgdt [high_gdtr]
    movzx ecx, word ptr [high_read]
    shl ecx, 7
    mov eax, cr0
    inc ax                                  # protected mode, for segments without a limit
    mov cr0, eax
    mov bx, 8
    mov ds, bx
    mov es, bx
    mov esi, BUFFER
    mov edi, dword ptr [high_to]
    .byte 0x67                              # by 32-bit addresses
    rep movsd
    mov dword ptr [high_to], edi
    dec ax
    mov cr0, eax
    mov ds, cx
    mov es, cx
    sti
    mov eax, dword ptr [high_left]
    mov ecx, BUFFER_SECTORS
    cmp eax, ecx
    jb 1f
    mov eax, ecx
1:  sub dword ptr [high_left], eax
    mov word ptr [high_read], ax
    mov word ptr [boot_left], ax
    mov word ptr [boot_segment], BUFFER >> 4
    test ax, ax
    jnz boot_next

.section .boot.real.80.high, "ax", @progbits
.global need_high_words
need_high_words:
.balign 4
high_to:
    .long image_high_load
high_left:
    .long image_high_sectors
high_read:
    .word 0
high_gdtr:
    .word 15
    .long high_gdt
high_gdt = . - 8
    .quad 0x00cf93000000ffff                # data, flat

# From low memory to an image that is not packed.
.section .go, "ax", @progbits
.code64
    mov eax, offset image_content
    jmp rax
