//! The interpreter of one program.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed};

use bareflow_ir::{FuncId, Module, Symbol, TypeId};
use hashbrown::HashSet;
use spin::{Mutex, Once};

use crate::bridge::Bridge;
use crate::code::{Code, Context, Entered, FuncState, HEADER, Ip, header, slow};
use crate::op::call::UNDECODED;
use crate::op::slow::EXIT;
use crate::profile::Samples;
use crate::{RegFrame, Trap, TrapKind, World, decode};

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

/// Something that cannot be interpreted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsupported {
    /// The function it is in.
    pub function: String,
    /// The instruction, intrinsic or type, in words.
    pub what: String,
}

impl core::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: cannot interpret {}", self.function, self.what)
    }
}

impl core::error::Error for Unsupported {}

/// Everything in `func` that cannot be interpreted; empty when all of it can. A declaration
/// has nothing in it.
pub fn check(module: &Module, func: FuncId) -> Vec<Unsupported> {
    if module.func(func).is_declaration() {
        return Vec::new();
    }
    let found = decode::function(&decode::Env { module, interp: None, world: None }, func).err();
    let name = |what| Unsupported { function: module.func(func).name.clone(), what };
    found.unwrap_or_default().into_iter().map(name).collect()
}

/// The interpreter of one program. Processors share it; each has its own [`crate::Stack`].
pub struct Interp {
    module: Arc<Module>,
    pub(crate) config: Config,
    states: Box<[FuncState]>,
    /// `None` for what cannot be passed.
    bridges: Box<[Option<Bridge>]>,
    codes: Box<[Once<Box<Code>>]>,
    /// Held while a function is decoded.
    decoding: Mutex<()>,
    pub(crate) samples: Mutex<Vec<Samples>>,
    /// Addresses of functions that are only declared.
    outside: Once<HashSet<u64>>,
}

// SAFETY: counts are atomic, code is published once, and the cells in call sites hold values
// that are valid whichever processor wrote them last.
unsafe impl Send for Interp {}
// SAFETY: as above.
unsafe impl Sync for Interp {}

