//! What code was made of: each function's IR as text, block by block, and whom it calls.

use std::collections::HashMap;

use bareflow_ir::{FuncId, Instr, Module};
use serde::Serialize;
use snapshot_fmt::Snapshot;

use crate::explore::source::{self, Files, Source};
use bareflow_program::recorded;

/// Bodies by module (its index) and symbol.
pub(super) type Bodies = HashMap<(u32, String), Body>;

/// A function of the program.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    /// Its first line: signature and attributes.
    pub head: String,
    pub blocks: Vec<Block>,
    /// Symbols it calls by name, each once, in the order of the body.
    pub calls: Vec<String>,
    /// The lines it was made from, where that is known.
    pub source: Option<Source>,
}

/// A block of IR.
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    /// Its number.
    pub id: u32,
    /// Its instructions, a line each.
    pub text: String,
    /// How often it ran, where that was counted.
    pub count: Option<u64>,
}

/// Reads all modules; one that does not load is noted.
pub(super) fn read(snapshot: &Snapshot, notes: &mut Vec<String>) -> Bodies {
    let mut bodies = Bodies::new();
    let mut files = Files::default();
    for (index, module) in (0..).zip(&snapshot.modules) {
        match recorded(snapshot, module) {
            Ok(program) => {
                let module: &Module = &program.module;
                for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
                    let key = (index, module.func(id).name.clone());
                    bodies.insert(key, body(module, id, &mut files));
                }
            }
            Err(why) => {
                notes.push(format!("the bitcode of {} cannot be shown: {why}", module.name))
            }
        }
    }
    bodies
}

fn body(module: &Module, id: FuncId, files: &mut Files) -> Body {
    let func = module.func(id);
    let mut calls: Vec<String> = Vec::new();
    for call in func.instrs.iter().filter_map(|instr| instr.op.call()) {
        if let Some(callee) = module.direct_callee(call.callee) {
            let name = &module.func(callee).name;
            if !calls.contains(name) {
                calls.push(name.clone());
            }
        }
    }
    let (head, mut blocks) = cut(&module.show_func(id).to_string());
    for (shown, block) in blocks.iter_mut().zip(&func.blocks) {
        remark(shown, module, &func.instrs[block.instrs.start as usize..block.instrs.end as usize]);
    }
    Body { head, blocks, calls, source: source::of(module, id, files) }
}

/// Says behind each instruction that begins another line of the source, which one.
fn remark(shown: &mut Block, module: &Module, instrs: &[Instr]) {
    let mut before = None;
    let lines = shown.text.lines().zip(instrs).map(|(line, instr)| {
        let new = instr.location.filter(|at| before.replace(*at) != Some(*at));
        line.to_owned() + &new.map(|at| source::remark(module, at)).unwrap_or_default()
    });
    shown.text = lines.collect::<Vec<_>>().join("\n");
}

/// A function's text: its first line, and its blocks, which begin with `bN:`.
fn cut(text: &str) -> (String, Vec<Block>) {
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default().trim_end_matches(" {").to_owned();
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines {
        let label = line.strip_suffix(':').and_then(|line| line.strip_prefix('b'));
        if let Some(id) = label.and_then(|digits| digits.parse().ok()) {
            blocks.push(Block { id, ..Block::default() });
        } else if let Some(block) = blocks.last_mut().filter(|_| line != "}") {
            if !block.text.is_empty() {
                block.text.push('\n');
            }
            block.text.push_str(line.strip_prefix("  ").unwrap_or(line));
        }
    }
    (head, blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_blocks() {
        let text = "define i32 @f(i32 %0) {\nb0:\n  %1 = add i32 %0, 1\n  br label %b1\nb1:\n  ret \
                    i32 %1\n}\n";
        let (head, blocks) = cut(text);
        assert_eq!(head, "define i32 @f(i32 %0)");
        let block = |id, text: &str| Block { id, text: text.to_owned(), count: None };
        let first = "%1 = add i32 %0, 1\nbr label %b1";
        assert_eq!(blocks, [block(0, first), block(1, "ret i32 %1")]);
    }
}
