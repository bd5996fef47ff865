//! Compiles programs to bitcode and to native code, and installs compiled functions in this
//! process.

#![expect(clippy::allow_attributes, reason = "each test uses its part")]
#![allow(dead_code, reason = "each test uses its part")]

pub mod image;
pub mod walker;

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_ir::Module;

pub use image::Image;

/// A folder that lives as long as the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// The source of a test program.
pub fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn is_rust(source: &Path) -> bool {
    source.extension().is_some_and(|extension| extension == "rs")
}

/// The bitcode module of a source at `-O<level>`.
pub fn module(folder: &Folder, source: &Path, level: &str) -> Module {
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let out = folder.file(&format!("{stem}-{level}.bc"));
    if is_rust(source) {
        run(Command::new("rustc")
            .args(["--edition=2024", "--emit=llvm-bc", "--crate-type=lib", "-Cpanic=abort"])
            .args(["-Coverflow-checks=off", "-Ccodegen-units=1"])
            .arg(format!("-Copt-level={level}"))
            .arg("-o")
            .arg(&out)
            .arg(source));
    } else {
        run(Command::new("clang-22")
            .args(["-c", "-emit-llvm", "-fno-exceptions", "-fwrapv", "-Wno-everything"])
            .arg(format!("-O{level}"))
            .arg("-o")
            .arg(&out)
            .arg(source));
    }
    let bytes = std::fs::read(&out).expect("bitcode");
    bareflow_bitcode::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", out.display()))
}

/// A native library made of a source.
pub struct Native(*mut libc::c_void);

impl Native {
    pub fn build(folder: &Folder, source: &Path) -> Self {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy();
        let out = folder.file(&format!("{stem}.so"));
        if is_rust(source) {
            run(Command::new("rustc")
                .args(["--edition=2024", "--crate-type=cdylib", "-Cpanic=abort", "-Copt-level=1"])
                .args(["-Coverflow-checks=off", "--cfg=native"])
                .arg("-o")
                .arg(&out)
                .arg(source));
        } else {
            run(Command::new("clang-22")
                .args(["-shared", "-fPIC", "-O1", "-fwrapv", "-Wno-everything"])
                .args(["-Wl,--unresolved-symbols=ignore-all"])
                .arg("-o")
                .arg(&out)
                .arg(source)
                .args(["-lm"]));
        }
        let path = std::ffi::CString::new(out.as_os_str().as_encoded_bytes()).expect("a path");
        // SAFETY: the library was just built from a test program, which has no constructors.
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
