//! No circle among the files of a crate.
//!
//! File A *uses* file B if a path in A names an item that B defines. A name that another module
//! hands on (`pub use`) counts for the file that defines it, so a `mod.rs` that only declares its
//! children and hands their names on is in nobody's way. Neither `mod child;` nor such a `pub use` is
//! a use. A child may use what its parent's file defines, or a parent may use its children: not both.
//! Calls of methods name no module and are no uses; so one type may have its methods in several
//! files, below the one that defines it. Names that only the linker joins (`kernel_main`,
//! `trap_dispatch`) are how assembly below is handed what lies above, and no uses. Tests beside the
//! code may see everything.

use std::collections::BTreeMap;
use std::path::Path;

use crate::source::Tree;
use crate::{graph, names, workspace};

/// The circles of the crate whose root is this file, in words.
fn circles(root: &Path) -> Vec<String> {
    let tree = Tree::read(root);
    let uses = names::uses(&tree);
    let mut edges = vec![Vec::new(); tree.files.len()];
    uses.iter().for_each(|(from, to, _)| edges[*from].push(*to));
    let folder = root.parent().expect("a file is in a folder");
    let name = |file: usize| {
        let path = &tree.files[file];
        path.strip_prefix(folder).unwrap_or(path).display().to_string()
    };
    let describe = |circle: Vec<usize>| {
        let inside = |file: &usize| circle.contains(file);
        let uses = uses.iter().filter(|(from, to, _)| inside(from) && inside(to));
        let lines = uses
            .map(|(from, to, path)| format!("    {} uses {}: {path}\n", name(*from), name(*to)));
        format!("  {} files in a circle:\n{}", circle.len(), lines.collect::<String>())
    };
    graph::circles(&edges).into_iter().map(describe).collect()
}

#[test]
fn files_of_a_crate_use_each_other_in_one_direction() {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for package in workspace().packages {
        for target in &package.targets {
            let circles = circles(target.src_path.as_std_path());
            if !circles.is_empty() {
                let text = found.entry(package.name.to_string()).or_default();
                text.push_str(&format!("{} {}:\n{}", package.name, target.name, circles.concat()));
            }
        }
    }
    let text: String = found.into_values().collect();
    assert!(text.is_empty(), "\n{text}");
}

#[test]
fn a_circle_is_seen_through_every_way_to_name_something() {
    let ways = [
        // Names handed on, of modules and of items; a macro; a star; a use inside a function.
        (
            "pub mod a; pub mod b; pub use a::A;",
            "use crate::b; pub struct A(b::B);",
            "use crate::A; pub struct B(A);",
        ),
        (
            "pub mod a; pub mod b;",
            "pub struct A; fn f() { use super::b::*; B; }",
            "pub struct B(crate::a::A);",
        ),
        (
            "pub mod a; pub mod b;",
            "macro_rules! m { () => { $crate::b::f() } } pub struct A;",
            "pub fn f() -> super::a::A {}",
        ),
        (
            "mod a; mod b { pub use super::a::A as C; pub use super::a::*; } struct R; fn f(x: b::C) {}",
            "use super::R; pub struct A(R);",
            "",
        ),
        ("mod a; fn f() { vec![a::made()] } struct R;", "make!(made); type X = super::R;", ""),
    ];
    for (at, (root, a, b)) in ways.iter().enumerate() {
        assert_eq!(circles_of(root, a, b).len(), 1, "way {at}");
    }
}

#[test]
fn what_is_no_circle_is_not_taken_for_one() {
    let ways = [
        // A mod.rs that hands names on; methods; tests; another crate of the same name.
        (
            "pub mod a; pub mod b; pub use a::A; pub use b::B;",
            "pub struct A;",
            "use super::A; pub struct B(A);",
        ),
        (
            "pub mod a; pub struct R; impl R { fn f(&self) { self.g() } }",
            "impl super::R { pub fn g(&self) {} }",
            "",
        ),
        (
            "pub mod a; pub mod b;",
            "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
            "use super::a::A; pub struct B(A);",
        ),
        (
            "pub mod a; pub mod b;",
            "pub struct A(::b::B); pub use ::b::C;",
            "use super::a::A; pub struct B(A);",
        ),
    ];
    for (at, (root, a, b)) in ways.iter().enumerate() {
        assert_eq!(circles_of(root, a, b), Vec::<String>::new(), "way {at}");
    }
}

/// The circles of a crate of a root, `a.rs` and `b.rs`.
fn circles_of(root: &str, a: &str, b: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name, text| std::fs::write(folder.path().join(name), text).expect("a file");
    write("lib.rs", root);
    write("a.rs", a);
    write("b.rs", b);
    circles(&folder.path().join("lib.rs"))
}
