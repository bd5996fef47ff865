//! Lists on the heap whose growth can fail, and is then told.

use core::ptr::null_mut;

use crate::allocate::{free, realloc};

/// The heap gives no more.
pub struct NoRoom;

/// Things one after the other, all of them plain values.
pub struct List<T: Copy> {
    at: *mut T,
    len: usize,
    room: usize,
}

impl<T: Copy> List<T> {
    pub const fn new() -> Self {
        Self { at: null_mut(), len: 0, room: 0 }
    }

    /// One of so many equal things.
    pub fn filled(value: T, len: usize) -> Result<Self, NoRoom> {
        let mut list = Self::new();
        list.grow(len)?;
        for at in 0..len {
            // SAFETY: there is room for so many.
            unsafe { list.at.add(at).write(value) };
        }
        list.len = len;
        Ok(list)
    }

    /// So many things that lie at an address.
    pub fn copy_of(from: *const T, len: usize) -> Result<Self, NoRoom>
    where
        T: Default,
    {
        // A value behind them, so that a list of bytes is a string.
        let mut list = Self::filled(T::default(), len + 1)?;
        for at in 0..len {
            // SAFETY: the caller's: so many.
            list.set(at, unsafe { from.add(at).read() });
        }
        Ok(list)
    }

    fn grow(&mut self, room: usize) -> Result<(), NoRoom> {
        let bytes = room.checked_mul(size_of::<T>()).ok_or(NoRoom)?;
        // SAFETY: null, or from `realloc`.
        let moved = unsafe { realloc(self.at.cast(), bytes.max(1)) };
        if moved.is_null() {
            return Err(NoRoom);
        }
        self.at = moved.cast();
        self.room = room;
        Ok(())
    }

    pub fn push(&mut self, value: T) -> Result<usize, NoRoom> {
        if self.len == self.room {
            self.grow(self.room * 2 + 8)?;
        }
        // SAFETY: there is room for one more.
        unsafe { self.at.add(self.len).write(value) };
        self.len += 1;
        Ok(self.len - 1)
    }

    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: it was written.
        Some(unsafe { self.at.add(self.len).read() })
    }

    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The first of them; what is behind the last is not to be read.
    pub fn first(&self) -> *const T {
        self.at
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// # Panics
    /// Never: whoever asks has the place from this list.
    pub fn get(&self, at: usize) -> T {
        debug_assert!(at < self.len);
        // SAFETY: places come from `push` and lie below the length.
        unsafe { self.at.add(at).read() }
    }

    pub fn set(&mut self, at: usize, value: T) {
        debug_assert!(at < self.len);
        // SAFETY: as for `get`.
        unsafe { self.at.add(at).write(value) };
    }
}

impl<T: Copy> Drop for List<T> {
    fn drop(&mut self) {
        // SAFETY: null, or from `realloc`.
        unsafe { free(self.at.cast()) };
    }
}
