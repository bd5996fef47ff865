//! Takes sections out of an ELF object, in place: a section only ever gets shorter, so nothing moves.
//! A function that goes elsewhere begins with one branch, whose relocation takes the place of its first
//! one; the symbol it names is new, so the symbol table and the names are copied to the end of the file.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

use super::rules::{Action, Rules, Section, TRAP};

/// Bytes of a section header, a symbol, a relocation with addend.
const HEADER: usize = 64;
const SYMBOL: usize = 24;
const RELOCATION: usize = 24;
/// Kinds of sections.
const SYMBOLS: u64 = 2;
const RELOCATIONS: u64 = 4;
const NO_BITS: u64 = 8;
/// Flags of sections.
const IN_MEMORY: u64 = 2;
const CODE: u64 = 4;
const IN_GROUP: u64 = 0x200;
/// Names of other processors' intrinsics begin with `llvm.` and one of these.
const OTHERS: &str = "aarch64 amdgcn arm bpf dx hexagon loongarch mips nvvm ppc r600 riscv s390 spv ve \
                      wasm xcore";

/// An object, with all its sections' headers.
struct Elf {
    bytes: Vec<u8>,
    headers: usize,
    names: Vec<String>,
}

/// A field of a section header: where it begins, and its bytes.
type Field = (usize, usize);
const KIND: Field = (4, 4);
const FLAGS: Field = (8, 8);
const OFFSET: Field = (24, 8);
const SIZE: Field = (32, 8);
const LINK: Field = (40, 4);
const ABOUT: Field = (44, 4);

/// Applies the rules to an object; what is no object stays as it is.
///
/// # Errors
/// The object makes no sense, or a rule cannot be applied.
pub fn trim(member: &str, bytes: Vec<u8>, rules: &Rules) -> Result<Vec<u8>> {
    if !bytes.starts_with(b"\x7fELF\x02\x01") || !rules.concern(member) {
        return Ok(bytes);
    }
    let mut elf = Elf::read(bytes)?;
    let count = elf.names.len();
    let relocations: HashMap<usize, usize> = (0..count)
        .filter(|&section| elf.get(section, KIND) == RELOCATIONS)
        .map(|section| (elf.get(section, ABOUT) as usize, section))
        .collect();
    let mut targets: Vec<String> = Vec::new();
    let mut cut = Vec::new();
    for section in 0..count {
        let flags = elf.get(section, FLAGS);
        if flags & IN_MEMORY == 0 || elf.get(section, KIND) == NO_BITS {
            continue;
        }
        let asked = Section { name: &elf.names[section], shared: flags & IN_GROUP != 0 };
        let Some(action) = rules.of(member, asked) else { continue };
        let own = relocations.get(&section).copied();
        let changed = elf
            .apply(section, own, &action, &mut targets)
            .with_context(|| format!("{member} {}", elf.names[section]))?;
        if changed {
            cut.push(section);
        }
    }
    elf.clip_symbols(&cut)?;
    elf.add_symbols(&targets)?;
    Ok(elf.bytes)
}

impl Elf {
    fn read(bytes: Vec<u8>) -> Result<Self> {
        let mut elf = Self { bytes, headers: 0, names: Vec::new() };
        elf.headers = elf.number(40, 8)? as usize;
        // More sections than a header has room to count: the first section's header has the numbers.
        let count = match elf.number(60, 2)? {
            0 => elf.get(0, SIZE),
            count => count,
        };
        let names = match elf.number(62, 2)? {
            0xffff => elf.get(0, LINK),
            names => names,
        };
        let end = elf.headers + count as usize * HEADER;
        ensure!(end <= elf.bytes.len(), "it is cut off");
        let names = elf.get(names as usize, OFFSET) as usize;
        for section in 0..count as usize {
            let from = names + elf.number(elf.headers + section * HEADER, 4)? as usize;
            let text = elf.bytes.get(from..).context("a name outside of the file")?;
            let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
            elf.names.push(String::from_utf8_lossy(&text[..end]).into_owned());
        }
        Ok(elf)
    }

