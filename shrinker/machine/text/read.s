# long bf_read(int fd, void *p, size_t n): the serial line (descriptor 0).
#
# What bytes of the line mean is as in `kernel/machine/src/line.rs`.

.code64
.section .text.bf_read, "ax", @progbits
.global bf_read
.reloc bf_read, R_X86_64_NONE, need_input
bf_read:
    test edi, edi
    jnz 6f
    xor eax, eax
    test rdx, rdx
    jz 5f
    cmp byte ptr [input_ended], al
    jne 5f
    mov rdi, rsi
    mov rcx, rdx
    mov edx, 0x3fd
    movzx eax, word ptr [early_input]
    mov byte ptr [early_input + 1], dh      # 3: taken
    dec ah                                  # 0: there is one, and it is the first
    jz 1f
    call 7f
1:  cmp al, 4                               # end of transmission
    je 3f
    cmp al, 22                              # what follows stands for itself
    je 8f
    cmp al, 13                              # what the Enter key sends
    jne 2f
    mov al, 10
2:  stosb
    cmp al, 10
    je 4f
9:  dec rcx
    jz 4f
    mov dl, 0xfd
    in al, dx
    shr al, 1
    jnc 4f                                  # nothing more for now
    mov dl, 0xf8
    in al, dx
    jmp 1b
8:  call 7f
    stosb
    jmp 9b
3:  inc byte ptr [input_ended]
4:  mov rax, rdi
    sub rax, rsi
5:  ret
6:  push -9                                 # EBADF
    pop rax
    ret
7:  mov dl, 0xfd                            # waits for a byte
1:  in al, dx
    shr al, 1
    jc 2f
    mov eax, 0x4000                         # an emulator cannot take input while it serves us
3:  dec eax
    jnz 3b
    jmp 1b
2:  mov dl, 0xf8
    in al, dx
    ret

.section .bss.input_ended, "aw", @nobits
input_ended:
    .zero 1

# int bf_terminal(int fd): whether it is one. Nobody can say who listens to a serial line, so none
# is.
.section .text.bf_terminal, "ax", @progbits
.global bf_terminal
bf_terminal:
    xor eax, eax
    cmp edi, 3
    jb 1f
    push -9
    pop rax
1:  ret
