//! `bareflow-shrink`: the command line.

use std::process::ExitCode;

use bareflow_shrink::cli::Cli;
use bareflow_shrink::failure::{Failure, Kind};
use clap::Parser as _;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            if std::env::args().any(|argument| argument == "--json") {
                let failure = Failure::new(Kind::Usage, error.to_string());
                eprintln!("{}", failure.to_json());
            } else {
                eprint!("{error}");
            }
            return ExitCode::from(Kind::Usage.code());
        }
        Err(help) => {
            print!("{help}");
            return ExitCode::SUCCESS;
        }
    };
    match cli.run(cli.json()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if cli.json() {
                eprintln!("{}", failure.to_json());
            } else {
                eprintln!("error: {failure}");
            }
            ExitCode::from(failure.kind.code())
        }
    }
}