    fn number(&self, at: usize, len: usize) -> Result<u64> {
        let bytes = self.bytes.get(at..at + len).context("it is cut off")?;
        Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn put(&mut self, at: usize, len: usize, number: u64) {
        self.bytes[at..at + len].copy_from_slice(&number.to_le_bytes()[..len]);
    }

    fn get(&self, section: usize, (at, len): Field) -> u64 {
        self.number(self.headers + section * HEADER + at, len).unwrap_or(0)
    }

    fn set(&mut self, section: usize, (at, len): Field, number: u64) {
        self.put(self.headers + section * HEADER + at, len, number);
    }

    /// Applies an action to a section with these relocations. Whether it has become shorter.
    fn apply(
        &mut self,
        section: usize,
        relocations: Option<usize>,
        action: &Action,
        targets: &mut Vec<String>,
    ) -> Result<bool> {
        const RETURN_0: &[u8] = &[0x31, 0xc0, 0xc3];
        const UNDEFINED: &[u8] = &[0x0f, 0x0b];
        /// Functions without relocations that are worth an instruction that faults.
        const LARGE: u64 = 256;
        let (from, len) = (self.get(section, OFFSET) as usize, self.get(section, SIZE));
        ensure!(from as u64 + len <= self.bytes.len() as u64, "a section outside of the file");
        let is_code = self.get(section, FLAGS) & CODE != 0;
        let becomes = |elf: &mut Self, bytes: &[u8]| {
            elf.bytes[from..from + bytes.len()].copy_from_slice(bytes);
            elf.set(section, SIZE, bytes.len() as u64);
        };
        let mut left = 0;
        match action {
            Action::Drop => self.set(section, SIZE, 0),
            Action::None if is_code && len >= RETURN_0.len() as u64 => becomes(self, RETURN_0),
            Action::None => return Ok(false),
            Action::Jump(to) => {
                let room = relocations.filter(|own| self.get(*own, SIZE) >= RELOCATION as u64);
                match room {
                    _ if !is_code => return Ok(false),
                    Some(own) if len >= 5 => {
                        // A call tells the trap where it comes from.
                        let branch = if to == TRAP { 0xe8 } else { 0xe9 };
                        becomes(self, &[branch, 0, 0, 0, 0]);
                        self.refer(own, to, targets);
                        left = 1;
                    }
                    _ if to != TRAP => bail!("there is no room for a branch"),
                    _ if len > LARGE => becomes(self, UNDEFINED),
                    _ => return Ok(false),
                }
            }
            Action::Size(bytes) => {
                if len <= *bytes {
                    return Ok(false);
                }
                self.set(section, SIZE, *bytes);
            }
            Action::Names => {
                clear_names(&mut self.bytes[from..from + len as usize]);
                return Ok(false);
            }
        }
        if let Some(own) = relocations {
            self.set(own, SIZE, left * RELOCATION as u64);
        }
        Ok(true)
    }

    /// Makes the first of some relocations that of a branch at the beginning of its section.
    fn refer(&mut self, relocations: usize, to: &str, targets: &mut Vec<String>) {
        /// A branch to a function, relative to its end.
        const BRANCH: u64 = 4;
        let number = targets.iter().position(|known| known == to).unwrap_or_else(|| {
            targets.push(to.to_owned());
            targets.len() - 1
        });
        let symbols = (0..self.names.len()).find(|section| self.get(*section, KIND) == SYMBOLS);
        let first = symbols.map_or(0, |symbols| self.get(symbols, SIZE) / SYMBOL as u64);
        let at = self.get(relocations, OFFSET) as usize;
        self.put(at, 8, 1);
        self.put(at + 8, 8, (first + number as u64) << 32 | BRANCH);
        self.put(at + 16, 8, (-4_i64).cast_unsigned());
    }

    /// Symbols within what was cut end where it ends.
    fn clip_symbols(&mut self, cut: &[usize]) -> Result<()> {
        let Some(symbols) = (0..self.names.len()).find(|&s| self.get(s, KIND) == SYMBOLS) else {
            return Ok(());
        };
        let (from, len) = (self.get(symbols, OFFSET) as usize, self.get(symbols, SIZE) as usize);
        for at in (from..from + len).step_by(SYMBOL) {
            let section = self.number(at + 6, 2)? as usize;
            if !cut.contains(&section) {
                continue;
            }
            let end = self.get(section, SIZE);
            let value = Some(self.number(at + 8, 8)?).filter(|value| *value <= end).unwrap_or(0);
            let size = self.number(at + 16, 8)?.min(end - value);
            self.put(at + 8, 8, value);
            self.put(at + 16, 8, size);
        }
        Ok(())
    }

    /// Adds undefined symbols behind all others.
    fn add_symbols(&mut self, names: &[String]) -> Result<()> {
        const GLOBAL: u64 = 0x10;
        if names.is_empty() {
            return Ok(());
        }
        let symbols = (0..self.names.len()).find(|&s| self.get(s, KIND) == SYMBOLS);
        let symbols = symbols.context("it has no symbols")?;
        let texts = self.get(symbols, LINK) as usize;
        let content = |elf: &Self, section: usize| {
            let from = elf.get(section, OFFSET) as usize;
            elf.bytes[from..from + elf.get(section, SIZE) as usize].to_vec()
        };
        let (mut table, mut text) = (content(self, symbols), content(self, texts));
        for name in names {
            let mut symbol = [0; SYMBOL];
            symbol[..4].copy_from_slice(&(text.len() as u32).to_le_bytes());
            symbol[4] = GLOBAL as u8;
            table.extend_from_slice(&symbol);
            text.extend_from_slice(name.as_bytes());
            text.push(0);
        }
        for (section, content) in [(symbols, table), (texts, text)] {
            self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
            let at = self.bytes.len() as u64;
            self.set(section, OFFSET, at);
            self.set(section, SIZE, content.len() as u64);
            self.bytes.extend_from_slice(&content);
        }
        Ok(())
    }
}

/// Makes zeros of the names of other processors' intrinsics, which are searched by halves: an empty
/// name comes before all that are asked for, and those are not among them.
fn clear_names(names: &mut [u8]) {
    for name in names.split_mut(|byte| *byte == 0) {
        let rest = name.strip_prefix(b"llvm.");
        let of = rest.and_then(|rest| rest.split(|byte| *byte == b'.').next());
        if of.is_some_and(|of| OTHERS.split(' ').any(|other| other.as_bytes() == of)) {
            name.fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_become_zeros() {
        let mut names = *b"llvm.abs\0llvm.arm.x\0llvm.armour\0llvm.x86.y\0llvm.ve.z";
        clear_names(&mut names);
        assert_eq!(
            &names,
            b"llvm.abs\0\0\0\0\0\0\0\0\0\0\0\0llvm.armour\0llvm.x86.y\0\0\0\0\0\0\0\0\0\0"
        );
    }

    /// Two functions that call each other, compiled and trimmed, as the linker's tools see them.
    #[test]
    fn a_trimmed_object_is_one_still() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("a.c");
        let text = "int other(int); int left(int a) { return other(a) + 1; }\n\
                    int gone(int a) { return other(a) * other(a + 1); }\n\
                    int zero(int a) { return other(a); }";
        std::fs::write(&source, text).expect("a source");
        let object = folder.path().join("a.o");
        let made = std::process::Command::new("clang-22")
            .args(["-O1", "-c", "-ffunction-sections", "-o"])
            .args([&object, &source])
            .status();
        assert!(made.is_ok_and(|status| status.success()), "clang-22");
        let rules = "drop * .eh_frame\nnone a/a.o .text.zero\ntrap a/* .text.gone";
        let rules = Rules::read(rules, "").expect("rules");
        let bytes = std::fs::read(&object).expect("an object");
        let trimmed = trim("a/a.o", bytes.clone(), &rules).expect("it is trimmed");
        assert_eq!(
            trim("b/a.o", bytes.clone(), &Rules::read("", "").expect("none")).ok(),
            Some(bytes)
        );
        let file: object::File<'_> = object::File::parse(&*trimmed).expect("an object");
        use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget};
        let section = |name| file.section_by_name(name).expect("a section");
        assert_eq!(section(".text.zero").data().ok(), Some(&[0x31, 0xc0, 0xc3][..]));
        assert_eq!(section(".text.gone").data().ok(), Some(&[0xe8, 0, 0, 0, 0][..]));
        assert_eq!(section(".eh_frame").size(), 0);
        assert!(section(".text.left").size() > 5);
        let relocations: Vec<_> = section(".text.gone").relocations().collect();
        let [(1, relocation)] = &relocations[..] else { panic!("{relocations:?}") };
        let RelocationTarget::Symbol(symbol) = relocation.target() else { panic!("a symbol") };
        let symbol = file.symbol_by_index(symbol).expect("a symbol");
        assert_eq!(symbol.name(), Ok(TRAP));
    }
}
