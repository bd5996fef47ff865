//! Builds, tests and checks the project itself: `cargo xtask …`.

mod audit;
mod boot;
mod build;
mod cluster;
mod compilers;
mod csmith;
mod cxx;
mod dist;
mod docs;
mod fuzz;
mod images;
mod kernel;
mod random;
mod random_calls;
mod random_ir;
mod setup;
mod shell;
mod shrunk;
mod stamp;
mod symbols;
mod test;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Builds, tests and checks the project itself")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what is missing from the system's packages, or prints how to.
    Setup,
    /// Makes kernel, loader, C library and modules under target/bareflow.
    Build(build::Args),
    /// Makes only the C library, the modules and the larger programs.
    Images,
    /// Compares random programs with native runs.
    Csmith(csmith::Args),
    /// Tries random inputs on a decoder of untrusted bytes.
    Fuzz(fuzz::Args),
    /// Runs the test programs at every level of bitcode and engine.
    Programs(test::Programs),
    /// Measures shrunk images, or tries many programs in them.
    Shrunk(shrunk::Args),
    /// Builds and tests fleets beyond one machine, which nothing else does: several minutes.
    Cluster(cluster::Args),
    /// Counts unsafe blocks and the lines that say why they are sound, folder by folder.
    Unsafe(audit::Args),
    /// Writes the documents that are made: manual, completions, rustdoc without warnings.
    Docs,
    /// Makes what people install, as one tar file: tools, manual pages, completions.
    Dist,
    /// Sets up, builds and runs every test.
    Test,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Setup => setup::run(),
        Task::Build(args) => build::run(&args),
        Task::Images => {
            setup::for_purposes(&[bareflow_host::tools::Purpose::Compile])?;
            images::build(&shell::artefacts())
        }
        Task::Csmith(args) => csmith::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Programs(args) => test::programs(&args),
        Task::Shrunk(args) => shrunk::run(&args),
        Task::Cluster(args) => cluster::run(&args),
        Task::Unsafe(args) => audit::run(&args),
        Task::Docs => docs::run(),
        Task::Dist => dist::run(),
        Task::Test => test::run(),
    }
}
