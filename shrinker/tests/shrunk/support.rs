//! Growing programs in this process's own machine, and running images in an emulator.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_emulator::{Outcome, Run, Settings, run};
use bareflow_hosted::{Hosted, Output};
use bareflow_session::{Job, Manifest, boot};

/// Names the folder that a child process grows in.
const FOLDER: &str = "BAREFLOW_TEST_GROW";
/// Says how many processors the machine there has.
const PROCESSORS: &str = "BAREFLOW_TEST_PROCESSORS";

/// A grown program: its disk as a folder, and what it gave in its last boot.
pub struct Grown {
    pub folder: tempfile::TempDir,
    pub output: Vec<u8>,
    /// Module, exit status, result.
    pub results: Vec<(String, i32, Option<u64>)>,
}

impl Grown {
    /// One more boot, of a machine with one processor.
    pub fn boot(&self, input: &[u8]) {
        boot_once(self.folder.path(), 1, input);
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> PathBuf {
        let folder = self.folder.path().join("boot/snapshots");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.pop().unwrap()
    }
}

/// How to grow.
#[derive(Clone, Copy)]
pub struct Growth<'a> {
    pub manifest: &'a Manifest,
    /// Files on the disk, by path.
    pub files: &'a [(String, Vec<u8>)],
    pub boots: u32,
    /// Processors of the machine it grows on.
    pub processors: u32,
    /// What is to be read from the console in each boot.
    pub input: &'a [u8],
}

impl<'a> Growth<'a> {
    /// Two boots of a machine with one processor and without input.
    pub fn of(manifest: &'a Manifest, files: &'a [(String, Vec<u8>)]) -> Self {
        Self { manifest, files, boots: 2, processors: 1, input: b"" }
    }

    /// Boots the machine, each time in a process of its own, as a session is for the life of one
    /// machine.
    pub fn run(self) -> Grown {
        let folder = tempfile::tempdir().unwrap();
        let disk = folder.path();
        let write = |path: &str, bytes: &[u8]| {
            let path = disk.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        write("boot/manifest.json", &serde_json::to_vec(self.manifest).unwrap());
        write("boot/lib/libc.bc", &artefact("libc.bc"));
        for (path, bytes) in self.files {
            write(path, bytes);
        }
        for _ in 0..self.boots {
            boot_once(disk, self.processors, self.input);
        }
        let output = std::fs::read(disk.join("output")).unwrap();
        let results = std::fs::read(disk.join("results")).unwrap();
        let results = serde_json::from_slice(&results).unwrap();
        Grown { folder, output, results }
    }
}

/// Boots the machine whose disk is `disk` in a process of its own.
fn boot_once(disk: &Path, processors: u32, input: &[u8]) {
    let input_file = disk.join("input");
    std::fs::write(&input_file, input).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "grow_child", "--ignored", "--nocapture"])
        .env(FOLDER, disk)
        .env(PROCESSORS, processors.to_string())
        .stdin(std::fs::File::open(input_file).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "a boot ended with {}: {said}", child.status);
}

/// Input as it is typed: its end is Control-D. Each reader of the line sees an end of its own, and
/// one behind an unfinished line only ends that.
pub fn typed(input: &[u8]) -> Vec<u8> {
    [input, &[4; 64]].concat()
}

/// Calls `check` for every item, on as many threads as there are processors.
pub fn in_parallel<T: Sync>(items: &[T], check: impl Fn(&T) + Sync) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                while let Some(item) =
                    items.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    check(item);
                }
            });
        }
    });
}

/// One boot, in a child process. Every test file that grows has an ignored test that calls this.
pub fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let machine = Hosted::new(Output::Capture, Some(folder.clone()), true).unwrap();
    let processors = std::env::var(PROCESSORS).unwrap().parse().unwrap();
    let machine = machine.with_cores(processors).unwrap();
    let machine: &'static Hosted = Box::leak(Box::new(machine));
    let job = Job::from_disk(machine).unwrap().unwrap();
    let finished = boot(machine, job).unwrap();
    std::fs::write(folder.join("output"), machine.take_output()).unwrap();
    let outcomes = finished.outcomes.iter();
    let results: Vec<_> = outcomes.map(|o| (o.module.clone(), o.exit, o.result)).collect();
    std::fs::write(folder.join("results"), serde_json::to_vec(&results).unwrap()).unwrap();
}

