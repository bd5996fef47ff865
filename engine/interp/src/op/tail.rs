//! Calls that must not use stack: those that LLVM marks `musttail`, or `tail` in a calling convention
//! that guarantees it.
//!
//! They go by the calling convention: the arguments are laid out as an *image*, registers and stack
//! arguments, above the frame, and taken from there into the callee's frame. That takes the place of
//! the caller's, with the same header, so that the callee returns to whoever the caller would have
//! returned to. Where a callee finds things in the image while it runs (`va_start`, copies passed
//! `byval`), the image goes first, to where the activation began, and the frame behind it. However
//! many calls follow each other, an activation is never larger than its largest frame and image.
//!
//! Machine code cannot be given an interpreted frame's place. When an activation was itself entered
//! from machine code, the run ends, and whoever entered jumps to the callee with the registers of
//! the image ([`crate::Interp::enter`]). Otherwise the callee is called for the frame below. That
//! stands on the machine's stack once, whatever comes after: a further tail call out of the callee
//! either jumps, or enters a run of its own, which can end in the first way.

use core::sync::atomic::Ordering::Relaxed;

use bareflow_ir::FuncId;
use bareflow_ir::abi::Handover;

use super::call::overflow;
use super::site::Site;
use super::slow::{EXIT, operands};
use super::{handlers, next};
use crate::bridge::Bridge;
use crate::machine::{Cx, Fp, HEADER, Ip, Run, bump, depth, header, read, slow, take_back};
use crate::{RegFrame, TrapKind};

/// Bits of the flags of a tail call.
pub(crate) mod flag {
    /// The caller allocates by computed sizes.
    pub(crate) const SAVES_HIGH: u32 = 1;
    /// The caller's further arguments are passed on.
    pub(crate) const FORWARDS: u32 = 2;
}

handlers! {
    /// Calls what is at the address in `c`, or, if `d` is not 0, the function numbered `d - 1`, in
    /// place of the frame, whose end is `b`. Behind it: the site, flags, and the number of the
    /// function that the frame is of.
    fn tail_call(ip, fp, cx, acc, f, s) {
        let _ = (acc, f, s);
        let Next(entry, acc) = tail(ip, fp, cx);
        next!(entry, (*cx).frame, cx, acc, 0.0, 0.0)
    }
}

/// The instruction to go on with and the last result; the frame is in the context.
#[repr(C)]
pub(crate) struct Next(pub Ip, pub u64);

/// The run ends.
const END: Next = Next(&raw const EXIT, 0);

/// Registers, and the stack arguments, which lie behind them unless they are someone else's.
#[derive(Clone, Copy)]
struct Image {
    regs: *mut RegFrame,
    stack: *mut u8,
}

impl Image {
    /// One at an address or above, so that the stack arguments are aligned, with what it takes.
    /// `None` when there is no room.
    fn above(low: *mut u8, bridge: &Bridge, limit: usize) -> Option<(Self, usize)> {
        let align = bridge.stack_align as usize;
        let stack = (low as usize + size_of::<RegFrame>()).next_multiple_of(align);
        let end = stack + bridge.stack_bytes as usize;
        let at = low.wrapping_add(stack - size_of::<RegFrame>() - low as usize);
        let image = Self { regs: at.cast(), stack: at.wrapping_add(size_of::<RegFrame>()) };
        (end <= limit).then_some((image, end))
    }

    /// Moves it.
    ///
    /// # Safety
    /// Both have room for what `bridge` says.
    unsafe fn move_to(self, to: Self, bridge: &Bridge) {
        let (regs, size) = (self.regs.cast::<u8>(), size_of::<RegFrame>());
        // SAFETY: the caller's.
        unsafe {
            if to.regs as usize <= self.regs as usize {
                core::ptr::copy(regs, to.regs.cast(), size);
                core::ptr::copy(self.stack, to.stack, bridge.stack_bytes as usize);
            } else {
                core::ptr::copy(self.stack, to.stack, bridge.stack_bytes as usize);
                core::ptr::copy(regs, to.regs.cast(), size);
            }
        }
    }
}

/// A tail call on its way.
struct Call<'a> {
    /// The instruction that makes it.
    ip: Ip,
    /// The frame that makes it.
    fp: Fp,
    /// What is called, if it is a function of this program.
    func: Option<FuncId>,
    /// Where it is, if it is not.
    address: u64,
    image: Image,
    /// The further arguments of the caller are in the image, which is where the caller got it.
    forwards: bool,
    /// How the caller sees it.
    bridge: &'a Bridge,
}

