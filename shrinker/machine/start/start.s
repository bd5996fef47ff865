# The way from 64-bit mode to the program. Each piece falls through into the next.

.code64

# A stack: at the end of memory when there is enough above 1 MiB, else below the first MiB.
.section .start.10.stack, "ax", @progbits
    fninit
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov esp, dword ptr [0x7008]
    and esp, -16
    cmp esp, offset image_high_stack
    jae 1f
    mov esp, offset image_low_stack
1:

# Variables that are not zero at first: from behind the constants to pages without code.
.section .start.15.data, "ax", @progbits
.global need_data
need_data:
    mov esi, offset image_data_load
    mov edi, offset image_data
    mov ecx, offset image_data_bytes
    rep movsb

# Variables that are zero at first.
.section .start.20.bss, "ax", @progbits
.global need_bss
need_bss:
    mov edi, offset image_bss
    mov ecx, offset image_bss_quads
    rep stosq

# COM1: 115200 baud, 8 data bits, no parity, 1 stop bit.
.section .start.30.serial, "ax", @progbits
.global need_serial
need_serial:
    mov edx, 0x3fb
    mov al, 0x83
    out dx, al
    mov dl, 0xf8
    mov al, 1
    out dx, al
    inc edx
    xor eax, eax
    out dx, al
    mov dl, 0xfb
    mov al, 3
    out dx, al

# Its buffers, for programs that read. Switching them on empties them: what came before is kept
# aside, and loop-back lets nothing in between.
.section .start.31.input, "ax", @progbits
.global need_input
need_input:
    mov edx, 0x3fc
    mov al, 0x10
    out dx, al
    inc edx
    in al, dx
    shr al, 1
    jnc 1f
    mov dl, 0xf8
    in al, dx
    mov ah, 1
    mov word ptr [early_input], ax
1:  mov dl, 0xfa
    mov al, 7
    out dx, al
    mov dl, 0xfc
    mov al, 3
    out dx, al

# The byte that came before, and whether there is one.
.section .bss.early_input, "aw", @nobits
.global early_input
early_input:
    .zero 2

# The wide vector registers.
.section .start.40.avx, "ax", @progbits
.global need_avx
need_avx:
    mov rax, cr4
    bts eax, 18                             # OSXSAVE
    mov cr4, rax
    push 13
    pop rax
    xor ecx, ecx
    cpuid                                   # what may be enabled
    xor ecx, ecx
    and eax, 0xe7
    xor edx, edx
    xsetbv

# Where `bf_exit` unwinds to.
.section .start.80.sp, "ax", @progbits
.global need_sp
need_sp:
    mov qword ptr [driver_sp], rsp

.section .bss.driver_sp, "aw", @nobits
.global driver_sp
driver_sp:
    .zero 8

# Room for allocas whose size is not known before: the lower half of what `bf_grow` leaves to the
# stack.
.section .start.75.side_stack, "ax", @progbits
.global need_side_stack
need_side_stack:
    mov eax, esp
    mov ecx, 0x10000
    cmp eax, offset image_high_stack
    jb 1f
    mov ecx, eax
    sub ecx, offset image_high_heap
    shr ecx, 3
1:  lea edx, [rax + 16]                     # the stack's end may lie that much lower than memory's
    sub edx, ecx
    shr ecx, 1
    sub eax, ecx
    and eax, -16
    mov qword ptr [thread_words], rax
    mov qword ptr [thread_words + 8], rdx
