//! Exports for other people's viewers, against what their formats require; the debugger.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bareflow_tests::compile::{Recipe, make};
use bareflow_tests::tool::{lines, run, text};
use serde_json::Value;

/// The snapshots of a demo of two boots in processes, made once.
fn snapshots() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let out = text(folder.path());
        let demo = ["demo", "--hosted", "--small", "--boots", "2", "--calls", "20", "--out", out];
        assert_eq!(lines("bareflow", &demo).len(), 1);
        let place = folder.path().join("grown/boot/snapshots");
        (folder, place)
    });
    &made.1
}

fn export(format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out");
    let arguments =
        ["snapshot", "export", text(snapshots()), "--format", format, "-o", text(&file)];
    let line = lines("bareflow", &arguments).remove(0);
    let content = std::fs::read_to_string(&file).unwrap();
    assert_eq!(line["bytes"], content.len());
    content
}

#[test]
fn collapsed_stacks_are_frames_and_a_count() {
    let content = export("collapsed");
    let mut modules = Vec::new();
    for line in content.lines() {
        let (stack, count) = line.rsplit_once(' ').unwrap();
        assert!(count.parse::<u64>().unwrap() > 0, "{line}");
        let frames: Vec<&str> = stack.split(';').collect();
        assert!(frames.len() >= 2 && frames.iter().all(|frame| !frame.is_empty()), "{line}");
        modules.push(frames[0].to_owned());
    }
    modules.dedup();
    assert!(modules.len() >= 8, "{modules:?}");
    // sha256 calls its block function, which is never inlined into it.
    assert!(content.contains("sha256;sha256;sha256::block "), "{content}");
}

#[test]
fn perf_maps_have_ranges_that_do_not_overlap() {
    let mut end = 0;
    let content = export("perf-map");
    for line in content.lines() {
        let mut fields = line.splitn(3, ' ');
        let mut number = || u64::from_str_radix(fields.next().unwrap(), 16).unwrap();
        let (start, size) = (number(), number());
        assert!(start >= end && size > 0, "{line}");
        end = start + size;
        assert!(fields.next().unwrap().contains(":"), "{line}");
    }
    assert!(content.lines().count() >= 12, "{content}");
}

/// Checks what the Trace Event Format asks of events; complete events lie inside each other or
/// apart.
fn check_trace(trace: &Value) -> Vec<Value> {
    let events = trace["traceEvents"].as_array().unwrap().clone();
    for event in &events {
        assert!(event["name"].is_string() && event["pid"].is_u64(), "{event}");
        match event["ph"].as_str().unwrap() {
            "M" => assert!(event["args"]["name"].is_string(), "{event}"),
            "X" => assert!(event["ts"].as_f64().unwrap() >= 0.0 && event["dur"].is_number()),
            "i" => assert!(event["s"] == "t" && event["ts"].is_number(), "{event}"),
            "C" => assert!(event["args"].is_object() && event["ts"].is_number(), "{event}"),
            other => panic!("an event of the kind {other}"),
        }
    }
    let mut spans: Vec<(u64, f64, f64)> = (events.iter())
        .filter(|event| event["ph"] == "X")
        .map(|event| {
            let from = event["ts"].as_f64().unwrap();
            (event["tid"].as_u64().unwrap(), from, from + event["dur"].as_f64().unwrap())
        })
        .collect();
    spans.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(b.2.total_cmp(&a.2)));
    let mut open: Vec<(u64, f64, f64)> = Vec::new();
    for span in spans {
        // Times are sums of fractions.
        open.retain(|outer| outer.0 == span.0 && outer.2 > span.1 + 1e-3);
        assert!(open.last().is_none_or(|outer| outer.2 >= span.2 - 1e-3), "{open:?} {span:?}");
        open.push(span);
    }
    events
}

#[test]
fn chrome_traces_have_nested_spans() {
    let trace: Value = serde_json::from_str(&export("chrome")).unwrap();
    let events = check_trace(&trace);
    assert!(events.iter().any(|event| event["name"] == "sha256::block"));
}

#[test]
fn firefox_profiles_are_whole_tables() {
    let profile: Value = serde_json::from_str(&export("firefox")).unwrap();
    let meta = &profile["meta"];
    for field in [
        "interval",
        "startTime",
        "processType",
        "product",
        "stackwalk",
        "version",
        "preprocessedProfileVersion",
        "categories",
        "markerSchema",
    ] {
        assert!(meta.get(field).is_some(), "meta has no {field}");
    }
    let categories = meta["categories"].as_array().unwrap().len() as u64;
    let thread = &profile["threads"][0];
    let column = |table: &str, name: &str| -> Vec<Value> {
        let values = thread[table][name].as_array().unwrap_or_else(|| panic!("{table}.{name}"));
        assert_eq!(
            values.len() as u64,
            thread[table]["length"].as_u64().unwrap(),
            "{table}.{name}"
        );
        values.clone()
    };
    let length = |table: &str| thread[table]["length"].as_u64().unwrap();
    let below = |values: Vec<Value>, end: u64, what: &str| {
        for value in values.iter().filter(|value| !value.is_null()) {
            assert!(value.as_u64().is_some_and(|index| index < end), "{what}: {value} of {end}");
        }
    };
    below(column("samples", "stack"), length("stackTable"), "samples.stack");
    below(column("stackTable", "frame"), length("frameTable"), "stackTable.frame");
    below(column("stackTable", "category"), categories, "stackTable.category");
    below(column("frameTable", "func"), length("funcTable"), "frameTable.func");
    below(column("frameTable", "category"), categories, "frameTable.category");
    let strings = thread["stringArray"].as_array().unwrap().len() as u64;
    below(column("funcTable", "name"), strings, "funcTable.name");
    // A stack comes after its beginning.
    for (index, prefix) in column("stackTable", "prefix").iter().enumerate() {
        assert!(prefix.is_null() || prefix.as_u64().unwrap() < index as u64);
    }
    let times = column("samples", "time");
    assert!(times.windows(2).all(|pair| pair[0].as_f64() <= pair[1].as_f64()));
    assert_eq!(column("samples", "weight").len(), times.len());
    for (table, names) in [
        ("frameTable", &["address", "inlineDepth", "line", "column", "nativeSymbol"][..]),
        ("funcTable", &["isJS", "relevantForJS", "resource", "fileName"]),
        ("markers", &["data", "name", "startTime", "endTime", "phase", "category"]),
        ("nativeSymbols", &["libIndex", "address", "name", "functionSize"]),
        ("resourceTable", &["lib", "name", "host", "type"]),
    ] {
        for name in names {
            column(table, name);
        }
    }
    assert!(length("samples") > 8);
}

