//! Superword parallelism: the same float operation on neighbours in memory, done as one
//! operation on a vector (Larsen and Amarasinghe, PLDI 2000).
//!
//! It starts from stores of neighbours and follows what they store backwards: operations of
//! one kind, loads of neighbours, phis, and values that are the same for all lanes. Unlike
//! LLVM's pass it goes through the phis of loops, so that sums that several lanes of a loop
//! keep become one vector. Each lane is computed as before, so results do not change.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, member_offset, store_size};
use bareflow_ir::{
    BinaryOp, BlockId, ConstKind, Instr, Module, Op, Operand, Type, TypeId, ValueId,
};

use super::Body;

/// What stands for the same position in all lanes.
type Lanes = Vec<Operand>;

/// How the lanes are made together.
#[derive(Clone, Debug)]
enum Node {
    /// One operation on vectors.
    Binary { op: BinaryOp, lhs: usize, rhs: usize, like: Operand },
    /// Neighbours in memory; `first` is the load of the lowest.
    Load { first: ValueId },
    /// One node for each incoming edge.
    Phi { inputs: Vec<(usize, BlockId)> },
    /// The same value in all lanes.
    Splat(Operand),
    /// Put together from single values.
    Gather,
    /// Not yet decided: in a cycle.
    Open,
}

/// A group of neighbours in the making.
struct Tree<'a> {
    body: &'a Body,
    facts: &'a Facts,
    width: usize,
    lanes: Vec<Lanes>,
    nodes: Vec<Node>,
}

/// Where values are defined and how often they are used.
struct Facts {
    /// Block and position of each definition.
    places: Vec<Option<(BlockId, usize)>>,
    uses: Vec<u32>,
}

impl Facts {
    fn of(body: &Body) -> Self {
        let mut facts =
            Self { places: vec![None; body.values.len()], uses: vec![0; body.values.len()] };
        for (at, block) in body.blocks.iter().enumerate() {
            for (index, instr) in block.instrs.iter().enumerate() {
                if let Some(result) = instr.result {
                    facts.places[result.index()] = Some((BlockId::new(at), index));
                }
                instr.op.operands(|operand| {
                    if let Operand::Value(id) = body.resolve(operand) {
                        facts.uses[id.index()] += 1;
                    }
                });
            }
        }
        facts
    }
}

/// Groups of nodes more than this are given up.
const MAX_NODES: usize = 64;

/// Looks for neighbours until there are none.
pub(super) fn vectorise(body: &mut Body, module: &Module) {
    let is_store = |instr: &&Instr| matches!(instr.op, Op::Store { .. });
    let mut facts = None;
    for at in 0..body.blocks.len() {
        if body.blocks[at].instrs.iter().filter(is_store).count() < 2 {
            continue;
        }
        loop {
            let known = facts.get_or_insert_with(|| Facts::of(body));
            // What is vectorised is no store of a float any more, so this ends.
            if !vectorise_block(body, module, known, BlockId::new(at)) {
                break;
            }
            facts = None;
        }
    }
}

fn vectorise_block(body: &mut Body, module: &Module, facts: &Facts, block: BlockId) -> bool {
    let stores = stores(body, module, facts, block);
    for (_, base, offset, ty) in &stores {
        let size = store_size(&body.types, *ty) as i64;
        let width = (16 / size) as usize;
        let mut group = Vec::new();
        for lane in 0..width as i64 {
            let wanted = (*base, offset + lane * size, *ty);
            match stores.iter().find(|(_, b, o, t)| (*b, *o, *t) == wanted) {
                Some((index, ..)) => group.push(*index),
                None => break,
            }
        }
        if group.len() == width && try_group(body, module, facts, block, &group, *ty) {
            return true;
        }
    }
    false
}

/// Plain stores of floats in a block: position, base, distance and type.
fn stores(
    body: &Body,
    module: &Module,
    facts: &Facts,
    block: BlockId,
) -> Vec<(usize, Operand, i64, TypeId)> {
    let mut list = Vec::new();
    for (index, instr) in body.blocks[block.index()].instrs.iter().enumerate() {
        if let Op::Store { ptr, value, volatile: false, atomic: None, .. } = &instr.op {
            let ty = type_of(body, module, *value);
            if matches!(body.types.get(ty), Type::Float | Type::Double) {
                let (base, offset) = address(body, module, facts, *ptr);
                list.push((index, base, offset, ty));
            }
        }
    }
    list
}

fn type_of(body: &Body, module: &Module, operand: Operand) -> TypeId {
    match body.resolve(operand) {
        Operand::Value(id) => body.values[id.index()],
        Operand::Const(id) => match id.index().checked_sub(module.consts.len()) {
            Some(extra) => body.extra[extra].ty,
            None => module.constant(id).ty,
        },
    }
}

