//! The text screen of a PC, scrolled by moving its origin: a line costs one line.

use spin::Mutex;

use crate::arch::ports::Port;

const COLUMNS: usize = 80;
const ROWS: usize = 25;
/// Rows that fit into the 32 KiB of text memory.
const ALL_ROWS: usize = 0x8000 / 2 / COLUMNS;
const MEMORY: usize = 0xb_8000;
const BLANK: u16 = 0x0720;
const GREY: u16 = 0x0700;

// SAFETY: the controller of the screen; its registers touch only the screen's memory.
const INDEX: Port = unsafe { Port::new(0x3d4) };
const VALUE: Port = INDEX.offset(1);

/// The screen, or `None` where there is none.
static SCREEN: Mutex<Option<Screen>> = Mutex::new(None);

/// Where the next character goes.
struct Screen {
    /// First row shown.
    origin: usize,
    row: usize,
    column: usize,
}

/// Clears the screen if there is one: `mode` is what the BIOS noted, 3 for colour text.
pub fn init(mode: u8) {
    if mode != 3 {
        return;
    }
    let mut screen = Screen { origin: 0, row: 0, column: 0 };
    (0..ROWS).for_each(|row| screen.clear(row));
    screen.show();
    *SCREEN.lock() = Some(screen);
}

/// Shows text.
pub fn write(bytes: &[u8]) {
    // A fault may strike while the lock is held: then the screen is left out.
    if let Some(screen) = SCREEN.try_lock().as_mut().and_then(|s| s.as_mut()) {
        bytes.iter().for_each(|&b| screen.put(b));
        screen.show();
    }
}

impl Screen {
    fn put(&mut self, byte: u8) {
        match byte {
            b'\n' => self.next_row(),
            b'\r' => self.column = 0,
            8 => self.column = self.column.saturating_sub(1),
            b'\t' => self.column = (self.column + 8) & !7,
            _ => {
                self.store(self.row, self.column, GREY | u16::from(byte));
                self.column += 1;
            }
        }
        if self.column >= COLUMNS {
            self.next_row();
        }
    }

    fn next_row(&mut self) {
        self.column = 0;
        self.row += 1;
        if self.row < self.origin + ROWS {
            return;
        }
        if self.row == ALL_ROWS {
            // The end of the memory: what is shown moves to its beginning.
            for row in 0..ROWS - 1 {
                for column in 0..COLUMNS {
                    let cell = self.load(self.row - ROWS + 1 + row, column);
                    self.store(row, column, cell);
                }
            }
            (self.origin, self.row) = (0, ROWS - 1);
        } else {
            self.origin += 1;
        }
        self.clear(self.row);
    }

    fn clear(&mut self, row: usize) {
        (0..COLUMNS).for_each(|column| self.store(row, column, BLANK));
    }

    fn cell(row: usize, column: usize) -> *mut u16 {
        let index = (row * COLUMNS + column).min(ALL_ROWS * COLUMNS - 1);
        core::ptr::with_exposed_provenance_mut(MEMORY + 2 * index)
    }

    fn store(&mut self, row: usize, column: usize, value: u16) {
        // SAFETY: text memory is mapped from the start and only this screen's (invariant 6).
        unsafe { Self::cell(row, column).write_volatile(value) }
    }

    fn load(&self, row: usize, column: usize) -> u16 {
        // SAFETY: as above.
        unsafe { Self::cell(row, column).read_volatile() }
    }

    /// Tells the controller origin and cursor.
    fn show(&self) {
        let origin = (self.origin * COLUMNS) as u16;
        let cursor = (self.row * COLUMNS + self.column) as u16;
        let registers = [(0x0c, origin.to_be_bytes()), (0x0e, cursor.to_be_bytes())];
        for (first, bytes) in registers {
            for (i, byte) in bytes.into_iter().enumerate() {
                INDEX.write8(first + i as u8);
                VALUE.write8(byte);
            }
        }
    }
}
