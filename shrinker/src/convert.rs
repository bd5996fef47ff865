//! From the records of a snapshot to the engine's types.

use bareflow_compile::{Object, Reloc, RelocKind, Section, Target};
use bareflow_profile::{Cycles, FunctionProfile, IndirectSite, Level, ParamValues};
use snapshot_fmt as snap;

/// The level behind a number; decoded snapshots hold no others.
pub fn level(level: u8) -> Level {
    Level::ALL.get(usize::from(level)).copied().unwrap_or_default()
}

/// The object of a record.
pub fn object(record: &snap::ObjectRecord) -> Object {
    Object {
        symbol: record.symbol.clone(),
        text: record.text.clone(),
        text_align: record.text_align,
        consts: record.consts.clone(),
        consts_align: record.consts_align,
        relocs: record.relocs.iter().map(reloc).collect(),
        blocks: record.blocks.clone(),
    }
}

fn reloc(record: &snap::RelocRecord) -> Reloc {
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

/// The profile of a record.
pub fn profile(record: &snap::FunctionProfile) -> FunctionProfile {
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
    let snap::Cycles { samples, total, min, max } = record.cycles;
    FunctionProfile {
        calls: record.calls,
        back_edges: record.back_edges,
        cycles: Cycles { samples, total, min, max },
        shape: record.shape,
        blocks: record.blocks.clone(),
        edges: record.edges.clone(),
        sites: record.sites.iter().map(site).collect(),
        params: record.params.iter().map(param).collect(),
    }
}