/// A program that calls itself, on a disk, compiled before it runs.
fn image(folder: &Path) -> PathBuf {
    let source = folder.join("fib.c");
    // Without the C library, which an emulated machine takes a while to compile.
    let program = "__attribute__((noinline)) static unsigned long fib(unsigned long n) {\n\
        return n < 2 ? n : fib(n - 1) + fib(n - 2); }\n\
        unsigned long start(unsigned long n) { return fib(n); }\n";
    std::fs::write(&source, program).unwrap();
    let args = ["-O1", "-emit-llvm", "-c", "-o", "{out}", text(&source)].map(String::from).into();
    let recipe = Recipe { compiler: "clang-22", args, inputs: vec![source], suffix: "bc" };
    let bitcode = make(&recipe).unwrap();
    let image = folder.join("fib.img");
    let mut arguments = vec!["image", "-o", text(&image), text(&bitcode), "--level", "O1"];
    arguments.extend(["--entry", "start", "--arg", "15"]);
    assert_eq!(lines("bareflow", &arguments).len(), 1);
    image
}

#[test]
fn one_boot_becomes_a_trace_and_a_perf_map() {
    let folder = tempfile::tempdir().unwrap();
    let image = image(folder.path());
    let (trace, map) = (folder.path().join("boot.json"), folder.path().join("boot.map"));
    let mut arguments = vec!["boot", text(&image), "--trace", text(&trace)];
    arguments.extend(["--perf-map", text(&map), "--smp", "2"]);
    let boot = lines("bareflow", &arguments).remove(0);
    let results = boot["results"].as_object().unwrap();
    assert!(results.values().all(|result| result == "610") && results.len() == 1, "{boot}");
    let trace: Value = serde_json::from_str(&std::fs::read_to_string(trace).unwrap()).unwrap();
    let events = check_trace(&trace);
    let named = |name: &str| events.iter().find(|event| event["name"] == name);
    let program = named("program").unwrap();
    assert_eq!(program["dur"].as_f64(), boot["guest_us"]["program"].as_f64());
    assert_eq!(program["args"]["cycles"], boot["program_cycles"]);
    for part in ["loader", "start and restore", "save and report", "functions by level"] {
        assert!(named(part).is_some(), "{part}");
    }
    // What was compiled stands in the lane of the processor that did it.
    let compiled = |event: &&Value| {
        event["cat"] == "compile" && event["name"].as_str().unwrap().ends_with(":fib at O1")
    };
    let compiled = events.iter().find(compiled).expect("fib is compiled");
    let lane = events.iter().find(|event| event["ph"] == "M" && event["tid"] == compiled["tid"]);
    let lane = lane.unwrap()["args"]["name"].as_str().unwrap();
    assert!(["processor 0", "processor 1"].contains(&lane), "{lane}");
    let map = std::fs::read_to_string(map).unwrap();
    let fib = map.lines().find(|line| line.ends_with(":fib@O1")).unwrap_or_else(|| panic!("{map}"));
    let start = u64::from_str_radix(fib.split(' ').next().unwrap(), 16).unwrap();
    assert_eq!(start >> 44, 1, "{fib}");
}

#[test]
fn gdb_stops_in_compiled_code_and_names_its_callers() {
    let folder = tempfile::tempdir().unwrap();
    let image = image(folder.path());
    // The first calls are measured, and their return addresses are the engine's.
    let commands =
        ["break fib if $rdi == 3", "ignore 1 100", "continue", "backtrace", "info symbol $rip"];
    let mut arguments = vec!["boot", text(&image), "--discard", "--timeout", "300", "--gdb"];
    for command in commands {
        arguments.extend(["-x", command]);
    }
    let output = run("bareflow", &arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Breakpoint 1, ") && said.contains(" in fib ()"), "{said}");
    let frames = said.lines().filter(|line| line.starts_with('#') && line.contains(" in fib ()"));
    assert!(frames.count() > 3, "{said}");
    assert!(said.contains("bareflow_session::run"), "the way back to the engine: {said}");
    assert!(said.contains("fib + "), "{said}");
}
