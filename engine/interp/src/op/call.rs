//! Calls and returns.
//!
//! A call writes the words of the arguments where the callee's frame will be, links the new
//! frame to the old one and goes on with the callee's code: interpreted calls do not nest on
//! the machine's stack.

use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bareflow_ir::FuncId;

use super::branch::{bump, take_back};
use super::shape::Src;
use super::slow::{EXIT, fail, operands};
use super::{handlers, next, read};
use crate::bridge::Bridge;
use crate::code::{Cx, Fp, FuncState, Header, Ip, header, slow};
use crate::trap::TrapKind;
use crate::{RegFrame, World};

/// Targets that a call site tells apart.
const TARGETS: usize = 4;

/// An indirect call.
#[derive(Debug)]
pub(crate) struct Site {
    /// Position of the call in [`bareflow_ir::Function::instrs`].
    pub instr: u32,
    /// The function type the caller assumes.
    pub ty: bareflow_ir::TypeId,
    /// The address called last, if the callee has the type that is assumed.
    address: AtomicU64,
    state: Cell<*const FuncState>,
    /// What was called, and how often: `u32::MAX` is nothing.
    pub targets: [(Cell<u32>, AtomicU64); TARGETS],
    /// Which of `targets` was called last.
    last: Cell<usize>,
    pub other: AtomicU64,
    /// How the call looks to anyone outside.
    pub bridge: Bridge,
}

impl Site {
    pub fn new(instr: u32, ty: bareflow_ir::TypeId, bridge: Bridge) -> Self {
        Self {
            instr,
            ty,
            // What no program can have: the address of something of the interpreter.
            address: AtomicU64::new((&raw const UNDECODED) as u64),
            state: Cell::new(core::ptr::null()),
            targets: core::array::from_fn(|_| (Cell::new(u32::MAX), AtomicU64::new(0))),
            last: Cell::new(0),
            other: AtomicU64::new(0),
            bridge,
        }
    }

    fn count(&self, func: FuncId) {
        let known = self.targets.iter().position(|(id, _)| id.get() == func.0);
        let free = || self.targets.iter().position(|(id, _)| id.get() == u32::MAX);
        match known.or_else(free) {
            Some(at) => {
                self.targets[at].0.set(func.0);
                self.last.set(at);
                bump(&self.targets[at].1);
            }
            None => {
                self.last.set(TARGETS);
                bump(&self.other);
            }
        }
    }

    /// Counts a target, or one outside of the program.
    pub fn count_target(&self, func: Option<FuncId>) {
        match func {
            Some(func) => self.count(func),
            None => {
                bump(&self.other);
            }
        }
    }

    fn count_again(&self) {
        bump(self.targets.get(self.last.get()).map_or(&self.other, |(_, count)| count));
    }
}

/// Enters a callee whose arguments lie at `callee`, to go on at `resume`.
macro_rules! enter {
    ($ip:ident, $fp:ident, $cx:ident, $f:ident, $s:ident, $callee:ident, $state:ident, $resume:expr) => {{
        let resume: Ip = $resume;
        let calls = bump(&$state.calls);
        if $state.slow.load(Relaxed) != 0 || calls == $state.hot_at.load(Relaxed) {
            return long_way($ip, $fp, $cx, $state, $callee, resume);
        }
        if $callee as usize + $state.frame_bytes.load(Relaxed) as usize > (*$cx).limit {
            return overflow($ip, $fp, $cx, $state);
        }
        let link = &mut *header($callee);
        link.dst = $fp.add((*$ip).a as usize);
        link.fp = $fp;
        link.ip = resume;
        next!($state.entry.load(Relaxed), $callee, $cx, 0, $f, $s)
    }};
}

