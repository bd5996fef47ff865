//! Memory: taken once, when the sizes of everything are known, and never given back.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::fault::{Checked, Fault, Place};
use crate::host;

/// Bytes that were taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Addresses are multiples of this, the widest vector there is.
const ALIGN: usize = 64;

/// What may lie in memory that is zero.
///
/// # Safety
/// A value of all zero bytes is one of the type.
pub unsafe trait Zeroed: Copy + 'static {}

// SAFETY: numbers, and references of which none is made of zeroed memory: an option of one is.
unsafe impl Zeroed for u8 {}
// SAFETY: as above.
unsafe impl Zeroed for u32 {}
// SAFETY: as above.
unsafe impl Zeroed for u64 {}
// SAFETY: as above.
unsafe impl Zeroed for f32 {}
// SAFETY: zero is `None`, for a pointer that is never null.
unsafe impl<T: ?Sized + 'static> Zeroed for Option<&'static T> {}

/// Room for `count` values, all zero.
///
/// # Errors
/// There is no more memory.
#[inline]
pub fn room<T: Zeroed>(count: usize) -> Checked<&'static mut [T]> {
    let at = take(count, size_of::<T>())?;
    const { assert!(align_of::<T>() <= ALIGN) };
    // SAFETY: so many bytes are there, aligned, zero, and nobody else's.
    Ok(unsafe { core::slice::from_raw_parts_mut(at.cast().as_ptr(), count) })
}

/// Room for `count` times `each` bytes. One function for all types, since there are many who ask.
#[inline(never)]
fn take(count: usize, each: usize) -> Checked<NonNull<u8>> {
    let bytes = count.checked_mul(each).and_then(|bytes| bytes.checked_add(ALIGN));
    let at = bytes.map_or(core::ptr::null_mut(), host::grow);
    let skip = at.align_offset(ALIGN);
    // SAFETY: `ALIGN` bytes more than needed are there.
    let Some(aligned) = NonNull::new(at).map(|at| unsafe { at.add(skip) }) else {
        let wanted = bytes.unwrap_or(usize::MAX) >> 20;
        let place = Place::Number(b"memory, MiB that are wanted at a time:", wanted as u64);
        let cure = "give the machine more memory, or ask for a shorter --context";
        return Err(Fault::new(place, "there is not enough", cure));
    };
    TAKEN.fetch_add(bytes.unwrap_or(0), Relaxed);
    Ok(aligned)
}

/// Bytes that were taken so far.
pub fn taken() -> usize {
    TAKEN.load(Relaxed)
}

/// Keeps a value for good.
///
/// # Errors
/// There is no more memory.
pub fn keep<T: 'static>(value: T) -> Checked<&'static T> {
    let place = room::<u8>(size_of::<T>())?.as_mut_ptr().cast::<T>();
    const { assert!(align_of::<T>() <= ALIGN) };
    // SAFETY: so many bytes are there, aligned, and nobody else's.
    unsafe {
        place.write(value);
        Ok(&*place)
    }
}
