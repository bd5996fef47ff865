# void *bf_grow(size_t bytes): zeroed memory behind what the last call gave, or null.
#
# Above the first MiB when the stack is there too, which keeps an eighth of it; else between the
# image and the stack below.

.code64
.section .text.bf_grow, "ax", @progbits
.global bf_grow
bf_grow:
    mov rax, qword ptr [heap_next]
    test rax, rax
    jnz 2f
    mov eax, offset image_low_heap
    mov ecx, offset image_low_stack - 0x10000
    mov edx, dword ptr [0x7008]
    cmp edx, offset image_high_stack
    jb 1f
    mov eax, offset image_high_heap
    mov ecx, edx
    sub edx, eax
    shr edx, 3
    sub ecx, edx
1:  mov qword ptr [heap_end], rcx
2:  mov rcx, rdi
    mov rdx, qword ptr [heap_end]
    sub rdx, rax
    cmp rcx, rdx
    ja 3f
    add rcx, 15
    and rcx, -16
    mov rdx, rax
    mov rdi, rax
    xor eax, eax
    rep stosb
    mov qword ptr [heap_next], rdi
    mov rax, rdx
    ret
3:  xor eax, eax
    ret

.section .bss.heap, "aw", @nobits
.balign 8
heap_next:
    .zero 8
heap_end:
    .zero 8
