//! Counters of the processor, of Linux (`perf_event_open`).
//!
//! Each event is opened for the calling thread alone, user code only, and pinned, so that it either has a counter all
//! the time or fails. Linux then maps a page that says how the thread reads it by RDPMC, which is what a
//! [`Counter`] is. Where Linux allows no event, knows none, as in most virtual machines, or lets processes not read
//! them, there are none, and the message says which.

use std::cell::OnceCell;
use std::io;
use std::ptr;

use bareflow_platform::{Counter, Counters, EVENTS, NoCounters};

/// `perf_event_attr` in its first form (`PERF_ATTR_SIZE_VER0`), which every Linux takes.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_type: u32,
    config1: u64,
}

const _: () = assert!(size_of::<Attributes>() == 64);

/// `PERF_TYPE_HARDWARE`.
const HARDWARE: u32 = 0;
/// `PERF_COUNT_HW_…` of each event.
const CONFIGS: [u64; EVENTS] = [1, 0, 4, 5, 2, 3];
const PINNED: u64 = 1 << 2;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HYPERVISOR: u64 = 1 << 6;
/// What the mapping of an event takes: one page.
const PAGE: usize = 4_096;

thread_local! {
    static COUNTERS: OnceCell<Result<Counters, NoCounters>> = const { OnceCell::new() };
}

/// The counters of the calling thread, opened once. What is open stays so for as long as the process lives.
pub(crate) fn of_thread() -> Result<Counters, NoCounters> {
    COUNTERS.with(|own| own.get_or_init(open).clone())
}

fn open() -> Result<Counters, NoCounters> {
    let mut counters: Counters = [None; EVENTS];
    let mut first_failure = None;
    for (place, config) in counters.iter_mut().zip(CONFIGS) {
        match event(config) {
            Ok(counter) => *place = Some(counter),
            Err(why) => first_failure = first_failure.or(Some(why)),
        }
    }
    match first_failure {
        Some(why) if counters.iter().all(Option::is_none) => Err(why),
        _ => Ok(counters),
    }
}

fn event(config: u64) -> Result<&'static Counter, NoCounters> {
    let attributes = Attributes {
        kind: HARDWARE,
        size: size_of::<Attributes>() as u32,
        config,
        flags: PINNED | EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR,
        ..Attributes::default()
    };
    let (this_thread, any_processor, no_group) = (0, -1, -1);
    let close_on_exec: libc::c_ulong = 1 << 3;
    // SAFETY: the system reads the attributes and makes a descriptor.
    let file = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            this_thread,
            any_processor,
            no_group,
            close_on_exec,
        )
    };
    if file < 0 {
        return Err(refusal(&io::Error::last_os_error()));
    }
    let file = file as libc::c_int;
    // SAFETY: a new mapping of a descriptor that is ours.
    let page =
        unsafe { libc::mmap(ptr::null_mut(), PAGE, libc::PROT_READ, libc::MAP_SHARED, file, 0) };
    if page == libc::MAP_FAILED {
        let error = io::Error::last_os_error();
        // SAFETY: nobody else has the descriptor.
        unsafe { libc::close(file) };
        return Err(format!("Linux maps no counter: {error}"));
    }
    // SAFETY: Linux lays the page out so, it is never unmapped unless below, and all that changes in it is atomic.
    let counter = unsafe { &*page.cast::<Counter>() };
    if !counter.is_readable() {
        // SAFETY: nothing refers to the page any more, and nobody else has the descriptor.
        unsafe {
            libc::munmap(page, PAGE);
            libc::close(file);
        }
        return Err("Linux lets no process read them (/sys/devices/cpu/rdpmc)".into());
    }
    Ok(counter)
}

/// Why Linux opens no event.
fn refusal(error: &io::Error) -> NoCounters {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENODEV | libc::EOPNOTSUPP) => {
            "Linux has none for this processor, as in most virtual machines".into()
        }
        Some(libc::EACCES | libc::EPERM) => {
            "Linux allows none (/proc/sys/kernel/perf_event_paranoid)".into()
        }
        _ => format!("Linux opens none: {error}"),
    }
}
