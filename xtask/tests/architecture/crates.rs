//! Who uses whom among the crates: the table in `DESIGN.md` and what `Cargo.toml` files say are the
//! same. Dependencies of tests alone (`dev-dependencies`) are free.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::DependencyKind;

use crate::workspace;

/// Crates by folder, and the folders of those that each uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// What the `Cargo.toml` files say.
fn used() -> Uses {
    let workspace = workspace();
    let folder = |path: &cargo_metadata::camino::Utf8Path| {
        let inside = path.strip_prefix(&workspace.workspace_root);
        inside.expect("crates lie in the project").to_string()
    };
    let crates = workspace.packages.iter().map(|package| {
        let normal =
            package.dependencies.iter().filter(|one| one.kind != DependencyKind::Development);
        let used = normal.filter_map(|one| one.path.as_deref().map(folder)).collect();
        let own = package.manifest_path.parent().expect("a file is in a folder");
        (folder(own), used)
    });
    crates.collect()
}

/// What the table of `DESIGN.md` says: rows of crate, purpose, and the crates used.
fn designed() -> Uses {
    let design = include_str!("../../../DESIGN.md");
    let (_, section) = design.split_once("## Crates, and who may use whom").expect("the section");
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let rows = section.lines().take_while(|line| !line.starts_with("## "));
    let rows = rows.filter_map(|line| {
        let cells: Vec<&str> = line.split('|').collect();
        let [_, name, _, uses, _] = cells[..] else { return None };
        Some((name.split('`').nth(1)?.to_owned(), names(uses)))
    });
    rows.collect()
}

#[test]
fn crates_use_whom_design_says() {
    let (used, designed) = (used(), designed());
    let all: BTreeSet<&String> = used.keys().chain(designed.keys()).collect();
    let differs = all.into_iter().filter(|name| used.get(*name) != designed.get(*name));
    let text: String = differs
        .map(|name| {
            let say =
                |uses: &Uses| uses.get(name).map(|all| all.iter().cloned().collect::<Vec<_>>());
            format!("  {name}: uses {:?}, DESIGN.md says {:?}\n", say(&used), say(&designed))
        })
        .collect();
    assert!(text.is_empty(), "the table of crates in DESIGN.md is not what is:\n{text}");
}

#[test]
fn what_must_never_be_is_not() {
    let used = used();
    for (from, never) in [
        ("engine/", "kernel"),
        ("engine/", "cli"),
        ("engine/interp", "engine/cranelift"),
        ("engine/cranelift", "engine/interp"),
        ("engine/object", "engine/cranelift"),
        ("engine/records", "engine/cranelift"),
        ("engine/platform", "engine/session"),
        ("snapshot-fmt", ""),
    ] {
        let crates = used.keys().filter(|name| name.starts_with(from));
        for name in crates {
            let reached = reached(&used, name);
            let bad = reached.iter().find(|to| to.starts_with(never) && *to != name);
            assert_eq!(bad, None, "{name} must never use {never:?}");
        }
    }
}

/// All that a crate uses, itself or through others.
fn reached(used: &Uses, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from.to_owned()];
    while let Some(next) = left.pop() {
        let new = used.get(&next).into_iter().flatten();
        left.extend(new.filter(|name| reached.insert((*name).clone())).cloned());
    }
    reached
}

/// What `fleet/cluster` stands on is several times the rest: neither the tools nor what tests them wait for it.
#[test]
fn nothing_here_stands_on_what_the_cluster_does() {
    let packages = |lock: &str| -> BTreeSet<String> {
        let names = lock.lines().filter_map(|line| line.strip_prefix("name = "));
        names.map(|name| name.trim_matches('"').to_owned()).collect()
    };
    let own = packages(include_str!("../../../Cargo.lock"));
    let cluster = packages(include_str!("../../../fleet/cluster/Cargo.lock"));
    for name in ["arrow", "ballista", "datafusion", "object_store", "parquet", "tokio"] {
        assert!(cluster.contains(name), "{name}");
        assert!(!own.contains(name), "{name}");
    }
    assert!(cluster.contains("bareflow-fleet") && own.contains("bareflow-fleet"), "one merge");
}