#[inline(never)]
unsafe extern "sysv64" fn tail(ip: Ip, fp: Fp, cx: Cx) -> Next {
    // SAFETY: the handler's arguments.
    unsafe {
        let run = Run::of(cx);
        run.context.frame = fp;
        let args = operands(ip);
        let site = &*args.cast::<*const Site>().read();
        let (flags, own) = (*args.add(2), FuncId(*args.add(3)));
        let bridge = &site.bridge;
        let (func, address) = match (*ip).d {
            0 => {
                let address = read::<u64>(fp, (*ip).c);
                match called(run, address) {
                    Some(func) => (func, address),
                    None => {
                        run.fail(ip, TrapKind::BadCall(address));
                        return END;
                    }
                }
            }
            number => (Some(FuncId(number - 1)), 0),
        };
        match func {
            Some(func) if (*ip).d == 0 => site.count(run.functions.callee(func)),
            Some(_) => {}
            None => site.count_other(),
        }
        let low = fp.add((*ip).b as usize);
        let Some((above, _)) = Image::above(low, bridge, run.context.limit) else {
            run.fail(ip, TrapKind::StackOverflow { depth: depth(fp) });
            return END;
        };
        *above.regs = RegFrame::default();
        bridge.gather(fp, core::ptr::null_mut(), &mut *above.regs, above.stack);
        if flags & flag::SAVES_HIGH != 0 {
            run.context.limit = (*header(fp)).high;
        }
        let forwards = flags & flag::FORWARDS != 0;
        let mut image = above;
        if forwards {
            let link = &*header(fp);
            let named = run.functions.bridge(own).named_stack as usize;
            image = Image { regs: link.save.cast(), stack: link.overflow.sub(named) };
            bridge.restate(&*above.regs, above.stack, &mut *image.regs, image.stack);
        }
        go(run, cx, &Call { ip, fp, func, address, image, forwards, bridge })
    }
}

/// What is at an address: a function of this program, or one outside (`Some(None)`).
fn called(run: &Run<'_>, address: u64) -> Option<Option<FuncId>> {
    match run.functions.function_at(run.world, address) {
        Some(func) => Some(Some(func)),
        None => run.functions.is_outside(run.world, address).then_some(None),
    }
}

/// The tail call that compiled code, entered in the middle of the function `own`, has asked for.
///
/// # Safety
/// `handover` is what the code has filled in, above the frame `fp` of the function.
pub(crate) unsafe fn take_over(
    run: &mut Run<'_>,
    ip: Ip,
    fp: Fp,
    own: FuncId,
    handover: *mut Handover,
) -> Next {
    // SAFETY: the caller's.
    unsafe {
        run.context.frame = fp;
        let address = (*handover).target;
        let Some(func) = called(run, address) else {
            run.fail(ip, TrapKind::BadCall(address));
            return END;
        };
        let regs = &raw mut (*handover).regs;
        let image = Image { regs, stack: regs.add(1).cast() };
        let bridge = run.functions.bridge(own);
        let cx = &raw mut run.context;
        go(run, cx, &Call { ip, fp, func, address, image, forwards: false, bridge })
    }
}

/// Makes the call.
unsafe fn go(run: &mut Run<'_>, cx: Cx, call: &Call<'_>) -> Next {
    // SAFETY: the caller has laid out the image; frames are linked.
    unsafe {
        let limit = run.context.limit;
        let Call { ip, fp, bridge, forwards, mut image, .. } = *call;
        let Some(func) = call.func else { return out(run, call, call.address) };
        let (state, callee) = (run.functions.callee(func), run.functions.bridge(func));
        let calls = bump(&state.calls);
        run.leave(fp, call.top());
        state.report(run.world, calls);
        let native = state.native();
        if native != 0 {
            take_back(&state.calls);
            return out(run, call, native);
        }
        if !bridge.same_result(callee) {
            return unlike(run, call, func);
        }
        if state.slow() & slow::UNDECODED != 0
            && let Err(kind) = run.owner.decode(run.world, func)
        {
            run.fail(ip, kind);
            return END;
        }
        let frame_bytes = state.frame_bytes.load(Relaxed) as usize;
        let keeps = !forwards && callee.looks_at_image();
        // Where the image has to be while parameters are taken from it.
        let place = if keeps {
            Image::above(begin(run, fp), bridge, limit)
        } else if forwards || image.regs as usize >= fp as usize + callee.param_bytes as usize {
            Some((image, fp as usize - HEADER))
        } else {
            Image::above(fp.add(callee.param_bytes as usize), bridge, limit)
                .map(|(place, _)| (place, fp as usize - HEADER))
        };
        let new = place.map(|(place, end)| {
            let at = (end + HEADER).next_multiple_of(16);
            (place, fp.wrapping_add(at.wrapping_sub(fp as usize)))
        });
        let fits = |new: &(Image, Fp)| new.1 as usize + frame_bytes <= limit;
        let Some((place, new)) = new.filter(fits) else {
            overflow(ip, fp, cx, state);
            return END;
        };
        let (dst, below, back) = ((*header(fp)).dst, (*header(fp)).fp, (*header(fp)).ip);
        if place.regs != image.regs {
            image.move_to(place, bridge);
            image = place;
        }
        callee.scatter(new, &*image.regs, image.stack);
        let link = &mut *header(new);
        (link.dst, link.fp, link.ip) = (dst, below, back);
        link.save = image.regs.cast();
        link.overflow = image.stack.add(callee.named_stack as usize);
        run.context.frame = new;
        Next(state.entry.load(Relaxed), 0)
    }
}

