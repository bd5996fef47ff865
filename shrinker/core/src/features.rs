//! Which processor features code really uses, so that an image asks for no more.
//!
//! A snapshot says what compilers were *allowed* to use. The code is walked from its entry and
//! its blocks, as constants may lie between; what an instruction needs and was allowed counts.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_object::Object;
use iced_x86::{CpuidFeature, Decoder, DecoderOptions, FlowControl, Instruction};

/// Name, CPUID leaf, whether the bit is in ECX (else EBX), bit, and what disassemblers call it
/// (Intel SDM volume 2, CPUID).
const KNOWN: &[(&str, u32, bool, u8, &[CpuidFeature])] = &[
    ("sse3", 1, true, 0, &[CpuidFeature::SSE3]),
    ("ssse3", 1, true, 9, &[CpuidFeature::SSSE3]),
    ("sse41", 1, true, 19, &[CpuidFeature::SSE4_1]),
    ("sse42", 1, true, 20, &[CpuidFeature::SSE4_2]),
    ("popcnt", 1, true, 23, &[CpuidFeature::POPCNT]),
    ("avx", 1, true, 28, &[CpuidFeature::AVX]),
    ("avx2", 7, false, 5, &[CpuidFeature::AVX2]),
    ("fma", 1, true, 12, &[CpuidFeature::FMA]),
    ("bmi1", 7, false, 3, &[CpuidFeature::BMI1]),
    ("bmi2", 7, false, 8, &[CpuidFeature::BMI2]),
    ("lzcnt", 0x8000_0001, true, 5, &[CpuidFeature::LZCNT]),
    ("avx512f", 7, false, 16, &[CpuidFeature::AVX512F]),
    ("avx512dq", 7, false, 17, &[CpuidFeature::AVX512DQ]),
    ("avx512vl", 7, false, 31, &[CpuidFeature::AVX512VL]),
    ("avx512bitalg", 7, true, 12, &[CpuidFeature::AVX512_BITALG]),
    ("avx512vbmi", 7, true, 1, &[CpuidFeature::AVX512_VBMI]),
    ("cmpxchg16b", 1, true, 13, &[CpuidFeature::CMPXCHG16B]),
];

/// Those of `allowed` that the code of `object` uses.
pub fn used(object: &Object, allowed: &[String]) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut seen = vec![false; object.text.len()];
    let mut work: Vec<usize> = vec![0];
    work.extend(object.blocks.iter().map(|(offset, _)| *offset as usize));
    while let Some(start) = work.pop() {
        if start >= object.text.len() || seen[start] {
            continue;
        }
        let options = DecoderOptions::NONE;
        let mut decoder = Decoder::with_ip(64, &object.text[start..], start as u64, options);
        while decoder.can_decode() {
            let instruction: Instruction = decoder.decode();
            let at = instruction.ip() as usize;
            if core::mem::replace(&mut seen[at], true) {
                break;
            }
            let needs = instruction.cpuid_features();
            let known = KNOWN.iter().filter(|known| known.4.iter().any(|f| needs.contains(f)));
            found.extend(known.map(|known| known.0).filter(|n| allowed.iter().any(|a| a == n)));
            let branches = matches!(
                instruction.flow_control(),
                FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch
            );
            if branches {
                work.push(instruction.near_branch_target() as usize);
            }
            let ends = matches!(
                instruction.flow_control(),
                FlowControl::UnconditionalBranch
                    | FlowControl::IndirectBranch
                    | FlowControl::Return
                    | FlowControl::Exception
            );
            if ends || instruction.is_invalid() {
                break;
            }
        }
    }
    found
}

/// The table that the machine's processor check reads (`machine/text/cpu.s`).
pub fn table(features: &BTreeSet<&'static str>) -> Vec<u8> {
    let mut table = Vec::new();
    for (name, leaf, in_ecx, bit, _) in KNOWN.iter().filter(|known| features.contains(known.0)) {
        table.extend(leaf.to_le_bytes());
        table.push(bit + if *in_ecx { 32 } else { 0 });
        table.extend(name.bytes());
        table.push(0);
    }
    table.extend([0; 4]);
    table
}

/// Whether the wide vector registers must be enabled.
pub fn needs_avx(features: &BTreeSet<&'static str>) -> bool {
    features.iter().any(|name| name.starts_with("avx") || *name == "fma")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_counts() {
        // popcnt %rdi, %rax; jmp over; (bytes of vpaddd %ymm0, %ymm0, %ymm0); over: ret
        let text = vec![0xf3, 0x48, 0x0f, 0xb8, 0xc7, 0xeb, 0x04, 0xc5, 0xfd, 0xfe, 0xc0, 0xc3];
        let mut object = Object { text, ..Object::default() };
        let all: Vec<String> = KNOWN.iter().map(|known| known.0.to_owned()).collect();
        assert_eq!(used(&object, &all), BTreeSet::from(["popcnt"]));
        assert_eq!(used(&object, &[]), BTreeSet::new());
        object.blocks.push((7, 1));
        assert_eq!(used(&object, &all), BTreeSet::from(["avx2", "popcnt"]));
        let table = table(&BTreeSet::from(["popcnt"]));
        assert_eq!(table, b"\x01\0\0\0\x37popcnt\0\0\0\0\0");
    }
}
