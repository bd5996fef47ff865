//! Code of a snapshot as an ordinary ELF object file, which objdump, gdb and every linker read.

use std::collections::HashMap;

use object::write::{Object, Relocation, SectionId, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope, elf,
};
use snapshot_fmt::{FunctionRecord, ObjectRecord, RelocKind, Section, Target};

/// An object file with these functions, each in sections of its own, their entries for on-stack
/// replacement as `NAME.osrBLOCK`, and the starts of blocks as local symbols `NAME.blockN`.
///
/// # Errors
/// The words of the ELF writer.
pub(super) fn object_file<'a>(
    functions: impl Iterator<Item = &'a FunctionRecord>,
) -> Result<Vec<u8>, object::write::Error> {
    let mut file = File {
        elf: Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little),
        symbols: HashMap::new(),
    };
    let pieces: Vec<(String, &ObjectRecord)> = functions
        .flat_map(|function| {
            let osr = function
                .osr
                .iter()
                .map(|osr| (format!("{}.osr{}", function.name, osr.block), &osr.object));
            let code = function.object.iter().map(|object| (function.name.clone(), object));
            code.chain(osr).collect::<Vec<_>>()
        })
        .collect();
    // Definitions first: a reference to a name then finds its definition.
    let placed: Vec<_> = pieces.iter().map(|(name, object)| file.place(name, object)).collect();
    for ((_, object), placed) in pieces.iter().zip(placed) {
        file.relocate(object, placed)?;
    }
    // Linkers would otherwise take the stack to be executable.
    file.elf.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
    file.elf.write()
}

struct File {
    elf: Object<'static>,
    symbols: HashMap<String, SymbolId>,
}

/// Sections of an object in the file.
#[derive(Clone, Copy)]
struct Placed {
    text: SectionId,
    consts: SectionId,
}

impl File {
    fn place(&mut self, name: &str, object: &ObjectRecord) -> Placed {
        let section = |prefix: &str| format!("{prefix}.{name}").into_bytes();
        let text = self.elf.add_section(Vec::new(), section(".text"), SectionKind::Text);
        self.elf.append_section_data(text, &object.text, object.text_align.into());
        // Empty or not, it is there for relocations against it.
        let consts =
            self.elf.add_section(Vec::new(), section(".rodata"), SectionKind::ReadOnlyData);
        self.elf.append_section_data(consts, &object.consts, object.consts_align.into());

        let symbol =
            symbol(name, SymbolKind::Text, SymbolScope::Dynamic, SymbolSection::Section(text));
        let symbol = Symbol { size: object.text.len() as u64, ..symbol };
        let id = self.elf.add_symbol(symbol);
        self.symbols.insert(name.to_owned(), id);
        for (at, block) in &object.blocks {
            let label = format!("{name}.block{block}");
            let place = SymbolSection::Section(text);
            let label = symbol_at(&label, (*at).into(), place);
            self.elf.add_symbol(label);
        }
        Placed { text, consts }
    }

    fn relocate(
        &mut self,
        object: &ObjectRecord,
        placed: Placed,
    ) -> Result<(), object::write::Error> {
        for reloc in &object.relocs {
            let r_type = match reloc.kind {
                RelocKind::Call32 => elf::R_X86_64_PLT32,
                RelocKind::Pc32 => elf::R_X86_64_PC32,
                // The form that a linker leaves as it is, whatever the instruction.
                RelocKind::GotPc32 => elf::R_X86_64_GOTPCREL,
                RelocKind::Abs64 => elf::R_X86_64_64,
            };
            let section = match reloc.section {
                Section::Text => placed.text,
                Section::Consts => placed.consts,
            };
            let symbol = match &reloc.target {
                Target::Text => self.elf.section_symbol(placed.text),
                Target::Consts => self.elf.section_symbol(placed.consts),
                Target::Symbol(name) => self.reference(name),
            };
            self.elf.add_relocation(
                section,
                Relocation {
                    offset: reloc.offset.into(),
                    symbol,
                    addend: reloc.addend,
                    flags: RelocationFlags::Elf { r_type },
                },
            )?;
        }
        Ok(())
    }

    fn reference(&mut self, name: &str) -> SymbolId {
        *self.symbols.entry(name.to_owned()).or_insert_with(|| {
            let kind = SymbolKind::Unknown;
            self.elf.add_symbol(symbol(name, kind, SymbolScope::Unknown, SymbolSection::Undefined))
        })
    }
}

fn symbol(name: &str, kind: SymbolKind, scope: SymbolScope, section: SymbolSection) -> Symbol {
    Symbol {
        name: name.as_bytes().to_vec(),
        value: 0,
        size: 0,
        kind,
        scope,
        weak: false,
        section,
        flags: SymbolFlags::None,
    }
}

fn symbol_at(name: &str, value: u64, section: SymbolSection) -> Symbol {
    Symbol { value, ..symbol(name, SymbolKind::Label, SymbolScope::Compilation, section) }
}
