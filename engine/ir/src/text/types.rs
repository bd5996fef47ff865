//! Types as text.

use core::fmt;

use crate::{Type, TypeId, Types};

/// A type as text.
#[derive(Clone, Copy, Debug)]
pub struct TypeText<'a> {
    pub(super) types: &'a Types,
    pub(super) id: TypeId,
}

impl fmt::Display for TypeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |id: &TypeId| TypeText { types: self.types, id: *id };
        match self.types.get(self.id) {
            Type::Void => f.write_str("void"),
            Type::Int(bits) => write!(f, "i{bits}"),
            Type::Half => f.write_str("half"),
            Type::BFloat => f.write_str("bfloat"),
            Type::Float => f.write_str("float"),
            Type::Double => f.write_str("double"),
            Type::X86Fp80 => f.write_str("x86_fp80"),
            Type::Fp128 => f.write_str("fp128"),
            Type::Ptr => f.write_str("ptr"),
            Type::Vector { elem, len } => write!(f, "<{len} x {}>", show(elem)),
            Type::Array { elem, len } => write!(f, "[{len} x {}]", show(elem)),
            Type::Struct { fields, packed } => {
                f.write_str(if *packed { "<{" } else { "{" })?;
                for (at, field) in fields.iter().enumerate() {
                    write!(f, "{}{}", if at == 0 { " " } else { ", " }, show(field))?;
                }
                f.write_str(if fields.is_empty() { "" } else { " " })?;
                f.write_str(if *packed { "}>" } else { "}" })
            }
            Type::Opaque => f.write_str("opaque"),
            Type::Func { ret, params, varargs } => {
                write!(f, "{} (", show(ret))?;
                for (at, param) in params.iter().enumerate() {
                    write!(f, "{}{}", if at == 0 { "" } else { ", " }, show(param))?;
                }
                match (varargs, params.is_empty()) {
                    (true, true) => f.write_str("...)"),
                    (true, false) => f.write_str(", ...)"),
                    (false, _) => f.write_str(")"),
                }
            }
            Type::Label => f.write_str("label"),
            Type::Metadata => f.write_str("metadata"),
            Type::Token => f.write_str("token"),
        }
    }
}
