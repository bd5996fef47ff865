//! Stage 2 as a crate of nothing but assembly, so that rustc is all the assembler it needs.
#![no_std]
core::arch::global_asm!(
    include_str!("stage2.s"),
    include_str!("stage2/processor.s"),
    include_str!("stage2/memory.s"),
    include_str!("stage2/disk.s"),
    include_str!("stage2/choose.s"),
    include_str!("stage2/dma.s"),
    include_str!("stage2/message.s"),
    include_str!("stage2/kernel.s"),
    include_str!("stage2/protected.s"),
    include_str!("stage2/long.s"),
);
