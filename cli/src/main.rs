//! `bareflow`: the command line.

fn main() {}
