//! The engine's fingerprint changes with the sources that make code, and with nothing else.

#[path = "../build/sources.rs"]
mod sources;

use std::fs;
use std::path::Path;

const LOCK: &str = "version = 4

[[package]]
name = \"cranelift-codegen\"
version = \"0.135.8\"
checksum = \"aa\"

[[package]]
name = \"serde\"
version = \"1.0.1\"
";

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn tree(root: &Path) {
    for name in sources::CRATES {
        write(root, &format!("engine/{name}/src/lib.rs"), "//! A crate.\n");
    }
    write(root, "engine/cranelift/src/opt/inline.rs", "const BUDGET: u32 = 600;\n");
    write(root, "Cargo.lock", LOCK);
}

#[test]
fn the_hash_is_of_what_makes_code() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (one.path(), other.path());
    tree(one);
    tree(other);
    let hash = |root| sources::hash(root).unwrap();
    let first = hash(one);
    assert_eq!(first.len(), 16);
    assert_eq!(first, hash(other), "it depends on where the tree lies");

    let changes = [
        ("engine/cranelift/src/opt/inline.rs", "const BUDGET: u32 = 601;\n"),
        ("engine/ir/src/lib.rs", "//! A crate!\n"),
        ("engine/cranelift/src/opt/new.rs", ""),
        ("Cargo.lock", &LOCK.replace("0.135.8", "0.135.9")),
        ("Cargo.lock", &LOCK.replace("aa", "ab")),
    ];
    for (path, content) in changes {
        tree(other);
        write(other, path, content);
        assert_ne!(first, hash(other), "{path}: {content}");
        fs::remove_file(other.join(path)).unwrap();
    }
    tree(other);
    for (path, content) in [
        ("engine/hosted/src/lib.rs", "fn main() {}"),
        ("engine/cranelift/src/notes.txt", "notes"),
        ("Cargo.lock", &LOCK.replace("1.0.1", "1.0.2")),
    ] {
        write(other, path, content);
        assert_eq!(first, hash(other), "{path}");
    }
}

#[test]
fn this_build_carries_the_hash_of_this_tree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let engine = bareflow_records::engine("cranelift");
    assert!(engine.contains(&sources::hash(root).unwrap()), "{engine}");
}
