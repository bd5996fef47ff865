//! The commands and how they are told apart.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::failure::{Exit, Failure};
use crate::ui::Ui;
use crate::{
    bench, boot, build, demo, disk, docs, doctor, explore, fleet, grow, image, link, llm,
    run as hosted, snapshot, sync, wrap,
};

/// BareFlow's host tools.
#[derive(Parser, Debug)]
#[command(name = "bareflow", version, about, arg_required_else_help = true)]
struct Cli {
    /// Print JSON only, one object a line; everything else goes to standard error.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Measures every level against native code.
    Bench(bench::Args),
    /// Makes a bootable disk with modules on it.
    Image(image::Args),
    /// Lists, reads and writes the files of an image.
    Disk(disk::Args),
    /// Boots an image once in QEMU; its console is this terminal.
    Boot(boot::Args),
    /// Boots an image several times, each from the last one's snapshot.
    Grow(grow::Args),
    /// Grows the twelve modules over some boots, shrinks them, and shows how it went.
    Demo(demo::Args),
    /// Runs a program in this process, on the same engine as on bare metal.
    Run(hosted::Args),
    /// Lets a language model answer, in this process or as a machine of its own.
    Llm(Box<llm::Args>),
    /// Makes one bitcode file of a cargo or makefile project.
    Build(build::Args),
    /// Puts the LLBC header on bitcode.
    Wrap(wrap::Args),
    /// Writes a linked program as bitcode, with its profile if asked.
    Link(link::Args),
    /// Makes a minimal image of a snapshot: what bareflow-shrink does.
    Shrink(Box<bareflow_shrink::cli::Cli>),
    /// Writes one page to look through all that was learned.
    Explore(explore::Args),
    /// Says what is here, what is missing, and how to get it.
    Doctor(doctor::Args),
    /// Takes profiles from serial lines to a disk, so that its next boot starts where they lead.
    Sync(sync::Args),
    /// Snapshots of many machines, and what a new one starts from.
    Fleet(fleet::Args),
    /// Looks into snapshots: ls, show, verify, diff, merge, extract, export.
    Snapshot(snapshot::Args),
    /// Prints a completion script for a shell.
    Completions(docs::Completions),
    /// Prints the manual's pages, or writes them.
    Manual(docs::Manual),
}

fn dispatch(command: Command, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        Command::Bench(args) => bench::run(&args, ui),
        Command::Image(args) => image::run(args, ui),
        Command::Disk(args) => disk::run(&args, ui),
        Command::Boot(args) => boot::run(args, ui),
        Command::Grow(args) => grow::run(args, ui),
        Command::Demo(args) => demo::run(&args, ui),
        Command::Run(args) => hosted::run(&args, ui),
        Command::Llm(args) => llm::run(*args, ui),
        Command::Build(args) => build::run(&args, ui),
        Command::Wrap(args) => wrap::run(args, ui),
        Command::Link(args) => link::run(&args, ui),
        Command::Shrink(args) => {
            args.run(ui.json())?;
            Ok(Exit::Success)
        }
        Command::Explore(args) => explore::run(&args, ui),
        Command::Doctor(args) => doctor::run(&args, ui),
        Command::Fleet(args) => fleet::run(&args, ui),
        Command::Sync(args) => sync::run(&args, ui),
        Command::Snapshot(args) => snapshot::run(args, ui),
        Command::Completions(args) => docs::completions(&args, Cli::command(), ui),
        Command::Manual(args) => docs::manual(&args, Cli::command(), ui),
    }
}

/// Parses and runs a command line; what it ends with.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    if let Some(given) = build::stand_in(&arguments) {
        return ended(given, &Ui::new(false));
    }
    // Wrong usage must be JSON, too, though the line could not be parsed. What follows these two is
    // the program's.
    let mut own = arguments.iter().take_while(|word| *word != "--" && *word != "--args");
    let ui = Ui::new(own.any(|argument| argument == "--json"));
    let end = match Cli::try_parse_from(&arguments) {
        Ok(cli) => dispatch(cli.command, &Ui::new(cli.json)),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                // Nobody reads any more: not an error of the command.
                let _ = error.print();
                Ok(Exit::Success)
            }
            _ if ui.json() => Err(Failure::usage(error.render().to_string().trim_end())),
            _ => {
                let _ = error.print();
                return Exit::Usage.into();
            }
        },
    };
    ended(end, &ui)
}

/// Says why a command failed, if it did; its status.
fn ended(end: Result<Exit, Failure>, ui: &Ui) -> ExitCode {
    match end {
        Ok(exit) => exit.into(),
        Err(failure) => {
            ui.failure(&failure);
            failure.exit().into()
        }
    }
}
