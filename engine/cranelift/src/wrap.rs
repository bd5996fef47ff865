//! Machine code around what Cranelift makes, for what its calling conventions have no words for.
//!
//! An *entry* stands before the body of a function that is variadic, has a static chain, or ends with
//! a call that must not use stack. It calls the body like a function with the arguments that
//! registers hold. Both keep frame pointers, so the body finds what the entry saved, and the stack
//! arguments above it, at fixed distances from its own:
//!
//! ```text
//! body's rbp +   0  entry's rbp
//!            +   8  return address into the entry
//!            +  16  save area (ir::abi::SAVE_AREA bytes)
//!            + 192  static chain
//!            + 200  where to go on instead of returning, or 0
//!            + 208  caller's rbp
//!            + 216  return address into the caller
//!            + 224  stack arguments
//! ```
//!
//! A body that ends with a call that must not use stack writes that call's arguments where its own
//! came from: those in registers to the save area, those on the stack over its own, for which there
//! is room since LLVM asks for like signatures. It leaves the callee's address and returns, and so
//! gives its frame up as any function does. The entry then loads the registers and jumps to the
//! callee, which finds everything as if its caller had called it. So such calls go by stubs like
//! any others, into whatever stands behind those; they cost a few moves through memory more than
//! they might.
//!
//! A *call with an image* stands behind the body of a function that passes a static chain or stack
//! arguments with alignment of more than 16 bytes. The body calls it with the arguments in their
//! registers and says on the stack what else there is ([`Image`]).

use alloc::vec::Vec;

use bareflow_ir::abi::SAVE_AREA;

/// Distance of the save area from the body's frame pointer.
pub(crate) const SAVED: i64 = 16;
/// Distance of the static chain from the body's frame pointer.
pub(crate) const CHAIN: i64 = SAVED + SAVE_AREA as i64;
/// Distance from the body's frame pointer of where to go on.
pub(crate) const TARGET: i64 = CHAIN + 8;
/// Distance of the stack arguments from the body's frame pointer.
pub(crate) const STACK_ARGS: i64 = CHAIN + 32;

/// The name by which a body calls [`call_with_image`]. No function of a program has it.
pub(crate) const CALL_WITH_IMAGE: &str = "";

/// What stands before a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Entry {
    /// The argument registers are spilled to the save area.
    pub(crate) spills: bool,
    /// The static chain is saved.
    pub(crate) chain: bool,
    /// The body may end with a call that the entry makes.
    pub(crate) jump: Option<Jump>,
}

/// The registers that may be arguments of what an entry jumps to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Jump {
    /// Integer registers.
    pub(crate) ints: u8,
    /// Vector registers.
    pub(crate) floats: u8,
    /// The static chain.
    pub(crate) chain: bool,
}

impl Entry {
    /// Whether there is anything.
    pub(crate) fn is_needed(self) -> bool {
        self != Self::default()
    }

    /// The code, and breakpoints up to a multiple of `align`, where the body begins.
    pub(crate) fn code(self, align: u32) -> Vec<u8> {
        let mut code = Vec::new();
        #[rustfmt::skip]
        code.extend_from_slice(&[
            0x55,                                           // push rbp
            0x48, 0x89, 0xe5,                               // mov rbp, rsp
            0x48, 0x81, 0xec, 192, 0, 0, 0,                 // sub rsp, 192
        ]);
        if self.spills {
            #[rustfmt::skip]
            code.extend_from_slice(&[
                0x48, 0x89, 0x3c, 0x24,                     // mov [rsp], rdi
                0x48, 0x89, 0x74, 0x24, 0x08,               // mov [rsp + 8], rsi
                0x48, 0x89, 0x54, 0x24, 0x10,               // mov [rsp + 16], rdx
                0x48, 0x89, 0x4c, 0x24, 0x18,               // mov [rsp + 24], rcx
                0x4c, 0x89, 0x44, 0x24, 0x20,               // mov [rsp + 32], r8
                0x4c, 0x89, 0x4c, 0x24, 0x28,               // mov [rsp + 40], r9
                0x0f, 0x29, 0x44, 0x24, 0x30,               // movaps [rsp + 48], xmm0
                0x0f, 0x29, 0x4c, 0x24, 0x40,               // movaps [rsp + 64], xmm1
                0x0f, 0x29, 0x54, 0x24, 0x50,               // movaps [rsp + 80], xmm2
                0x0f, 0x29, 0x5c, 0x24, 0x60,               // movaps [rsp + 96], xmm3
                0x0f, 0x29, 0x64, 0x24, 0x70,               // movaps [rsp + 112], xmm4
                0x0f, 0x29, 0xac, 0x24, 0x80, 0, 0, 0,      // movaps [rsp + 128], xmm5
                0x0f, 0x29, 0xb4, 0x24, 0x90, 0, 0, 0,      // movaps [rsp + 144], xmm6
                0x0f, 0x29, 0xbc, 0x24, 0xa0, 0, 0, 0,      // movaps [rsp + 160], xmm7
            ]);
        }
        if self.chain {
            // mov [rsp + 176], r10
            code.extend_from_slice(&[0x4c, 0x89, 0x94, 0x24, 0xb0, 0, 0, 0]);
        }
        if self.jump.is_some() {
            // mov qword ptr [rsp + 184], 0
            code.extend_from_slice(&[0x48, 0xc7, 0x84, 0x24, 0xb8, 0, 0, 0, 0, 0, 0, 0]);
        }
        code.extend_from_slice(&[0xe8, 0, 0, 0, 0]); // call body
        let after_call = code.len();
        if let Some(jump) = self.jump {
            #[rustfmt::skip]
            code.extend_from_slice(&[
                0x4c, 0x8b, 0x9c, 0x24, 0xb8, 0, 0, 0,      // mov r11, [rsp + 184]
                0x4d, 0x85, 0xdb,                           // test r11, r11
                0x75, 0x02,                                 // jnz 2f
            ]);
            code.extend_from_slice(&[0xc9, 0xc3]); // leave; ret
            jump.code(&mut code);
        } else {
            code.extend_from_slice(&[0xc9, 0xc3]); // leave; ret
        }
        let body = code.len().next_multiple_of(align.max(16) as usize);
        let distance = (body - after_call) as u32;
        code[after_call - 4..after_call].copy_from_slice(&distance.to_le_bytes());
        code.resize(body, 0xcc);
        code
    }
}

