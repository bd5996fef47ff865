//! Finds QEMU, runs an image with a time-out, and captures what it prints.
//!
//! ```no_run
//! use bareflow_emulator::{Outcome, Settings, run};
//!
//! let settings = Settings::new("disk.img".as_ref());
//! let run = run(&settings, &mut |_event| ())?;
//! assert_eq!(run.outcome, Outcome::Success);
//! println!("{}", String::from_utf8_lossy(&run.output));
//! # Ok::<(), bareflow_emulator::EmulatorError>(())
//! ```
//!
//! A machine ends by writing to isa-debug-exit; anything else it does (reset, power-off, no end
//! at all) is told apart from that by [`Outcome`]. Every run has a time-out, after which the
//! emulator is killed; it is also killed when this process dies.

mod child;
mod command;
mod direct;
mod error;
mod kvm;
mod qemu;
mod run;
mod settings;
mod stream;
mod tape;

pub use error::EmulatorError;
pub use kvm::kvm;
pub use qemu::qemu;
pub use run::{Event, Outcome, Run, run};
pub use settings::{Accel, Input, Machine, Media, Settings};
pub use stream::{Piece, Splitter};
pub use tape::Tape;
