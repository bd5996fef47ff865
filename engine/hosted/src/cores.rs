//! Threads of this process as processors.
//!
//! Processor 0 is whatever thread runs the machine; the others are threads that run what they are
//! given, one function after the other, each on a stack of its own that is like the program's. They
//! are made when they are first needed. What a thread waits on is a futex of the system, and `gs` is
//! a thread's own.

use std::cell::OnceCell;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use crate::{fault_stack, futex, here, memory, seeded};

/// What a processor runs.
pub(crate) type Run = unsafe extern "C" fn(*mut ());

/// The processors of a machine.
#[derive(Debug)]
pub(crate) struct Cores {
    /// Those beside the first.
    others: Vec<Other>,
}

/// A processor beside the first.
#[derive(Debug)]
struct Other {
    stack: (usize, usize),
    /// There when its thread is.
    place: OnceLock<Arc<Place>>,
}

/// Where a processor finds what it is to run.
#[derive(Debug, Default)]
struct Place {
    state: AtomicU32,
    run: AtomicPtr<()>,
    argument: AtomicPtr<()>,
}

/// Nothing is to be run.
const NONE: u32 = 0;
/// Somebody is writing down what is.
const COMING: u32 = 1;
/// It is to be run, or runs.
const GIVEN: u32 = 2;
/// The machine is gone, and the thread is to end.
const OVER: u32 = 3;

/// What a thread is given to begin with.
struct Beginning {
    core: u32,
    place: Arc<Place>,
    /// It takes turns with the others.
    in_turn: bool,
}

thread_local! {
    static BLOCK: OnceCell<Box<AtomicPtr<()>>> = const { OnceCell::new() };
}

impl Cores {
    /// `count` processors, each beside the first with a stack of `stack` bytes. Of all but the first
    /// only address space is taken before they are used.
    pub(crate) fn new(count: u32, stack: usize) -> io::Result<Self> {
        let other = |_| Ok(Other { stack: memory::stack(stack)?, place: OnceLock::new() });
        Ok(Self { others: (1..count).map(other).collect::<io::Result<_>>()? })
    }

    pub(crate) fn count(&self) -> u32 {
        self.others.len() as u32 + 1
    }

    pub(crate) fn stack(&self, core: u32) -> Option<(usize, usize)> {
        let other = self.others.get((core as usize).checked_sub(1)?)?;
        Some(other.stack)
    }

    /// # Safety
    /// As for `Platform::start`.
    pub(crate) unsafe fn start(&self, core: u32, run: Run, argument: *mut ()) {
        let other = (core as usize).checked_sub(1).and_then(|index| self.others.get(index));
        let Some(other) = other else { panic!("there is no other processor {core} to start") };
        let place = other.place.get_or_init(|| {
            let place = Arc::<Place>::default();
            let in_turn = seeded::add(core);
            let beginning = Beginning { core, place: Arc::clone(&place), in_turn };
            let begun = begin(beginning, other.stack);
            begun.unwrap_or_else(|error| panic!("a thread for processor {core}: {error}"));
            place
        });
        // On its way back from the last function it is idle in a moment.
        let free = || {
            place.state.compare_exchange(NONE, COMING, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        while !free() {
            give_way();
        }
        place.run.store(run as *mut (), Ordering::Relaxed);
        place.argument.store(argument, Ordering::Relaxed);
        place.state.store(GIVEN, Ordering::Release);
        wake(&place.state, 1);
    }
}

impl Drop for Cores {
    fn drop(&mut self) {
        for place in self.others.iter().filter_map(|other| other.place.get()) {
            // One that still runs something keeps its thread, and its stack, until the process ends.
            let idle =
                place.state.compare_exchange(NONE, OVER, Ordering::AcqRel, Ordering::Relaxed);
            if idle.is_ok() {
                wake(&place.state, 1);
            }
        }
    }
}

/// Starts a thread on a stack.
fn begin(beginning: Beginning, (low, high): (usize, usize)) -> io::Result<()> {
    let argument = Box::into_raw(Box::new(beginning));
    // SAFETY: the attributes are set up before they are used; the stack belongs to this thread
    // alone, and stays; the thread takes over the argument.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        libc::pthread_attr_init(&mut attributes);
        libc::pthread_attr_setdetachstate(&mut attributes, libc::PTHREAD_CREATE_DETACHED);
        let low = ptr::with_exposed_provenance_mut(low);
        let set = libc::pthread_attr_setstack(&mut attributes, low, high - low.addr());
        let mut thread = 0;
        let error = match set {
            0 => libc::pthread_create(&mut thread, &attributes, work, argument.cast()),
            error => error,
        };
        libc::pthread_attr_destroy(&mut attributes);
        if error != 0 {
            drop(Box::from_raw(argument));
            return Err(io::Error::from_raw_os_error(error));
        }
    }
    Ok(())
}

/// What a processor beside the first does all its life.
extern "C" fn work(argument: *mut libc::c_void) -> *mut libc::c_void {
    // SAFETY: `begin` made it for this thread.
    let beginning = unsafe { Box::from_raw(argument.cast::<Beginning>()) };
    let Beginning { core, place, in_turn } = *beginning;
    here::set_number(core);
    if in_turn {
        seeded::arrive(core);
    }
    fault_stack::own_stack();
    loop {
        match place.state.load(Ordering::Acquire) {
            OVER => return ptr::null_mut(),
            GIVEN => {
                let run = place.run.load(Ordering::Relaxed);
                reset_float();
                // SAFETY: only `start` stores there, and it stores a `Run`; its caller vouches for
                // function and argument.
                unsafe {
                    let run = std::mem::transmute::<*mut (), Run>(run);
                    run(place.argument.load(Ordering::Relaxed));
                }
                set_block(ptr::null_mut());
                place.state.store(NONE, Ordering::Release);
            }
            state => {
                wait(&place.state, state, None);
            }
        }
    }
}

/// As `Platform::give_way`.
pub(crate) fn give_way() {
    if seeded::takes_part() { bareflow_baton::spin() } else { std::thread::yield_now() }
}

/// The floating-point state that programs begin with.
fn reset_float() {
    const ALL_MASKED: u32 = 0x1f80;
    // SAFETY: the state that the calling convention wants at the start of a thread.
    unsafe { std::arch::asm!("fninit", "ldmxcsr [{}]", in(reg) &ALL_MASKED, options(nostack)) };
}

/// Sets what the calling thread finds at `gs:[0]`.
pub(crate) fn set_block(block: *mut ()) {
    BLOCK.with(|own| {
        let own = own.get_or_init(|| {
            let word = Box::new(AtomicPtr::new(ptr::null_mut()));
            const ARCH_SET_GS: libc::c_int = 0x1001;
            // SAFETY: nothing else in a process of Linux uses GS, and the word stays where it is
            // for as long as the thread lives.
            let result = unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_SET_GS, word.as_ptr()) };
            assert_eq!(result, 0, "{}", io::Error::last_os_error());
            word
        });
        own.store(block, Ordering::Relaxed);
    });
}

