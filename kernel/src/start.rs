//! The order in which the machine is set up.

use alloc::string::String;

use bareflow_boot::BootInfo;
use bareflow_machine::options::Options;
use bareflow_machine::windows::KERNEL_STACK;

use crate::arch::exit::{Status, exit};
use crate::arch::{cpu, stack};
use crate::boot::{BOOT, Boot, boot};
#[cfg(not(feature = "engine"))]
use crate::console;
use crate::devices::{apic, firmware, serial, vga};
use crate::{cores, files, memory, selftest};

/// What the BIOS notes in the page that is about to become the null page.
fn video_mode() -> u8 {
    let noted = core::ptr::with_exposed_provenance::<u8>(0x449);
    // SAFETY: the loader's tables map it, and it is ordinary memory.
    unsafe { noted.read_volatile() }
}

/// Sets up processor and memory, then goes on on the kernel's stack.
pub fn start(info: &'static BootInfo) -> ! {
    if let Err(feature) = cpu::enable() {
        refuse(format_args!("this processor lacks {feature}"));
    }
    let mode = video_mode();
    // SAFETY: the loader's tables are in force, and the line was not overwritten: the kernel
    // has not used any memory outside its image yet.
    let line = unsafe { info.command_line() };
    // SAFETY: once, here, on the boot stack.
    if let Err(why) = unsafe { memory::init(info) } {
        refuse(format_args!("{why}"));
    }
    vga::init(mode);
    let line = String::from_utf8_lossy(line);
    BOOT.call_once(|| Boot {
        tsc_start: info.tsc_start,
        tsc_entry: info.tsc_entry,
        rsdp: info.rsdp,
        options: Options::parse(&line),
    });
    memory::plan();
    // SAFETY: the window of the kernel's stack fills when touched and is used from here only.
    unsafe { stack::go_on(KERNEL_STACK.end(), on_own_stack) }
}

/// A machine that cannot run this kernel.
fn refuse(why: core::fmt::Arguments<'_>) -> ! {
    use core::fmt::Write;
    let _ = writeln!(serial::Raw, "kernel: {why}");
    leave(Status::Failure)
}

/// Ends the machine when everything written has left it.
pub fn leave(status: Status) -> ! {
    cores::claim();
    serial::flush();
    exit(status)
}

/// The rest, on a stack that grows.
extern "C" fn on_own_stack() -> ! {
    apic::init();
    cores::begin(firmware::init(boot().rsdp), &boot().options);
    // The test of the disks is about the disks, whatever is on them.
    let selftest = boot().options.selftest.as_deref();
    if selftest != Some("disk") {
        files::mount();
    }
    cores::let_in();
    let status = match selftest {
        Some(name) => selftest::run(name),
        None => run(),
    };
    leave(status)
}

/// Hands over to the session.
#[cfg(feature = "engine")]
fn run() -> Status {
    crate::platform::run()
}

/// Without the engine there is nothing to run: one record says what stands.
#[cfg(not(feature = "engine"))]
fn run() -> Status {
    use crate::devices::clock;
    let disk = files::with(|volume| volume.space().free >> 10);
    let disk = disk.map_or("no disk".into(), |free| alloc::format!("{free} KiB of disk"));
    let us = |cycles| clock::nanoseconds(cycles) / 1000;
    let boot = boot();
    let text = alloc::format!(
        "{} MiB of memory, {disk}; {} us from loader to kernel, {} us in it; {} MHz",
        memory::free() >> 20,
        us(boot.tsc_entry - boot.tsc_start),
        us(cpu::cycles() - boot.tsc_entry),
        clock::hz() / 1_000_000,
    );
    console::log(format_args!("{text}"));
    Status::Success
}
