//! A fleet of 200 machines of three models with 20 workloads, by seeds.
//!
//! A machine goes through its workload round by round; its functions rise by the thresholds of real ones, at the cost
//! and with the gain that the adaptive mode assumes at first (`session::ledger::model`), and it leaves a snapshot after
//! each boot. What is real is all between those snapshots and what a new machine starts from.

use bareflow_fleet::{Entry, Origin, Settled};
use bareflow_program::{Library, Part, Source, load};
use sha2::{Digest, Sha256};
use snapshot_fmt::{
    FunctionProfile, FunctionRecord, ModuleRecord, ObjectRecord, Snapshot, Variant, Verdict,
};

pub const MACHINES: u32 = 200;
/// What the engine of all of them calls itself.
pub const ENGINE: &str = "simulated";
const WORKLOADS: u32 = 20;
const FUNCTIONS: usize = 24;
pub const MODELS: [&str; 3] = ["model one", "model two", "model three"];
/// Thresholds of O0 to O3; thousandths of the interpreter's speed; nanoseconds of compiling an instruction.
const THRESHOLDS: [u64; 5] = [0, 10, 100, 1_000, 10_000];
const SPEED: [u64; 5] = [1_000, 13_000, 19_500, 20_475, 20_680];
const COMPILE: [u64; 5] = [0, 1_000, 1_800, 3_000, 4_000];
/// Nanoseconds that restoring a function takes.
const RESTORE: u64 = 14_000;

/// Numbers from a seed (xorshift).
pub struct Seeded(u64);

impl Seeded {
    pub fn new(kind: u64, number: u32) -> Self {
        Self((kind << 32 | u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % most
    }
}

/// What a program does in a round: of each function how often it is called, how long a call takes the interpreter,
/// and how large it is.
pub struct Workload {
    number: u32,
    pub functions: Vec<(u64, u64, u64)>,
}

impl Workload {
    pub fn new(number: u32) -> Self {
        let mut seeded = Seeded::new(1, number);
        let function = |_| {
            // A few are called very often.
            let calls = 1 << seeded.below(12);
            (calls, 500 + seeded.below(20_000), 30 + seeded.below(400))
        };
        Self { number, functions: (0..FUNCTIONS).map(function).collect() }
    }

    /// Its program, as a disk that never booted has it.
    fn base(&self) -> Snapshot {
        let bytes = include_bytes!("workload.bc");
        let name = format!("workload {}", self.number);
        let part = Part { file: "workload.bc".into(), bytes: bytes.to_vec() };
        let (entry, arg) = (Some("entry".into()), Some(1));
        let source =
            Source { name: name.clone(), parts: vec![part], entry, arg, ..Source::default() };
        let hash = load(&source, &Library::default()).unwrap().hash;
        let mut base = Snapshot::default();
        base.engine.engine = ENGINE.into();
        let parts = vec![base.add_bitcode("workload.bc", Sha256::digest(bytes).into(), bytes)];
        base.modules.push(ModuleRecord { name, hash, entry: "entry".into(), arg, parts });
        base
    }

    /// Nanoseconds of a round at these levels.
    fn round(&self, levels: &[usize; FUNCTIONS]) -> u64 {
        let times = self.functions.iter().zip(levels);
        times.map(|((calls, cost, _), level)| calls * cost * 1_000 / SPEED[*level]).sum()
    }
}

/// Where a machine stands.
pub struct Machine<'a> {
    workload: &'a Workload,
    counts: [u64; FUNCTIONS],
    levels: [usize; FUNCTIONS],
    /// Nanoseconds that it has run.
    time: u64,
}

fn name(function: usize) -> String {
    format!("work{}", function + 1)
}

impl<'a> Machine<'a> {
    pub fn new(workload: &'a Workload) -> Self {
        Self { workload, counts: [0; FUNCTIONS], levels: [0; FUNCTIONS], time: 0 }
    }

    /// One that starts from what a fleet knows.
    pub fn pulled(workload: &'a Workload, settled: &Settled) -> Self {
        let mut machine = Self::new(workload);
        for function in 0..FUNCTIONS {
            let Some(record) = settled.snapshot.function(0, &name(function)) else { continue };
            machine.counts[function] = record.profile.calls;
            if record.object.is_some() {
                machine.levels[function] = record.level.into();
                machine.time += RESTORE;
            }
        }
        // What is hot and has no code is compiled before the program starts.
        machine.rise();
        machine
    }

