# Unpacks the image behind the loader (format: `shrinker/src/pack.rs`), then goes on in it.
#
# rsi: packed bytes, rdi: unpacked, rbx: probabilities, r8d: range, r9d: code, r10d: last distance,
# r11d: 1 after a match, else 0.

.code64
.section .unpack, "ax", @progbits
.global unpack
unpack:
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov esp, 0x1000                         # not in a page with code
    mov ebx, offset image_probabilities
    mov edi, ebx
    mov ecx, 2304                           # all of them
    mov ax, 1024
    rep stosw
    mov esi, offset image_packed
    mov edi, offset image_content
    mov r9d, dword ptr [rsi]
    bswap r9d
    add rsi, 4
    or r8d, -1
    xor r11d, r11d
step:
    cmp edi, offset image_content_end
    jae done
    mov eax, r11d
    call bit
    jc match
    # A literal: eight bits, their places by the upper bits of the byte before.
    movzx ebp, byte ptr [rdi - 1]
    shr ebp, 5
    cmp edi, offset image_content
    jne 1f
    xor ebp, ebp
1:  inc ebp
    shl ebp, 8
    push 1
    pop rax
2:  push rax
    add eax, ebp
    call bit
    pop rax
    adc eax, eax
    test ah, ah
    jz 2b
    stosb
    xor r11d, r11d
    jmp step
match:
    test r11d, r11d
    jnz 3f
    push 2
    pop rax
    call bit
    jc 4f
3:  push 68
    pop rax
    call number
    mov r10d, ecx
4:  push 4
    pop rax
    call number
    push rsi
    mov rsi, rdi
    sub rsi, r10
    rep movsb
    pop rsi
    push 1
    pop r11
    jmp step

# ecx: the number whose places begin at eax. Uses rax, rdx, rbp, r12, r13.
number:
    xor ebp, ebp
    push 1
    pop r12
5:  mov r13d, eax
    call bit
    lea eax, [r13 + 1]
    jnc 6f
    call bit
    lea eax, [r13 + 2]
    jnc 7f
    or ebp, r12d
7:  shl r12d, 1
    jmp 5b
6:  lea ecx, [rbp + r12]
    ret

# Carry: the bit at place eax. Uses rcx, rdx.
bit:
    cmp r8d, 0x1000000
    jae 8f
    shl r8d, 8
    shl r9d, 8
    mov r9b, byte ptr [rsi]
    inc rsi
    jmp bit
8:  movzx ecx, word ptr [rbx + rax * 2]
    mov edx, r8d
    shr edx, 11
    imul edx, ecx
    cmp r9d, edx
    jb 9f
    sub r9d, edx
    sub r8d, edx
    shr ecx, 4
    sub word ptr [rbx + rax * 2], cx
    stc
    ret
9:  mov r8d, edx
    neg ecx
    add ecx, 2048
    shr ecx, 4
    add word ptr [rbx + rax * 2], cx
    ret
done:
    mov eax, offset image_content
    jmp rax
