//! Where scanned characters go: memory of the program's, memory from the heap (`%ms`), or nowhere
//! (`%*s`); as bytes or as wide characters (`%ls`).

use core::ptr::null_mut;

use crate::allocate::{free, realloc};
use crate::multibyte::{Fed, State};

/// Why nothing more is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No character of the locale.
    Encoding,
    NoMemory,
}

/// What becomes of the characters.
pub(super) struct Target {
    /// First byte; null when they go nowhere.
    to: *mut u8,
    /// Where the program wants the address of memory from the heap.
    owner: *mut *mut u8,
    /// Characters that fit; `usize::MAX` in the program's own memory.
    room: usize,
    wide: bool,
    /// What has come of a wide character.
    state: State,
    /// Characters so far.
    pub(super) len: usize,
}

/// Characters that memory from the heap has room for at first.
const FIRST: usize = 32;

impl Target {
    pub(super) fn nowhere(wide: bool) -> Self {
        Self {
            to: null_mut(),
            owner: null_mut(),
            room: usize::MAX,
            wide,
            state: State::new(),
            len: 0,
        }
    }

    /// # Safety
    /// `to` has room for all characters that are put there.
    pub(super) unsafe fn memory(to: *mut u8, wide: bool) -> Self {
        Self { to, ..Self::nowhere(wide) }
    }

    /// # Safety
    /// `owner` is a place for an address.
    pub(super) unsafe fn heap(owner: *mut *mut u8, wide: bool) -> Self {
        Self { owner, room: 0, ..Self::nowhere(wide) }
    }

    fn each(&self) -> usize {
        if self.wide { size_of::<u32>() } else { 1 }
    }

    /// Whether the last byte did not end a character.
    pub(super) fn is_within(&self) -> bool {
        self.state.is_within()
    }

    /// Takes a byte.
    pub(super) fn push(&mut self, byte: u8) -> Result<(), Trouble> {
        if !self.wide {
            return self.store(u32::from(byte));
        }
        match self.state.feed(byte) {
            Fed::Part => Ok(()),
            Fed::Wrong => Err(Trouble::Encoding),
            Fed::Character(character) => self.store(character),
        }
    }

    fn store(&mut self, character: u32) -> Result<(), Trouble> {
        if self.len == self.room {
            let room = (self.room * 2).max(FIRST);
            // SAFETY: null, or from `realloc`.
            let moved = unsafe { realloc(self.to, room * self.each()) };
            if moved.is_null() {
                return Err(Trouble::NoMemory);
            }
            self.to = moved;
            self.room = room;
        }
        self.put(self.len, character);
        self.len += 1;
        Ok(())
    }

    fn put(&mut self, at: usize, character: u32) {
        if self.to.is_null() {
            return;
        }
        // SAFETY: there is room, as the program says of its own memory.
        unsafe {
            if self.wide {
                self.to.cast::<u32>().add(at).write_unaligned(character);
            } else {
                *self.to.add(at) = character as u8;
            }
        }
    }

    /// What was taken is what was wanted: ends it with a NUL if it is a string, and hands memory
    /// from the heap over.
    pub(super) fn keep(mut self, string: bool) -> Result<(), Trouble> {
        if string {
            let len = self.len;
            if self.room == usize::MAX {
                self.put(len, 0);
            } else {
                self.store(0)?;
            }
        }
        if !self.owner.is_null() {
            let bytes = self.len * self.each();
            // SAFETY: from `realloc`; making it smaller keeps what is in it.
            unsafe {
                let fitting = realloc(self.to, bytes);
                *self.owner = if fitting.is_null() { self.to } else { fitting };
            }
            self.owner = null_mut();
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.owner.is_null() {
            // SAFETY: null or from `realloc`, and not handed over; a program that frees what it
            // did not get frees nothing.
            unsafe {
                free(self.to);
                *self.owner = null_mut();
            }
        }
    }
}