handlers! {
    /// Calls the function whose state is at `c` and `d` with the `N` (at most 6) words whose
    /// places follow; the frame of the callee is at `b`.
    fn call[const N: usize](ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let state = &*(inst.cd() as *const FuncState);
        let callee = fp.add(inst.b as usize);
        let args = operands(ip);
        for at in 0..N {
            let word = read::<u64>(fp, *args.add(at));
            callee.cast::<u64>().add(at).write(word);
        }
        enter!(ip, fp, cx, f, s, callee, state, ip.add(if N == 0 { 1 } else { 2 }))
    }

    /// The same for any number of words: the number comes first.
    fn call_many(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let state = &*(inst.cd() as *const FuncState);
        let callee = fp.add(inst.b as usize);
        let args = operands(ip);
        let count = *args as usize;
        if callee as usize + count * 8 > (*cx).limit {
            return overflow(ip, fp, cx, state);
        }
        for at in 0..count {
            let word = read::<u64>(fp, *args.add(at + 1));
            callee.cast::<u64>().add(at).write(word);
        }
        enter!(ip, fp, cx, f, s, callee, state, ip.add(1 + (count + 1).div_ceil(6)))
    }

    /// Calls what is at the address in `c`. Behind it: the site, the number of words, and
    /// their places.
    fn call_indirect(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let args = operands(ip);
        let site = &*args.cast::<*const Site>().read();
        let address = read::<u64>(fp, inst.c);
        let resume = ip.add(1 + (*args.add(2) as usize + 3).div_ceil(6));
        if site.address.load(Relaxed) != address {
            return find_target(ip, fp, cx, site, address, resume);
        }
        site.count_again();
        let state = &*site.state.get();
        let callee = fp.add(inst.b as usize);
        let count = *args.add(2) as usize;
        if callee as usize + count * 8 > (*cx).limit {
            return overflow(ip, fp, cx, state);
        }
        for at in 0..count {
            let word = read::<u64>(fp, *args.add(at + 3));
            callee.cast::<u64>().add(at).write(word);
        }
        enter!(ip, fp, cx, f, s, callee, state, resume)
    }

    /// Calls by the calling convention what is at the address in `c`, or, if `d` is not 0,
    /// the function numbered `d - 1`. The site follows.
    fn call_bridge(ip, fp, cx, acc, f, s) {
        let _ = (acc, f, s);
        let site = &*operands(ip).cast::<*const Site>().read();
        go_bridge(ip, fp, cx, site, ip.add(2))
    }

    /// Returns nothing.
    fn ret(ip, fp, cx, acc, f, s) {
        let _ = (ip, acc);
        let Header { ip: back, fp: caller, .. } = *header(fp);
        next!(back, caller, cx, 0, f, s)
    }

    /// Returns the word `b`.
    fn ret_word<L: Src>(ip, fp, cx, acc, f, s) {
        let value = L::get::<u64>(fp, (*ip).b, acc, f, s);
        let Header { ip: back, fp: caller, dst, .. } = *header(fp);
        dst.cast::<u64>().write(value);
        next!(back, caller, cx, value, f, s)
    }

    /// Returns `d` bytes from `b`.
    fn ret_bytes(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let Header { ip: back, fp: caller, dst, .. } = *header(fp);
        core::ptr::copy(fp.add(inst.b as usize), dst, inst.d as usize);
        next!(back, caller, cx, 0, f, s)
    }

    /// Remembers the end of the free stack, for a function that allocates by computed sizes.
    fn save_high(ip, fp, cx, acc, f, s) {
        (*header(fp)).high = (*cx).limit;
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// Frees what this call has allocated by computed sizes.
    fn restore_high(ip, fp, cx, acc, f, s) {
        (*cx).limit = (*header(fp)).high;
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// First and only instruction of what is not decoded: calls of it go the long way, so
    /// only a bug leads here.
    fn undecoded(ip, fp, cx, acc, f, s) {
        let _ = (fp, acc, f, s);
        super::slow::trap(ip, cx, super::slow::Fault::Unreachable)
    }
}

/// What is in the place of code before decoding.
pub(crate) static UNDECODED: crate::code::Inst =
    crate::code::Inst { op: crate::code::Entry { handler: undecoded }, a: 0, b: 0, c: 0, d: 0 };

#[cold]
#[inline(never)]
pub(crate) unsafe fn overflow(ip: Ip, fp: Fp, cx: Cx, state: &FuncState) {
    // SAFETY: a handler's arguments.
    unsafe {
        let depth = crate::interp::depth(fp) + 1;
        let name = (*(*cx).interp).module().func(state.id).name.clone();
        fail(ip, &mut *cx, TrapKind::StackOverflow { depth });
        if let Some(trap) = &mut (*cx).trap {
            trap.function = name;
        }
    }
}

/// What became of a call that went the long way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Enter decoded code.
    Enter,
    /// It is done and its result is in place.
    Done,
    /// It trapped.
    Failed,
}

unsafe extern "sysv64" fn long_way(
    ip: Ip,
    fp: Fp,
    cx: Cx,
    state: &FuncState,
    callee: Fp,
    resume: Ip,
) {
    // SAFETY: the handler's arguments.
    unsafe {
        let outcome = prepare(ip, fp, cx, state, callee);
        go_on(outcome, ip, fp, cx, state, callee, resume);
    }
}

#[inline(always)]
unsafe fn go_on(
    outcome: Outcome,
    ip: Ip,
    fp: Fp,
    cx: Cx,
    state: &FuncState,
    callee: Fp,
    resume: Ip,
) {
    // SAFETY: the handler's arguments.
    unsafe {
        let dst = fp.add((*ip).a as usize);
        match outcome {
            Outcome::Enter => {
                let link = &mut *header(callee);
                link.dst = dst;
                link.fp = fp;
                link.ip = resume;
                next!(state.entry.load(Relaxed), callee, cx, 0, 0.0, 0.0)
            }
            Outcome::Done => {
                let acc = dst.cast::<u64>().read_unaligned();
                next!(resume, fp, cx, acc, 0.0, 0.0)
            }
            Outcome::Failed => {}
        }
    }
}

/// Whatever must happen before a function with arguments at `callee` runs, or all of it.
#[inline(never)]
unsafe fn prepare(ip: Ip, fp: Fp, cx: Cx, state: &FuncState, callee: Fp) -> Outcome {
    // SAFETY: the handler's arguments.
    unsafe {
        let context = &mut *cx;
        let interp = &*context.interp;
        let world: &dyn World = &*context.world;
        let calls = state.calls.load(Relaxed);
        let bridge = interp.bridge(state.id);
        context.leave(fp, callee.add(bridge.param_bytes as usize));
        if calls >= state.hot_at.load(Relaxed) {
            let next = world.hot_call(state.id, calls);
            state.hot_at.store(next.max(calls + 1), Relaxed);
        }
        let flags = state.slow.load(Relaxed);
        if flags & slow::SAMPLE != 0 {
            interp.sample(state.id, callee, calls);
        }
        let native = state.native.load(Relaxed);
        if native != 0 {
            // Native code counts its calls itself.
            take_back(&state.calls);
            let mut regs = RegFrame::default();
            let dst = fp.add((*ip).a as usize);
            let mut stack = alloc::vec![0u64; bridge.stack_bytes as usize / 8];
            bridge.gather(callee, dst, &mut regs, stack.as_mut_ptr().cast());
            world.call_native(native, &mut regs, &stack);
            bridge.put_result(dst, &regs);
            return Outcome::Done;
        }
        if flags & slow::UNDECODED != 0
            && let Err(kind) = interp.decode(world, state.id)
        {
            fail(ip, context, kind);
            return Outcome::Failed;
        }
        if callee as usize + state.frame_bytes.load(Relaxed) as usize > context.limit {
            overflow(ip, fp, cx, state);
            return Outcome::Failed;
        }
        Outcome::Enter
    }
}

/// Finds out what is at an address that a call site did not call last.
unsafe extern "sysv64" fn find_target(
    ip: Ip,
    fp: Fp,
    cx: Cx,
    site: &Site,
    address: u64,
    resume: Ip,
) {
    // SAFETY: the handler's arguments.
    unsafe {
        if learn(cx, site, address) {
            // Again, and this time it is known.
            next!(ip, fp, cx, 0, 0.0, 0.0)
        } else {
            go_bridge(ip, fp, cx, site, resume)
        }
    }
}

/// Whether the address is that of a function of the type that the site assumes, which is then
/// what the site calls directly.
#[inline(never)]
unsafe fn learn(cx: Cx, site: &Site, address: u64) -> bool {
    // SAFETY: the handler's arguments.
    unsafe {
        let interp = &*(*cx).interp;
        let Some(func) = interp.function_at(&*(*cx).world, address) else { return false };
        let callee = interp.module().func(func);
        if callee.ty != site.ty
            || interp.bridge(func).varargs
            || !site.bridge.same(interp.bridge(func))
        {
            return false;
        }
        site.state.set(interp.state(func));
        site.address.store(address, Relaxed);
        site.count(func);
        // The caller counts this call once more.
        let last = site.targets.get(site.last.get()).map_or(&site.other, |(_, count)| count);
        last.store(last.load(Relaxed).wrapping_sub(1), Relaxed);
        true
    }
}

unsafe extern "sysv64" fn go_bridge(ip: Ip, fp: Fp, cx: Cx, site: &Site, resume: Ip) {
    // SAFETY: the handler's arguments.
    unsafe {
        let entry = bridge_call(ip, fp, cx, site, resume);
        let acc = (*cx).frame.add((*ip).a as usize).cast::<u64>().read_unaligned();
        next!(entry, (*cx).frame, cx, acc, 0.0, 0.0)
    }
}

/// Makes a call by the calling convention: the arguments are laid out as registers and stack
/// above the frame, where a variadic callee finds those that have no name. Gives the
/// instruction to go on with, and leaves its frame in the context.
#[inline(never)]
unsafe fn bridge_call(ip: Ip, fp: Fp, cx: Cx, site: &Site, resume: Ip) -> Ip {
    // SAFETY: the handler's arguments.
    unsafe {
        let context = &mut *cx;
        context.frame = fp;
        let inst = &*ip;
        let interp = &*context.interp;
        let world: &dyn World = &*context.world;
        let dst = fp.add(inst.a as usize);

        // The stack arguments behind the registers lie as they ask.
        let align = site.bridge.stack_align as usize;
        let low = fp as usize + inst.b as usize + size_of::<RegFrame>();
        let image = fp.add(low.next_multiple_of(align) - size_of::<RegFrame>() - fp as usize);
        let room = size_of::<RegFrame>() + site.bridge.stack_bytes as usize;
        if image as usize + room > context.limit {
            fail(ip, context, TrapKind::StackOverflow { depth: crate::interp::depth(fp) });
            return &raw const EXIT;
        }
        let regs = &mut *image.cast::<RegFrame>();
        *regs = RegFrame::default();
        let stack = image.add(size_of::<RegFrame>());
        site.bridge.gather(fp, dst, regs, stack);

        let func = match inst.d {
            0 => {
                let address = read::<u64>(fp, inst.c);
                let Some(func) = interp.function_at(world, address) else {
                    if !interp.is_outside(world, address) {
                        fail(ip, context, TrapKind::BadCall(address));
                        return &raw const EXIT;
                    }
                    bump(&site.other);
                    return bridge_out(context, fp, regs, stack, site, address, dst, resume);
                };
                site.count(func);
                func
            }
            number => FuncId(number - 1),
        };
        let state = &*interp.state(func);
        let callee_bridge = interp.bridge(func);
        bump(&state.calls);
        let calls = state.calls.load(Relaxed);
        if calls >= state.hot_at.load(Relaxed) {
            context.leave(fp, image.add(room));
            let next = world.hot_call(func, calls);
            state.hot_at.store(next.max(calls + 1), Relaxed);
        }
        let native = state.native.load(Relaxed);
        if native != 0 {
            take_back(&state.calls);
            return bridge_out(context, fp, regs, stack, site, native, dst, resume);
        }
        context.leave(fp, image.add(room));
        if !site.bridge.same_result(callee_bridge) {
            if let Err(trap) = interp.call_image(world, func, regs, stack) {
                context.trap = Some(trap);
                return &raw const EXIT;
            }
            site.bridge.put_result(dst, regs);
            return resume;
        }
        if state.slow.load(Relaxed) & slow::UNDECODED != 0
            && let Err(kind) = interp.decode(world, func)
        {
            fail(ip, context, kind);
            return &raw const EXIT;
        }
        let callee = image.add(room + crate::code::HEADER);
        if callee as usize + state.frame_bytes.load(Relaxed) as usize > context.limit {
            overflow(ip, fp, cx, state);
            return &raw const EXIT;
        }
        callee_bridge.scatter(callee, regs, stack);
        let link = &mut *header(callee);
        link.save = image;
        link.overflow = stack.add(callee_bridge.named_stack as usize);
        link.dst = dst;
        link.fp = fp;
        link.ip = resume;
        context.frame = callee;
        state.entry.load(Relaxed)
    }
}

/// The part of a bridged call that leaves for machine code.
#[expect(clippy::too_many_arguments, reason = "the parts of one function")]
unsafe fn bridge_out(
    context: &mut crate::code::Context,
    fp: Fp,
    regs: &mut RegFrame,
    stack: *mut u8,
    site: &Site,
    address: u64,
    dst: *mut u8,
    resume: Ip,
) -> Ip {
    // SAFETY: the caller's.
    unsafe {
        context.leave(fp, stack.add(site.bridge.stack_bytes as usize));
        let words =
            core::slice::from_raw_parts(stack.cast::<u64>(), site.bridge.stack_bytes as usize / 8);
        (*context.world).call_native(address, regs, words);
        site.bridge.put_result(dst, regs);
        resume
    }
}
