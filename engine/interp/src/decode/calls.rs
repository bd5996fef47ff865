//! Calls of functions.

use alloc::vec::Vec;
use core::ptr;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{CallInfo, FuncId, Instr, Op, Operand, ParamAttrs, Symbol};

use super::plan::byval_room;
use super::{Decoder, Kind, kind_of};
use crate::bridge::Bridge;
use crate::code::Kept;
use crate::machine::Handler;
use crate::op::call;
use crate::op::memory;
use crate::op::site::Site;
use crate::op::slow;
use crate::op::tail::flag;

impl Decoder<'_> {
    pub(super) fn emit_call(&mut self, instr: &Instr, info: &CallInfo, to: u32) {
        let module = self.env.module;
        let direct = module.direct_callee(info.callee);
        if let Some(func) = direct {
            let name = module.func(func).name.as_str();
            if let Some(intrinsic) = name.strip_prefix("llvm.") {
                self.emit_intrinsic(instr, intrinsic, info, to);
                return;
            }
        }
        let Some((_, params, varargs)) = module.types.signature(info.ty) else {
            self.refuse("a call of something that is no function");
            return;
        };
        let params = params.len();
        let args = self.arguments(info);
        match direct {
            Some(func) => {
                let callee = module.func(func);
                if callee.is_declaration() && !self.resolve(func) {
                    return;
                }
                let same = callee.ty == info.ty && !varargs && params == info.args.len();
                if same && !self.has_unlike_byval(info, func) {
                    self.emit_direct(func, &args, info, to);
                } else {
                    self.emit_bridge(info, &args, 0, func.0 + 1, to);
                }
            }
            None => {
                let address = self.place(info.callee);
                if varargs {
                    self.emit_bridge(info, &args, address, 0, to);
                } else {
                    self.emit_indirect_call(info, &args, address, to);
                }
            }
        }
        self.forget_last();
        self.wrote(to, 8);
        if let Kind::Int(_) = kind_of(self.types(), instr.ty) {
            self.last_int = Some(to);
        }
    }

    /// Makes sure that a function that is only declared can be called. Emits a trap if not.
    fn resolve(&mut self, func: FuncId) -> bool {
        let Some((functions, world)) = self.env.running else { return true };
        if !functions.passable(func) {
            let name = &self.env.module.func(func).name;
            let what = alloc::format!("a call of {name}, whose types cannot be passed");
            self.refuse(what);
            return false;
        }
        match world.address(Symbol::Func(func)) {
            Some(address) => {
                functions.callee(func).set_outside(address);
                true
            }
            None => {
                self.push(slow::unresolved, 0, func.0, 0, 0);
                false
            }
        }
    }

    /// Whether caller and callee do not agree which arguments are copied.
    fn has_unlike_byval(&self, info: &CallInfo, func: FuncId) -> bool {
        let callee = &self.env.module.func(func).params;
        (0..info.args.len()).any(|index| {
            let byval = |attrs: &[ParamAttrs]| attrs.get(index).and_then(|attrs| attrs.byval);
            byval(&info.attrs).is_some() != byval(callee).is_some()
        })
    }

    /// Places of the arguments. Those that are passed as copies are copied.
    fn arguments(&mut self, info: &CallInfo) -> Vec<u32> {
        let mut room = self.plan.outgoing;
        let mut places = Vec::with_capacity(info.args.len());
        for (index, arg) in info.args.iter().enumerate() {
            let from = self.place(*arg);
            let attrs = info.attrs.get(index).copied().unwrap_or_default();
            let (Some(ty), Some((align, whole))) = (attrs.byval, byval_room(self.types(), &attrs))
            else {
                places.push(from);
                continue;
            };
            let bytes = alloc_size(self.types(), ty) as u32;
            self.push(memory::load_bytes, room, from, 0, bytes);
            let address = self.scratch(8);
            if align > 16 {
                let aligned = room + bytes.next_multiple_of(16);
                self.int_result(memory::local_aligned, address, aligned, align as u32, 0);
                self.push(memory::store_bytes, room, address, 0, bytes);
            } else {
                self.int_result(memory::address::<memory::Local>, address, room, 0, 0);
            }
            places.push(address);
            room += whole as u32;
        }
        places
    }

    /// Places of all words of the arguments.
    fn argument_words(&self, info: &CallInfo, places: &[u32]) -> Vec<u32> {
        let mut words = Vec::with_capacity(places.len());
        for (arg, place) in info.args.iter().zip(places) {
            let bytes = alloc_size(self.types(), self.type_of(*arg)) as u32;
            words.extend((0..bytes.div_ceil(8)).map(|word| place + word * 8));
        }
        words
    }

    fn emit_direct(&mut self, func: FuncId, places: &[u32], info: &CallInfo, to: u32) {
        let words = self.argument_words(info, places);
        let handler: Handler = match words.len() {
            0 => call::call::<0>,
            1 => call::call::<1>,
            2 => call::call::<2>,
            3 => call::call::<3>,
            4 => call::call::<4>,
            5 => call::call::<5>,
            6 => call::call::<6>,
            _ => call::call_many,
        };
        let state = self.env.running.map_or(ptr::null(), |(functions, _)| functions.callee(func));
        let state = state as u64;
        let at = self.push(handler, to, 0, state as u32, (state >> 32) as u32);
        self.frame_ends.push(at);
        if words.len() > 6 {
            let mut operands = alloc::vec![words.len() as u32];
            operands.extend_from_slice(&words);
            self.push_operands(&operands);
        } else {
            self.push_operands(&words);
        }
    }

    fn emit_indirect_call(&mut self, info: &CallInfo, places: &[u32], address: u32, to: u32) {
        let Some(site) = self.site(info, places) else { return };
        let words = self.argument_words(info, places);
        let at = self.push(call::call_indirect, to, 0, address, 0);
        self.frame_ends.push(at);
        let mut operands = alloc::vec![site as u32, (site >> 32) as u32, words.len() as u32];
        operands.extend_from_slice(&words);
        self.push_operands(&operands);
    }

    /// A call in place of the frame, and the return behind it. `false` when it is none.
    pub(super) fn emit_tail_call(&mut self, instr: &Instr) -> bool {
        let module = self.env.module;
        let Op::Call(info) = &instr.op else { return false };
        let direct = module.direct_callee(info.callee);
        let intrinsic = direct.is_some_and(|func| module.func(func).name.starts_with("llvm."));
        let Some((_, params, varargs)) = module.types.signature(info.ty) else { return false };
        if intrinsic {
            return false;
        }
        let own = module.types.signature(self.func.ty).is_some_and(|(_, _, varargs)| varargs);
        let forwards = varargs && own && params.len() == info.args.len();
        if let Some(func) = direct
            && module.func(func).is_declaration()
            && !self.resolve(func)
        {
            return true;
        }
        let places: Vec<u32> = info.args.iter().map(|arg| self.place(*arg)).collect();
        let address = if direct.is_none() { self.place(info.callee) } else { 0 };
        let Some(site) = self.site(info, &places) else { return true };
        let flags = u32::from(self.plan.saves_high) * flag::SAVES_HIGH
            + u32::from(forwards) * flag::FORWARDS;
        let func = direct.map_or(0, |func| func.0 + 1);
        let at = self.push(crate::op::tail::tail_call, 0, 0, address, func);
        self.frame_ends.push(at);
        self.push_operands(&[site as u32, (site >> 32) as u32, flags, self.id.0]);
        true
    }

    fn emit_bridge(&mut self, info: &CallInfo, places: &[u32], address: u32, func: u32, to: u32) {
        let Some(site) = self.site(info, places) else { return };
        let at = self.push(call::call_bridge, to, 0, address, func);
        self.frame_ends.push(at);
        self.push_operands(&[site as u32, (site >> 32) as u32]);
    }

    /// A new call site; its address.
    fn site(&mut self, info: &CallInfo, places: &[u32]) -> Option<u64> {
        let module = self.env.module;
        let (ret, _, varargs) = module.types.signature(info.ty)?;
        let types: Vec<_> =
            info.args.iter().zip(places).map(|(arg, at)| (self.type_of(*arg), *at)).collect();
        let bridge =
            Bridge::new(&module.types, ret, &types, &info.attrs, ParamAttrs::default(), varargs);
        match bridge {
            Ok(bridge) => {
                let site = Kept::new(Site::new(self.at, info.ty, bridge));
                let address = site.address();
                self.sites.push(site);
                Some(address)
            }
            Err(unpassable) => {
                let what = super::consts::describe(&module.types, unpassable.0);
                self.refuse(alloc::format!("a call that passes {what}"));
                None
            }
        }
    }

    pub(super) fn emit_va_arg(&mut self, instr: &Instr, list: Operand, to: u32) {
        let list = self.place(list);
        let (class, size) = match kind_of(self.types(), instr.ty) {
            Kind::Int(_) => (0, 8),
            Kind::Short(_) | Kind::F32 | Kind::F64 => (1, 8),
            _ => {
                self.refuse("va_arg of a type that takes more than one register");
                return;
            }
        };
        self.function(crate::op::varargs::take, to, &[list, class, size]);
        let bits = match kind_of(self.types(), instr.ty) {
            Kind::Int(bits) => bits,
            Kind::Short(_) => 16,
            _ => return,
        };
        if bits < 64 {
            self.int_result(crate::op::int::cut::<crate::op::shape::Reg>, to, to, bits, 0);
        }
    }
}
