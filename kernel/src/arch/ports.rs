//! I/O ports, as values: whoever makes one vouches for the device behind it.

/// A port of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Port(u16);

impl Port {
    /// A port that a device driver owns.
    ///
    /// # Safety
    /// Reading and writing it must have no effect on memory other than the driver's buffers
    /// (kernel invariant 8).
    pub const unsafe fn new(number: u16) -> Port {
        Port(number)
    }

    /// The port `offset` above.
    pub const fn offset(self, offset: u16) -> Port {
        Port(self.0 + offset)
    }

    /// Reads a byte.
    #[inline]
    pub fn read8(self) -> u8 {
        // SAFETY: kernel invariant 8, promised where the port was made.
        unsafe { x86::io::inb(self.0) }
    }

    /// Reads two bytes.
    #[inline]
    pub fn read16(self) -> u16 {
        // SAFETY: kernel invariant 8.
        unsafe { x86::io::inw(self.0) }
    }

    /// Reads four bytes.
    #[inline]
    pub fn read32(self) -> u32 {
        // SAFETY: kernel invariant 8.
        unsafe { x86::io::inl(self.0) }
    }

    /// Fills a buffer with two bytes at a time; a last odd byte stays as it is.
    pub fn read16_into(self, buffer: &mut [u8]) {
        let (first, words) = (buffer.as_mut_ptr(), buffer.len() / 2);
        // SAFETY: kernel invariant 8, and the buffer has room for that many words.
        unsafe {
            core::arch::asm!("rep insw", in("dx") self.0, inout("rdi") first => _,
                inout("rcx") words => _, options(nostack, preserves_flags));
        }
    }

    /// Writes a buffer, two bytes at a time; a last odd byte is left out.
    pub fn write16_from(self, buffer: &[u8]) {
        let (first, words) = (buffer.as_ptr(), buffer.len() / 2);
        // SAFETY: kernel invariant 8, and the buffer holds that many words.
        unsafe {
            core::arch::asm!("rep outsw", in("dx") self.0, inout("rsi") first => _,
                inout("rcx") words => _, options(nostack, preserves_flags, readonly));
        }
    }

    /// Writes a byte.
    #[inline]
    pub fn write8(self, value: u8) {
        // SAFETY: kernel invariant 8.
        unsafe { x86::io::outb(self.0, value) }
    }

    /// Writes two bytes.
    #[inline]
    pub fn write16(self, value: u16) {
        // SAFETY: kernel invariant 8.
        unsafe { x86::io::outw(self.0, value) }
    }

    /// Writes four bytes.
    #[inline]
    pub fn write32(self, value: u32) {
        // SAFETY: kernel invariant 8.
        unsafe { x86::io::outl(self.0, value) }
    }
}
