//! Kinds of wide characters: `<wctype.h>`. Where the program has chosen UTF-8 they are Unicode's as Rust knows
//! them, else ASCII's.

use core::ffi::c_int;

use crate::locale::is_utf8;

/// The character, if the locale has it.
fn known(character: u32) -> Option<char> {
    char::from_u32(character).filter(|c| c.is_ascii() || is_utf8())
}

fn is_space(c: char) -> bool {
    // What does not end a line is no space here, as in glibc.
    c.is_whitespace() && !matches!(c, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}')
}

fn is_print(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_graph(c: char) -> bool {
    is_print(c) && !is_space(c)
}

/// Letters, and the digits of other scripts, but not what else is a number (Unicode's category No).
fn is_alpha(c: char) -> bool {
    let is_other_number = matches!(c,
        '²' | '³' | '¹' | '¼'..='¾' | '\u{2070}'..='\u{209c}' | '\u{2150}'..='\u{215f}' | '\u{2189}'
            | '\u{2460}'..='\u{249b}' | '\u{24ea}'..='\u{24ff}' | '\u{2776}'..='\u{2793}');
    c.is_alphabetic() || (c.is_numeric() && !c.is_ascii() && !is_other_number)
}

fn is_alnum(c: char) -> bool {
    is_alpha(c) || c.is_ascii_digit()
}

fn is_punct(c: char) -> bool {
    is_graph(c) && !is_alnum(c)
}

/// The kinds by their names, in alphabetical order: `wctype` gives the number of one, from 1.
macro_rules! classes {
    ($($function:ident $name:literal $is:expr;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $function(character: u32) -> c_int {
                let is: fn(char) -> bool = $is;
                c_int::from(known(character).is_some_and(is))
            }
        )*

        const CLASSES: &[(&core::ffi::CStr, extern "C" fn(u32) -> c_int)] = &[$(($name, $function)),*];
    };
}

classes! {
    iswalnum c"alnum" is_alnum;
    iswalpha c"alpha" is_alpha;
    iswblank c"blank" |c| matches!(c, ' ' | '\t') || (is_space(c) && !c.is_ascii() && is_print(c));
    iswcntrl c"cntrl" |c| c.is_control() || !is_print(c);
    iswdigit c"digit" |c| c.is_ascii_digit();
    iswgraph c"graph" is_graph;
    iswlower c"lower" char::is_lowercase;
    iswprint c"print" is_print;
    iswpunct c"punct" is_punct;
    iswspace c"space" is_space;
    iswupper c"upper" char::is_uppercase;
    iswxdigit c"xdigit" |c| c.is_ascii_hexdigit();
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wctype(name: *const u8) -> usize {
    // SAFETY: strings.
    let is = |known: &core::ffi::CStr| unsafe {
        crate::strings::strcmp(name, known.as_ptr().cast()) == 0
    };
    CLASSES.iter().position(|(known, _)| is(known)).map_or(0, |at| at + 1)
}

#[unsafe(no_mangle)]
pub extern "C" fn iswctype(character: u32, class: usize) -> c_int {
    match class.checked_sub(1).and_then(|at| CLASSES.get(at)) {
        Some((_, is)) => is(character),
        None => 0,
    }
}

/// The only character of a sequence, if it is one.
fn single(mut characters: impl Iterator<Item = char>) -> Option<u32> {
    let first = characters.next()?;
    characters.next().is_none().then_some(u32::from(first))
}

#[unsafe(no_mangle)]
pub extern "C" fn towlower(character: u32) -> u32 {
    // The one letter that becomes two becomes the first of them in glibc.
    known(character).and_then(|c| c.to_lowercase().next()).map_or(character, u32::from)
}

#[unsafe(no_mangle)]
pub extern "C" fn towupper(character: u32) -> u32 {
    known(character).and_then(|c| single(c.to_uppercase())).unwrap_or(character)
}

const TO_LOWER: usize = 1;
const TO_UPPER: usize = 2;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wctrans(name: *const u8) -> usize {
    // SAFETY: strings.
    let is = |known: &core::ffi::CStr| unsafe {
        crate::strings::strcmp(name, known.as_ptr().cast()) == 0
    };
    if is(c"tolower") {
        TO_LOWER
    } else if is(c"toupper") {
        TO_UPPER
    } else {
        0
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn towctrans(character: u32, way: usize) -> u32 {
    match way {
        TO_LOWER => towlower(character),
        TO_UPPER => towupper(character),
        _ => character,
    }
}
