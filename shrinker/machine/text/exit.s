# Ending: isa-debug-exit, then the emulators' ways to power off, then rest.

.code64
# bl: what goes to isa-debug-exit.
.section .text.machine_exit, "ax", @progbits
.global machine_exit
machine_exit:
    mov eax, ebx
    out 0xf4, al
    mov edx, 0x604
    mov eax, 0x2000
    out dx, ax
    cli
1:  hlt
    jmp 1b

# _Noreturn void bf_exit(int status): back to where the program was entered.
.section .text.bf_exit, "ax", @progbits
.global bf_exit
.global driver_leave
.reloc bf_exit, R_X86_64_NONE, need_sp
bf_exit:
    mov eax, edi
    clc
driver_leave:                               # eax: status; carry: aborted, nothing else is to run
    mov rsp, qword ptr [driver_sp]
    jmp qword ptr [driver_resume]

.section .bss.driver_resume, "aw", @nobits
.global driver_resume
.balign 8
driver_resume:
    .zero 8

# _Noreturn void bf_abort(const char *why): ends the program like an abort elsewhere.
.section .text.bf_abort, "ax", @progbits
.global bf_abort
bf_abort:
    push rdi
    mov esi, offset log_abort
    call say
    pop rsi
    call say
    mov esi, offset log_end
    call say
    mov eax, 134
    stc
    jmp driver_leave

# rsi: the rest of a log line, bl: how the machine ends.
.section .text.end_log, "ax", @progbits
.global end_log
end_log:
    call say
    mov esi, offset log_end
    call say
    jmp machine_exit

.section .rodata.log_abort, "a", @progbits
log_abort:
    .asciz "\036{\"record\":\"log\",\"text\":\"aborted: "

.section .rodata.log_end, "a", @progbits
.global log_end
log_end:
    .asciz "\"}\n"

# What stands for a function that no boot ever ran: `call never_ran`, then its name.
.section .text.never_ran, "ax", @progbits
.global never_ran
never_ran:
    mov esi, offset log_never
    call say
    pop rsi
    mov ebx, 0x13
    jmp end_log

.section .rodata.log_never, "a", @progbits
log_never:
    .asciz "\036{\"record\":\"log\",\"text\":\"never ran while growing: "
