//! The code that calls the program's entries, one after the other, and reports what they give.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

use bareflow_program::Start;
use iced_x86::{Code, Register};

use crate::emit::Emitter;
use crate::features;
use crate::link::{Fix, FixKind, Kind, SymbolId, Unit, Units};

/// A program to run: what the engine runs of it, in the same order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Program {
    /// What reports call its module.
    pub module: String,
    /// The symbol of its first thread's variables, in a program with threads.
    pub variables: Option<String>,
    /// Called first, with what the entry is called with.
    pub constructors: Vec<String>,
    /// The symbol of its entry.
    pub entry: String,
    /// Argument of `uint64_t entry(uint64_t)`; `None`: `int main(int, char **)`.
    pub arg: Option<u64>,
    /// How many arguments the entry and the constructors look at, at most.
    pub parameters: usize,
    /// Number of arguments of `main`, and where its environment is in [`start_name`].
    pub count: usize,
    /// See `count`.
    pub environment: usize,
    /// Calls of the entry; the last result counts.
    pub calls: u64,
    /// Called after the entry.
    pub destructors: Vec<String>,
    /// Called last, with the exit status.
    pub finish: Option<String>,
}

/// What else a driver does.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    /// The programs may end in `bf_exit`, which comes back to where one was entered.
    pub can_exit: bool,
    /// The programs have allocas of sizes that are not known before.
    pub side_stack: bool,
    /// The programs have threads, which end with the first one.
    pub threads: bool,
    /// It reports cycles: to the first program, and in all of them.
    pub timing: bool,
    /// Processor features that are checked first.
    pub features: &'a BTreeSet<&'static str>,
}

/// Adds the driver, and what it refers to, to `units`.
///
/// # Panics
/// If there is a driver already.
pub fn add(units: &mut Units, programs: &[Program], how: &How<'_>) {
    let How { can_exit, side_stack, threads, timing, features } = *how;
    let mut code = Driver { code: Emitter::new(units), can_exit, threads, timing };
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
    if side_stack {
        code.need("need_side_stack");
    }
    for (at, program) in programs.iter().enumerate() {
        code.program(at, program);
    }
    // What ends the machine: success, and one more if a program failed.
    code.set(Register::EBX, 0x10);
    if can_exit || programs.iter().any(|program| program.arg.is_none()) {
        code.variable(Code::Add_r8_rm8, Register::BL, "driver_failed");
    }
    if timing {
        code.call("report_timing");
    }
    code.jump("machine_exit");

    let Emitter { bytes, fixes, .. } = code.code;
    let mut unit = Unit::new(".start.90.driver", Kind::Start, 1, bytes);
    unit.fixes = fixes;
    unit.on_demand = false;
    units.define(DRIVER, unit).expect(OWN);
}

const OWN: &str = "the names of the driver are its own";

const DRIVER: &str = "driver";

/// Offset of the thread pointer in the words of a thread.
const THREAD_POINTER: i64 = 16;

/// Writes the driver. It keeps calls that are left in ebx and an exit status in ebp, which
/// functions preserve.
struct Driver<'a> {
    code: Emitter<'a>,
    can_exit: bool,
    threads: bool,
    timing: bool,
}

impl<'a> Deref for Driver<'a> {
    type Target = Emitter<'a>;

    fn deref(&self) -> &Self::Target {
        &self.code
    }
}

impl DerefMut for Driver<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.code
    }
}

