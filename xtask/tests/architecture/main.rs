//! The shape of the project, as `DESIGN.md` says it is: who uses whom among the crates, and that
//! the files of a crate stand in an order.

mod circles;
mod crates;
mod graph;
mod names;
mod source;

use cargo_metadata::{Metadata, MetadataCommand};

/// The workspace, without what it depends on.
fn workspace() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).no_deps().other_options(["--offline".to_owned()]);
    command.exec().expect("cargo metadata")
}
