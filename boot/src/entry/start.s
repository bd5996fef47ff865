# The kernel's first instructions in long mode. RDI: physical address of the BootInfo.
#
# Rust code may use SSE from its first instruction on, so it is switched on here.

.section .text.boot, "ax", @progbits
.code64
.global _start
_start:
    cli
    cld
    lea rsp, [rip + boot_stack_top]
    call boot_enable_sse
    xor ebp, ebp
    call {enter}
    ud2

boot_enable_sse:
    mov rax, cr0
    and eax, 0xfffffff3         # EM (bit 2): no emulation; TS (bit 3): no trap on use
    or eax, 0x2                 # MP
    mov cr0, rax
    mov rax, cr4
    or eax, 0x600               # OSFXSR, OSXMMEXCPT
    mov cr4, rax
    ret

.section .bss.boot_stack, "aw", @nobits
.balign 4096
boot_stack:
    .skip {stack_bytes}
boot_stack_top:
.text
