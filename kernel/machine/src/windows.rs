//! Where things lie in the address space, and how much of it they get.
//!
//! Physical memory is mapped one to one at the bottom. Everything that grows has a window of
//! its own far above, with nothing mapped around it: memory is brought in at the first touch,
//! so that windows cost nothing while they are empty, and running over an end faults.

use crate::ranges::LARGE_PAGE;

/// A stretch of virtual addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// First address.
    pub base: u64,
    /// Length in bytes.
    pub len: u64,
}

impl Window {
    /// Whether an address lies in it.
    pub fn contains(self, address: u64) -> bool {
        address.wrapping_sub(self.base) < self.len
    }

    /// One past the last address.
    pub fn end(self) -> u64 {
        self.base + self.len
    }
}

/// Room for the kernel's own heap, which grows from its base.
pub const KERNEL_HEAP: Window = Window { base: 1 << 40, len: 1 << 40 };
/// Compiled code, where it runs.
pub const CODE: Window = Window { base: 1 << 44, len: 256 << 20 };
/// Compiled code, where it is written.
pub const CODE_WRITE: Window = Window { base: 1 << 45, len: CODE.len };
/// GOT and globals: close enough to the code for 32-bit distances.
pub const DATA: Window = Window { base: CODE.base + (512 << 20), len: 1 << 30 };
/// The stack that the kernel and the session run on: compilers recurse deeply.
pub const KERNEL_STACK: Window = Window { base: (5 << 44) - (16 << 20), len: 16 << 20 };
/// Where the resident compiler is linked to lie.
pub const COMPILER: Window = Window { base: 3 << 44, len: 256 << 20 };
/// The stack that the resident compiler runs on.
pub const COMPILER_STACK: Window = Window { base: (3 << 44) + (2 << 40) - (8 << 20), len: 8 << 20 };
const COMPILER_HEAP_BASE: u64 = (3 << 44) + (4 << 40);
const HEAP_BASE: u64 = 1 << 46;
const STACK_TOP: u64 = 3 << 45;

/// Processors that are used at most, the first among them.
pub const MOST_CORES: usize = 64;

/// What the kernel keeps for a processor beside the first: its interrupt stacks, with a page that
/// is never mapped below each, and its block of data.
const CORES: Window = Window { base: (7 << 44) + (1 << 42), len: (MOST_CORES as u64) << 20 };
/// The stacks of processors beside the first, so far apart that running over one's end never
/// meets another.
const CORE_STACKS: Window = Window { base: (7 << 44) + (1 << 43), len: (MOST_CORES as u64) << 31 };

/// The part of [`CORES`] of the processor with place `place`, counted from 0.
pub fn core(place: usize) -> Window {
    let len = CORES.len / MOST_CORES as u64;
    Window { base: CORES.base + place as u64 * len, len }
}

/// The place of the processor whose data or interrupt stacks lie there.
pub fn core_of(address: u64) -> Option<usize> {
    CORES.contains(address).then(|| ((address - CORES.base) >> 20) as usize)
}

/// Below this, the kernel cannot work: page tables, its heap, a compiler's working memory.
pub const LEAST_MEMORY: u64 = 12 << 20;

/// What depends on the size of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The program's heap.
    pub heap: Window,
    /// The stack that the program runs on.
    pub stack: Window,
    /// Bytes brought in at a touch of the heap; elsewhere it is 64 KiB at most.
    pub heap_step: u64,
    /// The heap of the resident compiler.
    pub compiler_heap: Window,
}

/// Bytes brought in at a touch of any other window.
pub const STEP: u64 = 64 << 10;