fn definition<'a>(body: &'a Body, facts: &Facts, operand: Operand) -> Option<&'a Instr> {
    let Operand::Value(id) = body.resolve(operand) else { return None };
    let (block, index) = facts.places[id.index()]?;
    body.blocks[block.index()].instrs.get(index)
}

/// A pointer as a base and a constant distance.
fn address(body: &Body, module: &Module, facts: &Facts, pointer: Operand) -> (Operand, i64) {
    let mut base = body.resolve(pointer);
    let mut distance = 0i64;
    while let Some(Instr { op: Op::Gep { ty, base: from, indices, .. }, .. }) =
        definition(body, facts, base)
    {
        let Some(step) = constant_step(body, module, *ty, indices) else { break };
        distance = distance.wrapping_add(step);
        base = body.resolve(*from);
    }
    (base, distance)
}

fn constant_step(body: &Body, module: &Module, ty: TypeId, indices: &[Operand]) -> Option<i64> {
    let mut at = ty;
    let mut distance = 0i64;
    for (position, index) in indices.iter().enumerate() {
        let Operand::Const(id) = body.resolve(*index) else { return None };
        if id.index() >= module.consts.len() {
            return None;
        }
        let constant = module.constant(id);
        let bits = body.types.int_bits(constant.ty).filter(|bits| *bits <= 64)?;
        let index = match constant.kind {
            ConstKind::Int(value) => (value << (64 - bits)) as i64 >> (64 - bits),
            ConstKind::Zero => 0,
            _ => return None,
        };
        if position > 0 {
            if let Type::Struct { .. } = body.types.get(at) {
                distance += member_offset(&body.types, at, index as u64) as i64;
                at = body.types.member(at, index as u64)?;
                continue;
            }
            at = body.types.member(at, 0)?;
        }
        distance = distance.wrapping_add(index.wrapping_mul(alloc_size(&body.types, at) as i64));
    }
    Some(distance)
}

fn writes(instr: &Instr) -> bool {
    matches!(
        instr.op,
        Op::Store { .. }
            | Op::Call(_)
            | Op::AtomicRmw { .. }
            | Op::CmpXchg { .. }
            | Op::Fence { .. }
    )
}

fn reads(instr: &Instr) -> bool {
    writes(instr) || matches!(instr.op, Op::Load { .. } | Op::VaArg { .. })
}

/// Vectorises the stores at these positions if that pays.
fn try_group(
    body: &mut Body,
    module: &Module,
    facts: &Facts,
    block: BlockId,
    group: &[usize],
    ty: TypeId,
) -> bool {
    let instrs = &body.blocks[block.index()].instrs;
    let (first, last) = (*group.iter().min().unwrap_or(&0), *group.iter().max().unwrap_or(&0));
    // The stores move to the last of them: nothing in between may see or touch memory.
    if (first..=last).any(|at| !group.contains(&at) && reads(&instrs[at])) {
        return false;
    }
    let stored: Lanes = group
        .iter()
        .filter_map(|at| match &instrs[*at].op {
            Op::Store { value, .. } => Some(body.resolve(*value)),
            _ => None,
        })
        .collect();
    let mut tree = Tree { body, facts, width: group.len(), lanes: Vec::new(), nodes: Vec::new() };
    let Some(root) = tree.node(module, stored) else { return false };
    let Some(dead) = tree.pays(group.len()) else { return false };
    let (nodes, lanes) = (tree.nodes, tree.lanes);
    emit(body, facts, ty, &nodes, &lanes, root, block, group, &dead);
    true
}

