# uint32_t bf_raised(uint32_t clear, uint32_t raise): the exceptions of arithmetic that were raised, as MXCSR has them; then
# these are cleared and those noted.

.code64
.section .text.bf_raised, "ax", @progbits
.global bf_raised
bf_raised:
    push rax
    stmxcsr dword ptr [rsp]
    mov eax, dword ptr [rsp]
    mov ecx, eax
    and edi, 0x3f
    and esi, 0x3f
    not edi
    and ecx, edi
    or ecx, esi
    mov dword ptr [rsp], ecx
    ldmxcsr dword ptr [rsp]
    and eax, 0x3f
    pop rcx
    ret
