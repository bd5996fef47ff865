# long bf_read(int fd, void *p, size_t n): the serial line (descriptor 0), or a file.

.code64
.section .text.bf_read, "ax", @progbits
.global bf_read
.reloc bf_read, R_X86_64_NONE, need_input
bf_read:
    test edi, edi
    jnz 5f
    xor eax, eax
    test rdx, rdx
    jz 4f
    mov rdi, rsi
    mov rcx, rdx
    mov edx, 0x3fd
    movzx eax, word ptr [early_input]
    mov byte ptr [early_input + 1], dh      # 3: taken
    dec ah                                  # 0: there is one, and it is the first
    jz 8f
1:  in al, dx                               # waits for the first byte
    shr al, 1
    jc 2f
    mov eax, 0x4000                         # an emulator cannot take input while it serves us
9:  dec eax
    jnz 9b
    jmp 1b
2:  mov dl, 0xf8
    in al, dx
8:  cmp al, 4                               # end of transmission
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
