//! The options that say how a program is run: shared by `run`, `image` and `bench`.

use bareflow_profile::Level;
use bareflow_session::{COMPILERS, Manifest, Pools, Thresholds, Undefined};

/// How a program is run.
#[derive(clap::Args, Clone, Debug)]
pub struct ProgramOptions {
    /// Entry function; default: what the LLBC header says, else `main`.
    #[arg(long, value_name = "NAME")]
    pub entry: Option<String>,
    /// Call `uint64_t entry(uint64_t)` with this argument instead of `main(int, char**)`.
    #[arg(long, value_name = "N")]
    pub arg: Option<u64>,
    /// Functions that nothing defines: `refuse`, the program does not start; `trap`, it ends with their name when
    /// one is called
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = undefined)]
    pub undefined: UndefinedChoice,
    /// Calls of the entry per boot or run.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub calls: u64,
    /// The only level to run at: interp, O0, O1, O2, O3; auto lets functions rise.
    #[arg(long, default_value = "auto", value_parser = level)]
    pub level: LevelChoice,
    /// Calls after which a function rises to O1, O2, O3; or `adaptive`: it rises when that is
    /// expected to save more time than compiling takes. Usual are 100,1000,10000, and 100,100,100 where
    /// another processor compiles
    #[arg(long, value_name = "A,B,C", value_parser = thresholds)]
    pub thresholds: Option<ThresholdChoice>,
    /// Which compiler serves which level: O3=llvm, O3=cranelift. Where none is named for O3, the built-in
    /// one does, and LLVM where it is here and a function has run so long that it is worth it
    #[arg(long, value_name = "LEVEL=NAME", value_parser = compiler, value_delimiter = ',')]
    pub compilers: Vec<(Level, String)>,
    /// Percent of the program's time that tournaments between variants may cost; 0: none
    #[arg(long, value_name = "PERCENT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=50))]
    pub tournaments: u32,
    /// Print what was counted for each function: calls, loops, cycles, blocks, indirect calls
    #[arg(long)]
    pub profile: bool,
    /// Count and measure nothing at the top level
    #[arg(long, hide = true)]
    pub no_watch: bool,
    /// Size of a pool of the engine's memory: code=1M, data=64M, metadata=2M, slots=N, probes=N
    #[arg(long, value_name = "POOL=SIZE", value_parser = pool)]
    pub pool: Vec<Pool>,
    /// Change functions from level to level for its own sake, in an order that SEED determines
    #[arg(long, value_name = "SEED", default_value_t = 0, hide = true)]
    pub stress: u64,
    /// A function and another one that does the same, for the tournament of the first
    #[arg(long, value_name = "FUNCTION=OTHER", hide = true, value_parser = pair)]
    pub instead: Vec<(String, String)>,
}

impl Default for ProgramOptions {
    /// What they are when nothing is said.
    fn default() -> Self {
        Self {
            entry: None,
            arg: None,
            undefined: UndefinedChoice(Undefined::Refuse),
            calls: 1,
            level: LevelChoice(None),
            thresholds: None,
            compilers: Vec::new(),
            tournaments: 2,
            profile: false,
            no_watch: false,
            pool: Vec::new(),
            stress: 0,
            instead: Vec::new(),
        }
    }
}

/// An environment variable of the program, `NAME=VALUE`: a parser of command lines.
///
/// # Errors
/// What it should look like.
pub fn variable(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(text.to_owned()),
        _ => Err("a name and a value: LANG=C.UTF-8".to_owned()),
    }
}

/// Why arguments cannot be given.
pub const NO_MAIN: &str = "arguments are for main(int, char**), and none of these modules is \
    entered there";

/// Thresholds, or the adaptive mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThresholdChoice {
    /// These.
    Fixed(Thresholds),
    /// Gain against compile time.
    Adaptive,
}

/// The size of one pool.
#[derive(Clone, Copy, Debug)]
pub struct Pool(fn(&mut Pools) -> &mut Option<u64>, u64);

impl ProgramOptions {
    /// The settings of a machine that runs a program so.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        let mut manifest = Manifest {
            undefined: self.undefined.0,
            calls: self.calls,
            level: self.level.0,
            tournament_share: self.tournaments * 10,
            profile: self.profile,
            watch: !self.no_watch,
            stress: self.stress,
            compilers: self.compilers.clone(),
            alternatives: self.instead.clone(),
            ..Manifest::default()
        };
        match self.thresholds {
            Some(ThresholdChoice::Fixed(thresholds)) => manifest.thresholds = Some(thresholds),
            Some(ThresholdChoice::Adaptive) => manifest.adaptive = true,
            None => {}
        }
        for Pool(which, size) in &self.pool {
            *which(&mut manifest.pools) = Some(*size);
        }
        manifest
    }
}

