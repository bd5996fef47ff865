//! Metadata: the profile, and nothing else.
//!
//! Strings come first, then constants, then nodes; a number counts through all three. What
//! belongs to a function or an instruction is attached to it in the function's own block.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{ConstId, FuncId, Function, Linkage, Module};
use hashbrown::HashMap;
use md5::{Digest, Md5};

use super::bits::{Bits, Field};
use super::constants::Pool;
use super::counts::{Counts, FunctionCounts, SiteCounts, Summary};

/// Blocks.
const METADATA: u32 = 15;
const ATTACHMENTS: u32 = 16;
const KINDS: u32 = 22;
/// Records.
const VALUE: u32 = 2;
const NODE: u32 = 3;
const NAME: u32 = 4;
const KIND: u32 = 6;
const NAMED_NODE: u32 = 10;
const ATTACHMENT: u32 = 11;
const STRINGS: u32 = 35;

/// The kind "prof".
const PROFILE: u64 = 2;
/// A value profile of the targets of an indirect call.
const TARGETS: u64 = 0;
/// Modules that disagree on a flag cannot be linked.
const FLAG_ERROR: u64 = 1;

/// One piece of metadata.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Piece {
    Text(u32),
    Value(u32),
    Node(u32),
}

/// The metadata of a module.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    texts: Vec<String>,
    values: Vec<ConstId>,
    nodes: Vec<Vec<Piece>>,
    known_texts: HashMap<String, u32>,
    known_values: HashMap<ConstId, u32>,
    known_nodes: HashMap<Vec<Piece>, u32>,
    /// Module flags.
    flags: Vec<Piece>,
    /// By function: what is said of it, and of its instructions by position.
    attached: Vec<Attached>,
}

#[derive(Clone, Debug, Default)]
struct Attached {
    function: Option<Piece>,
    instrs: Vec<(u32, Piece)>,
}

impl Metadata {
    /// What `counts` say of `module`. The constants that takes are added to the pool.
    pub(super) fn of(module: &Module, counts: &Counts, pool: &mut Pool<'_>) -> Self {
        let mut metadata = Self::default();
        let Some(summary) = Summary::of(module, counts) else { return metadata };
        for (func, known) in module.funcs.iter().zip(&counts.funcs) {
            let attached = match known {
                Some(counts) => metadata.function(module, func, counts, pool),
                None => Attached::default(),
            };
            metadata.attached.push(attached);
        }
        metadata.summary(&summary, pool);
        metadata
    }

    fn text(&mut self, text: &str) -> Piece {
        let next = self.texts.len() as u32;
        let number = *self.known_texts.entry_ref(text).or_insert(next);
        if number == next {
            self.texts.push(text.into());
        }
        Piece::Text(number)
    }

    fn int(&mut self, pool: &mut Pool<'_>, bits: u32, value: u64) -> Piece {
        let id = pool.int(bits, value);
        let next = self.values.len() as u32;
        let number = *self.known_values.entry(id).or_insert(next);
        if number == next {
            self.values.push(id);
        }
        Piece::Value(number)
    }

    fn node(&mut self, pieces: Vec<Piece>) -> Piece {
        let next = self.nodes.len() as u32;
        let number = *self.known_nodes.entry(pieces.clone()).or_insert(next);
        if number == next {
            self.nodes.push(pieces);
        }
        Piece::Node(number)
    }

    fn function(
        &mut self,
        module: &Module,
        func: &Function,
        counts: &FunctionCounts,
        pool: &mut Pool<'_>,
    ) -> Attached {
        let function = counts.calls().map(|calls| {
            let pieces = alloc::vec![self.text("function_entry_count"), self.int(pool, 64, calls)];
            self.node(pieces)
        });
        let mut instrs = Vec::new();
        for (at, weights) in counts.branches(func) {
            let mut pieces = alloc::vec![self.text("branch_weights")];
            pieces.extend(weights.iter().map(|weight| self.int(pool, 32, u64::from(*weight))));
            instrs.push((at, self.node(pieces)));
        }
        for site in counts.sites.iter().filter(|site| is_indirect(module, func, site)) {
            let called = site.targets.iter().map(|(_, count)| *count);
            let total = called.fold(site.other, u64::saturating_add);
            let mut pieces = alloc::vec![
                self.text("VP"),
                self.int(pool, 32, TARGETS),
                self.int(pool, 64, total)
            ];
            for (target, count) in &site.targets {
                pieces.push(self.int(pool, 64, guid(module, *target)));
                pieces.push(self.int(pool, 64, *count));
            }
            if pieces.len() > 3 {
                instrs.push((site.instr, self.node(pieces)));
            }
        }
        instrs.sort_unstable_by_key(|(at, _)| *at);
        Attached { function, instrs }
    }

