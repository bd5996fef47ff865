//! Boot tests: disks that are right and wrong, on every machine they are made for.

mod disks;
mod figures;
mod loader;
mod matrix;
mod support;
