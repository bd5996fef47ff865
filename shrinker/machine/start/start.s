# The way from 64-bit mode to the program. Each piece falls through into the next.

.code64

# A stack: at the end of memory when there is enough above 1 MiB, else below the first MiB.
.section .start.10.stack, "ax", @progbits
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

# Variables that are zero at first.
.section .start.20.bss, "ax", @progbits
.global need_bss
need_bss:
    mov edi, offset image_bss
    mov ecx, offset image_bss_quads
    rep stosq

# COM1: 115200 baud, 8 data bits, no parity, 1 stop bit, FIFO on.
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
    mov dl, 0xfa
    mov al, 0xc7
    out dx, al

# The wide vector registers.
.section .start.40.avx, "ax", @progbits
.global need_avx
need_avx:
    mov rax, cr4
    bts eax, 18                             # OSXSAVE
    mov cr4, rax
    mov ecx, 13
    xor eax, eax
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
