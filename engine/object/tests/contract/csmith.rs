//! Random programs by csmith give the checksum that clang's code gives.
//!
//! `CSMITH=from..to cargo test -p bareflow-object --test contract csmith -- --ignored --nocapture`

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::Image;
use crate::support::image::Plan;
use bareflow_cranelift::Cranelift;
use bareflow_object::Options;
use bareflow_profile::Level;

static CHECKSUM: AtomicU64 = AtomicU64::new(0);

/// Stands for `printf`, which csmith's programs call once, with the checksum.
extern "C" fn print(_format: *const u8, checksum: u64) -> i32 {
    CHECKSUM.store(checksum & 0xffff_ffff, Ordering::Relaxed);
    0
}

/// Runs `main` of an image in a child, for at most ten seconds.
fn run(image: &Image) -> Result<u64, String> {
    let mut pipe = [0; 2];
    // SAFETY: the child only runs the image and writes to the pipe, then ends.
    unsafe {
        libc::pipe(pipe.as_mut_ptr());
        let child = libc::fork();
        if child == 0 {
            libc::alarm(10);
            let main = core::mem::transmute::<usize, extern "C" fn(i32, usize) -> i32>(
                image.address("main"),
            );
            main(1, 0);
            let bytes = CHECKSUM.load(Ordering::Relaxed).to_le_bytes();
            libc::write(pipe[1], bytes.as_ptr().cast(), 8);
            libc::_exit(0);
        }
        libc::close(pipe[1]);
        let mut bytes = [0u8; 8];
        let count = libc::read(pipe[0], bytes.as_mut_ptr().cast(), 8);
        libc::close(pipe[0]);
        let mut status = 0;
        libc::waitpid(child, &mut status, 0);
        if count == 8 { Ok(u64::from_le_bytes(bytes)) } else { Err(format!("status {status:#x}")) }
    }
}

#[test]
#[ignore = "takes minutes"]
fn csmith_programs_agree() {
    let range = std::env::var("CSMITH").unwrap_or_else(|_| "1..20".into());
    let (from, to) = range.split_once("..").expect("from..to");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("csmith");
    std::fs::create_dir_all(&folder).expect("a folder");
    let compiler = Cranelift::new();
    let (mut failures, mut done) = (0, 0);
    for seed in from.parse::<u64>().expect("a number")..to.parse().expect("a number") {
        let source = folder.join(format!("{seed}.c"));
        let text = Command::new("csmith")
            .args(["--seed", &seed.to_string()])
            .current_dir(&folder)
            .output()
            .expect("csmith");
        std::fs::write(&source, text.stdout).expect("a file");
        let clang = |args: &[&str], out: &Path| {
            let status = Command::new("clang-22")
                .args(["-w", "-I/usr/include/csmith", "-fno-exceptions"])
                .args(args)
                .arg("-o")
                .arg(out)
                .arg(&source)
                .status()
                .expect("clang");
            assert!(status.success(), "seed {seed}");
        };
        let native = folder.join(format!("{seed}.exe"));
        clang(&["-O1"], &native);
        let output = Command::new("timeout").arg("5").arg(&native).output().expect("a program");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let expected = text
            .trim()
            .strip_prefix("checksum = ")
            .and_then(|hex| u64::from_str_radix(hex, 16).ok());
        std::fs::remove_file(&native).expect("a file");
        if let Some(expected) = expected {
            for bitcode in ["-O0", "-O2"] {
                let out = folder.join(format!("{seed}{bitcode}.bc"));
                clang(&["-c", "-emit-llvm", bitcode], &out);
                let bytes = std::fs::read(&out).expect("bitcode");
                let module = bareflow_bitcode::read(&bytes).expect("a module");
                std::fs::remove_file(&out).expect("a file");
                for level in [Level::O0, Level::O1, Level::O2, Level::O3] {
                    let options = Options { instrument: seed % 4 == 0, ..Options::default() };
                    let plan = Plan { options, ..Plan::of(&compiler, level) };
                    let image = Image::load_with(
                        &module,
                        &plan,
                        &[("printf", print as *const () as usize)],
                    );
                    assert!(image.refused.is_empty(), "seed {seed}: {:?}", image.refused);
                    let found = run(&image);
                    done += 1;
                    if found != Ok(expected) {
                        failures += 1;
                        println!(
                            "seed {seed}, bitcode {bitcode}, {level}: {found:x?}, not {expected:x}"
                        );
                    }
                }
            }
        }
        let _kept_if_wrong = std::fs::remove_file(&source);
    }
    println!("{done} runs, {failures} wrong");
    assert_eq!(failures, 0);
}
