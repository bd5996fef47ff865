//! Memory: frames, page tables, the kernel's heap, and the windows that fill on touch.

mod boot;
mod heap;
mod lock;
mod state;

use bareflow_boot::BootInfo;
use bareflow_machine::paging::{self, Access, Mapping};
use bareflow_machine::ranges::{From, LARGE_PAGE, PAGE, Range};
use bareflow_machine::vectors::{self, STACKS};
use bareflow_machine::windows::{
    self, CODE, CODE_WRITE, COMPILER_STACK, DATA, KERNEL_STACK, Plan, STACK_GUARD, STEP, Window,
};

use crate::arch;
use crate::arch::stack::InterruptStack;
use crate::cores::Block;

pub use boot::{TooLittle, symbol_bytes};
pub use lock::hold_while;
use state::{FOUR_GIB, Memory, Tables, zero};

/// Takes over memory from the loader: frames, page tables, heap.
///
/// # Errors
/// When the machine has too little memory.
///
/// # Safety
/// Called once, on the boot stack, with interrupts off.
pub unsafe fn init(info: &BootInfo) -> Result<(), TooLittle> {
    // SAFETY: by this function's contract.
    *lock::hold() = Some(unsafe { boot::take_over(info) }?);
    Ok(())
}

/// Divides what is left between program and kernel; the same at every call.
pub fn plan() -> Plan {
    with(|m| *m.plan.get_or_insert_with(|| Plan::new(m.free.total())))
}

/// Free bytes.
#[cfg(not(feature = "engine"))]
pub fn free() -> u64 {
    with(|m| m.free.total())
}

/// Runs with the memory locked. Nothing in it may touch a window that fills on touch; the
/// stack is one, so what it needs of it is brought in first (kernel invariant 7).
fn with<R>(act: impl FnOnce(&mut Memory) -> R) -> R {
    const DEPTH: usize = 16 << 10;
    let here = 0_u8;
    let below = (&raw const here).wrapping_sub(DEPTH);
    // SAFETY: below the stack pointer, in the same stack, or in its guard if it is about to
    // overflow, which is reported; the value is not used.
    unsafe { below.read_volatile() };
    act(lock::hold().as_mut().expect("memory is set up before anything asks for it"))
}

/// Brings in the memory behind an address that was touched, if it belongs to a window.
///
/// Called in the page fault handler. False means that the touch was an error, or that there is
/// no memory left. Several processors may touch the same at once: the first that gets here brings
/// it in, the others find it there.
pub fn bring_in(address: u64) -> bool {
    // A fault while this processor changes memory is a defect here; waiting would hang.
    let Some(mut held) = lock::hold_in_fault() else { return false };
    let Some(memory) = held.as_mut() else { return false };
    if memory.translate(address).is_some() {
        return true;
    }
    let Some(plan) = memory.plan else { return false };
    let simple = |window: Window, step| (window, step, None);
    let (window, step, second) = match address {
        a if CODE.contains(a) => (CODE, STEP, Some(CODE_WRITE)),
        a if CODE_WRITE.contains(a) => (CODE, STEP, Some(CODE_WRITE)),
        a if DATA.contains(a) => simple(DATA, STEP),
        a if KERNEL_STACK.contains(a) => simple(KERNEL_STACK, STEP),
        a if plan.heap.contains(a) => simple(plan.heap, plan.heap_step),
        a if plan.stack.contains(a) => simple(plan.stack, STEP),
        a if plan.compiler_heap.contains(a) => simple(plan.compiler_heap, STEP),
        a if COMPILER_STACK.contains(a) => simple(COMPILER_STACK, STEP),
        a => match plan.core_stack_of(a).filter(|stack| stack.contains(a)) {
            Some(stack) => simple(stack, STEP),
            None => return false,
        },
    };
    let base = if CODE_WRITE.contains(address) { CODE_WRITE.base } else { window.base };
    memory.bring_in(window, address - base, step, second).is_some()
}

/// A page below 1 MiB that nobody uses.
pub fn low_page() -> Option<u64> {
    with(|m| m.low)
}

