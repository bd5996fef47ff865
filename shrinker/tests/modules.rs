//! The twelve modules, grown in this process and shrunk.

mod support;

use bareflow_compile::Cranelift;
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::shrink::shrink;
use bareflow_shrink::{Options, Policy};
use support::*;

#[test]
#[ignore = "run by other tests, as a child process"]
fn grow_child() {
    child();
}

const NAMES: [&str; 12] = [
    "fibonacci",
    "sum",
    "compute",
    "primes",
    "fft_1d",
    "sha256",
    "matrix_mul",
    "quicksort",
    "strops",
    "regex_dfa",
    "gemm_tile",
    "physics_step",
];

type NamedFile = (String, Vec<u8>);

/// The modules with the small arguments of their list, so that emulation takes seconds.
fn small(names: &[&str]) -> (Manifest, Vec<NamedFile>, Vec<u64>) {
    let list: serde_json::Value =
        serde_json::from_slice(&artefact("modules/modules.json")).unwrap();
    let mut manifest = Manifest { thresholds: Thresholds(2, 8, 32), ..Manifest::default() };
    let (mut files, mut results) = (Vec::new(), Vec::new());
    for name in names {
        let found = list["modules"].as_array().unwrap().iter().find(|m| m["name"] == *name);
        let small = &found.unwrap()["small"];
        manifest.modules.push(ModuleEntry {
            name: (*name).into(),
            files: vec![format!("{name}.bc")],
            entry: Some((*name).into()),
            arg: small["arg"].as_u64(),
        });
        files.push((format!("{name}.bc"), artefact(&format!("modules/{name}.bc"))));
        results.push(small["result"].as_u64().unwrap());
    }
    (manifest, files, results)
}

fn grow_small(names: &[&str]) -> (Grown, Vec<u64>) {
    let (manifest, files, results) = small(names);
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    (grow(&manifest, &files, &artefact("libc.bc"), 3), results)
}

#[test]
fn twelve_modules_fit_sixteen_kilobytes_and_give_their_answers() {
    let (grown, wanted) = grow_small(&NAMES);
    let bytes = std::fs::read(grown.snapshot()).unwrap();
    let options =
        Options { policy: Policy::Reachable, flat: true, elf: true, ..Options::default() };
    let shrunk = shrink(&bytes, &Cranelift::new(), &options).unwrap();
    let image = shrunk.image.unwrap();
    println!("{}", shrunk.report.to_text());
    assert!(image.file.len() <= 16 << 10, "{} bytes", image.file.len());

    let run = boot_image(&image.file, |_| ());
    if let Some(path) = std::env::var_os("BAREFLOW_KEEP") {
        std::fs::write(&path, &image.file).unwrap();
        std::fs::copy(grown.snapshot(), std::path::Path::new(&path).with_extension("snapshot"))
            .unwrap();
    }
    println!("{}: {}", run.outcome, String::from_utf8_lossy(&run.output));
    let found = results(&run);
    assert_eq!(found, grown.results);
    assert_eq!(found.iter().map(|(_, _, result)| result.unwrap()).collect::<Vec<_>>(), wanted);
    assert_eq!(run.output, grown.output);
    assert_eq!(run.outcome, expected(&found));
}