impl core::fmt::Debug for Interp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Interp").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Interp {
    /// An interpreter that has decoded nothing yet.
    pub fn new(module: Arc<Module>, config: Config) -> Self {
        let count = module.funcs.len();
        let state = |id: FuncId| FuncState {
            entry: AtomicPtr::new((&raw const UNDECODED).cast_mut()),
            frame_bytes: AtomicU32::new(0),
            slow: AtomicU32::new(slow::UNDECODED | slow::SAMPLE),
            calls: AtomicU64::new(0),
            hot_at: AtomicU64::new(config.hot_calls.max(1)),
            native: AtomicU64::new(0),
            id,
        };
        Self {
            states: module.func_ids().map(state).collect(),
            bridges: module.func_ids().map(|id| bridge_of(&module, id)).collect(),
            codes: (0..count).map(|_| Once::new()).collect(),
            decoding: Mutex::new(()),
            samples: Mutex::new(vec![Samples::default(); count]),
            outside: Once::new(),
            module,
            config,
        }
    }

    /// The program.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// From now on calls of `func` go to the machine code at `entry`; with 0 they are
    /// interpreted. Calls that are being interpreted go on so.
    pub fn set_native(&self, func: FuncId, entry: u64) {
        let state = &self.states[func.index()];
        state.native.store(entry, Relaxed);
        if entry != 0 {
            state.slow.fetch_or(slow::NATIVE, Relaxed);
        } else {
            state.slow.fetch_and(!slow::NATIVE, Relaxed);
        }
    }

    /// Calls of a function that is defined outside go to its address, unless the surroundings
    /// have said something better.
    pub(crate) fn set_outside(&self, func: FuncId, address: u64) {
        if self.states[func.index()].native.load(Relaxed) == 0 {
            self.set_native(func, address);
        }
    }

    /// Calls `func` with the words of its parameters, one after the other, as they lie in its
    /// value frame ([`bareflow_ir::layout::ValueFrame`]), and gives the words of its result.
    /// Missing words are 0.
    ///
    /// # Errors
    /// Why the program could not go on. A trap behind a native frame goes to
    /// [`World::trap`] instead.
    pub fn call(&self, world: &dyn World, func: FuncId, args: &[u64]) -> Result<Vec<u64>, Trap> {
        let bridge = self.bridge(func);
        let state = self.state_ref(func);
        self.count_call(world, func);
        let mut result = vec![0u64; (bridge.ret_bytes as usize).div_ceil(8).max(2)];
        let mut words = vec![0u64; (bridge.param_bytes as usize).div_ceil(8)];
        words.iter_mut().zip(args).for_each(|(word, arg)| *word = *arg);
        let dst = result.as_mut_ptr().cast::<u8>();
        let native = state.native.load(Relaxed);
        if native != 0 {
            crate::op::branch::take_back(&state.calls);
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

    /// Runs `func` to its end with arguments as the calling convention has them.
    ///
    /// # Safety
    /// `regs` and `stack` hold such arguments.
    pub(crate) unsafe fn call_image(
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
                let words = self.bridge(func).stack_bytes as usize / 8;
                world.call_native(goes_to, regs, core::slice::from_raw_parts(stack.cast(), words));
            }
        }
        Ok(())
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
        let bridge = self.bridge(func);
        let hidden = regs.ints[0];
        let mut small = [0u64; 8];
        let mut large = Vec::new();
        let words = (bridge.ret_bytes as usize).div_ceil(8);
        let dst = if words <= small.len() {
            small.as_mut_ptr()
        } else {
            large.resize(words, 0);
            large.as_mut_ptr()
        }
        .cast::<u8>();
        let image = &raw mut *regs;
        let entered = Entered { regs: image, stack, stack_bytes: bridge.stack_bytes, hidden };
        // SAFETY: the caller's; a frame has room for the parameters.
        let fill = |fp: *mut u8| unsafe { bridge.scatter(fp, &*image, stack) };
        let goes_to = self.run(world, func, dst, Some(entered), fill)?;
        if goes_to == 0 {
            // SAFETY: the result is there; where one goes to memory, its address came first.
            unsafe { bridge.get_result(dst, hidden, regs) };
        }
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
        let name = || self.module.func(func).name.clone();
        let state = self.state_ref(func);
        if state.slow.load(Relaxed) & slow::UNDECODED != 0 {
            self.decode(world, func).map_err(|kind| Trap {
                kind,
                function: name(),
                block: None,
            })?;
        }
        let stack = world.stack();
        let mark = stack.mark();
        let fp = (mark.low().next_multiple_of(16) + HEADER) as *mut u8;
        // SAFETY: this world's lifetime ends after the run's, which is all that the context is
        // for.
        let world: *const (dyn World + 'static) =
            unsafe { core::mem::transmute(ptr::from_ref(world)) };
        let mut context = Context {
            limit: mark.high(),
            interp: self,
            world,
            stack,
            frame: fp,
            begin: fp.wrapping_sub(HEADER),
            entered,
            goes_to: 0,
            trap: None,
        };
        if fp as usize + state.frame_bytes.load(Relaxed) as usize > context.limit {
            // SAFETY: the innermost frame, if any, is alive: it is a caller of this.
            let depth = unsafe { depth(mark.inner() as *mut u8) } + 1;
            let kind = TrapKind::StackOverflow { depth };
            return Err(Trap { kind, function: name(), block: None });
        }
        fill(fp);
        if state.slow.load(Relaxed) & slow::SAMPLE != 0 {
            // SAFETY: the parameters are there.
            unsafe { self.sample(func, fp, state.calls.load(Relaxed)) };
        }
        // SAFETY: there is room for frame and header; the code belongs to the function.
        unsafe {
            let link = &mut *header(fp);
            if let Some(entered) = entered {
                link.save = entered.regs.cast();
                link.overflow = entered.stack.add(self.bridge(func).named_stack as usize);
            }
            link.dst = dst;
            link.fp = mark.inner() as *mut u8;
            link.ip = &raw const EXIT;
            let entry: Ip = state.entry.load(Relaxed);
            ((*entry).op.handler)(entry, fp, &raw mut context, 0, 0.0, 0.0);
        }
        stack.reset(mark);
        context.trap.map_or(Ok(context.goes_to), Err)
    }

    fn count_call(&self, world: &dyn World, func: FuncId) {
        let state = self.state_ref(func);
        let calls = crate::op::branch::bump(&state.calls);
        if calls >= state.hot_at.load(Relaxed) {
            let next = world.hot_call(func, calls);
            state.hot_at.store(next.max(calls + 1), Relaxed);
        }
    }

    pub(crate) fn state_ref(&self, func: FuncId) -> &FuncState {
        &self.states[func.index()]
    }

    pub(crate) fn state(&self, func: FuncId) -> *const FuncState {
        &raw const self.states[func.index()]
    }

    /// How a function is called from outside.
    pub(crate) fn bridge(&self, func: FuncId) -> &Bridge {
        static NONE: Bridge = Bridge::none();
        self.bridges[func.index()].as_ref().unwrap_or(&NONE)
    }

    /// Whether a function can be called by the calling convention at all.
    pub(crate) fn passable(&self, func: FuncId) -> bool {
        self.bridges[func.index()].is_some()
    }

    /// The function *defined* here at an address.
    pub(crate) fn function_at(&self, world: &dyn World, address: u64) -> Option<FuncId> {
        let func = world.function_at(address)?;
        let known = self.module.funcs.get(func.index())?;
        (!known.is_declaration()).then_some(func)
    }

    /// Whether the address is that of a function that is declared here and defined outside.
    pub(crate) fn is_outside(&self, world: &dyn World, address: u64) -> bool {
        let known = self.outside.call_once(|| {
            let declared = |id: &FuncId| self.module.func(*id).is_declaration();
            let address = |id| world.address(Symbol::Func(id));
            self.module.func_ids().filter(declared).filter_map(address).collect()
        });
        known.contains(&address)
    }

    /// Decodes a function, unless that is done.
    pub(crate) fn decode(&self, world: &dyn World, func: FuncId) -> Result<(), TrapKind> {
        let _guard = self.decoding.lock();
        let state = self.state_ref(func);
        if state.slow.load(Relaxed) & slow::UNDECODED == 0 {
            return Ok(());
        }
        let name = || self.module.func(func).name.clone();
        if self.module.func(func).is_declaration() {
            return Err(TrapKind::Unresolved(name()));
        }
        let env = decode::Env { module: &self.module, interp: Some(self), world: Some(world) };
        let code = decode::function(&env, func).map_err(|all| {
            let what = all.into_iter().next().unwrap_or_default();
            TrapKind::Unsupported(Box::new(Unsupported { function: name(), what }))
        })?;
        let code = self.codes[func.index()].call_once(|| Box::new(code));
        // Room for a few words that calls write before they check.
        state.frame_bytes.store(code.frame_bytes + SLACK, Relaxed);
        state.entry.store(code.insts.start(), Relaxed);
        state.slow.fetch_and(!slow::UNDECODED, core::sync::atomic::Ordering::Release);
        Ok(())
    }

    pub(crate) fn code(&self, func: FuncId) -> Option<&Code> {
        self.codes[func.index()].get().map(|code| &**code)
    }

    /// The decoded code of a function as words, three an instruction of which the first is the
    /// address of its handler: for tools that look at code. Empty before the first call.
    pub fn code_words(&self, func: FuncId) -> Vec<[u64; 3]> {
        self.code(func).map_or(Vec::new(), |code| code.insts.words())
    }

    /// The function that an instruction belongs to.
    pub(crate) fn locate(&self, ip: Ip) -> Option<(FuncId, &Code)> {
        self.module.func_ids().find_map(|id| {
            let code = self.code(id)?;
            code.insts.contains(ip).then_some((id, code))
        })
    }

    /// A trap at an instruction.
    pub(crate) fn trap_at(&self, ip: Ip, kind: TrapKind) -> Trap {
        let Some((func, code)) = self.locate(ip) else {
            return Trap { kind, function: String::new(), block: None };
        };
        let at = code.insts.index(ip) as u32;
        let after = code.blocks.partition_point(|(first, _)| *first <= at);
        let block = after.checked_sub(1).map(|index| code.blocks[index].1);
        Trap { kind, function: self.module.func(func).name.clone(), block }
    }
}