/// Memory for one more processor, for good: its block, its interrupt stacks, and as much of its own
/// stack as it needs until it can bring in more itself. `None` when processors would take more than a
/// quarter of the memory there is.
pub fn for_core(place: usize) -> Option<&'static Block> {
    let window = windows::core(place);
    let plan = plan();
    let stack = plan.core_stack(place);
    let size = size_of::<InterruptStack>() as u64;
    let block_at = window.base + STACKS as u64 * size;
    const { assert!(size_of::<Block>() as u64 <= PAGE) };
    with(|m| {
        // The program's heap is three quarters of it.
        if m.free.total() < plan.heap.len {
            return None;
        }
        for each in 0..STACKS as u64 {
            m.fill(window.base + each * size + PAGE, size - PAGE)?;
        }
        m.fill(block_at, PAGE)?;
        m.bring_in(stack, stack.len - STEP, STEP, None)
    })?;
    let block = core::ptr::with_exposed_provenance_mut::<Block>(block_at as usize);
    let number = place as u32 + 1;
    // SAFETY: mapped just now, aligned to a page and nobody else's, for good.
    let block = unsafe {
        block.write(Block::new(number, place as u32));
        &*block
    };
    block.set_stacks(core::ptr::with_exposed_provenance_mut(window.base as usize));
    block.set_stack_top(stack.end());
    Some(block)
}

/// Whether memory that may be used so is all along a range, of which what is missing is brought in.
#[cfg(feature = "engine")]
pub fn is_there(address: u64, len: u64, fits: fn(Access) -> bool) -> bool {
    let Some(end) = address.checked_add(len) else { return false };
    let pages = Range { start: address, end }.outer_pages();
    (pages.start..pages.end).step_by(PAGE as usize).all(|page| {
        let access = with(|m| m.translate(page));
        match access {
            Some((_, access)) => fits(access),
            None => fits(Access::ReadWrite) && bring_in(page),
        }
    })
}

/// Whether an address is that of the kernel's own code.
#[cfg(feature = "engine")]
pub fn is_kernel(address: u64) -> bool {
    boot::text().contains(&address)
}

/// Brings in memory for a part of the resident compiler: zeroed pages, whole or none. Nothing may be
/// there yet. What is not writable there is filled by [`fill_part`].
#[cfg(feature = "engine")]
pub fn bring_in_part(pages: Window, access: Access) -> Option<()> {
    with(|m| {
        let tables = pages.len / LARGE_PAGE * PAGE + 8 * PAGE;
        if m.free.total() < pages.len + tables {
            return None;
        }
        for page in (pages.base..pages.end()).step_by(PAGE as usize) {
            let physical = m.free.take(PAGE, PAGE, u64::MAX, From::High)?;
            zero(physical, PAGE);
            m.map(page, PAGE, Mapping::To(physical, access)).ok()?;
        }
        Some(())
    })
}

/// Writes bytes into pages of [`bring_in_part`], by the frames behind them: no page is ever both
/// writable and executable, nor becomes what it was not (kernel invariants 1 and 5).
#[cfg(feature = "engine")]
pub fn fill_part(address: u64, mut bytes: &[u8]) -> Option<()> {
    let mut at = address;
    while !bytes.is_empty() {
        let now = bytes.len().min((PAGE - at % PAGE) as usize);
        let (physical, _) = with(|m| m.translate(at))?;
        let to = core::ptr::with_exposed_provenance_mut::<u8>(physical as usize);
        let (these, rest) = bytes.split_at(now);
        // SAFETY: a frame taken for the compiler alone, mapped one to one (kernel invariant 4), of
        // which nothing runs yet; not beyond its end.
        unsafe { to.copy_from_nonoverlapping(these.as_ptr(), now) };
        (at, bytes) = (at + now as u64, rest);
    }
    Some(())
}

/// Maps device registers at their own address, uncached.
///
/// # Errors
/// When there is no memory left for page tables, or the range is no range.
pub fn map_device(physical: u64, len: u64) -> Result<*mut u8, paging::MapError> {
    let pages = Range { start: physical, end: physical.saturating_add(len) }.outer_pages();
    let to = Mapping::To(pages.start, Access::Device);
    with(|m| m.map(pages.start, pages.len(), to))?;
    Ok(core::ptr::with_exposed_provenance_mut(physical as usize))
}

