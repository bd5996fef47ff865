//! Atomic access to objects that no instruction covers: what clang calls for `_Atomic`
//! structures (the interface of libatomic). One thread runs the program, so plain copies do.

use core::ffi::c_int;

use crate::memory::{memcmp, memcpy};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_load(size: usize, from: *const u8, to: *mut u8, _order: c_int) {
    // SAFETY: the caller's: objects of this size.
    unsafe { memcpy(to, from, size) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __atomic_store(size: usize, to: *mut u8, from: *const u8, _order: c_int) {
    // SAFETY: the caller's: objects of this size.
    unsafe { memcpy(to, from, size) };
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
        // `new` and `old` may be the same place.
        for at in 0..size {
            let byte = *new.add(at);
            *old.add(at) = *object.add(at);
            *object.add(at) = byte;
        }
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
        let same = memcmp(object, expected, size) == 0;
        if same {
            memcpy(object, new, size);
        } else {
            memcpy(expected, object, size);
        }
        same
    }
}

/// Whether an instruction does it.
#[unsafe(no_mangle)]
pub extern "C" fn __atomic_is_lock_free(size: usize, _object: *const u8) -> bool {
    matches!(size, 1 | 2 | 4 | 8)
}

macro_rules! sized {
    ($($ty:ty: $load:ident $store:ident $exchange:ident $compare:ident;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $load(from: *const $ty, _order: c_int) -> $ty {
            // SAFETY: the caller's object.
            unsafe { *from }
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $store(to: *mut $ty, value: $ty, _order: c_int) {
            // SAFETY: the caller's object.
            unsafe { *to = value }
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $exchange(object: *mut $ty, value: $ty, _order: c_int) -> $ty {
            // SAFETY: the caller's object.
            unsafe { object.replace(value) }
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $compare(
            object: *mut $ty,
            expected: *mut $ty,
            new: $ty,
            _success: c_int,
            _failure: c_int,
        ) -> bool {
            // SAFETY: the caller's two objects.
            unsafe {
                let old = *object;
                let same = old == *expected;
                if same {
                    *object = new;
                } else {
                    *expected = old;
                }
                same
            }
        }
    )*};
}
sized! {
    u8: __atomic_load_1 __atomic_store_1 __atomic_exchange_1 __atomic_compare_exchange_1;
    u16: __atomic_load_2 __atomic_store_2 __atomic_exchange_2 __atomic_compare_exchange_2;
    u32: __atomic_load_4 __atomic_store_4 __atomic_exchange_4 __atomic_compare_exchange_4;
    u64: __atomic_load_8 __atomic_store_8 __atomic_exchange_8 __atomic_compare_exchange_8;
    u128: __atomic_load_16 __atomic_store_16 __atomic_exchange_16 __atomic_compare_exchange_16;
}

macro_rules! changes {
    ($($name:ident: $run:ident;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(object: *mut u128, value: u128, _order: c_int) -> u128 {
            let run = |old: u128, value: u128| changes!(@ $run old value);
            // SAFETY: the caller's object.
            unsafe {
                let old = *object;
                *object = run(old, value);
                old
            }
        }
    )*};
    (@ add $a:ident $b:ident) => { $a.wrapping_add($b) };
    (@ sub $a:ident $b:ident) => { $a.wrapping_sub($b) };
    (@ and $a:ident $b:ident) => { $a & $b };
    (@ or $a:ident $b:ident) => { $a | $b };
    (@ xor $a:ident $b:ident) => { $a ^ $b };
    (@ nand $a:ident $b:ident) => { !($a & $b) };
}
changes! {
    __atomic_fetch_add_16: add;
    __atomic_fetch_sub_16: sub;
    __atomic_fetch_and_16: and;
    __atomic_fetch_or_16: or;
    __atomic_fetch_xor_16: xor;
    __atomic_fetch_nand_16: nand;
}
