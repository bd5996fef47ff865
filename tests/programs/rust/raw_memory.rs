//! Unsafe code: raw pointers, uninitialised memory, unions, transmutes, statics, atomics.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::alloc::{Layout, alloc, dealloc, realloc};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::{MaybeUninit, align_of, offset_of, size_of, transmute};
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicBool, AtomicI8, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use support::println;

support::entry!(run);

#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Header {
    kind: u8,
    length: u32,
    flags: u16,
    id: u64,
}

#[repr(C, packed)]
#[derive(Clone, Copy)]
struct Packed {
    kind: u8,
    length: u32,
    id: u64,
}

#[repr(C)]
union Number {
    float: f64,
    bits: u64,
    halves: [u32; 2],
}

#[repr(align(64))]
struct Aligned([u8; 10]);

static TABLE: [fn(i32) -> i32; 3] = [|x| x + 1, |x| x * 2, negate];
static COUNTER: AtomicUsize = AtomicUsize::new(10);
static mut SCRATCH: [u32; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

fn negate(x: i32) -> i32 {
    -x
}

/// A growable array on the bare allocator.
struct Array<T> {
    start: NonNull<T>,
    len: usize,
    room: usize,
}

impl<T> Array<T> {
    fn new() -> Self {
        Array { start: NonNull::dangling(), len: 0, room: 0 }
    }
    fn push(&mut self, value: T) {
        unsafe {
            if self.len == self.room {
                let room = (self.room * 2).max(2);
                let layout = Layout::array::<T>(room).unwrap();
                let memory = if self.room == 0 {
                    alloc(layout)
                } else {
                    realloc(self.start.as_ptr().cast(), Layout::array::<T>(self.room).unwrap(), layout.size())
                };
                self.start = NonNull::new(memory.cast()).unwrap();
                self.room = room;
            }
            self.start.as_ptr().add(self.len).write(value);
        }
        self.len += 1;
    }
    fn as_slice(&self) -> &[T] {
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> Drop for Array<T> {
    fn drop(&mut self) {
        unsafe {
            ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.start.as_ptr(), self.len));
            if self.room > 0 {
                dealloc(self.start.as_ptr().cast(), Layout::array::<T>(self.room).unwrap());
            }
        }
    }
}

struct Noisy(u32);

impl Drop for Noisy {
    fn drop(&mut self) {
        COUNTER.fetch_add(self.0 as usize, Ordering::Relaxed);
    }
}

fn atomics() {
    let small = AtomicI8::new(120);
    small.fetch_add(10, Ordering::SeqCst);
    let wide = AtomicU64::new(0xF0F0);
    println!("{} {:x} {:x}", small.load(Ordering::Acquire), wide.fetch_xor(0xFFFF, Ordering::AcqRel), wide.fetch_max(7, Ordering::Relaxed));
    println!("{:?} {:?}", wide.compare_exchange(0x0F0F, 1, Ordering::SeqCst, Ordering::Relaxed), wide.compare_exchange(5, 6, Ordering::SeqCst, Ordering::Relaxed));
    let flag = AtomicBool::new(false);
    println!("{} {} {}", flag.swap(true, Ordering::SeqCst), flag.fetch_and(false, Ordering::SeqCst), flag.fetch_nand(true, Ordering::SeqCst));
    let mut value = 5;
    let pointer = AtomicPtr::new(&raw mut value);
    unsafe { *pointer.load(Ordering::Relaxed) += 1 };
    println!("{value} {:?}", wide.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |x| x.checked_sub(1)));
}

fn run() -> i32 {
    println!("{} {} {} {}", size_of::<Header>(), offset_of!(Header, length), offset_of!(Header, id), align_of::<Header>());
    println!("{} {} {}", size_of::<Packed>(), offset_of!(Packed, id), size_of::<Aligned>());
    let packed = Packed { kind: 1, length: 0x0203_0405, id: 99 };
    let bytes: [u8; 13] = unsafe { transmute(packed) };
    let length = packed.length;
    println!("{bytes:?} {length} {}", unsafe { (&raw const packed.id).read_unaligned() } + u64::from(packed.kind));
    let mut header = MaybeUninit::<Header>::zeroed();
    let header = unsafe {
        (&raw mut (*header.as_mut_ptr()).flags).write(0xABCD);
        header.assume_init()
    };
    println!("{header:x?}");
    let number = Number { float: -0.15625 };
    println!("{:x} {:x?}", unsafe { number.bits }, unsafe { number.halves });
    let mut array: MaybeUninit<[u16; 5]> = MaybeUninit::uninit();
    let first = array.as_mut_ptr().cast::<u16>();
    for i in 0..5 {
        unsafe { first.add(i).write((i * i) as u16) };
    }
    println!("{:?}", unsafe { array.assume_init() });
    unsafe {
        let scratch = &raw mut SCRATCH as *mut u32;
        ptr::copy(scratch, scratch.add(2), 5);
        ptr::swap(scratch, scratch.add(7));
        ptr::write_bytes(scratch.add(1), 0xFF, 1);
        println!("{:?}", *(&raw const SCRATCH));
    }
    println!("{:?}", TABLE.iter().map(|f| f(21)).collect::<Vec<_>>());
    {
        let mut list = Array::new();
        for i in 0..20 {
            list.push(Noisy(i));
        }
        println!("{} {} {}", list.as_slice().len(), list.room, list.as_slice().iter().map(|n| n.0).sum::<u32>());
    }
    println!("{}", COUNTER.load(Ordering::SeqCst));
    let aligned = Box::new(Aligned([3; 10]));
    println!("{} {}", (&raw const *aligned).addr() % 64, aligned.0[9]);
    let words: &[u32] = &[0x0403_0201, 0x0807_0605];
    let (before, middle, after) = unsafe { words.align_to::<u8>() };
    println!("{} {middle:?} {}", before.len(), after.len());
    let closure: Box<dyn Fn() -> usize> = Box::new(move || middle_len(words));
    println!("{} {}", closure(), unsafe { f32::from_bits(0x40490FDB).to_int_unchecked::<i32>() });
    atomics();
    0
}

fn middle_len(words: &[u32]) -> usize {
    size_of_val(words)
}