impl Call<'_> {
    /// The end of what is in use above the frame.
    fn top(&self) -> *mut u8 {
        let own = self.image.stack.wrapping_add(self.bridge.stack_bytes as usize);
        // SAFETY: the instruction and the frame are those of the running code.
        let end = if self.forwards { unsafe { self.fp.add((*self.ip).b as usize) } } else { own };
        end.max(self.fp)
    }
}

/// Where the activation that a frame is of began: the end of the frame below, or of what was there
/// before the run.
unsafe fn begin(run: &Run<'_>, fp: Fp) -> *mut u8 {
    // SAFETY: the frame is that of the running code, and frames are linked.
    unsafe {
        let link = &*header(fp);
        match run.owner.frame_bytes_at(link.ip) {
            Some(bytes) => link.fp.add(bytes as usize),
            None => run.begin,
        }
    }
}

/// Machine code at `address` goes on: by jump, when the frame is the first of a run that machine
/// code has entered, and by a call for the frame below otherwise.
unsafe fn out(run: &mut Run<'_>, call: &Call<'_>, address: u64) -> Next {
    // SAFETY: the caller has laid out the image; frames are linked.
    unsafe {
        let Call { fp, bridge, forwards, image, .. } = *call;
        let (dst, below, back) = ((*header(fp)).dst, (*header(fp)).fp, (*header(fp)).ip);
        let first = back == &raw const EXIT;
        if let Some(entry) = run.entered
            && first
        {
            let place = Image { regs: entry.regs, stack: entry.stack };
            let align = bridge.stack_align as usize;
            let fits = bridge.stack_bytes <= entry.stack_bytes
                && (entry.stack as usize).is_multiple_of(align);
            if forwards && image.regs == place.regs || !forwards && fits {
                if !forwards {
                    image.move_to(place, bridge);
                }
                if bridge.in_memory() {
                    (*place.regs).ints[0] = entry.hidden;
                }
                run.goes_to = address;
                return END;
            }
        }
        let bytes = if forwards {
            // An image of ours ends where the header begins.
            fp as usize - HEADER - image.stack as usize
        } else {
            bridge.stack_bytes as usize
        };
        if bridge.in_memory() {
            (*image.regs).ints[0] = dst as u64;
        }
        run.leave(below, call.top());
        let words = core::slice::from_raw_parts(image.stack.cast::<u64>(), bytes / 8);
        run.world.call_native(address, &mut *image.regs, words);
        bridge.put_result(dst, &*image.regs);
        run.context.frame = below;
        Next(back, dst.cast::<u64>().read_unaligned())
    }
}

/// Calls a function whose result comes back otherwise than the caller thinks, as any call would.
unsafe fn unlike(run: &mut Run<'_>, call: &Call<'_>, func: FuncId) -> Next {
    // SAFETY: the caller has laid out the image; frames are linked.
    unsafe {
        let Call { fp, bridge, image, .. } = *call;
        let (dst, below, back) = ((*header(fp)).dst, (*header(fp)).fp, (*header(fp)).ip);
        if bridge.in_memory() {
            (*image.regs).ints[0] = dst as u64;
        }
        run.leave(below, call.top());
        let (owner, world) = (run.owner, run.world);
        if let Err(trap) = owner.call_image(world, func, &mut *image.regs, image.stack) {
            run.trap = Some(trap);
            return END;
        }
        bridge.put_result(dst, &*image.regs);
        run.context.frame = below;
        Next(back, dst.cast::<u64>().read_unaligned())
    }
}
