//! Compiles programs to bitcode and to native code, and installs compiled functions in this
//! process.

pub mod image;
pub mod subject;
pub mod walker;

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_ir::Module;

pub use image::Image;

/// The source of a test program.
pub fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name)
}

/// Makes a file with a compiler, or finds it made by an earlier run from the same source with
/// the same command.
fn made(source: &Path, suffix: &str, command: &mut Command) -> PathBuf {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let folder = source.parent().unwrap_or(Path::new("."));
    // What a source includes lies beside it.
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    for file in files.iter().filter(|file| file.is_file()) {
        let shared = file.file_name().is_some_and(|name| {
            ["panic.rs", "root.rs", "random.h"].iter().any(|shared| name == *shared)
        });
        if shared || file == source {
            std::fs::read(file).expect("a source").hash(&mut hasher);
        }
    }
    format!("{command:?}").hash(&mut hasher);
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let out = out.join(format!("{stem}-{:016x}{suffix}", hasher.finish()));
    if !out.exists() {
        let fresh = out.with_extension(format!("{}.new", std::process::id()));
        let output = command
            .arg("-o")
            .arg(&fresh)
            .arg(source)
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert!(
            output.status.success(),
            "{command:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        std::fs::rename(&fresh, &out).expect("a file that can be renamed");
    }
    out
}

fn is_rust(source: &Path) -> bool {
    source.extension().is_some_and(|extension| extension == "rs")
}

/// The bitcode module of a source at `-O<level>`.
pub fn module(source: &Path, level: &str) -> Module {
    let out = if is_rust(source) {
        let mut command = Command::new("rustc");
        command
            .args(["--edition=2024", "--emit=llvm-bc", "--crate-type=lib", "-Cpanic=abort"])
            .args(["-Cdebug-assertions=off", "-Coverflow-checks=off", "-Ccodegen-units=1"])
            .arg(format!("-Copt-level={level}"));
        made(source, ".bc", &mut command)
    } else {
        let mut command = Command::new("clang-22");
        command
            .args(["-c", "-emit-llvm", "-fno-exceptions", "-fwrapv", "-Wno-everything"])
            .arg(format!("-O{level}"));
        made(source, ".bc", &mut command)
    };
    let bytes = std::fs::read(&out).expect("bitcode");
    bareflow_bitcode::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", out.display()))
}

/// A native library made of a source.
pub struct Native(*mut libc::c_void);

impl Native {
    pub fn build(source: &Path) -> Self {
        let mut command;
        if is_rust(source) {
            command = Command::new("rustc");
            command
                .args(["--edition=2024", "--crate-type=cdylib", "-Cpanic=abort", "-Copt-level=1"])
                .args(["-Coverflow-checks=off", "--cfg=native"]);
        } else {
            command = Command::new("clang-22");
            command.args(["-shared", "-fPIC", "-O1", "-fwrapv", "-Wno-everything", "-lm"]);
        }
        Self::made_by(source, &mut command)
    }

    /// The library that a command makes of a source.
    pub fn made_by(source: &Path, command: &mut Command) -> Self {
        let out = made(source, ".so", command);
        let path = std::ffi::CString::new(out.as_os_str().as_encoded_bytes()).expect("a path");
        // SAFETY: the library was built from a test program, which has no constructors.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_LAZY) };
        assert!(!handle.is_null(), "cannot load {}", out.display());
        Self(handle)
    }

    /// The address of a function.
    pub fn address(&self, name: &str) -> usize {
        let c_name = std::ffi::CString::new(name).expect("a name");
        // SAFETY: the handle is that of a loaded library.
        let address = unsafe { libc::dlsym(self.0, c_name.as_ptr()) };
        assert!(!address.is_null(), "no function {name}");
        address as usize
    }
}

/// Calls `uint64_t f(uint64_t)`.
pub fn call(address: usize, arg: u64) -> u64 {
    // SAFETY: tests call only functions of that type, in libraries and images that stay
    // loaded.
    let function = unsafe { core::mem::transmute::<usize, extern "C" fn(u64) -> u64>(address) };
    function(arg)
}