impl Tree<'_> {
    /// The node for these lanes; `None` if the tree grows too large.
    fn node(&mut self, module: &Module, lanes: Lanes) -> Option<usize> {
        if let Some(known) = self.lanes.iter().position(|known| *known == lanes) {
            return Some(known);
        }
        if self.nodes.len() >= MAX_NODES {
            return None;
        }
        let at = self.nodes.len();
        self.lanes.push(lanes.clone());
        self.nodes.push(Node::Open);
        let node = self.classify(module, &lanes)?;
        self.nodes[at] = node;
        Some(at)
    }

    fn classify(&mut self, module: &Module, lanes: &Lanes) -> Option<Node> {
        if lanes.iter().all(|lane| *lane == lanes[0]) {
            return Some(Node::Splat(lanes[0]));
        }
        let mut places = Vec::new();
        let mut instrs = Vec::new();
        for lane in lanes {
            let (Operand::Value(id), Some(instr)) =
                (*lane, definition(self.body, self.facts, *lane))
            else {
                return Some(Node::Gather);
            };
            places.push(self.facts.places[id.index()]?);
            instrs.push(instr);
        }
        let distinct = (1..lanes.len()).all(|at| !lanes[..at].contains(&lanes[at]));
        if !distinct || places.iter().any(|place| place.0 != places[0].0) {
            return Some(Node::Gather);
        }
        match &instrs[0].op {
            Op::Binary {
                op: op @ (BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul | BinaryOp::FDiv),
                ..
            } => {
                let (mut left, mut right) = (Vec::new(), Vec::new());
                for instr in &instrs {
                    match &instr.op {
                        Op::Binary { op: other, lhs, rhs, .. } if other == op => {
                            left.push(self.body.resolve(*lhs));
                            right.push(self.body.resolve(*rhs));
                        }
                        _ => return Some(Node::Gather),
                    }
                }
                if matches!(op, BinaryOp::FAdd | BinaryOp::FMul) {
                    self.align_operands(&mut left, &mut right);
                }
                let lhs = self.node(module, left)?;
                let rhs = self.node(module, right)?;
                Some(Node::Binary { op: *op, lhs, rhs, like: lanes[0] })
            }
            Op::Load { .. } => Some(self.loads(module, lanes, &instrs, &places)),
            Op::Phi { incoming } => {
                let edges: Vec<BlockId> = incoming.iter().map(|(_, from)| *from).collect();
                let mut inputs = Vec::new();
                for edge in edges {
                    if inputs.iter().any(|(_, known)| *known == edge) {
                        continue;
                    }
                    let mut row = Vec::new();
                    for instr in &instrs {
                        let Op::Phi { incoming } = &instr.op else {
                            return Some(Node::Gather);
                        };
                        let (value, _) = incoming.iter().find(|(_, from)| *from == edge)?;
                        row.push(self.body.resolve(*value));
                    }
                    inputs.push((self.node(module, row)?, edge));
                }
                Some(Node::Phi { inputs })
            }
            _ => Some(Node::Gather),
        }
    }

    /// Swaps operands of operations that allow it until each side is of one kind.
    fn align_operands(&self, left: &mut Lanes, right: &mut Lanes) {
        let kind = |operand: Operand| {
            definition(self.body, self.facts, operand)
                .map(|instr| core::mem::discriminant(&instr.op))
        };
        for lane in 1..left.len() {
            let straight = left[lane] == left[0]
                || right[lane] == right[0]
                || (kind(left[lane]) == kind(left[0]) && kind(right[lane]) == kind(right[0]));
            let crossed = right[lane] == left[0]
                || left[lane] == right[0]
                || (kind(right[lane]) == kind(left[0]) && kind(left[lane]) == kind(right[0]));
            if !straight && crossed {
                core::mem::swap(&mut left[lane], &mut right[lane]);
            }
        }
    }

    fn loads(
        &self,
        module: &Module,
        lanes: &Lanes,
        instrs: &[&Instr],
        places: &[(BlockId, usize)],
    ) -> Node {
        let mut expected = None;
        for instr in instrs {
            let Op::Load { ptr, volatile: false, atomic: None, .. } = &instr.op else {
                return Node::Gather;
            };
            let (base, offset) = address(self.body, module, self.facts, *ptr);
            let size = store_size(&self.body.types, instr.ty) as i64;
            if expected.is_some_and(|expected| expected != (base, offset)) {
                return Node::Gather;
            }
            expected = Some((base, offset + size));
        }
        // They move to the last of them: nothing in between may write.
        let block = &self.body.blocks[places[0].0.index()].instrs;
        let (first, last) = places
            .iter()
            .fold((usize::MAX, 0), |(first, last), (_, at)| (first.min(*at), last.max(*at)));
        match lanes[0] {
            Operand::Value(id) if !block[first..=last].iter().any(writes) => {
                Node::Load { first: id }
            }
            _ => Node::Gather,
        }
    }

    /// Weighs what is saved against what is added. The values that are not needed any more,
    /// if it pays.
    fn pays(&self, stores: usize) -> Option<Vec<ValueId>> {
        let mut inside = vec![0u32; self.facts.uses.len()];
        let mut count = |operand: Operand| {
            if let Operand::Value(id) = operand {
                inside[id.index()] += 1;
            }
        };
        // The stores use the first node.
        self.lanes[0].iter().for_each(|lane| count(*lane));
        for (node, lanes) in self.nodes.iter().zip(&self.lanes) {
            match node {
                Node::Binary { .. } | Node::Phi { .. } => {
                    for lane in lanes {
                        if let Some(instr) = definition(self.body, self.facts, *lane) {
                            instr.op.operands(|operand| count(self.body.resolve(operand)));
                        }
                    }
                }
                Node::Open => return None,
                _ => {}
            }
        }
        // What vectors are put together from stays.
        for (node, lanes) in self.nodes.iter().zip(&self.lanes) {
            if matches!(node, Node::Splat(_) | Node::Gather) {
                for lane in lanes {
                    if let Operand::Value(id) = lane {
                        inside[id.index()] = u32::MAX;
                    }
                }
            }
        }
        let lanes_saved = self.width as i64 - 1;
        let mut gain = stores as i64 - 1;
        let mut dead = Vec::new();
        for (node, lanes) in self.nodes.iter().zip(&self.lanes) {
            let unused = lanes.iter().all(|lane| match lane {
                Operand::Value(id) => inside[id.index()] == self.facts.uses[id.index()],
                Operand::Const(_) => true,
            });
            match node {
                Node::Binary { .. } | Node::Phi { .. } if !unused => return None,
                Node::Binary { .. } | Node::Phi { .. } => gain += lanes_saved,
                Node::Load { .. } if unused => gain += lanes_saved,
                Node::Load { .. } => gain -= 1,
                Node::Splat(_) => gain -= 1,
                Node::Gather => gain -= self.width as i64,
                Node::Open => return None,
            }
            if unused && !matches!(node, Node::Splat(_) | Node::Gather) {
                for lane in lanes {
                    if let Operand::Value(id) = lane {
                        dead.push(*id);
                    }
                }
            }
        }
        (gain > 2).then_some(dead)
    }
}

