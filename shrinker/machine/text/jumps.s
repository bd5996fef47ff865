# What `longjmp` stands on.

.code64

# void bf_catch(void (*f)(void *p, unsigned long at), void *p): calls f(p, 0), and f(p, N) whenever
# N is thrown to p, until it returns. The word at p is the way back.
.section .text.bf_catch, "ax", @progbits
.global bf_catch
bf_catch:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    push qword ptr [thread_words]           # the side stack
    push rdi
    push rsi
    mov qword ptr [rsi], rsp
    xor esi, esi
catch_again:
    mov rdi, qword ptr [rsp]
    call qword ptr [rsp + 8]
    pop rsi
    pop rdi
    pop qword ptr [thread_words]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

# _Noreturn void bf_throw(void *p, unsigned long at)
.global bf_throw
bf_throw:
    mov rsp, qword ptr [rdi]
    mov rax, qword ptr [rsp + 16]
    mov qword ptr [thread_words], rax
    jmp catch_again

# The same where there are several processors, each with a side stack of its own.
.section .text.many_bf_catch, "ax", @progbits
.global many_bf_catch
many_bf_catch:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    push qword ptr gs:[0]
    push rdi
    push rsi
    mov qword ptr [rsi], rsp
    xor esi, esi
1:  mov rdi, qword ptr [rsp]
    call qword ptr [rsp + 8]
    pop rsi
    pop rdi
    pop qword ptr gs:[0]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

.global many_bf_throw
many_bf_throw:
    mov rsp, qword ptr [rdi]
    mov rax, qword ptr [rsp + 16]
    mov gs:[0], rax
    jmp 1b
