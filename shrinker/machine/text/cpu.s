# The processor check: nothing runs that the processor does not have.

.code64
# `features`: leaf (4 bytes; 0 ends the table), bit number in ecx:ebx, name, zero byte.
.section .start.35.cpu, "ax", @progbits
.global need_cpu
need_cpu:
    mov r8d, offset features
1:  mov eax, dword ptr [r8]
    test eax, eax
    jz 4f
    mov edi, eax
    and eax, 0x80000000
    cpuid
    lea rsi, [r8 + 5]
    cmp edi, eax
    ja 2f
    mov eax, edi
    xor ecx, ecx
    cpuid
    shl rcx, 32
    or rbx, rcx
    movzx eax, byte ptr [r8 + 4]
    bt rbx, rax
    jnc 2f
3:  lodsb
    test al, al
    jnz 3b
    mov r8, rsi
    jmp 1b
2:  push rsi
    mov esi, offset log_lacks
    call say
    pop rsi
    mov ebx, 0x11
    jmp end_log
4:

.section .rodata.log_lacks, "a", @progbits
log_lacks:
    .asciz "\036{\"record\":\"log\",\"text\":\"this processor lacks "
