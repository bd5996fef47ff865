//! The twelve modules: right answers at every level, and how fast they are against native
//! code.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::image::{Plan, request};
use crate::support::{Image, Native, call, module, subject};
use bareflow_cranelift::Cranelift;
use bareflow_object::{Compiler, CpuFeatures, Entry, Options};
use bareflow_profile::Level;

const NAMES: [&str; 12] = [
    "fibonacci",
    "sum",
    "compute",
    "primes",
    "fft_1d",
    "sha256",
    "matrix_mul",
    "quicksort",
    "strops",
    "regex_dfa",
    "gemm_tile",
    "physics_step",
];

/// Ways to compile that a tournament tries.
const VARIANTS: [&str; 6] =
    ["slp", "unprofiled", "vectors=512", "inline=0", "inline=400", "unroll=4"];

fn images() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../images")
}

/// `"key": number` in the part of `modules.json` that is about `name`.
fn numbers(name: &str) -> [u64; 4] {
    let text = std::fs::read_to_string(images().join("modules/modules.json")).expect("a list");
    let line = text.lines().find(|line| line.contains(&format!("\"{name}\""))).expect("an entry");
    let mut found = line
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| part.len() > 1 || part.parse::<u64>().is_ok())
        .filter_map(|part| part.parse().ok());
    // A digit in the name is no number of the entry.
    let skip = name.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).count();
    core::array::from_fn::<_, 8, _>(|_| found.next().unwrap_or(0))[skip..skip + 4]
        .try_into()
        .expect("four numbers")
}

#[test]
fn twelve_modules_give_their_answers() {
    for name in NAMES {
        let [_, _, arg, result] = numbers(name);
        for bitcode in ["0", "2"] {
            let module = module(&images().join(format!("modules/{name}.rs")), bitcode);
            for level in [Level::O0, Level::O1, Level::O2, Level::O3] {
                for cpu in [CpuFeatures::detect(), CpuFeatures::BASELINE] {
                    let image =
                        Image::load(&module, &Plan { cpu, ..Plan::of(&Cranelift::new(), level) });
                    assert!(image.refused.is_empty(), "{name}: {:?}", image.refused);
                    let found = call(image.address(name), arg);
                    assert_eq!(found, result, "{name}: bitcode -O{bitcode}, {level}, cpu [{cpu}]");
                }
            }
        }
    }
}

#[test]
fn variants_give_the_same_answers() {
    for name in NAMES {
        let [_, _, arg, result] = numbers(name);
        let module = module(&images().join(format!("modules/{name}.rs")), "2");
        for subject in subject::all() {
            let level = *subject.levels.last().expect("a level");
            for words in VARIANTS {
                let options: Options = words.parse().expect("options");
                let image =
                    Image::load(&module, &Plan { options, ..Plan::of(&*subject.compiler, level) });
                // Who has no such variant says so.
                let maker = subject.compiler.name();
                let leaves = maker == "cranelift" && ["slp", "vectors=512"].contains(&words);
                assert_eq!(!image.refused.is_empty(), leaves, "{words}: {:?}", image.refused);
                if leaves {
                    continue;
                }
                assert_eq!(call(image.address(name), arg), result, "{name}: {maker}, {words}");
            }
        }
    }
}

/// Nanoseconds that this thread has run: what others do on the machine counts less so.
fn now() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one `timespec`.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Nanoseconds of one call.
fn time(address: usize, arg: u64) -> f64 {
    let start = now();
    core::hint::black_box(call(address, arg));
    now() - start
}

