//! Names that compiled code expects of the machine, beside those of the program and its libraries.

/// Prefix of the symbol of a function's counter, two words of data: what is left of calls and
/// iterations until it is used up, and the calls there were.
pub const COUNTER_PREFIX: &str = "__bf_counter.";

/// Symbol of the function that is called when a counter is used up: `void __bf_hot(int64_t
/// *counter)`.
pub const HOT: &str = "__bf_hot";

/// Symbol of the two words that describe the side stack: the lowest address in use, and the lowest
/// that may be used.
pub const SIDE_STACK: &str = "__bf_side_stack";
