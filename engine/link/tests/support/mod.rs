//! Code memory in a process: one memfd mapped twice, and data beside it.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Arc;

use bareflow_ir::abi::RegFrame;
use bareflow_link::{CoreBlock, Handler, Linker, Region, Settings};
use bareflow_object::{Object, Reloc, RelocKind, Section, Target};

pub const CODE: usize = 1 << 20;
pub const DATA: usize = 1 << 20;

/// The two regions of a linker.
#[derive(Clone, Copy)]
pub struct Mapped {
    pub code: Region,
    pub data: Region,
}

pub fn map() -> Mapped {
    // SAFETY: fresh mappings, checked below; the fixed ones replace parts of our reservation.
    unsafe {
        let fd = libc::memfd_create(c"code".as_ptr(), 0);
        assert!(fd >= 0 && libc::ftruncate(fd, CODE as i64) == 0);
        let none = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let base = libc::mmap(core::ptr::null_mut(), CODE + DATA, libc::PROT_NONE, none, -1, 0);
        assert_ne!(base, libc::MAP_FAILED);
        let (rx, rw) = (libc::PROT_READ | libc::PROT_EXEC, libc::PROT_READ | libc::PROT_WRITE);
        let code = libc::mmap(base, CODE, rx, libc::MAP_SHARED | libc::MAP_FIXED, fd, 0);
        let write = libc::mmap(core::ptr::null_mut(), CODE, rw, libc::MAP_SHARED, fd, 0);
        let data = libc::mmap(base.add(CODE), DATA, rw, none | libc::MAP_FIXED, -1, 0);
        assert!(code != libc::MAP_FAILED && write != libc::MAP_FAILED && data != libc::MAP_FAILED);
        libc::close(fd);
        Mapped {
            code: Region { base: code as usize, write: write as usize, len: CODE },
            data: Region { base: data as usize, write: data as usize, len: DATA },
        }
    }
}

pub fn linker(handler: Handler, context: *mut ()) -> Linker {
    let settings = Settings { slots: 256, metadata: 64 << 10, ..Settings::default() };
    linker_with(handler, context, settings)
}

pub fn linker_with(handler: Handler, context: *mut (), settings: Settings) -> Linker {
    let mapped = map();
    // SAFETY: the mappings are fresh and never unmapped.
    unsafe { Linker::new(mapped.code, mapped.data, settings, handler, context) }.unwrap()
}

/// This thread as a core of the linker, with room for some measured calls.
pub fn core(linker: &mut Linker) -> Arc<CoreBlock> {
    let block = linker.add_core(100);
    become_core(&block);
    block
}

/// Makes this thread the core that `block` belongs to, for ever.
pub fn become_core(block: &Arc<CoreBlock>) {
    /// `arch_prctl` to set the base of `gs`.
    const ARCH_SET_GS: libc::c_int = 0x1001;
    let word: &'static *const CoreBlock = Box::leak(Box::new(Arc::into_raw(Arc::clone(block))));
    // SAFETY: nothing else in a process of Linux uses `gs`; the word and the block stay.
    let done = unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_SET_GS, &raw const *word) };
    assert_eq!(done, 0);
}

/// The block of the core that this thread is.
pub fn current() -> &'static CoreBlock {
    // SAFETY: the tests ask on threads that have become a core, whose block stays.
    unsafe { CoreBlock::current() }.unwrap()
}

/// A stack, and its end.
pub fn stack() -> (Vec<u128>, usize) {
    let stack = vec![0u128; 16 << 10];
    let top = stack.as_ptr_range().end as usize;
    (stack, top)
}

/// A handler for linkers in which nothing is interpreted.
pub unsafe extern "C" fn never(slot: u32, _: *mut RegFrame, _: *mut u8, _: *mut ()) -> usize {
    panic!("slot {slot} has no code");
}

pub fn object(symbol: &str, text: &[u8], relocs: Vec<Reloc>) -> Object {
    Object {
        symbol: symbol.into(),
        text: text.to_vec(),
        text_align: 16,
        relocs,
        ..Object::default()
    }
}

pub fn reloc(offset: u32, kind: RelocKind, target: &str, addend: i64) -> Reloc {
    let target = Target::Symbol(target.into());
    Reloc { section: Section::Text, offset, kind, target, addend }
}

/// `mov $value, %eax; ret`
pub fn constant(symbol: &str, value: u32) -> Object {
    let mut text = vec![0xb8];
    text.extend(value.to_le_bytes());
    text.push(0xc3);
    object(symbol, &text, vec![])
}

/// `sub $8, %rsp; call target; add $1, %rax; add $8, %rsp; ret`
pub fn plus_one(symbol: &str, target: &str) -> Object {
    let text = [
        0x48, 0x83, 0xec, 0x08, 0xe8, 0, 0, 0, 0, 0x48, 0x83, 0xc0, 0x01, 0x48, 0x83, 0xc4, 0x08,
        0xc3,
    ];
    object(symbol, &text, vec![reloc(5, RelocKind::Call32, target, -4)])
}

/// Calls `address` with integer arguments and gives rax.
pub fn run(address: usize, ints: &[u64]) -> u64 {
    let mut frame = RegFrame::default();
    frame.ints[..ints.len()].copy_from_slice(ints);
    // SAFETY: the tests pass addresses of code they made, of this signature.
    unsafe { bareflow_link::call(address, &mut frame, &[]) };
    frame.ints[0]
}

/// Notes the frame of a call in the context, a vector, and answers in every register that can carry a result: the
/// word on the stack, 2, and two vectors.
pub unsafe extern "C" fn all_registers(
    _: u32,
    frame: *mut RegFrame,
    stack: *mut u8,
    context: *mut (),
) -> usize {
    // SAFETY: the linker passes a frame and the context it was given; the test pushed one word.
    unsafe {
        (*context.cast::<Vec<RegFrame>>()).push(*frame);
        (*frame).ints[0] = stack.cast::<u64>().read();
        (*frame).ints[1] = 2;
        (*frame).floats[0] = [3, 4];
        (*frame).floats[1] = [5, 6];
    }
    0
}