impl Plan {
    /// For a machine with `free` bytes of memory left when the kernel has what it needs first.
    pub fn new(free: u64) -> Plan {
        let heap = free / 4 * 3 / LARGE_PAGE * LARGE_PAGE;
        let stack = (free / 8).clamp(1 << 20, 64 << 20) / STEP * STEP;
        // A large page is zeroed whole: only where memory is plenty.
        let heap_step = if free >= 256 << 20 { LARGE_PAGE } else { STEP };
        // Enough for all but enormous functions; what a compiler touches it keeps.
        let compiler = (free / 3).min(512 << 20) / STEP * STEP;
        Plan {
            heap: Window { base: HEAP_BASE, len: heap },
            stack: Window { base: STACK_TOP - stack, len: stack },
            heap_step,
            compiler_heap: Window { base: COMPILER_HEAP_BASE, len: compiler },
        }
    }
}

impl Plan {
    /// The stack of the processor with place `place`, counted from 0, beside the first: as long as
    /// the program's.
    pub fn core_stack(&self, place: usize) -> Window {
        let each = CORE_STACKS.len / MOST_CORES as u64;
        let top = CORE_STACKS.base + (place as u64 + 1) * each;
        Window { base: top - self.stack.len, len: self.stack.len }
    }

    /// The stack in which, or in whose guard, an address beside the first processor lies.
    pub fn core_stack_of(&self, address: u64) -> Option<Window> {
        let each = CORE_STACKS.len / MOST_CORES as u64;
        let place = CORE_STACKS.contains(address).then(|| (address - CORE_STACKS.base) / each)?;
        Some(self.core_stack(place as usize))
    }
}

/// How far below a stack an access still counts as an overflow of it.
pub const STACK_GUARD: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_apart_and_in_reach() {
        for mib in [12, 32, 128, 1024, 4096, 1 << 20] {
            let plan = Plan::new(mib << 20);
            let guard = |w: Window| Window { base: w.base - STACK_GUARD, len: STACK_GUARD };
            let stacks = [KERNEL_STACK, plan.stack, COMPILER_STACK];
            let mut all = [KERNEL_HEAP, CODE, CODE_WRITE, DATA, plan.heap].to_vec();
            all.extend([COMPILER, plan.compiler_heap]);
            all.extend(stacks.into_iter().flat_map(|stack| [guard(stack), stack]));
            all.extend((0..MOST_CORES).map(core));
            all.extend((0..MOST_CORES).flat_map(|place| {
                let stack = plan.core_stack(place);
                [guard(stack), stack]
            }));
            all.sort_by_key(|w| w.base);
            assert!(all.windows(2).all(|w| w[0].end() <= w[1].base), "{mib} MiB: {all:x?}");
            assert!(all.last().unwrap().end() <= 1 << 47);
            assert!(all.iter().all(|w| w.base % STEP == 0 && w.len % STEP == 0), "{all:x?}");
            assert!(plan.heap.len + plan.stack.len < mib << 20);
            assert_eq!(plan.heap.base % plan.heap_step, 0);
            assert_eq!(plan.heap.len % plan.heap_step, 0);
        }
        assert!(DATA.end() - CODE.base <= 2 << 30);
    }

    #[test]
    fn an_address_leads_to_its_processor() {
        let plan = Plan::new(512 << 20);
        for place in [0, 1, 62, 63] {
            let (data, stack) = (core(place), plan.core_stack(place));
            assert_eq!(core_of(data.base), Some(place));
            assert_eq!(core_of(data.end() - 1), Some(place));
            for at in [stack.base, stack.end() - 1, stack.base - 1, stack.base - STACK_GUARD] {
                assert_eq!(plan.core_stack_of(at), Some(stack), "{place} {at:#x}");
            }
        }
        assert_eq!(core_of(core(63).end()), None);
        assert_eq!(plan.core_stack_of(plan.stack.base), None);
        assert_eq!(plan.core_stack_of(plan.core_stack(63).end()), None);
    }

    #[test]
    fn ends_are_outside() {
        let w = Window { base: 10, len: 5 };
        assert!(w.contains(10) && w.contains(14));
        assert!(!w.contains(9) && !w.contains(15));
    }
}
