//! `Platform` for a Linux process.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use bareflow_platform::{CoreId, Counters, FileError, Files, Memory, NoCounters, Platform};
use bareflow_report::Record;

use crate::compiler::Resident;
use crate::cores::{self, Cores};
use crate::files::Disk;
use crate::{counters, here, memory, seeded};

/// What becomes of the program's output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// It goes to standard output and error at once.
    Inherit,
    /// It is kept for [`Hosted::take_output`].
    Capture,
}

/// A Linux process as a machine.
#[derive(Debug)]
pub struct Hosted {
    output: Output,
    captured: Mutex<Vec<u8>>,
    records: Mutex<Vec<Record>>,
    log: bool,
    disk: Disk,
    memory: Memory,
    cores: Cores,
    clock: Clock,
    start: Instant,
    /// The time-stamp counter then.
    start_tsc: u64,
    tsc_hz: OnceLock<u64>,
    compiler: Option<Resident>,
}

/// What the machine's clock counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// The time of the day.
    Wall,
    /// The time that this process had a processor: what else runs on the machine counts little.
    Processor,
}

impl Hosted {
    /// A machine whose disk is the folder `disk`. With `log`, log lines go to standard error.
    ///
    /// # Errors
    /// When the system gives no address space.
    pub fn new(output: Output, disk: Option<PathBuf>, log: bool) -> io::Result<Self> {
        Ok(Self {
            output,
            captured: Mutex::default(),
            records: Mutex::default(),
            log,
            disk: Disk::new(disk),
            memory: memory::reserve(memory::SIZES)?,
            cores: Cores::new(1, 0)?,
            clock: Clock::Wall,
            start: Instant::now(),
            start_tsc: read_tsc(),
            tsc_hz: OnceLock::new(),
            compiler: None,
        })
    }

    /// The same machine with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same machine with a resident compiler, which is started when it is needed.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn with_compiler(self, program: &Path) -> io::Result<Self> {
        Ok(Self { compiler: Some(Resident::new(program)?), ..self })
    }

    /// The same machine with that many processors, at least one: threads of this process, which are
    /// started when they are first used.
    ///
    /// # Errors
    /// When the system gives no address space.
    pub fn with_cores(self, cores: u32) -> io::Result<Self> {
        Ok(Self { cores: Cores::new(cores, memory::SIZES.stack)?, ..self })
    }

    /// What the program printed since the last call.
    pub fn take_output(&self) -> Vec<u8> {
        std::mem::take(&mut self.captured.lock().expect("no holder panics"))
    }

    /// Output and records of a process that is about to end: nothing of either where another thread, or who is
    /// asked to end, has hold of it.
    pub fn last_words(&self) -> (Vec<u8>, Vec<Record>) {
        let output = self.captured.try_lock().map(|mut output| std::mem::take(&mut *output));
        let records = self.records.try_lock().map(|mut records| std::mem::take(&mut *records));
        (output.unwrap_or_default(), records.unwrap_or_default())
    }

    /// The records since the last call, log lines excluded.
    pub fn take_records(&self) -> Vec<Record> {
        std::mem::take(&mut self.records.lock().expect("no holder panics"))
    }
}

impl Platform for Hosted {
    fn write(&self, descriptor: u32, bytes: &[u8]) {
        match self.output {
            Output::Capture => {
                self.captured.lock().expect("no holder panics").extend_from_slice(bytes);
            }
            // A closed pipe is the reader's wish to hear no more.
            Output::Inherit if descriptor == 2 => drop(io::stderr().write_all(bytes)),
            Output::Inherit => {
                let mut out = io::stdout().lock();
                drop(out.write_all(bytes).and_then(|()| out.flush()));
            }
        }
    }

    fn read(&self, buffer: &mut [u8]) -> usize {
        io::stdin().read(buffer).unwrap_or(0)
    }

    fn is_terminal(&self, descriptor: u32) -> bool {
        match descriptor {
            0 => io::stdin().is_terminal(),
            _ if self.output == Output::Capture => false,
            1 => io::stdout().is_terminal(),
            _ => io::stderr().is_terminal(),
        }
    }

    fn record(&self, record: &Record) {
        if let Record::Log { text } = record {
            if self.log {
                eprintln!("{text}");
            }
            return;
        }
        self.records.lock().expect("no holder panics").push(record.clone());
    }

    fn now_ns(&self) -> u64 {
        if let Some(now) = seeded::now_ns() {
            return now;
        }
        match self.clock {
            Clock::Wall => self.start.elapsed().as_nanos() as u64,
            Clock::Processor => processor_time(),
        }
    }

    fn date_ns(&self) -> u64 {
        let passed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        passed.map_or(0, |passed| passed.as_nanos() as u64)
    }

    fn tsc_hz(&self) -> u64 {
        if seeded::takes_part() {
            return 0;
        }
        // Measured over the time that the machine has been there.
        const LEAST: Duration = Duration::from_millis(5);
        *self.tsc_hz.get_or_init(|| {
            std::thread::sleep(LEAST.saturating_sub(self.start.elapsed()));
            let cycles = u128::from(read_tsc() - self.start_tsc);
            (cycles * 1_000_000_000 / self.start.elapsed().as_nanos().max(1)) as u64
        })
    }

    fn counters(&self) -> Result<Counters, NoCounters> {
        counters::of_thread()
    }

    fn cores(&self) -> u32 {
        self.cores.count()
    }

    fn core(&self) -> CoreId {
        CoreId(here::number())
    }

    unsafe fn start(&self, core: CoreId, run: unsafe extern "C" fn(*mut ()), argument: *mut ()) {
        // SAFETY: by this function's contract.
        unsafe { self.cores.start(core.0, run, argument) };
    }

    fn core_stack(&self, core: CoreId) -> (usize, usize) {
        self.cores.stack(core.0).unwrap_or(self.memory.stack)
    }

    fn wait(&self, word: &AtomicU32, while_is: u32, timeout_ns: Option<u64>) -> bool {
        cores::wait(word, while_is, timeout_ns)
    }

    fn give_way(&self) {
        cores::give_way();
    }

    fn wake(&self, word: &AtomicU32, most: u32) {
        cores::wake(word, most);
    }

    fn set_core_block(&self, block: *mut ()) {
        cores::set_block(block);
    }

    fn expect_much(&self, memory: &mut [u8]) {
        memory::ask_for_large_pages(memory);
    }

    fn memory(&self) -> Memory {
        self.memory
    }

    fn compiler_version(&self) -> Option<String> {
        self.compiler.as_ref().map(|compiler| compiler.version().to_owned())
    }

    fn compiler_start_ns(&self) -> u64 {
        let kept = self.compiler.as_ref().is_some_and(Resident::is_unpacked);
        if kept { 80_000_000 } else { 400_000_000 }
    }

    fn ask_compiler(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        match &self.compiler {
            Some(compiler) => compiler.ask(request),
            None => Err("there is no resident compiler".into()),
        }
    }

    fn files(&self) -> &dyn Files {
        &self.disk
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.disk.read(path)
    }

    fn write_file(&self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.disk.write(path, bytes)
    }

    fn rename_file(&self, from: &str, to: &str) -> Result<(), FileError> {
        self.disk.rename(from, to)
    }

    fn remove_file(&self, path: &str) -> Result<(), FileError> {
        self.disk.remove(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.disk.list(folder)
    }
}

fn read_tsc() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and Linux allows it.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Nanoseconds that the calling thread had a processor.
pub fn processor_time() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the system writes one `timespec`.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