    /// `!{i32 1, !"ProfileSummary", !{!{!"ProfileFormat", !"InstrProf"}, ...}}`
    fn summary(&mut self, summary: &Summary, pool: &mut Pool<'_>) {
        let format = alloc::vec![self.text("ProfileFormat"), self.text("InstrProf")];
        let mut pieces = alloc::vec![self.node(format)];
        for (name, value) in [
            ("TotalCount", summary.total),
            ("MaxCount", summary.most),
            ("MaxInternalCount", summary.most),
            ("MaxFunctionCount", summary.most_calls),
            ("NumCounts", summary.counts),
            ("NumFunctions", summary.funcs),
        ] {
            let pair = alloc::vec![self.text(name), self.int(pool, 64, value)];
            pieces.push(self.node(pair));
        }
        let mut shares = Vec::new();
        for (share, least, count) in &summary.shares {
            let entry = alloc::vec![
                self.int(pool, 32, u64::from(*share)),
                self.int(pool, 64, *least),
                self.int(pool, 32, (*count).min(u64::from(u32::MAX)))
            ];
            shares.push(self.node(entry));
        }
        let detailed = alloc::vec![self.text("DetailedSummary"), self.node(shares)];
        pieces.push(self.node(detailed));
        let flag = alloc::vec![
            self.int(pool, 32, FLAG_ERROR),
            self.text("ProfileSummary"),
            self.node(pieces)
        ];
        let flag = self.node(flag);
        self.flags.push(flag);
    }

    /// The constants it names.
    pub(super) fn constants(&self) -> &[ConstId] {
        &self.values
    }

    fn number(&self, piece: Piece) -> u64 {
        let (texts, values) = (self.texts.len() as u64, self.values.len() as u64);
        match piece {
            Piece::Text(at) => u64::from(at),
            Piece::Value(at) => texts + u64::from(at),
            Piece::Node(at) => texts + values + u64::from(at),
        }
    }

    /// Writes the module's kinds and nodes.
    pub(super) fn write(&self, bits: &mut Bits, pool: &Pool<'_>) {
        if self.nodes.is_empty() {
            return;
        }
        bits.block(KINDS, |bits| {
            let name = "prof".bytes().map(u64::from);
            let ops: Vec<u64> = core::iter::once(PROFILE).chain(name).collect();
            bits.record(KIND, &ops);
        });
        bits.block(METADATA, |bits| {
            self.write_texts(bits);
            for value in &self.values {
                let ty = u64::from(pool.type_of(*value).0);
                bits.record(VALUE, &[ty, u64::from(pool.value(*value))]);
            }
            for node in &self.nodes {
                let ops: Vec<u64> = node.iter().map(|piece| self.number(*piece) + 1).collect();
                bits.record(NODE, &ops);
            }
            bits.text(NAME, "llvm.module.flags");
            let flags: Vec<u64> = self.flags.iter().map(|flag| self.number(*flag)).collect();
            bits.record(NAMED_NODE, &flags);
        });
    }

    /// One blob of all lengths, then all characters.
    fn write_texts(&self, bits: &mut Bits) {
        let groups = Field::Variable(6);
        let by = bits.abbreviation(&[Field::Literal(STRINGS.into()), groups, groups, Field::Blob]);
        let mut lengths = Bits::new();
        for text in &self.texts {
            lengths.variable(text.len() as u64, 6);
        }
        let mut blob = lengths.finish();
        let offset = blob.len() as u64;
        self.texts.iter().for_each(|text| blob.extend_from_slice(text.as_bytes()));
        bits.blob(by, &[self.texts.len() as u64, offset], &blob);
    }

    /// Writes what is attached to a function and its instructions, inside its block.
    pub(super) fn write_attachments(&self, bits: &mut Bits, id: FuncId) {
        let Some(attached) = self.attached.get(id.index()) else { return };
        if attached.function.is_none() && attached.instrs.is_empty() {
            return;
        }
        bits.block(ATTACHMENTS, |bits| {
            if let Some(node) = attached.function {
                bits.record(ATTACHMENT, &[PROFILE, self.number(node)]);
            }
            for (at, node) in &attached.instrs {
                bits.record(ATTACHMENT, &[u64::from(*at), PROFILE, self.number(*node)]);
            }
        });
    }
}

/// Whether there is an indirect call at the place of a count.
fn is_indirect(module: &Module, func: &Function, site: &SiteCounts) -> bool {
    let call = func.instrs.get(site.instr as usize).and_then(|instr| instr.op.call());
    call.is_some_and(|call| module.direct_callee(call.callee).is_none())
}

/// The number by which value profiles name a function: the first half of the MD5 of its name,
/// which for a function that other modules do not see begins with that of the module's source
/// (LLVM, `GlobalValue::getGlobalIdentifier`).
fn guid(module: &Module, id: FuncId) -> u64 {
    let func = module.func(id);
    let mut hash = Md5::new();
    if func.linkage == Linkage::Internal {
        let source = if module.name.is_empty() { "<unknown>" } else { &module.name };
        hash.update(source);
        hash.update(";");
    }
    hash.update(&func.name);
    let digest = hash.finalize();
    digest[..8].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
