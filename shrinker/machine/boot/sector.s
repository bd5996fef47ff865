# The first sector: reads the rest of the image to where it stands in memory, right behind. It may lie
# anywhere on the disk; whoever started it then has put the drive into DL as a BIOS does. Of an image that
# has no room there it reads the beginning, and is asked for more then (`high.s`).
#
# By LBA where the BIOS can, else by cylinder, head and sector, a track at a time. No read
# crosses 64 KiB, as the DMA of old controllers demands. Speaks only when it fails.

.set TSC, 0x7000
.set MEMORY, 0x7008
.set DRIVE, 0x700c

.section .boot.sector, "ax", @progbits
.code16
.global boot_sector
boot_sector:
    cli
    xor cx, cx
    mov ss, cx
    mov sp, 0x7c00
    mov ds, cx
    mov word ptr [6 * 4], offset too_old    # an unknown instruction from here on
    mov word ptr [6 * 4 + 2], cx
    mov byte ptr [DRIVE], dl
    rdtsc
    mov dword ptr [TSC], eax
    mov dword ptr [TSC + 4], edx
    .byte 0xea                              # far jump: some BIOSes enter at 07c0:0000
    .word based, 0
based:
    sti
    cld
    mov ah, 0x41                            # are there extensions?
    mov bx, 0x55aa
    call disk
    jc 1f
    cmp bx, 0xaa55
    jne 1f
    shr cl, 1
    jc next                                 # CHS geometry stays 0
1:  mov ah, 8                               # sectors a track, heads
    xor di, di
    mov es, di
    call disk
    mov si, offset unread
    jc fail
    and cl, 63
    jz fail
    mov byte ptr [track], cl
    inc dh
    mov byte ptr [heads], dh

.global boot_next
boot_next:
next:
    mov ax, word ptr [left]
    test ax, ax
    jz boot_done
    mov bx, word ptr [segment]              # sectors up to the next 64 KiB, at most 64
    shr bx, 5
    neg bx
    and bx, 63
    jnz 1f
    mov bl, 64
1:  cmp ax, bx
    jbe 2f
    mov ax, bx
2:  mov di, 5                               # attempts
    cmp byte ptr [track], 0
    jne by_chs
    mov word ptr [count], ax
by_lba:
    mov ah, 0x42
    mov si, offset packet
    call disk
    jnc got
    call reset
    jmp by_lba

by_chs:
    mov bp, ax
    mov ax, word ptr [lba]
    mov dx, word ptr [lba + 2]
    movzx cx, byte ptr [track]
    div cx                                  # dx: sector in its track, from 0
    sub cx, dx
    cmp bp, cx                              # not beyond the track
    jbe 1f
    mov bp, cx
1:  mov word ptr [count], bp
    inc dx
    mov cl, dl
    xor dx, dx
    movzx bx, byte ptr [heads]
    test bl, bl
    jnz 2f
    mov bh, 1                               # 256 heads
2:  div bx
    mov dh, dl                              # head
    mov ch, al                              # cylinder, its upper two bits beside the sector
    shl ah, 6
    or cl, ah
    mov es, word ptr [segment]
    xor bx, bx
3:  mov ax, bp
    mov ah, 2
    call disk
    jnc got
    call reset
    jmp 3b

got:
    movzx eax, word ptr [count]
    sub word ptr [left], ax
    add dword ptr [lba], eax
    shl ax, 5
    add word ptr [segment], ax
    jmp next

# INT 13h on our drive, with the head in DH.
disk:
    mov dl, byte ptr [DRIVE]
    int 0x13
    ret

reset:
    dec di
    mov si, offset unread
    jz fail
    pusha
    mov ah, 0
    call disk
    popa
    ret

too_old:
    mov si, offset no_long_mode
    xor ax, ax
    mov ds, ax

# Prints the text at SI on the screen and on COM1 (115200 baud, 8N1), and ends the machine.
.global boot_fail
boot_fail:
fail:
    mov cx, 4
    mov di, offset uart
    mov dh, 3
1:  mov dl, byte ptr [di]
    mov al, byte ptr [di + 1]
    out dx, al
    add di, 2
    loop 1b
2:  lodsb
    test al, al
    jz 4f
    mov dl, 0xfd
    mov ah, al
3:  in al, dx
    test al, 0x20                           # room for a byte
    jz 3b
    mov dl, 0xf8
    mov al, ah
    out dx, al
    mov ah, 0x0e
    mov bx, 7
    push dx
    int 0x10
    pop dx
    jmp 2b
4:  mov al, 0x11
    out 0xf4, al
5:  cli
    hlt
    jmp 5b

# Low byte of the port, value.
uart:
    .byte 0xfb, 0x83, 0xf8, 0x01, 0xf9, 0x00, 0xfb, 0x03
unread:
    .asciz "boot: disk read error\r\n"
.global boot_no_long_mode
boot_no_long_mode:
no_long_mode:
    .asciz "boot: no 64-bit processor\r\n"

.balign 4
packet:
    .word 16
count:
    .word 0
    .word 0                                 # offset
.global boot_segment
boot_segment:
segment:
    .word 0x7e0
lba:
    .quad image_second_sector
.global boot_left
boot_left:
left:
    .word image_low_sectors
track:
    .byte 0                                 # 0: by LBA
heads:
    .byte 0
# One partition behind this sector. Emulators and BIOSes guess a disk's geometry from where it ends:
# with two heads and one sector a track the smallest image has a whole cylinder.
.org 446
    .byte 0x80, 1, 1, 0                     # active; starts at head 1, sector 1, cylinder 0
    .byte 0xda, 1, 1, 0                     # no file system; ends at head 1, sector 1
    .long 1, image_sectors
.org 510
    .word 0xaa55
.set boot_done, image_real
