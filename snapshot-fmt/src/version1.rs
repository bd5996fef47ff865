//! Records as they lie in files of version 1, for reading only.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::function::{FunctionProfile, Verdict};
use crate::object::RelocRecord;
use crate::records::{BootLine, Fingerprints};
use crate::wire::{self, Maker};

/// The level of all code for on-stack replacement.
const OSR_LEVEL: u8 = 3;

/// Section META.
#[derive(Deserialize)]
pub(crate) struct Meta {
    engine: Fingerprints,
    settings: Vec<(String, String)>,
    boots: Vec<BootLine>,
}

/// A body in section BODY.
#[derive(Deserialize)]
pub(crate) struct Body {
    compiler: String,
    options: String,
    features: Vec<String>,
    body_hash: [u8; 32],
    object: Option<Object>,
    osr: Vec<(u32, Object)>,
    profile: FunctionProfile,
    history: Vec<(u32, u8)>,
    compiles: u32,
    compile_ns: u64,
    verdict: Option<Verdict>,
}

#[derive(Deserialize)]
struct Object {
    symbol: String,
    text_len: u32,
    text_align: u32,
    #[serde(with = "crate::bytes")]
    consts: Vec<u8>,
    consts_align: u32,
    relocs: Vec<RelocRecord>,
    blocks: Vec<(u32, u32)>,
}

impl Meta {
    pub(crate) fn upgrade(self) -> wire::Meta<'static> {
        wire::Meta {
            engine: Cow::Owned(self.engine),
            settings: Cow::Owned(self.settings),
            boots: Cow::Owned(self.boots),
            makers: Cow::Owned(Vec::new()),
        }
    }
}

impl Body {
    /// The record in today's form; its makers join `makers`.
    pub(crate) fn upgrade(self, makers: &mut Vec<Maker>) -> wire::Body<'static> {
        let osr_maker = Maker {
            compiler: self.compiler.clone(),
            options: String::new(),
            features: self.features.clone(),
        };
        let osr_maker = wire::number(makers, osr_maker);
        let maker =
            Maker { compiler: self.compiler, options: self.options, features: self.features };
        let osr = |(block, object): (u32, Object)| wire::Osr {
            block,
            level: OSR_LEVEL,
            maker: osr_maker,
            epoch: None,
            object: object.upgrade(),
        };
        wire::Body {
            maker: wire::number(makers, maker),
            epoch: None,
            body_hash: self.body_hash,
            object: self.object.map(Object::upgrade),
            osr: self.osr.into_iter().map(osr).collect(),
            profile: Cow::Owned(self.profile),
            history: Cow::Owned(self.history),
            compiles: self.compiles,
            compile_ns: self.compile_ns,
            verdict: self.verdict.map(Cow::Owned),
            evidence: Cow::Owned(Vec::new()),
        }
    }
}

impl Object {
    fn upgrade(self) -> wire::Object<'static> {
        wire::Object {
            symbol: Some(Cow::Owned(self.symbol)),
            text_len: self.text_len,
            text_align: self.text_align,
            consts: Cow::Owned(self.consts),
            consts_align: self.consts_align,
            relocs: Cow::Owned(self.relocs),
            blocks: Cow::Owned(self.blocks),
        }
    }
}
