//! The first frames and page tables, from what the loader says.

use bareflow_boot::BootInfo;
use bareflow_machine::paging::{Access, Mapping, map};
use bareflow_machine::ranges::{FreeRanges, From, PAGE, Range};
use bareflow_machine::windows::LEAST_MEMORY;

use super::state::{FOUR_GIB, Memory, Tables, zero};
use crate::{arch, cores};

/// The machine has less memory than the kernel needs.
#[derive(Clone, Copy, Debug)]
pub struct TooLittle {
    free: u64,
}

impl core::fmt::Display for TooLittle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (free, least) = (self.free >> 20, LEAST_MEMORY >> 20);
        write!(
            f,
            "{free} MiB of memory are free behind the kernel, but {least} MiB are needed: give the machine more"
        )
    }
}

unsafe extern "C" {
    static __kernel_start: u8;
    static __text_end: u8;
    static __rodata_end: u8;
    static __symbols_start: u8;
    static __symbols_limit: u8;
    static __boot_stack_guard: u8;
    static __kernel_end: u8;
}

/// Address of a linker symbol.
macro_rules! address {
    ($symbol:ident) => {
        (&raw const $symbol).addr() as u64
    };
}

/// Pages below stacks of the kernel's own image.
pub fn guard_pages() -> impl Iterator<Item = u64> {
    cores::guard_pages().chain([address!(__boot_stack_guard)])
}

/// The kernel's code.
pub fn text() -> core::ops::Range<u64> {
    address!(__kernel_start)..address!(__text_end)
}

/// Bytes behind the linker's `__symbols_start`.
pub fn symbol_bytes() -> &'static [u8] {
    let len = address!(__symbols_limit) - address!(__symbols_start);
    // SAFETY: the linker script keeps this room for the symbol table; it is mapped read-only.
    unsafe { core::slice::from_raw_parts(&raw const __symbols_start, len as usize) }
}

/// Sorts out the memory map, builds page tables and switches to them.
///
/// # Safety
/// As for [`super::init`].
pub unsafe fn take_over(info: &BootInfo) -> Result<Memory, TooLittle> {
    let mut ours = free_ranges(info);
    let kernel =
        Range { start: address!(__kernel_start), end: address!(__kernel_end) }.outer_pages();
    let mut free = ours.clone();
    free.remove(kernel);
    ours.add(kernel);
    if free.total() < LEAST_MEMORY {
        return Err(TooLittle { free: free.total() });
    }
    let none = TooLittle { free: 0 };
    let root = free.take(PAGE, PAGE, FOUR_GIB, From::Low).ok_or(none)?;
    zero(root, PAGE);
    let mut tables = Tables { free: Some(&mut free) };
    let mut set = |start: u64, end: u64, to: Mapping| {
        map(&mut tables, root, start, end.saturating_sub(start), to)
    };
    let mut build = || {
        // The first megabyte: without the null page, the frame buffer uncached, ROM read-only.
        set(PAGE, 0xa_0000, Mapping::To(PAGE, Access::ReadWrite))?;
        set(0xa_0000, 0xc_0000, Mapping::To(0xa_0000, Access::Device))?;
        set(0xc_0000, 0x10_0000, Mapping::To(0xc_0000, Access::Read))?;
        for region in usable(info) {
            let start = region.start.max(0x10_0000);
            set(start, region.end.max(start), Mapping::To(start, Access::ReadWrite))?;
        }
        // The kernel itself (kernel invariant 1).
        set(address!(__kernel_start), address!(__text_end), Mapping::Same(Access::Execute))?;
        set(address!(__text_end), address!(__rodata_end), Mapping::Same(Access::Read))?;
        set(address!(__symbols_start), address!(__symbols_limit), Mapping::Same(Access::Read))?;
        for page in guard_pages() {
            set(page, page + PAGE, Mapping::Nothing)?;
        }
        Ok::<(), bareflow_machine::paging::MapError>(())
    };
    build().map_err(|_| none)?;
    // SAFETY: the tables map the kernel, its stack and all usable memory one to one.
    unsafe { arch::paging::set_root(root) };
    Ok(Memory { free, ours, root, low: low_page(info), plan: None, scarce: false })
}

fn usable(info: &BootInfo) -> impl Iterator<Item = Range> {
    // A map past what four levels of tables cover would be nonsense.
    let end = |r: &bareflow_boot::MemoryRegion| r.base.saturating_add(r.length).min(1 << 40);
    info.regions()
        .iter()
        .filter(|r| r.is_usable())
        .map(move |r| Range { start: r.base, end: end(r) }.inner_pages())
        .filter(|r| !r.is_empty())
}

/// The highest page below 1 MiB that is nothing but usable, beside the null page. What loader and
/// firmware had there nobody needs any more.
fn low_page(info: &BootInfo) -> Option<u64> {
    let mut free = nothing_else(info);
    free.remove(Range { start: 0, end: PAGE });
    free.take(PAGE, PAGE, 0xa_0000, From::High)
}

/// Usable memory, less everything that is something else too, and the first megabyte.
fn free_ranges(info: &BootInfo) -> FreeRanges {
    let mut free = nothing_else(info);
    free.remove(Range { start: 0, end: 0x10_0000 });
    free
}

/// Usable memory, less everything that is something else too.
fn nothing_else(info: &BootInfo) -> FreeRanges {
    let mut free = FreeRanges::new();
    for range in usable(info) {
        free.add(range);
    }
    for region in info.regions().iter().filter(|r| !r.is_usable()) {
        let end = region.base.saturating_add(region.length);
        free.remove(Range { start: region.base, end }.outer_pages());
    }
    free
}
