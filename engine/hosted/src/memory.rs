//! Address space for code, data, heap and stack.

use std::io;
use std::ptr;

use bareflow_platform::{Arena, Memory};

/// Sizes in bytes. All but the pages really touched are only reserved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) code: usize,
    pub(crate) data: usize,
    pub(crate) heap: usize,
    pub(crate) stack: usize,
}

/// Code and data together stay below 2 GiB.
pub(crate) const SIZES: Sizes =
    Sizes { code: 256 << 20, data: 1536 << 20, heap: 16 << 30, stack: 64 << 20 };

const GUARD: usize = 64 << 10;

/// Reserves the arenas, for the life of the process.
pub(crate) fn reserve(sizes: Sizes) -> io::Result<Memory> {
    let window = map(sizes.code + sizes.data, libc::PROT_READ | libc::PROT_WRITE)?;
    let write = map_code(window, sizes.code)?;
    let heap = map(sizes.heap, libc::PROT_READ | libc::PROT_WRITE)?;
    let stack = stack(sizes.stack)?;
    Ok(Memory {
        code: Arena { base: window, write, len: sizes.code },
        data: Arena { base: window + sizes.code, write: window + sizes.code, len: sizes.data },
        heap: Arena { base: heap, write: heap, len: sizes.heap },
        stack,
    })
}

/// A stack with a guard below it: its lowest and highest address.
pub(crate) fn stack(len: usize) -> io::Result<(usize, usize)> {
    let stack = map(len, libc::PROT_READ | libc::PROT_WRITE)?;
    // SAFETY: the pages belong to the mapping just made.
    check(unsafe { libc::mprotect(stack as *mut _, GUARD, libc::PROT_NONE) })?;
    Ok((stack + GUARD, stack + len))
}

fn map(len: usize, protection: i32) -> io::Result<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping at an address of the kernel's choice touches nothing of ours.
    let at = unsafe { libc::mmap(ptr::null_mut(), len, protection, flags, -1, 0) };
    if at == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(at as usize) }
}

/// Maps one file of memory twice: executable at `base`, writable where the result says.
fn map_code(base: usize, len: usize) -> io::Result<usize> {
    // SAFETY: the name is a C string.
    let file = unsafe { libc::memfd_create(c"bareflow-code".as_ptr(), libc::MFD_CLOEXEC) };
    check(file)?;
    // SAFETY: `file` is open, `base` starts a mapping of ours of at least `len` bytes that
    // nothing uses yet, and the second mapping is new.
    unsafe {
        check(libc::ftruncate(file, len as i64))?;
        let flags = libc::MAP_SHARED | libc::MAP_FIXED;
        let code = libc::PROT_READ | libc::PROT_EXEC;
        if libc::mmap(base as *mut _, len, code, flags, file, 0) == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let data = libc::PROT_READ | libc::PROT_WRITE;
        let write = libc::mmap(ptr::null_mut(), len, data, libc::MAP_SHARED, file, 0);
        libc::close(file);
        if write == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(write as usize)
    }
}

/// A large page.
const LARGE: usize = 2 << 20;

/// Asks for large pages, as far as they fit in: a system that has only small ones goes on with those.
pub(crate) fn ask_for_large_pages(memory: &mut [u8]) {
    let range = memory.as_mut_ptr_range();
    let start = (range.start as usize).next_multiple_of(LARGE);
    let end = range.end as usize / LARGE * LARGE;
    if start < end {
        // SAFETY: advice on memory of the caller's changes nothing in it.
        unsafe { libc::madvise(start as *mut _, end - start, libc::MADV_HUGEPAGE) };
    }
}

fn check(result: i32) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often the system's list of mappings has advice to use large pages.
    fn advised() -> usize {
        let list = std::fs::read_to_string("/proc/self/smaps").expect("every process has it");
        let flags = list.lines().filter_map(|line| line.strip_prefix("VmFlags:"));
        flags.filter(|flags| flags.split_whitespace().any(|flag| flag == "hg")).count()
    }

    #[test]
    fn large_pages_are_asked_for_where_they_fit_in() {
        let at = map(4 * LARGE, libc::PROT_READ | libc::PROT_WRITE).expect("there is room");
        // SAFETY: memory of this test's own.
        let memory = unsafe { core::slice::from_raw_parts_mut(at as *mut u8, 4 * LARGE) };
        let before = advised();
        let first = LARGE - at % LARGE;
        ask_for_large_pages(&mut memory[first + 1..first + LARGE]);
        assert_eq!(advised(), before, "there is no large page in it");
        ask_for_large_pages(&mut memory[first - 1..first + LARGE + 1]);
        let known = std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists();
        assert_eq!(advised(), before + usize::from(known));
    }
}
