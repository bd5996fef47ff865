# Cycles: from the BIOS (or the ELF loader) to the first program, and in all of them together.
# Linked in when asked.

.code64
.section .text.timing_begin, "ax", @progbits
.global timing_begin
timing_begin:
    rdtsc
    shl rdx, 32
    or rax, rdx
    cmp qword ptr [timing_first], 0
    jne 1f
    mov qword ptr [timing_first], rax
1:  sub qword ptr [timing_total], rax
    ret

# Leaves rax.
.section .text.timing_end, "ax", @progbits
.global timing_end
timing_end:
    push rax
    rdtsc
    shl rdx, 32
    or rax, rdx
    add qword ptr [timing_total], rax
    pop rax
    ret

.section .text.report_timing, "ax", @progbits
.global report_timing
report_timing:
    mov esi, offset timing_prefix
    call say
    mov rax, qword ptr [timing_first]
    sub rax, qword ptr [0x7000]
    push 10
    pop rcx
    call say_number
    mov esi, offset timing_middle
    call say
    mov rax, qword ptr [timing_total]
    push 10
    pop rcx
    call say_number
    mov esi, offset report_end
    jmp say

.section .bss.timing, "aw", @nobits
.balign 8
timing_first:
    .zero 8
timing_total:
    .zero 8

.section .rodata.timing, "a", @progbits
timing_prefix:
    .asciz "\036{\"record\":\"timing\",\"to_program\":"
timing_middle:
    .asciz ",\"program\":"
