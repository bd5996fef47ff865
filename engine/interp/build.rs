//! Refuses to build without optimisation: handlers call each other as tail calls, and the
//! compiler only makes jumps of those when it optimises.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("OPT_LEVEL").is_ok_and(|level| level == "0") {
        println!(
            "cargo::error=bareflow-interp needs opt-level 1 or more: its handlers are tail calls"
        );
    }
}
