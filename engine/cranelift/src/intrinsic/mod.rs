//! Calls of LLVM's intrinsics: which one it is, and those that move or compute nothing.

mod float;
mod int;
mod overflow;
mod vector;
mod wide;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{CallInfo, Operand, TypeId};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::lower::{Lower, Res, refuse};
use super::memory::plain;

/// The name of an intrinsic without `llvm.` and without the types at its end.
fn base_name(name: &str) -> Option<&str> {
    let mut base = name.strip_prefix("llvm.")?;
    while let Some((front, last)) = base.rsplit_once('.')
        && is_type(last)
    {
        base = front;
    }
    Some(base)
}

/// Whether a part of a name stands for an overloaded type.
fn is_type(part: &str) -> bool {
    let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    // Before pointers were all alike, a name said what they point to: `p0i8`, `p0s_struct.s`.
    let pointer = |rest: &str| {
        let pointee = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        pointee.len() < rest.len()
            && (pointee.is_empty() || is_type(pointee) || pointee.starts_with(['s', 'a', 'f']))
    };
    let vector = |rest: &str| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && is_type(&rest[digits..])
    };
    matches!(part, "f16" | "bf16" | "f32" | "f64" | "f80" | "f128")
        || part.strip_prefix('i').is_some_and(number)
        || part.strip_prefix('p').is_some_and(pointer)
        || part.strip_prefix('v').is_some_and(vector)
        || part.starts_with("sl_")
        || part.starts_with("s_")
}

impl Lower<'_, '_> {
    pub(crate) fn call_or_intrinsic(&mut self, call: &CallInfo, ty: TypeId) -> Res<Vec<Value>> {
        if let Some(callee) = self.src.direct_callee(call.callee) {
            let name = &self.src.module.func(callee).name;
            if let Some(base) = base_name(name) {
                return match self.intrinsic(base, &call.args, ty)? {
                    Some(pieces) => Ok(pieces),
                    None => refuse(alloc::format!("the intrinsic {name}")),
                };
            }
        }
        self.call(call)
    }

