# The FLUD file: header checked, payload read in pieces, each copied up and checksummed at once.

.code16
load_kernel:
    mov eax, dword ptr [kernel_sector]
    mov cx, 1
    call read_sectors
    mov dword ptr [work_to], HEADER
    mov dword ptr [work_bytes], 512
    call copy_up
    cmp dword ptr [HEADER], 0x44554c46      # "FLUD"
    jne bad_signature
    cmp dword ptr [HEADER + 4], 0x02000001  # version 1, 512 bytes
    jne bad_version
    mov dword ptr [work_crc], -1
    mov dword ptr [work_to], HEADER
    mov dword ptr [work_bytes], 508
    call copy_up
    mov eax, dword ptr [work_crc]
    not eax
    mov edx, dword ptr [HEADER_CRC]
    mov si, offset header_crc
    cmp eax, edx
    jne bad_crc

    # Fields: no more than 31 bits each, so that sums of two do not overflow.
    mov si, offset bad_field
    mov eax, dword ptr [HEADER_PAYLOAD + 4]
    or eax, dword ptr [HEADER_LOAD + 4]
    or eax, dword ptr [HEADER_ENTRY + 4]
    or eax, dword ptr [HEADER_MEMORY + 4]
    jnz fail
    mov eax, dword ptr [HEADER_PAYLOAD]
    test eax, eax
    jz fail
    cmp eax, 64 << 20
    ja fail
    mov ebx, dword ptr [HEADER_MEMORY]
    cmp ebx, eax
    jb fail
    mov ecx, dword ptr [HEADER_LOAD]
    cmp ecx, 0x100000
    jb fail
    or ebx, ecx
    js fail
    mov edx, dword ptr [HEADER_ENTRY]
    sub edx, ecx
    jb fail
    cmp edx, eax
    jae fail

    # All of it must be on the disk.
    add eax, 511
    shr eax, 9
    inc eax                                 # the header
    mov edx, dword ptr [kernel_sectors]
    cmp eax, edx
    ja truncated
    mov edx, dword ptr [disk_sectors]
    sub edx, dword ptr [kernel_sector]
    cmp eax, edx
    ja truncated
    call check_memory
    call try_dma

    mov dword ptr [work_crc], -1
    mov eax, dword ptr [HEADER_LOAD]
    mov dword ptr [work_to], eax
    mov eax, dword ptr [HEADER_PAYLOAD]
    mov dword ptr [left], eax
    mov eax, dword ptr [kernel_sector]
1:  inc eax                                 # past what was read
    mov dword ptr [next_sector], eax
    mov ebx, dword ptr [left]
    mov ecx, SECTORS_A_READ * 512
    cmp ebx, ecx
    jae 2f
    mov ecx, ebx
2:  mov dword ptr [work_bytes], ecx
    sub dword ptr [left], ecx
    add ecx, 511
    shr ecx, 9
    push ecx
    call read_sectors
    call copy_up
    pop ecx
    mov eax, dword ptr [next_sector]
    add eax, ecx
    dec eax
    cmp dword ptr [left], 0
    jne 1b

    mov si, offset payload_crc
    mov eax, dword ptr [work_crc]
    not eax
    mov edx, dword ptr [HEADER_PAYLOAD_CRC]
    cmp eax, edx
    jne bad_crc
    ret

bad_signature:
    push dword ptr [kernel_sector]
    mov si, offset signature
    jmp fail
bad_version:
    movzx eax, word ptr [HEADER + 4]
    push eax
    mov si, offset version
    jmp fail
truncated:                                  # EAX sectors needed, EDX there
    push eax
    push edx
    mov si, offset cut
    jmp fail
bad_crc:                                    # EAX computed, EDX stored
    push edx
    push eax
    jmp fail

signature:
    .asciz "wrong signature: sector % does not begin with FLUD"
version:
    .asciz "wrong version: the kernel's FLUD header has version %, this loader knows 1"
header_crc:
    .asciz "bad CRC: that of the kernel's header is #, stored is #"
bad_field:
    .asciz "bad header: the kernel's addresses or sizes cannot be loaded"
cut:
    .asciz "truncated kernel: % sectors are on the disk, its header needs %"
payload_crc:
    .asciz "bad CRC: that of the kernel is #, stored is #"
left:
    .long 0
next_sector:
    .long 0
