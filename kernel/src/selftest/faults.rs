//! One fault of each kind. None of this code is sound, which is its point.

use core::hint::black_box;

use crate::arch::exit::Status;
use crate::{arch, fault, memory, say};

/// Raises a fault by its name; comes back only when that did not end the machine.
pub fn run(which: &str) -> Status {
    match which {
        "null" => null(),
        "stack" => _ = black_box(overflow(black_box(1))),
        "divide" => arch::faults::divide_by_zero(black_box(0)),
        "opcode" => arch::faults::invalid_opcode(),
        "double" => double(),
        "panic" => panic!("asked for"),
        "write-code" => write_code(),
        "execute-data" => execute_data(),
        "nested" => nested(),
        "heap" => exhaust(),
        _ => return super::unknown::unknown(which),
    }
    say!("selftest: {which} did not fault");
    Status::Failure
}

#[inline(never)]
fn null() {
    let nowhere = black_box(8) as *mut u64;
    // SAFETY: not sound, which is the point: the fault must be reported.
    unsafe { nowhere.write_volatile(1) };
}

#[inline(never)]
fn overflow(depth: u64) -> u64 {
    let room = black_box([depth; 512]);
    room[depth as usize % 512] + if black_box(true) { overflow(depth + 1) } else { 0 }
}

/// A page fault whose own stack is gone cannot be delivered.
#[inline(never)]
fn double() {
    memory::unmap_page_fault_stack();
    null();
}

#[inline(never)]
fn write_code() {
    let code = (write_code as fn() as usize) as *mut u8;
    // SAFETY: not sound, which is the point.
    unsafe { code.write_volatile(0x90) };
}

#[inline(never)]
fn execute_data() {
    static DATA: spin::Mutex<[u8; 16]> = spin::Mutex::new([0xc3; 16]);
    let data = DATA.lock().as_ptr();
    // SAFETY: not sound, which is the point: data is not executable.
    let function = unsafe { core::mem::transmute::<*const u8, extern "C" fn()>(data) };
    function();
}

/// A fault while a fault is reported.
#[inline(never)]
fn nested() {
    fault::symbols::set_namer(|_, _| null());
    // An address without a name in the kernel, so that the namer is asked.
    let nowhere = black_box(0x7000_0000_0000_usize) as *const u8;
    // SAFETY: not sound, which is the point.
    let function = unsafe { core::mem::transmute::<*const u8, extern "C" fn()>(nowhere) };
    function();
}

/// Takes memory until there is none: ends in the allocator's panic.
#[inline(never)]
fn exhaust() {
    let mut all = alloc::vec::Vec::new();
    loop {
        all.push(black_box(alloc::vec![0u8; 1 << 20]));
    }
}
