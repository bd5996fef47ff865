//! Names that compiled code expects of the machine, beside those of the program and its libraries.

/// Prefix of the symbol of a function's counter, two words of data: what is left of calls and
/// iterations until it is used up, and the calls there were.
pub const COUNTER_PREFIX: &str = "__bf_counter.";

/// Symbol of the function that is called when a counter is used up: `void __bf_hot(int64_t
/// *counter)`.
pub const HOT: &str = "__bf_hot";

/// Symbol of the function that gives the words of the thread that calls: `uintptr_t *bf_thread(void)`.
/// The first two describe its side stack, the lowest address in use and the lowest that may be used;
/// the third is where its variables lie. A host call, since programs may ask, too.
pub const THREAD: &str = "bf_thread";
