//! Passes over the IR: what Cranelift does not do, for any compiler that wants it.
//!
//! A pass works on a [`Body`], a copy of a function that can be edited. Blocks and values of
//! the original keep their ids, so that a frame of the original still fits.

mod body;
mod indirect;
mod inline;
mod loops;
mod slp;
mod specialise;
#[cfg(test)]
mod tests;
mod unroll;

use bareflow_profile::Level;

use bareflow_object::{Entry, Request};

pub(crate) use body::{Body, BodyBlock};

/// Runs the passes that a request asks for. `None` if there are none.
pub(crate) fn optimise(request: &Request<'_>) -> Option<Body> {
    if request.level < Level::O2 {
        return None;
    }
    let mut body = Body::of(request.module, request.func, request.counted());
    indirect::promote_calls(&mut body, request);
    inline::inline_calls(&mut body, request);
    if let (Some((param, value)), Entry::Call) = (request.options.specialise, request.entry) {
        specialise::specialise(&mut body, param, value);
    }
    let times = match request.options.unroll {
        Some(times) => u32::from(times).max(1),
        None if request.level >= Level::O3 && !request.options.for_size => 0,
        None => 1,
    };
    // Unrolling gives new names to values, which the frame of a takeover does not know.
    if request.entry == Entry::Call {
        slp::vectorise(&mut body, request.module);
        unroll::unroll_loops(&mut body, times);
    }
    Some(body)
}
