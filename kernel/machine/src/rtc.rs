//! The date, from the registers of a PC's real-time clock (MC146818 and its successors).

/// Register A; its highest bit: an update is on its way, and the others may be half of one.
pub const STATUS_A: u8 = 0x0a;
/// Set in register A while an update is on its way.
pub const UPDATING: u8 = 0x80;
/// Register B: how the others are to be read.
pub const STATUS_B: u8 = 0x0b;
/// Seconds, minutes, hours, day, month, year, and, where most firmware keeps it, the century.
pub const REGISTERS: [u8; 7] = [0x00, 0x02, 0x04, 0x07, 0x08, 0x09, 0x32];

/// In register B: numbers are binary, not decimal digits; hours go to 23.
const BINARY: u8 = 0x04;
const TO_23: u8 = 0x02;
/// In the hours: after noon, where they go to 12.
const AFTERNOON: u8 = 0x80;

/// Seconds from 1 January 1970 to what the clock shows, which is taken for Greenwich's time;
/// `None` when it shows no date. `registers` are those of [`REGISTERS`], `status` is register B.
#[must_use]
pub fn seconds(registers: [u8; 7], status: u8) -> Option<u64> {
    let number = |byte: u8| {
        if status & BINARY != 0 {
            u64::from(byte)
        } else {
            u64::from(byte >> 4) * 10 + u64::from(byte & 15)
        }
    };
    let [second, minute, hour, day, month, year, century] = registers;
    let mut hours = number(hour & !AFTERNOON);
    if status & TO_23 == 0 {
        hours %= 12;
        if hour & AFTERNOON != 0 {
            hours += 12;
        }
    }
    let (second, minute, day, month) = (number(second), number(minute), number(day), number(month));
    // A clock without a century is one of these days.
    let century = match number(century) {
        given @ 19..=21 => given,
        _ => 20,
    };
    let year = century * 100 + number(year);
    let shown = second < 60 && minute < 60 && hours < 24 && year >= 1970;
    if !shown || !(1..=31).contains(&day) || !(1..=12).contains(&month) {
        return None;
    }
    Some(((days(year, month, day) * 24 + hours) * 60 + minute) * 60 + second)
}

/// Days from 1 January 1970 on. Years are counted from March, so that leap days end them.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    // Of each five months from March on, 153 days.
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (registers, status, wanted) in [
            ([0, 0, 0, 1, 1, 70, 19], TO_23 | BINARY, Some(0)),
            ([59, 59, 23, 31, 12, 99, 19], TO_23 | BINARY, Some(946_684_799)),
            ([0x00, 0x00, 0x00, 0x29, 0x02, 0x00, 0x20], TO_23, Some(951_782_400)),
            ([0x07, 0x14, 0x03, 0x19, 0x01, 0x38, 0x20], TO_23, Some(2_147_483_647)),
            // Half past noon and half past midnight, with a clock that goes to 12.
            ([0x00, 0x30, 0x92, 0x01, 0x03, 0x24, 0x20], 0, Some(1_709_296_200)),
            ([0x00, 0x30, 0x12, 0x01, 0x03, 0x24, 0x20], 0, Some(1_709_253_000)),
            // Without a century.
            ([0, 0, 0, 1, 1, 26, 0], TO_23 | BINARY, Some(1_767_225_600)),
            ([0xff; 7], 0xff, None),
            ([0, 0, 0, 0, 1, 26, 20], TO_23 | BINARY, None),
            ([0, 0, 0, 1, 13, 26, 20], TO_23 | BINARY, None),
        ] {
            assert_eq!(seconds(registers, status), wanted, "{registers:x?}");
        }
    }
}
