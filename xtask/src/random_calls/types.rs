//! C types at random: how they are declared, filled and looked at.

use std::fmt::Write as _;

use crate::random::Random;

/// A type with a name.
pub(super) struct Type {
    pub(super) name: String,
    kind: Kind,
    /// Its alignment, where it asks for more than its members do.
    aligned: u64,
}

/// What a value consists of.
enum Kind {
    /// An integer or enumeration of at most 64 bits.
    Int,
    /// `_Bool`.
    Bool,
    /// An integer of more bits.
    Wide(u64),
    Float,
    Pointer,
    Complex,
    /// Lanes, reached by index.
    Lanes(Box<Type>, u64),
    /// Members by name; of a union, one.
    Members(Vec<(String, Type)>),
}

const INTS: [&str; 14] = [
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "unsigned",
    "long",
    "unsigned long",
    "int",
    "long",
    "enum { TAG_A, TAG_B = 70000 }",
    "long long",
    "unsigned _BitInt(17)",
];
/// Those that are passed as they are among further arguments.
const WHOLE: [&str; 5] = ["int", "unsigned", "long", "unsigned long", "long long"];
/// Without `__bf16`, for which natively a library function is called that not every system has.
const FLOATS: [&str; 3] = ["float", "double", "_Float16"];

/// Levels of structs in structs.
const DEPTH: u32 = 2;

impl Type {
    /// Any type that a function may take or return.
    pub(super) fn any(
        text: &mut String,
        random: &mut Random,
        fresh: &mut dyn FnMut() -> String,
    ) -> Self {
        Self::make(text, random, fresh, 0, false)
    }

    /// Any type that is not promoted among further arguments.
    pub(super) fn further(
        text: &mut String,
        random: &mut Random,
        fresh: &mut dyn FnMut() -> String,
    ) -> Self {
        Self::make(text, random, fresh, 0, true)
    }

    fn make(
        text: &mut String,
        random: &mut Random,
        fresh: &mut dyn FnMut() -> String,
        depth: u32,
        further: bool,
    ) -> Self {
        match random.below(if depth < DEPTH { 16 } else { 11 }) {
            0..=2 => {
                let list: &[&str] = if further { &WHOLE } else { &INTS };
                define(text, fresh, random.pick(list), Kind::Int)
            }
            3 if !further && random.one_in(3) => define(text, fresh, "_Bool", Kind::Bool),
            3 => bit_int(text, random, fresh),
            4 => {
                let name = random.pick(&["__int128", "unsigned __int128"]);
                define(text, fresh, name, Kind::Wide(128))
            }
            5 | 6 => {
                let list = if further { &FLOATS[1..] } else { &FLOATS };
                define(text, fresh, random.pick(list), Kind::Float)
            }
            7 => define(text, fresh, "void *", Kind::Pointer),
            8 => {
                let name = random.pick(&["float _Complex", "double _Complex"]);
                define(text, fresh, name, Kind::Complex)
            }
            9 | 10 => vector(text, random, fresh),
            _ => aggregate(text, random, fresh, depth),
        }
    }

    /// Whether it is a vector of 64 bytes, which a variadic function cannot return here.
    pub(super) fn is_widest(&self) -> bool {
        matches!(self.kind, Kind::Lanes(..)) && self.aligned == 64
    }

    /// Statements that give `place` a value.
    pub(super) fn fill(&self, text: &mut String, place: &str) {
        let name = &self.name;
        _ = match &self.kind {
            Kind::Int => writeln!(text, "    {place} = ({name})next();"),
            Kind::Bool => writeln!(text, "    {place} = next() & 1;"),
            Kind::Pointer => writeln!(text, "    {place} = ({name})(next() >> 16);"),
            Kind::Float => writeln!(text, "    {place} = ({name})small();"),
            Kind::Complex => {
                writeln!(text, "    __real__ {place} = small(), __imag__ {place} = small();")
            }
            Kind::Wide(bits) => {
                let words: Vec<String> = (0..bits.div_ceil(64))
                    .map(|word| format!("(unsigned _BitInt({bits}))next() << {}", word * 64))
                    .collect();
                writeln!(text, "    {place} = ({name})({});", words.join(" ^ "))
            }
            Kind::Lanes(lane, count) => {
                let (index, head) = round(place, *count);
                text.push_str(&head);
                lane.fill(text, &format!("{place}[{index}]"));
                writeln!(text, "    }}")
            }
            Kind::Members(members) => {
                for (member, ty) in members {
                    ty.fill(text, &format!("{place}.{member}"));
                }
                Ok(())
            }
        };
    }

