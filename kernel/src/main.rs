//! BareFlow's kernel: makes a machine for the engine to stand on.
//!
//! From `kernel_main`, where both loaders lead: processor, memory, devices, disk; then the
//! session.
#![no_std]
#![no_main]

extern crate alloc;

mod alarm;
mod arch;
mod boot;
mod console;
mod cores;
mod devices;
#[cfg(feature = "engine")]
mod embedded;
mod fault;
mod files;
mod memory;
#[cfg(feature = "engine")]
mod platform;
#[cfg(feature = "engine")]
mod resident;
mod selftest;
mod start;
mod trap;
#[cfg(feature = "engine")]
mod way_back;

use bareflow_boot::BootInfo;

/// The first Rust code of the kernel, on the loader's stack.
#[unsafe(no_mangle)]
extern "C" fn kernel_main(info: *const BootInfo) -> ! {
    // SAFETY: once, here, before anything asks for the processor's block.
    unsafe { cores::take_over_first() };
    devices::pic::silence();
    devices::serial::init();
    devices::clock::begin();
    // SAFETY: what the loader handed over, before anything overwrites it.
    let info = unsafe { BootInfo::from_loader(info) };
    start::start(info)
}
