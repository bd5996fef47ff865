//! The whole way from a snapshot's bytes to an image.

use alloc::format;

use bareflow_object::Compiler;

use crate::failure::{Failure, Kind};
use crate::grown::Grown;
use crate::image::{self, Image, ImageError};
use crate::link::Base;
use crate::{Options, build};

/// The flat image of a snapshot.
///
/// # Errors
/// Why no image can be made of it.
pub fn flat(bytes: &[u8], compiler: &dyn Compiler, options: &Options) -> Result<Image, Failure> {
    let grown = Grown::open(bytes, compiler)?;
    grown.allows(options.policy)?;
    let parts = build::build(&grown, compiler, None, options)?;
    image::link(&parts.units, Base::Flat, !options.plain).map_err(explain)
}

/// Why no image could be linked, as a failure.
#[must_use]
pub fn explain(error: anyhow::Error) -> Failure {
    let kind = match error.downcast_ref::<ImageError>() {
        Some(ImageError::Unresolved(_)) => Kind::Unresolved,
        Some(ImageError::TooLarge { .. }) => Kind::TooLarge,
        None => Kind::Program,
    };
    Failure::new(kind, format!("{error:#}"))
}
