//! The handlers: one for each specialised operation.
//!
//! Most are instances of a few generic shapes ([`shape`]), so that an operation is one line
//! and all its forms (widths, where operands come from) are made by the compiler.

pub(crate) mod atomic;
pub(crate) mod branch;
pub(crate) mod bulk;
pub(crate) mod call;
pub(crate) mod float;
pub(crate) mod fused;
pub(crate) mod int;
pub(crate) mod lanes;
pub(crate) mod limbs;
pub(crate) mod masked;
pub(crate) mod memory;
pub(crate) mod moves;
mod register;
pub(crate) mod shape;
pub(crate) mod simd;
pub(crate) mod slow;
pub(crate) mod stack;
pub(crate) mod varargs;
pub(crate) mod vector;
pub(crate) mod widths;

/// Goes on with another instruction.
macro_rules! next {
    ($ip:expr, $fp:expr, $cx:expr, $acc:expr, $f:expr, $s:expr) => {{
        let ip: $crate::code::Ip = $ip;
        ((*ip).op.handler)(ip, $fp, $cx, $acc, $f, $s)
    }};
}
pub(crate) use next;

/// Defines handlers. Their bodies are unsafe code under the contract of
/// [`crate::code::Handler`]: operands are offsets within the frame that decoding assigned.
macro_rules! handlers {
    ($($(#[$meta:meta])* fn $name:ident $(<$($g:ident $(: $b:path)?),*>)? $([const $c:ident: usize])?
        ($ip:ident, $fp:ident, $cx:ident, $acc:ident, $f:ident, $s:ident) $body:block)*) => {$(
        $(#[$meta])*
        pub(crate) unsafe extern "sysv64" fn $name<$($($g $(: $b)?,)*)? $(const $c: usize)?>(
            $ip: $crate::code::Ip,
            $fp: $crate::code::Fp,
            $cx: $crate::code::Cx,
            $acc: u64,
            $f: f64,
            $s: f32,
        ) {
            // SAFETY: see the macro.
            unsafe { $body }
        }
    )*};
}
pub(crate) use handlers;

use crate::code::Fp;

/// Reads from the frame.
///
/// # Safety
/// The bytes lie in the frame and hold a `T`.
#[inline(always)]
pub(crate) unsafe fn read<T: Copy>(fp: Fp, at: u32) -> T {
    // SAFETY: the caller's.
    unsafe { fp.add(at as usize).cast::<T>().read_unaligned() }
}

/// Writes to the frame.
///
/// # Safety
/// The bytes lie in the frame.
#[inline(always)]
pub(crate) unsafe fn write<T: Copy>(fp: Fp, at: u32, value: T) {
    // SAFETY: the caller's.
    unsafe { fp.add(at as usize).cast::<T>().write_unaligned(value) }
}
