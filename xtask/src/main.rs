//! Builds, tests and checks the project itself.

fn main() {}
