//! Machine code, instruction by instruction, with names to be filled in.

use alloc::vec::Vec;
use iced_x86::{Code, Encoder, Instruction, MemoryOperand, Register};

use crate::link::{Fix, FixKind, Units};

/// Code that grows at its end.
#[derive(Debug)]
pub struct Emitter<'a> {
    /// Where names are known.
    pub units: &'a mut Units,
    /// The code so far.
    pub bytes: Vec<u8>,
    /// What is filled in.
    pub fixes: Vec<Fix>,
}

/// A jump whose target is not known yet.
#[derive(Debug)]
#[must_use]
pub struct Forward {
    /// Where it ends.
    end: usize,
}

impl<'a> Emitter<'a> {
    /// No code yet.
    pub fn new(units: &'a mut Units) -> Self {
        Self { units, bytes: Vec::new(), fixes: Vec::new() }
    }

    /// Adds an instruction; offsets of its displacement and its immediate.
    ///
    /// # Panics
    /// When its operands are not those of its code: an error of the caller, whatever its input.
    fn push(&mut self, instruction: Result<Instruction, iced_x86::IcedError>) -> [usize; 2] {
        let mut encoder = Encoder::new(64);
        let start = self.bytes.len();
        let done = instruction.and_then(|one| encoder.encode(&one, start as u64));
        done.expect("operands fit the code");
        let offsets = encoder.get_constant_offsets();
        self.bytes.extend(encoder.take_buffer());
        [offsets.displacement_offset(), offsets.immediate_offset()].map(|offset| start + offset)
    }

    fn fix(&mut self, at: usize, kind: FixKind, target: &str, addend: i64) -> usize {
        let target = self.units.symbol(target);
        self.fixes.push(Fix { at: at as u32, kind, target, addend });
        self.fixes.len() - 1
    }

    /// Makes sure that `target` is in the image.
    pub fn need(&mut self, target: &str) {
        self.fix(0, FixKind::Need, target, 0);
    }

    /// `mov $value, %register`, as short as it goes.
    pub fn set(&mut self, register: Register, value: u64) {
        let full = register.full_register();
        self.push(match u32::try_from(value) {
            Ok(0) => Instruction::with2(Code::Xor_rm32_r32, register, register),
            Ok(short) => Instruction::with2(Code::Mov_r32_imm32, register, short),
            Err(_) => Instruction::with2(Code::Mov_r64_imm64, full, value),
        });
    }

    /// `mov $(target + addend), %register`.
    pub fn set_address(&mut self, register: Register, target: &str, addend: i64) {
        let [_, at] = self.push(Instruction::with2(Code::Mov_r32_imm32, register, 0u32));
        self.fix(at, FixKind::Abs32, target, addend);
    }

    /// `mov %from, %to`, 32 bits.
    pub fn copy(&mut self, to: Register, from: Register) {
        self.push(Instruction::with2(Code::Mov_rm32_r32, to, from));
    }

    /// `code target, %register` or the other way round, as `code` says, with a variable.
    pub fn variable(&mut self, code: Code, register: Register, target: &str) {
        let place = MemoryOperand::with_displ(0, 8);
        let [at, _] = self.push(Instruction::with2(code, register, place));
        self.fix(at, FixKind::Abs32Signed, target, 0);
    }

    /// `movq $(own + addend), target`: the fix whose addend is set later.
    pub fn store_address(&mut self, target: &str, own: &str) -> usize {
        let place = MemoryOperand::with_displ(0, 8);
        let [displacement, immediate] =
            self.push(Instruction::with2(Code::Mov_rm64_imm32, place, 0i32));
        self.fix(displacement, FixKind::Abs32Signed, target, 0);
        self.fix(immediate, FixKind::Abs32Signed, own, 0)
    }

    /// `mov offset(%rsp), %register`, 32 bits.
    pub fn load_from_stack(&mut self, register: Register, offset: i64) {
        let place = MemoryOperand::with_base_displ(Register::RSP, offset);
        self.push(Instruction::with2(Code::Mov_r32_rm32, register, place));
    }

    /// `push %rax`, twice, so that the stack stays aligned.
    pub fn push_rax(&mut self) {
        for _ in 0..2 {
            self.push(Instruction::with1(Code::Push_r64, Register::RAX));
        }
    }

    /// What [`Emitter::push_rax`] put away.
    pub fn pop_rax(&mut self) {
        for _ in 0..2 {
            self.push(Instruction::with1(Code::Pop_r64, Register::RAX));
        }
    }

    /// `dec %register`.
    pub fn decrement(&mut self, register: Register) {
        self.push(Instruction::with1(Code::Dec_rm32, register));
    }

    /// `call target`.
    pub fn call(&mut self, target: &str) {
        let [_, at] = self.push(Instruction::with_branch(Code::Call_rel32_64, 0));
        self.fix(at, FixKind::Call, target, -4);
    }

    /// `jmp target`.
    pub fn jump(&mut self, target: &str) {
        let [_, at] = self.push(Instruction::with_branch(Code::Jmp_rel32_64, 0));
        self.fix(at, FixKind::Call, target, -4);
    }

    /// A jump (`Jmp_rel32_64`, `Jb_rel32_64` ...) to where [`Emitter::land`] is called.
    pub fn jump_forward(&mut self, code: Code) -> Forward {
        self.push(Instruction::with_branch(code, 0));
        Forward { end: self.bytes.len() }
    }

    /// Makes a jump lead here.
    pub fn land(&mut self, jump: Forward) {
        let distance = (self.bytes.len() - jump.end) as u32;
        self.bytes[jump.end - 4..jump.end].copy_from_slice(&distance.to_le_bytes());
    }

    /// `jnz target`, an offset in this code.
    pub fn jump_back_if_not_zero(&mut self, target: usize) {
        let short = self.bytes.len() - target < 120;
        let code = if short { Code::Jne_rel8_64 } else { Code::Jne_rel32_64 };
        self.push(Instruction::with_branch(code, target as u64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_the_short_ones_and_fields_are_found() {
        let mut units = Units::default();
        let mut code = Emitter::new(&mut units);
        code.set(Register::EDI, 0);
        code.set(Register::EDI, 5);
        code.set_address(Register::ESI, "name", 16);
        code.store_address("place", "own");
        code.call("other");
        code.variable(Code::Add_r8_rm8, Register::BL, "flag");
        code.load_from_stack(Register::EAX, -8);
        code.jump_back_if_not_zero(2);
        let jump = code.jump_forward(Code::Jb_rel32_64);
        code.push_rax();
        code.land(jump);
        let want: &[&[u8]] = &[
            &[0x31, 0xff],
            &[0xbf, 5, 0, 0, 0],
            &[0xbe, 0, 0, 0, 0],
            &[0x48, 0xc7, 0x04, 0x25, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0xe8],
        ];
        assert!(code.bytes.starts_with(&want.concat()), "{:x?}", code.bytes);
        let end: &[&[u8]] = &[
            &[0x02, 0x1c, 0x25, 0, 0, 0, 0],
            &[0x8b, 0x44, 0x24, 0xf8],
            &[0x75, 0xd8],
            &[0x0f, 0x82, 2, 0, 0, 0, 0x50, 0x50],
        ];
        assert!(code.bytes.ends_with(&end.concat()), "{:x?}", code.bytes);
        let places: Vec<_> = code.fixes.iter().map(|fix| (fix.at, fix.addend)).collect();
        assert_eq!(places, [(8, 16), (16, 0), (20, 0), (25, -4), (32, 0)]);
    }
}
