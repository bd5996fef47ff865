//! What a snapshot holds: the program, its functions, the boots so far.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::FunctionRecord;

/// One snapshot, decoded.
///
/// # Invariants
/// Checked when encoding and when decoding:
/// 1. Every [`ModuleRecord::parts`] is an index of [`Snapshot::bitcode`].
/// 2. Every [`FunctionRecord::module`] is an index of [`Snapshot::modules`].
/// 3. Every level is at most [`crate::MAX_LEVEL`], and every object passes
///    [`crate::ObjectRecord::check`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Snapshot {
    /// Boots that led to this snapshot, this one included; the first boot saves 1.
    pub boot_count: u32,
    /// Grows by one with each save, several times within one boot. The higher one is newer.
    pub generation: u64,
    /// What made the code.
    pub engine: Fingerprints,
    /// The engine's settings in force, by name, for people to read. Those that change code
    /// stand in [`Fingerprints::settings`] too.
    pub settings: Vec<(String, String)>,
    /// One line for each boot so far, oldest first.
    pub boots: Vec<BootLine>,
    /// Bitcode files; a file that is part of several modules is kept once.
    pub bitcode: Vec<BitcodeRecord>,
    /// The modules, in the order they run in.
    pub modules: Vec<ModuleRecord>,
    /// Functions that were called, compiled or profiled.
    pub functions: Vec<FunctionRecord>,
}

/// What code depends on besides its source. Code made under other fingerprints is not run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Fingerprints {
    /// Version and build of the engine.
    pub engine: String,
    /// The processor's brand string, for people to read.
    pub cpu: String,
    /// Names of the processor features that compilers were allowed to use, sorted.
    pub features: Vec<String>,
    /// Settings that change the code compilers make, by name.
    pub settings: Vec<(String, String)>,
}

/// A bitcode file as it was loaded.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BitcodeRecord {
    /// Its file name.
    pub name: String,
    /// SHA-256 of `bytes`.
    pub hash: [u8; 32],
    /// Its content, an LLBC header included where the file has one.
    #[serde(with = "crate::bytes")]
    pub bytes: Vec<u8>,
}

/// A program: bitcode files linked together, and where it starts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ModuleRecord {
    /// The module's name.
    pub name: String,
    /// SHA-256 over all that decides its meaning: the hashes of its parts, in order.
    pub hash: [u8; 32],
    /// Name of the function it starts in.
    pub entry: String,
    /// The entry's argument, where it takes one instead of `argc, argv`.
    pub arg: Option<u64>,
    /// Indices in [`Snapshot::bitcode`] of the files that were linked, in link order, the C
    /// library included.
    pub parts: Vec<u32>,
}

/// How one boot went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BootLine {
    /// Which boot, from 1.
    pub boot: u32,
    /// Microseconds from the machine's start to the program's first instruction.
    pub to_program_us: u64,
    /// Processor cycles the program took.
    pub program_cycles: u64,
    /// Functions at each level at the end: interpreter, O0, O1, O2, O3.
    pub levels: [u32; 5],
    /// Functions compiled in this boot, each time counted.
    pub compiles: u32,
}

impl Snapshot {
    /// The bitcode files of a module in link order. An index that leads nowhere is skipped;
    /// there is none in a decoded snapshot.
    pub fn parts<'a>(
        &'a self,
        module: &'a ModuleRecord,
    ) -> impl Iterator<Item = &'a BitcodeRecord> {
        module.parts.iter().filter_map(|&part| self.bitcode.get(part as usize))
    }

    /// Adds a bitcode file unless it is there already; returns its index for
    /// [`ModuleRecord::parts`].
    pub fn add_bitcode(&mut self, name: &str, hash: [u8; 32], bytes: &[u8]) -> u32 {
        let known = self.bitcode.iter().position(|file| file.hash == hash && file.name == name);
        let index = known.unwrap_or_else(|| {
            self.bitcode.push(BitcodeRecord { name: name.into(), hash, bytes: bytes.to_vec() });
            self.bitcode.len() - 1
        });
        index as u32
    }

    /// The record of a function of a module.
    pub fn function(&self, module: u32, name: &str) -> Option<&FunctionRecord> {
        self.functions.iter().find(|f| f.module == module && f.name == name)
    }
}
