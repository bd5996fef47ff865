//! The long ways: traps, and operations that are ordinary functions.
//!
//! Nothing here may keep a handler's frame alive: handlers end in tail calls, and a local
//! variable whose address is taken would forbid that. So whatever needs locals is a function
//! of its own that is not inlined.

use super::{handlers, next};
use crate::TrapKind;
use crate::machine::{Cx, Entry, Fp, Inst, Ip, Run};
use crate::value::Fault;

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
