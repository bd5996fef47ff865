//! LLVM as a compiler of the engine.
//!
//! A function to compile is taken out of its program with all that may be inlined into it
//! ([`copy`], [`body`]), written as bitcode with its profile as metadata, and sent to the resident
//! compiler (`compilers/llvm`); the ELF object that comes back becomes an [`Object`] ([`elf`]). The
//! compiler itself is a machine's affair ([`Exchange`]): a process beside this one, or a program in
//! the machine's own memory.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod body;
mod copy;
mod counts;
mod draft;
mod elf;
mod intrinsics;
mod labels;
mod live;
mod natural;
mod remembering;
mod request;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_ir::{FuncId, Function, Linkage, Module, ParamAttrs, Type};
use bareflow_object::{CompileError, Compiler, Entry, Object, Request, Section, Target};
use bareflow_profile::FunctionProfile;

use body::Start;
use copy::Copy;
use request::Fields;

pub use counts::counts;
pub use labels::numbered;
pub use remembering::Remembering;

/// Instructions of the largest function that may be inlined.
const MAX_INLINED: usize = 500;
/// Instructions of all of them.
const MAX_BODIES: usize = 4000;
/// Functions of the C library that the compiler may make calls of.
const LIBRARY: [&str; 4] = ["memcpy", "memmove", "memset", "memcmp"];

/// How requests get to the resident compiler and answers back.
pub trait Exchange: Send + Sync {
    /// What answers: changes whenever the same request could give other bytes.
    fn version(&self) -> String;

    /// Hands a request over and waits for the answer.
    ///
    /// # Errors
    /// There is no compiler, or it has died, in words.
    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, String>;
}

/// LLVM.
#[derive(Debug)]
pub struct Llvm<E> {
    exchange: E,
}

impl<E: Exchange> Llvm<E> {
    /// LLVM behind this exchange.
    pub fn new(exchange: E) -> Self {
        Self { exchange }
    }
}

impl<E: Exchange> Compiler for Llvm<E> {
    fn name(&self) -> &'static str {
        "llvm"
    }

    fn version(&self) -> String {
        self.exchange.version()
    }

    fn compile(&self, request: &Request<'_>) -> Result<Object, CompileError> {
        let func = request.module.func(request.func);
        let function = || func.name.clone();
        let unsupported = |what| CompileError::Unsupported { function: function(), what };
        let internal = |what| CompileError::Internal { function: function(), what };
        let (symbol, asked) = ask(request).map_err(unsupported)?;
        let answer = self.exchange.ask(&asked).map_err(internal)?;
        let object = match answer.split_first() {
            Some((b'o', bytes)) => elf::read(&symbol, bytes).map_err(unsupported)?,
            Some((_, words)) => return Err(internal(briefly(&String::from_utf8_lossy(words)))),
            None => return Err(internal("an empty answer".into())),
        };
        let object = Object { symbol: func.name.clone(), ..object };
        let object = match request.entry {
            Entry::Call if is_variadic(request.module, func) => saving_vectors(object),
            _ => object,
        };
        check_names(request.module, &object).map_err(unsupported)?;
        Ok(object)
    }
}

/// The request, and the symbol under which the answer has the code.
///
/// # Errors
/// What cannot be compiled, in words.
pub fn ask(request: &Request<'_>) -> Result<(String, Vec<u8>), String> {
    let Request { module, func: id, entry, options, .. } = *request;
    let profile = request.counted();
    let func = module.func(id);
    if func.is_declaration() {
        return Err("a function without body".into());
    }
    if options.instrument {
        return Err("code that counts itself".into());
    }
    if options.specialise.is_some() {
        return Err("code for one value of a parameter".into());
    }
    natural::check(&module.types, func.ty, &func.params)?;
    natural::check_body(module, id)?;
    let mut copy = Copy::new(module);
    let (target, start) = match entry {
        Entry::Call => {
            let target = copy.func(id);
            // The others are no definitions of their own.
            copy.to.funcs[target.index()].linkage = Linkage::External;
            (target, Start::Call)
        }
        Entry::Loop(block) => (taking_over(&mut copy, id, block.0)?, Start::Loop(block)),
    };
    body::copy(&mut copy, id, target, start, profile.get(id.index()))?;
    bodies(&mut copy, id, target, profile);
    let symbol = copy.to.funcs[target.index()].name.clone();
    let counts = copy.counts();
    let bitcode = bareflow_bitcode::write::write(&copy.to, Some(&counts));
    let bitcode = bitcode.map_err(|error| error.to_string())?;
    let mut fields = Fields::new(&bitcode, &symbol, request.cpu);
    let known = |name: &&&str| module.funcs.iter().any(|func| func.name == **name);
    LIBRARY.iter().filter(known).for_each(|name| fields.library(name));
    fields.options(options, request.cpu);
    Ok((symbol, fields.bytes()))
}

