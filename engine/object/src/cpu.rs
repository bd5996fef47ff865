//! Processor features that change the code compilers make.

use alloc::string::String;
use alloc::vec::Vec;

macro_rules! features {
    ($($bit:literal $name:literal;)*) => {
        /// Names in order of their bits, as Cranelift and the ELF notes of compilers spell
        /// them.
        const NAMES: &[(u32, &str)] = &[$(($bit, $name)),*];
    };
}

features! {
    0 "sse3"; 1 "ssse3"; 2 "sse41"; 3 "sse42"; 4 "popcnt"; 5 "avx"; 6 "avx2"; 7 "fma";
    8 "bmi1"; 9 "bmi2"; 10 "lzcnt"; 11 "avx512f"; 12 "avx512dq"; 13 "avx512vl";
    14 "avx512bitalg"; 15 "avx512vbmi"; 16 "cmpxchg16b";
}

/// A set of features beyond the x86-64 baseline (SSE2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct CpuFeatures(u32);

impl CpuFeatures {
    /// Only the baseline.
    pub const BASELINE: Self = Self(0);

    /// The set of the named features; unknown names come back as an error.
    ///
    /// # Errors
    /// The first name that is not known.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        names.into_iter().try_fold(Self::BASELINE, |set, name| {
            let (bit, _) =
                NAMES.iter().find(|(_, known)| *known == name).ok_or_else(|| String::from(name))?;
            Ok(Self(set.0 | 1 << bit))
        })
    }

    /// The names of all features in the set.
    pub fn names(self) -> Vec<&'static str> {
        NAMES.iter().filter(|(bit, _)| self.0 >> bit & 1 != 0).map(|(_, name)| *name).collect()
    }

    /// Whether the named feature is in the set.
    pub fn has(self, name: &str) -> bool {
        NAMES.iter().any(|(bit, known)| *known == name && self.0 >> bit & 1 != 0)
    }

    /// Those of `self` that `other` lacks.
    pub fn missing_from(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it is the bare baseline.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What this processor has, and the operating system lets code use: CPUID leaves 1, 7 and
    /// 0x8000_0001, and XCR0 for the wide registers (Intel SDM volume 2, CPUID).
    pub fn detect() -> Self {
        use core::arch::x86_64::{__cpuid, __cpuid_count};
        let max = __cpuid(0).eax;
        let one = __cpuid(1);
        let seven = (max >= 7).then(|| __cpuid_count(7, 0)).map_or((0, 0), |l| (l.ebx, l.ecx));
        let extended =
            if __cpuid(0x8000_0000).eax >= 0x8000_0001 { __cpuid(0x8000_0001).ecx } else { 0 };
        // Leaf 13 tells which state components XCR0 has enabled once OSXSAVE is on; its first
        // word lists what may be enabled, and our platforms enable all of that.
        let osxsave = one.ecx >> 27 & 1 != 0;
        let states = if osxsave && max >= 13 { __cpuid_count(13, 0).eax } else { 0 };
        let ymm = states & 0b110 == 0b110;
        let zmm = states & 0b1110_0110 == 0b1110_0110;
        let bits = [
            one.ecx & 1 != 0,
            one.ecx >> 9 & 1 != 0,
            one.ecx >> 19 & 1 != 0,
            one.ecx >> 20 & 1 != 0,
            one.ecx >> 23 & 1 != 0,
            ymm && one.ecx >> 28 & 1 != 0,
            ymm && seven.0 >> 5 & 1 != 0,
            ymm && one.ecx >> 12 & 1 != 0,
            seven.0 >> 3 & 1 != 0,
            seven.0 >> 8 & 1 != 0,
            extended >> 5 & 1 != 0,
            zmm && seven.0 >> 16 & 1 != 0,
            zmm && seven.0 >> 17 & 1 != 0,
            zmm && seven.0 >> 31 & 1 != 0,
            zmm && seven.1 >> 12 & 1 != 0,
            zmm && seven.1 >> 1 & 1 != 0,
            one.ecx >> 13 & 1 != 0,
        ];
        Self(bits.iter().enumerate().fold(0, |set, (bit, on)| set | u32::from(*on) << bit))
    }
}

impl core::fmt::Display for CpuFeatures {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.names().join(","))
    }
}
