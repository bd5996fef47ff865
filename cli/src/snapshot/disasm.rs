//! Native code as text, block by block, with how hot each block is.

use std::collections::HashMap;

use iced_x86::{
    Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter, SymbolResolver, SymbolResult,
};
use serde::Serialize;
use snapshot_fmt::{ObjectRecord, RelocKind, Section, Target};

use super::pressure::{Frame, Watcher};

/// The code of one block of the IR.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct Block {
    /// Its id; `None` for code that belongs to no block, such as the prologue.
    pub block: Option<u32>,
    /// Where it starts in the function, in bytes.
    pub offset: u32,
    /// Its length in bytes.
    pub bytes: u32,
    /// How often it ran, where that was counted.
    pub count: Option<u64>,
    /// Its share of all instructions run, in per cent, by the counts.
    pub heat: Option<f64>,
    /// What its instructions do with the function's frame.
    pub frame: Frame,
    /// Its instructions.
    pub instructions: Vec<Line>,
}

/// One instruction.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct Line {
    /// Where it starts in the function, in bytes.
    pub offset: u32,
    /// Its bytes, in hexadecimal.
    pub code: String,
    /// Its text (Intel syntax); places that a relocation fills in by name.
    pub text: String,
}

/// The code of an object; `counts` are executions by block id.
pub(crate) fn disassemble(object: &ObjectRecord, counts: &[u64]) -> Vec<Block> {
    let mut formatter = formatter(object);
    let mut watcher = Watcher::new();
    let mut blocks: Vec<Block> = Vec::new();
    let mut starts = object.blocks.iter().peekable();
    let mut decoder = Decoder::with_ip(64, &object.text, 0, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
        let offset = instruction.ip() as u32;
        let mut block = blocks.is_empty().then_some(None);
        // Of several blocks that start here all but the last are empty.
        while let Some((_, id)) = starts.next_if(|(start, _)| *start <= offset) {
            block = Some(Some(*id));
        }
        if let Some(block) = block {
            let count = block.and_then(|id| counts.get(id as usize)).copied();
            let (heat, instructions) = (None, Vec::new());
            let frame = Frame::default();
            blocks.push(Block { block, offset, bytes: 0, count, heat, frame, instructions });
        }
        let Some(block) = blocks.last_mut() else { break };
        block.bytes += instruction.len() as u32;
        block.frame += watcher.look(&instruction);
        let mut text = String::new();
        formatter.format(&instruction, &mut text);
        let code = &object.text[offset as usize..][..instruction.len()];
        let code = code.iter().map(|byte| format!("{byte:02x}")).collect();
        block.instructions.push(Line { offset, code, text });
    }
    heat(&mut blocks);
    blocks
}

/// Reads and writes of the frame in all blocks; and in tenths a call, where blocks were counted and the function was
/// entered.
pub(crate) fn frame_of(blocks: &[Block], counts: &[u64]) -> (Frame, Option<u64>) {
    let mut all = Frame::default();
    let mut times = 0u128;
    for block in blocks {
        all += block.frame;
        let each = u128::from(block.frame.reads + block.frame.writes);
        // What belongs to no block is the way in.
        let count = block.count.or(counts.first().copied().filter(|_| block.block.is_none()));
        times += each * u128::from(count.unwrap_or(0));
    }
    let entered = u128::from(counts.first().copied().unwrap_or(0));
    let a_call = (times * 10).checked_div(entered);
    (all, a_call.map(|tenths| u64::try_from(tenths).unwrap_or(u64::MAX)))
}

/// Fills in the heat where anything was counted.
fn heat(blocks: &mut [Block]) {
    let runs = |block: &Block| block.count.map(|n| n as f64 * block.instructions.len() as f64);
    let all: f64 = blocks.iter().filter_map(runs).sum();
    for block in blocks.iter_mut().filter(|_| all > 0.0) {
        block.heat = runs(block).map(|runs| (runs / all * 1e4).round() / 1e2);
    }
}

fn formatter(object: &ObjectRecord) -> IntelFormatter {
    let names = Names {
        blocks: object
            .blocks
            .iter()
            .map(|&(at, id)| (u64::from(at), format!("block{id}")))
            .collect(),
        relocs: object
            .relocs
            .iter()
            .filter(|reloc| reloc.section == Section::Text)
            .map(|reloc| {
                let (name, within) = match &reloc.target {
                    Target::Symbol(name) => (name.as_str(), false),
                    Target::Consts => ("consts", true),
                    Target::Text => ("text", true),
                };
                // Counted from the end of the field, as the processor does.
                let addend = match reloc.kind {
                    RelocKind::Abs64 => reloc.addend,
                    _ => reloc.addend + 4,
                };
                let name = match (reloc.kind, addend) {
                    (RelocKind::GotPc32, _) => format!("{name}@GOT"),
                    (_, 0) if !within => name.to_owned(),
                    _ => format!("{name}{addend:+#x}"),
                };
                (reloc.offset, name)
            })
            .collect(),
    };
    let mut formatter = IntelFormatter::with_options(Some(Box::new(names)), None);
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_small_hex_numbers_in_decimal(true);
    options.set_uppercase_hex(false);
    options.set_space_after_operand_separator(true);
    options.set_rip_relative_addresses(false);
    options.set_branch_leading_zeros(false);
    formatter
}

/// Names for places in an object's text.
struct Names {
    blocks: HashMap<u64, String>,
    /// By offset of the relocated field.
    relocs: HashMap<u32, String>,
}

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        instruction: &Instruction,
        _operand: u32,
        _instruction_operand: Option<u32>,
        address: u64,
        _address_size: u32,
    ) -> Option<SymbolResult<'_>> {
        let fields = instruction.ip() as u32..instruction.next_ip() as u32;
        if let Some(name) = fields.into_iter().find_map(|at| self.relocs.get(&at)) {
            return Some(SymbolResult::with_str(address, name));
        }
        let branch = instruction.is_jcc_short_or_near() || instruction.is_jmp_short_or_near();
        let name = self.blocks.get(&address).filter(|_| branch)?;
        Some(SymbolResult::with_str(address, name))
    }
}
