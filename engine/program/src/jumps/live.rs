//! Which values are alive where certain blocks begin.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{Instr, Op, Operand};

/// For each value whether it is alive at the beginning of one of `points`: used later, and computed
/// before. Blocks are numbers in `blocks`; every value counts that no block computes.
pub(super) fn alive(blocks: &[Vec<Instr>], values: usize, points: &[usize]) -> Vec<bool> {
    let mut before = vec![Vec::new(); blocks.len()];
    let mut computed = vec![usize::MAX; values];
    for (at, block) in blocks.iter().enumerate() {
        for instr in block {
            if let Some(result) = instr.result {
                computed[result.index()] = at;
            }
            instr.op.successors(|to| before[to.index()].push(at));
        }
    }
    let used = uses(blocks, values, &computed);
    // The value that a block was last looked at for.
    let mut seen = vec![usize::MAX; blocks.len()];
    let mut is_point = vec![false; blocks.len()];
    points.iter().for_each(|at| is_point[*at] = true);
    let mut alive = vec![false; values];
    for (id, mut waiting) in used.into_iter().enumerate() {
        while let Some(at) = waiting.pop() {
            if seen[at] == id {
                continue;
            }
            seen[at] = id;
            alive[id] |= is_point[at];
            waiting.extend(before[at].iter().filter(|from| computed[id] != **from));
        }
    }
    alive
}

/// The blocks at whose beginning each value is alive because it is used in them.
fn uses(blocks: &[Vec<Instr>], values: usize, computed: &[usize]) -> Vec<Vec<usize>> {
    let mut used = vec![Vec::new(); values];
    let mut add = |operand: Operand, at: usize| {
        if let Operand::Value(id) = operand
            && computed[id.index()] != at
        {
            used[id.index()].push(at);
        }
    };
    for (at, block) in blocks.iter().enumerate() {
        for instr in block {
            match &instr.op {
                Op::Phi { incoming } => {
                    incoming.iter().for_each(|(operand, from)| add(*operand, from.index()));
                }
                op => op.operands(|operand| add(operand, at)),
            }
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use bareflow_ir::{BlockId, FastMath, TypeId, ValueId};

    fn instr(op: Op, result: Option<usize>) -> Instr {
        Instr::new(op, TypeId::new(0), result.map(ValueId::new))
    }

    fn uses_value(id: usize) -> Op {
        Op::FNeg { value: Operand::Value(ValueId::new(id)), fast: FastMath::default() }
    }

    #[test]
    fn what_is_computed_before_and_used_after_is_alive() {
        let go = |to| instr(Op::Br { target: BlockId::new(to) }, None);
        // 0: parameter. A loop of blocks 1 and 2, left from 2 to 3.
        let blocks = [
            vec![instr(uses_value(0), Some(1)), instr(uses_value(1), Some(2)), go(1)],
            vec![
                instr(
                    Op::Phi {
                        incoming: vec![
                            (Operand::Value(ValueId::new(1)), BlockId::new(0)),
                            (Operand::Value(ValueId::new(4)), BlockId::new(2)),
                        ],
                    },
                    Some(3),
                ),
                go(2),
            ],
            vec![
                instr(uses_value(3), Some(4)),
                instr(
                    Op::CondBr {
                        cond: Operand::Value(ValueId::new(4)),
                        then: BlockId::new(1),
                        other: BlockId::new(3),
                    },
                    None,
                ),
            ],
            vec![instr(Op::Ret { value: Some(Operand::Value(ValueId::new(2))) }, None)],
        ];
        let at = |points: &[usize]| {
            let alive = alive(&blocks, 5, points);
            (0..5).filter(|id| alive[*id]).collect::<Vec<_>>()
        };
        assert_eq!(at(&[0]), [0]);
        assert_eq!(at(&[1]), [2], "phis take their values where they come from");
        assert_eq!(at(&[2]), [2, 3]);
        assert_eq!(at(&[3]), [2]);
    }
}