impl Driver<'_> {
    /// Sets the registers that an entry is called with.
    fn arguments(&mut self, at: usize, program: &Program) {
        match program.arg {
            Some(arg) => self.set(Register::EDI, arg),
            None => {
                let start = start_name(at);
                if program.parameters > 0 {
                    self.set(Register::EDI, program.count as u64);
                }
                if program.parameters > 1 {
                    self.set_address(Register::ESI, &start, 0);
                }
                if program.parameters > 2 {
                    self.set_address(Register::EDX, &start, program.environment as i64);
                }
            }
        }
    }

    fn program(&mut self, at: usize, program: &Program) {
        let name = name_of(at);
        let mut text = program.module.clone().into_bytes();
        text.push(0);
        let mut unit = Unit::new(&name, Kind::Rodata, 1, text);
        unit.foldable = true;
        self.units.define(&name, unit).expect(OWN);
        // Where it comes back to if it exits.
        let resume = self.can_exit.then(|| self.store_address("driver_resume", DRIVER));
        if let Some(variables) = &program.variables {
            let at = self.store_address("thread_words", variables);
            self.fixes[at - 1].addend += THREAD_POINTER;
        }
        if self.timing {
            self.call("timing_begin");
        }
        for constructor in &program.constructors {
            self.arguments(at, program);
            self.call(constructor);
        }
        if program.calls > 1 {
            self.set(Register::EBX, program.calls.min(u32::MAX.into()));
        }
        let again = self.bytes.len();
        self.arguments(at, program);
        self.call(&program.entry);
        if program.calls > 1 {
            self.decrement(Register::EBX);
            self.jump_back_if_not_zero(again);
        }
        let rest = !program.destructors.is_empty() || program.finish.is_some();
        let value = program.arg.is_some();
        if rest && value {
            // The result waits on the stack; the exit status is 0.
            self.push_rax();
            self.set(Register::EBP, 0);
            self.end(program);
            self.pop_rax();
        } else if rest {
            self.copy(Register::EBP, Register::EAX);
            self.end(program);
            self.copy(Register::EAX, Register::EBP);
        }
        if value {
            self.report("report_value", &name);
        }
        // What follows is for those that exit.
        let exits = resume.is_some();
        let late = exits && !program.destructors.is_empty();
        let mut skip = (exits && (value || late)).then(|| self.jump_forward(Code::Jmp_rel32_64));
        if let Some(resume) = resume {
            self.fixes[resume].addend = self.bytes.len() as i64;
        }
        if late {
            self.end_of_exited(program);
        }
        if !value && let Some(skip) = skip.take() {
            self.land(skip);
        }
        if exits || !value {
            self.report("report_exit", &name);
        }
        if let Some(skip) = skip {
            self.land(skip);
        }
    }

    /// Says what the program called `name` gave, which is in rax.
    fn report(&mut self, how: &str, name: &str) {
        if self.threads {
            self.call("core_through");
        }
        if self.timing {
            self.call("timing_end");
        }
        self.set_address(Register::EDI, name, 0);
        self.call(how);
    }

    /// As the engine ends a program: `atexit` handlers, destructors, what those left unprinted.
    fn end(&mut self, program: &Program) {
        let flush = |code: &mut Self| {
            if let Some(finish) = &program.finish {
                code.copy(Register::EDI, Register::EBP);
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
        // Pushing leaves the carry.
        self.push_rax();
        let aborted = self.jump_forward(Code::Jb_rel32_64);
        self.copy(Register::EBP, Register::EAX);
        let again = self.store_address("driver_resume", DRIVER);
        self.end(program);
        self.land(aborted);
        self.fixes[again].addend = self.bytes.len() as i64;
        // The status, from below the place that an exit unwinds to.
        self.variable(Code::Mov_r64_rm64, Register::RSP, "driver_sp");
        self.load_from_stack(Register::EAX, -8);
    }
}

/// Adds what a program's `main` is called with, under [`start_name`].
pub fn add_start(units: &mut Units, at: usize, start: &Start) {
    let symbol = start_name(at);
    let target = units.symbol(&symbol);
    let mut unit = Unit::new(&symbol, Kind::Data, 8, start.bytes.clone());
    unit.fixes = start.addresses.iter().map(|(at, to)| pointer(*at, target, *to)).collect();
    units.define(&symbol, unit).expect(OWN);
}

/// An address at `at` that leads `to` bytes into `target`.
pub fn pointer(at: usize, target: SymbolId, to: usize) -> Fix {
    Fix { at: at as u32, kind: FixKind::Abs64, target, addend: to as i64 }
}

/// What a program is started with.
pub fn start_name(at: usize) -> String {
    format!("driver.start.{at}")
}

fn name_of(at: usize) -> String {
    format!("driver.name.{at}")
}