/// Makes bytes that firmware left behind readable.
pub fn firmware_bytes(physical: u64, len: usize) -> Option<&'static [u8]> {
    let end = physical.checked_add(len as u64).filter(|&end| end < 1 << 46)?;
    let pages = Range { start: physical, end }.outer_pages();
    for page in (pages.start..pages.end).step_by(PAGE as usize) {
        // The null page stays a hole, and what programs use is nothing that firmware left.
        if page == 0 || with(|m| m.ours.contains(page)) {
            return None;
        }
        with(|m| match m.translate(page) {
            Some(_) => Ok(()),
            None => m.map(page, PAGE, Mapping::To(page, Access::Read)),
        })
        .ok()?;
    }
    let first = core::ptr::with_exposed_provenance(physical as usize);
    // SAFETY: mapped one to one just now; the allocator never hands out what firmware keeps,
    // so nobody writes there (kernel invariant 4).
    Some(unsafe { core::slice::from_raw_parts(first, len) })
}

/// The physical address of a buffer, if it lies in one piece there.
pub fn contiguous(address: u64, len: u64) -> Option<u64> {
    with(|m| {
        let (first, _) = m.translate(address)?;
        let pages = Range { start: address, end: address + len }.outer_pages();
        let mut rest = (pages.start + PAGE..pages.end).step_by(PAGE as usize);
        rest.all(|page| {
            m.translate(page).is_some_and(|(p, _)| p.wrapping_sub(first) == page - address)
        })
        .then_some(first)
    })
}

/// Where devices find memory that they are to write to, if it lies in one piece there. What they have written is
/// seen by whoever uses it after they have been seen to be done.
pub fn of_device(to: &mut [u8]) -> Option<u64> {
    contiguous(to.as_mut_ptr().expose_provenance() as u64, to.len() as u64)
}

/// Zeroed memory that devices can reach, contiguous, for good; its address is the same for
/// both. `len` is rounded up to pages.
pub fn device_memory(len: u64) -> Option<*mut u8> {
    let len = len.next_multiple_of(PAGE);
    // Aligned so that no transfer crosses a boundary of 64 KiB.
    let at = with(|m| m.free.take(len, STEP.min(len.next_power_of_two()), FOUR_GIB, From::Low))?;
    let first = core::ptr::with_exposed_provenance_mut::<u8>(at as usize);
    // SAFETY: just taken, mapped one to one, nobody else's (kernel invariant 4).
    unsafe { first.write_bytes(0, len as usize) };
    Some(first)
}

/// Whether an address can be read without a fault. Takes no lock: for fault reports.
pub fn is_readable(address: u64) -> bool {
    let mut tables = Tables { free: None };
    // SAFETY: reading the register changes nothing.
    let root = unsafe { x86::controlregs::cr3() } & !(PAGE - 1);
    paging::translate(&mut tables, root, address).is_some()
}

/// Whether an address is that of code: the kernel's, or compiled.
pub fn is_code(address: u64) -> bool {
    boot::text().contains(&address) || CODE.contains(address) && is_readable(address)
}

