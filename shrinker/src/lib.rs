//! Turns a snapshot into a minimal bootable image.
//!
//! What needs no system is `core/`, which the grown image has, too.

#![forbid(unsafe_code)]

pub mod cli;
pub mod disk;
pub mod files;
mod html;
pub mod report;
pub mod shrink;
pub mod source;
mod source_error;
pub mod treemap;
pub mod verify;
pub mod way_back;

pub use bareflow_shrink_core::{
    Goal, Options, Policy, build, driver, explain, failure, features, grown, image, link, machine,
    pack,
};
