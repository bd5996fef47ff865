//! What to run and how: `/boot/manifest.json` of a disk, or the arguments of `bareflow run`.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_profile::Level;
use bareflow_program::Undefined;
use serde::{Deserialize, Serialize};

/// Where the settings of a disk are.
pub(crate) const PATH: &str = "/boot/manifest.json";

/// The settings of a machine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Manifest {
    /// The modules, one after the other. Empty: every file in `/modules`, by name.
    pub modules: Vec<ModuleEntry>,
    /// Environment variables of every program, `NAME=value` each.
    pub env: Vec<String>,
    /// What is done about functions that nothing defines.
    #[serde(with = "undefined")]
    pub undefined: Undefined,
    /// Calls of each entry in one boot.
    pub calls: u64,
    /// The only level to run at; `None` lets functions rise.
    pub level: Option<Level>,
    /// When functions rise; `None`: as [`Manifest::thresholds`] says.
    pub thresholds: Option<Thresholds>,
    /// Compilers other than the built-in one by the level they serve: `["O3", "llvm"]`. Where the
    /// machine has none of that name, or it cannot compile a function, the built-in one does.
    pub compilers: Vec<(Level, String)>,
    /// Processor features that code is not to use though the machine has them, so that it runs on
    /// lesser ones: `avx2`, `avx512f` ...
    pub without: Vec<String>,
    /// Weigh expected gain against measured compile time instead of counting to thresholds.
    pub adaptive: bool,
    /// What tournaments may cost, in thousandths of the program's time; 0: none are held.
    pub tournament_share: u32,
    /// Count and measure at the top level, too.
    pub watch: bool,
    /// Print what was counted, function by function, at the end.
    pub profile: bool,
    /// Sizes of the memory for code.
    pub pools: Pools,
    /// Not 0: change functions from level to level for its own sake, in an order that this number
    /// determines. For tests; nothing is saved.
    pub stress: u64,
    /// Functions that are known to do the same: the tournament of the first is held against the
    /// second alone, and no other is held. For measuring tournaments; nothing is saved.
    pub alternatives: Vec<(String, String)>,
    /// Snapshots kept on the disk.
    pub keep: u32,
    /// Whether to save a snapshot at all.
    pub save: bool,
    /// Seconds after which what was learned is saved though the program has not ended; 0: never.
    pub save_seconds: u32,
    /// Print every decision.
    pub verbose: bool,
    /// Milliseconds between records of how it goes, at least; 0: none.
    pub progress_ms: u32,
    /// Record what processors are busy with.
    pub lanes: bool,
}

/// One program.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModuleEntry {
    /// What reports call it.
    pub name: String,
    /// Files linked together into it, under `/modules`.
    pub files: Vec<String>,
    /// Entry function; `None`: what the LLBC header says, else `main`.
    pub entry: Option<String>,
    /// Argument of `uint64_t entry(uint64_t)`; `None`: the entry is `main(int, char **)`.
    pub arg: Option<u64>,
    /// Arguments of `main`, behind the program's name.
    pub args: Vec<String>,
}

/// Sizes of the pools that compiled code and program data lie in. `None`: what the machine has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pools {
    /// Bytes for code, its stubs included.
    pub code: Option<u64>,
    /// Bytes for the GOT and variables.
    pub data: Option<u64>,
    /// Bytes for names.
    pub metadata: Option<u64>,
    /// Functions and host calls.
    pub slots: Option<u64>,
    /// Functions measured at a time.
    pub probes: Option<u64>,
}

impl Pools {
    /// As the linker wants them.
    pub(crate) fn settings(self) -> bareflow_link::Settings {
        let usual = bareflow_link::Settings::default();
        let bytes = |size: Option<u64>, usual: usize| {
            size.map_or(usual, |size| usize::try_from(size).unwrap_or(usize::MAX))
        };
        // More would not fit between two branches of 2 GiB.
        let number =
            |count: Option<u64>, usual: u32| count.map_or(usual, |count| count.min(1 << 20) as u32);
        bareflow_link::Settings {
            slots: number(self.slots, usual.slots),
            probes: number(self.probes, usual.probes),
            code: bytes(self.code, usual.code),
            data: bytes(self.data, usual.data),
            metadata: bytes(self.metadata, usual.metadata),
        }
    }
}

impl Manifest {
    /// When functions rise: what was asked for, or what is usual. Where compilers run `beside` the program,
    /// code that is called little costs it nothing either.
    pub(crate) fn thresholds(&self, beside: bool) -> Thresholds {
        let usual = if beside { Thresholds::BESIDE } else { Thresholds::default() };
        self.thresholds.unwrap_or(usual)
    }
}

/// Calls (or back edges, weighed) after which a function rises to O1, O2, O3.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Thresholds(pub u64, pub u64, pub u64);

impl Thresholds {
    /// Where compilers run beside the program, there is O0, whose code comes at once, and O3: what lies
    /// between would be made by the same processor, and O3 later by as much.
    const BESIDE: Self = Self(100, 100, 100);
}

impl Default for Thresholds {
    fn default() -> Self {
        Self(100, 1_000, 10_000)
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            modules: Vec::new(),
            env: Vec::new(),
            undefined: Undefined::Refuse,
            calls: 1,
            level: None,
            thresholds: None,
            compilers: Vec::new(),
            without: Vec::new(),
            adaptive: false,
            tournament_share: 20,
            watch: true,
            profile: false,
            pools: Pools::default(),
            stress: 0,
            alternatives: Vec::new(),
            keep: 8,
            save: true,
            save_seconds: 10,
            verbose: false,
            progress_ms: 0,
            lanes: false,
        }
    }
}

/// `"refuse"` or `"trap"`.
mod undefined {
    use alloc::format;
    use alloc::string::String;

    use bareflow_program::Undefined;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(what: &Undefined, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match what {
            Undefined::Refuse => "refuse",
            Undefined::Trap => "trap",
        })
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Undefined, D::Error> {
        match String::deserialize(from)?.as_str() {
            "refuse" => Ok(Undefined::Refuse),
            "trap" => Ok(Undefined::Trap),
            other => Err(D::Error::custom(format!("undefined: refuse or trap, not {other}"))),
        }
    }
}
