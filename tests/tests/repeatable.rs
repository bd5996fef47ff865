//! What programs take in the demo is the same on every run, however busy the host is.

use std::sync::atomic::{AtomicBool, Ordering};

use bareflow_tests::tool::{lines, text};
use serde_json::Value;

/// A short demo in emulated machines, without what is about this host: real time, paths, what waits for
/// its disk (loading, restoring, saving), and compile times, which the clock rounds to some nanoseconds.
fn demo() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--small", "--boots", "2", "--out", text(folder.path())];
    let mut story = lines("bareflow", &arguments).remove(0);
    for path in ["grown", "image", "page", "explore"] {
        story[path].take();
    }
    story["report"]["input"].take();
    story["shrunk_us"][0].take();
    story["shrunk"]["wall_us"].take();
    for boot in story["boots"].as_array_mut().unwrap() {
        assert!(boot["wall_us"].take().as_u64().unwrap() > 0);
        // What programs take is in cycles, below; their time has the savings on the way in it.
        assert!(boot["guest_us"]["program"].as_u64().unwrap() > 0);
        for waits in ["to_kernel", "to_program", "program", "restore", "total"] {
            boot["guest_us"][waits].take();
        }
        boot["compile_ns"].take();
        for function in boot["functions"].as_array_mut().unwrap() {
            function["compile_ns"].take();
            // The machine's memory grows within one call or another: a large part of what a short one takes.
            function["cycles_avg"].take();
            function["cycles_max"].take();
        }
    }
    story
}

/// What the programs of each boot took, out of a story.
fn cycles(story: &mut Value) -> Vec<u64> {
    let boots = story["boots"].as_array_mut().unwrap();
    boots.iter_mut().map(|boot| boot["program_cycles"].take().as_u64().unwrap()).collect()
}

/// Cycles that a machine's memory may take to grow once, while a program runs or a little before, by what times
/// that are not compared have put into it.
const GROWTH: u64 = 200_000;

/// Whether two stories tell the same, to one in a thousand.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            (one - other).abs() <= one.abs() / 1_000.0
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| alike(one, other)))
        }
        _ => one == other,
    }
}

#[test]
fn a_busy_host_changes_no_figure_of_a_program() {
    let mut quiet = demo();
    if quiet["counted"] != true {
        eprintln!("not tested: machines are not emulated here");
        return;
    }
    let done = AtomicBool::new(false);
    let mut busy = std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let busy = demo();
        done.store(true, Ordering::Relaxed);
        busy
    });
    for (quiet, busy) in cycles(&mut quiet).into_iter().zip(cycles(&mut busy)) {
        assert!(quiet > 1_000_000);
        assert!(quiet.abs_diff(busy) <= GROWTH.max(quiet / 1_000), "{quiet} and {busy} cycles");
    }
    for (quiet, busy) in
        quiet["boots"].as_array().unwrap().iter().zip(busy["boots"].as_array().unwrap())
    {
        let (quiet, busy) = (quiet.as_object().unwrap(), busy.as_object().unwrap());
        for (field, value) in quiet {
            assert!(alike(value, &busy[field]), "{field}: {value} and {}", busy[field]);
        }
    }
    for field in ["shrunk_cycles", "shrunk_us", "grown_bytes", "shrunk_bytes"] {
        assert!(!quiet[field].is_null(), "{field}");
        assert!(
            alike(&quiet[field], &busy[field]),
            "{field}: {} and {}",
            quiet[field],
            busy[field]
        );
    }
    assert!(alike(&quiet, &busy));
}
