//! What `main` is called with, laid out in memory as on Linux: the arguments, the environment, and
//! behind them the strings, of one block that the program may write to.
//!
//! ```text
//!   argv[0] ... argv[argc-1] null | envp[0] ... null | null null | "name\0" "arg\0" ... "K=V\0" ...
//!   8 bytes each                    the environment    AT_NULL     in the same order
//! ```
//!
//! The engine relocates the block to where it lies, the shrinker links it into an image.

use alloc::string::String;
use alloc::vec::Vec;

/// The block, without a place yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// Its bytes; addresses are zero.
    pub bytes: Vec<u8>,
    /// Where addresses belong, and the offsets in the block that they lead to.
    pub addresses: Vec<(usize, usize)>,
    /// Number of arguments, the program's name included: `argc`.
    pub count: usize,
    /// Offset of the environment's list: `envp`. That of the arguments begins the block.
    pub environment: usize,
    /// Variables of the C library, and the offsets that they point to from the start on, in a
    /// program that has them.
    pub variables: [(&'static str, usize); 3],
}

/// The variables that point into the block ([`Start::variables`]).
pub const START_VARIABLES: [&str; 3] =
    ["environ", "program_invocation_name", "program_invocation_short_name"];

impl Start {
    /// For a program of this name, with the arguments behind it and variables `K=V`.
    #[must_use]
    pub fn new(name: &str, args: &[String], env: &[String]) -> Self {
        let count = 1 + args.len();
        let environment = 8 * (count + 1);
        let strings = environment + 8 * (env.len() + 1) + 16;
        let mut start = Self {
            bytes: alloc::vec![0; strings],
            addresses: Vec::new(),
            count,
            environment,
            variables: START_VARIABLES.map(|variable| (variable, strings)),
        };
        start.variables[0].1 = environment;
        start.variables[2].1 = strings + name.rfind('/').map_or(0, |slash| slash + 1);
        let list = [name].into_iter().chain(args.iter().map(String::as_str));
        for (index, text) in list.enumerate() {
            start.add(8 * index, text);
        }
        for (index, text) in env.iter().enumerate() {
            start.add(environment + 8 * index, text);
        }
        start
    }

    fn add(&mut self, at: usize, text: &str) {
        self.addresses.push((at, self.bytes.len()));
        self.bytes.extend(text.bytes());
        self.bytes.push(0);
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn string(start: &Start, at: usize) -> &[u8] {
        let (_, target) = start.addresses.iter().find(|(place, _)| *place == at).unwrap();
        let text = &start.bytes[*target..];
        &text[..text.iter().position(|byte| *byte == 0).unwrap()]
    }

    #[test]
    fn lists_end_in_nulls_and_strings_follow() {
        let args = ["-x".to_string(), String::new()];
        let start = Start::new("bin/tool", &args, &["A=1".to_string()]);
        assert_eq!((start.count, start.environment), (3, 32));
        let texts = [0, 8, 16, 32].map(|at| string(&start, at));
        assert_eq!(texts, [&b"bin/tool"[..], b"-x", b"", b"A=1"]);
        // Both nulls, and the end of the auxiliary vector.
        for at in [24, 40, 48, 56] {
            assert!(start.addresses.iter().all(|(place, _)| *place != at));
            assert_eq!(start.bytes[at..at + 8], [0; 8]);
        }
        assert_eq!(start.bytes[64..], *b"bin/tool\0-x\0\0A=1\0");
        let variables = start.variables.map(|(_, at)| at);
        assert_eq!(variables, [32, 64, 68]);
    }
}
