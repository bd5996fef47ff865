//! The code that calls the program's entries, one after the other, and reports what they give.

use std::collections::BTreeSet;

use crate::features;
use crate::link::{Fix, FixKind, Kind, Unit, Units};

/// A program to run: what the engine runs of it, in the same order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Program {
    /// What reports call its module.
    pub module: String,
    /// Called first, with what the entry is called with.
    pub constructors: Vec<String>,
    /// The symbol of its entry.
    pub entry: String,
    /// Argument of `uint64_t entry(uint64_t)`; `None`: `int main(int, char **)`.
    pub arg: Option<u64>,
    /// Calls of the entry; the last result counts.
    pub calls: u64,
    /// Called after the entry.
    pub destructors: Vec<String>,
    /// Called last, with the exit status.
    pub finish: Option<String>,
}

/// Adds the driver, and what it refers to, to `units`. With `can_exit` the program may end in
/// `bf_exit`, which comes back to where it was entered. `features` are checked first.
///
/// # Panics
/// If there is a driver already.
pub fn add(
    units: &mut Units,
    programs: &[Program],
    can_exit: bool,
    features: &BTreeSet<&'static str>,
) {
    let mut code = Code { units, bytes: Vec::new(), fixes: Vec::new() };
    code.need("need_faults");
    code.need("need_bss");
    code.need("need_serial");
    if !features.is_empty() {
        code.need("need_cpu");
        let table = Unit::new("image_features", Kind::Rodata, 1, features::table(features));
        code.units.define("features", table).expect(OWN);
    }
    if features::needs_avx(features) {
        code.need("need_avx");
    }
    for (at, program) in programs.iter().enumerate() {
        code.program(at, program, can_exit);
    }
    // mov $0x10, %ebx; add driver_failed, %bl; jmp machine_exit
    code.bytes.extend([0xbb, 0x10, 0, 0, 0]);
    if can_exit || programs.iter().any(|program| program.arg.is_none()) {
        code.bytes.extend([0x02, 0x1c, 0x25]);
        code.word(FixKind::Abs32Signed, "driver_failed", 0);
    }
    code.bytes.push(0xe9);
    code.word(FixKind::Call, "machine_exit", -4);

    let (bytes, fixes) = (code.bytes, code.fixes);
    let mut unit = Unit::new(".start.90.driver", Kind::Start, 1, bytes);
    unit.fixes = fixes;
    unit.on_demand = false;
    units.define(DRIVER, unit).expect(OWN);
}

