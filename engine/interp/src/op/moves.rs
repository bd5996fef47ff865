//! Copies within the frame, the choice between two values, and the start of a function.

use super::shape::{Src, Val};
use super::{handlers, next, read, write};

handlers! {
    /// `a = b`, one word.
    fn word(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let value = read::<u64>(fp, inst.b);
        write(fp, inst.a, value);
        next!(ip.add(1), fp, cx, value, f, s)
    }

    /// `a = b`, then `c = d`, one word each.
    fn two_words(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        write(fp, inst.a, read::<u64>(fp, inst.b));
        write(fp, inst.c, read::<u64>(fp, inst.d));
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = ` the number in `c` and `d`.
    fn number(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let value = inst.cd();
        write(fp, inst.a, value);
        next!(ip.add(1), fp, cx, value, f, s)
    }

    /// `d` bytes from `b` to `a`; the two may overlap.
    fn bytes(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        core::ptr::copy(fp.add(inst.b as usize), fp.add(inst.a as usize), inst.d as usize);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// Two words from `b` to `a`.
    fn pair(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        write(fp, inst.a, read::<[u64; 2]>(fp, inst.b));
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `d` zero bytes at `a`.
    fn zero(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        core::ptr::write_bytes(fp.add(inst.a as usize), 0, inst.d as usize);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// Copies the constants of the function into the frame: `b` words from the address in
    /// `c` and `d` to `a`.
    fn constants(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let from = inst.cd() as *const u64;
        let to = fp.add(inst.a as usize).cast::<u64>();
        for at in 0..inst.b as usize {
            to.add(at).write(from.add(at).read());
        }
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = if b { c } else { d }`, one word.
    fn select<C: Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let cond = C::get::<u8>(fp, inst.b, acc, f, s) & 1 != 0;
        let (then, other) = (read::<u64>(fp, inst.c), read::<u64>(fp, inst.d));
        let value = core::hint::select_unpredictable(cond, then, other);
        value.put(fp, inst.a);
        next!(ip.add(1), fp, cx, value, f, s)
    }

    /// `a = if b { c } else { d }`, as many bytes as the number behind says.
    fn select_bytes(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let from = if read::<u8>(fp, inst.b) & 1 != 0 { inst.c } else { inst.d };
        let bytes = *super::slow::operands(ip) as usize;
        core::ptr::copy(fp.add(from as usize), fp.add(inst.a as usize), bytes);
        next!(ip.add(2), fp, cx, acc, f, s)
    }

    /// The low bytes of `b` go to `a`; nothing else changes.
    fn part<T: Val>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        write(fp, inst.a, read::<T>(fp, inst.b));
        next!(ip.add(1), fp, cx, acc, f, s)
    }
}
