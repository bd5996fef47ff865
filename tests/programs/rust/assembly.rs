//! Inline assembly as Rust programs have it, in Intel's order of operands.
#![no_std]
#![no_main]

use core::arch::asm;
use support::println;

support::entry!(run);

#[inline(never)]
fn opaque(n: u64) -> u64 {
    let mut x = n * 2;
    unsafe { asm!("/*{0}*/", inout(reg) x, options(pure, nomem, nostack)) };
    x + 1
}

#[inline(never)]
fn swapped(mut x: u64) -> u64 {
    unsafe { asm!("bswap {0}", inout(reg) x, options(pure, nomem, nostack)) };
    x
}

#[inline(never)]
fn product(a: u64, b: u64) -> (u64, u64) {
    let (low, high);
    unsafe { asm!("mul {0}", in(reg) b, inlateout("rax") a => low, lateout("rdx") high) };
    (low, high)
}

#[inline(never)]
fn carried(mut a: u64, b: u64, mut c: u64) -> (u64, u64) {
    unsafe { asm!("add {0}, {1}", "adc {2}, 0", inout(reg) a, in(reg) b, inout(reg) c) };
    (a, c)
}

#[inline(never)]
fn turned(mut x: u32) -> u32 {
    unsafe { asm!("rol {0:e}, 7", inout(reg) x, options(pure, nomem, nostack)) };
    x
}

#[inline(never)]
fn root(x: f32) -> f32 {
    let r;
    unsafe { asm!("sqrtss {0}, {1}", out(xmm_reg) r, in(xmm_reg) x, options(pure, nomem, nostack)) };
    r
}

fn run() -> i32 {
    println!("{} {:x}", opaque(20), swapped(0x0123_4567_89ab_cdef));
    let (low, high) = product(u64::MAX - 5, 0x1234_5678_9abc_def1);
    println!("{low:x} {high:x}");
    println!("{:?} {:?}", carried(u64::MAX, 2, 7), carried(1, 2, 7));
    println!("{:x} {}", turned(0x8100_0001), root(2.25));
    let said = core::arch::x86_64::__cpuid(1);
    println!("{}", said.edx >> 26 & 1);
    core::hint::spin_loop();
    let mut sum = 0u64;
    for i in 0..3000 {
        sum = core::hint::black_box(sum.wrapping_mul(3) + opaque(i));
    }
    println!("{sum}");
    0
}
