//! Random programs in C whose loops compilers make vectors of: over arrays of all types, with sums,
//! choices, statements on conditions, conversions, distances between what is read and what is written, known and unknown lengths.
//!
//! They have defined behaviour: signed arithmetic is done unsigned, indices stay inside, floating-point
//! numbers are never converted to integers, and shifts are short.

use std::fmt::Write;

/// A row of numbers that a seed determines (Knuth's MMIX generator, its upper bits).
struct Dice(u64);

/// What the loop that is being written has: pointers into arrays of these types.
type Pointers = Vec<usize>;

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }
}

/// Types of elements: their name in C, and that of the type in which they are computed.
const TYPES: [(&str, &str); 10] = [
    ("int8_t", "uint8_t"),
    ("uint8_t", "uint8_t"),
    ("int16_t", "uint16_t"),
    ("uint16_t", "uint16_t"),
    ("int32_t", "uint32_t"),
    ("uint32_t", "uint32_t"),
    ("int64_t", "uint64_t"),
    ("uint64_t", "uint64_t"),
    ("float", "float"),
    ("double", "double"),
];
/// Elements of each array.
const LENGTH: u64 = 1240;
/// Elements before and behind those that loops count over.
const MARGIN: i64 = 20;
/// Arrays of each type.
const ARRAYS: u64 = 3;

fn is_float(of: usize) -> bool {
    of >= 8
}

/// An expression of a type: over element `i` of arrays, numbers that do not change, and `i`.
fn expression(dice: &mut Dice, has: &Pointers, of: usize, depth: u32) -> String {
    let (name, computed) = TYPES[of];
    if depth == 0 || dice.roll(6) == 0 {
        return match dice.roll(8) {
            0 => format!("({computed})k{of}"),
            1 => format!("({computed}){}", dice.roll(100)),
            2 => format!("({computed})i"),
            _ => format!("({computed}){}", element(dice, has, of)),
        };
    }
    let part = |dice: &mut Dice| expression(dice, has, of, depth - 1);
    let (a, b) = (part(dice), part(dice));
    if is_float(of) {
        return match dice.roll(8) {
            0 => format!("({a} < {b} ? {a} : {b})"),
            1 => {
                let other = dice.roll(TYPES.len() as u64) as usize;
                format!("({computed}){}", element(dice, has, other))
            }
            2 => format!("({computed})__builtin_fabs({a})"),
            _ => format!("({a} {} {b})", dice.pick(&["+", "-", "*"])),
        };
    }
    match dice.roll(10) {
        0 => format!("({computed})({a} >> {})", 1 + dice.roll(7)),
        1 => format!("({computed})(({name}){a} < ({name}){b} ? {a} : {b})"),
        2 => {
            let other = dice.roll(8) as usize;
            format!("({computed}){}", element(dice, has, other))
        }
        3 => format!("({computed})({a} << {})", 1 + dice.roll(3)),
        // Promotion would make a product of two 16-bit numbers a signed one.
        4 => format!("({computed})((uint64_t){a} * {b})"),
        _ => format!("({computed})({a} {} {b})", dice.pick(&["+", "-", "&", "|", "^"])),
    }
}

/// What a statement is only done on.
fn condition(dice: &mut Dice, has: &Pointers) -> String {
    let of = dice.roll(TYPES.len() as u64) as usize;
    let (a, b) = (expression(dice, has, of, 1), expression(dice, has, of, 1));
    match dice.roll(3) {
        0 if !is_float(of) => format!("if ({a} & {}) ", 1 << dice.roll(7)),
        _ => format!("if ({a} {} {b}) ", dice.pick(&["<", ">", "==", "!="])),
    }
}

/// Element `i` of an array, or one near it.
fn element(dice: &mut Dice, has: &Pointers, of: usize) -> String {
    let near = match dice.roll(4) {
        0 => dice.roll(2 * MARGIN as u64) as i64 - MARGIN,
        _ => 0,
    };
    match has.iter().position(|&to| to == of) {
        Some(at) if dice.roll(2) == 0 => format!("p{at}[i + {near}]"),
        _ => format!("a{of}_{}[i + {near}]", dice.roll(ARRAYS)),
    }
}

