//! `bareflow`: the command line.

#[cfg(feature = "inside")]
use bareflow_inside::FILES;

/// In a checkout, artefacts lie beside the program.
#[cfg(not(feature = "inside"))]
const FILES: bareflow::artefacts::Files = &[];

fn main() -> std::process::ExitCode {
    bareflow::main(FILES)
}
