//! `executed` on inputs that were not used while growing: right, or a trap by name and right after the return.
//!
//! A program is grown on a few lines and then given others, as many as it can do in one boot. Where its image comes to
//! what was left out, it says so by name; the grown one then runs those lines up to there, must be right, and learns
//! (`docs/way-back.md`, whose own tests do it on one disk), and the next shrunk image goes on. So every line is
//! right in the end, and what is counted is how many returns that took.
//!
//! `BAREFLOW_INPUTS=1000` gives each of the ten programs so many lines; a few give some of them otherwise.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use bareflow_cranelift::Cranelift;
use bareflow_emulator::{Input, Outcome};
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::shrink::shrink;
use bareflow_shrink::{Options, Policy};

use crate::support::*;

const PROGRAMS: usize = 10;
/// Lines that a program is grown on: few, so that much is left out.
const KNOWN: usize = 8;
/// Lines of a boot at most: what QEMU's serial line takes at once is no matter of this test.
const BATCH: usize = 250;
/// The end that a trap gives a machine.
const NEVER_RAN: Outcome = Outcome::Other(0x13);

/// Lines from a seed (xorshift).
struct Lines(u64);

impl Lines {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % most
    }

    fn rarely(&mut self) -> bool {
        self.below(50) == 0
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn number(&mut self) -> i64 {
        let most = if self.rarely() { 17 } else { 4 };
        let digits = 1 + self.below(most) as u32;
        let number = self.below(10_usize.pow(digits)) as i64;
        if self.below(10) == 0 { -number } else { number }
    }

    fn several(&mut self, most: usize, between: &str, each: fn(&mut Self) -> String) -> String {
        let count = 1 + self.below(most);
        (0..count).map(|_| each(self)).collect::<Vec<_>>().join(between)
    }

    fn word(&mut self) -> String {
        let letters = "abcdefgh XYZ0189.-_~";
        let letter = |lines: &mut Self| letters.as_bytes()[lines.below(letters.len())] as char;
        let count = 1 + self.below(12);
        (0..count).map(|_| letter(self)).collect()
    }

    fn expression(&mut self) -> String {
        match self.below(12) {
            0 => format!("({})", self.expression()),
            1 => format!("-{}", self.expression()),
            2 if self.rarely() => self.pick(&["", "(", "0x1f", "x", "1/0", "2 2"]).to_owned(),
            2..5 => {
                format!("{} {} {}", self.expression(), self.pick(&["*", "/", "%"]), self.number())
            }
            5..8 => format!("{}{}{}", self.expression(), self.pick(&["+", "-"]), self.number()),
            _ => self.number().to_string(),
        }
    }

    fn date(&mut self) -> String {
        let years = if self.rarely() { 9_999 } else { 2_400 };
        let months = if self.rarely() { 14 } else { 12 };
        let year = 1 + self.below(years);
        format!("{year}-{:02}-{:02}", 1 + self.below(months), 1 + self.below(31))
    }

    fn json(&mut self) -> String {
        match self.below(11) {
            0 => format!("[{}]", self.several(4, ",", Self::json)),
            1 => format!(
                "{{{}}}",
                self.several(3, ", ", |l| format!("\"{}\": {}", l.word(), l.json()))
            ),
            2 => self.pick(&["true", "false", "null", "[]", "{}", "\"\""]).to_owned(),
            3 if self.rarely() => self
                .pick(&["tru", "[1,", "\"\\u12g4\"", "\"\\u00e4\"", "\"\\n\"", "{1:2}", "-", ""])
                .to_owned(),
            3..6 => format!("\"{}\"", self.word()),
            6 => format!("{}.{}e{}", self.number(), self.below(99), self.below(30)),
            _ => self.number().to_string(),
        }
    }

    fn line(&mut self, program: usize) -> String {
        match program {
            0 => self.expression(),
            1 if self.rarely() => {
                self.pick(&["", "IIII", "VX", "Q", "0", "4000", "MMMM"]).to_owned()
            }
            1 if self.below(2) == 0 => (1 + self.below(3_999)).to_string(),
            1 => {
                let tens = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"];
                let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
                let thousands = ["", "M", "MM", "MCM", "MD"];
                [self.pick(&thousands), self.pick(&tens), self.pick(&ones)].concat()
            }
            2 if self.below(3) == 0 => format!("{} {}", self.date(), self.date()),
            2 if self.rarely() => self.word(),
            2 => self.date(),
            3 if self.below(3) == 0 => {
                "=".to_owned()
                    + &self
                        .several(6, "", |l| format!("{}{}", l.below(50), l.pick(&["a", "b", "~"])))
            }
            3 => self
                .several(6, "", |l| l.pick(&["a", "b", "cc", "1", "zzz"]).repeat(1 + l.below(5))),
            4 if self.below(3) == 0 => {
                "<".to_owned()
                    + &self.several(8, "", |l| {
                        l.pick(&["aGVs", "bG8g", "d29y", "bGQ", "Zg==", "+/+/", "*"]).to_owned()
                    })
            }
            4 => self.word(),
            5 => self.json(),
            6 => {
                let how = if self.rarely() {
                    self.pick(&["a", "z", "o", "x"])
                } else {
                    self.pick(&["e", "g", "f", "w", "i", ""])
                };
                let power =
                    if self.rarely() { format!("e{}", self.number() % 300) } else { String::new() };
                format!("{}.{}{power} {how}", self.number(), self.below(100_000))
            }
            7 => {
                let piece = |l: &mut Self| {
                    let one = if l.rarely() {
                        l.pick(&["[^a-c]", "\\w", "\\."])
                    } else {
                        l.pick(&["a", "b", ".", "[a-d]", "\\d", "X"])
                    };
                    format!("{one}{}", l.pick(&["", "", "*", "+", "?"]))
                };
                let begin = if self.below(8) == 0 { "^" } else { "" };
                let end = if self.below(8) == 0 { "$" } else { "" };
                format!("{begin}{}{end} {}", self.several(3, "", piece), self.word())
            }
            8 => {
                let how = if self.rarely() {
                    self.pick(&["b", "g", "x"])
                } else {
                    self.pick(&["s", "r", "m", "t", "u", ""])
                };
                format!("{how}{}", self.several(20, " ", |l| l.number().to_string()))
            }
            _ => {
                let sign = if self.rarely() {
                    self.pick(&["^", "<", "?"])
                } else {
                    self.pick(&["+", "-", "*"])
                };
                let number = |l: &mut Self| l.several(8, "", |l| l.below(100_000).to_string());
                format!("{}{sign}{}", number(self), number(self))
            }
        }
    }
}

