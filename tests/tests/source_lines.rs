//! Lines of sources, from debug information: in reports of faults, and on the page that shows functions.

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_emulator::run as boot;
use bareflow_report::Record;
use bareflow_tests::machine::settings;
use bareflow_tests::tool::{lines, run, text};
use bareflow_tests::{artefact, disk::Disk};
use serde_json::Value;

/// The place that faults is on line 3 of its file, its caller on line 7 of another.
const INNER: &str = "\
__attribute__((noinline)) int inner(volatile int *p, int n) {
    if (n == 0)
        return *p + 1;
    return 100 / (n - 1);
}
";
const OUTER: &str = "\
int inner(volatile int *p, int n);

static inline __attribute__((always_inline)) int twice(int n) { return 2 * n; }

__attribute__((noinline)) int outer(long at, int n) {
    int sum = twice(n);
    sum += inner((volatile int *)at, n);
    return sum;
}
";

/// Bitcode with debug information of these sources and a `main`.
fn compiled(folder: &Path, main: &str) -> Vec<PathBuf> {
    [("inner", INNER), ("outer", OUTER), ("main", main)]
        .map(|(name, source)| {
            let file = folder.join(name).with_extension("c");
            let bitcode = folder.join(name).with_extension("bc");
            std::fs::write(&file, source).unwrap();
            let clang = Command::new("clang-22")
                .args(["-g", "-O1", "-fno-optimize-sibling-calls", "-c", "-emit-llvm", "-o"])
                .args([&bitcode, &file])
                .status();
            assert!(clang.is_ok_and(|status| status.success()), "clang-22");
            bitcode
        })
        .into()
}

const FAULTS: &str = "int outer(long, int);\nint main(void) { return outer(16, 0); }\n";

/// What `bareflow run` says of a program that ends in a fault.
fn said(files: &[PathBuf], level: &str) -> String {
    let mut arguments = vec!["run", "--level", level];
    arguments.extend(files.iter().map(|file| text(file)));
    let output = run("bareflow", &arguments);
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_fault_names_the_line_at_every_level() {
    let folder = tempfile::tempdir().unwrap();
    let files = compiled(folder.path(), FAULTS);
    let place = folder.path().join("inner.c").display().to_string() + ":";
    for level in ["interp", "O0", "O1", "O2", "O3"] {
        let said = said(&files, level);
        // Optimised, several lines may be one block.
        let at = said.find(&place).unwrap_or_else(|| panic!("{level}: {said}"));
        let lines = said[at + place.len()..].split(')').next().unwrap_or_default();
        assert!(
            ["3", "2-3", "3-4", "2-4", "3-5", "2-5"].contains(&lines),
            "{level}: {lines}: {said}"
        );
    }
}

#[test]
fn a_division_by_zero_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let main = FAULTS.replace("16, 0", "16, 1");
    let files = compiled(folder.path(), &main);
    let place = folder.path().join("inner.c").display().to_string() + ":4";
    for level in ["interp", "O1"] {
        let said = said(&files, level);
        assert!(said.contains(&place), "{level}: {said}");
    }
}

#[test]
fn a_machine_names_the_lines_of_its_backtrace() {
    let folder = tempfile::tempdir().unwrap();
    let files = compiled(folder.path(), FAULTS);
    let linked = folder.path().join("linked.bc");
    let llvm = Command::new("llvm-link-22").args(&files).arg("-o").arg(&linked).status();
    assert!(llvm.is_ok_and(|status| status.success()), "llvm-link-22");
    for level in ["interp", "O1"] {
        let manifest = serde_json::json!({
            "modules": [{ "name": "program", "files": ["program.bc"] }], "level": level,
        });
        let disk = Disk::new().expect("a disk");
        for (path, content) in [
            ("modules/program.bc", std::fs::read(&linked).unwrap()),
            ("boot/lib/libc.bc", std::fs::read(artefact("libc.bc")).unwrap()),
            ("boot/manifest.json", manifest.to_string().into_bytes()),
        ] {
            disk.add(path, &content).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        let run = boot(&settings(&disk), &mut |_| ()).expect("QEMU runs");
        let records = run.records.iter().filter_map(|json| serde_json::from_str(json).ok());
        let fault = records.into_iter().find_map(|record| match record {
            Record::Fault(report) => Some(report),
            _ => None,
        });
        let fault = fault.unwrap_or_else(|| panic!("{level}: {:?}", run.records));
        let file = |name: &str| format!("({}/{name}.c:", folder.path().display());
        assert!(fault.function.contains(&file("inner")), "{level}: {fault:?}");
        if level == "O1" {
            assert!(fault.backtrace[0].contains(&file("inner")), "{fault:?}");
            assert!(fault.backtrace[1].contains(&(file("outer"))), "{fault:?}");
        }
    }
}

/// The data of a page.
fn data(page: &Path) -> Value {
    let page = std::fs::read_to_string(page).unwrap();
    let start = page.find("id=\"data\"").expect("data");
    let json = &page[start..][page[start..].find('>').unwrap() + 1..];
    serde_json::from_str(json.split("</script>").next().unwrap()).expect("JSON")
}

#[test]
fn a_page_shows_the_lines_of_a_source_with_their_counts() {
    let folder = tempfile::tempdir().unwrap();
    let main = "int outer(long, int);\nint main(void) {\n    int sum = 0;\n    for (int i = 0; i < \
                5000; i++)\n        sum += outer((long)&sum, i % 2 ? 0 : 3);\n    return sum == 1;\n}\n";
    let files = compiled(folder.path(), main);
    let disk = folder.path().join("disk");
    let mut arguments = vec!["run", "--disk", text(&disk)];
    arguments.extend(files.iter().map(|file| text(file)));
    let _ = lines("bareflow", &arguments);
    let page = folder.path().join("page.html");
    let _ = lines("bareflow", &["explore", text(&disk.join("boot/snapshots")), "-o", text(&page)]);
    let data = data(&page);
    let functions = data["functions"].as_array().unwrap();
    let named = |name: &str| functions.iter().find(|function| function["name"] == name).unwrap();
    let outer = named("outer");
    assert_eq!(outer["source"]["file"], text(&folder.path().join("outer.c")));
    let source = outer["source"]["lines"].as_array().unwrap();
    let line = |number: u64| source.iter().find(|line| line["number"] == number).unwrap();
    assert_eq!(line(7)["text"], "    sum += inner((volatile int *)at, n);");
    // Blocks are counted while they are interpreted.
    assert!(line(7)["count"].as_u64().is_some_and(|count| count > 1), "{source:?}");
    let text: String =
        outer["ir"].as_array().unwrap().iter().filter_map(|block| block["text"].as_str()).collect();
    assert!(text.contains("; outer.c:3, inlined at outer.c:6"), "{text}");
    assert!(text.contains("; outer.c:7"), "{text}");
    // The C library has none.
    assert!(functions.iter().any(|function| function["source"].is_null()));
}
