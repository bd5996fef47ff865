//! The interpreter of one program.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use bareflow_ir::{BlockId, FuncId, Module};
use spin::Once;

use crate::code::Code;
use crate::machine::{Context, Entered, Fp, Functions, HEADER, Ip, Loop, Owner, Run, SLACK};
use crate::machine::{bump, depth, header, slow, take_back};
use crate::op::call::UNDECODED;
use crate::op::slow::EXIT;
use crate::samples::{SAMPLED_CALLS, Samples};
use crate::{Mark, RegFrame, Trap, TrapKind, Unsupported, World, decode, raised};

/// Settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Count of calls at which a function is first reported ([`World::hot_call`]).
    pub hot_calls: u64,
    /// Count of one back edge at which a loop is first reported ([`World::hot_loop`]).
    pub hot_loops: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { hot_calls: 100, hot_loops: 1000 }
    }
}

/// Everything in `func` that cannot be interpreted; empty when all of it can. A declaration
/// has nothing in it.
pub fn check(module: &Module, func: FuncId) -> Vec<Unsupported> {
    if module.func(func).is_declaration() {
        return Vec::new();
    }
    let env = decode::Env { module, running: None, hot_loops: u64::MAX };
    let found = decode::function(&env, func).err();
    let name = |what| Unsupported { function: module.func(func).name.clone(), what };
    found.unwrap_or_default().into_iter().map(name).collect()
}

/// [`check`] of all functions of a module, with a glance at most of them.
pub fn check_all(module: &Module) -> Vec<Unsupported> {
    let plain = decode::Plain::of(module);
    let others = module.func_ids().filter(|id| !plain.is(module, *id));
    others.flat_map(|id| check(module, id)).collect()
}

/// How many functions of a module need no more than a glance.
///
/// # Errors
/// The names of those of them that are refused all the same.
#[doc(hidden)]
pub fn glances(module: &Module) -> Result<usize, Vec<Unsupported>> {
    let plain = decode::Plain::of(module);
    let ids = module.func_ids().filter(|id| !module.func(*id).is_declaration());
    let glances: Vec<FuncId> = ids.filter(|id| plain.is(module, *id)).collect();
    let refused: Vec<_> = glances.iter().flat_map(|id| check(module, *id)).collect();
    if refused.is_empty() { Ok(glances.len()) } else { Err(refused) }
}

/// The interpreter of one program. Processors share it; each has its own [`crate::Stack`].
pub struct Interp {
    config: Config,
    pub(crate) functions: Functions,
    codes: Box<[Once<Box<Code>>]>,
    pub(crate) samples: Samples,
}

/// Processors share it.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Interp>();
};

