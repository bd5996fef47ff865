//! Functions, variables, aliases and groups, as the MODULE block declares them, and the string
//! table that holds their names.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use bareflow_ir::{Function, Global, Instr, Linkage, Module, Op};

use super::attributes::Attributes;
use super::bits::{Bits, Field};
use super::constants::Pool;
use super::numbers;
use crate::codes::{block, module as code};

/// Any definition of a group may stand for all.
const SELECT_ANY: u64 = 1;
/// The general dynamic model, which holds everywhere.
const THREAD_LOCAL: u64 = 1;
/// The definition is in the program itself: its address needs no table.
const LOCAL: u64 = 1;
/// The record of a string table.
const NAMES: u32 = 1;

/// Names, one behind the other.
#[derive(Debug, Default)]
struct Names {
    bytes: Vec<u8>,
}

impl Names {
    /// Offset and size of a name.
    fn add(&mut self, name: &str) -> [u64; 2] {
        let at = self.bytes.len() as u64;
        self.bytes.extend_from_slice(name.as_bytes());
        [at, name.len() as u64]
    }
}

/// The symbols of a module in the order of their numbers.
#[derive(Debug)]
pub(super) struct Symbols<'m> {
    module: &'m Module,
    names: Names,
    comdats: Vec<&'m str>,
    sections: Vec<&'m str>,
}

impl<'m> Symbols<'m> {
    /// Those of `module`.
    pub(super) fn new(module: &'m Module) -> Self {
        let comdats: BTreeSet<&str> = (module.funcs.iter().filter_map(|f| f.comdat.as_deref()))
            .chain(module.globals.iter().filter_map(|g| g.comdat.as_deref()))
            .collect();
        let sections: BTreeSet<&str> =
            module.globals.iter().filter_map(|g| g.section.as_deref()).collect();
        Self {
            module,
            names: Names::default(),
            comdats: comdats.into_iter().collect(),
            sections: sections.into_iter().collect(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        let Module { globals, funcs, aliases, .. } = self.module;
        (globals.len() + funcs.len() + aliases.len()) as u32
    }

    /// Writes all of them. The values they name have their numbers.
    pub(super) fn write(
        &mut self,
        bits: &mut Bits,
        pool: &Pool<'_>,
        attributes: &mut Attributes,
        personality: Option<u32>,
    ) {
        for name in &self.sections {
            bits.text(code::SECTION_NAME, name);
        }
        for name in &self.comdats {
            let [at, size] = self.names.add(name);
            bits.record(code::COMDAT, &[at, size, SELECT_ANY]);
        }
        for global in &self.module.globals {
            self.global(bits, pool, global);
        }
        for func in &self.module.funcs {
            self.function(bits, attributes, func, personality.filter(|_| unwinds(func)));
        }
        for alias in &self.module.aliases {
            let [at, size] = self.names.add(&alias.name);
            let (ty, target) = (u64::from(alias.ty.0), u64::from(pool.value(alias.target)));
            let linkage = numbers::linkage(alias.linkage);
            bits.record(code::ALIAS, &[at, size, ty, 0, target, linkage, 0, 0, 0, 0, LOCAL]);
        }
    }

    /// The number of a group, from 1; 0 for none. Only definitions are in groups.
    fn comdat(&self, name: Option<&str>, linkage: Linkage) -> u64 {
        let name = name.filter(|_| linkage != Linkage::AvailableExternally);
        let at = name.and_then(|name| self.comdats.binary_search(&name).ok());
        at.map_or(0, |at| at as u64 + 1)
    }

    /// `[name, size, type, flags, init, linkage, alignment, section, visibility, tls, unnamed,
    /// external init, storage, comdat, attributes, local]`
    fn global(&mut self, bits: &mut Bits, pool: &Pool<'_>, global: &Global) {
        let [at, size] = self.names.add(&global.name);
        let defined = global.init.is_some();
        let mut ops = alloc::vec![at, size, u64::from(global.ty.0)];
        ops.push(2 | u64::from(global.constant));
        ops.push(global.init.map_or(0, |init| u64::from(pool.value(init)) + 1));
        ops.push(linkage(global.linkage, defined));
        ops.push(numbers::alignment(global.align));
        let thread_local = if global.thread_local { THREAD_LOCAL } else { 0 };
        let comdat = global.comdat.as_deref().filter(|_| defined);
        let section = global.section.as_deref();
        let section = section.and_then(|name| self.sections.binary_search(&name).ok());
        ops.push(section.map_or(0, |at| at as u64 + 1));
        ops.extend([0, thread_local, 0, 0, 0, self.comdat(comdat, global.linkage), 0]);
        ops.push(local(global.linkage));
        bits.record(code::GLOBALVAR, &ops);
    }

    /// `[name, size, type, calling convention, declaration, linkage, attributes, alignment,
    /// section, visibility, gc, unnamed, prologue, storage, comdat, prefix, personality, local]`
    fn function(
        &mut self,
        bits: &mut Bits,
        attributes: &mut Attributes,
        func: &Function,
        personality: Option<u32>,
    ) {
        let [at, size] = self.names.add(&func.name);
        let defined = !func.is_declaration();
        let mut ops = alloc::vec![at, size, u64::from(func.ty.0), 0, u64::from(!defined)];
        ops.extend([linkage(func.linkage, defined), attributes.of_function(func)]);
        let comdat = func.comdat.as_deref().filter(|_| defined);
        ops.extend([0, 0, 0, 0, 0, 0, 0, self.comdat(comdat, func.linkage), 0]);
        ops.push(personality.map_or(0, |value| u64::from(value) + 1));
        // An intrinsic is no symbol, and lies nowhere.
        ops.push(if func.name.starts_with("llvm.") { 0 } else { local(func.linkage) });
        bits.record(code::FUNCTION, &ops);
    }

    /// Writes the string table, which follows the module.
    pub(super) fn write_names(&self, bits: &mut Bits) {
        bits.block(block::STRTAB, |bits| {
            let by = bits.abbreviation(&[Field::Literal(NAMES.into()), Field::Blob]);
            bits.blob(by, &[], &self.names.bytes);
        });
    }
}

/// What is declared only has no linkage but whether it may be missing.
fn linkage(linkage: Linkage, defined: bool) -> u64 {
    match linkage {
        Linkage::ExternWeak => numbers::linkage(linkage),
        _ if defined => numbers::linkage(linkage),
        _ => numbers::linkage(Linkage::External),
    }
}

/// Whether a function has places where unwinding would end; LLVM then asks for a personality.
pub(super) fn unwinds(func: &Function) -> bool {
    let ends = |instr: &Instr| matches!(instr.op, Op::LandingPad { .. } | Op::Resume { .. });
    func.instrs.iter().any(ends)
}

/// What may be missing may have the address null, which is not near the code.
fn local(linkage: Linkage) -> u64 {
    if linkage == Linkage::ExternWeak { 0 } else { LOCAL }
}
