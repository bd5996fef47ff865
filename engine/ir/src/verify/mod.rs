//! Checks that a module keeps the rules of LLVM IR and the invariants of these tables.
//!
//! Whoever runs or compiles a module relies on them: an operand of a wrong type would be read
//! as something it is not. So the bitcode reader hands out no module that fails here.

mod body;
mod consts;
mod dominance;
mod error;
mod fits;
mod ops;

pub use error::VerifyError;
use fits::sized;

use crate::{FuncId, Function, Module, Symbol, Type, TypeId};

/// Checks a whole module.
///
/// # Errors
/// The first rule that is broken.
pub fn verify(module: &Module) -> Result<(), VerifyError> {
    let mut verifier = Verifier::default();
    verifier.tables(module)?;
    verifier.consts(module, 0)?;
    module.func_ids().try_for_each(|id| verifier.func(module, id))
}

/// Checks a module in parts, for those who make it in parts.
#[derive(Debug, Default)]
pub struct Verifier {
    scratch: body::Scratch,
}

/// Checks one function, in a module whose constants are right.
///
/// # Errors
/// The first rule that is broken.
pub fn verify_func(module: &Module, id: FuncId) -> Result<(), VerifyError> {
    Verifier::default().func(module, id)
}

impl Verifier {
    /// Checks types, variables and aliases.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn tables(&mut self, module: &Module) -> Result<(), VerifyError> {
        types(module)?;
        symbols(module)?;
        module.funcs.iter().try_for_each(|func| signature(module, func).map_err(in_function(func)))
    }

    /// Checks the constants from position `first` on.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn consts(&mut self, module: &Module, first: usize) -> Result<(), VerifyError> {
        consts::check(module, first)
    }

    /// Checks one function, in a module whose tables and constants are right.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn func(&mut self, module: &Module, id: FuncId) -> Result<(), VerifyError> {
        let func = module.func(id);
        if func.is_declaration() {
            return Ok(());
        }
        values(module, func)
            .and_then(|()| body::check(module, func, &mut self.scratch))
            .map_err(in_function(func))
    }
}

fn in_function(func: &Function) -> impl Fn(VerifyError) -> VerifyError {
    |error| VerifyError { function: Some(func.name.clone()), ..error }
}

fn types(module: &Module) -> Result<(), VerifyError> {
    for (id, ty) in module.types.iter() {
        let before = |other: &TypeId| other.0 < id.0;
        let right = match ty {
            Type::Int(bits) => (1..=1 << 23).contains(bits),
            Type::Vector { elem, len } => before(elem) && *len > 0,
            Type::Array { elem, .. } => before(elem),
            Type::Struct { fields, .. } => fields.iter().all(before),
            Type::Func { ret, params, .. } => before(ret) && params.iter().all(before),
            _ => true,
        };
        if !right {
            return Err(VerifyError::new(alloc::format!("type {} refers to a later one", id.0)));
        }
    }
    Ok(())
}

fn symbols(module: &Module) -> Result<(), VerifyError> {
    for global in &module.globals {
        let wrong = |what: &str| VerifyError::new(alloc::format!("{}: {what}", global.name));
        if global.ty.index() >= module.types.len() {
            return Err(wrong("a variable of a type that does not exist"));
        }
        if !sized(module, global.ty) && global.init.is_some() {
            return Err(wrong("a variable of a type without a size"));
        }
        if let Some(init) = global.init {
            match module.consts.get(init.index()) {
                Some(constant) if constant.ty == global.ty => {}
                _ => return Err(wrong("a variable that starts with a constant of another type")),
            }
        }
        if global.align != 0 && !global.align.is_power_of_two() {
            return Err(wrong("an alignment that is no power of two"));
        }
    }
    for alias in &module.aliases {
        let target = module.consts.get(alias.target.index());
        if !target.is_some_and(|constant| matches!(module.types.get(constant.ty), Type::Ptr)) {
            let what = alloc::format!("{}: an alias for something that is no address", alias.name);
            return Err(VerifyError::new(what));
        }
    }
    for refusal in &module.refused {
        let known = match refusal.symbol {
            Symbol::Func(id) => id.index() < module.funcs.len(),
            Symbol::Global(id) => id.index() < module.globals.len(),
            Symbol::Alias(id) => id.index() < module.aliases.len(),
        };
        if !known {
            return Err(VerifyError::new("a refusal of a symbol that does not exist"));
        }
    }
    Ok(())
}

fn signature(module: &Module, func: &Function) -> Result<(), VerifyError> {
    if func.ty.index() >= module.types.len() {
        return Err(VerifyError::new("a type that does not exist"));
    }
    let Some((_, params, _)) = module.types.signature(func.ty) else {
        return Err(VerifyError::new("a function whose type is none"));
    };
    if func.params.len() != params.len() {
        return Err(VerifyError::new("another number of parameters than its type has"));
    }
    let attrs = func.params.iter().zip(params);
    for (attrs, ty) in attrs {
        let pointee = [attrs.byval, attrs.sret].into_iter().flatten();
        for pointee in pointee {
            if pointee.index() >= module.types.len() || !sized(module, pointee) {
                return Err(VerifyError::new("a parameter attribute with a type without a size"));
            }
            if !matches!(module.types.get(*ty), Type::Ptr) {
                return Err(VerifyError::new("byval or sret on something that is no pointer"));
            }
        }
    }
    Ok(())
}

/// Whether the values that a function takes and gives can be passed, which matters for those that
/// are there.
fn values(module: &Module, func: &Function) -> Result<(), VerifyError> {
    let Some((ret, params, _)) = module.types.signature(func.ty) else {
        return Err(VerifyError::new("a function whose type is none"));
    };
    let passable = |ty: &TypeId| sized(module, *ty) || matches!(module.types.get(*ty), Type::Token);
    if !params.iter().all(passable) {
        return Err(VerifyError::new("a parameter of a type that cannot be passed"));
    }
    if !passable(&ret) && !matches!(module.types.get(ret), Type::Void) {
        return Err(VerifyError::new("a result of a type that cannot be passed"));
    }
    Ok(())
}
