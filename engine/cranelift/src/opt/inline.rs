//! Inlining: the bodies of called functions in place of their calls.
//!
//! Call sites are taken in rounds, those that promise most first: what must be inlined, what
//! is smaller than the call, then by how often the site runs. A budget limits how much a
//! function may grow.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, FuncId, Instr, Linkage, Module, Op, Operand, ValueId};
use bareflow_profile::Level;

use super::Body;
use super::body::cost;
use super::loops::{depths, reachable};
use bareflow_object::{Entry, Request};

/// A callee of at most this size is smaller inline than the call of it.
const TINY: u32 = 12;
/// Rounds of looking for calls, so the depth to which bodies are nested.
const ROUNDS: u32 = 8;
/// Copies of one function within itself.
const RECURSION: usize = 2;

/// A call that may be inlined.
struct Site {
    block: usize,
    index: usize,
    callee: FuncId,
    size: u32,
    benefit: u64,
}

/// Bodies that were looked at: their sizes, where they can live inside another. One that is called in many
/// places is looked through once.
type Sizes = BTreeMap<FuncId, Option<u32>>;

/// Inlines calls until the budget is used up or nothing is worth it.
pub(super) fn inline_calls(body: &mut Body, request: &Request<'_>) {
    let default = match request.level {
        Level::O3 => 1200,
        _ => 600,
    };
    let default = if request.options.for_size { 0 } else { default };
    let mut budget = request.options.inline_budget.unwrap_or(default);
    let generous = request.level >= Level::O3;
    let mut sizes = Sizes::new();
    for _ in 0..ROUNDS {
        let mut sites = find(body, request, generous, &mut sizes);
        if sites.is_empty() {
            return;
        }
        sites.sort_by_key(|site| core::cmp::Reverse(site.benefit));
        sites.retain(|site| {
            let free = site.size <= TINY || request.module.func(site.callee).flags.alwaysinline;
            let fits = free && request.options.inline_budget != Some(0) || site.size <= budget;
            if fits {
                budget -= site.size.min(budget);
            }
            fits
        });
        if sites.is_empty() {
            return;
        }
        // The last call of a block first, so that the places of the others stay right.
        sites.sort_by_key(|site| core::cmp::Reverse((site.block, site.index)));
        let mut allocas = Vec::new();
        for site in sites {
            inline(body, request, &site, &mut allocas);
        }
        body.blocks[0].instrs.splice(0..0, allocas);
    }
}

fn find(body: &Body, request: &Request<'_>, generous: bool, sizes: &mut Sizes) -> Vec<Site> {
    let module = request.module;
    let nesting = depths(body);
    let reachable = match request.entry {
        Entry::Call => reachable(body, BlockId(0)),
        Entry::Loop(block) => reachable(body, block),
    };
    let entry_weight = body.blocks[0].weight.filter(|weight| *weight > 0);
    let mut sites = Vec::new();
    for (at, block) in body.blocks.iter().enumerate().filter(|(at, _)| reachable[*at]) {
        for (index, instr) in block.instrs.iter().enumerate() {
            let Op::Call(call) = &instr.op else { continue };
            let Operand::Const(id) = call.callee else { continue };
            let Some(callee) = callee(module, body, id) else { continue };
            let func = module.func(callee);
            if call.must_tail || func.ty != call.ty {
                continue;
            }
            let size = *sizes.entry(callee).or_insert_with(|| size_of(module, callee));
            let Some(size) = size else { continue };
            // Frequency relative to one call of the function.
            let frequency = match (block.weight, entry_weight) {
                (Some(weight), Some(entry)) => weight.saturating_mul(16) / entry,
                _ => 16 << (3 * nesting[at].min(4)),
            };
            let repeats = repeats(body, block.chain, callee);
            if repeats >= RECURSION {
                continue;
            }
            let once = func.linkage == Linkage::Internal && module.uses(callee) == 1;
            let limit = if func.flags.alwaysinline {
                u32::MAX
            } else if frequency == 0 || func.flags.cold || instr_is_cold(block) {
                TINY
            } else if repeats > 0 {
                40
            } else if once {
                400
            } else if frequency > 16 {
                if generous { 250 } else { 120 }
            } else {
                if generous { 80 } else { 40 }
            };
            if size > limit {
                continue;
            }
            let benefit = frequency.saturating_mul(1000) / u64::from(size.max(1));
            sites.push(Site { block: at, index, callee, size, benefit });
        }
    }
    sites
}

/// A block that ends where nothing goes on runs at most once.
fn instr_is_cold(block: &super::body::BodyBlock) -> bool {
    matches!(block.instrs.last(), Some(Instr { op: Op::Unreachable, .. }))
}

fn callee(module: &Module, body: &Body, id: bareflow_ir::ConstId) -> Option<FuncId> {
    let constant = match id.index().checked_sub(module.consts.len()) {
        Some(extra) => &body.extra[extra],
        None => module.constant(id),
    };
    match constant.kind {
        bareflow_ir::ConstKind::Func(func) => Some(func),
        _ => None,
    }
}

/// How often a function is inlined in itself on the way to a chain.
fn repeats(body: &Body, chain: u32, callee: FuncId) -> usize {
    let mut count = 0;
    let mut at = Some(chain);
    while let Some(here) = at {
        let (func, from) = body.chains[here as usize];
        count += usize::from(func == callee);
        at = from;
    }
    count
}

