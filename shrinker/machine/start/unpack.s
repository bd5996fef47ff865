# Unpacks the image behind the loader (format: `shrinker/core/src/pack/mod.rs`), then goes on in it.
#
# A page ends about 230 bytes from here: in what is done once a match, for emulators (see
# `shrinker/src/link/order.rs`), and not in what is done for each bit.
#
# rsi: packed bytes, rdi: unpacked, rbx: place 0 of the table, rbp and r14: the rows of a bit's two
# places, r8d: range, r9d: code, r10d: last distance, r11: -1 after a match, else 0.

.code64
.section .unpack, "ax", @progbits
.global unpack
unpack:
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov esp, 0x1000                         # not in a page with code
    mov edi, offset image_table
    lea ebx, [rdi + 256]
    mov ecx, 128 + 64 * 512
    mov ax, 0x0404
    rep stosw
    mov esi, offset image_packed
    mov edi, offset image_content
    mov word ptr [rdi - 2], cx
    lodsd
    bswap eax
    mov r9d, eax
    or r8d, -1
    xor r11d, r11d
step:
    cmp edi, offset image_content_end
    jae done
    mov rbp, rbx
    mov r14, rbx
    mov rax, r11
    call bit
    jc match
    # A literal: eight bits, their rows by the upper bits of the two bytes before.
    xor r11d, r11d
    movzx eax, word ptr [rdi - 2]
    and eax, 0xfcfc
    mov cl, al
    or cl, 2                                # half a row further
    movzx ecx, cl
    shl ecx, 8
    add r14, rcx
    mov al, 0
    add rbp, rax
    push 1
    pop rax
2:  push rax
    call bit
    pop rax
    adc eax, eax
    test ah, ah
    jz 2b
    stosb
    jmp step
# ecx: the number whose places begin at rax. Uses rax, rdx, r12, r13, r15.
number:
    xor r15d, r15d
    push 1
    pop r12
5:  mov r13, rax
    call bit
    lea rax, [r13 + 1]
    jnc 6f
    call bit
    lea rax, [r13 + 2]
    jnc 7f
    or r15d, r12d
7:  shl r12d, 1
    jmp 5b
6:  lea ecx, [r15 + r12]
    ret

match:
    test r11d, r11d
    jnz 3f
    push -2
    pop rax
    call bit
    jc 4f
3:  push -64
    pop rax
    call number
    mov r10d, ecx
4:  push -128
    pop rax
    call number
    push rsi
    mov rsi, rdi
    sub rsi, r10
    rep movsb
    pop rsi
    or r11, -1
    jmp step

# Carry: the bit at place rax of both rows. Uses rax, rcx, rdx.
bit:
    cmp r8d, 0x1000000
    jae 8f
    shl r8d, 8
    shl r9d, 8
    mov r9b, byte ptr [rsi]
    inc rsi
    jmp bit
8:  movzx ecx, word ptr [rbp + rax * 2]     # zeros, then ones, up to 127 each
    add cx, word ptr [r14 + rax * 2]
    push rax
    movzx edx, cl
    movzx ecx, ch
    add ecx, edx
    push rdx
    xor edx, edx
    mov eax, r8d
    div ecx
    pop rdx
    imul eax, edx
    pop rdx
    lea rdx, [rdx + rdx + 1]
    sub r8d, eax
    sub r9d, eax
    jae 9f
    add r9d, eax
    mov r8d, eax
    dec rdx
9:  lea rcx, [rbp + rdx]
    call one_more
    lea rcx, [r14 + rdx]
    call one_more
    shr edx, 1
    ret

# One more at rcx; the other count is at the address with the other lowest bit.
one_more:
    add byte ptr [rcx], 5
    jns 9f
    shr byte ptr [rcx], 1
    xor cl, 1
    shr byte ptr [rcx], 1
    or byte ptr [rcx], 1
9:  ret
done:

# The distances of calls and jumps, which the packed content has as places (`shrinker/core/src/pack/calls.rs`).
# Taken where that makes the file smaller.
.section .unpack.50.calls, "ax", @progbits
.global need_calls
need_calls:
    mov esi, offset image_content
    xor eax, eax
2:  mov ah, al                              # the byte before
    lodsb
    cmp esi, offset image_content_end - 4
    ja 9f
    mov ecx, eax
    and cl, 0xfe
    cmp cl, 0xe8                            # call, jmp
    je 3f
    and ecx, 0xfff0
    cmp ecx, 0x0f80                         # a jump on a condition
    jne 2b
3:  mov ecx, dword ptr [rsi]
    lea edx, [rcx + 0x1000000]              # 25 bits and a sign
    shr edx, 25
    jnz 4f
    sub ecx, esi
    shl ecx, 7
    sar ecx, 7
    mov dword ptr [rsi], ecx
4:  lodsd                                   # what was not changed is not looked into, either
    xor eax, eax
    jmp 2b
9:

.section .unpack.90.go, "ax", @progbits
    mov eax, offset image_content
    jmp rax