impl Jump {
    /// The same for whatever either may jump to.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            ints: self.ints.max(other.ints),
            floats: self.floats.max(other.floats),
            chain: self.chain || other.chain,
        }
    }

    /// Loads the registers and jumps to the address in r11.
    fn code(self, code: &mut Vec<u8>) {
        const INTS: [&[u8]; 6] = [
            &[0x48, 0x8b, 0x3c, 0x24],       // mov rdi, [rsp]
            &[0x48, 0x8b, 0x74, 0x24, 0x08], // mov rsi, [rsp + 8]
            &[0x48, 0x8b, 0x54, 0x24, 0x10], // mov rdx, [rsp + 16]
            &[0x48, 0x8b, 0x4c, 0x24, 0x18], // mov rcx, [rsp + 24]
            &[0x4c, 0x8b, 0x44, 0x24, 0x20], // mov r8, [rsp + 32]
            &[0x4c, 0x8b, 0x4c, 0x24, 0x28], // mov r9, [rsp + 40]
        ];
        for load in &INTS[..usize::from(self.ints)] {
            code.extend_from_slice(load);
        }
        for number in 0..self.floats {
            // movaps xmm(number), [rsp + 48 + 16 * number]
            code.extend_from_slice(&[
                0x0f,
                0x28,
                0x84 | number << 3,
                0x24,
                48 + 16 * number,
                0,
                0,
                0,
            ]);
        }
        if self.chain {
            // mov r10, [rsp + 176]
            code.extend_from_slice(&[0x4c, 0x8b, 0x94, 0x24, 0xb0, 0, 0, 0]);
        }
        code.extend_from_slice(&[0xc9, 0x41, 0xff, 0xe3]); // leave; jmp r11
    }
}

/// The words on the stack of a call with an image, in order.
pub(crate) struct Image<T> {
    /// The function to call.
    pub(crate) target: T,
    /// Address of the stack arguments' words.
    pub(crate) from: T,
    /// Their number.
    pub(crate) words: T,
    /// Minus the alignment of the first stack argument.
    pub(crate) mask: T,
    /// What r10 is to be.
    pub(crate) chain: T,
}

impl<T> Image<T> {
    pub(crate) fn in_order(self) -> [T; 5] {
        [self.target, self.from, self.words, self.mask, self.chain]
    }
}

/// Copies the image to where the stack arguments of the target belong, and calls it.
#[rustfmt::skip]
pub(crate) const fn call_with_image() -> [u8; 52] {
    [
        0x55,                               // push rbp
        0x48, 0x89, 0xe5,                   // mov rbp, rsp
        0x4c, 0x8b, 0x55, 0x20,             // mov r10, [rbp + 32]      words
        0x4a, 0x8d, 0x04, 0xd5, 0, 0, 0, 0, // lea rax, [r10 * 8]
        0x48, 0x29, 0xc4,                   // sub rsp, rax
        0x48, 0x23, 0x65, 0x28,             // and rsp, [rbp + 40]      mask
        0x4c, 0x8b, 0x5d, 0x18,             // mov r11, [rbp + 24]      from
        0x49, 0x83, 0xea, 0x01,             // 2: sub r10, 1
        0x72, 0x0a,                         // jc 3f
        0x4b, 0x8b, 0x04, 0xd3,             // mov rax, [r11 + r10 * 8]
        0x4a, 0x89, 0x04, 0xd4,             // mov [rsp + r10 * 8], rax
        0xeb, 0xf0,                         // jmp 2b
        0x4c, 0x8b, 0x55, 0x30,             // 3: mov r10, [rbp + 48]   chain
        0xff, 0x55, 0x10,                   // call [rbp + 16]          target
        0xc9,                               // leave
        0xc3,                               // ret
    ]
}