    /// Statements that add `place` to the checksum.
    pub(super) fn mix(&self, text: &mut String, place: &str) {
        _ = match &self.kind {
            Kind::Int | Kind::Bool | Kind::Pointer => {
                writeln!(text, "    mix((unsigned long){place});")
            }
            Kind::Float => writeln!(text, "    mixd((double){place});"),
            Kind::Complex => {
                writeln!(text, "    mixd(__real__ {place}), mixd(__imag__ {place});")
            }
            Kind::Wide(bits) => {
                for word in 0..bits.div_ceil(64) {
                    _ = writeln!(text, "    mix((unsigned long)({place} >> {}));", word * 64);
                }
                Ok(())
            }
            Kind::Lanes(lane, count) => {
                let (index, head) = round(place, *count);
                text.push_str(&head);
                lane.mix(text, &format!("{place}[{index}]"));
                writeln!(text, "    }}")
            }
            Kind::Members(members) => {
                for (member, ty) in members {
                    ty.mix(text, &format!("{place}.{member}"));
                }
                Ok(())
            }
        };
    }

    /// The same of an argument, and whether it lies where its type asks.
    pub(super) fn look(&self, text: &mut String, place: &str) {
        self.mix(text, place);
        if self.aligned > 1 {
            _ = writeln!(text, "    mix((uintptr_t)&{place} % {});", self.aligned);
        }
    }
}

/// The index and the beginning of a loop over what `place` consists of.
fn round(place: &str, count: u64) -> (String, String) {
    let index = format!("i{}", place.matches('[').count());
    let head = format!("    for (int {index} = 0; {index} < {count}; {index}++) {{\n");
    (index, head)
}

/// Names a type.
fn define(text: &mut String, fresh: &mut dyn FnMut() -> String, what: &str, kind: Kind) -> Type {
    let name = fresh();
    let what = what.replace("TAG", &name);
    _ = writeln!(text, "typedef {what} {name};");
    Type { name, kind, aligned: 1 }
}

fn bit_int(text: &mut String, random: &mut Random, fresh: &mut dyn FnMut() -> String) -> Type {
    let bits = match random.below(4) {
        0 => 33 + random.below(32),
        1 | 2 => 65 + random.below(64),
        _ => 129 + random.below(200),
    };
    let sign = random.pick(&["signed", "unsigned"]);
    let kind = if bits > 64 { Kind::Wide(bits) } else { Kind::Int };
    define(text, fresh, &format!("{sign} _BitInt({bits})"), kind)
}

fn vector(text: &mut String, random: &mut Random, fresh: &mut dyn FnMut() -> String) -> Type {
    const LANES: [(&str, u64); 8] = [
        ("signed char", 1),
        ("unsigned short", 2),
        ("int", 4),
        ("long", 8),
        ("float", 4),
        ("double", 8),
        ("_Float16", 2),
        ("unsigned", 4),
    ];
    let (lane, size) = LANES[random.below(8) as usize];
    let kind =
        if matches!(lane, "float" | "double" | "_Float16") { Kind::Float } else { Kind::Int };
    let lane = define(text, fresh, lane, kind);
    let name = fresh();
    let count = if random.one_in(6) {
        let count = [2, 3, 4][random.below(3) as usize];
        _ = writeln!(
            text,
            "typedef {} {name} __attribute__((ext_vector_type({count})));",
            lane.name
        );
        count
    } else {
        let bytes = [4, 8, 8, 16, 16, 16, 32, 32, 64][random.below(9) as usize].max(size);
        _ = writeln!(text, "typedef {} {name} __attribute__((vector_size({bytes})));", lane.name);
        bytes / size
    };
    let aligned = if count * size >= 32 { count * size } else { 1 };
    Type { name, kind: Kind::Lanes(Box::new(lane), count), aligned }
}

fn aggregate(
    text: &mut String,
    random: &mut Random,
    fresh: &mut dyn FnMut() -> String,
    depth: u32,
) -> Type {
    let union = random.one_in(6);
    let count = random.below(5) + u64::from(union) + u64::from(!random.one_in(20));
    let mut fields = String::new();
    let mut members = Vec::new();
    for at in 0..count {
        let ty = Type::make(text, random, fresh, depth + 1, false);
        let name = format!("m{at}");
        if random.one_in(6) {
            let len = 1 + random.below(4);
            _ = write!(fields, "{} {name}[{len}]; ", ty.name);
            let whole =
                Type { name: String::new(), kind: Kind::Lanes(Box::new(ty), len), aligned: 1 };
            members.push((name, whole));
        } else if matches!(ty.kind, Kind::Int) && random.one_in(5) {
            // Any integer type has seven bits.
            _ = write!(fields, "{} {name} : {}; ", ty.name, 1 + random.below(7));
            members.push((name, ty));
        } else {
            _ = write!(fields, "{} {name}; ", ty.name);
            members.push((name, ty));
        }
    }
    if union {
        let chosen = random.below(members.len() as u64) as usize;
        members = vec![members.swap_remove(chosen)];
    }
    let aligned = if random.one_in(8) { 16 << random.below(4) } else { 1 };
    let mut attributes = String::new();
    if aligned > 1 {
        _ = write!(attributes, " __attribute__((aligned({aligned})))");
    } else if random.one_in(12) {
        attributes = " __attribute__((packed))".into();
    }
    let name = fresh();
    let word = if union { "union" } else { "struct" };
    _ = writeln!(text, "typedef {word} {{ {fields}}}{attributes} {name};");
    Type { name, kind: Kind::Members(members), aligned }
}
