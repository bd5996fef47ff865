//! Fixtures, the compilers that make bitcode of them, and LLVM's own tools.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A compiler at a level, as the tests name it: `clang-19 -O3`, `rustc -O0`.
#[derive(Clone, Copy, Debug)]
pub struct Producer {
    /// The program.
    pub program: &'static str,
    /// What `-O` gets.
    pub level: &'static str,
}

/// The fixture called `name` in `tests/src`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/src").join(name)
}

/// A path for a file that this test run makes.
pub fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(std::process::id().to_string());
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    folder.join(format!("{}-{name}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Runs a tool.
///
/// # Panics
/// If it is not installed, which says what to install.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        let package = match program.as_str() {
            "rustc" => "the Rust toolchain (rustup)".to_string(),
            name if name.starts_with("llvm-") => {
                let version = name.rsplit('-').next().unwrap_or_default();
                format!("the package llvm-{version}")
            }
            name => format!("the package {name}"),
        };
        panic!("{program} cannot be run ({error}): install {package}")
    })
}

/// Runs a tool that must succeed.
pub fn succeed(command: &mut Command) -> Output {
    let output = run(command);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {errors}");
    output
}

/// The bitcode of a fixture.
pub fn compile(name: &str, producer: Producer) -> Vec<u8> {
    compile_with(name, producer, &[])
}

/// The bitcode of a fixture, made with further options.
pub fn compile_with(name: &str, producer: Producer, options: &[&str]) -> Vec<u8> {
    let out = scratch("module.bc");
    let Producer { program, level } = producer;
    let mut command = Command::new(program);
    if program == "rustc" {
        command.args(["--edition", "2024", "--emit=llvm-bc", "-C"]);
        command.arg(format!("opt-level={level}"));
    } else {
        command.args(["-w", "-c", "-emit-llvm"]).arg(format!("-O{level}"));
    }
    succeed(command.args(options).arg(fixture(name)).arg("-o").arg(&out));
    std::fs::read(&out).expect("the compiler's output")
}

/// Has LLVM's assembler read a text.
pub fn assemble(text: &str) -> Result<Vec<u8>, String> {
    assemble_with("llvm-as-22", text)
}

/// Has one of LLVM's assemblers read a text.
pub fn assemble_with(program: &str, text: &str) -> Result<Vec<u8>, String> {
    let (source, out) = (scratch("module.ll"), scratch("module.bc"));
    std::fs::write(&source, text).expect("a temporary file");
    let output = run(Command::new(program).arg(&source).arg("-o").arg(&out));
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(std::fs::read(&out).expect("the assembler's output"))
}

/// Calls `each` with every item, on two threads; the first panic is passed on.
pub fn in_parallel<T: Send>(items: Vec<T>, each: impl Fn(T) + Sync) {
    let queue = Mutex::new(items);
    let work = || loop {
        let item = queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
        match item {
            Some(item) => each(item),
            None => return,
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work();
        if let Err(panic) = other.join() {
            std::panic::resume_unwind(panic);
        }
    });
}
