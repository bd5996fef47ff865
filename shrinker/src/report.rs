//! What is in an image, what is not, and why.

use std::collections::BTreeMap;

use bareflow_ir::FuncId;
use serde::Serialize;

use crate::Policy;
use crate::build::{Origin, Parts, full_name};
use crate::disk::Disk;
use crate::grown::Grown;
use crate::image::Image;
use crate::link::{Kind, UnitId};

/// A shrunk image, in figures. All sizes in bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The snapshot.
    pub input: String,
    /// Its size.
    pub input_bytes: u64,
    /// The flat image's size; `None` when it was not made.
    pub image_bytes: Option<u64>,
    /// The ELF image's size.
    pub elf_bytes: Option<u64>,
    /// Code, that of the machine included, without the first sector.
    pub text_bytes: u64,
    /// Constants.
    pub rodata_bytes: u64,
    /// Variables that are not zero at first.
    pub data_bytes: u64,
    /// Variables that are; not in the file.
    pub bss_bytes: u64,
    /// Of all that is in the file, the machine's part, the first sector included.
    pub machine_bytes: u64,
    /// Whether the flat image's content is packed; then its size is less than that of its parts.
    pub packed: bool,
    /// What identical functions and constants save by sharing their bytes.
    pub folded_bytes: u64,
    /// Functions of the programs that are in the image.
    pub kept: usize,
    /// Functions that are not.
    pub dropped: usize,
    /// What was left out.
    pub policy: &'static str,
    /// Processor features without which the image says so and stops.
    pub features: Vec<&'static str>,
    /// Every function of the programs.
    pub functions: Vec<FunctionLine>,
    /// Constants and variables of the programs, and the pieces of machine, in the image.
    pub pieces: Vec<PieceLine>,
    /// Size of the grown image, where it is known.
    pub grown_image_bytes: Option<u64>,
    /// Bytes of the grown image that are in use: its loader, kernel and files, without the room
    /// that is left on its disk.
    pub grown_used_bytes: Option<u64>,
    /// Grown image against shrunk image, as files.
    pub ratio: Option<f64>,
    /// What the grown image uses against the shrunk image.
    pub used_ratio: Option<f64>,
    /// Whether a program opens files.
    pub opens_files: bool,
    /// Files of the grown disk, but for the machine's own, that the flat image has behind its code.
    pub files: usize,
    /// What they hold together.
    pub file_bytes: u64,
    /// What became of files, for people; empty where there is nothing to say.
    pub files_note: String,
}

/// A function.
#[derive(Clone, Debug, Serialize)]
pub struct FunctionLine {
    /// Its module and name.
    pub name: String,
    /// The level of its code, or the one it had.
    pub level: &'static str,
    /// Bytes in the image; 0 when it is not there or shares another's.
    pub bytes: u64,
    /// Whether it is in the image.
    pub kept: bool,
    /// Why, or why not.
    pub why: String,
    /// Calls counted while it grew.
    pub calls: u64,
}

/// Something else that takes room.
#[derive(Clone, Debug, Serialize)]
pub struct PieceLine {
    /// Its name.
    pub name: String,
    /// `machine`, `constant`, `variable`.
    pub kind: &'static str,
    /// Bytes in the file.
    pub bytes: u64,
}

/// Describes an image.
pub fn describe(grown: &Grown, parts: &Parts, image: &Image, policy: Policy) -> Report {
    let units = &parts.units;
    let own = |id: UnitId| image.kept.has(id) && !image.folds.is_folded(id);
    let mut sums: BTreeMap<Kind, u64> = BTreeMap::new();
    let (mut machine_bytes, mut folded_bytes) = (0, 0);
    let mut pieces = Vec::new();
    for (id, unit) in units.iter() {
        if image.kept.has(id) && image.folds.is_folded(id) {
            folded_bytes += unit.bytes.len() as u64;
        }
        if !own(id) {
            continue;
        }
        *sums.entry(unit.kind).or_default() += unit.size;
        let bytes = unit.bytes.len() as u64;
        let kind = match (unit.module, unit.kind) {
            (None, _) => "machine",
            (_, Kind::Rodata) => "constant",
            (_, Kind::Data | Kind::Bss) => "variable",
            _ => continue,
        };
        if kind == "machine" {
            machine_bytes += bytes;
        }
        if bytes > 0 {
            pieces.push(PieceLine { name: unit.name.clone(), kind, bytes });
        }
    }
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.bytes));
    let sum = |kinds: &[Kind]| kinds.iter().filter_map(|kind| sums.get(kind)).sum();
    let functions = functions(grown, parts, image);
    let kept = functions.iter().filter(|line| line.kept).count();
    Report {
        input: String::new(),
        input_bytes: 0,
        image_bytes: None,
        elf_bytes: None,
        text_bytes: sum(&[Kind::Real, Kind::Unpack, Kind::Pvh, Kind::Start, Kind::Text]),
        rodata_bytes: sum(&[Kind::Rodata]),
        data_bytes: sum(&[Kind::Data]),
        bss_bytes: sum(&[Kind::Bss]),
        machine_bytes,
        packed: image.layout.is_packed(),
        folded_bytes,
        kept,
        dropped: functions.len() - kept,
        policy: match policy {
            Policy::Reachable => "reachable",
            Policy::Executed => "executed",
        },
        features: parts.features.iter().copied().collect(),
        functions,
        pieces,
        grown_image_bytes: None,
        grown_used_bytes: None,
        ratio: None,
        used_ratio: None,
        opens_files: image.kept.has_symbol(units, "bf_open"),
        files: 0,
        file_bytes: 0,
        files_note: String::new(),
    }
}