impl core::fmt::Debug for Interp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Interp").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Interp {
    /// An interpreter that has decoded nothing yet.
    pub fn new(module: Arc<Module>, config: Config) -> Self {
        let count = module.funcs.len();
        Self {
            functions: Functions::new(module, &raw const UNDECODED, config.hot_calls.max(1)),
            codes: (0..count).map(|_| Once::new()).collect(),
            samples: Samples::new(count),
            config,
        }
    }

    /// The program.
    pub fn module(&self) -> &Arc<Module> {
        self.functions.module()
    }

    /// From now on calls of `func` go to the machine code at `entry`; with 0 they are
    /// interpreted. Calls that are being interpreted go on so.
    pub fn set_native(&self, func: FuncId, entry: u64) {
        self.functions.callee(func).set_native(entry);
    }

    /// Calls `func` with the words of its parameters, one after the other, as they lie in its
    /// value frame ([`bareflow_ir::layout::ValueFrame`]), and gives the words of its result.
    /// Missing words are 0.
    ///
    /// # Errors
    /// Why the program could not go on. A trap behind a native frame goes to
    /// [`World::trap`] instead.
    pub fn call(&self, world: &dyn World, func: FuncId, args: &[u64]) -> Result<Vec<u64>, Trap> {
        let bridge = self.functions.bridge(func);
        let state = self.functions.callee(func);
        self.count_call(world, func);
        let mut result = vec![0u64; (bridge.ret_bytes as usize).div_ceil(8).max(2)];
        let mut words = vec![0u64; (bridge.param_bytes as usize).div_ceil(8)];
        words.iter_mut().zip(args).for_each(|(word, arg)| *word = *arg);
        let dst = result.as_mut_ptr().cast::<u8>();
        let native = state.native();
        if native != 0 {
            take_back(&state.calls);
            let mut regs = RegFrame::default();
            let mut stack = vec![0u64; bridge.stack_bytes as usize / 8];
            let frame = words.as_mut_ptr().cast::<u8>();
            // SAFETY: all buffers have the sizes that the bridge says; the world vouches for
            // the code.
            unsafe {
                bridge.gather(frame, dst, &mut regs, stack.as_mut_ptr().cast());
                world.call_native(native, &mut regs, &stack);
                bridge.put_result(dst, &regs);
            }
        } else {
            // SAFETY: a frame has room for the parameters.
            let fill = |fp: *mut u8| unsafe {
                ptr::copy(words.as_ptr().cast(), fp, words.len() * 8);
            };
            self.run(world, func, dst, None, fill)?;
        }
        result.truncate((bridge.ret_bytes as usize).div_ceil(8));
        Ok(result)
    }

    /// Runs `func` for native code that called it: reads the arguments where
    /// [`bareflow_ir::abi::lower`] says from `regs` and `stack_args` (the address of the first
    /// stack argument) and leaves the result in `regs`. A trap goes to [`World::trap`].
    ///
    /// The answer is 0, or an address: then the result is what the code there returns when it is
    /// called in place of `func`, with the registers now in `regs` (the static chain included) and
    /// the stack arguments where they were.
    ///
    /// # Safety
    /// `regs` and `stack_args` hold a call of `func` by the C calling convention.
    pub unsafe fn enter(
        &self,
        world: &dyn World,
        func: FuncId,
        regs: &mut RegFrame,
        stack_args: *mut u8,
    ) -> u64 {
        self.count_call(world, func);
        // SAFETY: the caller's.
        match unsafe { self.run_image(world, func, regs, stack_args) } {
            Ok(goes_to) => goes_to,
            Err(trap) => world.trap(trap),
        }
    }

    /// Runs `func` with arguments as the calling convention has them. The answer is that of
    /// [`Self::enter`].
    ///
    /// # Safety
    /// `regs` and `stack` hold such arguments.
    unsafe fn run_image(
        &self,
        world: &dyn World,
        func: FuncId,
        regs: &mut RegFrame,
        stack: *mut u8,
    ) -> Result<u64, Trap> {
        let bridge = self.functions.bridge(func);
        let hidden = regs.ints[0];
        let mut small = [0u64; 8];
        let stack_of_calls = world.stack();
        let mark = stack_of_calls.mark();
        let words = (bridge.ret_bytes as usize).div_ceil(8);
        let dst = if words <= small.len() {
            small.as_mut_ptr().cast::<u8>()
        } else {
            // On the stack and owned by nobody: the function may be left by a jump.
            let low = mark.low().next_multiple_of(16);
            let end = low + words * 8;
            if end > mark.high() {
                return Err(self.no_room(func, mark));
            }
            stack_of_calls.leave(end, mark.high(), mark.inner());
            low as *mut u8
        };
        let image = &raw mut *regs;
        let entered = Entered { regs: image, stack, stack_bytes: bridge.stack_bytes, hidden };
        // SAFETY: the caller's; a frame has room for the parameters.
        let fill = |fp: *mut u8| unsafe { bridge.scatter(fp, &*image, stack) };
        let goes_to = self.run(world, func, dst, Some(entered), fill)?;
        if goes_to == 0 {
            // SAFETY: the result is there; where one goes to memory, its address came first.
            unsafe { bridge.get_result(dst, hidden, regs) };
        }
        stack_of_calls.reset(mark);
        Ok(goes_to)
    }

    /// Runs `func` in a new frame above everything on the stack, with parameters from `fill`.
    fn run(
        &self,
        world: &dyn World,
        func: FuncId,
        dst: *mut u8,
        entered: Option<Entered>,
        fill: impl FnOnce(*mut u8),
    ) -> Result<u64, Trap> {
        let name = || self.functions.name(func).into();
        let state = self.functions.callee(func);
        if state.slow() & slow::UNDECODED != 0 {
            self.decode(world, func).map_err(|kind| Trap {
                kind,
                function: name(),
                block: None,
            })?;
        }
        let stack = world.stack();
        let mark = stack.mark();
        let fp = (mark.low().next_multiple_of(16) + HEADER) as *mut u8;
        let mut run = Run {
            context: Context { limit: mark.high(), frame: fp },
            functions: &self.functions,
            owner: self,
            world,
            stack,
            begin: fp.wrapping_sub(HEADER),
            entered,
            goes_to: 0,
            trap: None,
        };
        if fp as usize + state.frame_bytes.load(Relaxed) as usize > run.context.limit {
            return Err(self.no_room(func, mark));
        }
        fill(fp);
        if state.slow() & slow::SAMPLE != 0 {
            // SAFETY: the parameters are there.
            unsafe { self.sample(func, fp, state.calls.load(Relaxed)) };
        }
        // SAFETY: there is room for frame and header; the code belongs to the function.
        unsafe {
            let link = &mut *header(fp);
            if let Some(entered) = entered {
                let named = self.functions.bridge(func).named_stack as usize;
                link.save = entered.regs.cast();
                link.overflow = entered.stack.add(named);
            }
            link.dst = dst;
            link.fp = mark.inner() as *mut u8;
            link.ip = &raw const EXIT;
            let entry: Ip = state.entry.load(Relaxed);
            ((*entry).op.handler)(entry, fp, (&raw mut run).cast(), 0, 0.0, 0.0);
        }
        stack.reset(mark);
        run.trap.map_or(Ok(run.goes_to), Err)
    }

    /// There is no room on the stack for a call of `func`.
    fn no_room(&self, func: FuncId, mark: Mark) -> Trap {
        // SAFETY: the innermost frame, if any, is alive: it is a caller of this.
        let depth = unsafe { depth(mark.inner() as *mut u8) } + 1;
        let kind = TrapKind::StackOverflow { depth };
        Trap { kind, function: self.functions.name(func).into(), block: None }
    }

    fn count_call(&self, world: &dyn World, func: FuncId) {
        let state = self.functions.callee(func);
        state.report(world, bump(&state.calls));
    }

    pub(crate) fn code(&self, func: FuncId) -> Option<&Code> {
        self.codes[func.index()].get().map(|code| &**code)
    }

    /// The decoded code of a function as words, three an instruction of which the first is the
    /// address of its handler: for tools that look at code. Empty before the first call.
    pub fn code_words(&self, func: FuncId) -> Vec<[u64; 3]> {
        self.code(func).map_or(Vec::new(), |code| code.insts.words())
    }

    fn decoded(&self, world: &dyn World, func: FuncId) -> Result<Code, TrapKind> {
        let name = || self.functions.name(func).into();
        if self.module().func(func).is_declaration() {
            return Err(TrapKind::Unresolved(name()));
        }
        // Constants are computed beforehand.
        let _raised = raised::keep();
        let env = decode::Env {
            module: self.module(),
            running: Some((&self.functions, world)),
            hot_loops: self.config.hot_loops.max(1),
        };
        decode::function(&env, func).map_err(|all| {
            let what = all.into_iter().next().unwrap_or_default();
            TrapKind::Unsupported(Box::new(Unsupported { function: name(), what }))
        })
    }

    /// The function that an instruction belongs to.
    fn locate(&self, ip: Ip) -> Option<(FuncId, &Code)> {
        self.module().func_ids().find_map(|id| {
            let code = self.code(id)?;
            code.insts.contains(ip).then_some((id, code))
        })
    }

    /// The function whose decoded code an address lies in, and the block there: for reports of
    /// faults, whose registers hold such addresses. Takes no lock.
    pub fn decoded_at(&self, address: u64) -> Option<(FuncId, Option<BlockId>)> {
        let ip = address as usize as Ip;
        let (func, code) = self.locate(ip)?;
        let at = code.insts.index(ip) as u32;
        let after = code.blocks.partition_point(|(first, _)| *first <= at);
        Some((func, after.checked_sub(1).map(|index| code.blocks[index].1)))
    }
}

