//! The long ways: traps, hot loops, and operations that are ordinary functions.
//!
//! Nothing here may keep a handler's frame alive: handlers end in tail calls, and a local
//! variable whose address is taken would forbid that. So whatever needs locals is a function
//! of its own that is not inlined.

use core::sync::atomic::Ordering::Relaxed;

use bareflow_ir::abi::{HANDOVER_STACK, Handover};

use super::tail::Next;
use super::{handlers, next, read};
use crate::code::{Context, Cx, Entry, Fp, Header, Inst, Ip, header};
use crate::trap::TrapKind;
use crate::{RegFrame, World};

/// What operations can end with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Fault {
    DivideByZero,
    DivideOverflow,
    Unreachable,
    Trapped,
    Unwind,
}

impl From<Fault> for TrapKind {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::DivideByZero => TrapKind::DivideByZero,
            Fault::DivideOverflow => TrapKind::DivideOverflow,
            Fault::Unreachable => TrapKind::Unreachable,
            Fault::Trapped => TrapKind::Trapped,
            Fault::Unwind => TrapKind::Unwind,
        }
    }
}

/// Ends the run: the handler that called this returns.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "sysv64" fn trap(ip: Ip, cx: Cx, fault: Fault) {
    // SAFETY: handlers are given a valid context.
    unsafe { fail(ip, &mut *cx, fault.into()) }
}

/// Ends the run for any reason.
///
/// # Safety
/// The context is that of the running code.
#[cold]
#[inline(never)]
pub(crate) unsafe fn fail(ip: Ip, cx: &mut Context, kind: TrapKind) {
    // SAFETY: the interpreter outlives the run.
    cx.trap = Some(unsafe { &*cx.interp }.trap_at(ip, kind));
}

/// Ends the run: a jump to no label.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "sysv64" fn bad_label(ip: Ip, _: Fp, cx: Cx, value: u64) {
    // SAFETY: handlers are given a valid context.
    unsafe { fail(ip, &mut *cx, TrapKind::BadLabel(value)) }
}

/// An operation that is an ordinary function: it reads its operands, as many numbers as the
/// instructions behind it hold, and writes its result at the given place of the frame.
pub(crate) type Function =
    unsafe fn(fp: Fp, cx: Cx, out: u32, operands: *const u32) -> Option<Fault>;

/// The operands behind an instruction.
///
/// # Safety
/// Operands follow it.
#[inline(always)]
pub(crate) unsafe fn operands(ip: Ip) -> *const u32 {
    // SAFETY: the caller's.
    unsafe { ip.add(1).cast() }
}

#[inline(never)]
unsafe extern "sysv64" fn run_function(ip: Ip, fp: Fp, cx: Cx) -> Ip {
    // SAFETY: decoding put the address of a function there.
    unsafe {
        let inst = &*ip;
        let function: Function = core::mem::transmute::<u64, Function>(inst.cd());
        match function(fp, cx, inst.a, operands(ip)) {
            None => ip.add(1 + inst.b as usize),
            Some(fault) => {
                trap(ip, cx, fault);
                &raw const EXIT
            }
        }
    }
}

handlers! {
    /// Calls the [`Function`] at `c` and `d` for place `a`; `b` instructions of operands
    /// follow.
    fn function(ip, fp, cx, acc, f, s) {
        let _ = (acc, f, s);
        next!(run_function(ip, fp, cx), fp, cx, 0, 0.0, 0.0)
    }

    /// Traps for the fault numbered `a`.
    fn fault(ip, fp, cx, acc, f, s) {
        let _ = (fp, acc, f, s);
        let fault = match (*ip).a {
            0 => Fault::DivideByZero,
            1 => Fault::DivideOverflow,
            2 => Fault::Unreachable,
            3 => Fault::Trapped,
            _ => Fault::Unwind,
        };
        trap(ip, cx, fault)
    }

    /// Traps for using the unresolved symbol numbered `b` of kind `a`.
    fn unresolved(ip, fp, cx, acc, f, s) {
        let _ = (fp, acc, f, s);
        fail_unresolved(ip, cx)
    }
}

#[cold]
#[inline(never)]
unsafe fn fail_unresolved(ip: Ip, cx: Cx) {
    // SAFETY: handlers are given a valid context.
    unsafe {
        let module = (*(*cx).interp).module();
        let at = (*ip).b as usize;
        let name = match (*ip).a {
            0 => &module.funcs[at].name,
            1 => &module.globals[at].name,
            _ => &module.aliases[at].name,
        };
        fail(ip, &mut *cx, TrapKind::Unresolved(name.clone()));
    }
}

/// Ends the run.
pub(crate) unsafe extern "sysv64" fn exit(_: Ip, _: Fp, _: Cx, _: u64, _: f64, _: f32) {}

