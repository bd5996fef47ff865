# void bf_cpuid(uint32_t leaf, uint32_t part, uint32_t answer[4]): what CPUID says.

.code64
.section .text.bf_cpuid, "ax", @progbits
.global bf_cpuid
bf_cpuid:
    push rbx
    mov r8, rdx
    mov eax, edi
    mov ecx, esi
    cpuid
    mov dword ptr [r8], eax
    mov dword ptr [r8 + 4], ebx
    mov dword ptr [r8 + 8], ecx
    mov dword ptr [r8 + 12], edx
    pop rbx
    ret
