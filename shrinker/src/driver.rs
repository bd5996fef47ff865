//! The code that calls the program's entries, one after the other, and reports what they give.

use crate::link::{Fix, FixKind, Kind, Unit, Units};

/// An entry of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What reports call its module.
    pub module: String,
    /// The symbol to call.
    pub symbol: String,
    /// What to call it with.
    pub call: Call,
}

/// The signature of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// `uint64_t entry(uint64_t)` with this argument, so many times; the last result counts.
    Value(u64, u64),
    /// `int main(int, char **)`.
    Main,
}

/// Adds the driver, and what it refers to, to `units`. With `can_exit` the program may end in
/// `bf_exit`, which comes back to where it was entered.
pub fn add(units: &mut Units, entries: &[Entry], can_exit: bool) {
    let mut code = Code { units, bytes: Vec::new(), fixes: Vec::new() };
    for (at, entry) in entries.iter().enumerate() {
        let name = format!("driver.name.{at}");
        let mut text = entry.module.clone().into_bytes();
        text.push(0);
        let mut unit = Unit::new(&name, Kind::Rodata, 1, text);
        unit.foldable = true;
        code.units.define(&name, unit).expect("names of the driver are its own");
        // movq $resume, driver_resume
        let resume = can_exit.then(|| {
            code.bytes.extend([0x48, 0xc7, 0x04, 0x25]);
            code.word(FixKind::Abs32Signed, "driver_resume", 0);
            code.word(FixKind::Abs32Signed, DRIVER, 0)
        });
        match entry.call {
            Call::Value(arg, calls) => {
                // mov $calls, %ebx
                if calls > 1 {
                    code.bytes.push(0xbb);
                    code.bytes.extend((calls.min(u64::from(u32::MAX)) as u32).to_le_bytes());
                }
                let again = code.bytes.len();
                code.set_edi(arg);
                code.call(&entry.symbol);
                // dec %ebx; jnz again
                if calls > 1 {
                    code.bytes.extend([0xff, 0xcb, 0x75]);
                    let distance = again as i64 - (code.bytes.len() as i64 + 1);
                    code.bytes.push(distance as i8 as u8);
                }
                code.name(&name);
                code.call("report_value");
            }
            Call::Main => {
                // mov $1, %edi; mov $argv, %esi
                code.bytes.extend([0xbf, 1, 0, 0, 0, 0xbe]);
                let argv = code.argv(at, &name);
                code.word(FixKind::Abs32, &argv, 0);
                code.call(&entry.symbol);
            }
        }
        // jmp over what follows, which is for those that exit
        let skip = (matches!(entry.call, Call::Value(..)) && can_exit).then(|| {
            code.bytes.extend([0xeb, 0]);
            code.bytes.len()
        });
        if let Some(resume) = resume {
            code.fixes[resume].addend = code.bytes.len() as i64;
        }
        if skip.is_some() || entry.call == Call::Main {
            code.name(&name);
            code.call("report_exit");
        }
        if let Some(skip) = skip {
            code.bytes[skip - 1] = (code.bytes.len() - skip) as u8;
        }
    }
    // mov $0x10, %ebx; add driver_failed, %bl; jmp machine_exit
    code.bytes.extend([0xbb, 0x10, 0, 0, 0]);
    if can_exit || entries.iter().any(|entry| entry.call == Call::Main) {
        code.bytes.extend([0x02, 0x1c, 0x25]);
        code.word(FixKind::Abs32Signed, "driver_failed", 0);
    }
    code.bytes.push(0xe9);
    code.word(FixKind::Call, "machine_exit", -4);

    let (bytes, fixes) = (code.bytes, code.fixes);
    let mut unit = Unit::new(".start.90.driver", Kind::Start, 1, bytes);
    unit.fixes = fixes;
    unit.on_demand = false;
    units.define(DRIVER, unit).expect("there is one driver");
}

const DRIVER: &str = "driver";

struct Code<'a> {
    units: &'a mut Units,
    bytes: Vec<u8>,
    fixes: Vec<Fix>,
}

impl Code<'_> {
    /// Four bytes to be filled in; the number of the fix.
    fn word(&mut self, kind: FixKind, target: &str, addend: i64) -> usize {
        let target = self.units.symbol(target);
        self.fixes.push(Fix { at: self.bytes.len() as u32, kind, target, addend });
        self.bytes.extend([0; 4]);
        self.fixes.len() - 1
    }

    fn call(&mut self, target: &str) {
        self.bytes.push(0xe8);
        self.word(FixKind::Call, target, -4);
    }

    fn name(&mut self, name: &str) {
        self.bytes.push(0xbf);
        self.word(FixKind::Abs32, name, 0);
    }

    fn set_edi(&mut self, value: u64) {
        match u32::try_from(value) {
            Ok(0) => self.bytes.extend([0x31, 0xff]),
            Ok(short) => {
                self.bytes.push(0xbf);
                self.bytes.extend(short.to_le_bytes());
            }
            Err(_) => {
                self.bytes.extend([0x48, 0xbf]);
                self.bytes.extend(value.to_le_bytes());
            }
        }
    }

    /// `{ name, null }`
    fn argv(&mut self, at: usize, name: &str) -> String {
        let symbol = format!("driver.argv.{at}");
        let mut unit = Unit::new(&symbol, Kind::Data, 8, vec![0; 16]);
        let target = self.units.symbol(name);
        unit.fixes.push(Fix { at: 0, kind: FixKind::Abs64, target, addend: 0 });
        self.units.define(&symbol, unit).expect("names of the driver are its own");
        symbol
    }
}
