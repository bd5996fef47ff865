//! A request in the form in which it goes to the compiler: a row of fields, each a byte that says
//! which, a length of four bytes, little-endian, and what it holds. The compiler's side of it is in
//! `compilers/llvm/src/request.cpp`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_object::{CpuFeatures, Options, Tuning};

/// A request on its way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Fields(Vec<u8>);

impl Fields {
    fn field(&mut self, kind: u8, bytes: &[u8]) {
        self.0.push(kind);
        self.0.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// What is to be compiled, and for which processor.
    pub(crate) fn new(bitcode: &[u8], entry: &str, cpu: CpuFeatures) -> Self {
        let mut fields = Self::default();
        fields.field(b'b', bitcode);
        fields.field(b'e', entry.as_bytes());
        fields.field(b'f', features(cpu).as_bytes());
        fields
    }

    /// A library function that code may call.
    pub(crate) fn library(&mut self, name: &str) {
        self.field(b'l', name.as_bytes());
    }

    /// Choices beyond that.
    pub(crate) fn options(&mut self, options: &Options, cpu: CpuFeatures) {
        let mut number = |kind: u8, value: Option<u32>| {
            if let Some(value) = value {
                self.field(kind, value.to_string().as_bytes());
            }
        };
        number(b'i', options.inline_budget);
        number(b'u', options.unroll.map(u32::from));
        number(b'a', options.align_loops.map(u32::from));
        number(b'w', options.vectors.map(u32::from));
        let tuning = options.tuning.map_or_else(|| usual_tuning(cpu), Tuning::name);
        self.field(b't', tuning.as_bytes());
        if options.for_size {
            self.field(b's', &[]);
        }
        if options.slp {
            self.field(b'n', &[]);
        }
    }

    /// All of it.
    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0
    }
}

/// What code for processors with these features is tuned for, as long as nothing else was measured:
/// of what LLVM knows, what was best for most kernels. It follows from the features alone, so that the
/// same request gives the same code on every machine.
fn usual_tuning(cpu: CpuFeatures) -> &'static str {
    if cpu.has("avx512f") { "znver4" } else { "generic" }
}

/// Features as LLVM spells them.
fn features(cpu: CpuFeatures) -> String {
    let names = cpu.names().into_iter().map(|name| match name {
        "sse41" => "sse4.1",
        "sse42" => "sse4.2",
        "bmi1" => "bmi",
        "cmpxchg16b" => "cx16",
        other => other,
    });
    let mut text = String::new();
    for name in names {
        text.push_str(if text.is_empty() { "+" } else { ",+" });
        text.push_str(name);
    }
    text
}
