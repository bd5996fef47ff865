//! The memory functions in assembly, against byte-wise loops.

use core::hint::black_box;

use crate::arch::exit::Status;
use crate::say;

/// The memory functions in assembly, against byte-wise loops, for lengths and overlaps
/// around every branch in them.
pub fn run() -> Status {
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
