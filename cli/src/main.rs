//! `bareflow`: the command line.

fn main() -> std::process::ExitCode {
    bareflow::main()
}