/// A fixed level, or `None`: functions rise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LevelChoice(pub Option<Level>);

/// What is done about functions that nothing defines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UndefinedChoice(pub Undefined);

/// `refuse` or `trap`: a parser of command lines.
///
/// # Errors
/// What the names are.
pub fn undefined(text: &str) -> Result<UndefinedChoice, String> {
    match text {
        "refuse" => Ok(UndefinedChoice(Undefined::Refuse)),
        "trap" => Ok(UndefinedChoice(Undefined::Trap)),
        _ => Err("one of refuse, trap".to_owned()),
    }
}

/// A level by its name: a parser of command lines.
///
/// # Errors
/// What the names are.
pub fn level(text: &str) -> Result<LevelChoice, String> {
    Ok(LevelChoice(match text {
        "auto" => None,
        "interp" => Some(Level::Interp),
        "O0" => Some(Level::O0),
        "O1" => Some(Level::O1),
        "O2" => Some(Level::O2),
        "O3" => Some(Level::O3),
        _ => return Err("one of interp, O0, O1, O2, O3, auto".to_owned()),
    }))
}

/// `O3=llvm`: a parser of command lines.
///
/// # Errors
/// What it should look like.
pub fn compiler(text: &str) -> Result<(Level, String), String> {
    let (place, name) = text.split_once('=').ok_or("a level and a compiler: O3=llvm")?;
    if !COMPILERS.contains(&name) {
        return Err(format!("one of {}", COMPILERS.join(", ")));
    }
    match level(place)? {
        LevelChoice(Some(level)) if level != Level::Interp => Ok((level, name.to_owned())),
        _ => Err("one of O0, O1, O2, O3".to_owned()),
    }
}

/// `sum=sum_by_two`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, other) = text.split_once('=').ok_or("two functions: one=other")?;
    Ok((name.to_owned(), other.to_owned()))
}

/// `code=64K`.
fn pool(text: &str) -> Result<Pool, String> {
    let (name, size) = text.split_once('=').ok_or("a pool and its size: code=1M")?;
    let which: fn(&mut Pools) -> &mut Option<u64> = match name {
        "code" => |pools| &mut pools.code,
        "data" => |pools| &mut pools.data,
        "metadata" => |pools| &mut pools.metadata,
        "slots" => |pools| &mut pools.slots,
        "probes" => |pools| &mut pools.probes,
        _ => return Err("one of code, data, metadata, slots, probes".to_owned()),
    };
    let (digits, shift) = match size.as_bytes().last() {
        Some(b'K' | b'k') => (&size[..size.len() - 1], 10),
        Some(b'M' | b'm') => (&size[..size.len() - 1], 20),
        _ => (size, 0),
    };
    let bytes: Option<u64> = digits.parse().ok();
    match bytes.and_then(|bytes| bytes.checked_mul(1 << shift)) {
        Some(bytes) if bytes <= 1 << 30 => Ok(Pool(which, bytes)),
        _ => Err("a size up to 1024M".to_owned()),
    }
}

pub(crate) fn thresholds(text: &str) -> Result<ThresholdChoice, String> {
    if text == "adaptive" {
        return Ok(ThresholdChoice::Adaptive);
    }
    let numbers: Result<Vec<u64>, _> = text.split(',').map(|n| n.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[o1, o2, o3]) if o1 <= o2 && o2 <= o3 => {
            Ok(ThresholdChoice::Fixed(Thresholds(o1, o2, o3)))
        }
        Ok([_, _, _]) => Err("the three numbers must rise".to_owned()),
        _ => Err("three numbers, such as 100,1000,10000, or adaptive".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_three_rising_numbers() {
        let fixed = ThresholdChoice::Fixed(Thresholds(1, 2, 3));
        assert_eq!(thresholds("1,2,3"), Ok(fixed));
        assert_eq!(thresholds("adaptive"), Ok(ThresholdChoice::Adaptive));
        assert!(thresholds("1,2").is_err());
        assert!(thresholds("3,2,1").is_err());
        assert!(thresholds("1,2,x").is_err());
    }

    #[test]
    fn variables_have_names() {
        assert_eq!(variable("A=b=c"), Ok("A=b=c".to_owned()));
        assert_eq!(variable("A="), Ok("A=".to_owned()));
        assert!(variable("=b").is_err());
        assert!(variable("A").is_err());
    }

    #[test]
    fn pools_have_names_and_sizes() {
        let mut pools = Pools::default();
        let Pool(which, size) = pool("code=64K").unwrap();
        *which(&mut pools) = Some(size);
        assert_eq!(pools, Pools { code: Some(64 << 10), ..Pools::default() });
        for wrong in ["code", "code=", "code=x", "heap=1M", "code=4096M", "code=99999999999999999M"]
        {
            assert!(pool(wrong).is_err(), "{wrong}");
        }
    }
}
