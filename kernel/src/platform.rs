//! The machine as the engine sees it.

use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use bareflow_machine::counters::Place;
use bareflow_machine::windows::{self, Window};
use bareflow_platform::{
    Arena, CoreId, Counter, Counters, EVENTS, FileError, Files, Memory, NoCounters, Platform,
};
use bareflow_report::{BootReport, Record};
use bareflow_session::{Finished, Job, Orders, boot};
use spin::Once;

use crate::arch::counters;
use crate::arch::exit::Status;
use crate::devices::{clock, fw_cfg, rtc, wait};
use crate::fault::backtrace::set_revealer;
use crate::fault::symbols::{set_interpreting, set_namer};
use crate::{alarm, boot, console, cores, embedded, files, memory, resident, way_back};

/// The one machine there is.
#[derive(Debug)]
pub struct Machine {
    /// Whether modules, library and manifest are those in the kernel's own file.
    embedded: AtomicBool,
    /// When the session took over, in nanoseconds of [`Platform::now_ns`].
    handed_over: AtomicU64,
}

/// The one machine there is.
pub static MACHINE: Machine =
    Machine { embedded: AtomicBool::new(false), handed_over: AtomicU64::new(0) };

impl Machine {
    fn embedded(&self) -> &'static [(&'static str, &'static [u8])] {
        if self.embedded.load(Ordering::Relaxed) { embedded::FILES } else { &[] }
    }
}

/// Runs what the disk says, or what lies in the kernel's file, from start to end.
pub fn run() -> Status {
    set_namer(|address, show| {
        if let Some(place) = bareflow_session::symbolise(address as usize) {
            show(&place);
        }
    });
    set_interpreting(|words, show| {
        if let Some(place) = bareflow_session::interpreting(words) {
            show(&place);
        }
    });
    set_revealer(|address, nth| {
        bareflow_session::real_return(address as usize, nth).map(|real| real as u64)
    });
    alarm::set_callee(&alarm::Callee {
        may_interrupt: bareflow_session::may_interrupt,
        interrupted: bareflow_session::interrupted,
    });
    MACHINE.handed_over.store(clock::now_ns(), Ordering::Relaxed);
    let job = Job::from_disk(&MACHINE).and_then(|job| match job {
        Some(job) => Ok(job),
        None => {
            MACHINE.embedded.store(true, Ordering::Relaxed);
            Ok(Job::from_disk(&MACHINE)?.unwrap_or_default())
        }
    });
    let orders = ORDERS.call_once(orders);
    let job = job.map(|mut job| {
        orders.apply(&mut job.manifest);
        job
    });
    if let Some(text) = way_back::why() {
        MACHINE.record(&Record::Log { text });
    }
    let finished = job.and_then(|job| boot(&MACHINE, job));
    if let Ok(Finished { report, .. }) = &finished
        && report.snapshot.is_some()
        && let Err(error) = way_back::learnt(report.boot)
    {
        MACHINE.record(&Record::Log { text: alloc::format!("the way back: {error}") });
    }
    if let Ok(Finished { report, .. }) = &finished {
        shrink(report);
    }
    match finished {
        Ok(finished) if finished.report.exit == 0 => Status::Success,
        Ok(_) => Status::Failure,
        Err(why) => {
            MACHINE.record(&Record::Log { text: alloc::format!("error: {why}") });
            Status::Failure
        }
    }
}

/// Makes the next shrunk image, where this machine is to.
fn shrink(report: &BootReport) {
    let Some(snapshot) = &report.snapshot else { return };
    let shrunk = match way_back::begin() {
        Ok(None) => return,
        Ok(Some(options)) => MACHINE
            .read_file(&snapshot.file)
            .map_err(|error| alloc::format!("{error}"))
            .and_then(|bytes| way_back::shrink(&bytes, report.boot, &options)),
        Err(error) => Err(alloc::format!("{error}")),
    };
    let text = match shrunk {
        Ok(bytes) => alloc::format!("the way back: shrunk again, to {bytes} bytes"),
        Err(why) => alloc::format!("the way back: not shrunk again: {why}"),
    };
    MACHINE.record(&Record::Log { text });
}

/// What whoever started the machine had to say.
static ORDERS: Once<Orders> = Once::new();

/// Where an emulator hands it over.
const ORDERS_FILE: &str = "opt/org.bareflow/orders";

fn orders() -> Orders {
    // A machine that nobody gives orders has a screen and a keyboard, or a line that leads to such.
    let none = Orders { terminal: [true; 3], ..Orders::default() };
    let Some(text) = fw_cfg::file(ORDERS_FILE) else { return none };
    serde_json::from_slice(&text).unwrap_or_else(|error| {
        let text = alloc::format!("error: {ORDERS_FILE}: {error}");
        MACHINE.record(&Record::Log { text });
        none
    })
}

/// Where the first processor's counters are read.
static COUNTERS: Once<[Option<Counter>; EVENTS]> = Once::new();

