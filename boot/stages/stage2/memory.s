# The memory map of the firmware, INT 15h E820, into the BootInfo.

.code16
map_memory:
    xor ebx, ebx
    mov di, INFO_REGIONS
    mov bp, 0
1:  mov dword ptr [di + 20], 1  # attributes, should the BIOS give 20 bytes only
    mov eax, 0xe820
    mov edx, 0x534d4150         # "SMAP"
    mov ecx, 24
    int 0x15
    jc 3f
    cmp eax, 0x534d4150
    jne 3f
    mov eax, dword ptr [di + 8]
    or eax, dword ptr [di + 12]
    jz 2f                       # an empty region
    add di, 24
    inc bp
    cmp bp, 128
    je 3f
2:  test ebx, ebx
    jnz 1b
3:  movzx ebp, bp
    mov dword ptr [INFO_REGION_COUNT], ebp
    test bp, bp
    jz 4f
    ret
4:  mov si, offset no_map
    jmp fail
no_map:
    .asciz "the BIOS gives no memory map"

# The kernel's memory must lie inside one usable region.
check_memory:
    mov ecx, dword ptr [HEADER_LOAD]
    add ecx, dword ptr [HEADER_MEMORY]
    mov di, INFO_REGIONS
    mov bp, word ptr [INFO_REGION_COUNT]
1:  cmp dword ptr [di + 16], 1  # usable
    jne 2f
    mov eax, dword ptr [di]
    mov edx, dword ptr [di + 4]
    test edx, edx
    jnz 2f
    cmp eax, dword ptr [HEADER_LOAD]
    ja 2f
    add eax, dword ptr [di + 8]
    adc edx, dword ptr [di + 12]
    jnz 3f                      # ends above 4 GiB
    cmp eax, ecx
    jae 3f
2:  add di, 24
    dec bp
    jnz 1b
    mov eax, dword ptr [HEADER_LOAD]
    shr eax, 10
    push eax
    mov eax, dword ptr [HEADER_MEMORY]
    shr eax, 10
    push eax
    mov si, offset too_little
    jmp fail
3:  ret
too_little:
    .asciz "too little memory: the kernel needs % KiB from % KiB on"
