# long bf_read(int fd, void *p, size_t n): the serial line (descriptor 0), or a file.

.code64
.section .text.bf_read, "ax", @progbits
.global bf_read
.reloc bf_read, R_X86_64_NONE, need_serial
bf_read:
    test edi, edi
    jnz 5f
    xor eax, eax
    test rdx, rdx
    jz 4f
    mov rdi, rsi
    mov rcx, rdx
    mov edx, 0x3fd
1:  in al, dx                               # waits for the first byte
    shr al, 1
    jnc 1b
2:  mov dl, 0xf8
    in al, dx
    cmp al, 4                               # end of transmission
    je 3f
    cmp al, 13                              # what the Enter key sends
    jne 7f
    mov al, 10
7:  stosb
    cmp al, 10
    je 3f
    mov dl, 0xfd
    in al, dx
    shr al, 1
    jnc 3f
    loop 2b
3:  mov rax, rdi
    sub rax, rsi
4:  ret
5:  mov eax, offset weak_file_read
    test eax, eax
    jz 6f
    jmp rax
6:  dec rax
    ret
