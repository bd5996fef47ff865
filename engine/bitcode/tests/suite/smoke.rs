//! Damaged modules: whatever is changed in a file, reading it neither panics nor takes more
//! memory than a fixed multiple of the file.

use crate::common::{Producer, assemble, compile, compile_with, fixture};
use crate::oracle::{Counting, examine};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn seeds() -> Vec<Vec<u8>> {
    let clang = |name, program, level| compile(name, Producer { program, level });
    let source = std::fs::read_to_string(fixture("everything.ll")).expect("the fixture");
    vec![
        assemble(&source).expect("an assembled fixture"),
        clang("ints.c", "clang-14", "0"),
        clang("vectors.c", "clang-19", "3"),
        clang("structs.c", "clang-22", "1"),
        clang("globals.c", "clang-22", "2"),
        compile_with("control.c", Producer { program: "clang-22", level: "2" }, &["-g"]),
    ]
}

/// xorshift64*: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}

#[test]
fn whole_modules_take_a_fifth_of_the_bound() {
    for seed in seeds() {
        let found = examine(&seed);
        let bound = 20 * seed.len() as isize;
        assert!(found.module && found.peak < bound, "{found:?} of {} bytes", seed.len());
    }
}

/// What fuzzing once found, each file by the name of what was wrong with it.
#[test]
fn what_was_found_before_stays_mended() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/found");
    let mut count = 0;
    for file in std::fs::read_dir(folder).expect("the folder is there") {
        examine(&std::fs::read(file.expect("an entry").path()).expect("it can be read"));
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn damaged_modules_neither_panic_nor_swell() {
    let seeds = seeds();
    // `MUTATIONS=1000000` makes a long run of it, with the same first ones.
    let count = std::env::var("MUTATIONS").ok().and_then(|count| count.parse().ok());
    let count = count.unwrap_or(4000);
    let mut random = Random(0x5EED);
    let (mut read, mut worst) = (0, 0);
    for _ in 0..count {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.below(256) as u8,
                2 => {
                    let from = random.below(bytes.len());
                    let len = random.below(16).min(bytes.len() - from.max(at));
                    bytes.copy_within(from..from + len, at);
                }
                3 => bytes.truncate(at.max(8)),
                _ => {
                    let end = (at + 4).min(bytes.len());
                    bytes[at..end].fill(0xFF);
                }
            }
        }
        let found = examine(&bytes);
        read += usize::from(found.module);
        worst = worst.max(found.peak / bytes.len() as isize);
    }
    // Changes in names and metadata leave a module as it was.
    println!("{count} modules, {read} read, at most {worst} bytes a byte");
    assert!(read > 100, "only {read} of the damaged modules were read; worst {worst}");
}
