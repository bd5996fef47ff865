//! What a function's code reads from its frame and writes to it: register pressure, as far as code shows it.
//!
//! Code does not say which of that are values for which there was no register and which are variables that live in
//! memory anyway; both are what a better use of registers would save. Told from the code itself, it holds for every
//! compiler. Saving registers by `push` is not counted, nor are arguments on the caller's stack.

use iced_x86::{Code, Instruction, InstructionInfoFactory, OpAccess, OpKind, Register};
use serde::Serialize;

/// Instructions that read the frame and that write it.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Frame {
    pub reads: u32,
    pub writes: u32,
}

/// Tells of each instruction of a function, from the first on, whether it touches the frame.
pub(super) struct Watcher {
    infos: InstructionInfoFactory,
    /// Bytes below the frame pointer, as far as the beginning of the function has taken them.
    size: u64,
    /// Whether RBP is the frame pointer.
    has_pointer: bool,
}

impl Watcher {
    pub(super) fn new() -> Self {
        Self { infos: InstructionInfoFactory::new(), size: 0, has_pointer: false }
    }

    /// What an instruction does with the frame, as reads and writes.
    pub(super) fn look(&mut self, instruction: &Instruction) -> Frame {
        self.begin(instruction);
        let mut frame = Frame::default();
        for memory in self.infos.info(instruction).used_memory() {
            // Stacks grow down: the frame lies above the stack pointer and below the frame pointer. A function
            // that takes no stack has what lies below the stack pointer.
            let distance = memory.displacement() as i64;
            let inside = match memory.base() {
                Register::RSP => distance < self.size as i64,
                Register::RBP => self.has_pointer && distance < 0,
                _ => false,
            };
            if !inside || instruction.is_stack_instruction() {
                continue;
            }
            let access = memory.access();
            let reads =
                [OpAccess::Read, OpAccess::CondRead, OpAccess::ReadWrite, OpAccess::ReadCondWrite];
            let writes = [
                OpAccess::Write,
                OpAccess::CondWrite,
                OpAccess::ReadWrite,
                OpAccess::ReadCondWrite,
            ];
            frame.reads += u32::from(reads.contains(&access));
            frame.writes += u32::from(writes.contains(&access));
        }
        frame
    }

    /// Follows how the frame is made.
    fn begin(&mut self, instruction: &Instruction) {
        match instruction.code() {
            Code::Mov_r64_rm64 | Code::Mov_rm64_r64
                if instruction.op0_register() == Register::RBP
                    && instruction.op1_register() == Register::RSP =>
            {
                self.has_pointer = true;
            }
            Code::Sub_rm64_imm8 | Code::Sub_rm64_imm32
                if instruction.op0_kind() == OpKind::Register
                    && instruction.op0_register() == Register::RSP =>
            {
                self.size = self.size.max(instruction.immediate(1));
            }
            _ => {}
        }
    }
}

impl std::ops::AddAssign for Frame {
    fn add_assign(&mut self, more: Self) {
        self.reads += more.reads;
        self.writes += more.writes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iced_x86::{Decoder, DecoderOptions};

    fn frame(code: &[u8]) -> Frame {
        let mut watcher = Watcher::new();
        let mut all = Frame::default();
        for instruction in Decoder::with_ip(64, code, 0, DecoderOptions::NONE).iter() {
            all += watcher.look(&instruction);
        }
        all
    }

    #[test]
    fn what_lies_in_the_frame_is_told_from_what_does_not() {
        // push rbp; mov rbp, rsp; sub rsp, 0x20; mov [rsp+8], rdi; mov rax, [rsp+8]; add [rbp-8], rax;
        // mov rcx, [rbp+16] (an argument); mov rdx, [rdi] (memory); add rsp, 0x20; pop rbp; ret
        let code = [
            0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x20, 0x48, 0x89, 0x7c, 0x24, 0x08, 0x48,
            0x8b, 0x44, 0x24, 0x08, 0x48, 0x01, 0x45, 0xf8, 0x48, 0x8b, 0x4d, 0x10, 0x48, 0x8b,
            0x17, 0x48, 0x83, 0xc4, 0x20, 0x5d, 0xc3,
        ];
        assert_eq!(frame(&code), Frame { reads: 2, writes: 2 });
        // Without a frame of its own: mov [rsp-8], rdi; mov rax, [rsp+8] (an argument); mov rcx, [rbp-8]
        // (RBP is any register here); ret
        let leaf = [
            0x48, 0x89, 0x7c, 0x24, 0xf8, 0x48, 0x8b, 0x44, 0x24, 0x08, 0x48, 0x8b, 0x4d, 0xf8,
            0xc3,
        ];
        assert_eq!(frame(&leaf), Frame { reads: 0, writes: 1 });
    }
}
