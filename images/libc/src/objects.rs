//! Atomic access to objects that compilers have no instruction for: what they call for `_Atomic` structures,
//! and for 16 bytes where they were not told that the processor has an instruction (the interface of
//! libatomic).
//!
//! Objects as large as a register, and of 16 bytes, are accessed by instructions, so that code which knows
//! them and code which calls agree. The others have a lock, one for all: a program that has many such
//! objects has time.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use crate::memory::{memcmp, memcpy};
use crate::threads::lock::Recursive;

/// Held by whoever accesses an object that no instruction accesses at once.
static LOCK: Recursive = Recursive::new();

/// Whether an instruction accesses it: `$then` for its type, `$other` otherwise.
macro_rules! by_size {
    ($size:ident, $object:ident, $then:ident, $other:expr) => {
        match $size {
            1 => $then!(u8, __atomic_load_1, __atomic_exchange_1, __atomic_compare_exchange_1),
            2 if $object.addr() % 2 == 0 => {
                $then!(u16, __atomic_load_2, __atomic_exchange_2, __atomic_compare_exchange_2)
            }
            4 if $object.addr() % 4 == 0 => {
                $then!(u32, __atomic_load_4, __atomic_exchange_4, __atomic_compare_exchange_4)
            }
            8 if $object.addr() % 8 == 0 => {
                $then!(u64, __atomic_load_8, __atomic_exchange_8, __atomic_compare_exchange_8)
            }
            16 if $object.addr() % 16 == 0 => {
                $then!(u128, __atomic_load_16, __atomic_exchange_16, __atomic_compare_exchange_16)
            }
            _ => $other,
        }
    };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_load(size: usize, from: *const u8, to: *mut u8, _order: c_int) {
    // SAFETY: the caller's: objects of this size.
    unsafe {
        macro_rules! load {
            ($ty:ty, $load:ident, $exchange:ident, $compare:ident) => {
                to.cast::<$ty>().write_unaligned($load(from.cast(), 0))
            };
        }
        by_size!(size, from, load, {
            let _held = LOCK.hold();
            memcpy(to, from, size);
        });
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_store(size: usize, to: *mut u8, from: *const u8, _order: c_int) {
    // SAFETY: the caller's: objects of this size.
    unsafe {
        macro_rules! store {
            ($ty:ty, $load:ident, $exchange:ident, $compare:ident) => {{
                $exchange(to.cast(), from.cast::<$ty>().read_unaligned(), 0);
            }};
        }
        by_size!(size, to, store, {
            let _held = LOCK.hold();
            memcpy(to, from, size);
        });
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_exchange(
    size: usize,
    object: *mut u8,
    new: *const u8,
    old: *mut u8,
    _order: c_int,
) {
    // SAFETY: the caller's: objects of this size, of which the last two may be one.
    unsafe {
        macro_rules! exchange {
            ($ty:ty, $load:ident, $exchange:ident, $compare:ident) => {
                old.cast::<$ty>().write_unaligned($exchange(
                    object.cast(),
                    new.cast::<$ty>().read_unaligned(),
                    0,
                ))
            };
        }
        by_size!(size, object, exchange, {
            let _held = LOCK.hold();
            for at in 0..size {
                let byte = *new.add(at);
                *old.add(at) = *object.add(at);
                *object.add(at) = byte;
            }
        });
    }
}

/// Whether the object was as expected; what it was goes to `expected` otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_compare_exchange(
    size: usize,
    object: *mut u8,
    expected: *mut u8,
    new: *const u8,
    _success: c_int,
    _failure: c_int,
) -> bool {
    // SAFETY: the caller's: three objects of this size.
    unsafe {
        macro_rules! compare {
            ($ty:ty, $load:ident, $exchange:ident, $compare:ident) => {{
                let mut seen = expected.cast::<$ty>().read_unaligned();
                let new = new.cast::<$ty>().read_unaligned();
                let same = $compare(object.cast(), &raw mut seen, new, 0, 0);
                if !same {
                    expected.cast::<$ty>().write_unaligned(seen);
                }
                same
            }};
        }
        by_size!(size, object, compare, {
            let _held = LOCK.hold();
            let same = memcmp(object, expected, size) == 0;
            if same {
                memcpy(object, new, size);
            } else {
                memcpy(expected, object, size);
            }
            same
        })
    }
}

/// Whether an instruction does it. Not for 16 bytes: there is one, but reading by it writes, which is more
/// than a caller may expect (so in other libraries, too).
#[unsafe(no_mangle)]
pub extern "C" fn __atomic_is_lock_free(size: usize, object: *const u8) -> bool {
    matches!(size, 1 | 2 | 4 | 8) && object.addr().is_multiple_of(size)
}

macro_rules! sized {
    ($($ty:ty, $atomic:ty: $load:ident $store:ident $exchange:ident $compare:ident;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $load(from: *const $ty, _order: c_int) -> $ty {
            // SAFETY: the caller's object.
            unsafe { <$atomic>::from_ptr(from.cast_mut()).load(Ordering::SeqCst) }
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $store(to: *mut $ty, value: $ty, _order: c_int) {
            // SAFETY: the caller's object.
            unsafe { <$atomic>::from_ptr(to).store(value, Ordering::SeqCst) }
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $exchange(object: *mut $ty, value: $ty, _order: c_int) -> $ty {
            // SAFETY: the caller's object.
            unsafe { <$atomic>::from_ptr(object).swap(value, Ordering::SeqCst) }
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $compare(
            object: *mut $ty,
            expected: *mut $ty,
            new: $ty,
            _success: c_int,
            _failure: c_int,
        ) -> bool {
            let order = Ordering::SeqCst;
            // SAFETY: the caller's two objects.
            unsafe {
                match <$atomic>::from_ptr(object).compare_exchange(*expected, new, order, order) {
                    Ok(_) => true,
                    Err(seen) => {
                        *expected = seen;
                        false
                    }
                }
            }
        }
    )*};
}
sized! {
    u8, AtomicU8:
        __atomic_load_1 __atomic_store_1 __atomic_exchange_1 __atomic_compare_exchange_1;
    u16, AtomicU16:
        __atomic_load_2 __atomic_store_2 __atomic_exchange_2 __atomic_compare_exchange_2;
    u32, AtomicU32:
        __atomic_load_4 __atomic_store_4 __atomic_exchange_4 __atomic_compare_exchange_4;
    u64, AtomicU64:
        __atomic_load_8 __atomic_store_8 __atomic_exchange_8 __atomic_compare_exchange_8;
}

unsafe extern "C" {
    /// Writes 16 bytes if they are as expected; what was there (`c/x86.c`).
    fn __bf_exchange_16(object: *mut u128, expected: u128, new: u128) -> u128;
}

/// Changes 16 bytes at once; what was there.
unsafe fn change(object: *mut u128, with: impl Fn(u128) -> u128) -> u128 {
    // SAFETY: the caller's object.
    unsafe {
        let mut old = __bf_exchange_16(object, 0, 0);
        loop {
            let seen = __bf_exchange_16(object, old, with(old));
            if seen == old {
                return old;
            }
            old = seen;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_load_16(from: *const u128, _order: c_int) -> u128 {
    // SAFETY: the caller's object.
    unsafe { __bf_exchange_16(from.cast_mut(), 0, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_store_16(to: *mut u128, value: u128, _order: c_int) {
    // SAFETY: the caller's object.
    unsafe { change(to, |_| value) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_exchange_16(
    object: *mut u128,
    value: u128,
    _order: c_int,
) -> u128 {
    // SAFETY: the caller's object.
    unsafe { change(object, |_| value) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_compare_exchange_16(
    object: *mut u128,
    expected: *mut u128,
    new: u128,
    _success: c_int,
    _failure: c_int,
) -> bool {
    // SAFETY: the caller's two objects.
    unsafe {
        let wanted = *expected;
        let seen = __bf_exchange_16(object, wanted, new);
        if seen != wanted {
            *expected = seen;
        }
        seen == wanted
    }
}

macro_rules! changes {
    ($($name:ident: $run:expr;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(object: *mut u128, value: u128, _order: c_int) -> u128 {
            let run: fn(u128, u128) -> u128 = $run;
            // SAFETY: the caller's object.
            unsafe { change(object, |old| run(old, value)) }
        }
    )*};
}
changes! {
    __atomic_fetch_add_16: |a, b| a.wrapping_add(b);
    __atomic_fetch_sub_16: |a, b| a.wrapping_sub(b);
    __atomic_fetch_and_16: |a, b| a & b;
    __atomic_fetch_or_16: |a, b| a | b;
    __atomic_fetch_xor_16: |a, b| a ^ b;
    __atomic_fetch_nand_16: |a, b| !(a & b);
}