    fn rise(&mut self) {
        for (function, (_, _, size)) in self.workload.functions.iter().enumerate() {
            let deserved = THRESHOLDS.iter().rposition(|from| self.counts[function] >= *from);
            while self.levels[function] < deserved.unwrap_or(0) {
                self.levels[function] += 1;
                self.time += COMPILE[self.levels[function]] * size;
            }
        }
    }

    fn round(&mut self) {
        self.time += self.workload.round(&self.levels);
        for (count, (calls, ..)) in self.counts.iter_mut().zip(&self.workload.functions) {
            *count += calls;
        }
        self.rise();
    }

    /// Nanoseconds until its rounds take no more than 1/0.95 of the best.
    pub fn time_to_peak(mut self) -> u64 {
        let peak = self.workload.round(&[4; FUNCTIONS]);
        while self.workload.round(&self.levels) * 95 > peak * 100 {
            self.round();
        }
        self.time
    }

    /// What it leaves after a boot.
    fn leaves(&self, base: &Snapshot, machine: u32, boot: u32) -> Entry {
        let mut seeded = Seeded::new(3, machine);
        let model = machine as usize % MODELS.len();
        let function = |at: usize| {
            let level = self.levels[at];
            // Which variant is fastest depends on function and model; one machine in ten errs.
            let winner = (at + model).is_multiple_of(3) != (seeded.below(10) == 0);
            let variant = |name: &str, median_cycles| Variant { name: name.into(), median_cycles };
            let variants = vec![variant("", 100), variant("unroll=4", 98)];
            FunctionRecord {
                name: name(at),
                level: level as u8,
                object: (level > 0).then(|| ObjectRecord {
                    text: vec![0xc3; 40 * level],
                    text_align: 16,
                    consts_align: 1,
                    ..ObjectRecord::default()
                }),
                verdict: (level == 4).then(|| Verdict { variants, winner: winner.into() }),
                profile: FunctionProfile { calls: self.counts[at], ..Default::default() },
                ..FunctionRecord::default()
            }
        };
        let functions = (0..FUNCTIONS).filter(|at| self.counts[*at] > 0).map(function).collect();
        let mut snapshot = Snapshot { boot_count: boot, generation: 1, functions, ..base.clone() };
        snapshot.engine.cpu = MODELS[model].into();
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&(u64::from(machine) << 32 | u64::from(boot)).to_be_bytes());
        Entry { origin: Origin { machine: format!("machine {machine:04}"), boot }, hash, snapshot }
    }
}

/// What machine `number` of a fleet leaves, boot by boot.
pub fn life(bases: &[(Workload, Snapshot)], number: u32, boots: u32) -> Vec<Entry> {
    let mut seeded = Seeded::new(2, number);
    let (workload, base) = &bases[number as usize % bases.len()];
    let mut machine = Machine::new(workload);
    let mut left = Vec::new();
    for boot in 1..=boots {
        let until = machine.time + 20_000_000 + seeded.below(2_000_000_000);
        while machine.time < until {
            machine.round();
        }
        left.push(machine.leaves(base, number, boot));
    }
    left
}

pub fn bases() -> Vec<(Workload, Snapshot)> {
    let workloads = (0..WORKLOADS).map(Workload::new);
    workloads.map(|workload| (workload.base(), workload)).map(|(base, w)| (w, base)).collect()
}

/// Machines that say what is not so: counts without end for what is cold, a verdict of wonders; and one that is of
/// another version of the program.
pub fn liars(bases: &[(Workload, Snapshot)]) -> Vec<Entry> {
    let mut all = Vec::new();
    for (number, (workload, base)) in (9_000..).zip(bases) {
        let mut liar = Machine::new(workload).leaves(base, number, 1);
        let coldest = workload.functions.iter().map(|f| f.0).min().unwrap();
        for (at, (calls, ..)) in workload.functions.iter().enumerate() {
            let wonder = ["", "wonder"].map(|name| Variant { name: name.into(), median_cycles: 1 });
            liar.snapshot.functions.push(FunctionRecord {
                name: name(at),
                profile: FunctionProfile {
                    calls: if *calls == coldest { u64::MAX } else { 1 },
                    ..Default::default()
                },
                verdict: Some(Verdict { variants: wonder.to_vec(), winner: 1 }),
                ..FunctionRecord::default()
            });
        }
        liar.snapshot.generation = u64::MAX;
        let mut stale = life(bases, number - 9_000, 1).remove(0);
        stale.origin.machine = format!("stale {number}");
        stale.snapshot.modules[0].hash = [7; 32];
        stale.snapshot.functions.iter_mut().for_each(|function| function.level = 4);
        all.extend([liar, stale]);
    }
    all
}
