//! Loops that are hot: whoever runs the program is asked, and compiled code may take over in the middle.

use core::sync::atomic::Ordering::Relaxed;

use bareflow_ir::abi::Handover;

use super::tail::{Next, take_over};
use super::{next, tally};
use crate::RegFrame;
use crate::machine::{Cx, Fp, Header, Ip, Run, claim, header};

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
            return take_over(run, ip, fp, found.func, handover);
        }
        bridge.put_result(dst, &regs);
        run.context.frame = below;
        Next(back, dst.cast::<u64>().read_unaligned())
    }
}
