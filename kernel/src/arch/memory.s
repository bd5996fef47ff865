# memcpy, memmove, memset, memcmp, bcmp, strlen: System V calling convention.
#
# Blocks of 64 bytes in SSE registers, and an end that overlaps them: fast on processors, and
# far faster than string instructions under emulation, which does those byte by byte. What may
# be overwritten too early by overlapping operands is loaded first.

.text
.balign 16
.global memmove
.type memmove, @function
memmove:
    mov rax, rdi
    sub rax, rsi
    cmp rax, rdx
    jb 7f                       # destination inside the source: from the end
.global memcpy
.type memcpy, @function
memcpy:
    mov rax, rdi
    cmp rdx, 16
    jb 4f
    movups xmm4, [rsi + rdx - 16]
    lea r8, [rdi + rdx - 16]
    sub rdx, 64
    jb 2f
1:  movups xmm0, [rsi]
    movups xmm1, [rsi + 16]
    movups xmm2, [rsi + 32]
    movups xmm3, [rsi + 48]
    movups [rdi], xmm0
    movups [rdi + 16], xmm1
    movups [rdi + 32], xmm2
    movups [rdi + 48], xmm3
    add rsi, 64
    add rdi, 64
    sub rdx, 64
    jae 1b
2:  add rdx, 48                 # what is left, less the 16 of the end
    jle 3f
8:  movups xmm0, [rsi]
    movups [rdi], xmm0
    add rsi, 16
    add rdi, 16
    sub rdx, 16
    jg 8b
3:  movups [r8], xmm4
    ret

4:  cmp edx, 8                  # below 16: all loads before all stores, for either direction
    jb 5f
    mov rcx, [rsi]
    mov r8, [rsi + rdx - 8]
    mov [rdi], rcx
    mov [rdi + rdx - 8], r8
    ret
5:  cmp edx, 4
    jb 5f
    mov ecx, [rsi]
    mov r8d, [rsi + rdx - 4]
    mov [rdi], ecx
    mov [rdi + rdx - 4], r8d
    ret
5:  test edx, edx
    je 6f
    mov r9d, edx
    shr r9d                     # lengths 1, 2, 3: middle byte at 0, 1, 1
    movzx ecx, byte ptr [rsi]
    movzx r10d, byte ptr [rsi + r9]
    movzx r8d, byte ptr [rsi + rdx - 1]
    mov [rdi], cl
    mov [rdi + r9], r10b
    mov [rdi + rdx - 1], r8b
6:  ret

7:  mov rax, rdi
    cmp rdx, 16
    jb 4b
    movups xmm4, [rsi]
    sub rdx, 64
    jb 2f
1:  movups xmm0, [rsi + rdx]
    movups xmm1, [rsi + rdx + 16]
    movups xmm2, [rsi + rdx + 32]
    movups xmm3, [rsi + rdx + 48]
    movups [rdi + rdx], xmm0
    movups [rdi + rdx + 16], xmm1
    movups [rdi + rdx + 32], xmm2
    movups [rdi + rdx + 48], xmm3
    sub rdx, 64
    jae 1b
2:  add rdx, 48
    jle 3f
8:  movups xmm0, [rsi + rdx]
    movups [rdi + rdx], xmm0
    sub rdx, 16
    jg 8b
3:  movups [rdi], xmm4
    ret
.size memmove, . - memmove

.balign 16
.global memset
.type memset, @function
memset:
    mov rax, rdi
    movzx esi, sil
    mov rcx, 0x0101010101010101
    imul rsi, rcx
    cmp rdx, 16
    jb 4f
    movq xmm0, rsi
    punpcklqdq xmm0, xmm0
    lea r8, [rdi + rdx - 16]
    sub rdx, 64
    jb 2f
1:  movups [rdi], xmm0
    movups [rdi + 16], xmm0
    movups [rdi + 32], xmm0
    movups [rdi + 48], xmm0
    add rdi, 64
    sub rdx, 64
    jae 1b
2:  add rdx, 48
    jle 3f
8:  movups [rdi], xmm0
    add rdi, 16
    sub rdx, 16
    jg 8b
3:  movups [r8], xmm0
    ret
4:  cmp edx, 8
    jb 5f
    mov [rdi], rsi
    mov [rdi + rdx - 8], rsi
    ret
5:  cmp edx, 4
    jb 5f
    mov [rdi], esi
    mov [rdi + rdx - 4], esi
    ret
5:  test edx, edx
    je 6f
    mov r9d, edx
    shr r9d
    mov [rdi], sil
    mov [rdi + r9], sil
    mov [rdi + rdx - 1], sil
6:  ret
.size memset, . - memset

.balign 16
.global memcmp
.type memcmp, @function
.global bcmp
.type bcmp, @function
memcmp:
bcmp:
    sub rdx, 8
    jb 2f
1:  mov rax, [rdi]
    mov rcx, [rsi]
    cmp rax, rcx
    jne 4f
    add rdi, 8
    add rsi, 8
    sub rdx, 8
    jae 1b
2:  add rdx, 8
    je 3f
5:  movzx eax, byte ptr [rdi]
    movzx ecx, byte ptr [rsi]
    sub eax, ecx
    jne 6f
    inc rdi
    inc rsi
    dec rdx
    jne 5b
3:  xor eax, eax
6:  ret
4:  bswap rax                   # the first byte that differs decides: make it the highest
    bswap rcx
    cmp rax, rcx
    sbb eax, eax
    or eax, 1
    ret
.size memcmp, . - memcmp

.balign 16
.global strlen
.type strlen, @function
strlen:
    xor eax, eax
    cmp byte ptr [rdi], 0
    je 2f
1:  inc rax
    cmp byte ptr [rdi + rax], 0
    jne 1b
2:  ret
.size strlen, . - strlen

# Panics end the machine, so nothing ever unwinds, but precompiled libraries refer to these.
.global _Unwind_Resume
.type _Unwind_Resume, @function
.global rust_eh_personality
.type rust_eh_personality, @function
_Unwind_Resume:
rust_eh_personality:
    ud2
.size _Unwind_Resume, . - _Unwind_Resume
