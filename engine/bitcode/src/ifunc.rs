//! GNU indirect functions: functions that a resolver chooses when the program is loaded.
//!
//! One becomes three ordinary things: a variable, a function that asks the resolver and sets the
//! variable, which runs before all constructors ([`Module::choosers`]), and the function itself, which
//! calls what the variable points to. So it has one address on every level, the choice is made again
//! at every start, whatever processor that is on, and nobody else need know of such functions.

use alloc::format;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, CallInfo, ConstKind, FastMath, FuncId, Function, FunctionFlags, Global, GlobalId, Instr,
    Linkage, Module, Op, Operand, ParamAttrs, Symbol, Type, TypeId, ValueId,
};

use crate::error::Cause;
use crate::ops::Ops;
use crate::reader::{Reader, Value};
use crate::symbols::linkage;

impl Reader {
    /// `[name, size, type, address space, resolver, linkage, ...]`
    pub(crate) fn ifunc_record(&mut self, mut ops: Ops<'_>) -> Result<(), Cause> {
        let name = self.symbol_name(&mut ops)?;
        let (ty, space, resolver) = (ops.next()?, ops.next()?, ops.next()?);
        let linkage = linkage(ops.next()?);
        let mut refused = (space != 0).then_some("an ifunc in another address space".into());
        let mut ty = self.type_or_refuse(ty, &mut refused)?;
        if self.module.types.signature(ty).is_none() {
            refused.get_or_insert("an ifunc that is no function".into());
            ty = self.void_function();
        }
        let (params, varargs) = match self.module.types.signature(ty) {
            Some((_, params, varargs)) => (params.len(), varargs),
            None => (0, false),
        };
        if varargs {
            refused.get_or_insert("an ifunc with variable arguments".into());
        }
        self.charge(2 * size_of::<Function>() + params * size_of::<ParamAttrs>())?;
        let id = FuncId::new(self.module.funcs.len());
        self.module.funcs.push(Function {
            name,
            ty,
            linkage,
            comdat: None,
            params: alloc::vec![ParamAttrs::default(); params],
            ret: ParamAttrs::default(),
            flags: FunctionFlags::default(),
            values: Vec::new(),
            instrs: Vec::new(),
            blocks: Vec::new(),
        });
        match refused {
            Some(why) => self.refuse(Symbol::Func(id), why),
            None => self.ifuncs.push((id, resolver)),
        }
        self.push_symbol(ConstKind::Func(id))
    }

    /// Gives indirect functions their bodies, now that their resolvers can be told.
    pub(crate) fn finish_ifuncs(&mut self) -> Result<(), Cause> {
        for (id, number) in core::mem::take(&mut self.ifuncs) {
            let resolver = match self.value(number)? {
                Value::Const(resolver) => resolver,
                Value::Bad(why) => {
                    let why = self.reasons[why as usize].clone();
                    self.refuse(Symbol::Func(id), why);
                    continue;
                }
                Value::Asm(_) | Value::Waiting(_) => {
                    return Err(Cause::Malformed("a resolver that is no constant"));
                }
            };
            match attributes(&self.module, id) {
                Some((params, ret)) => {
                    let func = &mut self.module.funcs[id.index()];
                    (func.params, func.ret) = (params, ret);
                }
                None => {
                    let why = "an ifunc with structures as arguments, of which it cannot be told \
                               how the functions it stands for take them";
                    self.refuse(Symbol::Func(id), why);
                    continue;
                }
            }
            self.charge(1024)?;
            self.indirect(id, Operand::Const(resolver))?;
        }
        Ok(())
    }

