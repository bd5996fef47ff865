//! A few random programs; `cargo xtask csmith --seeds A..B`, alone, with `--ir` or with `--signatures`,
//! tries many.

use std::process::Command;

use bareflow_tests::place;

fn try_some(arguments: &[&str]) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "xtask", "--", "csmith"])
        .args(arguments)
        .current_dir(place::workspace())
        .env("CARGO_TARGET_DIR", place::target())
        .output()
        .expect("cargo starts");
    let (said, why) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{said}{why}");
    assert!(said.contains(" 0 failed"), "{said}");
}

#[test]
fn random_programs_behave_as_natively() {
    try_some(&["--seeds", "1..10"]);
}

#[test]
fn random_ir_behaves_as_natively() {
    try_some(&["--seeds", "1..10", "--ir", "--level", "interp,O1,O3,auto"]);
}

#[test]
fn random_signatures_pass_what_they_do_natively() {
    try_some(&["--seeds", "1..3", "--signatures", "--level", "interp,O1,stress"]);
}
