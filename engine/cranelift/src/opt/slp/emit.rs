//! Vectors in place of lanes: new instructions, each behind the last of the lanes it stands for.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, ConstKind, Instr, Op, Operand, Type, TypeId, ValueId};

use super::super::Body;
use super::super::inline::void_of;
use super::facts::{Facts, definition};
use super::tree::{Lanes, Node};

/// Stores of neighbours, the lowest first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub(super) block: BlockId,
    /// Positions in the block.
    pub(super) stores: &'a [usize],
    /// Type of a lane.
    pub(super) ty: TypeId,
}

/// What is made instead, and which values go.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) nodes: Vec<Node>,
    pub(super) lanes: Vec<Lanes>,
    /// The node of what is stored.
    pub(super) root: usize,
    pub(super) dead: Vec<ValueId>,
}

/// Where new instructions go: block, and the position they come behind; `None` is before the
/// terminator.
type Placed = (BlockId, Option<usize>, Instr);

struct Emitter<'a> {
    body: &'a mut Body,
    facts: &'a Facts,
    vector: TypeId,
    index: TypeId,
    new: Vec<Placed>,
    results: Vec<Option<ValueId>>,
}

/// Makes the vectors of a plan, and the one store of them.
pub(super) fn emit(body: &mut Body, facts: &Facts, group: Group<'_>, plan: &Plan) {
    let Some((first, last)) = group.stores.first().zip(group.stores.iter().max()) else { return };
    let width = group.stores.len() as u32;
    let vector = body.types.intern(Type::Vector { elem: group.ty, len: width });
    let index = body.types.intern(Type::Int(32));
    let void = void_of(body);
    let results = plan.nodes.iter().map(|_| Some(body.value(vector))).collect();
    let mut emitter = Emitter { body, facts, vector, index, new: Vec::new(), results };
    for (at, node) in plan.nodes.iter().enumerate() {
        emitter.node(&plan.nodes, &plan.lanes, at, node);
    }
    // The store, in place of the last of them, with the address of the first lane.
    let value = emitter.use_at(&plan.nodes, &plan.lanes, plan.root, group.block, Some(*last));
    let Op::Store { ptr, align, .. } = emitter.body.blocks[group.block.index()].instrs[*first].op
    else {
        return;
    };
    let store = Op::Store { ptr, value, align, volatile: false, atomic: None };
    emitter.new.push((group.block, Some(*last), Instr::new(store, void, None)));
    let new = emitter.new;
    rebuild(body, facts, group, &plan.dead, &new);
}

/// Puts the new instructions into their blocks, and takes the stores and dead values out.
fn rebuild(body: &mut Body, facts: &Facts, group: Group<'_>, dead: &[ValueId], new: &[Placed]) {
    let mut gone = vec![false; body.values.len()];
    let mut touched = vec![false; body.blocks.len()];
    touched[group.block.index()] = true;
    for (block, ..) in new {
        touched[block.index()] = true;
    }
    for id in dead {
        gone[id.index()] = true;
        if let Some((block, _)) = facts.places[id.index()] {
            touched[block.index()] = true;
        }
    }
    for at in (0..body.blocks.len()).filter(|at| touched[*at]) {
        let here = BlockId::new(at);
        let old = core::mem::take(&mut body.blocks[at].instrs);
        let count = old.len();
        let (mut phis, mut rest) = (Vec::new(), Vec::new());
        let mut put = |instr: Instr| {
            if matches!(instr.op, Op::Phi { .. }) { phis.push(instr) } else { rest.push(instr) }
        };
        let placed = |wanted: Option<usize>| {
            let list =
                new.iter().filter(move |(block, place, _)| *block == here && *place == wanted);
            list.map(|(.., instr)| instr.clone())
        };
        for (position, instr) in old.into_iter().enumerate() {
            if position + 1 == count {
                placed(None).for_each(&mut put);
            }
            let dropped = instr.result.is_some_and(|id| gone[id.index()])
                || (here == group.block && group.stores.contains(&position));
            if !dropped {
                put(instr);
            }
            placed(Some(position)).for_each(&mut put);
        }
        phis.append(&mut rest);
        body.blocks[at].instrs = phis;
    }
}

impl Emitter<'_> {
    /// The block and last position of the lanes of a node.
    fn place(&self, lanes: &Lanes) -> Option<(BlockId, usize)> {
        let mut found: Option<(BlockId, usize)> = None;
        for lane in lanes {
            let Operand::Value(id) = lane else { continue };
            let (block, at) = self.facts.places[id.index()]?;
            found = Some((block, found.map_or(at, |(_, last)| last.max(at))));
        }
        found
    }

    fn node(&mut self, nodes: &[Node], lanes: &[Lanes], at: usize, node: &Node) {
        let Some((block, place)) = self.place(&lanes[at]) else { return };
        let op = match node {
            Node::Binary { op, lhs, rhs, like } => {
                let lhs = self.use_at(nodes, lanes, *lhs, block, Some(place));
                let rhs = self.use_at(nodes, lanes, *rhs, block, Some(place));
                let Some(Instr { op: Op::Binary { wrap, .. }, .. }) =
                    definition(self.body, self.facts, *like)
                else {
                    return;
                };
                Op::Binary { op: *op, lhs, rhs, wrap: *wrap, fast: Default::default() }
            }
            Node::Load { first } => {
                let Some(Instr { op: Op::Load { ptr, align, .. }, .. }) =
                    definition(self.body, self.facts, Operand::Value(*first))
                else {
                    return;
                };
                Op::Load { ptr: *ptr, align: *align, volatile: false, atomic: None }
            }
            Node::Phi { inputs } => {
                let incoming = inputs
                    .iter()
                    .map(|(input, from)| (self.use_at(nodes, lanes, *input, *from, None), *from))
                    .collect();
                Op::Phi { incoming }
            }
            Node::Splat(_) | Node::Gather | Node::Open => return,
        };
        self.new.push((block, Some(place), Instr::new(op, self.vector, self.results[at])));
    }

    /// The vector of a node where it is used: behind a place, or at the end of a block.
    fn use_at(
        &mut self,
        nodes: &[Node],
        lanes: &[Lanes],
        at: usize,
        block: BlockId,
        place: Option<usize>,
    ) -> Operand {
        let scalars: Lanes = match &nodes[at] {
            Node::Splat(value) => vec![*value; lanes[at].len()],
            Node::Gather => lanes[at].clone(),
            _ => return self.results[at].map_or(lanes[at][0], Operand::Value),
        };
        let mut vector = self.body.constant(self.vector, ConstKind::Poison);
        let splat = matches!(nodes[at], Node::Splat(_));
        let count = if splat { 1 } else { scalars.len() };
        for (lane, scalar) in scalars.iter().take(count).enumerate() {
            let index = self.body.constant(self.index, ConstKind::Int(lane as u64));
            let op = Op::InsertElement { vec: vector, value: *scalar, index };
            vector = self.push(op, block, place);
        }
        if splat {
            let mask = vec![Some(0); scalars.len()].into();
            vector = self.push(Op::ShuffleVector { a: vector, b: vector, mask }, block, place);
        }
        vector
    }

    fn push(&mut self, op: Op, block: BlockId, place: Option<usize>) -> Operand {
        let result = self.body.value(self.vector);
        self.new.push((block, place, Instr::new(op, self.vector, Some(result))));
        Operand::Value(result)
    }
}
