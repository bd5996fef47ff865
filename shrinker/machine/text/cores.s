# Processors, in images of programs with threads: see `src/cores/mod.rs`, also for the names.

# Where an ELF image was told that the firmware's tables begin; a flat one has to search.
.section .boot.pvh.10.root, "ax", @progbits
.code32
.global many_told_root
many_told_root:
    mov eax, dword ptr [ebx + 32]
    mov dword ptr [0x7010], eax
    .balign 8

.section .boot.real.05.root, "ax", @progbits
.code16
.global many_no_root
many_no_root:
    xor eax, eax
    mov dword ptr [0x7010], eax
    .balign 4

.code64
# The first processor's GS leads to its block.
.section .start.25.cores, "ax", @progbits
.global many_first_block
many_first_block:
    mov eax, offset thread_words
    xor edx, edx
    mov ecx, 0xc0000101
    wrmsr
    mov dword ptr [rax + {this}], eax

# A processor's way from its start to long mode: it starts in real mode at the beginning of a page, into
# which this is copied, and takes over the first one's control registers.
.section .rodata.core_low, "a", @progbits
.code16
.balign 8
.global core_low
core_low:
    cli
    cld
    mov ax, cs
    mov ds, ax
    .byte 0x66                              # a base of 32 bits
    lgdt [core_low_at + 16]
    mov eax, dword ptr [core_low_at + 12]
    mov cr4, eax
    mov eax, dword ptr [core_low_at + 8]
    mov cr3, eax
    mov ecx, 0xc0000080                     # EFER
    mov eax, dword ptr [core_low_at]
    xor edx, edx
    wrmsr
    mov eax, dword ptr [core_low_at + 4]
    mov cr0, eax
    .byte 0x66, 0xea
    .long core_start
    .word 8
.balign 4
.global core_low_registers
core_low_registers:                         # EFER, CR0, CR3, CR4, segments
    .zero 26
.set core_low_at, core_low_registers - core_low
.global core_low_end
core_low_end:

.code64
# It draws a number, and with it a block; who comes too late stands still.
.section .text.core_start, "ax", @progbits
core_start:
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov fs, eax
    mov gs, eax
    inc eax
    lock xadd dword ptr [core_tickets], eax
    cmp eax, dword ptr [core_places]
    jae 1f
    imul edi, eax, {block}
    add edi, offset thread_words
    mov eax, edi
    xor edx, edx
    mov ecx, 0xc0000101
    wrmsr
    mov rsp, qword ptr [rdi + {stack_top}]
    lidt [core_idtr]
    call core_enter
1:  cli
    hlt
    jmp 1b

# uintptr_t *bf_thread(void)
.section .text.many_bf_thread, "ax", @progbits
.global many_bf_thread
many_bf_thread:
    mov rax, gs:[{this}]
    ret

# unsigned bf_core(void)
.section .text.many_bf_core, "ax", @progbits
.global many_bf_core
many_bf_core:
    mov eax, gs:[{number}]
    ret

# void bf_call(void (*f)(void *), void *argument): until it returns or leaves. The side stack is as
# before then.
.section .text.many_bf_call, "ax", @progbits
.global many_bf_call
many_bf_call:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    push qword ptr gs:[0]
    push qword ptr gs:[{call_sp}]
    push rax
    mov gs:[{call_sp}], rsp
    mov rax, rdi
    mov rdi, rsi
    call rax
1:  pop rax
    pop qword ptr gs:[{call_sp}]
    pop qword ptr gs:[0]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

# _Noreturn void bf_leave(void): out of the innermost bf_call.
.global many_bf_leave
many_bf_leave:
    mov rsp, gs:[{call_sp}]
    jmp 1b

# Host calls that one processor makes at a time, each under a lock. Who waits for input keeps nobody
# from files.
.macro one_at_a_time name, lock, call
.section .text.\name, "ax", @progbits
.global \name
\name:
    mov al, 1
    xchg byte ptr [\lock], al
    test al, al
    jz 1f
    pause
    jmp \name
1:  push rax
    call \call
    pop rcx
    mov byte ptr [\lock], 0
    ret
.endm

one_at_a_time many_bf_write, core_output, alone_bf_write
one_at_a_time many_bf_open, core_files, alone_bf_open
one_at_a_time many_bf_close, core_files, alone_bf_close
one_at_a_time many_bf_seek, core_files, alone_bf_seek
one_at_a_time many_bf_map, core_files, alone_bf_map
one_at_a_time many_bf_read_at, core_files, alone_bf_read_at
one_at_a_time many_bf_write_at, core_files, alone_bf_write_at
one_at_a_time many_bf_resize, core_files, alone_bf_resize
one_at_a_time many_bf_sync, core_files, alone_bf_sync
one_at_a_time many_bf_duplicate, core_files, alone_bf_duplicate
one_at_a_time many_bf_flags, core_files, alone_bf_flags
one_at_a_time many_bf_status, core_files, alone_bf_status
one_at_a_time many_bf_path, core_files, alone_bf_path
one_at_a_time many_bf_list, core_files, alone_bf_list
one_at_a_time many_bf_rename, core_files, alone_bf_rename
one_at_a_time many_bf_remove, core_files, alone_bf_remove
one_at_a_time many_bf_make_folder, core_files, alone_bf_make_folder
one_at_a_time many_bf_terminal, core_files, alone_bf_terminal
one_at_a_time many_bf_date, core_files, alone_bf_date
one_at_a_time many_bf_grow, core_heap, alone_bf_grow
one_at_a_time core_read_line, core_input, alone_bf_read
one_at_a_time core_read_file, core_files, alone_bf_read

