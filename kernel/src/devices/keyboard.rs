//! The PS/2 keyboard, polled.

use bareflow_machine::keyboard::Keyboard;
use spin::Mutex;

use crate::arch::ports::Port;

// SAFETY: the keyboard controller, whose registers touch no memory.
const DATA: Port = unsafe { Port::new(0x60) };
// SAFETY: as above.
const STATUS: Port = unsafe { Port::new(0x64) };
const FULL: u8 = 1;
const FROM_MOUSE: u8 = 1 << 5;

static KEYBOARD: Mutex<Keyboard> = Mutex::new(Keyboard::new());

/// A character that was typed.
pub fn read() -> Option<u8> {
    let mut keyboard = KEYBOARD.lock();
    loop {
        let status = STATUS.read8();
        // A machine without the controller reads ones.
        if status == 0xff || status & FULL == 0 {
            return None;
        }
        let code = DATA.read8();
        if status & FROM_MOUSE != 0 {
            continue;
        }
        if let Some(byte) = keyboard.press(code) {
            return Some(byte);
        }
    }
}
