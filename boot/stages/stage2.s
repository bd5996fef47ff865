# Stage 2: checks the machine, loads the kernel above 1 MiB, enters long mode.
#
#   0  "BFS2"           8  sectors of the FLUD file     14  balance: all words add up to 0
#   4  its first sector 12 1: it knows the way back     16  code
#
# Memory below 1 MiB:
#
#   0x00600  the record of the way back, 1 KiB
#   0x07c00  stage 1; the stack grows down from here     0x0a000  CRC-32 tables, 8 KiB
#   0x07e00  stage 2, at most 4 KiB                      0x10000  read buffer, 127 sectors
#   0x08e00  the FLUD header                             0x20000  page tables, 24 KiB
#   0x09000  BootInfo (its tsc_start is stage 1's)       0x0c000  DMA descriptor
#
# DS, ES and SS are 0 in real mode. Interrupts are on but in protected mode.

.set STACK, 0x7c00
.set HEADER, 0x8e00
.set HEADER_PAYLOAD, HEADER + 8
.set HEADER_LOAD, HEADER + 16
.set HEADER_ENTRY, HEADER + 24
.set HEADER_MEMORY, HEADER + 32
.set HEADER_PAYLOAD_CRC, HEADER + 40
.set HEADER_COMMAND_LINE, HEADER + 64
.set HEADER_CRC, HEADER + 508
.set INFO, 0x9000
.set INFO_REGION_COUNT, INFO + 20
.set INFO_TSC_ENTRY, INFO + 32
.set INFO_KERNEL_START, INFO + 40
.set INFO_KERNEL_END, INFO + 48
.set INFO_RSDP, INFO + 56
.set INFO_COMMAND_LINE, INFO + 64
.set INFO_REGIONS, INFO + 72
.set CRC_TABLES, 0xa000
.set BUFFER, 0x10000
.set BUFFER_SEGMENT, 0x1000
.set PAGES, 0x20000
.set SECTORS_A_READ, 127        # what every BIOS with extensions takes; stays below 64 KiB

.section .stage, "ax", @progbits
.code16
    .ascii "BFS2"
kernel_sector:
    .long 0
kernel_sectors:
    .long 0
    .word 1, 0

stage2:
    mov byte ptr [drive], dl
    call check_processor
    call open_a20
    call map_memory
    call open_disk
    call choose
    call load_kernel
    jmp enter_long_mode

drive:
    .byte 0
