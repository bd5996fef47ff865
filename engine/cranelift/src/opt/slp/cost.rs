//! Whether a tree of lanes pays, and which values it makes needless.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{Operand, ValueId};

use super::facts::definition;
use super::tree::{Node, Tree};

impl Tree<'_> {
    /// Weighs what is saved against what is added. The values that are not needed any more,
    /// if it pays.
    pub(super) fn pays(&self, stores: usize) -> Option<Vec<ValueId>> {
        if !self.is_disjoint() {
            return None;
        }
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

    /// Whether no value is made by two nodes: its uses would be counted twice, and what is
    /// dead could not be told from what others use.
    fn is_disjoint(&self) -> bool {
        let mut made = vec![false; self.facts.uses.len()];
        let lanes = self.nodes.iter().zip(&self.lanes).filter_map(|(node, lanes)| {
            matches!(node, Node::Binary { .. } | Node::Phi { .. }).then_some(lanes)
        });
        lanes.flatten().all(|lane| match lane {
            Operand::Value(id) => !core::mem::replace(&mut made[id.index()], true),
            Operand::Const(_) => true,
        })
    }
}