/// `cargo test -p bareflow-object --test contract speed -- --ignored --nocapture`; `BITCODE=0`
/// chooses other bitcode, `ONLY=name` one kernel.
#[test]
#[ignore = "prints figures"]
fn speed_against_native() {
    let bitcode = std::env::var("BITCODE").unwrap_or_else(|_| "2".into());
    let only = std::env::var("ONLY").unwrap_or_default();
    let repeat = std::env::var("REPEAT").map_or(7, |text| text.parse().expect("a number"));
    let levels = [Level::O0, Level::O1, Level::O2, Level::O3];
    let compiler = Cranelift::new();
    let mut logs = [0.0; 4];
    let mut best_log = 0.0;
    let mut count = 0.0;
    println!("{:14} {:>9}  {:>6} {:>6} {:>6} {:>6}", "kernel", "native us", "O0", "O1", "O2", "O3");
    for name in NAMES.into_iter().filter(|name| name.contains(&only)) {
        let [arg, ..] = numbers(name);
        let source = images().join(format!("reference/{name}.c"));
        let mut native = Command::new("clang-22");
        native.args(["-shared", "-fPIC", "-O3", "-march=native", "-ffp-contract=off"]);
        let native = Native::made_by(&source, &mut native).address(name);
        let module = module(&images().join(format!("modules/{name}.rs")), &bitcode);
        let loaded: Vec<Image> =
            levels.iter().map(|level| Image::load(&module, &Plan::of(&compiler, *level))).collect();
        // All take turns, so that the machine's moods meet all of them.
        let mut best = [f64::INFINITY; 5];
        for _ in 0..repeat {
            best[4] = best[4].min(time(native, arg));
            for (at, image) in loaded.iter().enumerate() {
                best[at] = best[at].min(time(image.address(name), arg));
            }
        }
        let base = best[4];
        let ratios: Vec<f64> = best[..4].iter().map(|time| time / base).collect();
        for (log, ratio) in logs.iter_mut().zip(&ratios) {
            *log += ratio.ln();
        }
        best_log += ratios.iter().fold(f64::INFINITY, |a, b| a.min(*b)).ln();
        count += 1.0;
        println!(
            "{name:14} {:9.0}  {:6.2} {:6.2} {:6.2} {:6.2}",
            base / 1000.0,
            ratios[0],
            ratios[1],
            ratios[2],
            ratios[3]
        );
    }
    let mean = |log: f64| (log / count).exp();
    println!(
        "{:14} {:9}  {:6.2} {:6.2} {:6.2} {:6.2}  best {:.2}",
        "geometric mean",
        "",
        mean(logs[0]),
        mean(logs[1]),
        mean(logs[2]),
        mean(logs[3]),
        mean(best_log)
    );
}

/// `cargo test --release -p bareflow-object --test contract compile_time -- --ignored --nocapture`.
#[test]
#[ignore = "prints figures"]
fn compile_time() {
    let bitcode = std::env::var("BITCODE").unwrap_or_else(|_| "2".into());
    let modules: Vec<_> = NAMES
        .iter()
        .map(|name| module(&images().join(format!("modules/{name}.rs")), &bitcode))
        .collect();
    for level in [Level::O0, Level::O1, Level::O2, Level::O3] {
        let compiler = Cranelift::new();
        let plan = Plan::of(&compiler, level);
        let mut best = f64::INFINITY;
        let (mut functions, mut bytes) = (0, 0);
        for _ in 0..15 {
            (functions, bytes) = (0, 0);
            let start = now();
            for module in &modules {
                for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
                    let object =
                        compiler.compile(&request(module, id, Entry::Call, &plan)).expect("code");
                    functions += 1;
                    bytes += object.text.len();
                }
            }
            best = best.min((now() - start) / 1e6);
        }
        println!("{level}: {functions} functions, {bytes} bytes in {best:.2} ms");
    }
}

/// Writes the code of all functions of the kernel `ONLY` to the folder `DUMP`, as raw bytes
/// for `objdump -D -b binary -m i386:x86-64`.
#[test]
#[ignore = "writes files"]
fn dump() {
    let bitcode = std::env::var("BITCODE").unwrap_or_else(|_| "2".into());
    let name = std::env::var("ONLY").expect("ONLY names a kernel");
    let folder = std::env::var("DUMP").expect("DUMP names a folder");
    let level = std::env::var("LEVEL").ok().and_then(|name| Level::from_name(&name));
    let module = module(&images().join(format!("modules/{name}.rs")), &bitcode);
    let compiler = Cranelift::new();
    let plan = Plan::of(&compiler, level.unwrap_or(Level::O1));
    for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
        let request = request(&module, id, Entry::Call, &plan);
        let object = compiler.compile(&request).expect("code");
        std::fs::write(Path::new(&folder).join(format!("{}.bin", object.symbol)), &object.text)
            .expect("a file");
    }
}
