//! Records to bytes.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::error::{Error, What};
use crate::events;
use crate::function::FunctionRecord;
use crate::header::Header;
use crate::limits::VERSION;
use crate::object::ObjectRecord;
use crate::records::Snapshot;
use crate::section::{TAGS, join};
use crate::wire::{self, Maker, number};
use crate::{MAX_LEN, MAX_LEVEL};

/// The bytes of a snapshot. The same snapshot always has the same bytes.
///
/// # Errors
/// The snapshot breaks one of its invariants, or is larger than [`MAX_LEN`].
pub fn encode(snapshot: &Snapshot) -> Result<Vec<u8>, Error> {
    for module in &snapshot.modules {
        if module.parts.iter().any(|&part| part as usize >= snapshot.bitcode.len()) {
            let (what, why) = (What::Section(*b"MODS"), "a module names bitcode that is not there");
            return Err(Error::Malformed { what, offset: 0, why });
        }
    }

    let mut names = Vec::new();
    let mut index = Vec::with_capacity(snapshot.functions.len() * wire::INDEX_ENTRY_LEN);
    let mut bodies = Vec::new();
    let mut code = Vec::new();
    let mut makers = Vec::new();
    for function in &snapshot.functions {
        check(function, snapshot)
            .map_err(|why| Error::Function { name: function.name.clone(), why })?;
        let body = postcard_bytes(&body_of(function, &mut makers), *b"BODY")?;
        let text_len = function.object.as_ref().map_or(0, |object| object.text.len());
        let fields = [
            names.len(),
            function.name.len(),
            code.len(),
            text_len,
            bodies.len(),
            body.len(),
            function.module as usize,
            function.level as usize,
        ];
        for field in fields {
            // `MAX_LEN` is far below 4 GiB, and it is checked as the sections grow.
            index.extend_from_slice(&(field as u32).to_le_bytes());
        }
        names.extend_from_slice(function.name.as_bytes());
        bodies.extend_from_slice(&body);
        let osr = function.osr.iter().map(|osr| &osr.object);
        for object in function.object.iter().chain(osr) {
            code.extend_from_slice(&object.text);
        }
        let len = names.len() + index.len() + bodies.len() + code.len();
        if len > MAX_LEN {
            return Err(Error::TooLarge { len: len as u64 });
        }
    }

    let meta = wire::Meta {
        engine: Cow::Borrowed(&snapshot.engine),
        settings: Cow::Borrowed(&snapshot.settings),
        boots: Cow::Borrowed(&snapshot.boots),
        makers: Cow::Borrowed(&makers),
    };
    let sections: [Vec<u8>; TAGS.len()] = [
        postcard_bytes(&meta, *b"META")?,
        postcard_bytes(&snapshot.bitcode, *b"BITC")?,
        postcard_bytes(&snapshot.modules, *b"MODS")?,
        names,
        index,
        bodies,
        code,
        postcard_bytes(&events::collect(&snapshot.functions), *b"EVNT")?,
    ];
    let header = Header {
        version: VERSION,
        total_len: 0,
        boot_count: snapshot.boot_count,
        functions: snapshot.functions.len() as u32,
        generation: snapshot.generation,
        sections: 0,
        content_crc: 0,
    };
    let file = join(header, &sections);
    if file.len() > MAX_LEN {
        return Err(Error::TooLarge { len: file.len() as u64 });
    }
    Ok(file)
}

/// What holds of every function in a file.
pub(crate) fn check(function: &FunctionRecord, snapshot: &Snapshot) -> Result<(), &'static str> {
    if function.module as usize >= snapshot.modules.len() {
        return Err("it belongs to a module that is not there");
    }
    if function.level > MAX_LEVEL || function.history.iter().any(|&(_, level)| level > MAX_LEVEL) {
        return Err("there is no such level");
    }
    let verdict = function.verdict.as_ref();
    if verdict.is_some_and(|verdict| verdict.winner as usize >= verdict.variants.len()) {
        return Err("the winning variant is not among its variants");
    }
    if function.osr.iter().any(|osr| osr.level > MAX_LEVEL) {
        return Err("there is no such level");
    }
    if !function.evidence.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err("its evidence is not in order");
    }
    let osr = function.osr.iter().map(|osr| &osr.object);
    function.object.iter().chain(osr).try_for_each(ObjectRecord::check)
}

fn body_of<'a>(function: &'a FunctionRecord, makers: &mut Vec<Maker>) -> wire::Body<'a> {
    let mut maker = |compiler: &str, options: &str, features: &[String]| {
        let (compiler, options) = (compiler.into(), options.into());
        number(makers, Maker { compiler, options, features: features.into() })
    };
    wire::Body {
        maker: maker(&function.compiler, &function.options, &function.features),
        epoch: function.epoch,
        body_hash: function.body_hash,
        object: function.object.as_ref().map(|object| object_of(object, function)),
        osr: function
            .osr
            .iter()
            .map(|osr| wire::Osr {
                block: osr.block,
                level: osr.level,
                maker: maker(&osr.compiler, &osr.options, &osr.features),
                epoch: osr.epoch,
                object: object_of(&osr.object, function),
            })
            .collect(),
        profile: Cow::Borrowed(&function.profile),
        history: Cow::Borrowed(&function.history),
        compiles: function.compiles,
        compile_ns: function.compile_ns,
        verdict: function.verdict.as_ref().map(Cow::Borrowed),
        evidence: Cow::Borrowed(&function.evidence),
    }
}

fn object_of<'a>(object: &'a ObjectRecord, function: &FunctionRecord) -> wire::Object<'a> {
    let own_name = object.symbol == function.name;
    wire::Object {
        symbol: (!own_name).then_some(Cow::Borrowed(&object.symbol)),
        text_len: object.text.len() as u32,
        text_align: object.text_align,
        consts: Cow::Borrowed(&object.consts),
        consts_align: object.consts_align,
        relocs: Cow::Borrowed(&object.relocs),
        blocks: Cow::Borrowed(&object.blocks),
    }
}

fn postcard_bytes<T: Serialize + ?Sized>(value: &T, tag: [u8; 4]) -> Result<Vec<u8>, Error> {
    postcard::to_allocvec(value).map_err(|_| Error::Malformed {
        what: What::Section(tag),
        offset: 0,
        why: "its records cannot be serialised",
    })
}
