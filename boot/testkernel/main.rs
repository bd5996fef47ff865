//! A kernel of a few hundred bytes that reports what the loader handed it, for boot tests.
//!
//! It prints one line, `testkernel: key=value …`, and ends the machine: with success when the
//! record, the zeroed memory and the stack are as promised, else with failure.
#![no_std]
#![no_main]

use core::arch::asm;

use bareflow_boot::BootInfo;

/// Memory that no file holds: the loader must have zeroed it.
static mut ZEROED: [u64; 512] = [0; 512];

#[unsafe(no_mangle)]
extern "C" fn kernel_main(info: *const BootInfo) -> ! {
    // SAFETY: what this function was called with.
    let info = unsafe { BootInfo::from_loader(info) };
    let usable: u64 =
        info.regions().iter().filter(|region| region.is_usable()).map(|region| region.length).sum();
    let zeroed = (&raw mut ZEROED).cast::<u64>();
    // SAFETY: within the array; volatile, so that the compiler does not know the answer.
    let all_zero = (0..512).all(|i| unsafe { zeroed.add(i).read_volatile() } == 0);
    text(b"testkernel: loader=");
    text(if info.loader == 0 { b"bios" } else { b"pvh" });
    pair(b" drive=", u64::from(info.boot_drive));
    pair(b" regions=", u64::from(info.region_count));
    pair(b" usable=", usable);
    pair(b" start=", info.kernel_start);
    pair(b" end=", info.kernel_end);
    pair(b" rsdp=", info.rsdp);
    pair(b" tsc_start=", info.tsc_start);
    pair(b" tsc_entry=", info.tsc_entry);
    text(b" cmdline=");
    // SAFETY: the loader's maps are still in force and nothing was overwritten.
    text(unsafe { info.command_line() });
    text(b"\r\n");
    let sound =
        all_zero && usable > 0 && info.tsc_entry > info.tsc_start && info.kernel_start == 0x10_0000;
    exit(if sound { 0x10 } else { 0x11 })
}

fn pair(name: &[u8], value: u64) {
    text(name);
    let mut shift = 60;
    while shift > 0 && value >> shift == 0 {
        shift -= 4;
    }
    loop {
        put(b"0123456789abcdef"[(value >> shift & 15) as usize]);
        if shift == 0 {
            break;
        }
        shift -= 4;
    }
}

fn text(bytes: &[u8]) {
    bytes.iter().copied().for_each(put);
}

fn put(byte: u8) {
    // SAFETY: COM1's data register; the emulator's never needs waiting for.
    unsafe { asm!("out dx, al", in("dx") 0x3f8_u16, in("al") byte, options(nomem, nostack)) };
}

fn exit(code: u8) -> ! {
    // SAFETY: isa-debug-exit; without it the loop goes on.
    unsafe { asm!("out 0xf4, al", in("al") code, options(nomem, nostack)) };
    loop {
        // SAFETY: interrupts are off: the machine stands still.
        unsafe { asm!("cli", "hlt", options(nomem, nostack)) };
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    text(b"testkernel: panic\r\n");
    exit(0x12)
}

// What the compiler calls for copies; the C library has it elsewhere.
core::arch::global_asm!(
    ".global memcpy, memset",
    "memcpy: mov rax, rdi; mov rcx, rdx; rep movsb; ret",
    "memset: mov r8, rdi; mov eax, esi; mov rcx, rdx; rep stosb; mov rax, r8; ret",
    ".global _Unwind_Resume",
    "_Unwind_Resume: ud2",
);
