//! Reading no more of a module than a program needs of it.
//!
//! A library is read into every program, and most programs need little of it. Its tables are
//! read once; bodies follow when a name is asked for, with all that they can reach.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_ir::verify::{Verifier, VerifyError};
use bareflow_ir::{ConstId, ConstKind, FuncId, Function, Linkage, Module, Operand, Symbol};

use crate::container::bitcode;
use crate::error::{Cause, Error};
use crate::reader::Reader;

/// Variables that list what runs before and after a program, whether or not it names them.
const ALWAYS: [&str; 2] = ["llvm.global_ctors", "llvm.global_dtors"];

/// Where the body of a function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Body {
    /// In the file, by its position.
    Unread(u32),
    /// There, but nothing it refers to is.
    Made,
    /// There, or there is none.
    Done,
}

/// A module whose functions are declarations until they are asked for.
#[derive(Debug)]
pub struct Lazy {
    reader: Reader,
    /// By function. Those beyond the end were made while others were read.
    bodies: Vec<Body>,
    seen: Vec<bool>,
    seen_globals: Vec<bool>,
    /// Constants to be followed.
    stack: Vec<ConstId>,
    /// Functions to be read.
    queue: Vec<FuncId>,
    /// How many constants are verified.
    verified: usize,
    verifier: Verifier,
}