/// A function with a loop of one to three statements. Gives the arguments that it is called with behind the
/// first: pointers, which may point into arrays that the loop uses by name, elsewhere.
fn random_loop(dice: &mut Dice, number: u64, text: &mut String) -> String {
    let has: Pointers = match dice.roll(2) {
        0 => Vec::new(),
        _ => (0..3).map(|_| dice.roll(TYPES.len() as u64) as usize).collect(),
    };
    let mut parameters = String::new();
    let mut arguments = String::new();
    for (at, &of) in has.iter().enumerate() {
        let _ = write!(parameters, ", {} *p{at}", TYPES[of].0);
        let shift = dice.roll(21) as i64 - 10;
        let _ = write!(arguments, ", a{of}_{} + {shift}", dice.roll(ARRAYS));
    }
    let from = MARGIN as u64 + 10 + dice.roll(4);
    // Lengths that are multiples of any vector leave no rest.
    let to = match dice.roll(3) {
        0 => format!("{}", from + 1024),
        1 => format!("{}", from + 900 + dice.roll(100)),
        _ => "n".to_owned(),
    };
    let head = "__attribute__((noinline)) static void";
    let _ = writeln!(text, "{head} loop{number}(long n{parameters}) {{\n    (void)n;");
    let mut body = String::new();
    let mut after = String::new();
    for at in 0..=dice.roll(3) {
        let of = match has.is_empty() {
            false if dice.roll(2) == 0 => dice.pick(&has),
            _ => dice.roll(TYPES.len() as u64) as usize,
        };
        let (name, computed) = TYPES[of];
        let value = expression(dice, &has, of, 3);
        match dice.roll(4) {
            0 if !is_float(of) => {
                let sum = format!("s{at}");
                let start = dice.roll(1000);
                let _ = writeln!(text, "    {computed} {sum} = {start};");
                let step = match dice.roll(4) {
                    0 => format!("{sum} = ({name}){sum} > ({name})({value}) ? {sum} : {value};"),
                    1 => format!("{sum} ^= {value};"),
                    _ => format!("{sum} += {value};"),
                };
                let _ = writeln!(body, "        {step}");
                let _ = writeln!(after, "    mix(&{sum}, sizeof {sum});");
            }
            _ => {
                let to = element(dice, &has, of);
                let on = match dice.roll(3) {
                    0 => condition(dice, &has),
                    _ => String::new(),
                };
                let _ = writeln!(body, "        {on}{to} = {value};");
            }
        }
    }
    let _ =
        writeln!(text, "    for (long i = {from}; i < {to}; i++) {{\n{body}    }}\n{after}}}\n");
    arguments
}

/// The program of a seed, with so many loops. It prints a hash after each of them.
#[must_use]
pub fn program(seed: u64, loops: u64) -> String {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut text = "#include <stdint.h>\n#include <stdio.h>\n\n".to_owned();
    for (of, (name, _)) in TYPES.iter().enumerate() {
        for array in 0..ARRAYS {
            let _ = writeln!(text, "static {name} a{of}_{array}[{LENGTH}];");
        }
        let _ = writeln!(text, "static volatile {name} number{of} = {};", 1 + dice.roll(90));
        let _ = writeln!(text, "static {name} k{of};");
    }
    text.push_str(
        "\nstatic uint64_t hash = 14695981039346656037u;\n\
         static void mix(const void *from, unsigned long size) {\n\
         \x20   const unsigned char *at = from;\n\
         \x20   for (unsigned long i = 0; i < size; i++) hash = (hash ^ at[i]) * 1099511628211u;\n\
         }\n\n",
    );
    let arguments: Vec<String> =
        (0..loops).map(|number| random_loop(&mut dice, number, &mut text)).collect();
    text.push_str("static void start(void) {\n    uint64_t x = 1;\n");
    for of in 0..TYPES.len() {
        let _ = writeln!(text, "    k{of} = number{of};");
        for array in 0..ARRAYS {
            let _ = writeln!(
                text,
                "    for (int i = 0; i < {LENGTH}; i++) {{ x = x * 6364136223846793005u + 1; \
                 a{of}_{array}[i] = (x >> 40) % 200; }}"
            );
        }
    }
    text.push_str("}\n\nint main(void) {\n    volatile long length = 1000;\n");
    for (number, arguments) in arguments.iter().enumerate() {
        let length = dice.roll(100);
        let _ = writeln!(text, "    start();\n    loop{number}(length + {length}{arguments});");
        for of in 0..TYPES.len() {
            for array in 0..ARRAYS {
                if is_float(of) {
                    // Which of two NaNs an operation gives is nobody's promise.
                    let _ = writeln!(
                        text,
                        "    for (int i = 0; i < {LENGTH}; i++) \
                         if (a{of}_{array}[i] != a{of}_{array}[i]) a{of}_{array}[i] = 0;"
                    );
                }
                let _ = writeln!(text, "    mix(a{of}_{array}, sizeof a{of}_{array});");
            }
        }
        let _ = writeln!(text, "    printf(\"{number} %llx\\n\", (unsigned long long)hash);");
    }
    text.push_str("}\n");
    text
}