/// Features that this processor may have and QEMU does not emulate.
pub fn not_emulated() -> Vec<String> {
    ["avx512f", "avx512dq", "avx512vl", "avx512bitalg", "avx512vbmi"].map(String::from).into()
}

/// Runs the compiler.
pub fn clang(arguments: &[&str]) {
    let done = Command::new("clang-22").args(arguments).output();
    let done = done.expect("clang-22 is there: run `cargo xtask setup`");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Boots a flat image.
pub fn boot_image(image: &[u8], change: impl FnOnce(&mut Settings)) -> Run {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), image).unwrap();
    let mut settings = Settings::new(file.path());
    settings.keep_writes = false;
    settings.timeout = Duration::from_secs(200);
    change(&mut settings);
    run(&settings, &mut |_| ()).unwrap()
}

/// Module, exit status, result of each program of a run, in order.
pub fn results(run: &Run) -> Vec<(String, i32, Option<u64>)> {
    let records = run.records.iter().map(|text| serde_json::from_str(text).unwrap());
    records
        .filter(|record: &serde_json::Value| record["record"] == "result")
        .map(|record| {
            let module = record["module"].as_str().unwrap().to_owned();
            (module, record["exit"].as_i64().unwrap() as i32, record["result"].as_u64())
        })
        .collect()
}

/// Whether it ended as programs that gave `results` should.
pub fn expected(results: &[(String, i32, Option<u64>)]) -> Outcome {
    if results.iter().all(|(_, exit, _)| *exit == 0) { Outcome::Success } else { Outcome::Failure }
}

/// An artefact of `cargo xtask build`.
pub fn artefact(name: &str) -> Vec<u8> {
    let folder = std::env::var_os("BAREFLOW_ARTEFACTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bareflow"),
        PathBuf::from,
    );
    let path = folder.join(name);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; run `cargo xtask build` first", path.display())
    })
}

/// A disk image in `folder` with these files, each by its path on the disk and where it lies here.
pub fn fat_disk(folder: &Path, files: &[(&str, &Path)]) -> PathBuf {
    let image = folder.join("files.img");
    let run = |program: &str, arguments: &[&str]| {
        let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new(program);
        let done = command.env("PATH", path).args(arguments).output();
        let done = done.unwrap_or_else(|e| panic!("{program}: {e}; run `cargo xtask setup`"));
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    };
    // One FAT16 partition behind the first 32 KiB.
    const START: u64 = 64;
    const SECTORS: u64 = 32_768;
    let mut table = vec![0; 512];
    table[446 + 4] = 0x06;
    table[446 + 8..446 + 12].copy_from_slice(&(START as u32).to_le_bytes());
    table[446 + 12..446 + 16].copy_from_slice(&(SECTORS as u32).to_le_bytes());
    table[510..].copy_from_slice(&[0x55, 0xaa]);
    std::fs::write(&image, table).unwrap();
    let file = std::fs::File::options().write(true).open(&image).unwrap();
    file.set_len((START + SECTORS) * 512).unwrap();
    let path = image.to_str().unwrap();
    let kib = (SECTORS / 2).to_string();
    run("mkfs.fat", &["-F", "16", "--offset", &START.to_string(), path, &kib]);
    let volume = format!("{path}@@{}", START * 512);
    let mut made: Vec<&str> = Vec::new();
    for (name, from) in files {
        for (end, _) in name.match_indices('/') {
            if !made.contains(&&name[..end]) {
                run("mmd", &["-i", &volume, &format!("::/{}", &name[..end])]);
                made.push(&name[..end]);
            }
        }
        run("mcopy", &["-i", &volume, from.to_str().unwrap(), &format!("::/{name}")]);
    }
    image
}