impl Owner for Interp {
    /// Several processors may decode the same function at once: what the first of them made stays.
    fn decode(&self, world: &dyn World, func: FuncId) -> Result<(), TrapKind> {
        let cell = &self.codes[func.index()];
        let code = match cell.get() {
            Some(code) => code,
            None => {
                let code = Box::new(self.decoded(world, func)?);
                cell.call_once(|| code)
            }
        };
        let callee = self.functions.callee(func);
        callee.publish(code.insts.start(), code.frame_bytes + SLACK);
        Ok(())
    }

    unsafe fn sample(&self, func: FuncId, frame: Fp, calls: u64) {
        if calls >= SAMPLED_CALLS {
            self.functions.callee(func).end_samples();
        }
        // SAFETY: the caller's.
        unsafe { self.samples.take(self.module(), func, frame) }
    }

    unsafe fn call_image(
        &self,
        world: &dyn World,
        func: FuncId,
        regs: &mut RegFrame,
        stack: *mut u8,
    ) -> Result<(), Trap> {
        // SAFETY: the caller's; a run that ends with a call has its arguments where its own were.
        unsafe {
            let goes_to = self.run_image(world, func, regs, stack)?;
            if goes_to != 0 {
                let words = self.functions.bridge(func).stack_bytes as usize / 8;
                world.call_native(goes_to, regs, core::slice::from_raw_parts(stack.cast(), words));
            }
        }
        Ok(())
    }

    fn frame_bytes_at(&self, ip: Ip) -> Option<u32> {
        self.locate(ip).map(|(_, code)| code.frame_bytes)
    }

    fn trap_at(&self, ip: Ip, kind: TrapKind) -> Trap {
        let Some((func, block)) = self.decoded_at(ip as usize as u64) else {
            return Trap { kind, function: String::new(), block: None };
        };
        Trap { kind, function: self.functions.name(func).into(), block }
    }

    fn loop_at(&self, ip: Ip) -> Option<Loop<'_>> {
        let (func, code) = self.locate(ip)?;
        let at = code.insts.index(ip) as u32;
        let edge = code.back_edges.binary_search_by_key(&at, |edge| edge.0).ok()?;
        Some(Loop {
            func,
            header: code.back_edges[edge].1,
            frame_bytes: code.frame_bytes,
            saves_high: code.saves_high,
            moves: &code.osr_moves,
        })
    }
}
