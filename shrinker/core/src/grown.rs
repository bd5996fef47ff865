//! What a snapshot says, checked: its programs, and what is known of their functions.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashMap;

use bareflow_ir::{FuncId, Symbol};
use bareflow_object::Compiler;
use bareflow_profile::{FunctionProfile, Level};
use bareflow_program::{LoadError, Program, RecordedError, Start, recorded};
use sha2::{Digest, Sha256};
use snapshot_fmt as snap;

use crate::Policy;
use crate::failure::{Failure, Kind};

/// A snapshot and the programs in it.
#[derive(Debug)]
pub struct Grown {
    /// As it was decoded.
    pub snapshot: snap::Snapshot,
    /// One a module, in the order they run in.
    pub programs: Vec<Program>,
    /// Profiles by function id, one list a module.
    pub profiles: Vec<Vec<FunctionProfile>>,
    /// Calls of each entry in one boot.
    pub calls: u64,
    /// Arguments of `main`, one list a module; none where there are no lists.
    pub args: Vec<Vec<String>>,
    /// Environment variables, `NAME=value` each.
    pub env: Vec<String>,
    /// Whether functions ran at levels of their own choice, so that what was not counted never
    /// ran.
    pub counted: bool,
    records: HashMap<(u32, FuncId), usize>,
}

impl Grown {
    /// Decodes a snapshot, links its bitcode anew and checks that its code was made from it.
    /// `compiler` must be the one that the engine has on board.
    ///
    /// # Errors
    /// A snapshot that is damaged, not whole, of another engine or without an entry, and a
    /// program that cannot be linked.
    pub fn open(bytes: &[u8], compiler: &dyn Compiler) -> Result<Self, Failure> {
        let unusable = |message: String| Failure::new(Kind::Snapshot, message);
        let snapshot = snap::decode(bytes).map_err(|error| unusable(error.to_string()))?;
        let own = bareflow_records::engine(&compiler.version());
        if snapshot.engine.engine != own {
            return Err(unusable(format!(
                "stale: its code was made by engine `{}`, and this is the shrinker of `{own}`; \
                 boot the image once more with a kernel of this version",
                snapshot.engine.engine
            )));
        }
        if snapshot.modules.is_empty() {
            return Err(unusable("it holds no module, so there is no entry to start at".into()));
        }
        for file in &snapshot.bitcode {
            if Sha256::digest(&file.bytes)[..] != file.hash {
                let message = "the bitcode is not what its hash says".to_owned();
                return Err(unusable(message).at(file.name.clone()));
            }
        }
        let programs =
            snapshot.modules.iter().map(|m| load(&snapshot, m)).collect::<Result<Vec<_>, _>>()?;
        let setting = |name: &str| {
            snapshot.settings.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
        };
        let unreadable = |error| unusable(format!("what its programs were started with: {error}"));
        let variables = setting("env").map_or(Ok(Vec::new()), serde_json::from_str);
        let lists = setting("args").map_or(Ok(Vec::new()), serde_json::from_str);
        let mut grown = Self {
            args: lists.map_err(unreadable)?,
            env: variables.map_err(unreadable)?,
            calls: setting("calls").and_then(|calls| calls.parse().ok()).unwrap_or(1),
            counted: setting("level").is_none_or(|level| level == "auto"),
            profiles: programs
                .iter()
                .map(|p| vec![Default::default(); p.module.funcs.len()])
                .collect(),
            programs,
            records: HashMap::new(),
            snapshot,
        };
        grown.match_functions()?;
        Ok(grown)
    }

    /// Whether an image of this policy can be made of it.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, policy: Policy) -> Result<(), Failure> {
        if policy == Policy::Reachable || self.counted {
            return Ok(());
        }
        let message = "--policy executed needs a snapshot that grew by itself: at a fixed level \
                       nothing is counted, so nobody knows what ran";
        Err(Failure::new(Kind::Usage, message))
    }

    /// Finds the function of each record, and refuses code that was made of another body.
    fn match_functions(&mut self) -> Result<(), Failure> {
        for (at, record) in self.snapshot.functions.iter().enumerate() {
            let program = &self.programs[record.module as usize];
            let place = format!("{}:{}", program.name, record.name);
            let stale = |message: &str| Failure::new(Kind::Snapshot, message).at(place.clone());
            let Some(Symbol::Func(func)) = program.module.symbol(&record.name) else {
                return Err(stale("stale: its bitcode has no such function"));
            };
            if record.object.is_some()
                && bareflow_records::body_hash(&program.module, func) != record.body_hash
            {
                return Err(stale("stale: its code was not made of the bitcode beside it"));
            }
            let mut profile = bareflow_records::profile_from_record(&record.profile);
            profile.fit(program.module.func(func));
            self.profiles[record.module as usize][func.index()] = profile;
            self.records.insert((record.module, func), at);
        }
        Ok(())
    }

    /// What a module's `main` is called with.
    pub fn start(&self, module: usize) -> Start {
        let args = self.args.get(module).map_or(&[][..], Vec::as_slice);
        Start::new(&self.programs[module].name, args, &self.env)
    }

    /// What has a grown machine start its programs as they were started when this was saved, as
    /// kernels read it (`bareflow_session::Orders`). Programs with arguments of their own each can
    /// only be told so by the manifest, and are left with it.
    pub fn orders(&self) -> String {
        let of_main = |module: &usize| self.programs[*module].arg.is_none();
        let mut mains = (0..self.programs.len()).filter(of_main);
        let args = |module: usize| self.args.get(module).map_or(&[][..], Vec::as_slice);
        let first = mains.next().map(args);
        let same = first.filter(|first| mains.all(|module| args(module) == *first));
        serde_json::json!({ "args": same, "env": self.env }).to_string()
    }

    /// What is known of a function.
    pub fn record(&self, module: u32, func: FuncId) -> Option<&snap::FunctionRecord> {
        self.records.get(&(module, func)).map(|at| &self.snapshot.functions[*at])
    }

    /// What was counted for a function.
    pub fn profile(&self, module: u32, func: FuncId) -> &FunctionProfile {
        &self.profiles[module as usize][func.index()]
    }

    /// The level a function had reached.
    pub fn level(&self, module: u32, func: FuncId) -> Level {
        self.record(module, func)
            .map_or(Level::Interp, |record| bareflow_records::level_from_record(record.level))
    }
}

fn load(snapshot: &snap::Snapshot, module: &snap::ModuleRecord) -> Result<Program, Failure> {
    recorded(snapshot, module).map_err(|error| {
        let kind = match &error {
            RecordedError::Load(LoadError::Unresolved { .. }) => Kind::Unresolved,
            RecordedError::Load(_) => Kind::Program,
            RecordedError::Stale => Kind::Snapshot,
        };
        let failure = Failure::new(kind, error.to_string());
        if kind == Kind::Snapshot { failure.at(module.name.clone()) } else { failure }
    })
}
