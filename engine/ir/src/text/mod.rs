//! A module as LLVM assembly.
//!
//! For people, and for tests, which hand it to LLVM's own assembler. Values are numbered as
//! [`ValueId`]s and blocks as [`BlockId`]s, so that messages and text agree.

mod consts;
mod inst;
mod names;
mod types;
mod words;

use alloc::collections::BTreeSet;
use core::fmt;

pub use consts::ConstText;
pub use types::TypeText;

use crate::layout::DATA_LAYOUT;
use crate::{FuncId, Function, GlobalId, Module, TypeId, ValueId};
use names::Name;
use words::{Value, attrs, extension, linkage_word};

/// A function as text.
#[derive(Clone, Copy, Debug)]
pub struct FunctionText<'a> {
    module: &'a Module,
    id: FuncId,
}

impl Module {
    /// The function as text.
    ///
    /// # Panics
    /// When formatted, if the id is of another module.
    pub fn show_func(&self, id: FuncId) -> FunctionText<'_> {
        FunctionText { module: self, id }
    }

    /// The type as text.
    ///
    /// # Panics
    /// When formatted, if the id is of another module.
    pub fn show_type(&self, id: TypeId) -> TypeText<'_> {
        TypeText { types: &self.types, id }
    }

    /// The constant with its type as text.
    ///
    /// # Panics
    /// When formatted, if the id is of another module.
    pub fn show_const(&self, id: crate::ConstId) -> ConstText<'_> {
        ConstText { module: self, id, typed: true }
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "; {}", self.name)?;
        writeln!(f, "target datalayout = \"{DATA_LAYOUT}\"")?;
        writeln!(f, "target triple = \"x86_64-unknown-linux-gnu\"")?;
        let comdats: BTreeSet<&str> = (self.funcs.iter().filter_map(|f| f.comdat.as_deref()))
            .chain(self.globals.iter().filter_map(|g| g.comdat.as_deref()))
            .collect();
        for name in comdats {
            writeln!(f, "${} = comdat any", Name(name))?;
        }
        for (at, _) in self.globals.iter().enumerate() {
            global(f, self, GlobalId::new(at))?;
        }
        for alias in &self.aliases {
            let linkage = linkage_word(alias.linkage);
            let (name, target) = (Name(&alias.name), self.show_const(alias.target));
            writeln!(f, "@{name} = {linkage}alias {}, {target}", self.show_type(alias.ty))?;
        }
        for id in self.func_ids() {
            write!(f, "\n{}", self.show_func(id))?;
        }
        for refusal in &self.refused {
            let name = match refusal.symbol {
                crate::Symbol::Func(id) => &self.func(id).name,
                crate::Symbol::Global(id) => &self.global(id).name,
                crate::Symbol::Alias(id) => &self.aliases[id.index()].name,
            };
            write!(f, "\n; refused @{}: {}", Name(name), refusal.why)?;
        }
        Ok(())
    }
}

/// An instruction as text.
pub(crate) fn instruction<'a>(
    module: &'a Module,
    func: &'a Function,
    instr: &'a crate::Instr,
) -> impl fmt::Display + 'a {
    inst::InstrText { module, func, instr }
}

fn global(f: &mut fmt::Formatter<'_>, module: &Module, id: GlobalId) -> fmt::Result {
    let global = module.global(id);
    write!(f, "@{} = ", Name(&global.name))?;
    let linkage = linkage_word(global.linkage);
    match (global.init, linkage) {
        (None, "") => f.write_str("external ")?,
        _ => f.write_str(linkage)?,
    }
    if global.thread_local {
        f.write_str("thread_local ")?;
    }
    f.write_str(if global.constant { "constant " } else { "global " })?;
    match global.init {
        Some(init) => write!(f, "{}", module.show_const(init))?,
        None => write!(f, "{}", module.show_type(global.ty))?,
    }
    if let Some(comdat) = &global.comdat {
        write!(f, ", comdat(${})", Name(comdat))?;
    }
    if global.align != 0 {
        write!(f, ", align {}", global.align)?;
    }
    writeln!(f)
}

impl fmt::Display for FunctionText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { module, id } = *self;
        let func = module.func(id);
        let declaration = func.is_declaration();
        f.write_str(if declaration { "declare " } else { "define " })?;
        f.write_str(linkage_word(func.linkage))?;
        head(f, module, func)?;
        if declaration {
            return writeln!(f);
        }
        writeln!(f, " {{")?;
        for block in func.block_ids() {
            writeln!(f, "b{}:", block.0)?;
            for instr in func.block(block) {
                writeln!(f, "  {}", inst::InstrText { module, func, instr })?;
            }
        }
        writeln!(f, "}}")
    }
}

fn head(f: &mut fmt::Formatter<'_>, module: &Module, func: &Function) -> fmt::Result {
    let Some((ret, params, varargs)) = module.types.signature(func.ty) else {
        return write!(f, "{} @{}", module.show_type(func.ty), Name(&func.name));
    };
    f.write_str(extension(func.ret.ext).trim_start())?;
    f.write_str(if func.ret.ext == crate::Extension::None { "" } else { " " })?;
    write!(f, "{} @{}(", module.show_type(ret), Name(&func.name))?;
    for (at, param) in params.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{}", module.show_type(*param))?;
        if let Some(own) = func.params.get(at) {
            attrs(f, module, own)?;
        }
        if !func.is_declaration() {
            write!(f, " {}", Value(ValueId::new(at)))?;
        }
    }
    if varargs {
        f.write_str(if params.is_empty() { "..." } else { ", ..." })?;
    }
    f.write_str(")")?;
    let flags = func.flags;
    for (set, word) in [
        (flags.noinline, "noinline"),
        (flags.alwaysinline, "alwaysinline"),
        (flags.noreturn, "noreturn"),
        (flags.cold, "cold"),
        (flags.optsize, "optsize"),
        (flags.optnone, "optnone"),
    ] {
        if set {
            write!(f, " {word}")?;
        }
    }
    if let Some(comdat) = &func.comdat {
        write!(f, " comdat(${})", Name(comdat))?;
    }
    let unwinds = |instr: &crate::Instr| {
        matches!(instr.op, crate::Op::LandingPad { .. } | crate::Op::Resume { .. })
    };
    if func.instrs.iter().any(unwinds) {
        f.write_str(" personality ptr null")?;
    }
    Ok(())
}
