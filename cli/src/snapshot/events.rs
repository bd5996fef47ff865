//! What processors counted of a function, in words and as JSON.

use bareflow_profile::{Event, Events};
use serde_json::{Map, Value, json};
use snapshot_fmt::FunctionRecord;

/// What was counted, by model of processor.
pub(crate) fn of(function: &FunctionRecord) -> Vec<Events> {
    bareflow_records::profile_from_record(&function.profile).events
}

/// Sums over the calls that were measured, by the names of the events.
pub(crate) fn json(events: &[Events]) -> Vec<Value> {
    let one = |events: &Events| {
        let counted = Event::ALL
            .into_iter()
            .filter_map(|event| Some((event.name().to_owned(), json!(events.sum(event)?))));
        let mut fields: Map<String, Value> = counted.collect();
        fields.insert("cpu".to_owned(), json!(events.cpu));
        fields.insert("samples".to_owned(), json!(events.samples));
        Value::Object(fields)
    };
    events.iter().map(one).collect()
}

/// A line a model of processor.
pub(crate) fn words(events: &[Events]) -> Vec<String> {
    let one = |events: &Events| {
        let counted = Event::ALL.into_iter().filter_map(|event| {
            let tenths = events.tenths_a_call(event)?;
            Some(format!("{} {}", event.name().replace('_', " "), tenths_as_text(tenths)))
        });
        let all = counted.collect::<Vec<_>>().join(", ");
        format!("{all} a call, of {} measured on {}", events.samples, events.cpu)
    };
    events.iter().map(one).collect()
}

/// Average of an event a call, over all models of processor that count it; 0 where none was measured.
pub(crate) fn a_call(events: &[Events], event: Event) -> f64 {
    let counted = events.iter().filter_map(|one| Some((one.sum(event)?, one.samples)));
    let (sum, samples) = counted.fold((0.0, 0.0), |(sum, samples), (count, calls)| {
        (sum + count as f64, samples + calls as f64)
    });
    if samples > 0.0 { sum / samples } else { 0.0 }
}

/// 123 as 12.3.
pub(crate) fn tenths_as_text(tenths: u64) -> String {
    match tenths {
        1_000.. => super::names::grouped(tenths / 10),
        _ => format!("{}.{}", tenths / 10, tenths % 10),
    }
}
