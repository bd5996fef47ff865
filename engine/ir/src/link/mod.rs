//! Linking: one module out of several, with what its roots can reach and nothing else.
//!
//! Symbols are resolved by name over all modules first; then functions and variables are
//! copied on demand, starting at the roots. So a program costs what it uses of a large
//! library, which is read once and shared by all programs, and what cannot be reached is
//! dropped by never being copied.

mod arrays;
mod copy;
mod error;
mod linked;
mod remap;
mod resolve;
mod sections;
mod tables;

pub use error::LinkError;
pub use linked::{Array, Linked, Why, defined_name};

use crate::Module;

/// Links `modules` and keeps what `roots` (names; those that nothing defines are passed over),
/// constructors and destructors included, can reach. What is only declared, by all as weak
/// (`extern_weak`), is null.
///
/// Private symbols that would clash get the number of their module behind their name, so the
/// same modules in the same order always give the same names.
///
/// # Errors
/// See [`LinkError`]. Symbols without a definition are no error here: they come out as
/// declarations.
pub fn link(modules: &[&Module], roots: &[&str]) -> Result<Linked, LinkError> {
    let table = resolve::resolve(modules)?;
    copy::Copier::new(modules, &table).run(roots)
}
