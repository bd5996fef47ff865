//! Walking the arguments of a variadic C function (System V ABI for x86-64, section 3.5.7).
//!
//! The functions that take `...` are C (`c/variadic.c`): stable Rust cannot define such. They
//! pass the `va_list` on, and this reads it.

/// What a `va_list` points to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct VaList {
    /// Offset of the next general register in the save area; 48 when they are used up.
    general: u32,
    /// Offset of the next vector register there; 176 when they are used up.
    vector: u32,
    /// The next argument on the stack.
    overflow: *const u8,
    save_area: *const u8,
}

impl VaList {
    /// The next integer or pointer, as 64 bits; the upper ones of a narrower argument are
    /// not defined.
    pub unsafe fn integer(&mut self) -> u64 {
        // SAFETY: below 48 the save area holds it, and else the stack, says the caller's list.
        unsafe {
            if self.general < 48 {
                let at = self.save_area.add(self.general as usize);
                self.general += 8;
                at.cast::<u64>().read()
            } else {
                self.stack(8).cast::<u64>().read()
            }
        }
    }

    /// The next `double` (a `float` is passed as one).
    pub unsafe fn double(&mut self) -> f64 {
        // SAFETY: below 176 the save area holds it, and else the stack, says the caller's list.
        unsafe {
            if self.vector < 176 {
                let at = self.save_area.add(self.vector as usize);
                self.vector += 16;
                at.cast::<f64>().read()
            } else {
                self.stack(8).cast::<f64>().read()
            }
        }
    }

    /// The next `long double`, always on the stack: significand, then sign and exponent.
    pub unsafe fn long_double(&mut self) -> (u64, u16) {
        // SAFETY: the stack holds it, says the caller's list.
        unsafe {
            self.overflow = ((self.overflow as usize + 15) & !15) as *const u8;
            let at = self.stack(16);
            (at.cast::<u64>().read(), at.add(8).cast::<u16>().read())
        }
    }

    unsafe fn stack(&mut self, size: usize) -> *const u8 {
        let at = self.overflow;
        self.overflow = at.wrapping_add(size);
        at
    }
}
