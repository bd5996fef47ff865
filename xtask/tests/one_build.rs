//! Tools, `cargo xtask` and tests stand on one build of what they depend on: whatever a tool's build
//! compiles with some features, the build of all tests compiles with the same ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Package and target, and with what they are compiled: features, optimisation, for which machine.
type Units = BTreeMap<(String, String), BTreeSet<String>>;

/// What cargo would compile of other people's packages, asked of cargo without compiling anything.
fn units(arguments: &[&str]) -> Units {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(cargo);
    command.args(arguments).args(["--release", "--unit-graph", "-Zunstable-options", "--offline"]);
    // The graph is an unstable option of a stable cargo; nothing is built this way.
    let output = command.env("RUSTC_BOOTSTRAP", "1").current_dir(workspace).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let graph: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut units = Units::new();
    for unit in graph["units"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let package = text(&unit["pkg_id"]);
        if unit["mode"] == "build" && package.starts_with("registry") {
            let how = format!(
                "{} {} {}",
                unit["features"], unit["profile"]["opt_level"], unit["platform"]
            );
            units.entry((package, text(&unit["target"]["name"]))).or_default().insert(how);
        }
    }
    units
}

/// What the first has and the second compiles differently.
fn twice(some: &Units, all: &Units) -> Vec<String> {
    let both = some.iter().filter_map(|(key, how)| Some((key, how, all.get(key)?)));
    both.filter(|(_, how, of_all)| !how.is_subset(of_all))
        .map(|((package, target), how, of_all)| format!("{package} {target}: {how:?}, {of_all:?}"))
        .collect()
}

#[test]
fn dependencies_are_built_once() {
    let tools = units(&["build", "--package", "bareflow", "--package", "bareflow-shrink"]);
    let own = units(&["build", "--package", "xtask"]);
    let tests = units(&["test"]);
    assert!(tools.len() > 80 && tests.len() > tools.len(), "{} {}", tools.len(), tests.len());
    let host = |tests: &Units| [twice(&tools, tests), twice(&own, tests)].concat();
    assert!(
        host(&tests).is_empty(),
        "name these features in host/one-build/Cargo.toml:\n{}",
        host(&tests).join("\n")
    );
    // It would be noticed.
    let other = BTreeMap::from([(tools.keys().next().unwrap().clone(), BTreeSet::new())]);
    assert_eq!(twice(&tools, &other).len(), 1);
}
