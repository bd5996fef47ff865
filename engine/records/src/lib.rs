//! Between the engine's types and the records of a snapshot.
//!
//! The two have the same fields; they are two so that a snapshot can be read without the
//! engine and the engine can change without the file format.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{FuncId, Module};
use bareflow_object::{Object, Reloc, RelocKind, Section, Target};
use bareflow_profile::{
    Cycles, Events, FunctionProfile, IndirectSite, Level, ParamValues, code_count, count_code,
};
use sha2::{Digest, Sha256};
use snapshot_fmt as snap;

/// What an engine with these compilers calls itself in snapshots: its version, a hash of its sources
/// (`build.rs`), and the compilers' own words. Code of an engine that calls itself otherwise is not
/// used.
#[must_use]
pub fn engine(compilers: &str) -> String {
    let (version, sources) = (env!("CARGO_PKG_VERSION"), env!("BAREFLOW_ENGINE"));
    alloc::format!("bareflow {version} {sources} {compilers}")
}

/// SHA-256 of a function's text form, which names what it refers to: equal as long as the function
/// means the same, wherever it stands in its module.
#[must_use]
pub fn body_hash(module: &Module, func: FuncId) -> [u8; 32] {
    struct Hashing(Sha256);
    impl core::fmt::Write for Hashing {
        fn write_str(&mut self, text: &str) -> core::fmt::Result {
            self.0.update(text.as_bytes());
            Ok(())
        }
    }
    let mut hash = Hashing(Sha256::new());
    // Writing into a hash cannot fail.
    let _ = core::fmt::write(&mut hash, format_args!("{}", module.show_func(func)));
    hash.0.finalize().into()
}

/// The number of a level in a snapshot.
pub fn level_to_record(level: Level) -> u8 {
    level as u8
}

/// The level behind a number; decoded snapshots hold no others.
pub fn level_from_record(level: u8) -> Level {
    Level::ALL.get(usize::from(level)).copied().unwrap_or_default()
}

/// An object as a record.
pub fn object_to_record(object: &Object) -> snap::ObjectRecord {
    snap::ObjectRecord {
        symbol: object.symbol.clone(),
        text: object.text.clone(),
        text_align: object.text_align,
        consts: object.consts.clone(),
        consts_align: object.consts_align,
        relocs: object.relocs.iter().map(reloc_to_record).collect(),
        blocks: object.blocks.clone(),
    }
}

/// A record as an object.
pub fn object_from_record(record: &snap::ObjectRecord) -> Object {
    Object {
        symbol: record.symbol.clone(),
        text: record.text.clone(),
        text_align: record.text_align,
        consts: record.consts.clone(),
        consts_align: record.consts_align,
        relocs: record.relocs.iter().map(reloc_from_record).collect(),
        blocks: record.blocks.clone(),
    }
}

fn reloc_to_record(reloc: &Reloc) -> snap::RelocRecord {
    snap::RelocRecord {
        section: match reloc.section {
            Section::Text => snap::Section::Text,
            Section::Consts => snap::Section::Consts,
        },
        offset: reloc.offset,
        kind: match reloc.kind {
            RelocKind::Call32 => snap::RelocKind::Call32,
            RelocKind::Pc32 => snap::RelocKind::Pc32,
            RelocKind::GotPc32 => snap::RelocKind::GotPc32,
            RelocKind::Abs64 => snap::RelocKind::Abs64,
        },
        target: match &reloc.target {
            Target::Symbol(name) => snap::Target::Symbol(name.clone()),
            Target::Consts => snap::Target::Consts,
            Target::Text => snap::Target::Text,
        },
        addend: reloc.addend,
    }
}

fn reloc_from_record(record: &snap::RelocRecord) -> Reloc {
    Reloc {
        section: match record.section {
            snap::Section::Text => Section::Text,
            snap::Section::Consts => Section::Consts,
        },
        offset: record.offset,
        kind: match record.kind {
            snap::RelocKind::Call32 => RelocKind::Call32,
            snap::RelocKind::Pc32 => RelocKind::Pc32,
            snap::RelocKind::GotPc32 => RelocKind::GotPc32,
            snap::RelocKind::Abs64 => RelocKind::Abs64,
        },
        target: match &record.target {
            snap::Target::Symbol(name) => Target::Symbol(name.clone()),
            snap::Target::Consts => Target::Consts,
            snap::Target::Text => Target::Text,
        },
        addend: record.addend,
    }
}

