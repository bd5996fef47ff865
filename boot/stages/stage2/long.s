# Everything is loaded and checked: zeroed memory, page tables, the record, long mode, the kernel.

.code16
enter_long_mode:
    mov dword ptr [work], offset finish
    jmp in_protected_mode

.code32
finish:
    mov edi, dword ptr [work_to]            # past the payload
    mov ecx, dword ptr [HEADER_MEMORY]
    sub ecx, dword ptr [HEADER_PAYLOAD]
    xor eax, eax
    mov edx, ecx
    shr ecx, 2
    rep stosd
    mov ecx, edx
    and ecx, 3
    rep stosb

    # Level 4, level 3, then 2048 entries of 2 MiB in four tables of level 2.
    mov edi, PAGES
    mov ecx, 2048
    rep stosd
    mov dword ptr [PAGES], PAGES + 0x1003
    mov eax, PAGES + 0x2003
    xor ecx, ecx
1:  mov dword ptr [PAGES + 0x1000 + ecx * 8], eax
    add eax, 0x1000
    inc ecx
    cmp ecx, 4
    jb 1b
    mov eax, 0x83                           # present, writable, 2 MiB
    xor ecx, ecx
2:  mov dword ptr [PAGES + 0x2000 + ecx * 8], eax
    mov dword ptr [PAGES + 0x2004 + ecx * 8], 0
    add eax, 0x200000
    inc ecx
    cmp ecx, 2048
    jb 2b

    xor eax, eax
    mov dword ptr [INFO], 0x45524142        # "BARE"
    mov dword ptr [INFO + 4], 0x574f4c46    # "FLOW"
    mov dword ptr [INFO + 8], 1             # version
    mov dword ptr [INFO + 12], eax          # BIOS
    movzx ecx, byte ptr [drive]
    mov dword ptr [INFO + 16], ecx
    mov ecx, dword ptr [HEADER_LOAD]
    mov dword ptr [INFO_KERNEL_START], ecx
    mov dword ptr [INFO_KERNEL_START + 4], eax
    add ecx, dword ptr [HEADER_MEMORY]
    mov dword ptr [INFO_KERNEL_END], ecx
    mov dword ptr [INFO_KERNEL_END + 4], eax
    mov dword ptr [INFO_RSDP], eax
    mov dword ptr [INFO_RSDP + 4], eax
    mov ecx, HEADER_COMMAND_LINE
    cmp byte ptr [ecx], 0
    cmove ecx, eax
    mov dword ptr [INFO_COMMAND_LINE], ecx
    mov dword ptr [INFO_COMMAND_LINE + 4], eax

    mov eax, cr4
    or eax, 0x20                            # PAE
    mov cr4, eax
    mov eax, PAGES
    mov cr3, eax
    mov ecx, 0xc0000080                     # EFER
    rdmsr
    or eax, 0x100                           # LME
    wrmsr
    mov eax, cr0
    or eax, 0x80000000                      # PG
    mov cr0, eax
    .byte 0xea
    .long 3f
    .word 0x08
.code64
3:  mov esp, STACK
    mov edi, INFO
    mov esi, dword ptr [HEADER_ENTRY]
    rdtsc
    mov dword ptr [INFO_TSC_ENTRY], eax
    mov dword ptr [INFO_TSC_ENTRY + 4], edx
    jmp rsi
