//! Checks of the machine from inside, asked for on the command line: `selftest=NAME`.
//!
//! Those that end in a fault prove its report; the others print what they found.

use core::hint::black_box;

use crate::arch::exit::Status;
use crate::{fault, memory, say};

/// Runs a self-test.
pub fn run(name: &str) -> Status {
    say!("selftest: {name}");
    match name {
        "fault:null" => null(),
        "fault:stack" => _ = black_box(overflow(black_box(1))),
        "fault:divide" => divide(),
        "fault:opcode" => opcode(),
        "fault:double" => double(),
        "fault:panic" => panic!("asked for"),
        "fault:write-code" => write_code(),
        "fault:execute-data" => execute_data(),
        "fault:nested" => nested(),
        "memory" => return memory_functions(),
        _ => {
            say!("selftest: no test is called {name}");
            return Status::Failure;
        }
    }
    say!("selftest: {name} did not fault");
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

#[inline(never)]
fn divide() {
    crate::arch::faults::divide_by_zero(black_box(0));
}

#[inline(never)]
fn opcode() {
    crate::arch::faults::invalid_opcode();
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

/// The memory functions in assembly, against byte-wise loops, for lengths and overlaps
/// around every branch in them.
fn memory_functions() -> Status {
    let mut tested = 0;
    for len in (0..=200).chain([255, 256, 257, 1000]) {
        for from in [0usize, 1, 7, 16, 40, 300] {
            for to in [0usize, 3, 15, 17, 41, 64, 310, 1500] {
                if !copy_agrees(len, from, to) {
                    say!("selftest: memmove of {len} bytes from {from} to {to} is wrong");
                    return Status::Failure;
                }
                tested += 1;
            }
        }
        if !set_and_compare_agree(len) {
            say!("selftest: memset or memcmp of {len} bytes is wrong");
            return Status::Failure;
        }
    }
    say!("selftest: {tested} copies agree");
    Status::Success
}

fn copy_agrees(len: usize, from: usize, to: usize) -> bool {
    let pattern = |i: usize| (i * 31 + i / 256) as u8;
    let mut buffer: [u8; 2600] = core::array::from_fn(pattern);
    buffer.copy_within(black_box(from..from + len), black_box(to));
    (0..buffer.len()).all(|i| {
        let moved = (to..to + len).contains(&i);
        buffer[i] == if moved { pattern(i - to + from) } else { pattern(i) }
    })
}

fn set_and_compare_agree(len: usize) -> bool {
    let mut buffer = [0u8; 1100];
    buffer[50..50 + len].fill(black_box(0xa5));
    let set =
        (0..buffer.len()).all(|i| buffer[i] == if (50..50 + len).contains(&i) { 0xa5 } else { 0 });
    let mut other = buffer;
    let equal = black_box(&other[50..50 + len]) == black_box(&buffer[50..50 + len]);
    if len == 0 {
        return set && equal;
    }
    // Difference in the last byte, either way.
    other[50 + len - 1] = 0xa6;
    let (a, b) = (&buffer[50..50 + len], &other[50..50 + len]);
    set && equal && black_box(a) < black_box(b) && black_box(b) > black_box(a)
}
