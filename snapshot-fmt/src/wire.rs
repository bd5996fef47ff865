//! Records as they lie in the file, since version 2.
//!
//! What the function index holds (name, level, native code) is left out of the bodies, so that
//! nothing stands in a file twice and can contradict itself.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::function::{Evidence, FunctionProfile, Verdict};
use crate::object::RelocRecord;
use crate::records::{BootLine, Fingerprints};

/// Length of an entry of the function index in bytes.
pub(crate) const INDEX_ENTRY_LEN: usize = 32;

/// Section META.
#[derive(Serialize, Deserialize)]
pub(crate) struct Meta<'a> {
    pub engine: Cow<'a, Fingerprints>,
    pub settings: Cow<'a, [(String, String)]>,
    pub boots: Cow<'a, [BootLine]>,
    pub makers: Cow<'a, [Maker]>,
}

/// How code was made. Much code is made in few ways, so that they are numbered.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Maker {
    pub compiler: String,
    pub options: String,
    pub features: Vec<String>,
}

/// The number of a maker in `makers`, which it joins.
pub(crate) fn number(makers: &mut Vec<Maker>, maker: Maker) -> u32 {
    let known = makers.iter().position(|other| *other == maker);
    known.unwrap_or_else(|| {
        makers.push(maker);
        makers.len() - 1
    }) as u32
}

/// A body in section BODY.
#[derive(Serialize, Deserialize)]
pub(crate) struct Body<'a> {
    /// Index in [`Meta::makers`].
    pub maker: u32,
    pub epoch: Option<u32>,
    pub body_hash: [u8; 32],
    pub object: Option<Object<'a>>,
    pub osr: Vec<Osr<'a>>,
    pub profile: Cow<'a, FunctionProfile>,
    pub history: Cow<'a, [(u32, u8)]>,
    pub compiles: u32,
    pub compile_ns: u64,
    pub verdict: Option<Cow<'a, Verdict>>,
    pub evidence: Cow<'a, [(u32, Evidence)]>,
}

/// An entry for on-stack replacement.
#[derive(Serialize, Deserialize)]
pub(crate) struct Osr<'a> {
    pub block: u32,
    pub level: u8,
    pub maker: u32,
    pub epoch: Option<u32>,
    pub object: Object<'a>,
}

/// An object without its text, which lies in section CODE.
#[derive(Serialize, Deserialize)]
pub(crate) struct Object<'a> {
    /// `None` when it is the name of the function.
    pub symbol: Option<Cow<'a, str>>,
    pub text_len: u32,
    pub text_align: u32,
    #[serde(with = "cow_bytes")]
    pub consts: Cow<'a, [u8]>,
    pub consts_align: u32,
    pub relocs: Cow<'a, [RelocRecord]>,
    pub blocks: Cow<'a, [(u32, u32)]>,
}

pub(crate) mod cow_bytes {
    use super::Cow;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        crate::bytes::serialize(bytes, to)
    }

    pub(crate) fn deserialize<'a, 'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Cow<'a, [u8]>, D::Error> {
        crate::bytes::deserialize(from).map(Cow::Owned)
    }
}
