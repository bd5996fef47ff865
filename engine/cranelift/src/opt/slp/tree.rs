//! From the values that neighbours store back to what they are made of, all lanes together.

use alloc::vec::Vec;

use bareflow_ir::layout::store_size;
use bareflow_ir::{BinaryOp, BlockId, Instr, Module, Op, Operand, ValueId};

use super::super::Body;
use super::facts::{Facts, address, definition, writes};

/// What stands for the same position in all lanes.
pub(super) type Lanes = Vec<Operand>;

/// How the lanes are made together.
#[derive(Clone, Debug)]
pub(super) enum Node {
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
pub(super) struct Tree<'a> {
    pub(super) body: &'a Body,
    pub(super) facts: &'a Facts,
    pub(super) width: usize,
    pub(super) lanes: Vec<Lanes>,
    pub(super) nodes: Vec<Node>,
}

/// Groups of nodes more than this are given up.
const MAX_NODES: usize = 64;

impl Tree<'_> {
    /// The node for these lanes; `None` if the tree grows too large.
    pub(super) fn node(&mut self, module: &Module, lanes: Lanes) -> Option<usize> {
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
                    // What an invoke gives cannot be put together before it.
                    let last = self.body.blocks[edge.index()].instrs.last();
                    if last.is_none_or(|last| last.result.is_some()) {
                        return Some(Node::Gather);
                    }
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
}
