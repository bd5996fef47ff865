//! Profiles out of what came over a serial line: a log, among other output, damaged here and there.

use std::collections::BTreeMap;

use bareflow_profile::ProfileLine;
use bareflow_report::Record;
use serde::Serialize;

/// Starts a record of a machine.
const SEPARATOR: u8 = 0x1e;

/// What a log has.
#[derive(Default, Debug)]
pub(super) struct Reading {
    /// The last that was said of each function: counts only grow, from boot to boot as well. By module, which
    /// is unknown where the line was printed for people, and function.
    pub profiles: BTreeMap<(Option<String>, String), ProfileLine>,
    /// Profiles that cannot be read.
    pub damaged: Vec<Damaged>,
}

/// A line that is skipped.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub(super) struct Damaged {
    /// The log it is in.
    pub log: String,
    /// Which line of it, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl Reading {
    /// Takes in a log called `name`.
    pub fn add(&mut self, name: &str, log: &[u8]) {
        for (number, line) in (1..).zip(log.split(|byte| *byte == b'\n')) {
            // What the program printed may stand on the same line, before the record.
            for piece in line.split(|byte| *byte == SEPARATOR) {
                if let Err(why) = self.piece(piece.trim_ascii()) {
                    self.damaged.push(Damaged { log: name.to_owned(), line: number, why });
                }
            }
        }
    }

    fn piece(&mut self, piece: &[u8]) -> Result<(), String> {
        let has = |words: &[u8]| piece.windows(words.len()).any(|part| part == words);
        let of_machine = has(b"\"record\":\"profile\"");
        let for_people =
            piece.starts_with(b"{") && has(b"\"function\":") && has(b"\"back_edges\":");
        if !of_machine && !for_people {
            return Ok(());
        }
        let (module, profile) = if of_machine {
            match serde_json::from_slice(piece) {
                Ok(Record::Profile { module, profile }) => (Some(module), profile),
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.to_string()),
            }
        } else {
            (None, serde_json::from_slice::<ProfileLine>(piece).map_err(|error| error.to_string())?)
        };
        self.profiles.insert((module, profile.function.clone()), profile);
        Ok(())
    }

    /// What was said of a function of a module.
    pub fn of(&self, module: &str, function: &str) -> Option<&ProfileLine> {
        let key = |module: Option<&str>| (module.map(str::to_owned), function.to_owned());
        self.profiles.get(&key(Some(module))).or_else(|| self.profiles.get(&key(None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bareflow_profile::FunctionProfile;

    fn line(calls: u64) -> String {
        let profile = FunctionProfile { calls, ..FunctionProfile::default() }.line("f");
        let record = Record::Profile { module: "m".into(), profile };
        serde_json::to_string(&record).unwrap()
    }

    #[test]
    fn profiles_are_found_among_other_output() {
        let mut reading = Reading::default();
        let log = format!(
            "boot\r\n{{\"not\": 1}}\nprinted\x1e{}\r\n\x1e{{\"record\":\"log\",\"text\":\"x\"}}\nmore\x1e{}\n",
            line(3),
            line(5)
        );
        reading.add("log", log.as_bytes());
        assert_eq!(reading.damaged, []);
        assert_eq!(reading.profiles.len(), 1);
        // The last one counts.
        assert_eq!(reading.of("m", "f").unwrap().calls, 5);
        assert!(reading.of("other", "f").is_none());
        // As it is printed for people there is no module.
        let plain = FunctionProfile::default().line("g");
        reading.add("log", serde_json::to_string(&plain).unwrap().as_bytes());
        assert!(reading.of("any", "g").is_some());
    }

    #[test]
    fn a_line_that_is_cut_anywhere_is_named_and_skipped_or_is_no_profile() {
        let whole = line(7);
        for cut in 0..whole.len() {
            let mut reading = Reading::default();
            let log = format!("one\n\x1e{}\n\x1e{}\n", &whole[..cut], line(9));
            reading.add("serial.log", log.as_bytes());
            let named = reading.damaged.iter().all(|damaged| damaged.line == 2);
            assert!(named && reading.damaged.len() <= 1, "{cut}: {:?}", reading.damaged);
            assert_eq!(reading.damaged.len() == 1, whole[..cut].contains("\"record\":\"profile\""));
            assert_eq!(reading.of("m", "f").unwrap().calls, 9);
        }
    }

    #[test]
    fn no_byte_that_changes_brings_it_down() {
        let whole = line(7);
        for at in 0..whole.len() {
            for with in [0_u8, b'"', b'9', b'{', 0xff, SEPARATOR] {
                let mut bytes = whole.clone().into_bytes();
                bytes[at] = with;
                let mut reading = Reading::default();
                reading.add("log", &bytes);
                assert!(reading.profiles.len() + reading.damaged.len() <= 2);
            }
        }
    }
}