/// Where a run ends: the outermost frame returns to it.
pub(crate) static EXIT: Inst = Inst { op: Entry { handler: exit }, a: 0, b: 0, c: 0, d: 0 };

/// A back edge has been taken often: asks what to do, and goes on in the loop or returns from
/// the function with what compiled code made of it.
pub(crate) unsafe extern "sysv64" fn hot_loop(ip: Ip, fp: Fp, cx: Cx, acc: u64, f: f64, s: f32) {
    // SAFETY: this is a handler.
    unsafe {
        let Next(back, result) = ask_hot_loop(ip, fp, cx);
        if back.is_null() {
            next!(ip.byte_offset((*ip).d as i32 as isize), fp, cx, acc, f, s)
        } else {
            next!(back, (*cx).frame, cx, result, f, s)
        }
    }
}

/// Nowhere: the loop goes on.
const ON: Next = Next(core::ptr::null(), 0);

/// Where to go on, with the frame in the context, when compiled code has finished the function.
#[cold]
#[inline(never)]
unsafe extern "sysv64" fn ask_hot_loop(ip: Ip, fp: Fp, cx: Cx) -> Next {
    // SAFETY: a handler's arguments.
    unsafe {
        let cx = &mut *cx;
        let interp = &*cx.interp;
        let world: &dyn World = &*cx.world;
        let tally = super::branch::tally(ip);
        let Some((func, code)) = interp.locate(ip) else { return ON };
        let at = code.insts.index(ip) as u32;
        let Ok(edge) = code.back_edges.binary_search_by_key(&at, |edge| edge.0) else {
            tally.hot_at.store(u64::MAX, Relaxed);
            return ON;
        };
        let header_block = code.back_edges[edge].1;
        // Room for a call that the code may leave us to make.
        let bridge = interp.bridge(func);
        let align = (bridge.stack_align as usize).max(16);
        let low = fp as usize + code.frame_bytes as usize + HANDOVER_STACK;
        let handover = fp.add(low.next_multiple_of(align) - HANDOVER_STACK - fp as usize);
        let end = handover.add(HANDOVER_STACK + bridge.stack_bytes as usize);
        let room = end as usize <= cx.limit;
        cx.leave(fp, if room { end } else { fp.add(code.frame_bytes as usize) });
        let answer = world.hot_loop(func, header_block, tally.jumped.load(Relaxed));
        tally.hot_at.store(answer.ask_at, Relaxed);
        let Some(entry) = answer.entry.filter(|_| room) else { return ON };
        for step in &code.osr_moves {
            step.run(fp);
        }
        let mut regs = RegFrame::default();
        let Header { ip: back, fp: below, dst, .. } = *header(fp);
        let handover = handover.cast::<Handover<RegFrame>>();
        (*handover).target = 0;
        let stack_align = u64::from(bridge.stack_align);
        (*handover).regs = RegFrame { stack_align, ..RegFrame::default() };
        regs.ints[0] = fp as u64;
        regs.ints[1] = dst as u64;
        regs.ints[2] = handover as u64;
        world.call_native(entry, &mut regs, &[]);
        if code.saves_high {
            cx.limit = (*header(fp)).high;
        }
        if (*handover).target != 0 {
            return super::tail::take_over(cx, ip, fp, func, handover);
        }
        bridge.put_result(dst, &regs);
        cx.frame = below;
        Next(back, dst.cast::<u64>().read_unaligned())
    }
}

impl crate::code::OsrMove {
    /// Puts a value where the value frame has it.
    ///
    /// # Safety
    /// `fp` is a frame of the function.
    unsafe fn run(&self, fp: Fp) {
        // SAFETY: decoding made the offsets.
        unsafe {
            match *self {
                Self::Copy { to, from, bytes } if bytes <= 8 => {
                    let word = read::<u64>(fp, from);
                    let shift = 64 - 8 * bytes;
                    super::write(fp, to, word << shift >> shift);
                }
                Self::Copy { to, from, bytes } => {
                    core::ptr::copy(fp.add(from as usize), fp.add(to as usize), bytes as usize)
                }
                Self::Address { to, local, align } => {
                    let mask = u64::from(align) - 1;
                    super::write(fp, to, (fp as u64 + u64::from(local) + mask) & !mask);
                }
            }
        }
    }
}

impl Context {
    /// Prepares for code outside: it may come back in, and uses the stack from `top` on.
    ///
    /// # Safety
    /// The context is that of the running code, and `fp` its innermost frame.
    pub(crate) unsafe fn leave(&self, fp: Fp, top: *mut u8) {
        // SAFETY: the stack outlives the run.
        let stack = unsafe { &*self.stack };
        stack.low.set(top as usize);
        stack.high.set(self.limit);
        stack.inner.set(fp as usize);
    }
}
