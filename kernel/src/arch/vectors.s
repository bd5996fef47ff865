# 256 stubs of 16 bytes: each pushes an error code, if the processor does not, and its number.
# What they share saves every register, calls `trap_dispatch` with the frame, and returns.
#
# Stacks from the interrupt stack table are aligned to 16 by the processor; frame and FXSAVE
# area keep that. FXSAVE suffices: handlers are compiled for SSE2 and leave the upper halves of
# vector registers alone.

.section .text.vectors, "ax", @progbits
.balign 16
.global trap_stubs
trap_stubs:
.set vector, 0
.rept 256
    .balign 16
    .set has_error, 0
    .if vector < 32
        .set has_error, ({with_error} >> vector) & 1
    .endif
    .if has_error == 0
        push 0
    .endif
    .byte 0x68                  # push, 32 bits
    .long vector
    jmp trap_common
    .set vector, vector + 1
.endr

.balign 16
trap_common:
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    cld
    mov rdi, rsp
    sub rsp, 512
    fxsave64 [rsp]
    call trap_dispatch
    fxrstor64 [rsp]
    add rsp, 512
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rbp
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rbx
    pop rax
    add rsp, 16
    iretq
.text
