# Reads sectors: with the INT 13h extensions where the drive has them, else by CHS.

.code16
open_disk:
    mov ah, 0x41
    mov bx, 0x55aa
    mov dl, byte ptr [drive]
    int 0x13
    jc 2f
    cmp bx, 0xaa55
    jne 2f
    test cl, 1
    jz 2f
    mov byte ptr [extensions], 1
    mov si, CRC_TABLES          # parameters of the drive; the place is still free
    mov word ptr [si], 30
    mov ah, 0x48
    mov dl, byte ptr [drive]
    int 0x13
    jc 1f
    cmp dword ptr [CRC_TABLES + 20], 0
    jne 1f
    mov eax, dword ptr [CRC_TABLES + 16]
    test eax, eax
    jz 1f
    mov dword ptr [disk_sectors], eax
1:  ret
2:  mov ah, 0x08
    mov dl, byte ptr [drive]
    xor di, di                  # some BIOSes want ES:DI = 0:0
    int 0x13
    push 0
    pop es
    jc 3f
    movzx ax, cl
    and al, 0x3f
    jz 3f
    mov word ptr [track_sectors], ax
    movzx ax, dh
    inc ax
    mov word ptr [heads], ax
    mov al, cl                  # cylinders: low eight bits in CH, two more on top of CL
    shr al, 6
    mov ah, al
    mov al, ch
    inc ax
    jmp 4f
3:  test byte ptr [drive], 0x80 # a floppy drive without parameters is taken for 1.44 MB
    jz 5f
    mov si, offset no_geometry
    jmp fail
5:  mov ax, 80
4:  mul word ptr [heads]
    movzx eax, ax
    movzx ecx, word ptr [track_sectors]
    mul ecx
    mov dword ptr [disk_sectors], eax
    ret
no_geometry:
    .asciz "disk read error: the BIOS has neither extensions nor a geometry for the drive"

extensions:
    .byte 0
track_sectors:
    .word 18
heads:
    .word 2
disk_sectors:
    .long 0xffffffff            # unknown

# EAX: first sector; CX: how many, at most SECTORS_A_READ. To BUFFER. Carry: where that is not the end (see
# `lenient`), it could not be read.
read_sectors:
    mov dword ptr [packet_sector], eax
    mov word ptr [packet_left], cx
    mov word ptr [packet_segment], BUFFER_SEGMENT
1:  mov byte ptr [attempts], 4
2:  mov ax, word ptr [packet_left]
    mov word ptr [packet_count], ax
    cmp word ptr [dma_port], 0
    je 6f
    call read_by_dma
    jnc 5f
    mov word ptr [dma_port], 0  # from now on by the BIOS
6:  cmp byte ptr [extensions], 0
    je 3f
    mov si, offset packet
    mov ah, 0x42
    mov dl, byte ptr [drive]
    int 0x13
    jmp 4f
3:  call read_in_track
4:  jnc 5f
    mov byte ptr [status], ah
    mov ah, 0                   # reset, and again
    mov dl, byte ptr [drive]
    int 0x13
    dec byte ptr [attempts]
    jnz 2b
    cmp byte ptr [lenient], 1   # sets the carry where it is 0
    cmc
    jc 7f
    movzx eax, byte ptr [status]
    push eax
    movzx eax, byte ptr [drive]
    push eax
    push dword ptr [packet_sector]
    mov si, offset unread
    jmp fail
5:  mov ax, word ptr [packet_count]
    movzx ecx, ax
    add dword ptr [packet_sector], ecx
    sub word ptr [packet_left], ax
    shl ax, 5                   # paragraphs
    add word ptr [packet_segment], ax
    cmp word ptr [packet_left], 0
    jne 1b
7:  ret                         # no carry, or that of what could not be read

# What of the packet lies in one track, by CHS. The buffer starts at a multiple of 64 KiB and is
# shorter than that, so the floppy's DMA never has to cross such a boundary.
read_in_track:
    mov eax, dword ptr [packet_sector]
    xor edx, edx
    movzx ecx, word ptr [track_sectors]
    div ecx
    sub cx, dx                  # sectors to the end of the track
    cmp cx, word ptr [packet_count]
    jae 1f
    mov word ptr [packet_count], cx
1:  inc dx
    mov bx, dx                  # sectors count from 1
    xor edx, edx
    movzx ecx, word ptr [heads]
    div ecx                     # EAX: cylinder, DL: head
    cmp eax, 1023
    ja 2f
    mov ch, al
    shl ah, 6
    mov cl, ah
    or cl, bl
    mov dh, dl
    mov dl, byte ptr [drive]
    mov es, word ptr [packet_segment]
    xor bx, bx
    mov al, byte ptr [packet_count]
    mov ah, 0x02
    int 0x13
    push 0                      # changes no flags
    pop es
    ret
2:  mov ah, 0x04                # what the BIOS says of a sector that is not there
    stc
    ret

unread:
    .asciz "disk read error: sector %, drive #, status #"
attempts:
    .byte 0
status:
    .byte 0
packet_left:
    .word 0
packet:
    .byte 16, 0
packet_count:
    .word 0
    .word 0
packet_segment:
    .word 0
packet_sector:
    .quad 0
