//! The long ways: traps, hot loops, and operations that are ordinary functions.
//!
//! Nothing here may keep a handler's frame alive: handlers end in tail calls, and a local
//! variable whose address is taken would forbid that. So whatever needs locals is a function
//! of its own that is not inlined.

use core::sync::atomic::Ordering::Relaxed;

use bareflow_ir::abi::Handover;

use super::tail::Next;
use super::{handlers, next, tally};
use crate::machine::{Cx, Entry, Fp, Header, Inst, Ip, Run, claim, header};
use crate::value::Fault;
use crate::{RegFrame, TrapKind};

/// Ends the run: the handler that called this returns.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "sysv64" fn trap(ip: Ip, cx: Cx, fault: Fault) {
    // SAFETY: handlers are given a valid context.
    unsafe { Run::of(cx) }.fail(ip, fault.into());
}

/// Ends the run: a jump to no label.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "sysv64" fn bad_label(ip: Ip, _: Fp, cx: Cx, value: u64) {
    // SAFETY: handlers are given a valid context.
    unsafe { Run::of(cx) }.fail(ip, TrapKind::BadLabel(value));
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
        let run = Run::of(cx);
        let module = run.functions.module();
        let at = (*ip).b as usize;
        let name = match (*ip).a {
            0 => &module.funcs[at].name,
            1 => &module.globals[at].name,
            _ => &module.aliases[at].name,
        };
        run.fail(ip, TrapKind::Unresolved(name.clone()));
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
        let run = Run::of(cx);
        let tally = tally(ip);
        let jumped = tally.jumped.load(Relaxed);
        if !claim(&tally.hot_at, jumped) {
            return ON;
        }
        let Some(found) = run.owner.loop_at(ip) else { return ON };
        // Room for a call that the code may leave us to make.
        let bridge = run.functions.bridge(found.func);
        let frame_end = fp.add(found.frame_bytes as usize);
        let align = bridge.stack_align as usize;
        let stack = (frame_end as usize + size_of::<Handover>()).next_multiple_of(align);
        let handover = frame_end.add(stack - size_of::<Handover>() - frame_end as usize);
        let end = handover.add(size_of::<Handover>() + bridge.stack_bytes as usize);
        let room = end as usize <= run.context.limit;
        run.leave(fp, if room { end } else { frame_end });
        let answer = run.world.hot_loop(found.func, found.header, jumped);
        tally.hot_at.store(answer.ask_at.max(jumped.saturating_add(1)), Relaxed);
        let Some(entry) = answer.entry.filter(|_| room) else { return ON };
        for step in found.moves {
            step.run(fp);
        }
        let mut regs = RegFrame::default();
        let Header { ip: back, fp: below, dst, .. } = *header(fp);
        let handover = handover.cast::<Handover>();
        *handover = Handover::default();
        (*handover).regs.stack_align = u64::from(bridge.stack_align);
        regs.ints[0] = fp as u64;
        regs.ints[1] = dst as u64;
        regs.ints[2] = handover as u64;
        run.world.call_native(entry, &mut regs, &[]);
        if found.saves_high {
            run.context.limit = (*header(fp)).high;
        }
        if (*handover).target != 0 {
            return super::tail::take_over(run, ip, fp, found.func, handover);
        }
        bridge.put_result(dst, &regs);
        run.context.frame = below;
        Next(back, dst.cast::<u64>().read_unaligned())
    }
}
