//! What a test that does not exist gives.

use crate::arch::exit::Status;
use crate::say;

pub(super) fn unknown(name: &str) -> Status {
    say!("selftest: no test is called {name}");
    Status::Failure
}
