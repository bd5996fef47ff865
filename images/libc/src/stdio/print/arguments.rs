//! The arguments of a format: one after the other, or by number.

use super::conversion::{Amount, Conversion, Kind, Place};
use crate::stdio::va_list::VaList;

/// Arguments that can be named by number, as `NL_ARGMAX` has it.
const MOST: usize = 4096;

/// How each argument is passed. A list can only be walked from its start, and how far a step is
/// depends on that; one that no conversion names counts as an integer.
pub(super) struct Kinds {
    kinds: [Kind; MOST],
}

impl Kinds {
    /// Those that a format names. `None` when a number is too large.
    pub(super) unsafe fn of(format: *const u8) -> Option<Self> {
        let mut kinds = [Kind::Integer; MOST];
        let mut next = 0;
        let mut fits = true;
        let mut note = |place, kind| {
            let index = match place {
                Place::At(index) => index,
                Place::Next => {
                    next += 1;
                    next - 1
                }
            };
            match kinds.get_mut(index) {
                Some(entry) => *entry = kind,
                None => fits = false,
            }
        };
        let mut at = format;
        // SAFETY: nothing behind the format's NUL is read.
        unsafe {
            while *at != 0 {
                if *at != b'%' {
                    at = at.add(1);
                    continue;
                }
                let conversion = Conversion::read(at.add(1));
                for amount in [conversion.width, conversion.precision] {
                    if let Amount::Argument(place) = amount {
                        note(place, Kind::Integer);
                    }
                }
                if let Some(kind) = conversion.kind() {
                    note(conversion.value, kind);
                }
                at = conversion.end;
            }
        }
        fits.then_some(Self { kinds })
    }
}

/// Where arguments come from.
#[derive(Clone)]
pub(super) struct Arguments<'a> {
    /// Where the next one is.
    list: VaList,
    /// All of them from the first, where the format names some by number.
    named: Option<(VaList, &'a Kinds)>,
    /// How many were taken in order.
    taken: usize,
}

impl<'a> Arguments<'a> {
    /// In order.
    pub(super) fn in_order(list: &VaList) -> Self {
        Self { list: *list, named: None, taken: 0 }
    }

    /// By number where the format says so, else in order, too.
    pub(super) fn by_number(list: &VaList, kinds: &'a Kinds) -> Self {
        Self { list: *list, named: Some((*list, kinds)), taken: 0 }
    }

    /// Whether arguments can be had by number.
    pub(super) fn have_numbers(&self) -> bool {
        self.named.is_some()
    }

    /// The list, standing at an argument.
    ///
    /// # Safety
    /// As for the three functions below: the caller of `printf` passed such an argument there.
    unsafe fn at(&mut self, place: Place) -> &mut VaList {
        let index = match place {
            Place::At(index) => index,
            Place::Next => self.taken,
        };
        if let Place::Next = place {
            self.taken += 1;
        }
        if let Some((all, kinds)) = &self.named {
            self.list = *all;
            for kind in kinds.kinds.iter().take(index) {
                // SAFETY: as the format says.
                unsafe {
                    match kind {
                        Kind::Integer => {
                            self.list.integer();
                        }
                        Kind::Double => {
                            self.list.double();
                        }
                        Kind::LongDouble => {
                            self.list.long_double();
                        }
                    }
                }
            }
        }
        &mut self.list
    }

    /// An integer or pointer, as 64 bits.
    pub(super) unsafe fn integer(&mut self, place: Place) -> u64 {
        // SAFETY: by the caller's care.
        unsafe { self.at(place).integer() }
    }

    pub(super) unsafe fn double(&mut self, place: Place) -> f64 {
        // SAFETY: by the caller's care.
        unsafe { self.at(place).double() }
    }

    /// Significand, then sign and exponent.
    pub(super) unsafe fn long_double(&mut self, place: Place) -> (u64, u16) {
        // SAFETY: by the caller's care.
        unsafe { self.at(place).long_double() }
    }

    /// A width or precision; `None` where the format has none. Negative ones are an argument's.
    pub(super) unsafe fn amount(&mut self, amount: Amount) -> Option<i32> {
        match amount {
            Amount::None => None,
            Amount::Fixed(value) => Some(value as i32),
            // SAFETY: by the caller's care.
            Amount::Argument(place) => Some(unsafe { self.integer(place) } as i32),
        }
    }
}
