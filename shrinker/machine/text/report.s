# Results, as the records that the grown machine writes.

.code64
# rdi: module, rax: result of `uint64_t entry(uint64_t)`.
.section .text.report_value, "ax", @progbits
.global report_value
report_value:
    push rax
    push rdi
    mov esi, offset report_prefix
    call say
    pop rsi
    call say
    mov esi, offset report_result
    call say
    pop rax
    push 10
    pop rcx
    call say_number
    mov esi, offset report_end
    jmp say

# rdi: module, eax: exit status of `main`.
.section .text.report_exit, "ax", @progbits
.global report_exit
report_exit:
    movzx eax, al                           # what of a status reaches anybody
    test eax, eax
    jz 1f
    mov byte ptr [driver_failed], 1
1:  push rax
    push rdi
    mov esi, offset report_prefix
    call say
    pop rsi
    call say
    mov esi, offset report_status
    call say
    pop rax
    push 10
    pop rcx
    call say_number
    mov esi, offset report_null
    jmp say

# rax: a number, rcx: its base, up to 16. Uses rax, rcx, rdx, rsi.
.section .text.say_number, "ax", @progbits
.global say_number
say_number:
    push 0                                  # the zero byte at the end
    lea rsi, [rsp + 7]
    sub rsp, 64
1:  xor edx, edx
    div rcx
    add dl, 48
    cmp dl, 58
    jb 2f
    add dl, 39
2:  dec rsi
    mov byte ptr [rsi], dl
    test rax, rax
    jnz 1b
    call say
    add rsp, 72
    ret

.section .bss.driver_failed, "aw", @nobits
.global driver_failed
driver_failed:
    .zero 1

.section .rodata.report_prefix, "a", @progbits
.global report_prefix
report_prefix:
    .asciz "\036{\"record\":\"result\",\"module\":\""

.section .rodata.report_result, "a", @progbits
report_result:
    .asciz "\",\"exit\":0,\"result\":"

.section .rodata.report_status, "a", @progbits
report_status:
    .asciz "\",\"exit\":"

.section .rodata.report_null, "a", @progbits
report_null:
    .asciz ",\"result\":null}\n"

.section .rodata.report_end, "a", @progbits
report_end:
    .asciz "}\n"
