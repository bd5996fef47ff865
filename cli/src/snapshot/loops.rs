//! Loops of machine code, and what each does with its function's frame.
//!
//! Told from the code itself, as [pressure](super::pressure) is: whatever a compiler inlined, unrolled or made wide is a loop as
//! the processor sees it. Blocks begin where something jumps to, edges are jumps and what follows them, and a loop is
//! all that reaches the edge back to its head without going through the head (the natural loop). Where an indirect
//! jump leads is not known, so loops around one may be missed.

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction};
use serde::Serialize;

use super::pressure::{Frame, Watcher};

/// A loop of a function's code.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Loop {
    /// Where its head is in the function, in bytes.
    pub offset: u64,
    /// Its instructions, those of loops within it included.
    pub instructions: u32,
    /// What they do with the frame.
    pub frame: Frame,
}

/// What a function's code does with its frame.
#[derive(Serialize, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Pressure {
    /// All of it.
    pub frame: Frame,
    /// What is in any loop.
    pub in_loops: Frame,
    /// Its loops, by their heads.
    pub loops: Vec<Loop>,
}

impl Pressure {
    /// Of the code of a function.
    pub fn of(text: &[u8]) -> Self {
        let blocks = blocks(text);
        let mut pressure = Self::default();
        let mut looping = BTreeSet::new();
        for (head, members) in loops(&blocks) {
            let mut found = Loop { offset: head, instructions: 0, frame: Frame::default() };
            for block in members.iter().map(|at| &blocks[at]) {
                found.instructions += block.instructions;
                found.frame += block.frame;
            }
            looping.extend(members);
            pressure.loops.push(found);
        }
        for (at, block) in &blocks {
            pressure.frame += block.frame;
            if looping.contains(at) {
                pressure.in_loops += block.frame;
            }
        }
        pressure
    }
}

/// A piece of code that is entered at its beginning only.
#[derive(Default)]
struct Block {
    instructions: u32,
    frame: Frame,
    successors: Vec<u64>,
}

/// Where an instruction jumps to, if that is known.
fn target(instruction: &Instruction) -> Option<u64> {
    let jumps = [FlowControl::ConditionalBranch, FlowControl::UnconditionalBranch];
    jumps.contains(&instruction.flow_control()).then(|| instruction.near_branch_target())
}

fn instructions(text: &[u8]) -> impl Iterator<Item = Instruction> {
    Decoder::with_ip(64, text, 0, DecoderOptions::NONE).into_iter()
}

/// The blocks of code, by where they begin.
fn blocks(text: &[u8]) -> BTreeMap<u64, Block> {
    let end = text.len() as u64;
    let mut starts: BTreeSet<u64> = instructions(text).filter_map(|i| target(&i)).collect();
    starts.insert(0);
    let mut watcher = Watcher::new();
    let mut blocks: BTreeMap<u64, Block> = BTreeMap::new();
    let mut at = 0;
    let mut over = false;
    for instruction in instructions(text) {
        if over || starts.contains(&instruction.ip()) {
            at = instruction.ip();
        }
        let frame = watcher.look(&instruction);
        let block = blocks.entry(at).or_default();
        block.instructions += 1;
        block.frame += frame;
        let next = instruction.next_ip();
        let falls = match instruction.flow_control() {
            FlowControl::UnconditionalBranch | FlowControl::IndirectBranch => false,
            FlowControl::Return | FlowControl::Exception => false,
            _ => next < end,
        };
        over = instruction.flow_control() != FlowControl::Next
            && !matches!(instruction.flow_control(), FlowControl::Call | FlowControl::IndirectCall);
        if over || starts.contains(&next) {
            block.successors.extend(target(&instruction).filter(|to| *to < end));
            block.successors.extend(falls.then_some(next));
        }
    }
    // A jump into the middle of an instruction leads to no block.
    let known: BTreeSet<u64> = blocks.keys().copied().collect();
    for block in blocks.values_mut() {
        block.successors.retain(|to| known.contains(to));
    }
    blocks
}

/// The blocks of each loop, by its head.
fn loops(blocks: &BTreeMap<u64, Block>) -> BTreeMap<u64, BTreeSet<u64>> {
    let mut predecessors: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (from, block) in blocks {
        block.successors.iter().for_each(|to| predecessors.entry(*to).or_default().push(*from));
    }
    let mut loops: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for (from, head) in back_edges(blocks) {
        let members = loops.entry(head).or_insert_with(|| BTreeSet::from([head]));
        let mut rest = vec![from];
        while let Some(block) = rest.pop() {
            if members.insert(block) {
                rest.extend(predecessors.get(&block).into_iter().flatten());
            }
        }
    }
    loops
}

/// Edges that lead to a block that is still being followed, depth first.
fn back_edges(blocks: &BTreeMap<u64, Block>) -> Vec<(u64, u64)> {
    let mut edges = Vec::new();
    let mut seen = BTreeSet::from([0]);
    let mut open = BTreeSet::from([0]);
    // With an explicit stack: functions have thousands of blocks.
    let mut stack = vec![(0, 0)];
    while let Some((at, next)) = stack.last_mut() {
        let (at, successors) = (*at, blocks.get(at).map_or(&[][..], |block| &block.successors));
        let Some(to) = successors.get(*next).copied() else {
            open.remove(&at);
            stack.pop();
            continue;
        };
        *next += 1;
        if open.contains(&to) {
            edges.push((at, to));
        } else if seen.insert(to) {
            open.insert(to);
            stack.push((to, 0));
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_found_and_what_is_beside_them_is_not_counted() {
        // 0: sub rsp,16; 4: mov [rsp],rdi; 8: (outer) mov rax,[rsp]; c: (inner) add [rsp+8],rax; 11: dec rsi; 14: jne c;
        // 16: dec rdi; 19: jne 24; 1b: mov rcx,[rsp]; 1f: add rsp,16; 23: ret
        // 24: (cold, at the end, of the outer loop) mov rdx,[rsp]; 28: jmp 8
        let code = [
            0x48, 0x83, 0xec, 0x10, 0x48, 0x89, 0x3c, 0x24, 0x48, 0x8b, 0x04, 0x24, 0x48, 0x01,
            0x44, 0x24, 0x08, 0x48, 0xff, 0xce, 0x75, 0xf6, 0x48, 0xff, 0xcf, 0x75, 0x09, 0x48,
            0x8b, 0x0c, 0x24, 0x48, 0x83, 0xc4, 0x10, 0xc3, 0x48, 0x8b, 0x14, 0x24, 0xeb, 0xde,
        ];
        let pressure = Pressure::of(&code);
        let frame = |reads, writes| Frame { reads, writes };
        assert_eq!(pressure.frame, frame(4, 2));
        assert_eq!(pressure.in_loops, frame(3, 1));
        let loops = [
            Loop { offset: 0x8, instructions: 8, frame: frame(3, 1) },
            Loop { offset: 0xc, instructions: 3, frame: frame(1, 1) },
        ];
        assert_eq!(pressure.loops, loops);
    }

    #[test]
    fn no_bytes_bring_it_down() {
        let mut state = 1_u64;
        for length in 0..400 {
            let byte = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            };
            let code: Vec<u8> = std::iter::repeat_with(byte).take(length).collect();
            let pressure = Pressure::of(&code);
            assert!(pressure.in_loops.reads <= pressure.frame.reads);
        }
    }
}
