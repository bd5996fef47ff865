//! What the processor can do, as programs ask for it: `__builtin_cpu_supports`, `target_clones` and
//! the resolvers of indirect functions read these variables, which libgcc and compiler-rt define.
//!
//! Numbers of features are those of both libraries; what neither names to programs is left out. What
//! each means in CPUID is in Intel's Software Developer's Manual, volume 2, under the instruction.

use core::ffi::c_int;

use crate::host::bf_cpuid;

/// `struct __processor_model`, whose first three members say who made the processor.
#[repr(C)]
pub struct Model {
    vendor: u32,
    kind: u32,
    subtype: u32,
    features: u32,
}

#[unsafe(no_mangle)]
static mut __cpu_model: Model = Model { vendor: 0, kind: 0, subtype: 0, features: 0 };

/// Features from number 32 on.
#[unsafe(no_mangle)]
static mut __cpu_features2: [u32; 3] = [0; 3];

const INTEL: u32 = 1;
const AMD: u32 = 2;
const OTHER: u32 = 3;

/// What must be on for a feature besides its own bit.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Nothing,
    /// Registers of 256 bits, saved by the system.
    Ymm,
    /// Registers of 512 bits and masks.
    Zmm,
}

/// Register of a leaf's answer.
const A: usize = 0;
const B: usize = 1;
const C: usize = 2;
const D: usize = 3;

/// Leaf, part, register and bit of a feature, its number, and what else it needs.
type Row = (u32, u32, usize, u32, u32, Needs);

const FEATURES: &[Row] = &[
    (1, 0, D, 15, 0, Needs::Nothing),
    (1, 0, D, 23, 1, Needs::Nothing),
    (1, 0, C, 23, 2, Needs::Nothing),
    (1, 0, D, 25, 3, Needs::Nothing),
    (1, 0, D, 26, 4, Needs::Nothing),
    (1, 0, C, 0, 5, Needs::Nothing),
    (1, 0, C, 9, 6, Needs::Nothing),
    (1, 0, C, 19, 7, Needs::Nothing),
    (1, 0, C, 20, 8, Needs::Nothing),
    (1, 0, C, 28, 9, Needs::Ymm),
    (7, 0, B, 5, 10, Needs::Ymm),
    (0x8000_0001, 0, C, 6, 11, Needs::Nothing),
    (1, 0, C, 12, 14, Needs::Ymm),
    (7, 0, B, 16, 15, Needs::Zmm),
    (7, 0, B, 3, 16, Needs::Nothing),
    (7, 0, B, 8, 17, Needs::Nothing),
    (1, 0, C, 25, 18, Needs::Nothing),
    (1, 0, C, 1, 19, Needs::Nothing),
    (7, 0, B, 31, 20, Needs::Zmm),
    (7, 0, B, 30, 21, Needs::Zmm),
    (7, 0, B, 17, 22, Needs::Zmm),
    (7, 0, B, 28, 23, Needs::Zmm),
    (7, 0, C, 1, 26, Needs::Zmm),
    (7, 0, B, 21, 27, Needs::Zmm),
    (7, 0, C, 14, 30, Needs::Zmm),
    (7, 0, C, 6, 31, Needs::Zmm),
    (7, 0, C, 8, 32, Needs::Nothing),
    (7, 0, C, 10, 33, Needs::Ymm),
    (7, 0, C, 11, 34, Needs::Zmm),
    (7, 0, C, 12, 35, Needs::Zmm),
    (7, 0, B, 19, 40, Needs::Nothing),
    (7, 0, B, 23, 43, Needs::Nothing),
    (7, 0, B, 24, 44, Needs::Nothing),
    (1, 0, C, 13, 46, Needs::Nothing),
    (1, 0, C, 29, 49, Needs::Ymm),
    (7, 0, B, 0, 50, Needs::Nothing),
    (0x8000_0001, 0, C, 0, 53, Needs::Nothing),
    (0x8000_0001, 0, D, 29, 54, Needs::Nothing),
    (0x8000_0001, 0, C, 5, 57, Needs::Nothing),
    (1, 0, C, 22, 58, Needs::Nothing),
    (0x8000_0001, 0, C, 8, 66, Needs::Nothing),
    (7, 0, C, 22, 68, Needs::Nothing),
    (1, 0, C, 30, 69, Needs::Nothing),
    (7, 0, B, 18, 70, Needs::Nothing),
    (7, 0, B, 29, 74, Needs::Nothing),
    (7, 0, C, 9, 78, Needs::Ymm),
    (1, 0, C, 26, 81, Needs::Nothing),
    (13, 1, A, 1, 82, Needs::Nothing),
    (13, 1, A, 0, 83, Needs::Nothing),
    (13, 1, A, 3, 84, Needs::Nothing),
];

/// The levels of the x86-64 psABI (3.1.1), lowest first: their numbers, and what each adds.
const LEVELS: [(u32, &[u32]); 4] = [
    (95, &[0, 1, 3, 4, 54]),
    (96, &[46, 53, 2, 5, 6, 7, 8]),
    (97, &[9, 10, 16, 17, 49, 14, 57, 58]),
    (98, &[15, 21, 23, 22, 20]),
];

/// Bytes that the system saves of a processor's state with registers of 256 bits, and of 512.
const YMM_BYTES: u32 = 832;
const ZMM_BYTES: u32 = 2688;

/// Fills the variables in. Resolvers call it, which run before constructors; it does so once.
#[unsafe(no_mangle)]
pub extern "C" fn __cpu_indicator_init() -> c_int {
    // SAFETY: one thread runs constructors and resolvers.
    unsafe {
        if __cpu_model.vendor != 0 {
            return 0;
        }
        let [highest, b, _, _] = ask(0, 0);
        __cpu_model.vendor = match &b.to_le_bytes() {
            b"Genu" => INTEL,
            b"Auth" => AMD,
            _ => OTHER,
        };
        let [highest_extended, ..] = ask(0x8000_0000, 0);
        let saves = ask(1, 0)[C] >> 27 & 1 != 0 && highest >= 13;
        let saved = if saves { ask(13, 0)[B] } else { 0 };
        let mut found = [0u32; 4];
        let has = |found: &[u32; 4], at: u32| found[at as usize / 32] >> (at % 32) & 1 != 0;
        for (leaf, part, register, bit, number, needs) in FEATURES {
            let limit = if *leaf >> 31 != 0 { highest_extended } else { highest };
            let on = match needs {
                Needs::Nothing => true,
                Needs::Ymm => saved >= YMM_BYTES,
                Needs::Zmm => saved >= ZMM_BYTES,
            };
            if *leaf <= limit && on && ask(*leaf, *part)[*register] >> bit & 1 != 0 {
                found[*number as usize / 32] |= 1 << (number % 32);
            }
        }
        for (level, features) in LEVELS {
            if !features.iter().all(|feature| has(&found, *feature)) {
                break;
            }
            found[level as usize / 32] |= 1 << (level % 32);
        }
        let [first, rest @ ..] = found;
        __cpu_model.features = first;
        __cpu_features2 = rest;
        0
    }
}

/// What the processor answers: eax, ebx, ecx and edx.
unsafe fn ask(leaf: u32, part: u32) -> [u32; 4] {
    let mut answer = [0; 4];
    // SAFETY: the answer has room for four words.
    unsafe { bf_cpuid(leaf, part, answer.as_mut_ptr()) };
    answer
}