/// A profile as a record.
pub fn profile_to_record(profile: &FunctionProfile) -> snap::FunctionProfile {
    let Cycles { samples, total, min, max } = profile.cycles;
    let site = |site: &IndirectSite| snap::IndirectSite {
        instr: site.instr,
        targets: site.targets.clone(),
        other: site.other,
    };
    let param = |param: &ParamValues| snap::ParamValues {
        param: param.param,
        values: param.values.clone(),
        other: param.other,
    };
    let events = |events: &Events| snap::Events {
        cpu: events.cpu.clone(),
        counted: events.counted,
        samples: events.samples,
        counts: events.counts,
    };
    snap::FunctionProfile {
        calls: profile.calls,
        back_edges: profile.back_edges,
        cycles: snap::Cycles { samples, total, min, max },
        shape: profile.shape,
        blocks: profile.blocks.clone(),
        edges: profile.edges.clone(),
        sites: profile.sites.iter().map(site).collect(),
        params: profile.params.iter().map(param).collect(),
        events: profile.events.iter().map(events).collect(),
    }
}

/// A record as a profile.
pub fn profile_from_record(record: &snap::FunctionProfile) -> FunctionProfile {
    let snap::Cycles { samples, total, min, max } = record.cycles;
    let site = |site: &snap::IndirectSite| IndirectSite {
        instr: site.instr,
        targets: site.targets.clone(),
        other: site.other,
    };
    let param = |param: &snap::ParamValues| ParamValues {
        param: param.param,
        values: param.values.clone(),
        other: param.other,
    };
    let events = |events: &snap::Events| Events {
        cpu: events.cpu.clone(),
        counted: events.counted,
        samples: events.samples,
        counts: events.counts,
    };
    FunctionProfile {
        calls: record.calls,
        back_edges: record.back_edges,
        cycles: Cycles { samples, total, min, max },
        shape: record.shape,
        blocks: record.blocks.clone(),
        edges: record.edges.clone(),
        sites: record.sites.iter().map(site).collect::<Vec<_>>(),
        params: record.params.iter().map(param).collect(),
        events: record.events.iter().map(events).collect(),
    }
}

/// What compilers were told of a function, as a record. Counts are rounded on the way, as
/// [`FunctionProfile::evidence`] has done.
pub fn evidence_to_record(evidence: &FunctionProfile) -> snap::Evidence {
    let codes = |counts: &[u64]| counts.iter().map(|count| count_code(*count)).collect();
    snap::Evidence {
        shape: evidence.shape,
        blocks: codes(&evidence.blocks),
        edges: codes(&evidence.edges),
        sites: profile_to_record(evidence).sites,
    }
}

/// A record as what compilers are told of a function.
pub fn evidence_from_record(record: &snap::Evidence) -> FunctionProfile {
    let counts = |codes: &[u8]| codes.iter().map(|code| code_count(*code)).collect();
    let site = |site: &snap::IndirectSite| IndirectSite {
        instr: site.instr,
        targets: site.targets.clone(),
        other: site.other,
    };
    FunctionProfile {
        shape: record.shape,
        blocks: counts(&record.blocks),
        edges: counts(&record.edges),
        sites: record.sites.iter().map(site).collect(),
        ..FunctionProfile::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn evidence_is_kept_to_the_bit() {
        let profile = FunctionProfile {
            calls: 77,
            shape: 5,
            blocks: vec![77, 12_345, 0, 1],
            edges: vec![1, u64::MAX, 0],
            sites: vec![IndirectSite {
                instr: 3,
                targets: vec![("f".into(), 70), ("g".into(), 5)],
                other: 2,
            }],
            ..FunctionProfile::default()
        };
        let evidence = profile.evidence();
        assert_eq!(evidence_from_record(&evidence_to_record(&evidence)), evidence);
    }
}
