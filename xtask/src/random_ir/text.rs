//! A program in the making: its text, and the values that can be used where it ends.

use std::collections::BTreeSet;

use super::random::Random;
use super::types::{Lane, Type};

/// The buffers, what adds to the checksum, and what prints it.
const HEAD: &str = "\
@ints = internal global [128 x i8] zeroinitializer, align 16
@floats = internal global [32 x float] zeroinitializer, align 4
@doubles = internal global [32 x double] zeroinitializer, align 8
@sum = internal global i64 1
@format = internal constant [17 x i8] c\"checksum = %llx\\0A\\00\"
declare i32 @printf(ptr, ...)
define internal void @mix(i64 %word) noinline {
  %old = load i64, ptr @sum
  %both = xor i64 %old, %word
  %product = mul i64 %both, 1099511628211
  %high = lshr i64 %product, 29
  %new = xor i64 %product, %high
  store i64 %new, ptr @sum
  ret void
}
";

pub(super) struct Text {
    pub(super) random: Random,
    /// The block that lines go to.
    pub(super) label: String,
    /// Functions that can be called: name, parameters, result.
    pub(super) functions: Vec<(String, Vec<Type>, Type)>,
    text: String,
    values: Vec<(Type, String)>,
    declared: BTreeSet<String>,
    names: u32,
}

impl Text {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            label: String::new(),
            functions: Vec::new(),
            text: HEAD.into(),
            values: Vec::new(),
            declared: BTreeSet::new(),
            names: 0,
        }
    }

    pub(super) fn finish(mut self) -> String {
        for line in &self.declared {
            self.text += line;
        }
        self.text
    }

    /// Begins a function.
    pub(super) fn open(&mut self, head: &str) {
        self.text += &format!("{head} {{\n");
        self.values.clear();
        let label = self.new_label();
        self.block(&label);
    }

    pub(super) fn close(&mut self) {
        self.text += "}\n";
    }

    pub(super) fn line(&mut self, line: String) {
        self.text += &format!("  {line}\n");
    }

    /// A line that makes a value; the value's name.
    pub(super) fn set(&mut self, line: String) -> String {
        let name = self.name();
        self.line(format!("{name} = {line}"));
        name
    }

    /// A call of an intrinsic, which is declared.
    pub(super) fn intrinsic(&mut self, ret: &str, name: &str, args: &[(String, String)]) -> String {
        let types: Vec<&str> = args.iter().map(|(ty, _)| &ty[..]).collect();
        self.declared.insert(format!("declare {ret} @llvm.{name}({})\n", types.join(", ")));
        let list: Vec<String> = args.iter().map(|(ty, value)| format!("{ty} {value}")).collect();
        self.set(format!("call {ret} @llvm.{name}({})", list.join(", ")))
    }

    pub(super) fn name(&mut self) -> String {
        self.names += 1;
        format!("%v{}", self.names)
    }

    pub(super) fn new_label(&mut self) -> String {
        self.names += 1;
        format!("b{}", self.names)
    }

    /// Begins a block.
    pub(super) fn block(&mut self, label: &str) {
        self.text += &format!("{label}:\n");
        self.label = label.into();
    }

    /// A place that is filled later.
    pub(super) fn hole(&self) -> usize {
        self.text.len()
    }

    pub(super) fn fill(&mut self, hole: usize, text: &str) {
        self.text.insert_str(hole, text);
    }

    /// Makes a value known to what follows.
    pub(super) fn know(&mut self, ty: Type, value: String) {
        self.values.push((ty, value));
    }

    pub(super) fn scope(&self) -> usize {
        self.values.len()
    }

    /// Values since `scope` do not reach further.
    pub(super) fn forget(&mut self, scope: usize) {
        self.values.truncate(scope);
    }

    /// A number of older values that keeps live ranges short of endless.
    pub(super) fn forget_some(&mut self, scope: usize) {
        if self.values.len() > 60 {
            let drop = scope.min(20);
            self.values.drain(..drop);
        }
    }

    /// A value of a type: one that is known, or a constant.
    pub(super) fn value(&mut self, ty: Type) -> String {
        let known: Vec<usize> =
            (0..self.values.len()).filter(|at| self.values[*at].0 == ty).collect();
        if known.is_empty() || self.random.one_in(6) {
            return self.constant(ty);
        }
        // Newer ones more often.
        let (a, b) = (self.random.below(known.len() as u64), self.random.below(known.len() as u64));
        self.values[known[a.max(b) as usize]].1.clone()
    }

    /// Any known value, if there is one of an integer (or else a float) type.
    pub(super) fn known(&mut self, int: bool) -> Option<(Type, String)> {
        let fits = |(ty, _): &&(Type, String)| matches!(ty.lane, Lane::Int(_)) == int;
        let list: Vec<&(Type, String)> = self.values.iter().filter(fits).collect();
        if list.is_empty() {
            return None;
        }
        Some(list[self.random.below(list.len() as u64) as usize].clone())
    }

    pub(super) fn constant(&mut self, ty: Type) -> String {
        if ty.lanes == 1 {
            return self.number(ty.lane);
        }
        let one = ty.scalar();
        let splat = self.random.one_in(3).then(|| self.number(ty.lane));
        let lanes: Vec<String> = (0..ty.lanes)
            .map(|_| {
                let lane = splat.clone().unwrap_or_else(|| self.number(ty.lane));
                format!("{one} {lane}")
            })
            .collect();
        format!("<{}>", lanes.join(", "))
    }

    fn number(&mut self, lane: Lane) -> String {
        match lane {
            Lane::Int(1) => ["false", "true"][self.random.below(2) as usize].into(),
            Lane::Int(bits) => match self.random.below(6) {
                0 => "0".into(),
                1 => "1".into(),
                2 => "-1".into(),
                3 => (u128::MAX >> (129 - bits.min(129))).to_string(),
                4 => format!("-{}", 1u128 << (bits.min(128) - 1)),
                _ => {
                    let wide =
                        u128::from(self.random.word()) << 64 | u128::from(self.random.word());
                    (wide >> (129 - bits.min(129))).to_string()
                }
            },
            Lane::Float | Lane::Double => {
                // Short numbers are exact in either format.
                let number = (self.random.below(4096) as f64 - 2048.0) / 64.0;
                let number = [number, 0.0, -0.0, 1e10, 1e-10][self.random.below(8).min(4) as usize];
                let number = if lane == Lane::Float { f64::from(number as f32) } else { number };
                format!("{:#018X}", number.to_bits()).replace("0X", "0x")
            }
        }
    }
}