# long bf_read(int fd, void *p, size_t n)
.section .text.many_bf_read, "ax", @progbits
.global many_bf_read
many_bf_read:
    test edi, edi
    jz core_read_line
    jmp core_read_file

# Text up to a zero byte, and a number in a base, for Rust.
.section .text.core_say, "ax", @progbits
.global core_say
core_say:
    mov rsi, rdi
    jmp say

.section .text.core_say_number, "ax", @progbits
.global core_say_number
core_say_number:
    mov rax, rdi
    mov rcx, rsi
    jmp say_number

# Sleeps until an interrupt comes: `sti` takes effect after the instruction behind it, so none slips
# in between. What it interrupts is a call, so its handler may use what a function may.
.section .text.core_sleep, "ax", @progbits
.global core_sleep
core_sleep:
    sti
    hlt
    cli
    ret

.section .text.core_woken, "ax", @progbits
.global core_woken
core_woken:
    push rax
    call core_acknowledge
    pop rax
.global core_spurious
core_spurious:
    iretq

# The interrupt that cannot be masked, on whatever stack: the processor drops what it does, or stands
# still. It is off until `iretq`.
.section .text.core_drop, "ax", @progbits
core_drop:
    cmp dword ptr [core_ends_all], 0
    jne core_stand_still
    mov dword ptr gs:[{told}], 0            # it is heard
    mov edx, offset core_dropped
    mov rsp, gs:[{stack_top}]
    sub rsp, 8                              # as behind a call
    cmp dword ptr gs:[{number}], 0
    jne 1f
    mov edx, offset core_go_back
    mov rsp, qword ptr [driver_sp]
1:  mov rax, rsp
    push 0
    push rax
    push 2
    push 8
    push rdx
    iretq

.section .text.core_stand_still, "ax", @progbits
.global core_stand_still
core_stand_still:
    mov dword ptr gs:[{stands}], 1
.global core_stand_by
core_stand_by:
    cli
    hlt
    jmp core_stand_by

# Back to the driver, with how the program ended: its status in eax, carry if it aborted.
.section .text.core_go_back, "ax", @progbits
.global core_go_back
.reloc core_go_back, R_X86_64_NONE, need_sp
core_go_back:
    mov rsp, qword ptr [driver_sp]
    call core_end_program
    bt rax, 32
    jmp driver_leave

# The first thread is through. Leaves rax.
.section .text.core_through, "ax", @progbits
.global core_through
core_through:
    push rax
    call core_dismiss
    pop rax
    ret

# Faults, with the processor's number.
.section .text.many_fault, "ax", @progbits
.global many_fault
many_fault:
    cld
    pop rbp
    sub ebp, offset fault_stubs + 5
    shr ebp, 3
    cmp ebp, 2
    jne 1f
    mov eax, dword ptr [core_ends]          # else nobody sent it
    or eax, dword ptr [core_ends_all]
    or eax, gs:[{told}]                     # or it comes late
    jnz core_drop
1:  mov ecx, 0x60227d00                     # those that push an error code
    bt ecx, ebp
    jnc 2f
    pop rax
2:  pop r12                                 # where
    and rsp, -16
    call core_claim
    mov esi, offset log_fault
    call say
    mov eax, ebp
    push 10
    pop rcx
    call say_number
    mov eax, gs:[{number}]
    test eax, eax
    jz 3f
    push rax
    mov esi, offset fault_core
    call say
    pop rax
    push 10
    pop rcx
    call say_number
3:  mov esi, offset fault_at
    call say
    mov rax, r12
    push 10
    pop rcx
    call say_number
    mov esi, offset report_end
    call say
    mov ebx, 0x12
    jmp machine_exit

.section .rodata.fault_core, "a", @progbits
fault_core:
    .asciz ",\"core\":"

# The table has room for the interrupts behind the 32 of the processor.
.section .start.50.many_faults, "ax", @progbits
.global many_need_faults
many_need_faults:
    fault_gates core_idt, core_idtr

.section .bss.core_idt, "aw", @nobits
.global core_idt
.balign 16
core_idt:
    .zero 768

.section .rodata.core_idtr, "a", @progbits
core_idtr:
    .word 767
    .quad core_idt

# Where what is left of the heap stands: its two ends.
.section .text.core_heap_ends, "ax", @progbits
.global core_heap_ends
core_heap_ends:
    mov eax, offset heap_next
    ret

# `call never_ran`, then the name of what never ran.
.section .text.many_never_ran, "ax", @progbits
.global many_never_ran
many_never_ran:
    pop r12
    and rsp, -16
    call core_claim
    mov esi, offset log_never
    call say
    mov rsi, r12
    call say
    call core_say_which
    mov esi, offset log_end
    call say
    mov ebx, 0x13
    jmp machine_exit