impl Lazy {
    /// Reads the tables of a module. `bytes` are bitcode, plain or behind a header.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn open(bytes: &[u8]) -> Result<Self, Error> {
        let bitcode = bitcode(bytes)?;
        let mut reader = Reader::new(bitcode.len());
        reader.file(bitcode).map_err(|cause| reader.error(cause))?;
        let made = |func: &Function| if func.is_declaration() { Body::Done } else { Body::Made };
        let mut bodies: Vec<Body> = reader.module.funcs.iter().map(made).collect();
        for (at, id) in reader.defined.iter().enumerate() {
            bodies[id.index()] = Body::Unread(at as u32);
        }
        let seen_globals = alloc::vec![false; reader.module.globals.len()];
        let mut lazy = Self {
            reader,
            bodies,
            seen: Vec::new(),
            seen_globals,
            stack: Vec::new(),
            queue: Vec::new(),
            verified: 0,
            verifier: Verifier::default(),
        };
        lazy.verifier.tables(&lazy.reader.module).map_err(|error| lazy.invalid(error))?;
        // A label is checked against the blocks of its function.
        let labels = lazy.reader.module.consts.iter().filter_map(|constant| match constant.kind {
            ConstKind::BlockAddr(func, _) => Some(func),
            _ => None,
        });
        lazy.queue.extend(labels);
        for name in ALWAYS {
            if let Some(Symbol::Global(id)) = lazy.reader.module.symbol(name) {
                lazy.stack.extend(lazy.reader.module.global(id).init);
            }
        }
        lazy.follow(bitcode)?;
        Ok(lazy)
    }

    /// Reads the bodies of those functions that `wanted` names and of all they can reach.
    /// `bytes` are those the module was opened with.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn need(
        &mut self,
        bytes: &[u8],
        mut wanted: impl FnMut(&str) -> bool,
    ) -> Result<(), Error> {
        let Module { funcs, globals, aliases, .. } = &self.reader.module;
        for (at, func) in funcs.iter().enumerate() {
            let done = self.bodies.get(at) == Some(&Body::Done);
            if !done && wanted(&func.name) {
                self.queue.push(FuncId::new(at));
            }
        }
        for (at, global) in globals.iter().enumerate() {
            if !self.seen_globals[at] && wanted(&global.name) {
                self.seen_globals[at] = true;
                self.stack.extend(global.init);
            }
        }
        let aliases = aliases.iter().filter(|alias| wanted(&alias.name));
        self.stack.extend(aliases.map(|alias| alias.target));
        self.follow(bitcode(bytes)?)
    }

    /// Whether the module defines a function called `name`, read or not.
    pub fn defines(&self, name: &str) -> bool {
        let mut funcs = self.reader.module.funcs.iter().zip(&self.bodies);
        funcs.any(|(func, body)| func.name == name && is_defined(func, *body))
    }

    /// Names that the module uses and does not define.
    pub fn undefined(&self) -> impl Iterator<Item = &str> {
        let Module { funcs, globals, .. } = &self.reader.module;
        let funcs = funcs.iter().zip(&self.bodies);
        let funcs = funcs.filter(|(func, body)| !is_defined(func, **body));
        let globals = globals.iter().filter(|global| global.init.is_none());
        funcs.map(|(func, _)| func.name.as_str()).chain(globals.map(|global| global.name.as_str()))
    }

    /// Makes its definitions yield to those of other modules, as those of a library do: to others, and to itself
    /// unless it keeps its own, they are what a name stands for only where nobody else defines it.
    pub fn weaken(&mut self, keeps_its_own: bool) {
        let module = &mut self.reader.module;
        (module.is_library, module.keeps_its_own) = (true, keeps_its_own);
        let Module { funcs, globals, aliases, .. } = module;
        let funcs = funcs.iter_mut().zip(&self.bodies);
        let funcs = funcs.filter(|(func, body)| is_defined(func, **body));
        let globals = globals.iter_mut().filter(|global| global.init.is_some());
        let linkages = (funcs.map(|(func, _)| &mut func.linkage))
            .chain(globals.map(|global| &mut global.linkage))
            .chain(aliases.iter_mut().map(|alias| &mut alias.linkage));
        for linkage in linkages.filter(|linkage| **linkage == Linkage::External) {
            *linkage = Linkage::Weak;
        }
    }

    /// The module. Functions that were not asked for are declarations.
    pub fn module(&self) -> &Module {
        &self.reader.module
    }

    /// Reads what is queued and what that leads to, and verifies it.
    fn follow(&mut self, bitcode: &[u8]) -> Result<(), Error> {
        let mut read = Vec::new();
        loop {
            self.follow_constants();
            let Some(id) = self.queue.pop() else { break };
            match self.take(id) {
                Body::Done => continue,
                Body::Made => {}
                Body::Unread(at) => match self.reader.function_body(at as usize, bitcode) {
                    Ok(_) => {}
                    Err(cause) => return Err(self.reader.error(cause)),
                },
            }
            read.push(id);
            let stack = &mut self.stack;
            let seen = &self.seen;
            let fresh = |id: &ConstId| seen.get(id.index()) != Some(&true);
            for instr in &self.reader.module.func(id).instrs {
                instr.op.operands(|operand| match operand {
                    Operand::Const(id) if fresh(&id) => stack.push(id),
                    _ => {}
                });
            }
        }
        let module = &self.reader.module;
        self.verifier.consts(module, self.verified).map_err(|error| self.invalid(error))?;
        self.verified = self.reader.module.consts.len();
        for id in read {
            let checked = self.verifier.func(&self.reader.module, id);
            checked.map_err(|error| self.invalid(error))?;
        }
        Ok(())
    }

    /// Where the body of a function is, which is about to be done.
    fn take(&mut self, id: FuncId) -> Body {
        let count = self.reader.module.funcs.len();
        self.bodies.resize(count.max(self.bodies.len()), Body::Made);
        core::mem::replace(&mut self.bodies[id.index()], Body::Done)
    }

    fn follow_constants(&mut self) {
        let module = &self.reader.module;
        self.seen.resize(module.consts.len(), false);
        while let Some(id) = self.stack.pop() {
            if core::mem::replace(&mut self.seen[id.index()], true) {
                continue;
            }
            match &module.constant(id).kind {
                ConstKind::Func(func) | ConstKind::BlockAddr(func, _) => self.queue.push(*func),
                ConstKind::Global(global) => {
                    let seen = core::mem::replace(&mut self.seen_globals[global.index()], true);
                    self.stack.extend(module.global(*global).init.filter(|_| !seen));
                    let own = module.choosers.iter().filter(|(variable, _)| variable == global);
                    self.queue.extend(own.map(|(_, chooser)| *chooser).filter(|_| !seen));
                }
                ConstKind::Alias(alias) => self.stack.push(module.aliases[alias.index()].target),
                ConstKind::Aggregate(members) => self.stack.extend(members),
                ConstKind::Expr(expr) => expr.operands(|operand| self.stack.push(operand)),
                _ => {}
            }
        }
    }

    fn invalid(&self, error: VerifyError) -> Error {
        invalid(error, self.reader.module.producer.clone())
    }
}

fn is_defined(func: &Function, body: Body) -> bool {
    matches!(body, Body::Unread(_)) || !func.is_declaration()
}

/// The error of a module that can be read but breaks a rule.
pub(crate) fn invalid(error: VerifyError, producer: String) -> Error {
    Error {
        block: None,
        record: None,
        offset: None,
        function: error.function.clone(),
        cause: Cause::Invalid(VerifyError { function: None, ..error }.to_string()),
        producer,
    }
}