/// What LLVM says, without its repetitions: it names all places where bitcode breaks a rule.
fn briefly(words: &str) -> String {
    let lines: Vec<_> = words.lines().take(2).map(str::trim).collect();
    lines.join(": ")
}

/// A function that goes on at a loop of another: `extern "C" fn(frame, hidden)`.
fn taking_over(copy: &mut Copy<'_>, id: FuncId, block: u32) -> Result<FuncId, String> {
    let func = copy.from.func(id);
    if is_variadic(copy.from, func) {
        return Err("a variadic function entered at a loop".into());
    }
    let saved = func.instrs.iter().filter_map(|instr| instr.op.call()).any(|call| {
        let callee = copy.from.direct_callee(call.callee).map(|id| &copy.from.func(id).name);
        callee.is_some_and(|name| name.starts_with("llvm.stackrestore"))
    });
    if saved {
        return Err("a stack saved before on-stack replacement".into());
    }
    let Some((ret, _, _)) = copy.from.types.signature(func.ty) else {
        return Err("a function without function type".into());
    };
    let sret = func.params.iter().any(|attrs| attrs.sret.is_some());
    let ptr = copy.own_type(Type::Ptr);
    let void = matches!(copy.from.types.get(ret), Type::Void);
    let ret = if void && sret { ptr } else { copy.ty(ret) };
    let ty = copy.own_type(Type::Func { ret, params: alloc::vec![ptr, ptr], varargs: false });
    Ok(copy.add_func(Function {
        name: format!("{}.at.{block}", func.name),
        ty,
        linkage: Linkage::External,
        comdat: None,
        params: alloc::vec![ParamAttrs::default(); 2],
        ret: copy_ret(func),
        flags: copy::flags(func),
        values: Vec::new(),
        instrs: Vec::new(),
        blocks: Vec::new(),
    }))
}

fn copy_ret(func: &Function) -> ParamAttrs {
    ParamAttrs { ext: func.ret.ext, ..ParamAttrs::default() }
}

/// Adds bodies of what is called, nearest first, as long as they are small enough to be inlined.
fn bodies<'m>(copy: &mut Copy<'m>, root: FuncId, entry: FuncId, profile: &'m [FunctionProfile]) {
    let mut total = 0;
    let mut at = 0;
    // Functions are numbered in the order in which they were named first.
    while at < copy.to.funcs.len() {
        let target = FuncId::new(at);
        at += 1;
        let Some(id) = copy.original(target) else { continue };
        let from: &'m Module = copy.from;
        let func = from.func(id);
        let size = func.instrs.len();
        let fits = target != entry
            && id != root
            && !func.is_declaration()
            && !copy::flags(func).noinline
            && !is_variadic(from, func)
            && size <= MAX_INLINED
            && total + size <= MAX_BODIES
            && natural::check(&from.types, func.ty, &func.params).is_ok()
            && natural::check_body(from, id).is_ok();
        if fits && body::copy(copy, id, target, Start::Call, profile.get(id.index())).is_ok() {
            total += size;
            copy.to.funcs[target.index()].linkage = Linkage::AvailableExternally;
        }
    }
}

fn is_variadic(module: &Module, func: &Function) -> bool {
    module.types.signature(func.ty).is_some_and(|(_, _, varargs)| varargs)
}

/// Code that says itself that vector registers hold arguments, since callers here need not say it
/// (`ir::abi`): LLVM saves them only if `al` is not 0.
fn saving_vectors(mut object: Object) -> Object {
    // mov al, 8; and two long instructions that do nothing, up to a multiple of 16.
    const HEAD: [u8; 16] =
        [0xb0, 0x08, 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00, 0x0f, 0x1f, 0x84, 0x00, 0, 0, 0, 0];
    let shift = u32::max(object.text_align, 16);
    let mut text = alloc::vec![0x90; shift as usize - HEAD.len()];
    text.extend_from_slice(&HEAD);
    text.append(&mut object.text);
    object.text = text;
    for reloc in &mut object.relocs {
        if reloc.section == Section::Text {
            reloc.offset += shift;
        }
        if reloc.target == Target::Text {
            reloc.addend += i64::from(shift);
        }
    }
    object
}

/// All that the code names must be in the program.
fn check_names(module: &Module, object: &Object) -> Result<(), String> {
    for reloc in &object.relocs {
        if let Target::Symbol(name) = &reloc.target
            && *name != object.symbol
            && module.symbol(name).is_none()
        {
            return Err(format!("code that needs {name}, which is not linked"));
        }
    }
    Ok(())
}
