//! The program's variables.

use alloc::string::String;
use core::sync::atomic::Ordering;

use bareflow_ir::Symbol;
use bareflow_ir::data::Data;

use crate::symbols::Kind;
use crate::{LinkError, Linker, PoolKind};

impl Linker {
    /// Makes room for a variable of `size` zero bytes at a multiple of `align` and returns its
    /// address. An empty one gets an address of its own too, since C promises that.
    ///
    /// # Errors
    /// [`LinkError::Full`], [`LinkError::Duplicate`].
    pub fn define_data(
        &mut self,
        name: &str,
        size: usize,
        align: usize,
    ) -> Result<usize, LinkError> {
        if self.data_symbols.contains_key(name) {
            return Err(LinkError::Duplicate(name.into()));
        }
        let (used, pool) = (self.data_pool.used(), self.data_pool.size());
        let len = size.max(1);
        let align = align.max(1).next_power_of_two();
        let Some(addr) = self.data_pool.take(len, align) else {
            return Err(LinkError::Full { pool: PoolKind::Data, wanted: size, used, size: pool });
        };
        if let Err(error) = self.symbols.add(addr, len, name, Kind::Data) {
            self.data_pool.give(addr, len);
            return Err(error);
        }
        self.data_symbols.insert(name.into(), (addr, size));
        Ok(addr)
    }

    /// The address of a variable.
    pub fn data(&self, name: &str) -> Option<usize> {
        self.data_symbols.get(name).map(|(addr, _)| *addr)
    }

    /// The address of a function or variable, as code sees it: what [`Linker::install`]
    /// usually resolves names by.
    pub fn address(&self, name: &str) -> Option<u64> {
        let stub = || self.slot(name).map(|slot| self.map.stub(slot));
        self.data(name).or_else(stub).map(|addr| addr as u64)
    }

    /// Writes the first contents of the variable called `name`. `resolve` gives the addresses of
    /// the symbols they refer to.
    ///
    /// # Errors
    /// A name that is not defined, contents that do not fit, a symbol without an address or a
    /// distance beyond 4 bytes. The variable may then hold part of its contents.
    pub fn fill_data(
        &mut self,
        name: &str,
        data: &Data,
        resolve: impl Fn(Symbol) -> Option<u64>,
    ) -> Result<(), LinkError> {
        let own = || String::from(name);
        let Some(&(addr, size)) = self.data_symbols.get(name) else {
            return Err(LinkError::Unresolved { function: own(), symbol: own() });
        };
        let malformed = |what, offset: u64| {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            LinkError::Malformed { function: own(), what, offset }
        };
        if data.bytes.len() > size {
            return Err(malformed("contents longer than the variable", 0));
        }
        self.write_data(addr, &data.bytes);
        for reloc in &data.relocs {
            let address =
                |symbol| resolve(symbol).ok_or_else(|| malformed(NO_ADDRESS, reloc.offset));
            let minus = reloc.minus.map_or(Ok(0), address)?;
            let value = address(reloc.plus)?.wrapping_sub(minus).wrapping_add_signed(reloc.addend);
            let width = usize::from(reloc.size);
            if reloc.offset.checked_add(width as u64).is_none_or(|end| end > size as u64) {
                return Err(malformed("an address beyond the end of the variable", reloc.offset));
            }
            if width == 4 && i32::try_from(value.cast_signed()).is_err() {
                return Err(malformed("a distance that 4 bytes cannot hold", reloc.offset));
            }
            self.write_data(addr + reloc.offset as usize, &value.to_le_bytes()[..width]);
        }
        Ok(())
    }

    /// A word of data that holds `value`, for code that loads an address from the GOT.
    pub(crate) fn data_cell(&mut self, value: u64) -> Result<usize, LinkError> {
        if let Some(at) = self.data_cells.get(&value) {
            return Ok(*at);
        }
        let (used, size) = (self.data_pool.used(), self.data_pool.size());
        let Some(at) = self.data_pool.take(8, 8) else {
            return Err(LinkError::Full { pool: PoolKind::Data, wanted: 8, used, size });
        };
        self.map.cell(at).store(value as usize, Ordering::Relaxed);
        self.data_cells.insert(value, at);
        Ok(at)
    }
}

const NO_ADDRESS: &str = "a symbol that has no address";