impl Platform for Machine {
    fn counters(&self) -> Result<Counters, NoCounters> {
        let places = counters::begin().map_err(|absent| alloc::format!("{absent}"))?;
        let counter = |place: Place| Counter::of_register(place.number, place.width);
        let counters = COUNTERS.call_once(|| places.map(|place| place.map(counter)));
        Ok(counters.each_ref().map(Option::as_ref))
    }

    fn write(&self, _descriptor: u32, bytes: &[u8]) {
        console::write(bytes);
    }

    fn read(&self, buffer: &mut [u8]) -> usize {
        console::read(buffer)
    }

    fn is_terminal(&self, descriptor: u32) -> bool {
        ORDERS.get().is_some_and(|orders| orders.terminal.get(descriptor as usize) == Some(&true))
    }

    fn record(&self, record: &Record) {
        let completed = match record {
            Record::Report(report) => {
                let mut report = report.clone();
                let boot = boot::boot();
                // The session counts from its own start; the machine knows what came before.
                let kernel_ns = clock::nanoseconds(boot.tsc_entry);
                let before = self.handed_over.load(Ordering::Relaxed).saturating_sub(kernel_ns);
                report.to_kernel_us = clock::nanoseconds(boot.tsc_entry - boot.tsc_start) / 1000;
                report.to_program_us += before / 1000;
                report.total_us += before / 1000 + report.to_kernel_us;
                Some(Record::Report(report))
            }
            _ => None,
        };
        // Records are made of strings and numbers, which JSON always has a form for.
        let json = serde_json::to_vec(completed.as_ref().unwrap_or(record)).unwrap_or_default();
        console::record(&json);
    }

    fn now_ns(&self) -> u64 {
        clock::now_ns()
    }

    fn waited_ns(&self) -> u64 {
        wait::WAITED_NS.load(Ordering::Relaxed)
    }

    fn date_ns(&self) -> u64 {
        /// When the time-stamp counter began to count.
        static BEGAN: Once<u64> = Once::new();
        let now = clock::now_ns();
        let began = BEGAN.call_once(|| {
            let date = rtc::now().unwrap_or(0) * 1_000_000_000;
            date.saturating_sub(now)
        });
        began + now
    }

    fn tsc_hz(&self) -> u64 {
        clock::hz()
    }

    fn set_alarm(&self, at_ns: u64) {
        alarm::set(at_ns);
    }

    fn cores(&self) -> u32 {
        cores::count()
    }

    fn core(&self) -> CoreId {
        CoreId(cores::number())
    }

    unsafe fn start(&self, core: CoreId, run: unsafe extern "C" fn(*mut ()), argument: *mut ()) {
        // SAFETY: by this function's contract.
        unsafe { cores::start(core.0, run, argument) };
    }

    fn core_stack(&self, core: CoreId) -> (usize, usize) {
        let stack = cores::stack(core.0).unwrap_or(memory::plan().stack);
        (stack.base as usize, stack.end() as usize)
    }

    fn wait(&self, word: &AtomicU32, while_is: u32, timeout_ns: Option<u64>) -> bool {
        cores::wait(word, while_is, timeout_ns)
    }

    fn wake(&self, word: &AtomicU32, most: u32) {
        cores::wake(word, most);
    }

    fn set_core_block(&self, block: *mut ()) {
        cores::set_engine_block(block);
    }

    fn memory(&self) -> Memory {
        let plan = memory::plan();
        let arena = |window: Window, write: Window| Arena {
            base: window.base as usize,
            write: write.base as usize,
            len: window.len as usize,
        };
        Memory {
            code: arena(windows::CODE, windows::CODE_WRITE),
            data: arena(windows::DATA, windows::DATA),
            heap: arena(plan.heap, plan.heap),
            stack: (plan.stack.base as usize, plan.stack.end() as usize),
        }
    }

    fn compiler_version(&self) -> Option<String> {
        resident::version()
    }

    fn ask_compiler(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        resident::ask(request)
    }

    fn files(&self) -> &dyn Files {
        &files::ProgramFiles
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if let Some((_, bytes)) = self.embedded().iter().find(|(name, _)| *name == path) {
            return Ok(bytes.to_vec());
        }
        files::at_work(|files| files.read(path))
    }

    fn write_file(&self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        files::at_work(|files| {
            let volume = files.volume();
            if let Some((folder, _)) = path.rsplit_once('/').filter(|(f, _)| !f.is_empty()) {
                volume.create_folder(folder)?;
            }
            volume.write_new(path, bytes)
        })
    }

    fn rename_file(&self, from: &str, to: &str) -> Result<(), FileError> {
        files::at_work(|files| files.rename(from, to))
    }

    fn remove_file(&self, path: &str) -> Result<(), FileError> {
        files::at_work(|files| files.remove(path))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let inside = |path: &'static str| {
            path.strip_prefix(folder)?.strip_prefix('/').filter(|name| !name.contains('/'))
        };
        let names: Vec<String> =
            self.embedded().iter().filter_map(|(p, _)| inside(p)).map(String::from).collect();
        if !names.is_empty() {
            return Ok(names);
        }
        let entries = files::at_work(|files| files.list(folder))?;
        Ok(entries.into_iter().filter(|entry| !entry.is_folder).map(|entry| entry.name).collect())
    }
}
