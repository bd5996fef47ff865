# Stage 1: the first sector. Loads stage 2, whose sectors follow it, to 0x7e00 and jumps into it.
#
# 424  disk address packet for stage 2 (16 bytes; the count at 426 is patched by the image builder)
# 440  disk signature, 446 partition table, 510 the BIOS's mark
#
# Stage 2 has at most eight sectors, so they lie in the first track of every disk, and the CHS
# read needs no geometry. Speaks only when it fails.

.set STAGE2, 0x7e00
.set INFO_TSC_START, 0x9000 + 24

.section .stage, "ax", @progbits
.code16
.global _start
_start:
    cli
    xor cx, cx
    mov ds, cx
    mov word ptr [6 * 4], offset too_old    # an unknown instruction from here on: no 64-bit
    mov word ptr [6 * 4 + 2], cx            # processor lacks one of those that are used
    mov bp, dx                              # the drive
    rdtsc
    mov dword ptr [INFO_TSC_START], eax
    mov dword ptr [INFO_TSC_START + 4], edx
    mov es, cx
    mov ss, cx
    mov sp, 0x7c00
    .byte 0xea                              # far jump: some BIOSes enter at 07c0:0000
    .word based, 0
based:
    sti
    cld
    mov di, 4                               # attempts
attempt:
    mov ah, 0x41                            # are there extensions?
    mov bx, 0x55aa
    mov dx, bp
    int 0x13
    jc by_chs
    cmp bx, 0xaa55
    jne by_chs
    test cl, 1
    jz by_chs
    mov ah, 0x42
    mov si, offset packet
    mov dx, bp
    int 0x13
    jnc loaded
by_chs:
    mov ah, 0x02
    mov al, byte ptr [packet + 2]
    mov bx, STAGE2
    mov cx, 0x0002                          # cylinder 0, second sector
    mov dx, bp
    mov dh, 0                               # head 0
    int 0x13
    jnc loaded
    mov ah, 0                               # reset
    mov dx, bp
    int 0x13
    dec di
    jnz attempt
    mov si, offset unread
    jmp fail

loaded:
    mov si, offset missing
    cmp dword ptr [STAGE2], 0x32534642      # "BFS2"
    jne fail
    push si
    mov si, STAGE2
    mov ch, byte ptr [packet + 2]           # 256 words a sector
    mov cl, 0
    xor bx, bx
sum:
    lodsw
    add bx, ax
    loop sum
    pop si
    mov si, offset damaged
    test bx, bx
    jnz fail
    mov dx, bp
    mov ax, STAGE2 + 16
    jmp ax

too_old:
    mov si, offset no_long_mode
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00

# Prints the text at SI on the screen and on COM1 (115200 baud, 8N1), and ends the machine.
fail:
    mov cx, 7
    mov di, offset uart
    xor dx, dx
1:  mov dl, byte ptr [di]
    mov dh, 3
    mov al, byte ptr [di + 1]
    out dx, al
    add di, 2
    loop 1b
2:  lodsb
    test al, al
    jz 4f
    mov dx, 0x3fd
    mov ah, al
3:  in al, dx
    test al, 0x20                           # room for a byte
    jz 3b
    mov dx, 0x3f8
    mov al, ah
    out dx, al
    mov ah, 0x0e
    mov bx, 7
    int 0x10
    jmp 2b
4:  mov al, 0x11
    out 0xf4, al
5:  cli
    hlt
    jmp 5b

# Low byte of the port, value.
uart:
    .byte 0xf9, 0x00, 0xfb, 0x80, 0xf8, 0x01, 0xf9, 0x00, 0xfb, 0x03, 0xfa, 0xc7, 0xfc, 0x03
unread:
    .asciz "boot: disk read error in stage 1\r\n"
missing:
    .asciz "boot: stage 2 is not behind stage 1\r\n"
damaged:
    .asciz "boot: stage 2 is damaged\r\n"
no_long_mode:
    .asciz "boot: this processor has no 64-bit mode\r\n"

.org 424
packet:
    .byte 16, 0
    .word 8                                 # sectors
    .word STAGE2, 0
    .quad 1                                 # first of them
.org 510
    .word 0xaa55
