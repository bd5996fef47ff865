//! `bareflow-fleet`: fleets beyond one machine.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use bareflow_fleet::{Fleet, Newcomer, Origin, Refused};
use bareflow_fleet_cluster::machines::{Timing, Worker, schedule, work};
use bareflow_fleet_cluster::merge::{By, merge};
use bareflow_fleet_cluster::store::Store;
use bareflow_fleet_cluster::tables::pack;
use clap::Parser;
use snapshot_fmt::{decode, encode};

/// Fleets beyond one machine: snapshots in an object store, in tables, merged by one machine or several.
///
/// A STORE is a folder, file://… or s3://BUCKET/…, of which AWS_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
/// AWS_REGION and AWS_ALLOW_HTTP say the rest. A folder is the same store as for `bareflow fleet`.
#[derive(Parser, Debug)]
#[command(version)]
enum Command {
    /// Puts snapshots of a machine into a store
    Push {
        /// The store
        store: String,
        /// Files of snapshots
        #[arg(required = true)]
        snapshots: Vec<PathBuf>,
        /// What the machine is called; others must be called otherwise
        #[arg(long, value_name = "NAME")]
        machine: String,
    },
    /// Packs what was pushed into tables
    Pack {
        /// The store
        store: String,
        /// Remove what is in tables; `bareflow fleet`, which reads none, does not see it then
        #[arg(long)]
        remove: bool,
    },
    /// Writes what all machines know as one snapshot
    Merge {
        /// The store
        store: String,
        /// The snapshot to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Let the executors of this scheduler do the work (df://HOST:PORT); a folder has to be there for all of them
        #[arg(long, value_name = "URL")]
        scheduler: Option<String>,
        /// Parts to cut the work into
        #[arg(long, value_name = "N", default_value_t = 16)]
        partitions: usize,
        /// Take code of this engine only; default: that of most machines
        #[arg(long, value_name = "ENGINE")]
        engine: Option<String>,
        /// Take code only that needs no other processor features than these
        #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 0..)]
        features: Option<Vec<String>>,
        /// The new machine's processor: what machines of that model found fast weighs more
        #[arg(long, value_name = "MODEL")]
        cpu: Option<String>,
    },
    /// Schedules merges for executors, until it is ended
    Scheduler {
        /// Where to listen
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050")]
        listen: SocketAddr,
        /// Seconds after which an executor that nothing is heard of is taken for lost
        #[arg(long, value_name = "SECONDS", default_value_t = 20)]
        lost: u64,
    },
    /// Does a scheduler's work, until it is ended
    Executor {
        /// The scheduler
        #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
        scheduler: String,
        /// Where others fetch what its tasks have left
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
        listen: SocketAddr,
        /// What others call this machine; default: by its address
        #[arg(long, value_name = "NAME")]
        host: Option<String>,
        /// Tasks at a time; default: as many as processors
        #[arg(long, value_name = "N", default_value_t = 0)]
        cores: usize,
        /// Where tasks leave what others fetch
        #[arg(long, value_name = "FOLDER")]
        folder: Option<String>,
        /// Bytes of memory for tasks
        #[arg(long, value_name = "BYTES")]
        memory: Option<u64>,
    },
}

/// Prints a line. Nobody reads any more: not an error of the command.
macro_rules! say {
    ($($text:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let command = Command::parse();
    let done = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(command)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Push { store, snapshots, machine } => {
            let store = Store::open(&store)?;
            for path in snapshots {
                let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
                let snapshot = decode(&bytes)
                    .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
                let origin = Origin { machine: machine.clone(), boot: snapshot.boot_count };
                let name = store.push(&origin, &bytes).await?;
                say!("{machine}, boot {}: {name}", origin.boot);
            }
        }
        Command::Pack { store, remove } => {
            let packed = pack(&Store::open(&store)?, remove).await?;
            say!("{} entries in {} new files of tables", packed.entries, packed.files);
            packed.damaged.iter().for_each(|line| say!("  skipped: {line}"));
        }
        Command::Merge { store, output, scheduler, partitions, engine, features, cpu } => {
            let store = Store::open(&store)?;
            let by = scheduler.map_or(By::Here, By::Scheduler);
            let (fleet, damaged) = merge(&store, &by, partitions).await?;
            let engine = engine.or_else(|| fleet.engine()).unwrap_or_default();
            let newcomer =
                Newcomer { engine: &engine, features: features.as_deref(), cpu: cpu.as_deref() };
            settle(&fleet, newcomer, &output)?;
            damaged.iter().for_each(|line| say!("  skipped: {line}"));
        }
        Command::Scheduler { listen, lost } => schedule(listen, Timing { lost }).await?,
        Command::Executor { scheduler, listen, host, cores, folder, memory } => {
            let (name, port) = scheduler.rsplit_once(':').context("a scheduler is HOST:PORT")?;
            let scheduler = (name.to_owned(), port.parse().context("a port is a number")?);
            work(Worker { scheduler, listen, host, cores, folder, memory }).await?;
        }
    }
    Ok(())
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Writes what a new machine with the programs of most starts from.
fn settle(fleet: &Fleet, newcomer: Newcomer<'_>, output: &Path) -> Result<()> {
    let Some(base) = fleet.commonest() else { bail!("there is no snapshot in the store") };
    let settled = fleet.settle(&base, newcomer).map_err(anyhow::Error::msg)?;
    let bytes = encode(&settled.snapshot).map_err(anyhow::Error::msg)?;
    write(output, &bytes).with_context(|| output.display().to_string())?;
    let functions = settled.snapshot.functions.len();
    say!("{}: {functions} functions of {} machines", output.display(), settled.machines);
    if let Some(Origin { machine, boot }) = settled.code_of {
        say!("  code of {machine}, boot {boot}");
    }
    for Refused { origin, why } in &settled.refused {
        say!("  {}, boot {}: {why}", origin.machine, origin.boot);
    }
    Ok(())
}