fn functions(grown: &Grown, parts: &Parts, image: &Image) -> Vec<FunctionLine> {
    let mut lines = Vec::new();
    for (index, program) in grown.programs.iter().enumerate() {
        let module = index as u32;
        for func in program.module.func_ids() {
            if program.module.func(func).is_declaration() {
                continue;
            }
            let name = full_name(grown, module, &program.module.func(func).name);
            lines.push(line(grown, parts, image, module, func, name));
        }
    }
    lines.sort_by(|a, b| b.kept.cmp(&a.kept).then(b.bytes.cmp(&a.bytes)).then(a.name.cmp(&b.name)));
    lines
}

fn line(
    grown: &Grown,
    parts: &Parts,
    image: &Image,
    module: u32,
    func: FuncId,
    name: String,
) -> FunctionLine {
    let units = &parts.units;
    let calls = grown.profile(module, func).calls;
    let place = units.find(&name).and_then(|symbol| units.place(symbol));
    let unit = match place {
        Some(crate::link::Place::In(unit, _)) if image.kept.has(unit) => Some(unit),
        _ => None,
    };
    let (Some(unit), Some(taken)) = (unit, parts.functions.get(&name)) else {
        let why = if grown.programs[module as usize].finish == Some(func) {
            "the program leaves it nothing to do"
        } else if grown.record(module, func).is_some() {
            "nothing in the image calls it any more: inlined, or its callers are gone"
        } else {
            "nothing in the image calls it"
        };
        let level = grown.level(module, func).name();
        return FunctionLine { name, level, bytes: 0, kept: false, why: why.into(), calls };
    };
    let mut why = match image.kept.because[unit.0 as usize] {
        Some(user) if units.unit(user).module.is_some() => {
            let verb = if image.kept.address_taken[unit.0 as usize] { "used" } else { "called" };
            format!("{verb} by {}", units.unit(user).name)
        }
        _ => "an entry".to_owned(),
    };
    match &taken.origin {
        Origin::Snapshot => why.push_str("; code of the snapshot"),
        Origin::Compiled(reason) => {
            why.push_str("; ");
            why.push_str(reason);
        }
        Origin::Trap => why = "never ran while growing: a trap names it".to_owned(),
    }
    let by = image.folds.of_unit(unit);
    let bytes = if by == unit { units.unit(unit).size } else { 0 };
    if by != unit {
        why.push_str("; the same code as ");
        why.push_str(&units.unit(by).name);
    }
    let kept = taken.origin != Origin::Trap;
    FunctionLine { name, level: taken.level.name(), bytes, kept, why, calls }
}

impl Report {
    /// Sets the image beside the disk that it was grown on.
    pub fn compare_with(&mut self, disk: Disk) {
        self.grown_image_bytes = Some(disk.bytes);
        self.grown_used_bytes = Some(disk.used);
        let shrunk = self.image_bytes.or(self.elf_bytes).filter(|bytes| *bytes > 0);
        self.ratio = shrunk.map(|bytes| disk.bytes as f64 / bytes as f64);
        self.used_ratio = shrunk.map(|bytes| disk.used as f64 / bytes as f64);
    }

    /// A summary for a terminal.
    pub fn to_text(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let mut line = |text: std::fmt::Arguments<'_>| {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{text}");
        };
        line(format_args!("{}: {} bytes", self.input, grouped(self.input_bytes)));
        for (what, bytes) in [("image", self.image_bytes), ("ELF image", self.elf_bytes)] {
            if let Some(bytes) = bytes {
                line(format_args!("{what}: {} bytes", grouped(bytes)));
            }
        }
        line(format_args!(
            "code {}, constants {}, variables {} (+ {} zero); of it the machine {}; {} saved by sharing",
            grouped(self.text_bytes),
            grouped(self.rodata_bytes),
            grouped(self.data_bytes),
            grouped(self.bss_bytes),
            grouped(self.machine_bytes),
            grouped(self.folded_bytes),
        ));
        line(format_args!("{} functions kept, {} dropped", self.kept, self.dropped));
        if !self.features.is_empty() {
            line(format_args!("needs a processor with {}", self.features.join(", ")));
        }
        let most = self.functions.iter().filter(|f| f.kept && f.bytes > 0).take(10);
        for function in most {
            line(format_args!(
                "{:>8}  {:<6} {}  ({})",
                grouped(function.bytes),
                function.level,
                function.name,
                function.why
            ));
        }
        let figures = [
            ("grown image", self.grown_image_bytes, self.ratio),
            ("of it in use", self.grown_used_bytes, self.used_ratio),
        ];
        for (what, bytes, ratio) in figures {
            if let (Some(bytes), Some(ratio)) = (bytes, ratio) {
                line(format_args!("{what}: {} bytes, {ratio:.0} times as large", grouped(bytes)));
            }
        }
        if !self.files_note.is_empty() {
            line(format_args!("files: {}", self.files_note));
        }
        out
    }
}

/// A number with a comma between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
