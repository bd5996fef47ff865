//! How much slower the interpreter is than native code, on the twelve modules.
//!
//! usage: bench FOLDER REFERENCE [--full] [NAME...]
//!
//! FOLDER has `libc.bc` and `modules/` as `cargo xtask images` makes them; REFERENCE has the C
//! twins of the modules, which clang compiles with -O3 -march=native. Times are processor
//! times of this thread, the least of several runs.

#[expect(dead_code, reason = "shared with the tests")]
#[path = "../tests/common/mod.rs"]
mod common;

use std::ffi::CString;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bareflow_interp::{Config, Interp};
use bareflow_ir::{Module, Symbol};
use common::TestWorld;

/// Arguments: small, full.
const KERNELS: [(&str, u64, u64); 12] = [
    ("fibonacci", 20, 32),
    ("sum", 100, 12000),
    ("compute", 20000, 1_000_000),
    ("primes", 100_000, 8_000_000),
    ("fft_1d", 4, 400),
    ("sha256", 20, 2000),
    ("matrix_mul", 40, 256),
    ("quicksort", 3000, 120_000),
    ("strops", 20, 2000),
    ("regex_dfa", 4, 300),
    ("gemm_tile", 10, 1500),
    ("physics_step", 10, 1000),
];

fn now() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists and the structure is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Seconds of one call: the least over batches of at least `batch` seconds each.
fn measure(batch: f64, mut call: impl FnMut()) -> f64 {
    let start = now();
    call();
    let once = (now() - start).max(1e-9);
    let calls = (batch / once).ceil().max(1.0) as u32;
    (0..7)
        .map(|_| {
            let start = now();
            (0..calls).for_each(|_| call());
            (now() - start) / f64::from(calls)
        })
        .fold(f64::MAX, f64::min)
}

fn read(path: &Path) -> Module {
    let bytes = std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    bareflow_bitcode::read(&bytes).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let full = args.iter().any(|arg| arg == "--full");
    args.retain(|arg| arg != "--full");
    let [folder, reference, names @ ..] = args.as_slice() else {
        eprintln!("usage: bench FOLDER REFERENCE [--full] [NAME...]");
        std::process::exit(2);
    };
    let folder = Path::new(folder);
    let level = std::env::var("LEVEL").unwrap_or("O2".into());
    let library = read(&folder.join("libc.bc"));
    let work = tempfile::tempdir().unwrap();
    let mut product = (0.0, 0);
    for (name, small, large) in KERNELS {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        let arg = if full { large } else { small };
        let own = read(&folder.join(format!("modules/{level}/{name}.bc")));
        let linked = bareflow_ir::link::link(&[&own, &library], &[name]).unwrap();
        let module = Arc::new(linked.module);
        let world = TestWorld::new(&module);
        let config = Config { hot_calls: u64::MAX, hot_loops: u64::MAX };
        let start = now();
        let interp = Interp::new(module.clone(), config);
        let Some(Symbol::Func(func)) = module.symbol(name) else { panic!("no {name}") };
        let call = || interp.call(&world, func, &[arg]).unwrap_or_else(|trap| panic!("{trap}"))[0];
        let found = call();
        let first = now() - start;
        let interpreted = measure(0.02, || {
            call();
        });

        let shared = work.path().join(format!("{name}.so"));
        let clang = Command::new("clang-22")
            .args([
                "-O3",
                "-march=native",
                "-ffp-contract=off",
                "-fno-builtin",
                "-w",
                "-shared",
                "-fPIC",
                "-o",
            ])
            .arg(&shared)
            .arg(Path::new(reference).join(format!("{name}.c")))
            .status()
            .unwrap();
        assert!(clang.success());
        let path = CString::new(shared.to_str().unwrap()).unwrap();
        let symbol = CString::new(name).unwrap();
        // SAFETY: both names end in a NUL; the function has this type.
        let native: extern "C" fn(u64) -> u64 = unsafe {
            let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
            assert!(!library.is_null());
            core::mem::transmute(libc::dlsym(library, symbol.as_ptr()))
        };
        assert_eq!(found, native(arg), "{name}({arg})");
        let compiled = measure(0.005, || {
            std::hint::black_box(native(std::hint::black_box(arg)));
        });
        let ratio = interpreted / compiled;
        product = (product.0 + ratio.ln(), product.1 + 1);
        println!(
            "{name:14} {:10.1} us  native {:9.2} us  ratio {ratio:6.2}  first {:8.1} us",
            interpreted * 1e6,
            compiled * 1e6,
            first * 1e6,
        );
    }
    println!("geometric mean {:.2} over {}", (product.0 / f64::from(product.1)).exp(), product.1);
}
