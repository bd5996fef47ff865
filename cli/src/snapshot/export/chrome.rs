//! Stacks as nested spans in the Trace Event Format, which Perfetto and chrome://tracing open.

use serde_json::{Value, json};

use super::tree::Stack;
use crate::snapshot::names::LEVELS;

/// One document. A thousand of what is shared out are drawn as a microsecond; stacks stand in the order of their
/// names, not of time.
pub(super) fn trace(stacks: &[Stack], what: &str) -> Value {
    let mut events = vec![json!({
        "ph": "M", "name": "process_name", "pid": 1, "tid": 1, "args": { "name": "BareFlow" },
    })];
    spans(stacks, 0, 0.0, what, &mut events);
    json!({ "displayTimeUnit": "ms", "traceEvents": events })
}

/// Spans of the frames at `depth`, from `at` on; where they end. Stacks with equal frames up to
/// there stand together.
fn spans(stacks: &[Stack], depth: usize, mut at: f64, what: &str, events: &mut Vec<Value>) -> f64 {
    let mut rest = stacks;
    while let Some(first) = rest.first() {
        let Some(frame) = first.frames.get(depth) else {
            // The caller's own time.
            at += first.own as f64 / 1000.0;
            rest = &rest[1..];
            continue;
        };
        let same = rest.iter().take_while(|stack| stack.frames.get(depth) == Some(frame)).count();
        let place = events.len();
        events.push(Value::Null);
        let end = spans(&rest[..same], depth + 1, at, what, events);
        let sum: u64 = rest[..same].iter().map(|stack| stack.own).sum();
        events[place] = json!({
            "ph": "X", "name": frame.name, "pid": 1, "tid": 1, "ts": at, "dur": end - at,
            "cat": LEVELS.get(usize::from(frame.level)).copied().unwrap_or("module"),
            "args": { what: sum },
        });
        at = end;
        rest = &rest[same..];
    }
    at
}
