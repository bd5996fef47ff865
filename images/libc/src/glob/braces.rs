//! Braces in patterns: `{a,b}` stands for each of both.

/// A byte of a string.
pub(super) fn byte(text: *const u8, at: usize) -> u8 {
    // SAFETY: the callers' strings; none reads behind a NUL.
    unsafe { *text.wrapping_add(at) }
}

/// The first brace that has another, and that one. `{}` is none.
pub(super) fn braces(pattern: *const u8) -> Option<(usize, usize)> {
    let mut open = 0;
    while byte(pattern, open) != 0 {
        if byte(pattern, open) == b'\\' && byte(pattern, open + 1) != 0 {
            open += 2;
            continue;
        }
        if byte(pattern, open) == b'{' && byte(pattern, open + 1) != b'}' {
            let (mut depth, mut at) = (0, open);
            while byte(pattern, at) != 0 {
                match byte(pattern, at) {
                    b'\\' if byte(pattern, at + 1) != 0 => at += 1,
                    b'{' => depth += 1,
                    b'}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return Some((open, at));
                }
                at += 1;
            }
        }
        open += 1;
    }
    None
}

/// The next comma that is in no inner braces, or the end.
pub(super) fn next_comma(pattern: *const u8, mut at: usize, end: usize) -> usize {
    let mut depth = 0;
    while at < end {
        match byte(pattern, at) {
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    end
}
