# Programs with threads, on the one processor that an image uses.

.code64

# uintptr_t *bf_thread(void): the words of the thread. Changes rax only.
.section .text.bf_thread, "ax", @progbits
.global bf_thread
bf_thread:
    mov eax, offset thread_words
    ret

# The side stack: the lowest address in use, and the lowest that may be used. Then where thread-local
# variables are.
.section .bss.thread_words, "aw", @nobits
.global thread_words
.balign 8
thread_words:
    .zero 24

# unsigned bf_cores(void)
.section .text.bf_cores, "ax", @progbits
.global bf_cores
bf_cores:
    push 1
    pop rax
    ret

# unsigned bf_core(void)
.section .text.bf_core, "ax", @progbits
.global bf_core
bf_core:
    xor eax, eax
    ret

# int bf_start(void (*f)(void *), void *argument): no other processor is free.
.section .text.bf_start, "ax", @progbits
.global bf_start
bf_start:
    or eax, -1
    ret

# int bf_wait(const uint32_t *word, uint32_t while_is, uint64_t timeout_ns): 1 when the time is over.
# Nobody else runs, so nothing changes the word meanwhile.
.section .text.bf_wait, "ax", @progbits
.global bf_wait
bf_wait:
    xor eax, eax
    cmp dword ptr [rdi], esi
    jne 3f
    cmp rdx, -1
    je 2f
    push rbx
    mov rbx, rdx
    call bf_clock
    add rbx, rax
    jc 2f
1:  pause
    call bf_clock
    cmp rax, rbx
    jb 1b
    pop rbx
    push 1
    pop rax
3:  ret
2:  mov edi, offset waits_for_ever
    call bf_abort

.section .rodata.waits_for_ever, "a", @progbits
waits_for_ever:
    .asciz "every thread waits and none can wake another"

# void bf_wake(uint32_t *word, uint32_t most): nobody waits.
.section .text.bf_wake, "ax", @progbits
.global bf_wake
bf_wake:
    ret

# void bf_call(void (*f)(void *), void *argument): until it returns or leaves.
.section .text.bf_call, "ax", @progbits
.global bf_call
bf_call:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    push qword ptr [call_sp]
    mov qword ptr [call_sp], rsp
    mov rax, rdi
    mov rdi, rsi
    call rax
call_end:
    pop qword ptr [call_sp]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

# _Noreturn void bf_leave(void): out of the innermost bf_call.
.global bf_leave
bf_leave:
    mov rsp, qword ptr [call_sp]
    jmp call_end

.section .bss.call_sp, "aw", @nobits
.balign 8
call_sp:
    .zero 8