const OWN: &str = "the names of the driver are its own";

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

    fn need(&mut self, target: &str) {
        let target = self.units.symbol(target);
        self.fixes.push(Fix { at: 0, kind: FixKind::Need, target, addend: 0 });
    }

    /// Sets the registers that an entry is called with.
    fn arguments(&mut self, at: usize, program: &Program) {
        match program.arg {
            Some(arg) => self.set_edi(arg),
            None => {
                // mov $1, %edi; mov $argv, %esi; mov $envp, %edx
                self.set_edi(1);
                let argv = self.argv(at);
                self.bytes.push(0xbe);
                self.word(FixKind::Abs32, &argv, 0);
                self.bytes.push(0xba);
                self.word(FixKind::Abs32, &argv, 16);
            }
        }
    }

    fn program(&mut self, at: usize, program: &Program, can_exit: bool) {
        let name = name_of(at);
        let mut text = program.module.clone().into_bytes();
        text.push(0);
        let mut unit = Unit::new(&name, Kind::Rodata, 1, text);
        unit.foldable = true;
        self.units.define(&name, unit).expect(OWN);
        // movq $resume, driver_resume
        let resume = can_exit.then(|| {
            self.bytes.extend([0x48, 0xc7, 0x04, 0x25]);
            self.word(FixKind::Abs32Signed, "driver_resume", 0);
            self.word(FixKind::Abs32Signed, DRIVER, 0)
        });
        for constructor in &program.constructors {
            self.arguments(at, program);
            self.call(constructor);
        }
        // mov $calls, %ebx
        if program.calls > 1 {
            self.bytes.push(0xbb);
            self.bytes.extend((program.calls.min(u64::from(u32::MAX)) as u32).to_le_bytes());
        }
        let again = self.bytes.len();
        self.arguments(at, program);
        self.call(&program.entry);
        // dec %ebx; jnz again
        if program.calls > 1 {
            self.bytes.extend([0xff, 0xcb, 0x75]);
            let distance = again as i64 - (self.bytes.len() as i64 + 1);
            self.bytes.push(distance as i8 as u8);
        }
        let rest = !program.destructors.is_empty() || program.finish.is_some();
        let value = program.arg.is_some();
        if rest && value {
            // xor %ebp, %ebp, its exit status, while the result waits on the stack
            self.bytes.extend([0x50, 0x50, 0x31, 0xed]);
            self.end(program);
            self.bytes.extend([0x58, 0x58]);
        } else if rest {
            self.bytes.extend([0x89, 0xc5]);
            self.end(program);
            self.bytes.extend([0x89, 0xe8]);
        }
        if value {
            self.name(&name);
            self.call("report_value");
        }
        // jmp over what follows, which is for those that exit; its distance comes later
        let exits = resume.is_some();
        let over = |code: &mut Self| {
            code.bytes.push(0xe9);
            code.bytes.extend([0; 4]);
            code.bytes.len()
        };
        let late = exits && !program.destructors.is_empty();
        let skip = (exits && (value || late)).then(|| over(self));
        if let Some(resume) = resume {
            self.fixes[resume].addend = self.bytes.len() as i64;
        }
        if late {
            self.end_of_exited(program);
        }
        if skip.is_some() && !value {
            self.land(skip);
        }
        if exits || !value {
            self.name(&name);
            self.call("report_exit");
        }
        if value {
            self.land(skip);
        }
    }

    /// Makes the jump that ends at `skip` lead here.
    fn land(&mut self, skip: Option<usize>) {
        if let Some(skip) = skip {
            let distance = (self.bytes.len() - skip) as u32;
            self.bytes[skip - 4..skip].copy_from_slice(&distance.to_le_bytes());
        }
    }

    /// As the engine ends a program: `atexit` handlers, destructors, what those left unprinted.
    /// The exit status is in ebp.
    fn end(&mut self, program: &Program) {
        let flush = |code: &mut Self| {
            if let Some(finish) = &program.finish {
                code.bytes.extend([0x89, 0xef]);
                code.call(finish);
            }
        };
        flush(self);
        for destructor in &program.destructors {
            self.call(destructor);
        }
        if !program.destructors.is_empty() {
            flush(self);
        }
    }

    /// The same for a program that came back by exiting, with its status in eax. It may exit once
    /// more meanwhile, which changes nothing; one that aborted (carry) is not ended further.
    fn end_of_exited(&mut self, program: &Program) {
        // push %rax, twice, which leaves the carry; jc to the end; mov %eax, %ebp
        self.bytes.extend([0x50, 0x50, 0x0f, 0x82, 0, 0, 0, 0]);
        let skip = self.bytes.len();
        self.bytes.extend([0x89, 0xc5, 0x48, 0xc7, 0x04, 0x25]);
        self.word(FixKind::Abs32Signed, "driver_resume", 0);
        let again = self.word(FixKind::Abs32Signed, DRIVER, 0);
        self.end(program);
        self.land(Some(skip));
        self.fixes[again].addend = self.bytes.len() as i64;
        // mov driver_sp, %rsp; mov -8(%rsp), %eax
        self.bytes.extend([0x48, 0x8b, 0x24, 0x25]);
        self.word(FixKind::Abs32Signed, "driver_sp", 0);
        self.bytes.extend([0x8b, 0x44, 0x24, 0xf8]);
    }

    /// `{ name, null, null }`: the arguments and the environment.
    fn argv(&mut self, at: usize) -> String {
        let symbol = format!("driver.argv.{at}");
        let id = self.units.symbol(&symbol);
        if self.units.place(id).is_none() {
            let mut unit = Unit::new(&symbol, Kind::Data, 8, vec![0; 24]);
            let target = self.units.symbol(&name_of(at));
            unit.fixes.push(Fix { at: 0, kind: FixKind::Abs64, target, addend: 0 });
            self.units.define(&symbol, unit).expect(OWN);
        }
        symbol
    }
}

fn name_of(at: usize) -> String {
    format!("driver.name.{at}")
}