/// What an address is that nothing is mapped at, for people.
pub fn describe(address: u64) -> &'static str {
    let plan = lock::try_hold().and_then(|m| m.as_ref().and_then(|m| m.plan));
    let near = |window: Window| {
        let below = Window { base: window.base - STACK_GUARD, len: STACK_GUARD };
        below.contains(address)
    };
    let core_stack = plan.and_then(|plan| plan.core_stack_of(address));
    if address < PAGE {
        return "the null page";
    }
    if boot::guard_pages().any(|page| page == address & !(PAGE - 1))
        || windows::core_of(address).is_some()
    {
        return "the guard page of a stack: stack overflow";
    }
    match plan {
        _ if near(KERNEL_STACK) => "below the kernel's stack: stack overflow",
        _ if KERNEL_STACK.contains(address) => "the kernel's stack: out of memory",
        Some(plan) if near(plan.stack) => "below the program's stack: stack overflow",
        _ if core_stack.is_some_and(near) => "below the core's stack: stack overflow",
        _ if core_stack.is_some_and(|s| s.contains(address)) => "the core's stack: out of memory",
        Some(plan) if plan.stack.contains(address) => "the program's stack: out of memory",
        Some(plan) if plan.heap.contains(address) => "the program's heap: out of memory",
        Some(plan) if plan.compiler_heap.contains(address) => "the compiler's heap: out of memory",
        _ if near(COMPILER_STACK) => "below the compiler's stack: stack overflow",
        _ if COMPILER_STACK.contains(address) => "the compiler's stack: out of memory",
        _ if CODE.contains(address) || CODE_WRITE.contains(address) => {
            "the code window: out of memory"
        }
        _ if DATA.contains(address) => "the data window: out of memory",
        _ if address >= 1 << 47 => "not an address that data can have",
        _ => "no memory there",
    }
}

impl Memory {
    fn map(&mut self, virt: u64, len: u64, to: Mapping) -> Result<(), paging::MapError> {
        let mut tables = Tables { free: Some(&mut self.free) };
        paging::map(&mut tables, self.root, virt, len, to)?;
        arch::paging::flush(virt, len);
        Ok(())
    }

    fn translate(&mut self, virt: u64) -> Option<(u64, Access)> {
        paging::translate(&mut Tables { free: None }, self.root, virt)
    }

    /// Maps zeroed memory at `offset` of a window, and of a second view of it that is
    /// writable while the first is executable.
    fn bring_in(
        &mut self,
        window: Window,
        offset: u64,
        step: u64,
        second: Option<Window>,
    ) -> Option<()> {
        let block =
            (!self.scarce).then(|| self.free.take(step, step, u64::MAX, From::High)).flatten();
        self.scarce |= block.is_none();
        let (physical, len) = match block {
            Some(physical) => (physical, step),
            None => (self.free.take(PAGE, PAGE, u64::MAX, From::High)?, PAGE),
        };
        zero(physical, len);
        let offset = offset / len * len;
        let first = if second.is_some() { Access::Execute } else { Access::ReadWrite };
        self.map(window.base + offset, len, Mapping::To(physical, first)).ok()?;
        if let Some(second) = second {
            self.map(second.base + offset, len, Mapping::To(physical, Access::ReadWrite)).ok()?;
        }
        Some(())
    }

    /// Maps memory of unknown content at `virt`, whole or not at all.
    fn fill(&mut self, virt: u64, len: u64) -> Option<()> {
        // Tables for the range, and a little for those above it.
        let tables = len / LARGE_PAGE * PAGE + 8 * PAGE;
        if self.free.total() < len + tables {
            return None;
        }
        let end = virt + len;
        let mut at = virt;
        while at < end {
            // A large page, or what there is up to the next one, at once if it can be had in one piece: page by
            // page, a heap that ends behind such a border would take half a million instructions more.
            let large = at.is_multiple_of(LARGE_PAGE) && end - at >= LARGE_PAGE;
            let border = (at + 1).next_multiple_of(LARGE_PAGE).min(end);
            let align = if large { LARGE_PAGE } else { PAGE };
            let block = self.free.take(border - at, align, u64::MAX, From::High);
            let (physical, size) = match block {
                Some(physical) => (physical, border - at),
                None => (self.free.take(PAGE, PAGE, u64::MAX, From::High)?, PAGE),
            };
            self.map(at, size, Mapping::To(physical, Access::ReadWrite)).ok()?;
            at += size;
        }
        Some(())
    }
}

/// Takes away the stack that page faults run on, for the test of double faults.
pub fn unmap_page_fault_stack() {
    let stacks = arch::gs::block().stacks();
    let (base, len) = arch::gdt::interrupt_stack(stacks, vectors::PAGE_FAULT);
    with(|m| m.map(base, len, Mapping::Nothing)).expect("unmapping whole pages");
}