    fn intrinsic(&mut self, name: &str, args: &[Operand], ty: TypeId) -> Res<Option<Vec<Value>>> {
        let nothing = Ok(Some(Vec::new()));
        let arg = |index: usize| -> Res<Operand> {
            args.get(index).copied().ok_or_else(|| "a missing argument".into())
        };
        Ok(Some(match name {
            // Information for optimisers.
            "lifetime.start"
            | "lifetime.end"
            | "assume"
            | "donothing"
            | "sideeffect"
            | "invariant.end"
            | "pseudoprobe"
            | "experimental.noalias.scope.decl"
            | "prefetch"
            | "var.annotation"
            | "va_end"
            | "clear_cache"
            | "codeview.annotation"
            | "dbg.value"
            | "dbg.declare"
            | "dbg.label"
            | "dbg.assign"
            | "fake.use" => return nothing,
            "invariant.start" => self.zeros(ty)?,
            "expect"
            | "expect.with.probability"
            | "launder.invariant.group"
            | "strip.invariant.group"
            | "ssa.copy"
            | "annotation"
            | "ptr.annotation"
            | "threadlocal.address"
            | "arithmetic.fence"
            | "preserve.array.access.index" => self.pieces(arg(0)?)?,
            "is.constant" => self.zeros(ty)?,
            "eh.typeid.for" => self.zeros(ty)?,
            "allow.runtime.check" | "allow.ubsan.check" => vec![self.int(types::I8, 1)],
            "objectsize" => {
                let minimum = self.src.const_int(arg(1)?) == Some(1);
                let piece = self.piece_types(ty)?[0];
                vec![self.int(piece, if minimum { 0 } else { u64::MAX })]
            }
            "get.rounding" | "flt.rounds" => {
                let piece = self.piece_types(ty)?[0];
                vec![self.int(piece, 1)]
            }
            "ptrmask" => self.ptr_mask(arg(0)?, arg(1)?)?,
            "load.relative" => {
                let base = self.one(arg(0)?)?;
                let offset = self.pieces(arg(1)?)?[0];
                let offset = self.resize(offset, types::I64);
                let at = self.b.ins().iadd(base, offset);
                let distance = self.b.ins().sload32(plain(), at, 0);
                vec![self.b.ins().iadd(base, distance)]
            }

            // Control.
            "trap" | "ubsantrap" | "debugtrap" => {
                self.unreachable();
                let next = self.b.create_block();
                self.b.seal_block(next);
                self.b.switch_to_block(next);
                return nothing;
            }
            "stacksave" => vec![self.side_top()],
            "stackrestore" => {
                self.stack_restore(arg(0)?)?;
                return nothing;
            }
            "va_start" => {
                self.va_start(arg(0)?)?;
                return nothing;
            }
            "va_copy" => {
                self.va_copy(arg(0)?, arg(1)?)?;
                return nothing;
            }
            "returnaddress" if self.src.const_int(arg(0)?) == Some(0) && !self.wrap.is_needed() => {
                vec![self.b.ins().get_return_address(types::I64)]
            }
            "frameaddress" if self.src.const_int(arg(0)?) == Some(0) => {
                vec![self.b.ins().get_frame_pointer(types::I64)]
            }
            "returnaddress" | "frameaddress" => self.zeros(ty)?,

            // Memory.
            "memcpy" | "memcpy.inline" => {
                self.mem_copy(arg(0)?, arg(1)?, arg(2)?, "memcpy")?;
                return nothing;
            }
            "memmove" => {
                self.mem_copy(arg(0)?, arg(1)?, arg(2)?, "memmove")?;
                return nothing;
            }
            "memset" | "memset.inline" => {
                self.mem_set(arg(0)?, arg(1)?, arg(2)?)?;
                return nothing;
            }
            _ => {
                let name = name.strip_prefix("experimental.").unwrap_or(name);
                if let Some(reduction) = name.strip_prefix("vector.reduce.") {
                    return self.reduce(reduction, args, ty);
                }
                if let Some(masked) = name.strip_prefix("masked.") {
                    return self.masked(masked, args, ty);
                }
                if let Some(pieces) = self.int_intrinsic(name, args, ty)? {
                    return Ok(Some(pieces));
                }
                if let Some(pieces) = self.float_intrinsic(name, args, ty)? {
                    return Ok(Some(pieces));
                }
                return self.vector_intrinsic(name, args, ty);
            }
        }))
    }

    fn ptr_mask(&mut self, ptr: Operand, mask: Operand) -> Res<Vec<Value>> {
        let pieces = self.pieces(ptr)?;
        let masks = self.pieces(mask)?;
        let mut out = Vec::new();
        for (piece, mask) in pieces.iter().zip(&masks) {
            out.push(self.b.ins().band(*piece, *mask));
        }
        Ok(out)
    }
}

/// What an operand list lacks, in words.
pub(crate) fn missing() -> super::lower::Refusal {
    super::lower::Refusal(String::from("a missing argument"))
}

#[cfg(test)]
mod tests {
    use super::base_name;

    #[test]
    fn names_lose_their_types() {
        for (name, base) in [
            ("llvm.lifetime.start.p0", "lifetime.start"),
            ("llvm.lifetime.start.p0i8", "lifetime.start"),
            ("llvm.memcpy.p0i8.p0i8.i64", "memcpy"),
            ("llvm.ptr.annotation.p0s_node", "ptr.annotation"),
            ("llvm.masked.load.v4f32.p0v4f32", "masked.load"),
            ("llvm.umul.with.overflow.i64", "umul.with.overflow"),
            ("llvm.trap", "trap"),
        ] {
            assert_eq!(base_name(name), Some(base));
        }
        assert_eq!(base_name("memcpy"), None);
    }
}
