# Says what failed, on the screen and on COM1, and ends the machine.

.code16
# SI: text after "boot: "; % in it is the next value on the stack in decimal, # in hexadecimal.
fail:
    push si
    mov si, offset uart
    mov cx, 7
1:  lodsw                       # low byte of the port, value
    mov dl, al
    mov dh, 3
    mov al, ah
    out dx, al
    loop 1b
    mov si, offset prefix
    call print
    pop si
2:  lodsb
    test al, al
    jz 5f
    mov ebx, 10
    cmp al, '%'
    je 3f
    mov bl, 16
    cmp al, '#'
    je 3f
    call put
    jmp 2b
3:  pop eax
    call number
    jmp 2b
5:  mov si, offset line_end
    call print
    mov al, 0x11                # isa-debug-exit: failure
    out 0xf4, al
6:  cli
    hlt
    jmp 6b

# EAX to base EBX.
number:
    xor edx, edx
    div ebx
    push dx
    test eax, eax
    jz 1f
    call number
1:  pop ax
    cmp al, 10
    jb 2f
    add al, 'a' - '0' - 10
2:  add al, '0'

# AL. All registers but the flags are kept.
put:
    pusha
    mov bl, al
    xor cx, cx
    mov dx, 0x3fd
1:  in al, dx
    test al, 0x20               # room for a byte
    loopz 1b
    mov dx, 0x3f8
    mov al, bl
    out dx, al
    mov ah, 0x0e
    mov bx, 7
    int 0x10
    popa
    ret

print:
    lodsb
    test al, al
    jz 1f
    call put
    jmp print
1:  ret

prefix:
    .asciz "boot: "
line_end:
    .asciz "\r\n"
# 115200 baud, 8N1, FIFO on, DTR and RTS.
uart:
    .byte 0xf9, 0x00, 0xfb, 0x80, 0xf8, 0x01, 0xf9, 0x00, 0xfb, 0x03, 0xfa, 0xc7, 0xfc, 0x03
