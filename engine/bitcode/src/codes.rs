//! The numbers of blocks and records, as LLVM assigns them.

/// Blocks.
pub(crate) mod block {
    pub(crate) const MODULE: u32 = 8;
    pub(crate) const PARAMATTR: u32 = 9;
    pub(crate) const PARAMATTR_GROUP: u32 = 10;
    pub(crate) const CONSTANTS: u32 = 11;
    pub(crate) const METADATA: u32 = 15;
    pub(crate) const FUNCTION: u32 = 12;
    pub(crate) const IDENTIFICATION: u32 = 13;
    pub(crate) const TYPE: u32 = 17;
    pub(crate) const STRTAB: u32 = 23;
}

/// What a block is called.
pub(crate) fn block_name(id: u32) -> &'static str {
    match id {
        0 => "BLOCKINFO",
        8 => "MODULE",
        9 => "PARAMATTR",
        10 => "PARAMATTR_GROUP",
        11 => "CONSTANTS",
        12 => "FUNCTION",
        13 => "IDENTIFICATION",
        14 => "VALUE_SYMTAB",
        15 => "METADATA",
        16 => "METADATA_ATTACHMENT",
        17 => "TYPE",
        18 => "USELIST",
        19 => "MODULE_STRTAB",
        20 => "GLOBALVAL_SUMMARY",
        21 => "OPERAND_BUNDLE_TAGS",
        22 => "METADATA_KIND",
        23 => "STRTAB",
        24 => "FULL_LTO_GLOBALVAL_SUMMARY",
        25 => "SYMTAB",
        26 => "SYNC_SCOPE_NAMES",
        _ => "of an unknown kind",
    }
}

/// Records of a MODULE block.
pub(crate) mod module {
    pub(crate) const VERSION: u32 = 1;
    pub(crate) const TRIPLE: u32 = 2;
    pub(crate) const DATALAYOUT: u32 = 3;
    pub(crate) const ASM: u32 = 4;
    pub(crate) const SECTION_NAME: u32 = 5;
    pub(crate) const GLOBALVAR: u32 = 7;
    pub(crate) const FUNCTION: u32 = 8;
    pub(crate) const ALIAS_OLD: u32 = 9;
    pub(crate) const COMDAT: u32 = 12;
    pub(crate) const ALIAS: u32 = 14;
    pub(crate) const SOURCE_FILENAME: u32 = 16;
    pub(crate) const IFUNC: u32 = 18;
}

/// Records of a METADATA block.
pub(crate) mod metadata {
    pub(crate) const NAME: u32 = 4;
    pub(crate) const KIND: u32 = 6;
    pub(crate) const LOCATION: u32 = 7;
    pub(crate) const NAMED_NODE: u32 = 10;
    pub(crate) const FILE: u32 = 16;
    pub(crate) const SUBPROGRAM: u32 = 21;
    pub(crate) const LEXICAL_BLOCK: u32 = 22;
    pub(crate) const LEXICAL_BLOCK_FILE: u32 = 23;
    pub(crate) const STRINGS: u32 = 35;
    pub(crate) const GLOBAL_DECL_ATTACHMENT: u32 = 36;
    pub(crate) const INDEX_OFFSET: u32 = 38;
    pub(crate) const INDEX: u32 = 39;
    pub(crate) const COMMON_BLOCK: u32 = 44;
}

/// Records of a TYPE block.
pub(crate) mod ty {
    pub(crate) const NUMENTRY: u32 = 1;
    pub(crate) const VOID: u32 = 2;
    pub(crate) const FLOAT: u32 = 3;
    pub(crate) const DOUBLE: u32 = 4;
    pub(crate) const LABEL: u32 = 5;
    pub(crate) const OPAQUE: u32 = 6;
    pub(crate) const INTEGER: u32 = 7;
    pub(crate) const POINTER: u32 = 8;
    pub(crate) const HALF: u32 = 10;
    pub(crate) const ARRAY: u32 = 11;
    pub(crate) const VECTOR: u32 = 12;
    pub(crate) const X86_FP80: u32 = 13;
    pub(crate) const FP128: u32 = 14;
    pub(crate) const PPC_FP128: u32 = 15;
    pub(crate) const METADATA: u32 = 16;
    pub(crate) const X86_MMX: u32 = 17;
    pub(crate) const STRUCT_ANON: u32 = 18;
    pub(crate) const STRUCT_NAME: u32 = 19;
    pub(crate) const STRUCT_NAMED: u32 = 20;
    pub(crate) const FUNCTION: u32 = 21;
    pub(crate) const TOKEN: u32 = 22;
    pub(crate) const BFLOAT: u32 = 23;
    pub(crate) const X86_AMX: u32 = 24;
    pub(crate) const OPAQUE_POINTER: u32 = 25;
    pub(crate) const TARGET: u32 = 26;
    pub(crate) const BYTE: u32 = 27;
}

