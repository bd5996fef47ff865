//! `bareflow-shrink`: the command line.

fn main() {}