/// Lines as input.
fn input(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What became of a program's lines.
#[derive(Clone, Default, Debug)]
struct Count {
    right: usize,
    /// Of these after a return.
    returned: usize,
    boots: usize,
    /// Causes that struck although they were learnt.
    repeated: Vec<String>,
}

/// Grows a program, shrinks it, and gives it so many lines.
fn try_out(program: usize, count: usize) -> Count {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shrunk/lines.c");
    let (source, native, bitcode) = (source.to_str().unwrap(), file("native"), file("lines.bc"));
    let define = format!("-DPROGRAM={program}");
    clang(&["-O1", &define, "-o", &native, source]);
    clang(&["-O1", &define, "-c", "-emit-llvm", "-o", &bitcode, source]);
    let files = vec!["lines.bc".into()];
    let module = ModuleEntry { name: "lines".into(), files, ..ModuleEntry::default() };
    // Little is compiled, so that blocks are left out, too.
    let thresholds = Some(Thresholds(1_000, 10_000, 100_000));
    let manifest = Manifest { thresholds, modules: vec![module], ..Manifest::default() };
    let files = [("modules/lines.bc".to_owned(), std::fs::read(bitcode).unwrap())];

    let lines = |seed: u64, count: usize| -> Vec<String> {
        let mut from = Lines((seed * 100 + program as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..20 {
            from.below(2);
        }
        (0..count).map(|_| from.line(program)).collect()
    };
    let known = lines(1, KNOWN);
    let grown = Growth { input: input(&known).as_bytes(), ..Growth::of(&manifest, &files) }.run();
    let image = |grown: &Grown| {
        let bytes = std::fs::read(grown.snapshot()).unwrap();
        // As beside a grown one, at the beginning of a disk that has none.
        let options = Options {
            policy: Policy::Executed,
            flat: true,
            elf: false,
            way_back: Some(0),
            ..Options::default()
        };
        shrink(&bytes, &Cranelift::new(), &options).unwrap().image.unwrap().file
    };
    let mut shrunk = image(&grown);
    let unknown = lines(2, count);
    let answers = natively(&native, &input(&unknown));
    let answers: Vec<&str> = answers.split_inclusive('\n').collect();
    assert_eq!(answers.len(), count);
    let mut told = Count::default();
    let mut causes = BTreeSet::new();
    while told.right < count {
        let end = count.min(told.right + BATCH);
        let (batch, wanted) = (&unknown[told.right..end], &answers[told.right..end]);
        let run = boot_image(&shrunk, |settings| {
            settings.input = Input::Bytes(typed(input(batch).as_bytes()));
        });
        told.boots += 1;
        let output = String::from_utf8_lossy(&run.output);
        let right = wanted.iter().scan(0, |at, answer| {
            *at += answer.len();
            Some(*at)
        });
        let right = right.take_while(|end| output.len() >= *end).count();
        if run.outcome == Outcome::Success {
            assert_eq!(output, wanted.concat(), "program {program}, {batch:?}");
        } else {
            assert_eq!(run.outcome, NEVER_RAN, "program {program}: {output}");
            assert!(
                wanted.concat().starts_with(&*output),
                "program {program}: {output} of {wanted:?}"
            );
            let said = run.records.last().unwrap();
            assert!(said.contains("never ran while growing: "), "{said}");
            // The grown image goes that way from its start, is right, and learns.
            let way = input(&batch[..=right]);
            grown.boot(way.as_bytes());
            let output = std::fs::read(grown.folder.path().join("output")).unwrap();
            assert_eq!(String::from_utf8_lossy(&output), wanted[..=right].concat(), "{way:?}");
            told.right += 1;
            if !causes.insert(said.clone()) {
                // Beside a grown one it would not be made again.
                told.repeated.push(said.clone());
            }
            shrunk = image(&grown);
            told.returned += 1;
        }
        told.right += right;
    }
    told
}

fn natively(program: &str, input: &str) -> String {
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || std::io::Write::write_all(&mut to, input.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn lines_that_it_never_saw_are_right_or_right_after_the_return() {
    let all = std::env::var("BAREFLOW_INPUTS").ok().map(|count| count.parse().unwrap());
    let programs: Vec<usize> = match all {
        Some(_) => (0..PROGRAMS).collect(),
        None => vec![0, 3, 8],
    };
    let counts = Mutex::new(Vec::new());
    in_parallel(&programs, |program| {
        let count = try_out(*program, all.unwrap_or(60));
        counts.lock().unwrap().push((*program, count));
    });
    let mut counts = counts.into_inner().unwrap();
    counts.sort_by_key(|(program, _)| *program);
    let sum =
        |part: fn(&Count) -> usize| counts.iter().map(|(_, count)| part(count)).sum::<usize>();
    for (program, Count { right, returned, boots, .. }) in &counts {
        println!(
            "program {program}: {right} lines right, {returned} after a return, {boots} boots"
        );
    }
    println!(
        "{} lines, {} returns, 0 wrong",
        sum(|count| count.right),
        sum(|count| count.returned)
    );
    assert!(sum(|count| count.returned) > 0, "nothing was left out that a line wanted");
    let repeated: Vec<_> = counts.iter().flat_map(|(_, count)| &count.repeated).collect();
    assert!(repeated.is_empty(), "causes that strike although they were learnt: {repeated:#?}");
}
