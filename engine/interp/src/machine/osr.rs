//! From a frame to the value frame that compiled code continues with.

use super::frame::{read, write};
use super::inst::Fp;

/// A value that decoded code keeps elsewhere than where the value frame has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OsrMove {
    /// Copy `bytes` (at most 8: filled up with zeros to a word).
    Copy { to: u32, from: u32, bytes: u32 },
    /// The address of a local variable.
    Address { to: u32, local: u32, align: u32 },
}

impl OsrMove {
    /// Puts a value where the value frame has it.
    ///
    /// # Safety
    /// `fp` is a frame of the function.
    pub unsafe fn run(&self, fp: Fp) {
        // SAFETY: engine invariant 1: decoding made the offsets.
        unsafe {
            match *self {
                Self::Copy { to, from, bytes } if bytes <= 8 => {
                    let word = read::<u64>(fp, from);
                    let shift = 64 - 8 * bytes;
                    write(fp, to, word << shift >> shift);
                }
                Self::Copy { to, from, bytes } => {
                    core::ptr::copy(fp.add(from as usize), fp.add(to as usize), bytes as usize)
                }
                Self::Address { to, local, align } => {
                    let mask = u64::from(align) - 1;
                    write(fp, to, (fp as u64 + u64::from(local) + mask) & !mask);
                }
            }
        }
    }
}