/// Where new instructions go: block, and the position they come behind.
struct Emitter<'a> {
    body: &'a mut Body,
    facts: &'a Facts,
    vector: TypeId,
    index: TypeId,
    /// Instructions and the place each comes behind; `None` is before the terminator.
    new: Vec<(BlockId, Option<usize>, Instr)>,
    results: Vec<Option<ValueId>>,
}

#[expect(clippy::too_many_arguments, reason = "all of them describe one group")]
fn emit(
    body: &mut Body,
    facts: &Facts,
    ty: TypeId,
    nodes: &[Node],
    lanes: &[Lanes],
    root: usize,
    block: BlockId,
    group: &[usize],
    dead: &[ValueId],
) {
    let width = group.len() as u32;
    let vector = body.types.intern(Type::Vector { elem: ty, len: width });
    let index = body.types.intern(Type::Int(32));
    let void = super::inline::void_of(body);
    let results = nodes.iter().map(|_| Some(body.value(vector))).collect();
    let mut emitter = Emitter { body, facts, vector, index, new: Vec::new(), results };
    for (at, node) in nodes.iter().enumerate() {
        emitter.node(nodes, lanes, at, node);
    }
    // The store, in place of the last of them, with the address of the first lane.
    let last = group.iter().copied().max().unwrap_or(0);
    let stored = emitter.use_at(nodes, lanes, root, block, Some(last));
    let Op::Store { ptr, align, .. } = emitter.body.blocks[block.index()].instrs[group[0]].op
    else {
        return;
    };
    let store = Op::Store { ptr, value: stored, align, volatile: false, atomic: None };
    emitter.new.push((block, Some(last), Instr { op: store, ty: void, result: None }));

    let Emitter { new, .. } = emitter;
    // Rebuild the blocks that changed.
    let mut gone = vec![false; body.values.len()];
    for id in dead {
        gone[id.index()] = true;
    }
    for at in 0..body.blocks.len() {
        let here = BlockId::new(at);
        let touched = here == block
            || new.iter().any(|(block, ..)| *block == here)
            || dead.iter().any(|id| facts.places[id.index()].is_some_and(|(b, _)| b == here));
        if !touched {
            continue;
        }
        let old = core::mem::take(&mut body.blocks[at].instrs);
        let count = old.len();
        let mut phis = Vec::new();
        let mut rest = Vec::new();
        for (position, instr) in old.into_iter().enumerate() {
            if position + 1 == count {
                for (block, place, instr) in &new {
                    if *block == here && place.is_none() {
                        rest.push(instr.clone());
                    }
                }
            }
            let dropped = instr.result.is_some_and(|id| gone[id.index()])
                || (here == block && group.contains(&position));
            if !dropped {
                if matches!(instr.op, Op::Phi { .. }) { phis.push(instr) } else { rest.push(instr) }
            }
            for (block, place, instr) in &new {
                if *block == here && *place == Some(position) {
                    let list =
                        if matches!(instr.op, Op::Phi { .. }) { &mut phis } else { &mut rest };
                    list.push(instr.clone());
                }
            }
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
        self.new.push((
            block,
            Some(place),
            Instr { op, ty: self.vector, result: self.results[at] },
        ));
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
        self.new.push((block, place, Instr { op, ty: self.vector, result: Some(result) }));
        Operand::Value(result)
    }
}