/// Records of a CONSTANTS block.
pub(crate) mod cst {
    pub(crate) const SETTYPE: u32 = 1;
    pub(crate) const NULL: u32 = 2;
    pub(crate) const UNDEF: u32 = 3;
    pub(crate) const INTEGER: u32 = 4;
    pub(crate) const WIDE_INTEGER: u32 = 5;
    pub(crate) const FLOAT: u32 = 6;
    pub(crate) const AGGREGATE: u32 = 7;
    pub(crate) const STRING: u32 = 8;
    pub(crate) const CSTRING: u32 = 9;
    pub(crate) const CE_BINOP: u32 = 10;
    pub(crate) const CE_CAST: u32 = 11;
    pub(crate) const CE_GEP_OLD: u32 = 12;
    pub(crate) const CE_SELECT: u32 = 13;
    pub(crate) const CE_EXTRACTELT: u32 = 14;
    pub(crate) const CE_INSERTELT: u32 = 15;
    pub(crate) const CE_SHUFFLEVEC: u32 = 16;
    pub(crate) const CE_CMP: u32 = 17;
    pub(crate) const INLINEASM_OLD: u32 = 18;
    pub(crate) const CE_SHUFVEC_EX: u32 = 19;
    pub(crate) const CE_INBOUNDS_GEP: u32 = 20;
    pub(crate) const BLOCKADDRESS: u32 = 21;
    pub(crate) const DATA: u32 = 22;
    pub(crate) const INLINEASM_OLD2: u32 = 23;
    pub(crate) const CE_GEP_WITH_INRANGE_INDEX_OLD: u32 = 24;
    pub(crate) const CE_UNOP: u32 = 25;
    pub(crate) const POISON: u32 = 26;
    pub(crate) const DSO_LOCAL_EQUIVALENT: u32 = 27;
    pub(crate) const INLINEASM_OLD3: u32 = 28;
    pub(crate) const NO_CFI_VALUE: u32 = 29;
    pub(crate) const INLINEASM: u32 = 30;
    pub(crate) const CE_GEP_WITH_INRANGE: u32 = 31;
    pub(crate) const CE_GEP: u32 = 32;
    pub(crate) const PTRAUTH: u32 = 33;
    pub(crate) const PTRAUTH2: u32 = 34;
}

/// Records of a FUNCTION block.
pub(crate) mod func {
    pub(crate) const DECLAREBLOCKS: u32 = 1;
    pub(crate) const BINOP: u32 = 2;
    pub(crate) const CAST: u32 = 3;
    pub(crate) const EXTRACTELT: u32 = 6;
    pub(crate) const INSERTELT: u32 = 7;
    pub(crate) const SHUFFLEVEC: u32 = 8;
    pub(crate) const CMP: u32 = 9;
    pub(crate) const RET: u32 = 10;
    pub(crate) const BR: u32 = 11;
    pub(crate) const SWITCH: u32 = 12;
    pub(crate) const INVOKE: u32 = 13;
    pub(crate) const UNREACHABLE: u32 = 15;
    pub(crate) const PHI: u32 = 16;
    pub(crate) const ALLOCA: u32 = 19;
    pub(crate) const LOAD: u32 = 20;
    pub(crate) const VAARG: u32 = 23;
    pub(crate) const EXTRACTVAL: u32 = 26;
    pub(crate) const INSERTVAL: u32 = 27;
    pub(crate) const CMP2: u32 = 28;
    pub(crate) const VSELECT: u32 = 29;
    pub(crate) const INDIRECTBR: u32 = 31;
    pub(crate) const DEBUG_LOC_AGAIN: u32 = 33;
    pub(crate) const CALL: u32 = 34;
    pub(crate) const DEBUG_LOC: u32 = 35;
    pub(crate) const FENCE: u32 = 36;
    pub(crate) const RESUME: u32 = 39;
    pub(crate) const LOADATOMIC: u32 = 41;
    pub(crate) const GEP: u32 = 43;
    pub(crate) const STORE: u32 = 44;
    pub(crate) const STOREATOMIC: u32 = 45;
    pub(crate) const CMPXCHG: u32 = 46;
    pub(crate) const LANDINGPAD: u32 = 47;
    pub(crate) const CLEANUPRET: u32 = 48;
    pub(crate) const CATCHSWITCH: u32 = 52;
    pub(crate) const OPERAND_BUNDLE: u32 = 55;
    pub(crate) const UNOP: u32 = 56;
    pub(crate) const CALLBR: u32 = 57;
    pub(crate) const FREEZE: u32 = 58;
    pub(crate) const ATOMICRMW: u32 = 59;
    pub(crate) const BLOCKADDR_USERS: u32 = 60;
    pub(crate) const DEBUG_RECORD_FIRST: u32 = 61;
    pub(crate) const DEBUG_RECORD_LAST: u32 = 66;
}

/// Attributes that mean something here.
pub(crate) mod attr {
    pub(crate) const ALIGNMENT: u64 = 1;
    pub(crate) const ALWAYS_INLINE: u64 = 2;
    pub(crate) const BY_VAL: u64 = 3;
    pub(crate) const MIN_SIZE: u64 = 6;
    pub(crate) const NAKED: u64 = 7;
    pub(crate) const NEST: u64 = 8;
    pub(crate) const NO_INLINE: u64 = 14;
    pub(crate) const NO_RETURN: u64 = 17;
    pub(crate) const NO_UNWIND: u64 = 18;
    pub(crate) const OPTIMIZE_FOR_SIZE: u64 = 19;
    pub(crate) const S_EXT: u64 = 24;
    pub(crate) const STACK_ALIGNMENT: u64 = 25;
    pub(crate) const STRUCT_RET: u64 = 29;
    pub(crate) const Z_EXT: u64 = 34;
    pub(crate) const COLD: u64 = 36;
    pub(crate) const OPTIMIZE_NONE: u64 = 37;
    pub(crate) const IN_ALLOCA: u64 = 38;
    pub(crate) const PREALLOCATED: u64 = 65;
}
