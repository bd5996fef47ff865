//! The processed format of the Firefox Profiler, version 48, as its source documents it
//! (`docs-developer/CHANGELOG-formats.md`, `src/types/profile.js` of firefox-devtools/profiler).

use std::collections::HashMap;

use serde_json::{Value, json};
use snapshot_fmt::Snapshot;

use super::tree::{Frame, Stack};

/// Categories by level; the last is that of whole modules.
const CATEGORIES: [(&str, &str); 6] = [
    ("Interpreter", "grey"),
    ("O0", "yellow"),
    ("O1", "green"),
    ("O2", "purple"),
    ("O3", "blue"),
    ("Module", "transparent"),
];

/// Cycles, or other events, that one sample stands for.
const SAMPLE: u64 = 1000;

/// Tables of one thread, each a list of columns.
#[derive(Default)]
struct Tables {
    strings: Vec<String>,
    string_of: HashMap<String, usize>,
    /// Function by name.
    func_of: HashMap<usize, usize>,
    func_names: Vec<usize>,
    frame_of: HashMap<(usize, u8), usize>,
    frames: Vec<(usize, u8)>,
    stack_of: HashMap<(Option<usize>, usize), usize>,
    stacks: Vec<(Option<usize>, usize)>,
}

impl Tables {
    fn string(&mut self, text: &str) -> usize {
        if let Some(known) = self.string_of.get(text) {
            return *known;
        }
        self.strings.push(text.to_owned());
        self.string_of.insert(text.to_owned(), self.strings.len() - 1);
        self.strings.len() - 1
    }

    fn frame(&mut self, frame: &Frame) -> usize {
        let name = self.string(&frame.name);
        let next = self.func_names.len();
        let func = *self.func_of.entry(name).or_insert(next);
        if func == next {
            self.func_names.push(name);
        }
        let next = self.frames.len();
        let key = (func, frame.level);
        let index = *self.frame_of.entry(key).or_insert(next);
        if index == next {
            self.frames.push(key);
        }
        index
    }

    /// Index of a stack; its beginnings get indices, too.
    fn stack(&mut self, frames: &[Frame]) -> Option<usize> {
        let mut prefix = None;
        for frame in frames {
            let key = (prefix, self.frame(frame));
            let next = self.stacks.len();
            let index = *self.stack_of.entry(key).or_insert(next);
            if index == next {
                self.stacks.push(key);
            }
            prefix = Some(index);
        }
        prefix
    }
}

/// The profile as one JSON document.
pub(super) fn profile(snapshot: &Snapshot, stacks: &[Stack]) -> Value {
    let mut tables = Tables::default();
    let mut at = 0.0;
    let (mut ids, mut times, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for stack in stacks {
        ids.push(tables.stack(&stack.frames));
        times.push(at);
        let weight = stack.own.div_ceil(SAMPLE);
        weights.push(weight);
        // A thousand cycles are drawn as a microsecond.
        at += weight as f64 / 1000.0;
    }
    let categories: Vec<Value> = CATEGORIES
        .iter()
        .map(|(name, color)| json!({ "name": name, "color": color, "subcategories": ["Other"] }))
        .collect();
    json!({
        "meta": {
            "interval": 0.001, "startTime": 0, "processType": 0, "stackwalk": 0,
            "product": "BareFlow", "debug": false, "version": 27,
            "preprocessedProfileVersion": 48, "presymbolicated": true, "symbolicated": true,
            "categories": categories, "markerSchema": [], "CPUName": snapshot.engine.cpu,
            "importedFrom": format!("snapshot of boot {}", snapshot.boot_count),
            "sampleUnits": { "time": "ms", "eventDelay": "ms", "threadCPUDelta": "variable CPU cycles" },
        },
        "libs": [], "pages": [], "counters": [], "profilerOverhead": [],
        "threads": [thread(&tables, ids, times, weights)],
    })
}

fn thread(tables: &Tables, ids: Vec<Option<usize>>, times: Vec<f64>, weights: Vec<u64>) -> Value {
    let empty = |count: usize| vec![Value::Null; count];
    let category = |frame: usize| usize::from(tables.frames[frame].1).min(CATEGORIES.len() - 1);
    let (frames, funcs) = (tables.frames.len(), tables.func_names.len());
    json!({
        "name": "programs", "isMainThread": true, "processType": "default",
        "processName": "BareFlow", "pid": "1", "tid": 1, "processStartupTime": 0,
        "processShutdownTime": null, "registerTime": 0, "unregisterTime": null,
        "pausedRanges": [], "showMarkersInTimeline": false,
        "samples": {
            "length": ids.len(), "stack": ids, "time": times, "weight": weights,
            "weightType": "samples",
        },
        "markers": {
            "length": 0, "data": [], "name": [], "startTime": [], "endTime": [], "phase": [],
            "category": [],
        },
        "stackTable": {
            "length": tables.stacks.len(),
            "frame": tables.stacks.iter().map(|stack| stack.1).collect::<Vec<_>>(),
            "prefix": tables.stacks.iter().map(|stack| stack.0).collect::<Vec<_>>(),
            "category": tables.stacks.iter().map(|stack| category(stack.1)).collect::<Vec<_>>(),
            "subcategory": vec![0; tables.stacks.len()],
        },
        "frameTable": {
            "length": frames, "address": vec![-1; frames], "inlineDepth": vec![0; frames],
            "category": (0..frames).map(category).collect::<Vec<_>>(),
            "subcategory": vec![0; frames],
            "func": tables.frames.iter().map(|frame| frame.0).collect::<Vec<_>>(),
            "nativeSymbol": empty(frames), "innerWindowID": vec![0; frames],
            "implementation": empty(frames), "line": empty(frames), "column": empty(frames),
        },
        "funcTable": {
            "length": funcs, "isJS": vec![false; funcs], "relevantForJS": vec![false; funcs],
            "name": tables.func_names, "resource": vec![-1; funcs], "fileName": empty(funcs),
            "lineNumber": empty(funcs), "columnNumber": empty(funcs),
        },
        "resourceTable": { "length": 0, "lib": [], "name": [], "host": [], "type": [] },
        "nativeSymbols": {
            "length": 0, "libIndex": [], "address": [], "name": [], "functionSize": [],
        },
        "stringArray": tables.strings,
    })
}
