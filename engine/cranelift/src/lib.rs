//! The built-in compiler: Cranelift.
//!
//! A function goes through four steps: passes over the IR (`opt`, from O2 on), translation
//! to Cranelift's IR ([`lower`] and the files beside it), Cranelift itself, and making an
//! [`Object`] of the result ([`emit`]).
//!
//! Names that compiled code expects beside those of the program: functions of the C library
//! and of the compiler support library (`memcpy`, `fmod`, `__udivti3` ...), and three of the
//! machine, [`bareflow_object::THREAD`], [`bareflow_object::COUNTER_PREFIX`] and
//! [`bareflow_object::HOT`].
#![no_std]
#![forbid(unsafe_code)]
#![expect(
    clippy::wrong_self_convention,
    reason = "`self` is the translator: what is converted are its values, so `to_lanes` and \
              `from_lanes` say what is meant"
)]

extern crate alloc;

mod addr;
mod arith;
mod atomic;
mod call;
mod cast;
mod consts;
mod control;
mod count;
mod crowded;
mod emit;
mod float;
mod function;
mod int;
mod intrinsic;
mod isa;
mod lower;
mod memory;
mod names;
mod opt;
mod order;
mod peephole;
mod promote;
mod room;
mod shape;
mod side;
mod signature;
mod source;
mod tail;
mod variadic;
mod vector;
mod wide;
mod wide_float;
mod wrap;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_ir::BlockId;
use bareflow_object::{CompileError, Compiler, Entry, Object, Request};
use bareflow_profile::Level;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{Function, Signature};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use spin::Mutex;

use crate::source::Source;
use isa::IsaKey;
use lower::Lower;
use order::Order;

/// The built-in compiler. It may be used from several processors at once; each takes its own
/// working memory.
#[derive(Default)]
pub struct Cranelift {
    spare: Mutex<Vec<Box<Scratch>>>,
    targets: Mutex<Vec<(IsaKey, OwnedTargetIsa)>>,
}

/// Working memory that lives on from one function to the next.
struct Scratch {
    context: Context,
    builder: FunctionBuilderContext,
}

impl core::fmt::Debug for Cranelift {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Cranelift")
    }
}

impl Cranelift {
    /// A compiler.
    pub fn new() -> Self {
        Self::default()
    }

    fn target(&self, key: IsaKey) -> Result<OwnedTargetIsa, String> {
        let mut targets = self.targets.lock();
        if let Some((_, target)) = targets.iter().find(|(known, _)| *known == key) {
            return Ok(target.clone());
        }
        let target = key.build()?;
        // One session uses a handful; more means that somebody tries many processors.
        if targets.len() >= 16 {
            targets.clear();
        }
        targets.push((key, target.clone()));
        Ok(target)
    }

    fn scratch(&self) -> Box<Scratch> {
        self.spare.lock().pop().unwrap_or_else(|| {
            Box::new(Scratch { context: Context::new(), builder: FunctionBuilderContext::new() })
        })
    }
}

impl Compiler for Cranelift {
    fn name(&self) -> &'static str {
        "cranelift"
    }

    fn version(&self) -> String {
        alloc::format!("cranelift-{}+{}", cranelift_codegen::VERSION, env!("CARGO_PKG_VERSION"))
    }

    fn compile(&self, request: &Request<'_>) -> Result<Object, CompileError> {
        let func = request.module.func(request.func);
        let function = || func.name.clone();
        if func.is_declaration() {
            let what = "a function without body".into();
            return Err(CompileError::Unsupported { function: function(), what });
        }
        if request.options.is_for_llvm() {
            let what = "for vectors of a kind or a processor of a kind".into();
            return Err(CompileError::Unsupported { function: function(), what });
        }
        let key = IsaKey::new(request.cpu, request.level, request.options.for_size);
        let mut scratch = self.scratch();
        let result = compile(request, &|func| self.target(key.suited_to(func)), &mut scratch);
        scratch.context.clear();
        self.spare.lock().push(scratch);
        result
    }
}

fn compile(
    request: &Request<'_>,
    target_for: &dyn Fn(&Function) -> Result<OwnedTargetIsa, String>,
    scratch: &mut Scratch,
) -> Result<Object, CompileError> {
    let func = request.module.func(request.func);
    let function = || func.name.clone();
    let unsupported = |what| CompileError::Unsupported { function: function(), what };
    let internal = |what| CompileError::Internal { function: function(), what };
    let start = match request.entry {
        Entry::Call => BlockId(0),
        Entry::Loop(block) if block.index() < func.blocks.len() => block,
        Entry::Loop(block) => {
            return Err(unsupported(alloc::format!("an entry at no block, {}", block.0)));
        }
    };
    let mut body = opt::optimise(request);
    let finished = body.as_mut().map(|body| body.finish(func));
    let source = Source {
        module: request.module,
        id: request.func,
        func: finished.as_ref().unwrap_or(func),
        extra: body.as_ref().map_or(&[], |body| &body.extra),
        types: body.as_ref().map_or(&request.module.types, |body| &body.types),
        framed: func.values.len(),
        blocks: body.as_ref().map_or(&[], |body| &body.blocks),
    };

    let Scratch { context, builder } = scratch;
    context.func.name = emit::own_name();
    context.func.signature = Signature::new(CallConv::SystemV);
    let order = Order::of(source.func, start);
    let b = FunctionBuilder::new(&mut context.func, builder);
    let mut lower = Lower::new(source, b, request.cpu);
    if request.level > Level::O0 && request.entry == Entry::Call {
        lower.note_definitions();
    }
    let planned = if request.level > Level::O0 { lower.plan_promotion(&order) } else { Ok(()) };
    let translated =
        planned.and_then(|()| lower.function(request.entry, &order, request.options.instrument));
    let Lower { b, names, wrap: entry, .. } = lower;
    if let Err(refusal) = translated {
        // A builder that is dropped half way leaves its context in disorder.
        *builder = FunctionBuilderContext::new();
        return Err(unsupported(refusal.0));
    }
    let target = target_for(b.func).map_err(internal)?;
    b.finalize(target.frontend_config());

    let mut control = ControlPlane::default();
    context.compile(&*target, &mut control).map_err(|error| {
        internal(match &error.inner {
            cranelift_codegen::CodegenError::Verifier(errors) => errors.to_string(),
            other => alloc::format!("{other:?}"),
        })
    })?;
    let Some(code) = context.compiled_code() else {
        return Err(internal("no code".into()));
    };
    // Cranelift aligns no blocks; what can be aligned is the start of the code.
    let align = u32::from(request.options.align_loops.unwrap_or(1)).next_power_of_two().min(64);
    emit::object(&func.name, code, &context.func, &names.into_list(), entry, align)
        .map_err(internal)
}
