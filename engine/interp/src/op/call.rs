//! Calls and returns.
//!
//! A call writes the words of the arguments where the callee's frame will be, links the new
//! frame to the old one and goes on with the callee's code: interpreted calls do not nest on
//! the machine's stack.

use core::sync::atomic::Ordering::Relaxed;

use bareflow_ir::FuncId;

use super::shape::Src;
use super::site::Site;
use super::slow::{EXIT, operands, trap};
use super::{bump, handlers, next, read};
use crate::machine::{Callee, Cx, Entry, Fp, HEADER, Header, Inst, Ip, Run};
use crate::machine::{depth, header, slow, take_back};
use crate::value::Fault;
use crate::{RegFrame, TrapKind};

/// Enters a callee whose arguments lie at `callee`, to go on at `resume`.
macro_rules! enter {
    ($ip:ident, $fp:ident, $cx:ident, $f:ident, $s:ident, $callee:ident, $state:ident, $resume:expr) => {{
        let resume: Ip = $resume;
        let calls = bump(&$state.calls);
        if $state.slow() != 0 || calls >= $state.hot_at.load(Relaxed) {
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
        let state = &*(inst.cd() as *const Callee);
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
        let state = &*(inst.cd() as *const Callee);
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
        let Some(state) = site.again(address) else {
            return find_target(ip, fp, cx, site, address);
        };
        enter_target(ip, fp, cx, f, s, state)
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
        trap(ip, cx, Fault::Unreachable)
    }
}

/// What is in the place of code before decoding.
pub(crate) static UNDECODED: Inst =
    Inst { op: Entry { handler: undecoded }, a: 0, b: 0, c: 0, d: 0 };

/// Where an indirect call goes on.
///
/// # Safety
/// `ip` is one.
#[inline(always)]
unsafe fn resume_of(ip: Ip) -> Ip {
    // SAFETY: the operands say how many follow.
    unsafe { ip.add(1 + (*operands(ip).add(2) as usize + 3).div_ceil(6)) }
}

/// Enters the function that an indirect call calls.
#[inline(always)]
unsafe fn enter_target(ip: Ip, fp: Fp, cx: Cx, f: f64, s: f32, state: &Callee) {
    // SAFETY: the handler's arguments.
    unsafe {
        let args = operands(ip);
        let callee = fp.add((*ip).b as usize);
        let count = *args.add(2) as usize;
        if callee as usize + count * 8 > (*cx).limit {
            return overflow(ip, fp, cx, state);
        }
        for at in 0..count {
            let word = read::<u64>(fp, *args.add(at + 3));
            callee.cast::<u64>().add(at).write(word);
        }
        enter!(ip, fp, cx, f, s, callee, state, resume_of(ip))
    }
}

#[cold]
#[inline(never)]
pub(crate) unsafe extern "sysv64" fn overflow(ip: Ip, fp: Fp, cx: Cx, state: &Callee) {
    // SAFETY: a handler's arguments.
    unsafe {
        let run = Run::of(cx);
        run.fail(ip, TrapKind::StackOverflow { depth: depth(fp) + 1 });
        if let Some(trap) = &mut run.trap {
            trap.function = run.functions.name(state.id).into();
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

// Inlined, it would make every call save the registers that only it needs.
#[inline(never)]
unsafe extern "sysv64" fn long_way(ip: Ip, fp: Fp, cx: Cx, state: &Callee, callee: Fp, resume: Ip) {
    // SAFETY: the handler's arguments.
    unsafe {
        let outcome = prepare(ip, fp, cx, state, callee);
        go_on(outcome, ip, fp, cx, state, callee, resume);
    }
}

#[inline(always)]
unsafe fn go_on(outcome: Outcome, ip: Ip, fp: Fp, cx: Cx, state: &Callee, callee: Fp, resume: Ip) {
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
unsafe fn prepare(ip: Ip, fp: Fp, cx: Cx, state: &Callee, callee: Fp) -> Outcome {
    // SAFETY: the handler's arguments.
    unsafe {
        let run = Run::of(cx);
        let calls = state.calls.load(Relaxed);
        let bridge = run.functions.bridge(state.id);
        run.leave(fp, callee.add(bridge.param_bytes as usize));
        state.report(run.world, calls);
        let flags = state.slow();
        if flags & slow::SAMPLE != 0 {
            run.owner.sample(state.id, callee, calls);
        }
        let native = state.native();
        if native != 0 {
            // Native code counts its calls itself.
            take_back(&state.calls);
            let mut regs = RegFrame::default();
            let dst = fp.add((*ip).a as usize);
            // On our stack and owned by nobody: the callee may be left by a jump.
            let stack = callee.add((bridge.param_bytes as usize).next_multiple_of(16));
            let bytes = bridge.stack_bytes as usize;
            if stack as usize + bytes > run.context.limit {
                overflow(ip, fp, cx, state);
                return Outcome::Failed;
            }
            stack.write_bytes(0, bytes);
            bridge.gather(callee, dst, &mut regs, stack);
            run.leave(fp, stack.add(bytes));
            let words = core::slice::from_raw_parts(stack.cast::<u64>(), bytes / 8);
            run.world.call_native(native, &mut regs, words);
            bridge.put_result(dst, &regs);
            return Outcome::Done;
        }
        if flags & slow::UNDECODED != 0
            && let Err(kind) = run.owner.decode(run.world, state.id)
        {
            run.fail(ip, kind);
            return Outcome::Failed;
        }
        if callee as usize + state.frame_bytes.load(Relaxed) as usize > run.context.limit {
            overflow(ip, fp, cx, state);
            return Outcome::Failed;
        }
        Outcome::Enter
    }
}

/// Finds out what is at an address that a call site did not call last.
#[inline(never)]
unsafe extern "sysv64" fn find_target(ip: Ip, fp: Fp, cx: Cx, site: &Site, address: u64) {
    // SAFETY: the handler's arguments.
    unsafe {
        match learn(cx, site, address) {
            Some(state) => enter_target(ip, fp, cx, 0.0, 0.0, state),
            None => go_bridge(ip, fp, cx, site, resume_of(ip)),
        }
    }
}

/// The function at an address, if it has the type that the site assumes: then the site calls it
/// directly from now on.
#[inline(never)]
unsafe fn learn<'a>(cx: Cx, site: &Site, address: u64) -> Option<&'a Callee> {
    // SAFETY: the handler's arguments.
    let run: &Run<'a> = unsafe { Run::of(cx) };
    let func = run.functions.function_at(run.world, address)?;
    let (callee, bridge) = (run.functions.callee(func), run.functions.bridge(func));
    if run.functions.module().func(func).ty != site.ty
        || bridge.varargs
        || !site.bridge.same(bridge)
        || !callee.learn_address(address)
    {
        return None;
    }
    site.learn(callee);
    Some(callee)
}

unsafe extern "sysv64" fn go_bridge(ip: Ip, fp: Fp, cx: Cx, site: &Site, resume: Ip) {
    // SAFETY: the handler's arguments.
    unsafe {
        let (entry, frame) = bridge_call(ip, fp, cx, site, resume);
        let acc = frame.add((*ip).a as usize).cast::<u64>().read_unaligned();
        next!(entry, frame, cx, acc, 0.0, 0.0)
    }
}

/// Makes a call by the calling convention: the arguments are laid out as registers and stack
/// above the frame, where a variadic callee finds those that have no name. Gives the
/// instruction to go on with, and its frame.
#[inline(never)]
unsafe fn bridge_call(ip: Ip, fp: Fp, cx: Cx, site: &Site, resume: Ip) -> (Ip, Fp) {
    // SAFETY: the handler's arguments.
    unsafe {
        let run = Run::of(cx);
        let exit = (&raw const EXIT, fp);
        let inst = &*ip;
        let (functions, world) = (run.functions, run.world);
        let dst = fp.add(inst.a as usize);

        // The stack arguments behind the registers lie as they ask.
        let align = site.bridge.stack_align as usize;
        let low = fp as usize + inst.b as usize + size_of::<RegFrame>();
        let image = fp.add(low.next_multiple_of(align) - size_of::<RegFrame>() - fp as usize);
        let room = size_of::<RegFrame>() + site.bridge.stack_bytes as usize;
        if image as usize + room > run.context.limit {
            run.fail(ip, TrapKind::StackOverflow { depth: depth(fp) });
            return exit;
        }
        let regs = &mut *image.cast::<RegFrame>();
        *regs = RegFrame::default();
        let stack = image.add(size_of::<RegFrame>());
        site.bridge.gather(fp, dst, regs, stack);

        let func = match inst.d {
            0 => {
                let address = read::<u64>(fp, inst.c);
                let Some(func) = functions.function_at(world, address) else {
                    if !functions.is_outside(world, address) {
                        run.fail(ip, TrapKind::BadCall(address));
                        return exit;
                    }
                    site.count_other();
                    bridge_out(run, fp, regs, stack, site, address, dst);
                    return (resume, fp);
                };
                site.count(functions.callee(func));
                func
            }
            number => FuncId(number - 1),
        };
        let state = functions.callee(func);
        let callee_bridge = functions.bridge(func);
        let calls = bump(&state.calls);
        run.leave(fp, image.add(room));
        state.report(world, calls);
        let native = state.native();
        if native != 0 {
            take_back(&state.calls);
            bridge_out(run, fp, regs, stack, site, native, dst);
            return (resume, fp);
        }
        if !site.bridge.same_result(callee_bridge) {
            if let Err(trap) = run.owner.call_image(world, func, regs, stack) {
                run.trap = Some(trap);
                return exit;
            }
            site.bridge.put_result(dst, regs);
            return (resume, fp);
        }
        if state.slow() & slow::UNDECODED != 0
            && let Err(kind) = run.owner.decode(world, func)
        {
            run.fail(ip, kind);
            return exit;
        }
        let callee = image.add(room + HEADER);
        if callee as usize + state.frame_bytes.load(Relaxed) as usize > run.context.limit {
            overflow(ip, fp, cx, state);
            return exit;
        }
        callee_bridge.scatter(callee, regs, stack);
        let link = &mut *header(callee);
        link.save = image;
        link.overflow = stack.add(callee_bridge.named_stack as usize);
        link.dst = dst;
        link.fp = fp;
        link.ip = resume;
        (state.entry.load(Relaxed), callee)
    }
}

/// The part of a bridged call that leaves for machine code.
unsafe fn bridge_out(
    run: &Run<'_>,
    fp: Fp,
    regs: &mut RegFrame,
    stack: *mut u8,
    site: &Site,
    address: u64,
    dst: *mut u8,
) {
    // SAFETY: the caller's.
    unsafe {
        run.leave(fp, stack.add(site.bridge.stack_bytes as usize));
        let words =
            core::slice::from_raw_parts(stack.cast::<u64>(), site.bridge.stack_bytes as usize / 8);
        run.world.call_native(address, regs, words);
        site.bridge.put_result(dst, regs);
    }
}
