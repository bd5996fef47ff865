//! The options that say how a program is run: shared by `run`, `image` and `bench`.

use bareflow_profile::Level;
use bareflow_session::Thresholds;

/// How a program is run.
#[derive(clap::Args, Clone, Debug)]
pub struct ProgramOptions {
    /// Entry function; default: what the LLBC header says, else `main`.
    #[arg(long, value_name = "NAME")]
    pub entry: Option<String>,
    /// Call `uint64_t entry(uint64_t)` with this argument instead of `main(int, char**)`.
    #[arg(long, value_name = "N")]
    pub arg: Option<u64>,
    /// Calls of the entry per boot or run.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub calls: u64,
    /// The only level to run at: interp, O0, O1, O2, O3; auto lets functions rise.
    #[arg(long, default_value = "auto", value_parser = level)]
    pub level: LevelChoice,
    /// Calls after which a function rises to O1, O2, O3.
    #[arg(long, value_name = "A,B,C", default_value = "100,1000,10000", value_parser = thresholds)]
    pub thresholds: Thresholds,
}

/// A fixed level, or `None`: functions rise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LevelChoice(pub Option<Level>);

fn level(text: &str) -> Result<LevelChoice, String> {
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

fn thresholds(text: &str) -> Result<Thresholds, String> {
    let numbers: Result<Vec<u64>, _> = text.split(',').map(|n| n.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[o1, o2, o3]) if o1 <= o2 && o2 <= o3 => Ok(Thresholds(o1, o2, o3)),
        Ok([_, _, _]) => Err("the three numbers must rise".to_owned()),
        _ => Err("three numbers, such as 100,1000,10000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_three_rising_numbers() {
        assert_eq!(thresholds("1,2,3"), Ok(Thresholds(1, 2, 3)));
        assert!(thresholds("1,2").is_err());
        assert!(thresholds("3,2,1").is_err());
        assert!(thresholds("1,2,x").is_err());
    }
}
