//! Records as they lie in the file, version 1.
//!
//! What the function index holds (name, level, native code) is left out of the bodies, so that
//! nothing stands in a file twice and can contradict itself.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::function::{FunctionProfile, Verdict};
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
}

/// A body in section BODY.
#[derive(Serialize, Deserialize)]
pub(crate) struct Body<'a> {
    pub compiler: Cow<'a, str>,
    pub options: Cow<'a, str>,
    pub features: Cow<'a, [String]>,
    pub body_hash: [u8; 32],
    pub object: Option<Object<'a>>,
    pub osr: Vec<(u32, Object<'a>)>,
    pub profile: Cow<'a, FunctionProfile>,
    pub history: Cow<'a, [(u32, u8)]>,
    pub compiles: u32,
    pub compile_ns: u64,
    pub verdict: Option<Cow<'a, Verdict>>,
}

/// An object without its text, which lies in section CODE.
#[derive(Serialize, Deserialize)]
pub(crate) struct Object<'a> {
    pub symbol: Cow<'a, str>,
    pub text_len: u32,
    pub text_align: u32,
    #[serde(with = "cow_bytes")]
    pub consts: Cow<'a, [u8]>,
    pub consts_align: u32,
    pub relocs: Cow<'a, [RelocRecord]>,
    pub blocks: Cow<'a, [(u32, u32)]>,
}

mod cow_bytes {
    use super::Cow;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        crate::bytes::serialize(bytes, to)
    }

    pub(super) fn deserialize<'a, 'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Cow<'a, [u8]>, D::Error> {
        crate::bytes::deserialize(from).map(Cow::Owned)
    }
}
