//! The merge by a scheduler and two executors on this machine, one of which is killed in the middle: the same bytes as
//! by one process, and as by `bareflow fleet` where it has been built.
//!
//! `BAREFLOW_FLEET=10000` is for that many snapshots; times and the most memory of each process are printed.

#[path = "../../tests/simulated/mod.rs"]
#[expect(dead_code, reason = "a part of what is simulated is enough here")]
mod simulated;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bareflow_fleet::Entry;
use snapshot_fmt::encode;

/// A process that does not outlive the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    fn start<S: AsRef<std::ffi::OsStr>>(args: &[S], log: &Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_bareflow-fleet"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        Self(child.unwrap())
    }

    /// The most memory that it has had so far, in MiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
        line.split_whitespace().nth(1).map_or(0, |kib| kib.parse::<u64>().unwrap() / 1_024)
    }

    /// Waits for its end; how it ended, how long that took, and the most memory, in MiB, that it had.
    fn ended(&mut self, mut meanwhile: impl FnMut()) -> (ExitStatus, Duration, u64) {
        let started = Instant::now();
        let mut memory = 0;
        loop {
            memory = memory.max(self.memory());
            if let Some(status) = self.0.try_wait().unwrap() {
                return (status, started.elapsed(), memory);
            }
            assert!(started.elapsed() < Duration::from_secs(300), "it does not end");
            meanwhile();
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A port that nothing listens at.
fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

struct Cluster {
    folder: PathBuf,
    url: String,
    _scheduler: Process,
    executors: Vec<Process>,
}

impl Cluster {
    /// One with two executors.
    fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let at = format!("127.0.0.1:{}", port());
        let scheduler = Process::start(
            &["scheduler", "--listen", &at, "--lost", "4"],
            &folder.join("scheduler.log"),
        );
        let until = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(&at).is_err() {
            assert!(Instant::now() < until, "the scheduler does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        let executor = |number: usize| {
            let own = folder.join(format!("executor {number}"));
            std::fs::create_dir_all(&own).unwrap();
            let listen = format!("127.0.0.1:{}", port());
            let own = own.to_str().unwrap();
            let args = ["executor", "--scheduler", &at, "--listen", &listen, "--cores", "1"];
            let args = [&args[..], &["--folder", own]].concat();
            Process::start(&args, &folder.join(format!("executor {number}.log")))
        };
        let executors = (0..2).map(executor).collect();
        let url = format!("df://{at}");
        Self { folder: folder.to_owned(), url, _scheduler: scheduler, executors }
    }

    /// Files that the tasks of an executor have left.
    fn left(&self, executor: usize) -> usize {
        fn files(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|e| if e.path().is_dir() { files(&e.path()) } else { 1 }).sum()
        }
        files(&self.folder.join(format!("executor {executor}")))
    }
}

/// Fills a store with as many snapshots as are asked for; how many and how many bytes.
fn fill(folder: &Path) -> (usize, usize) {
    use std::os::unix::ffi::OsStrExt;
    let wanted: usize = std::env::var_os("BAREFLOW_FLEET")
        .map_or(1_000, |count| std::str::from_utf8(count.as_bytes()).unwrap().parse().unwrap());
    let bases = simulated::bases();
    let (mut count, mut size) = (0, 0);
    for machine in 0.. {
        for entry in simulated::life(&bases, machine, 5) {
            if count == wanted {
                return (count, size);
            }
            let snapshot = encode(&entry.snapshot).unwrap();
            let (name, bytes) = Entry::file(&entry.origin, &snapshot);
            let folder = folder.join(&name[..2]);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{}.entry", &name[2..])), &bytes).unwrap();
            (count, size) = (count + 1, size + bytes.len());
        }
    }
    unreachable!()
}

#[test]
fn by_two_executors_one_of_which_is_killed_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let (count, size) = fill(&store);
    println!("{count} snapshots, {} MB", size >> 20);
    let name = store.to_str().unwrap();
    let output = |what: &str| folder.path().join(format!("{what}.snapshot"));
    let told = |what: &str, time: Duration, memory: u64| {
        println!("{what:<40} {:>6.2} s {memory:>5} MiB", time.as_secs_f64());
    };
    let run = |what: &str, args: &[String]| {
        let log = folder.path().join(format!("{what}.log"));
        let (status, time, memory) = Process::start(args, &log).ended(|| ());
        let log = std::fs::read_to_string(log).unwrap();
        assert!(status.success(), "{what}: {log}");
        told(what, time, memory);
    };
    let args = |out: &Path, engine: &str, more: &[&str]| -> Vec<String> {
        let args = ["merge", name, "-o", out.to_str().unwrap(), "--engine", engine];
        [&args[..], more].concat().into_iter().map(str::to_owned).collect()
    };
    let merge_for = |what: &str, engine: &str, more: &[&str]| {
        let out = output(what);
        run(what, &args(&out, engine, more));
        std::fs::read(out).unwrap()
    };
    let merge = |what: &str, more: &[&str]| merge_for(what, simulated::ENGINE, more);
    // As they were pushed no query takes part: what `bareflow fleet` does.
    let expected = merge("one by one", &[]);
    run("packing", &["pack", name].map(str::to_owned));
    assert!(merge("DataFusion", &["--partitions", "2"]) == expected);

    let mut cluster = Cluster::new(&folder.path().join("cluster"));
    let url = cluster.url.clone();
    let spread = ["--scheduler", &url, "--partitions", "16"];
    assert!(merge("Ballista, two executors", &spread) == expected);
    for executor in 0..2 {
        assert!(cluster.left(executor) > 0, "executor {executor} did nothing");
        println!("  executor {executor}: {} MiB", cluster.executors[executor].memory());
    }
    // One is killed as soon as it has left something that others are to read.
    let before = cluster.left(1);
    let out = output("killed");
    let log = folder.path().join("killed.log");
    let mut merging = Process::start(&args(&out, simulated::ENGINE, &spread), &log);
    let mut killed = None;
    let started = Instant::now();
    let mut victim = cluster.executors.pop();
    let (status, time, memory) = merging.ended(|| {
        if cluster.left(1) > before && victim.take().is_some() {
            killed = Some(started.elapsed());
        }
    });
    assert!(status.success(), "{}", std::fs::read_to_string(log).unwrap());
    let killed = killed.expect("it was over before the executor had done anything");
    told("Ballista, one of two killed", time, memory);
    println!("  killed after {:.2} s", killed.as_secs_f64());
    assert!(std::fs::read(out).unwrap() == expected);
    // The one that is left goes on alone.
    assert!(merge("Ballista, one executor", &spread) == expected);

    // `bareflow fleet` takes code of its own engine only.
    let bareflow = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/bareflow");
    if bareflow.is_file() {
        let out = output("bareflow");
        let mut command = Command::new(bareflow);
        command.args(["fleet", "merge", name, "-o"]).arg(&out).stdout(Stdio::null());
        let mut embedded = Process(command.spawn().unwrap());
        let (status, time, memory) = embedded.ended(|| ());
        assert!(status.success());
        told("bareflow fleet", time, memory);
        let expected = std::fs::read(&out).unwrap();
        let engine = snapshot_fmt::decode(&expected).unwrap().engine.engine;
        assert!(merge_for("DataFusion, its engine", &engine, &[]) == expected);
    }
}
