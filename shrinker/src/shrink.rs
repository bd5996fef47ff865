//! The whole way from a snapshot's bytes to images and a report.

use bareflow_object::Compiler;

use crate::build::{self, Parts};
use crate::failure::{Failure, Kind};
use crate::grown::Grown;
use crate::image::{self, Image};
use crate::link::Base;
use crate::report::{self, Report};
use crate::{Goal, Options, explain};

/// What shrinking gives.
#[derive(Debug)]
pub struct Shrunk {
    /// The flat image, if asked for.
    pub image: Option<Image>,
    /// The ELF image, if asked for.
    pub elf: Option<Image>,
    /// What is in them.
    pub report: Report,
    /// What they were linked from.
    pub parts: Parts,
    /// See [`Grown::orders`].
    pub orders: String,
}

/// Shrinks a snapshot.
///
/// # Errors
/// Why no image can be made of it.
pub fn shrink(bytes: &[u8], compiler: &dyn Compiler, options: &Options) -> Result<Shrunk, Failure> {
    shrink_again(bytes, compiler, None, options)
}

/// Shrinks a snapshot, and lets a second compiler make everything once more, to keep what of that serves
/// the goal better.
///
/// # Errors
/// See [`shrink`].
pub fn shrink_again(
    bytes: &[u8],
    compiler: &dyn Compiler,
    second: Option<(&dyn Compiler, Goal)>,
    options: &Options,
) -> Result<Shrunk, Failure> {
    let grown = Grown::open(bytes, compiler)?;
    grown.allows(options.policy)?;
    let parts = build::build(&grown, compiler, second, options)?;
    let link = |base| image::link(&parts.units, base, !options.plain).map_err(explain);
    let flat = options.flat.then(|| link(Base::Flat)).transpose()?;
    let elf = options.elf.then(|| link(Base::Elf)).transpose()?;
    let main = match flat.as_ref().or(elf.as_ref()) {
        Some(main) => main,
        None => return Err(Failure::new(Kind::Usage, "neither a flat nor an ELF image is wanted")),
    };
    let mut report = report::describe(&grown, &parts, main, options.policy);
    report.input_bytes = bytes.len() as u64;
    report.image_bytes = flat.as_ref().map(|image| image.file.len() as u64);
    report.elf_bytes = elf.as_ref().map(|image| image.file.len() as u64);
    Ok(Shrunk { image: flat, elf, report, parts, orders: grown.orders() })
}
