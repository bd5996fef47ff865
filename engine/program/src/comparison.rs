//! Comparisons of floats that the C library compares.

use bareflow_ir::FloatPredicate;

/// What a comparison is true for, as the library's function tells outcomes.
pub(crate) fn outcomes(pred: FloatPredicate) -> u64 {
    const LESS: u64 = 1;
    const EQUAL: u64 = 2;
    const GREATER: u64 = 4;
    const UNORDERED: u64 = 8;
    use FloatPredicate as P;
    match pred {
        P::False => 0,
        P::Oeq => EQUAL,
        P::Ogt => GREATER,
        P::Oge => GREATER | EQUAL,
        P::Olt => LESS,
        P::Ole => LESS | EQUAL,
        P::One => LESS | GREATER,
        P::Ord => LESS | EQUAL | GREATER,
        P::Uno => UNORDERED,
        P::Ueq => UNORDERED | EQUAL,
        P::Ugt => UNORDERED | GREATER,
        P::Uge => UNORDERED | GREATER | EQUAL,
        P::Ult => UNORDERED | LESS,
        P::Ule => UNORDERED | LESS | EQUAL,
        P::Une => UNORDERED | LESS | GREATER,
        P::True => UNORDERED | LESS | EQUAL | GREATER,
    }
}
