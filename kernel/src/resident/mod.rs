//! The resident compiler: a static program from the disk (`compilers/llvm`) that runs beside the
//! kernel, in ring 0, on a stack and a heap of its own.
//!
//! It is read, checked and unpacked when it is asked for the first time ([`image`]). Then it stays:
//! between two requests it waits in the system call by which it reads the next one. What it may ask
//! the machine for is a short list ([`calls`]). One processor at a time is in it, whichever asks;
//! others that ask meanwhile sleep.
//!
//! What it does wrong ends it and not the machine: an exception in it, or the timer when its time is
//! up, comes back to [`ask`] as an error ([`crate::arch::switch`]). The next request starts it again, with
//! its variables as they were at first; after [`COMPILER_FAILURES`] such ends there is none any more until
//! the next boot. In ring 0 it could do worse than fault; it is as trusted as the compiler in the kernel.

mod calls;
mod ended;
mod image;
mod life;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_packed::{HEAD, Head};
use bareflow_platform::{COMPILER_FAILURES, COMPILER_PATIENCE_NS};
use spin::Once;

use crate::boot::boot;
use crate::cores::SleepingMutex;
use crate::devices::clock;
use crate::{console, files};
use calls::{Exchange, Served};
pub use ended::{fault, tick};
use image::Image;
use life::Life;

/// Where it lies on the disk.
const PATH: &str = "/boot/compilers/llvm";

static RESIDENT: SleepingMutex<Resident> =
    SleepingMutex::new(Resident { image: None, life: None, touched: 0, failures: 0, off: None });

/// The compiler, as far as it is there.
struct Resident {
    image: Option<Image>,
    life: Option<Box<Life>>,
    /// Where the part of its heap ends that some life of it has used.
    touched: u64,
    failures: u32,
    /// Why there is none any more.
    off: Option<String>,
}

/// What it is known by, from the head of its file; `None` where there is none, or none of use,
/// which is said.
pub fn version() -> Option<String> {
    static VERSION: Once<Option<String>> = Once::new();
    VERSION
        .call_once(|| {
            let mut head = [0; HEAD];
            let read = files::with(|volume| {
                let file = volume.open_file(PATH)?;
                volume.read_at(&file, 0, &mut head)
            })?;
            match read {
                Ok(count) => match Head::read(&head[..count]) {
                    Ok(head) => Some(head.identity()),
                    Err(why) => {
                        console::log(format_args!("{PATH}: {why}: there is no such compiler"));
                        None
                    }
                },
                Err(_) => None,
            }
        })
        .clone()
}

/// Hands a request over and waits for the answer.
///
/// # Errors
/// There is none, or it has failed, in words.
pub fn ask(request: &[u8]) -> Result<Vec<u8>, String> {
    let mut resident = RESIDENT.lock();
    let resident = &mut *resident;
    if let Some(why) = &resident.off {
        return Err(why.clone());
    }
    if resident.image.is_none() {
        match Image::load(PATH) {
            Ok(image) => resident.image = Some(image),
            Err(why) => {
                // Trying again would take long, and end alike.
                resident.off = Some(format!("{PATH}: {why}"));
                return Err(format!("{PATH}: {why}"));
            }
        }
    }
    let answer = resident.exchange(request);
    // It may say itself that it must not go on.
    if answer.as_ref().map_or(true, |answer| answer.first() == Some(&b'f')) {
        resident.life = None;
        resident.failures += 1;
        if resident.failures >= COMPILER_FAILURES {
            resident.off =
                Some(format!("the compiler is off, having failed {COMPILER_FAILURES} times"));
        }
    }
    answer
}

impl Resident {
    fn exchange(&mut self, request: &[u8]) -> Result<Vec<u8>, String> {
        let Some(image) = &self.image else { return Err("there is none".into()) };
        let life = match &mut self.life {
            Some(life) => life,
            none => none.insert(Box::new(Life::begin(image)?)),
        };
        let mut exchange = Exchange::new(request, &mut self.touched);
        let seconds = boot().options.patience.map(|seconds| seconds.saturating_mul(1_000_000_000));
        let patience = seconds.unwrap_or(COMPILER_PATIENCE_NS);
        let until = clock::now_ns().saturating_add(patience);
        loop {
            if life.waits {
                match calls::serve(life, &mut exchange) {
                    Served::GoesOn => {}
                    Served::WaitsForMore => return exchange.answer(),
                    Served::Ends(why) => return Err(exchange.with_last_words(why)),
                }
            }
            if clock::now_ns() >= until {
                return Err(exchange.with_last_words(ended::TOO_LONG_WORDS.into()));
            }
            life.waits = true;
            if !life.go_on(until) {
                return Err(exchange.with_last_words(ended::reason()));
            }
        }
    }
}
