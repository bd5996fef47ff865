//! Stage 1 as a crate of nothing but assembly, so that rustc is all the assembler it needs.
#![no_std]
core::arch::global_asm!(include_str!("stage1.s"));
