//! The variables that sections become in the linked module.

use alloc::format;
use alloc::vec::Vec;

use super::copy::{Copier, Pending};
use crate::layout::alloc_size;
use crate::{Const, ConstKind, Global, GlobalId, Linkage, Symbol, Type};

impl Copier<'_> {
    /// The variable that a section is.
    pub(super) fn section(&mut self, index: usize) -> GlobalId {
        let section = &mut self.sections.list[index];
        if let Some(known) = section.made {
            return known;
        }
        let id = GlobalId::new(self.out.globals.len());
        section.made = Some(id);
        let (align, constant) = (section.align as u32, section.constant);
        let name = format!("section.{}", section.name);
        let shell = Global {
            name: self.name(&name, Linkage::Internal, 0),
            ty: self.out.types.intern(Type::Int(8)),
            init: None,
            constant,
            align,
            linkage: Linkage::Internal,
            comdat: None,
            section: None,
            thread_local: false,
        };
        self.out.globals.push(shell);
        self.global_why.push(self.user);
        self.pending.push(Pending::Section { section: index, to: id });
        id
    }

    /// Gives a section its members, with bytes between them where they are aligned.
    pub(super) fn fill_section(&mut self, index: usize, to: GlobalId) {
        let members = core::mem::take(&mut self.sections.list[index].members);
        let byte = self.out.types.intern(Type::Int(8));
        let (mut fields, mut inits, mut end) = (Vec::new(), Vec::new(), 0);
        for (place, start) in members {
            let Symbol::Global(id) = place.symbol else { continue };
            let global = self.modules[place.module].global(id);
            let ty = self.types[place.module][global.ty.index()];
            if start > end {
                let gap = self.out.types.intern(Type::Array { elem: byte, len: start - end });
                fields.push(gap);
                inits.push(self.push(Const { ty: gap, kind: ConstKind::Zero }));
            }
            self.refuse(place, Symbol::Global(to));
            let init = global.init.map(|init| self.constant(place.module, init));
            fields.push(ty);
            inits.push(init.unwrap_or_else(|| self.push(Const { ty, kind: ConstKind::Zero })));
            end = start + alloc_size(&self.out.types, ty);
        }
        let ty = self.out.types.intern(Type::Struct { fields, packed: true });
        let init = self.push(Const { ty, kind: ConstKind::Aggregate(inits.into()) });
        let global = &mut self.out.globals[to.index()];
        (global.ty, global.init) = (ty, Some(init));
    }
}
