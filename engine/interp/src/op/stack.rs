//! Allocations by computed sizes: from the high end of the stack downwards.

use super::{handlers, next, read, write};
use crate::TrapKind;
use crate::machine::{Cx, Fp, Ip, Run, depth};

handlers! {
    /// `a` = the address of as many bytes as `c` says, at a multiple of `d`; the frame ends
    /// before `b`.
    fn allocate(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let room = (*cx).limit.saturating_sub(fp as usize + inst.b as usize) as u64;
        let size = read::<u64>(fp, inst.c);
        if size.saturating_add(u64::from(inst.d)) > room {
            return too_large(ip, fp, cx);
        }
        let at = ((*cx).limit - size as usize) & !(inst.d as usize - 1);
        (*cx).limit = at;
        write(fp, inst.a, at as u64);
        next!(ip.add(1), fp, cx, at as u64, f, s)
    }

    /// `a` = the end of free stack.
    fn save(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let value = (*cx).limit as u64;
        write(fp, (*ip).a, value);
        next!(ip.add(1), fp, cx, value, f, s)
    }

    /// The end of free stack is `b` again.
    fn restore(ip, fp, cx, acc, f, s) {
        let value = read::<u64>(fp, (*ip).b) as usize;
        if value > (*cx).limit {
            (*cx).limit = value;
        }
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a` = where the frame would be on the stack of compiled code.
    fn frame(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let used = fp as usize - Run::of(cx).begin as usize;
        let value = (depth_now() - used / WIDER) as u64;
        write(fp, (*ip).a, value);
        next!(ip.add(1), fp, cx, value, f, s)
    }
}

/// How much more room a call takes interpreted, where all its values have a place, than compiled: a guess that is
/// high for small functions and low for the largest, which recursions that are limited so go through.
const WIDER: usize = 32;

/// How far down the stack of compiled code is.
///
/// Programs ask for the address of a frame to see how deep they are, against what another call was told. Interpreted
/// frames are elsewhere and lie the other way round, so they tell where they would be: below whoever entered the
/// run, by what the run has used over [`WIDER`].
#[inline(never)]
fn depth_now() -> usize {
    let here = 0_u8;
    core::hint::black_box(&raw const here).addr()
}

#[cold]
#[inline(never)]
unsafe fn too_large(ip: Ip, fp: Fp, cx: Cx) {
    // SAFETY: a handler's arguments.
    unsafe {
        let depth = depth(fp);
        Run::of(cx).fail(ip, TrapKind::StackOverflow { depth });
    }
}
