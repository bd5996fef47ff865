//! Copies an object into code memory and fills its addresses in.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_object::{Object, Reloc, RelocKind, Section, Target};
use bareflow_profile::Level;

use crate::symbols::Kind;
use crate::x86_64::serialise;
use crate::{LinkError, Linker, PoolKind};

/// Code in its place. It stays until it is [retired](Linker::retire).
#[derive(PartialEq, Eq, Hash, Debug)]
pub struct Installed {
    /// Where its range starts.
    pub addr: usize,
    /// Length of the range in bytes, constants included.
    pub len: usize,
    /// Where it is entered: the start of its text.
    pub entry: usize,
}

/// Alignments beyond a page are a sign of damage, not of need.
const MAX_ALIGN: u32 = 4096;

impl Linker {
    /// Puts `object` into code memory. `resolve` gives the address of a name: a function's
    /// stub ([`crate::CodeMap::stub`]) or a variable. Nothing calls the code yet: see
    /// [`Linker::publish`].
    ///
    /// # Errors
    /// A full pool, a name that `resolve` does not know, a distance beyond 2 GiB, or a damaged
    /// object. Nothing is left behind then.
    pub fn install(
        &mut self,
        object: &Object,
        level: Level,
        resolve: impl Fn(&str) -> Option<u64>,
    ) -> Result<Installed, LinkError> {
        let malformed =
            |what| LinkError::Malformed { function: object.symbol.clone(), what, offset: 0 };
        for align in [object.text_align, object.consts_align] {
            if align > MAX_ALIGN || (align != 0 && !align.is_power_of_two()) {
                return Err(malformed("an alignment that is no power of two up to 4096"));
            }
        }
        if object.text.is_empty() {
            return Err(malformed("an object without code"));
        }
        let consts_align = if object.consts.is_empty() { 1 } else { object.consts_align.max(1) };
        // Stubs jump to what lies on 16 bytes fastest, and small functions share no line then.
        let align = object.text_align.max(consts_align).max(16) as usize;
        let consts_at = object.text.len().next_multiple_of(consts_align as usize);
        let len = consts_at + object.consts.len();
        let Some(addr) = self.code_pool.take(len, align) else {
            let (used, size) = (self.code_pool.used(), self.code_pool.size());
            return Err(LinkError::Full { pool: PoolKind::Code, wanted: len, used, size });
        };
        let mut bytes = Vec::with_capacity(len);
        bytes.extend_from_slice(&object.text);
        bytes.resize(consts_at, 0xcc);
        bytes.extend_from_slice(&object.consts);
        let place = Place { addr, text: object.text.len(), consts_at };
        let done = (object.relocs.iter())
            .try_for_each(|reloc| self.apply(object, reloc, place, &mut bytes, &resolve))
            .and_then(|()| self.symbols.add(addr, len, &object.symbol, Kind::Code(level)));
        if let Err(error) = done {
            self.code_pool.give(addr, len);
            return Err(error);
        }
        self.write_code(addr, &bytes);
        // The writable mapping has other addresses than the one code runs at: where other code
        // lay before, a serialising instruction makes this processor fetch anew (Intel SDM volume 3,
        // section 9.1.3). The other processors have executed one before the range became free.
        if addr < self.code_top {
            serialise();
        }
        self.code_top = self.code_top.max(addr + len);
        let name = object.symbol.as_bytes();
        crate::x86_64::bareflow_code_installed(addr, object.text.len(), name.as_ptr(), name.len());
        Ok(Installed { addr, len, entry: addr })
    }

    fn apply(
        &mut self,
        object: &Object,
        reloc: &Reloc,
        place: Place,
        bytes: &mut [u8],
        resolve: &impl Fn(&str) -> Option<u64>,
    ) -> Result<(), LinkError> {
        let function = || object.symbol.clone();
        let (start, section_len) = match reloc.section {
            Section::Text => (0, place.text),
            Section::Consts => (place.consts_at, object.consts.len()),
        };
        let width = if reloc.kind == RelocKind::Abs64 { 8 } else { 4 };
        if reloc.offset as usize + width > section_len {
            let (what, offset) = ("a relocation beyond the end", reloc.offset);
            return Err(LinkError::Malformed { function: function(), what, offset });
        }
        let mut target = match &reloc.target {
            Target::Text => place.addr as u64,
            Target::Consts => (place.addr + place.consts_at) as u64,
            Target::Symbol(name) => resolve(name).ok_or_else(|| LinkError::Unresolved {
                function: function(),
                symbol: name.clone(),
            })?,
        };
        if reloc.kind == RelocKind::GotPc32 {
            target = match self.map.slot_at(target as usize) {
                Some(slot) => self.map.slot_cell(slot) as u64,
                None => self.data_cell(target)? as u64,
            };
        }
        let at = start + reloc.offset as usize;
        let value = target.wrapping_add_signed(reloc.addend);
        if reloc.kind == RelocKind::Abs64 {
            bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
            return Ok(());
        }
        let distance = value.wrapping_sub((place.addr + at) as u64).cast_signed();
        let Ok(short) = i32::try_from(distance) else {
            let symbol = match &reloc.target {
                Target::Symbol(name) => name.clone(),
                Target::Consts => String::from("(constants)"),
                Target::Text => String::from("(code)"),
            };
            let offset = reloc.offset;
            return Err(LinkError::OutOfRange { function: function(), symbol, offset, distance });
        };
        bytes[at..at + 4].copy_from_slice(&short.to_le_bytes());
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Place {
    addr: usize,
    text: usize,
    consts_at: usize,
}
