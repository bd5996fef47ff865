//! Indirect calls of what is nearly always the same function: compare, and call it by name.

use alloc::vec::Vec;

use bareflow_ir::{ConstKind, Instr, IntPredicate, Op, Operand, Symbol, Type};

use super::Body;
use super::body::profile_of;
use super::inline::void_of;
use bareflow_object::Request;

/// Calls fewer than this say little.
const MIN_CALLS: u64 = 16;

/// Looks at the sites that the profile knows.
pub(super) fn promote_calls(body: &mut Body, request: &Request<'_>) {
    let module = request.module;
    let Some(profile) = profile_of(module, request.func, request.counted()) else { return };
    let func = module.func(request.func);
    // The last site first, so that the places of the others stay right.
    let mut sites: Vec<_> = profile.sites.iter().collect();
    sites.sort_by_key(|site| core::cmp::Reverse(site.instr));
    for site in sites {
        let Some((name, count)) = site.targets.first() else { continue };
        let total: u64 = site.targets.iter().map(|(_, count)| *count).sum::<u64>() + site.other;
        if total < MIN_CALLS || *count < total / 5 * 4 {
            continue;
        }
        let Some(Symbol::Func(target)) = module.symbol(name) else { continue };
        let Some(block) =
            func.block_ids().find(|id| func.blocks[id.index()].instrs.contains(&site.instr))
        else {
            continue;
        };
        let index = (site.instr - func.blocks[block.index()].instrs.start) as usize;
        let Some(Instr { op: Op::Call(call), ty, result, .. }) =
            body.blocks[block.index()].instrs.get(index).cloned()
        else {
            continue;
        };
        if module.func(target).ty != call.ty || call.must_tail {
            continue;
        }

        let (direct, indirect) = (body.new_block(block), body.new_block(block));
        let after = body.new_block(block);
        body.blocks[direct.index()].weight = Some(*count);
        body.blocks[indirect.index()].weight = Some(total - count);
        let mut rest = body.blocks[block.index()].instrs.split_off(index);
        rest.remove(0);
        body.blocks[after.index()].instrs = rest;
        body.rename_predecessor(block, after);

        let (boolean, void) = (body.bool(), void_of(body));
        let pointer = body.types.intern(Type::Ptr);
        let name = body.constant(pointer, ConstKind::Func(target));
        let same = body.value(boolean);
        let compare = Op::ICmp { pred: IntPredicate::Eq, lhs: call.callee, rhs: name };
        let branch = Op::CondBr { cond: Operand::Value(same), then: direct, other: indirect };
        body.blocks[block.index()]
            .instrs
            .extend([Instr::new(compare, boolean, Some(same)), Instr::new(branch, void, None)]);
        let mut incoming = Vec::new();
        for (place, callee) in [(direct, name), (indirect, call.callee)] {
            let mut call = call.clone();
            call.callee = callee;
            let result = result.map(|_| body.value(ty));
            incoming.extend(result.map(|result| (Operand::Value(result), place)));
            body.blocks[place.index()].instrs.extend([
                Instr::new(Op::Call(call), ty, result),
                Instr::new(Op::Br { target: after }, void, None),
            ]);
        }
        if result.is_some() {
            let phi = Instr::new(Op::Phi { incoming }, ty, result);
            body.blocks[after.index()].instrs.insert(0, phi);
        }
    }
}
