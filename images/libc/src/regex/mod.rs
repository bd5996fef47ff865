//! `<regex.h>`: regular expressions, basic and extended, as POSIX has them, with glibc's layouts and numbers.
//!
//! ```text
//!   regcomp:  text --parse--> tree --program--> instructions
//!   regexec:  instructions --search--> where the whole matches, leftmost and longest
//!             tree, and that --spans--> where each group does
//!             with references to groups: --refer--> both at once, by trying
//! ```
//!
//! Searching takes time by the product of both lengths whatever the pattern is, and no more memory than the
//! program. Only references need more.

mod parse;
mod program;
mod refer;
mod search;
mod set;
mod spans;
mod text;
mod tree;

use core::ffi::c_int;

use crate::allocate::{free, malloc};
use crate::list::{List, NoRoom};
use crate::locale::is_utf8;
use crate::strings::{strlcpy, strlen};
use parse::Parser;
use program::{Part, Program, Way};
use spans::{Spans, UNSET};
use text::Text;
use tree::Pattern;

/// What can be wrong, by glibc's numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Error {
    NoMatch = 1,
    Pattern = 2,
    Collating = 3,
    Class = 4,
    Escape = 5,
    Reference = 6,
    Bracket = 7,
    /// A group that does not end, or, in basic patterns, that does not begin.
    Open = 8,
    Brace = 9,
    /// What is between the braces.
    Times = 10,
    Range = 11,
    Space = 12,
    Repeat = 13,
    Size = 15,
}

impl From<NoRoom> for Error {
    fn from(_: NoRoom) -> Self {
        Error::Space
    }
}

/// Texts of the numbers.
const TEXTS: [&core::ffi::CStr; 17] = [
    c"Success",
    c"No match",
    c"Invalid regular expression",
    c"Invalid collation character",
    c"Invalid character class name",
    c"Trailing backslash",
    c"Invalid back reference",
    c"Unmatched [, [^, [:, [., or [=",
    c"Unmatched ( or \\(",
    c"Unmatched \\{",
    c"Invalid content of \\{\\}",
    c"Invalid range end",
    c"Memory exhausted",
    c"Invalid preceding regular expression",
    c"Premature end of regular expression",
    c"Regular expression too big",
    c"Unmatched ) or \\)",
];

const EXTENDED: c_int = 1;
const ANY_CASE: c_int = 2;
const LINES: c_int = 4;
const NO_GROUPS: c_int = 8;

const NOT_START: c_int = 1;
const NOT_END: c_int = 2;
/// The text lies between the two places of the first match given.
const FROM_TO: c_int = 4;

/// `regex_t` of glibc: of it programs read the number of groups.
#[repr(C)]
pub struct Regex {
    compiled: *mut Compiled,
    unused: [usize; 5],
    groups: usize,
    bits: u64,
}

/// `regmatch_t`.
#[repr(C)]
pub struct Match {
    from: c_int,
    to: c_int,
}

struct Compiled {
    pattern: Pattern,
    program: Program,
    /// What a match can begin with ([`search::beginnings`]).
    begins: Option<u128>,
    no_groups: bool,
}

fn compile(text: *const u8, len: usize, flags: c_int) -> Result<Compiled, Error> {
    let has = |flag| flags & flag != 0;
    let pattern = Pattern {
        nodes: List::new(),
        has_group: List::new(),
        sets: List::new(),
        items: List::new(),
        root: 0,
        groups: 0,
        refers: false,
        any_case: has(ANY_CASE),
        lines: has(LINES),
        utf8: is_utf8(),
    };
    let pattern = Parser::new(text, len, has(EXTENDED), pattern).whole()?;
    let way = if pattern.refers { Way::Keeping } else { Way::Forward };
    let program = Program::make(&pattern, Part::Node(pattern.root), way)?;
    let begins = search::beginnings(&pattern, &program)?;
    Ok(Compiled { pattern, program, begins, no_groups: has(NO_GROUPS) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn regcomp(regex: *mut Regex, text: *const u8, flags: c_int) -> c_int {
    // SAFETY: the caller's: a place for it, and a string.
    unsafe {
        (*regex).compiled = core::ptr::null_mut();
        let compiled = match compile(text, strlen(text), flags) {
            Ok(compiled) => compiled,
            Err(error) => return error as c_int,
        };
        let place = malloc(size_of::<Compiled>()).cast::<Compiled>();
        if place.is_null() {
            return Error::Space as c_int;
        }
        (*regex).groups = compiled.pattern.groups as usize;
        place.write(compiled);
        (*regex).compiled = place;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn regfree(regex: *mut Regex) {
    // SAFETY: one that `regcomp` made, or failed to.
    unsafe {
        let compiled = core::mem::replace(&mut (*regex).compiled, core::ptr::null_mut());
        if !compiled.is_null() {
            compiled.drop_in_place();
            free(compiled.cast());
        }
    }
}

/// Searches, and tells of the whole and of `wanted` - 1 groups where they matched.
fn execute(
    compiled: &Compiled,
    text: &Text,
    from: usize,
    wanted: usize,
    mut tell: impl FnMut(usize, spans::Span),
) -> Result<(), Error> {
    let pattern = &compiled.pattern;
    let mut groups = List::filled(UNSET, pattern.groups as usize + 1)?;
    let found = if pattern.refers {
        refer::find(pattern, &compiled.program, text, from, &mut groups)?
    } else {
        search::find(pattern, &compiled.program, compiled.begins, text, from)?
    };
    let whole = found.ok_or(Error::NoMatch)?;
    if wanted > 1 && !pattern.refers {
        let mut spans = Spans { pattern, text, groups };
        spans.fill(pattern.root, whole)?;
        groups = spans.groups;
    }
    for index in 0..wanted {
        let span = match index {
            0 => whole,
            index if index < groups.len() => groups.get(index),
            _ => UNSET,
        };
        tell(index, span);
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn regexec(
    regex: *const Regex,
    start: *const u8,
    count: usize,
    matches: *mut Match,
    flags: c_int,
) -> c_int {
    let has = |flag| flags & flag != 0;
    // SAFETY: the caller's: one that was compiled, a string or the places of its part, and room for so many matches.
    unsafe {
        let compiled = &*(*regex).compiled;
        // What is in front of such a part counts for assertions, as in glibc.
        let (from, len) = if has(FROM_TO) {
            ((*matches).from as usize, (*matches).to as usize)
        } else {
            (0, strlen(start))
        };
        let text = Text {
            start,
            len,
            utf8: compiled.pattern.utf8,
            any_case: compiled.pattern.any_case,
            lines: compiled.pattern.lines,
            not_start: has(NOT_START),
            not_end: has(NOT_END),
        };
        let wanted = if compiled.no_groups { 0 } else { count };
        let told = execute(compiled, &text, from, wanted, |index, span| {
            let place = |at: usize| if at == usize::MAX { -1 } else { at as c_int };
            matches.add(index).write(Match { from: place(span.0), to: place(span.1) });
        });
        told.map_or_else(|error| error as c_int, |()| 0)
    }
}

/// The text of an error, as much of it as fits; the bytes that all of it takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn regerror(
    error: c_int,
    _regex: *const Regex,
    to: *mut u8,
    room: usize,
) -> usize {
    let known = usize::try_from(error).ok().and_then(|at| TEXTS.get(at));
    let text: *const u8 = known.map_or(c"Unknown error", |text| *text).as_ptr().cast();
    // SAFETY: a string, and room for so many bytes.
    unsafe {
        if room > 0 {
            strlcpy(to, text, room);
        }
        strlen(text) + 1
    }
}
