//! What operations are calls of. They take and return numbers of 128 bits, as pairs, but where it is said.

pub(super) const ADD: &str = "__addtf3";
pub(super) const SUB: &str = "__subtf3";
pub(super) const MUL: &str = "__multf3";
pub(super) const DIV: &str = "__divtf3";
pub(super) const REM: &str = "fmodf128";
/// Gives an `i32`: 1 less, 2 equal, 4 greater, 8 not to be compared.
pub(super) const COMPARE: &str = "__bf_quad_compare";
pub(super) const OF_DOUBLE: &str = "__extenddftf2";
pub(super) const OF_LONG: &str = "__extendxftf2";
/// Take numbers of 128 bits.
pub(super) const OF_INT: &str = "__floattitf";
pub(super) const OF_UNSIGNED: &str = "__floatuntitf";
pub(super) const TO_LONG: &str = "__trunctfxf2";
pub(super) const TO_DOUBLE: &str = "__trunctfdf2";
pub(super) const TO_FLOAT: &str = "__trunctfsf2";
pub(super) const TO_HALF: &str = "__trunctfhf2";
pub(super) const TO_BRAIN: &str = "__trunctfbf2";
/// Give numbers of 128 bits.
pub(super) const TO_INT: &str = "__fixtfti";
pub(super) const TO_UNSIGNED: &str = "__fixunstfti";

/// Those that every program with such numbers needs.
pub(super) const ALL: [&str; 14] = [
    ADD,
    SUB,
    MUL,
    DIV,
    REM,
    COMPARE,
    OF_DOUBLE,
    OF_INT,
    OF_UNSIGNED,
    TO_DOUBLE,
    TO_FLOAT,
    TO_INT,
    TO_UNSIGNED,
    TO_HALF,
];
