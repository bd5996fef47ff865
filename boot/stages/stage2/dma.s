# Reads a PC's first IDE disk by bus-master DMA.
#
# BIOSes read IDE disks by programmed I/O, two bytes an instruction; in an emulator that takes
# twenty times as long as everything else the loader does. Whether the first IDE disk is the
# drive that was booted from is not asked of the BIOS but tried: a sector that the BIOS has read
# must come out the same. What fails at any time is read by the BIOS again.

.set PCI_ADDRESS, 0xcf8
.set PCI_DATA, 0xcfc
.set DESCRIPTOR, 0xc000         # of the one piece of memory a transfer goes to

.code16
# HEADER holds the sector at kernel_sector. Sets dma_port when DMA reads the same.
try_dma:
    cmp byte ptr [drive], 0x80
    jne 9f
    mov ebx, 0x80000008         # bus 0, device 0, function 0: the class register
1:  call pci_read
    cmp eax, 0x01018000         # IDE, can be bus master,
    jb 2f
    cmp eax, 0x0101ffff
    ja 2f
    test ah, 1                  # first channel at its old ports
    jz 3f
2:  add ebx, 0x100
    cmp ebx, 0x80010008
    jne 1b
    ret
3:  mov bl, 0x20                # fifth base address
    call pci_read
    test al, 1                  # ports
    jz 9f
    and al, 0xfc
    push ax
    mov bl, 0x04                # command: answer to ports, be bus master
    call pci_read
    or al, 5
    out dx, eax
    pop word ptr [dma_port]
    push BUFFER_SEGMENT
    pop es
    mov dword ptr es:[0], 0     # what is compared must have been read
    mov eax, dword ptr [kernel_sector]
    mov dword ptr [packet_sector], eax
    mov word ptr [packet_count], 1
    mov word ptr [packet_segment], BUFFER_SEGMENT
    call read_by_dma
    jc 4f
    mov si, HEADER
    xor di, di
    mov cx, 128
    repe cmpsd
    je 5f
4:  mov word ptr [dma_port], 0
5:  push 0
    pop es
9:  ret

# EAX: the register EBX of configuration space. DX is left at the data port.
pci_read:
    mov eax, ebx
    mov dx, PCI_ADDRESS
    out dx, eax
    mov dx, PCI_DATA
    in eax, dx
    ret

# The packet's sectors; carry set: that failed.
read_by_dma:
    movzx eax, word ptr [packet_segment]
    shl eax, 4
    mov dword ptr [DESCRIPTOR], eax
    mov ax, word ptr [packet_count]
    shl ax, 9
    mov word ptr [DESCRIPTOR + 4], ax
    mov word ptr [DESCRIPTOR + 6], 0x8000   # the last one
    mov eax, dword ptr [packet_sector]
    mov ebx, eax
    shr eax, 24
    test al, 0xf0               # more than 28 bits
    jnz 8f
    or al, 0xe0                 # by sector number, first drive
    mov dx, 0x1f6
    out dx, al
    mov dx, 0x3f6
    mov al, 2                   # no interrupts
    out dx, al
    mov dx, 0x1f7
    in al, dx                   # the first four answers are too early
    in al, dx
    in al, dx
    in al, dx
    in al, dx
    and al, 0xc8                # busy, ready, wants data
    cmp al, 0x40
    jne 7f
    mov dx, 0x1f2
    mov al, byte ptr [packet_count]
    out dx, al
    mov al, bl
    inc dx
    out dx, al
    mov al, bh
    inc dx
    out dx, al
    shr ebx, 16
    mov al, bl
    inc dx
    out dx, al
    mov dx, word ptr [dma_port]
    mov al, 0
    out dx, al
    add dx, 4
    mov eax, DESCRIPTOR
    out dx, eax
    sub dx, 2
    mov al, 6                   # forget old errors
    out dx, al
    mov dx, 0x1f7
    mov al, 0xc8                # READ DMA
    out dx, al
    mov dx, word ptr [dma_port]
    mov al, 9                   # to memory, start
    out dx, al
    add dx, 2
    mov ecx, 2000000            # some seconds at most
1:  in al, dx
    and al, 3                   # active, error
    cmp al, 1
    jne 2f
    dec ecx
    jnz 1b
2:  mov ah, al
    sub dx, 2
    mov al, 0                   # stop
    out dx, al
    test ah, 3
    jnz 7f
    mov dx, 0x1f7
    in al, dx
    test al, 0xa9               # busy, fault, wants data, error
    jnz 7f
    call interrupts_on
    clc
    ret
7:  call interrupts_on
8:  stc
    ret

interrupts_on:
    mov dx, 0x3f6
    mov al, 0
    out dx, al
    ret

dma_port:
    .word 0
