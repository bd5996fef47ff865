//! `bareflow completions` and `bareflow manual`: made from the definitions of the commands.

use std::io::Write;
use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::ui::Ui;

/// What `bareflow completions` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow completions bash > /etc/bash_completion.d/bareflow
  bareflow completions zsh > ~/.zfunc/_bareflow
  bareflow completions fish --tool bareflow-shrink > ~/.config/fish/completions/bareflow-shrink.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
    /// Of which tool
    #[arg(long, value_name = "NAME", default_value = "bareflow", value_parser = ["bareflow", "bareflow-shrink"])]
    tool: String,
}

/// What `bareflow manual` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow manual                        lists the pages
  bareflow manual bareflow-boot          one page, as roff
  bareflow manual bareflow-boot | man -l -
  bareflow manual --out man/man1         all of them, as files")]
pub struct Manual {
    /// A page: bareflow, bareflow-run, bareflow-snapshot-show, bareflow-shrink, …
    #[arg(value_name = "PAGE", conflicts_with = "out")]
    page: Option<String>,
    /// Folder for all pages, as NAME.1
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A page of the manual.
#[derive(Serialize)]
struct Page {
    page: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(skip)]
    roff: Vec<u8>,
}

/// Writes a completion script to standard output; `own` is this tool's command line.
///
/// # Errors
/// None.
pub fn completions(args: &Completions, own: Command, ui: &Ui) -> Result<Exit, Failure> {
    let mut command = match args.tool.as_str() {
        "bareflow-shrink" => bareflow_shrink::cli::Cli::command(),
        _ => own,
    };
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, args.tool.as_str(), &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let value = serde_json::json!({
        "tool": args.tool, "shell": args.shell.to_string(), "script": script,
    });
    ui.result(&value, || script);
    Ok(Exit::Success)
}

/// Prints a page, lists the pages, or writes all of them; `own` is this tool's command line.
///
/// # Errors
/// No such page, or a folder that cannot be written.
pub fn manual(args: &Manual, own: Command, ui: &Ui) -> Result<Exit, Failure> {
    let mut pages = Vec::new();
    for command in [own, bareflow_shrink::cli::Cli::command()] {
        let name = command.get_name().to_owned();
        // `bareflow shrink` and `bareflow-shrink` are one thing and have one page.
        pages.retain(|page: &Page| page.page != name);
        collect(command, &name, &mut pages)?;
    }
    if let Some(wanted) = &args.page {
        let wanted = wanted.trim_end_matches(".1");
        let Some(page) = pages.iter().find(|page| page.page == *wanted) else {
            let message = format!("no page {wanted}; `bareflow manual` lists them");
            return Err(Failure::usage(message));
        };
        let roff = String::from_utf8_lossy(&page.roff).into_owned();
        let value = serde_json::json!({ "page": page.page, "roff": roff });
        ui.result(&value, || roff.trim_end().to_owned());
        return Ok(Exit::Success);
    }
    for page in &mut pages {
        if let Some(folder) = &args.out {
            std::fs::create_dir_all(folder).map_err(|error| Failure::output(folder, error))?;
            let file = folder.join(format!("{}.1", page.page));
            write_whole(&file, |out| {
                out.write_all(&page.roff).map_err(|error| Failure::output(&file, error))
            })?;
            page.file = Some(file);
        }
        ui.result(page, || match &page.file {
            Some(file) => file.display().to_string(),
            None => page.page.clone(),
        });
    }
    Ok(Exit::Success)
}

/// The page of `command` and those of its subcommands.
fn collect(command: Command, name: &str, pages: &mut Vec<Page>) -> Result<(), Failure> {
    let mut command = command.display_name(name.to_owned()).disable_help_subcommand(true);
    command.build();
    let below: Vec<Command> =
        command.get_subcommands().filter(|below| !below.is_hide_set()).cloned().collect();
    let title = name.to_uppercase();
    // The usage line has blanks where the page's name has dashes.
    let mut roff = Vec::new();
    clap_mangen::Man::new(command)
        .title(title)
        .section("1")
        .manual("BareFlow")
        .render(&mut roff)
        .map_err(|error| Failure::usage(error.to_string()))?;
    pages.push(Page { page: name.to_owned(), file: None, roff });
    for below in below {
        let name = format!("{name}-{}", below.get_name());
        collect(below, &name, pages)?;
    }
    Ok(())
}