/// Bytes beyond a frame that are surely there.
pub(crate) const SLACK: u32 = 1024;

fn bridge_of(module: &Module, id: FuncId) -> Option<Bridge> {
    let func = module.func(id);
    let (ret, params, varargs) = module.types.signature(func.ty)?;
    let args = param_places(module, params);
    Bridge::new(&module.types, ret, &args, &func.params, func.ret, varargs).ok()
}

/// Types and places of parameters in a frame: they come first, in order.
fn param_places(module: &Module, params: &[TypeId]) -> Vec<(TypeId, u32)> {
    let mut at = 0u32;
    let place = |ty: &TypeId| {
        let here = at;
        let bytes = bareflow_ir::layout::alloc_size(&module.types, *ty);
        at = at.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX).div_ceil(8) * 8);
        (*ty, here)
    };
    params.iter().map(place).collect()
}

/// Interpreted calls that are under way, `fp` being the innermost one's frame or null.
///
/// # Safety
/// It is the frame of a call that is under way.
pub(crate) unsafe fn depth(fp: *mut u8) -> u64 {
    let mut depth = 0;
    let mut frame = NonNull::new(fp);
    while let Some(fp) = frame {
        depth += 1;
        // SAFETY: frames are linked down to a null.
        frame = NonNull::new(unsafe { (*header(fp.as_ptr())).fp });
    }
    depth
}
