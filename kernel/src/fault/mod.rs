//! The end by a fault or a panic: one report for people, one record for tools, and out.
//!
//! The report reads the machine as it stands, takes no lock that can be held, and allocates
//! nothing. A second fault while it is made ends the machine with a line of its own. Faults of other
//! processors meanwhile are theirs alone: they stand still.

pub mod backtrace;
mod report;
pub mod symbols;

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU32, Ordering};

use bareflow_machine::vectors;

use crate::arch::exit::{Status, exit};
use crate::arch::frame::Frame;
use crate::arch::{Place, paging};
use crate::cores;
use crate::devices::serial;
use report::Report;

static DEPTH: AtomicU32 = AtomicU32::new(0);

/// Reports a fault and ends the machine.
pub fn fault(frame: &Frame) -> ! {
    let vector = frame.vector as u8;
    let name = vectors::name(vector);
    enter(name, frame.rip);
    let address = (vector == vectors::PAGE_FAULT).then(paging::fault_address);
    Report { name, frame: Some(frame), address, message: None, place: frame.place() }.print();
    leave()
}

/// Reports a message, as a panic does, and ends the machine.
pub fn fail(message: core::fmt::Arguments<'_>) -> ! {
    let place = Place::here();
    enter("panic", place.rip);
    Report { name: "panic", frame: None, address: None, message: Some(message), place }.print();
    leave()
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    match info.location() {
        Some(at) => fail(format_args!("{} ({}:{})", info.message(), at.file(), at.line())),
        None => fail(format_args!("{}", info.message())),
    }
}

/// Notes that a report is being made, by this processor for all; ends the machine if this one is
/// making one already.
fn enter(name: &str, rip: u64) {
    cores::claim();
    match DEPTH.fetch_add(1, Ordering::Relaxed) {
        0 => return,
        1 => {
            let mut line = serial::Raw;
            line.text("\nfault: ");
            line.text(name);
            line.text(" at ");
            line.hexadecimal(rip);
            line.text(" while another fault was being reported\n");
        }
        _ => {}
    }
    leave()
}

fn leave() -> ! {
    serial::flush();
    exit(Status::Fault)
}
