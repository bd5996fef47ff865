//! Writes a module as bitcode that LLVM 22 takes.
//!
//! All that the IR can say is written, and reads back as the same IR. The same module gives the
//! same bytes: tables are written in their own order, and where something is looked up by hash,
//! only its number is used. There is no table of symbols for linkers (SYMTAB), which make it
//! themselves where it is missing, and no index of function bodies, which are found in order.

mod attributes;
mod bits;
mod body;
mod constants;
mod counts;
mod instructions;
mod metadata;
mod numbers;
mod symbols;
mod types;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use bareflow_ir::{ConstId, ConstKind, Instr, Module, Op, Symbol, Type};

pub use counts::{Counts, FunctionCounts, SiteCounts};

use crate::codes::{block, module as code};
use attributes::Attributes;
use bits::Bits;
use constants::Pool;
use metadata::Metadata;
use symbols::Symbols;

const MAGIC: u64 = 0xDEC0_4342;
/// Who writes, and the epoch of the format.
const PRODUCER: &str = concat!("BareFlow", env!("CARGO_PKG_VERSION"));
const IDENTIFICATION_STRING: u32 = 1;
const IDENTIFICATION_EPOCH: u32 = 2;
const EPOCH: u64 = 0;
/// Names in a string table, operands by distance.
const VERSION: u64 = 2;

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// Why a module has no bitcode.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unwritable {
    /// The definition was not read, since something in it is not supported.
    Refused {
        /// The name of the function or variable.
        symbol: String,
        /// What is not supported.
        why: String,
    },
    /// A variable or alias starts with an expression that LLVM 22 has no constant for.
    Constant {
        /// The constant as text.
        text: String,
    },
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unwritable::Refused { symbol, why } => write!(f, "{symbol}: not supported: {why}"),
            Unwritable::Constant { text } => {
                write!(f, "LLVM 22 has no constant for {text}, which a variable starts with")
            }
        }
    }
}

impl core::error::Error for Unwritable {}

/// A module as bitcode, with what was counted if that is given.
///
/// # Errors
/// See [`Unwritable`].
pub fn write(module: &Module, counts: Option<&Counts>) -> Result<Vec<u8>, Unwritable> {
    if let Some(refusal) = module.refused.first() {
        let symbol = match refusal.symbol {
            Symbol::Func(id) => &module.func(id).name,
            Symbol::Global(id) => &module.global(id).name,
            Symbol::Alias(id) => &module.aliases[id.index()].name,
        };
        return Err(Unwritable::Refused { symbol: symbol.clone(), why: refusal.why.clone() });
    }
    if let Some((_, chooser)) = module.choosers.first() {
        let symbol = module.func(*chooser).name.clone();
        let why = "a GNU indirect function, which is chosen before the program starts".into();
        return Err(Unwritable::Refused { symbol, why });
    }
    let mut pool = Pool::new(module);
    let mut attributes = Attributes::default();
    let personality = collect(module, &mut pool, &mut attributes);
    let metadata =
        counts.map_or_else(Metadata::default, |counts| Metadata::of(module, counts, &mut pool));
    let mut symbols = Symbols::new(module);

    let inits = module.globals.iter().filter_map(|global| global.init);
    let targets = module.aliases.iter().map(|alias| alias.target);
    let roots: Vec<ConstId> = inits
        .chain(targets)
        .chain(personality)
        .chain(metadata.constants().iter().copied())
        .collect();
    pool.number_module(&roots, symbols.count());
    if let Some(id) = pool.unwritable() {
        return Err(Unwritable::Constant { text: module.show_const(id).to_string() });
    }

    let mut bits = Bits::new();
    bits.fixed(MAGIC, 32);
    bits.block(block::IDENTIFICATION, |bits| {
        bits.text(IDENTIFICATION_STRING, PRODUCER);
        bits.record(IDENTIFICATION_EPOCH, &[EPOCH]);
    });
    bits.block(block::MODULE, |bits| {
        bits.record(code::VERSION, &[VERSION]);
        types::write(bits, &pool.types);
        attributes.write(bits);
        bits.text(code::TRIPLE, TRIPLE);
        bits.text(code::DATALAYOUT, bareflow_ir::layout::DATA_LAYOUT);
        bits.text(code::SOURCE_FILENAME, &module.name);
        let personality = personality.map(|id| pool.value(id));
        symbols.write(bits, &pool, &mut attributes, personality);
        pool.write_module(bits);
        metadata.write(bits, &pool);
        let values = symbols.count() + pool.count_of_module();
        for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
            body::write(bits, module, id, values, &mut pool, &mut attributes, &metadata);
        }
    });
    symbols.write_names(&mut bits);
    Ok(bits.finish())
}

/// Meets everything once that has to have a number before the first record that names it: lists
/// of attributes, masks of shuffles, and the personality of functions in which unwinding would
/// end, which is none.
fn collect(module: &Module, pool: &mut Pool<'_>, attributes: &mut Attributes) -> Option<ConstId> {
    let mut personality = None;
    for func in &module.funcs {
        attributes.of_function(func);
        if symbols::unwinds(func) && personality.is_none() {
            personality = Some(pool.intern(Type::Ptr, ConstKind::Zero));
        }
        for Instr { op, .. } in &func.instrs {
            if let Some(call) = op.call() {
                attributes.of_call(call);
            }
            if let Op::ShuffleVector { mask, .. } = op {
                pool.mask(mask);
            }
        }
    }
    personality
}
