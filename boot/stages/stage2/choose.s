# Which image starts, on a disk with a grown and a shrunk one (`boot/src/way_back/mod.rs`).
#
# Whatever is not as it should be (a copy of the record that cannot be read or whose sum is wrong, an image
# that is none) leaves the grown one, which can do everything. Returns to have that loaded.

.set TABLE_ENTRY, 0x7c00 + 462  # the second one; stage 1 is still where the BIOS put it
.set RECORD, 0x600              # the one in force, and where a shrunk image finds it
.set OTHER, 0x800
.set RECORD_STATE, 6
.set RECORD_SEQUENCE, 8
.set RECORD_IMAGE, 16

.code16
choose:
    cmp byte ptr [TABLE_ENTRY + 4], 0xda
    jne 9f
    mov byte ptr [lenient], 1
    mov eax, dword ptr [TABLE_ENTRY + 8]
    mov ebx, OTHER
    inc eax
    call read_record
    mov eax, dword ptr [TABLE_ENTRY + 8]
    mov ebx, RECORD
    call read_record
    mov eax, dword ptr [OTHER + RECORD_SEQUENCE]
    cmp eax, dword ptr [RECORD + RECORD_SEQUENCE]
    jbe 1f
    mov si, OTHER
    mov di, RECORD
    mov cx, 128
    rep movsd
1:  cmp dword ptr [RECORD + RECORD_SEQUENCE], 0
    je 8f
    cmp byte ptr [RECORD + RECORD_STATE], 0
    jne 8f
    mov eax, dword ptr [RECORD + RECORD_IMAGE]
    mov ebx, 0x7c00
    call read_one
    jc 8f
    cmp word ptr [0x7c00 + 510], 0xaa55
    jne 8f
    mov dl, byte ptr [drive]
    .byte 0xea
    .word 0x7c00, 0
8:  mov byte ptr [lenient], 0
9:  ret

# EAX: sector, EBX: where it goes. Carry: it could not be read.
read_one:
    mov cx, 1
    push ebx
    call read_sectors
    pop dword ptr [work_to]
    jc 1f
    mov dword ptr [work_bytes], 512
    call copy_up
    clc
1:  ret

# The same, of a copy of the record. One that is not whole gets the sequence 0.
read_record:
    push ebx
    push ebx
    call read_one
    pop ebx
    jc 3f
    mov dword ptr [work_crc], -1
    mov dword ptr [work_to], ebx
    mov dword ptr [work_bytes], 508
    call copy_up
    pop ebx
    mov eax, dword ptr [work_crc]
    not eax
    cmp eax, dword ptr [bx + 508]
    jne 1f
    cmp dword ptr [bx], 0x42574642          # "BFWB"
    jne 1f
    cmp word ptr [bx + 4], 1                # version
    jne 1f
    ret
3:  pop ebx
1:  mov dword ptr [bx + RECORD_SEQUENCE], 0
    ret

# Whether a sector that cannot be read is told to who asked for it. Else it is the end.
lenient:
    .byte 0
