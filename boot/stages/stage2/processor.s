# The processor must have long mode, and the A20 gate must be open.

.code16
check_processor:
    mov eax, 0x80000000
    cpuid
    cmp eax, 0x80000001
    jb 1f
    cmp eax, 0x8000ffff         # an old processor answers with something unrelated
    ja 1f
    mov eax, 0x80000001
    cpuid
    bt edx, 29
    jnc 1f
    ret
1:  mov si, offset no_long_mode
    jmp fail
no_long_mode:
    .asciz "this processor has no 64-bit mode"

# Three ways, each tried only when the ones before it did not help.
open_a20:
    call a20_is_open
    jne 9f
    mov ax, 0x2401
    int 0x15
    call a20_is_open
    jne 9f
    in al, 0x92                 # the fast gate
    or al, 2
    and al, 0xfe                # bit 0 would reset the machine
    out 0x92, al
    call a20_is_open
    jne 9f
    call keyboard_ready         # the keyboard controller's output port
    mov al, 0xd1
    out 0x64, al
    call keyboard_ready
    mov al, 0xdf
    out 0x60, al
    call keyboard_ready
    xor cx, cx                  # it may take its time
1:  push cx
    call a20_is_open
    pop cx
    jne 9f
    loop 1b
    mov si, offset a20_closed
    jmp fail
9:  ret
a20_closed:
    .asciz "the A20 gate does not open"

keyboard_ready:
    xor cx, cx
1:  in al, 0x64
    test al, 2
    loopnz 1b
    ret

# Zero flag clear when 0000:0500 and ffff:0510 are different bytes.
a20_is_open:
    mov ax, 0xffff
    mov es, ax
    mov si, 0x500
    mov di, 0x510
    mov al, byte ptr [si]
    mov ah, byte ptr es:[di]
    mov byte ptr [si], 0x00
    mov byte ptr es:[di], 0xff
    mov bl, byte ptr [si]
    mov byte ptr es:[di], ah
    mov byte ptr [si], al
    xor ax, ax
    mov es, ax
    cmp bl, 0xff
    ret