/// As `Platform::wait`.
pub(crate) fn wait(word: &AtomicU32, while_is: u32, timeout_ns: Option<u64>) -> bool {
    let seeded = seeded::wait(word, while_is, timeout_ns);
    seeded.unwrap_or_else(|| futex::wait(word, while_is, timeout_ns))
}

/// As `Platform::wake`.
pub(crate) fn wake(word: &AtomicU32, most: u32) {
    if !seeded::wake(word, most) {
        futex::wake(word, most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::time::{Duration, Instant};

    const STACK: usize = 1 << 20;

    /// What the processors of a test share.
    #[derive(Default)]
    struct Shared {
        seen: Mutex<Vec<(u32, usize, usize)>>,
        done: AtomicU32,
    }

    impl Shared {
        fn finish(&self) {
            self.done.fetch_add(1, Ordering::AcqRel);
            wake(&self.done, 1);
        }

        fn wait_for(&self, count: u32) {
            loop {
                let done = self.done.load(Ordering::Acquire);
                if done == count {
                    return;
                }
                wait(&self.done, done, None);
            }
        }
    }

    unsafe extern "C" fn look(argument: *mut ()) {
        // SAFETY: the tests give what they share, and wait for all.
        let shared = unsafe { &*argument.cast::<Shared>() };
        let on_stack = 0_u8;
        set_block(ptr::without_provenance_mut(0x1000 * here::number() as usize));
        let block: usize;
        // SAFETY: `gs` was just set.
        unsafe { std::arch::asm!("mov {}, gs:[0]", out(reg) block) };
        shared.seen.lock().unwrap().push((here::number(), ptr::from_ref(&on_stack).addr(), block));
        shared.finish();
    }

    #[test]
    fn each_runs_on_its_own_stack_with_its_own_block() {
        let shared = Shared::default();
        let cores = Cores::new(5, STACK).unwrap();
        assert_eq!(cores.count(), 5);
        for round in 1..=3 {
            for core in 1..5 {
                // SAFETY: the function uses only what is shared, which outlives it.
                unsafe { cores.start(core, look, ptr::from_ref(&shared).cast_mut().cast()) };
            }
            shared.wait_for(4 * round);
            let mut seen = std::mem::take(&mut *shared.seen.lock().unwrap());
            seen.sort_unstable();
            for (core, (number, on_stack, block)) in (1..).zip(seen) {
                let (low, high) = cores.stack(core).unwrap();
                assert!((low..high).contains(&on_stack), "{core}: {on_stack:#x}");
                assert_eq!((number, block), (core, 0x1000 * core as usize));
            }
        }
        assert_eq!(here::number(), 0);
    }

    #[test]
    fn a_wait_ends_by_its_time_or_by_a_wake() {
        let word = AtomicU32::new(7);
        let start = Instant::now();
        assert!(!wait(&word, 7, Some(20_000_000)));
        assert!(start.elapsed() >= Duration::from_millis(20));
        assert!(wait(&word, 8, Some(10_000_000_000)), "it is not what it should be");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while word.load(Ordering::Acquire) == 7 {
                    assert!(wait(&word, 7, Some(60_000_000_000)));
                }
            });
            std::thread::sleep(Duration::from_millis(5));
            word.store(9, Ordering::Release);
            wake(&word, u32::MAX);
        });
    }

    #[test]
    #[should_panic(expected = "there is no other processor 1 to start")]
    fn the_first_is_not_started() {
        let cores = Cores::new(1, STACK).unwrap();
        assert_eq!((cores.count(), cores.stack(0)), (1, None));
        // SAFETY: it is never called.
        unsafe { cores.start(1, look, ptr::null_mut()) };
    }
}
