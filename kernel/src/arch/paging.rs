//! The registers behind the page tables.

/// Makes the tables at `root` (a physical address) the ones in force.
///
/// # Safety
/// They map everything that is in use, at the addresses it is used at.
pub unsafe fn set_root(root: u64) {
    // SAFETY: by this function's contract.
    unsafe { x86::controlregs::cr3_write(root) }
}

/// Forgets translations of a range that was changed.
pub fn flush(virt: u64, len: u64) {
    // Beyond this many pages, forgetting everything is cheaper.
    const MANY: u64 = 32;
    // SAFETY: forgetting translations only makes the processor read the tables again.
    unsafe {
        if len / 4096 > MANY {
            x86::tlb::flush_all();
        } else {
            for page in (virt..virt + len).step_by(4096) {
                x86::tlb::flush(page as usize);
            }
        }
    }
}

/// The address that the last page fault was about.
pub fn fault_address() -> u64 {
    // SAFETY: reading the register changes nothing.
    unsafe { x86::controlregs::cr2() as u64 }
}