/// Instructions of a function, if it can be inlined and is small enough to be looked at.
fn size_of(module: &Module, id: FuncId) -> Option<u32> {
    let func = module.func(id);
    let looked_at = func.instrs.len() < 2000 && !func.stays_apart() && can_inline(module, id);
    looked_at.then(|| func.instrs.iter().map(cost).sum())
}

/// Whether a body can live inside another.
fn can_inline(module: &Module, id: FuncId) -> bool {
    let func = module.func(id);
    let Some((_, _, false)) = module.types.signature(func.ty) else { return false };
    if func.is_declaration()
        || func.name.starts_with("llvm.")
        || func.linkage == Linkage::ExternWeak
        || func.params.iter().any(|param| param.byval.is_some())
        || module.refused.iter().any(|r| r.symbol == bareflow_ir::Symbol::Func(id))
    {
        return false;
    }
    func.block_ids().all(|block| {
        func.block(block).iter().all(|instr| match &instr.op {
            // Room that is given back when a function returns, and numbers of blocks.
            Op::Alloca { count, .. } => {
                block == BlockId(0)
                    && matches!(count, Operand::Const(id) if matches!(
                        module.constant(*id).kind,
                        bareflow_ir::ConstKind::Int(_)
                    ))
            }
            Op::IndirectBr { .. }
            | Op::LandingPad { .. }
            | Op::Resume { .. }
            | Op::VaArg { .. } => false,
            Op::Call(call) | Op::Invoke { call, .. } => {
                let name = module
                    .direct_callee(call.callee)
                    .map_or("", |callee| module.func(callee).name.as_str());
                let frame = ["llvm.returnaddress", "llvm.frameaddress", "llvm.stacksave"];
                !frame.iter().any(|known| name.starts_with(known)) && !call.must_tail
            }
            _ => true,
        })
    })
}

/// Puts the body of the callee in place of a call. Its stack variables, appended to `allocas`,
/// belong to the entry of the whole.
fn inline(body: &mut Body, request: &Request<'_>, site: &Site, allocas: &mut Vec<Instr>) {
    let Site { block, index, callee, .. } = *site;
    let module = request.module;
    let func = module.func(callee);
    let before = BlockId::new(block);
    let mut rest = body.blocks[block].instrs.split_off(index);
    let call = rest.remove(0);
    let Op::Call(info) = &call.op else { return };

    // What follows the call gets a block of its own.
    let after = body.new_block(before);
    body.blocks[after.index()].instrs = rest;
    body.rename_predecessor(before, after);

    // Values and blocks of the callee, under new ids.
    let first_value = body.values.len();
    for ty in &func.values[func.params.len()..] {
        body.value(*ty);
    }
    let first_block = body.blocks.len();
    let map_value = |id: ValueId| match id.index().checked_sub(func.params.len()) {
        None => info.args[id.index()],
        Some(at) => Operand::Value(ValueId::new(first_value + at)),
    };
    let map_block = |id: BlockId| BlockId::new(first_block + id.index());
    let chain = body.chains.len() as u32;
    body.chains.push((callee, Some(body.blocks[block].chain)));

    let profile = super::body::profile_of(module, callee, request.counted());
    let site_weight = body.blocks[block].weight;
    let mut returns = Vec::new();
    for id in func.block_ids() {
        let weight = match (profile, site_weight) {
            (Some(profile), Some(site)) => {
                let entry = profile.blocks[0].max(1);
                let here = u128::from(profile.blocks[id.index()]) * u128::from(site);
                Some(u64::try_from(here / u128::from(entry)).unwrap_or(u64::MAX))
            }
            _ => site_weight,
        };
        let new = body.new_block(before);
        body.blocks[new.index()].weight = weight;
        body.blocks[new.index()].chain = chain;
        let mut instrs = Vec::new();
        for instr in func.block(id) {
            let mut instr = instr.clone();
            instr.op.operands_mut(|operand| {
                if let Operand::Value(id) = operand {
                    *operand = map_value(*id);
                }
            });
            instr.op.blocks_mut(|block| *block = map_block(*block));
            instr.result = instr.result.and_then(|id| match map_value(id) {
                Operand::Value(id) => Some(id),
                Operand::Const(_) => None,
            });
            match instr.op {
                Op::Ret { value } => {
                    returns.push((value, new));
                    instr.op = Op::Br { target: after };
                    instrs.push(instr);
                }
                Op::Alloca { .. } => allocas.push(instr),
                _ => instrs.push(instr),
            }
        }
        body.blocks[new.index()].instrs = instrs;
    }
    let ty = void_of(body);
    let jump = Instr::new(Op::Br { target: map_block(BlockId(0)) }, ty, None);
    body.blocks[block].instrs.push(jump);

    if let Some(result) = call.result {
        match &returns[..] {
            // Code that takes over finds the result under its own name in the frame.
            [(Some(value), _)] if request.entry == Entry::Call => body.replace(result, *value),
            [] => {
                let poison = body.constant(call.ty, bareflow_ir::ConstKind::Poison);
                body.replace(result, poison);
            }
            _ => {
                let incoming = returns
                    .iter()
                    .filter_map(|(value, from)| value.map(|value| (value, *from)))
                    .collect();
                let phi = Instr::new(Op::Phi { incoming }, call.ty, Some(result));
                body.blocks[after.index()].instrs.insert(0, phi);
            }
        }
    }
}

/// The type of instructions without result.
pub(super) fn void_of(body: &mut Body) -> bareflow_ir::TypeId {
    body.types.intern(bareflow_ir::Type::Void)
}
