//! The demo's figures are the same on every run, however busy the host is.

use std::sync::atomic::{AtomicBool, Ordering};

use bareflow_tests::tool::{lines, text};
use serde_json::Value;

/// A short demo in emulated machines, without what is about this host: real time and paths.
fn demo() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--small", "--boots", "3", "--out", text(folder.path())];
    let mut story = lines("bareflow", &arguments).remove(0);
    for path in ["grown", "image", "page", "explore"] {
        story[path].take();
    }
    story["report"]["input"].take();
    for boot in story["boots"].as_array_mut().unwrap() {
        assert!(boot["wall_us"].take().as_u64().unwrap() > 0);
    }
    story["shrunk"]["wall_us"].take();
    story
}

#[test]
fn a_busy_host_changes_nothing_but_real_time() {
    let quiet = demo();
    if quiet["counted"] != true {
        eprintln!("not tested: machines are not emulated here");
        return;
    }
    let done = AtomicBool::new(false);
    let busy = std::thread::scope(|scope| {
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
    for field in ["boots", "shrunk_cycles", "shrunk_us", "grown_bytes", "shrunk_bytes"] {
        assert!(!quiet[field].is_null(), "{field}");
        assert_eq!(quiet[field], busy[field], "{field}");
    }
    assert_eq!(quiet, busy);
}