    fn indirect(&mut self, id: FuncId, resolver: Operand) -> Result<(), Cause> {
        let types = &mut self.module.types;
        let (ptr, void) = (types.intern(Type::Ptr), types.intern(Type::Void));
        let resolves = types.intern(Type::Func { ret: ptr, params: Vec::new(), varargs: false });
        let chooses = self.void_function();
        let zero = self.constant(ptr, ConstKind::Zero)?;
        let name = self.module.func(id).name.clone();
        self.charge(2 * name.len())?;

        let variable = GlobalId::new(self.module.globals.len());
        self.module.globals.push(Global {
            name: format!("{name}.chosen"),
            ty: ptr,
            init: Some(zero),
            constant: false,
            align: 8,
            linkage: Linkage::Internal,
            comdat: None,
            section: None,
            thread_local: false,
        });
        let place = Operand::Const(self.constant(ptr, ConstKind::Global(variable))?);

        let chosen = Operand::Value(ValueId(0));
        let mut code = Code { values: Vec::new(), instrs: Vec::new(), void };
        code.push(call(resolver, resolves, Vec::new(), Vec::new()), ptr);
        code.push(
            Op::Store { ptr: place, value: chosen, align: 8, volatile: false, atomic: None },
            void,
        );
        code.push(Op::Ret { value: None }, void);
        let chooser = FuncId::new(self.module.funcs.len());
        self.module.funcs.push(code.function(Function {
            name: format!("{name}.choose"),
            ty: chooses,
            linkage: Linkage::Internal,
            comdat: None,
            params: Vec::new(),
            ret: ParamAttrs::default(),
            flags: FunctionFlags::default(),
            values: Vec::new(),
            instrs: Vec::new(),
            blocks: Vec::new(),
        }));
        self.module.choosers.push((variable, chooser));

        let func = self.module.func(id);
        let (ty, attrs) = (func.ty, func.params.clone());
        let (ret, params) = match self.module.types.signature(ty) {
            Some((ret, params, _)) => (ret, params.to_vec()),
            None => (void, Vec::new()),
        };
        let args = (0..params.len()).map(|at| Operand::Value(ValueId::new(at))).collect();
        let target = Operand::Value(ValueId::new(params.len()));
        let result = Operand::Value(ValueId::new(params.len() + 1));
        let mut code = Code { values: params, instrs: Vec::new(), void };
        code.push(Op::Load { ptr: place, align: 8, volatile: false, atomic: None }, ptr);
        code.push(call(target, ty, args, attrs), ret);
        code.push(Op::Ret { value: (ret != void).then_some(result) }, void);
        let shell = self.module.func(id).clone();
        self.module.funcs[id.index()] = code.function(shell);
        Ok(())
    }
}

/// How the functions behind an indirect one take their arguments: as those of its type in the module
/// do. `None` if they do not agree on what is copied to the stack.
fn attributes(module: &Module, id: FuncId) -> Option<(Vec<ParamAttrs>, ParamAttrs)> {
    let func = module.func(id);
    let alike = module.func_ids().filter(|other| *other != id).map(|other| module.func(other));
    let mut found: Option<&Function> = None;
    for other in alike.filter(|other| other.ty == func.ty) {
        let memory = |func: &Function| -> Vec<_> {
            func.params.iter().map(|attrs| (attrs.byval, attrs.sret, attrs.align)).collect()
        };
        match found {
            Some(known) if memory(known) != memory(other) => return None,
            _ => found = Some(other),
        }
    }
    let found = found.unwrap_or(func);
    Some((found.params.clone(), found.ret))
}

fn call(callee: Operand, ty: TypeId, args: Vec<Operand>, attrs: Vec<ParamAttrs>) -> Op {
    let (tail, must_tail, fast) = (true, false, FastMath::default());
    Op::Call(CallInfo { callee, ty, args, attrs, tail, must_tail, fast })
}

/// A body of one block.
struct Code {
    values: Vec<TypeId>,
    instrs: Vec<Instr>,
    void: TypeId,
}

impl Code {
    fn push(&mut self, op: Op, ty: TypeId) {
        let result = (ty != self.void).then(|| ValueId::new(self.values.len()));
        self.values.extend(result.map(|_| ty));
        self.instrs.push(Instr::new(op, ty, result));
    }

    fn function(self, shell: Function) -> Function {
        let blocks = alloc::vec![Block { instrs: 0..self.instrs.len() as u32 }];
        Function { values: self.values, instrs: self.instrs, blocks, ..shell }
    }
}
