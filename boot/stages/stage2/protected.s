# What real mode cannot reach: memory above 1 MiB, from 32-bit protected mode and back.

.code16
# Copies work_bytes bytes from BUFFER to work_to, moves work_to on, carries work_crc on.
copy_up:
    mov dword ptr [work], offset copy_and_sum

# Runs the code at [work] in 32-bit protected mode with flat segments, interrupts off.
in_protected_mode:
    cli
    lgdt [gdt_register]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    .byte 0xea
    .word 1f, 0x18
.code32
1:  mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    movzx esp, sp
    call dword ptr [work]
    .byte 0xea                  # to 16-bit protected mode, whose limits real mode inherits
    .long 2f
    .word 0x20
.code16
2:  mov eax, 0x28
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov eax, cr0
    and al, 0xfe
    mov cr0, eax
    .byte 0xea
    .word 3f, 0
3:  xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    sti
    ret

.balign 8
gdt:
    .quad 0
    .quad 0x00af9b000000ffff    # 0x08: code, 64 bits
    .quad 0x00cf93000000ffff    # 0x10: data, flat
    .quad 0x00cf9b000000ffff    # 0x18: code, 32 bits, flat
    .quad 0x00009b000000ffff    # 0x20: code, 16 bits
    .quad 0x000093000000ffff    # 0x28: data, 64 KiB
gdt_register:
    .word 47
    .long gdt
work:
    .long 0
work_to:
    .long 0
work_bytes:
    .long 0
work_crc:
    .long -1

.code32
# CRC-32 (IEEE 802.3, reflected 0xedb88320) eight bytes a step: table k holds the sum of a byte
# that k zero bytes follow.
copy_and_sum:
    cmp dword ptr [CRC_TABLES + 4], 0x77073096
    je 1f
    call make_tables
1:  mov esi, BUFFER
    mov edi, dword ptr [work_to]
    mov ecx, dword ptr [work_bytes]
    mov edx, dword ptr [work_crc]
    sub ecx, 8
    jb 3f
2:  mov eax, dword ptr [esi]
    mov ebx, dword ptr [esi + 4]
    mov dword ptr [edi], eax
    mov dword ptr [edi + 4], ebx
    xor eax, edx
    movzx ebp, al
    mov edx, dword ptr [CRC_TABLES + 7 * 1024 + ebp * 4]
    movzx ebp, ah
    xor edx, dword ptr [CRC_TABLES + 6 * 1024 + ebp * 4]
    shr eax, 16
    movzx ebp, al
    xor edx, dword ptr [CRC_TABLES + 5 * 1024 + ebp * 4]
    movzx ebp, ah
    xor edx, dword ptr [CRC_TABLES + 4 * 1024 + ebp * 4]
    movzx ebp, bl
    xor edx, dword ptr [CRC_TABLES + 3 * 1024 + ebp * 4]
    movzx ebp, bh
    xor edx, dword ptr [CRC_TABLES + 2 * 1024 + ebp * 4]
    shr ebx, 16
    movzx ebp, bl
    xor edx, dword ptr [CRC_TABLES + 1 * 1024 + ebp * 4]
    movzx ebp, bh
    xor edx, dword ptr [CRC_TABLES + ebp * 4]
    add esi, 8
    add edi, 8
    sub ecx, 8
    jae 2b
3:  add ecx, 8
    jz 5f
4:  lodsb
    stosb
    xor al, dl
    movzx eax, al
    shr edx, 8
    xor edx, dword ptr [CRC_TABLES + eax * 4]
    dec ecx
    jnz 4b
5:  mov dword ptr [work_crc], edx
    mov dword ptr [work_to], edi
    ret

make_tables:
    xor ecx, ecx
1:  mov eax, ecx
    mov edx, 8
2:  shr eax, 1
    jnc 3f
    xor eax, 0xedb88320
3:  dec edx
    jnz 2b
    mov dword ptr [CRC_TABLES + ecx * 4], eax
    inc cl
    jnz 1b
    mov edi, CRC_TABLES
    mov ecx, 7 * 256
4:  mov eax, dword ptr [edi]    # one zero byte more than in the table before
    movzx edx, al
    shr eax, 8
    xor eax, dword ptr [CRC_TABLES + edx * 4]
    mov dword ptr [edi + 1024], eax
    add edi, 4
    dec ecx
    jnz 4b
    ret
