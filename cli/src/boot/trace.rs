//! One boot in the Trace Event Format, which Perfetto and chrome://tracing open.

use bareflow_report::Record;
use serde_json::{Value, json};

use crate::boot::Booted;

/// Threads of the trace.
const MACHINE: u32 = 1;
const PROGRAMS: u32 = 2;
const SAID: u32 = 3;
/// The first processor's; the others follow.
const PROCESSORS: u32 = 10;

/// What the machine did by its own clock, when each program ended and what was logged as this
/// process heard it. Both end with the report, which joins the two clocks. What each processor compiled,
/// and which threads it ran, stands in a lane of its own.
pub(super) fn trace(booted: &Booted) -> Value {
    let mut events = vec![name("process_name", MACHINE, "BareFlow")];
    for (thread, what) in [(MACHINE, "machine"), (PROGRAMS, "programs"), (SAID, "log")] {
        events.push(name("thread_name", thread, what));
    }
    let line = &booted.line;
    let reported = booted.heard.iter().rev().find_map(|(at, record)| match record {
        Record::Report(_) => Some(at.as_micros() as f64),
        _ => None,
    });
    let (mut begun, mut engine) = (0.0, 0.0);
    let mut processors = Vec::new();
    if let (Some(reported), Some(times)) = (reported, line.guest_us) {
        let start = (reported - (times.to_kernel + times.total) as f64).max(0.0);
        let rest = times.total.saturating_sub(times.to_program + times.program);
        let parts = [
            ("loader", times.to_kernel),
            ("start and restore", times.to_program),
            ("program", times.program),
            ("save and report", rest),
        ];
        let mut at = start;
        for (what, us) in parts {
            let args = match what {
                "program" => json!({
                    "cycles": line.program_cycles, "compiles": line.compiles,
                    "compile_ns": line.compile_ns, "osr_entries": line.osr_entries,
                }),
                "start and restore" => json!({ "restored": line.restored }),
                _ => json!({ "snapshot": line.snapshot }),
            };
            events.push(span(MACHINE, what, at, us as f64, args));
            at += us as f64;
        }
        engine = start + times.to_kernel as f64;
        begun = start + (times.to_kernel + times.to_program) as f64;
        let levels = line.levels.unwrap_or_default();
        events.push(json!({
            "ph": "C", "name": "functions by level", "pid": 1, "tid": MACHINE, "ts": reported,
            "args": levels,
        }));
    }
    for (at, record) in &booted.heard {
        let at = at.as_micros() as f64;
        match record {
            Record::Result { module, exit, result } => {
                let args = json!({ "exit": exit, "result": result.map(|r| r.to_string()) });
                events.push(span(PROGRAMS, module, begun, (at - begun).max(0.0), args));
                begun = begun.max(at);
            }
            Record::Log { text } => events.push(instant(text, at)),
            Record::Return { name, .. } => {
                events.push(instant(&format!("goes back to the grown image: {name}"), at));
            }
            Record::Fault(fault) => events.push(instant(&fault.text, at)),
            Record::Progress(progress) => events.push(json!({
                "ph": "C", "name": "functions by level", "pid": 1, "tid": MACHINE, "ts": at,
                "args": progress.levels,
            })),
            Record::Busy(busy) => {
                let args = json!({ "processor": busy.core });
                let at = engine + busy.at_us as f64;
                let mut event = span(PROCESSORS + busy.core, &busy.what, at, busy.us as f64, args);
                event["cat"] = json!(busy.kind);
                events.push(event);
                if !processors.contains(&busy.core) {
                    processors.push(busy.core);
                }
            }
            Record::Report(_) | Record::Profile { .. } => {}
        }
    }
    for core in processors {
        events.push(name("thread_name", PROCESSORS + core, &format!("processor {core}")));
    }
    json!({ "displayTimeUnit": "ms", "traceEvents": events })
}

fn name(kind: &str, thread: u32, name: &str) -> Value {
    json!({ "ph": "M", "name": kind, "pid": 1, "tid": thread, "args": { "name": name } })
}

fn span(thread: u32, name: &str, at: f64, us: f64, args: Value) -> Value {
    json!({
        "ph": "X", "name": name, "cat": "boot", "pid": 1, "tid": thread, "ts": at, "dur": us,
        "args": args,
    })
}

fn instant(text: &str, at: f64) -> Value {
    json!({ "ph": "i", "name": text, "cat": "log", "pid": 1, "tid": SAID, "ts": at, "s": "t" })
}
