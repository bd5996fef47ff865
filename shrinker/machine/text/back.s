# The way back: what cannot go on is noted on the disk, and the machine starts again. Linked into images
# beside which a grown one lies; a piece called `back_NAME` takes the place of NAME there.

.set RESTART, 0x800
.set RESTART_RECORD, 0x600
.set RESTART_AGAIN, 0xc00

.code64
# rsi: the rest of a log line, bl: how the machine ends (0x13: code that was left out; 0x11: the processor
# lacks something).
.section .text.back_end_log, "ax", @progbits
.global back_end_log
back_end_log:
    mov r12, rsi
    call say
    mov esi, offset log_end
    call say
    push 0x13
    pop rdi
    sub edi, ebx
    shr edi, 1
    inc edi
    jmp restart

# `call never_ran`, then the name of what never ran, where there are processors.
.section .text.back_many_never_ran, "ax", @progbits
.global back_many_never_ran
back_many_never_ran:
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
    push 1
    pop rdi
    jmp restart

# int bf_open(const char *path, int flags): any file where there is no disk with a volume is what the grown
# image is for. Other errors are the program's.
.section .text.back_bf_open, "ax", @progbits
.global back_bf_open
back_bf_open:
    push rdi
    call plain_bf_open
    pop rdi
    test eax, eax
    jns 3f
    push rdi
    push rax
    push rax
    call restart_for_file
    mov ecx, eax
    pop rax
    pop rax
    pop rdi
    jecxz 3f
    mov r12, rdi
    mov ebx, 0x13
    mov edi, ecx
    jmp restart
3:  ret

# edi: the kind of the cause (`boot/src/way_back/mod.rs`), r12: its name, bl: how the machine ends where there
# is no way back.
.section .text.restart, "ax", @progbits
.global restart
restart:
    cld
    and rsp, -16
    mov r13d, edi
    mov eax, offset weak_core_claim         # where there are processors, the others stand still
    test eax, eax
    jz 1f
    call rax
    push 0x1b                               # without their interrupts the firmware is as at first
    pop rcx
    rdmsr
    btr eax, 11
    wrmsr
1:  mov edi, r13d
    mov rsi, r12
    call restart_note
    test eax, eax
    jz machine_exit
    mov r14d, eax
    mov esi, offset restart_record
    call say
    mov eax, r13d
    push 10
    pop rcx
    call say_number
    mov esi, offset restart_name
    call say
    mov rsi, r12
    call say
    mov esi, offset log_end
    call say
    cli
    mov esi, offset restart_real
    mov edi, RESTART
    mov ecx, offset restart_bytes
    rep movsb
    mov dword ptr [at_sector], r14d
    mov byte ptr [at_ending], bl
    lgdt [at_gdtr]
    push 8
    push RESTART
    retfq

.section .rodata.restart_record, "a", @progbits
restart_record:
    .asciz "\036{\"record\":\"return\",\"kind\":"

.section .rodata.restart_name, "a", @progbits
restart_name:
    .asciz ",\"name\":\""

# From here it is 16 bits wide and copied to RESTART: out of long mode, and by the firmware, which has read
# this image, to the disk. The record is at 0x600, and as it was read again at 0xc00.
.section .rodata.restart_real, "a", @progbits
.balign 8
.code16
restart_real:
    mov ax, 16
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esp, 0x7c00
    mov eax, cr0
    btr eax, 31                             # paging off, while the segment is of 16 bits
    mov cr0, eax
    mov ecx, 0xc0000080                     # EFER
    rdmsr
    btr eax, 8
    wrmsr
    mov eax, cr0
    and al, 0xfe
    mov cr0, eax
    .byte 0xea
    .word at_real_mode, 0
restart_real_mode:
    xor eax, eax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov cr4, eax
    lidt [at_idtr]
    sti
    mov bp, 4                               # attempts
2:  mov word ptr [at_buffer], RESTART_RECORD
    mov ax, 0x4300                          # write
    call 8f
    jc 3f
    mov word ptr [at_buffer], RESTART_AGAIN
    mov ah, 0x42                            # read again
    call 8f
    jc 3f
    mov si, RESTART_RECORD
    mov di, RESTART_AGAIN
    mov cx, 128
    repe cmpsd
    je 5f
3:  mov ah, 0                               # reset the drive
    call 8f
    dec bp
    jnz 2b
    # It could not be written: the image ends as it would without a way back.
    mov al, byte ptr [at_ending]
    out 0xf4, al
    mov dx, 0x604
    mov ax, 0x2000
    out dx, ax
4:  cli
    hlt
    jmp 4b
    # The machine's reset: of the chip set, of the keyboard controller, of the processor.
5:  mov dx, 0xcf9
    mov al, 2
    out dx, al
    mov al, 6
    out dx, al
    mov al, 0xfe
    out 0x64, al
    xor cx, cx
6:  in al, 0x64                             # takes a moment
    loop 6b
    lidt [at_nothing]
    int3
8:  mov si, offset at_packet
    mov dl, byte ptr [DRIVE]
    int 0x13
    cld
    ret

.balign 8
restart_gdt = . - 8
    .quad 0x00009b000000ffff                # 8: code, 16 bits
    .quad 0x000093000000ffff                # 16: data, 64 KiB
restart_gdtr:
    .word 23
    .quad at_gdt
restart_idtr:
    .word 0x3ff
    .long 0
restart_nothing:
    .word 0
    .long 0
restart_packet:
    .word 16, 1
restart_buffer:
    .word 0, 0
restart_sector:
    .quad 0
restart_ending:
    .byte 0
restart_real_end:
.set restart_bytes, restart_real_end - restart_real
.set at_buffer, restart_buffer - restart_real + RESTART
.set at_ending, restart_ending - restart_real + RESTART
.set at_gdt, restart_gdt - restart_real + RESTART
.set at_gdtr, restart_gdtr - restart_real + RESTART
.set at_idtr, restart_idtr - restart_real + RESTART
.set at_nothing, restart_nothing - restart_real + RESTART
.set at_packet, restart_packet - restart_real + RESTART
.set at_real_mode, restart_real_mode - restart_real + RESTART
.set at_sector, restart_sector - restart_real + RESTART
.code64
