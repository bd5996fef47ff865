# long bf_write(int fd, const void *p, size_t n): the serial line.

.code64
.section .text.bf_write, "ax", @progbits
.global bf_write
.global write_console
.reloc bf_write, R_X86_64_NONE, need_serial
bf_write:
    dec edi
    cmp edi, 1
    ja 5f
write_console:                              # rsi: text, rdx: length; uses rax, rcx, rdx, rsi
    mov rcx, rdx
    push rdx
    jrcxz 4f
2:  mov edx, 0x3fd
3:  in al, dx
    test al, 0x20                           # room for a byte
    jz 3b
    mov dl, 0xf8
    lodsb
    out dx, al
    loop 2b
4:  pop rax
    ret
5:  push -9                                 # EBADF
    pop rax
    ret

# rsi: text up to a zero byte. Uses rax, rcx, rdx, rsi.
.section .text.say, "ax", @progbits
.global say
say:
    xor edx, edx
1:  cmp byte ptr [rsi + rdx], 0
    je write_console
    inc edx
    jmp 1b
