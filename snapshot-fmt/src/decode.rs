//! Bytes to records.
//!
//! Untrusted bytes: first the size, then magic, version and checksums, and only then the
//! content. A checksum is no proof of a good writer, so decoding still trusts nothing: every
//! offset is checked, and what is allocated is bounded by what was read.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::encode::check;
use crate::error::{Error, What};
use crate::events;
use crate::function::{FunctionRecord, OsrRecord};
use crate::header::Header;
use crate::object::ObjectRecord;
use crate::records::Snapshot;
use crate::section::{Part, split};
use crate::wire::{self, Maker};
use crate::{MAX_LEN, version1};

/// The snapshot whose bytes these are.
///
/// # Errors
/// Anything that makes the bytes other than what [`crate::encode`] of this or an older version
/// of the format wrote.
pub fn decode(bytes: &[u8]) -> Result<Snapshot, Error> {
    if bytes.len() > MAX_LEN {
        return Err(Error::TooLarge { len: bytes.len() as u64 });
    }
    let header = Header::read(bytes)?;
    let [meta, bitcode, modules, names, index, bodies, code, counters] = split(&header, bytes)?;

    let meta: wire::Meta<'_> = match header.version {
        1 => whole::<version1::Meta>(&meta)?.upgrade(),
        _ => whole(&meta)?,
    };
    let wire::Meta { engine, settings, boots, makers } = meta;
    let mut makers = makers.into_owned();
    let mut snapshot = Snapshot {
        boot_count: header.boot_count,
        generation: header.generation,
        engine: engine.into_owned(),
        settings: settings.into_owned(),
        boots: boots.into_owned(),
        bitcode: whole(&bitcode)?,
        modules: whole(&modules)?,
        functions: Vec::new(),
    };
    for module in &snapshot.modules {
        if module.parts.iter().any(|&part| part as usize >= snapshot.bitcode.len()) {
            return Err(modules.malformed("a module names bitcode that is not there"));
        }
    }

    if index.bytes.len() as u64 != u64::from(header.functions) * wire::INDEX_ENTRY_LEN as u64 {
        return Err(index.malformed("its length is not that of the header's number of functions"));
    }
    snapshot.functions.reserve_exact(header.functions as usize);
    let mut rest = Rest { names: names.bytes, bodies: bodies.bytes, code: code.bytes };
    for entry in index.bytes.chunks_exact(wire::INDEX_ENTRY_LEN) {
        let word = |i: usize| u32::from_le_bytes([0, 1, 2, 3].map(|b| entry[4 * i + b]));
        // Functions lie one after the other in all three sections: nothing is between them.
        let starts = [word(0), word(2), word(4)];
        let here = [
            names.bytes.len() - rest.names.len(),
            code.bytes.len() - rest.code.len(),
            bodies.bytes.len() - rest.bodies.len(),
        ];
        if starts.map(|start| start as usize) != here {
            return Err(index.malformed("the functions do not follow each other"));
        }
        let name = take(&mut rest.names, word(1))
            .and_then(|name| core::str::from_utf8(name).ok())
            .ok_or_else(|| names.malformed("a function's name is cut off or not UTF-8"))?;
        let function = take(&mut rest.bodies, word(5))
            .ok_or("its record is cut off")
            .and_then(|bytes| body(bytes, header.version, &mut makers))
            .and_then(|body| function(&mut rest, body, &makers, name, word(3), word(6), word(7)))
            .and_then(|function| check(&function, &snapshot).map(|()| function))
            .map_err(|why| Error::Function { name: String::from(name), why })?;
        snapshot.functions.push(function);
    }
    for (part, rest) in [(names, rest.names), (bodies, rest.bodies), (code, rest.code)] {
        if !rest.is_empty() {
            return Err(part.malformed("bytes that belong to no function"));
        }
    }
    if header.version >= 3 {
        events::distribute(whole(&counters)?, &mut snapshot.functions)
            .map_err(|why| counters.malformed(why))?;
    }
    Ok(snapshot)
}

/// What is left of the sections that functions are taken from.
struct Rest<'a> {
    names: &'a [u8],
    bodies: &'a [u8],
    code: &'a [u8],
}

/// A body of any version.
fn body<'a>(
    bytes: &'a [u8],
    version: u32,
    makers: &mut Vec<Maker>,
) -> Result<wire::Body<'a>, &'static str> {
    let (body, left) = match version {
        1 => postcard::take_from_bytes::<version1::Body>(bytes)
            .map(|(body, left)| (body.upgrade(makers), left)),
        _ => postcard::take_from_bytes(bytes),
    }
    .map_err(|_| "its record cannot be decoded")?;
    if left.is_empty() { Ok(body) } else { Err("its record is longer than it should be") }
}

fn function(
    rest: &mut Rest<'_>,
    body: wire::Body<'_>,
    makers: &[Maker],
    name: &str,
    text_len: u32,
    module: u32,
    level: u32,
) -> Result<FunctionRecord, &'static str> {
    let maker = |number: u32| makers.get(number as usize).cloned().ok_or("nothing made its code");
    let object = body.object.map(|object| self::object(object, name, rest)).transpose()?;
    if object.as_ref().map_or(0, |object| object.text.len()) != text_len as usize {
        return Err("index and record differ on the size of its code");
    }
    let mut osr = Vec::with_capacity(body.osr.len());
    for entry in body.osr {
        let Maker { compiler, options, features } = maker(entry.maker)?;
        osr.push(OsrRecord {
            block: entry.block,
            level: entry.level,
            compiler,
            options,
            features,
            epoch: entry.epoch,
            object: self::object(entry.object, name, rest)?,
        });
    }
    let Maker { compiler, options, features } = maker(body.maker)?;
    Ok(FunctionRecord {
        module,
        name: String::from(name),
        level: u8::try_from(level).map_err(|_| "there is no such level")?,
        compiler,
        options,
        features,
        epoch: body.epoch,
        body_hash: body.body_hash,
        object,
        osr,
        profile: body.profile.into_owned(),
        history: body.history.into_owned(),
        compiles: body.compiles,
        compile_ns: body.compile_ns,
        verdict: body.verdict.map(|verdict| verdict.into_owned()),
        evidence: body.evidence.into_owned(),
    })
}

fn object(
    from: wire::Object<'_>,
    name: &str,
    rest: &mut Rest<'_>,
) -> Result<ObjectRecord, &'static str> {
    let text = take(&mut rest.code, from.text_len).ok_or("its code is cut off")?;
    Ok(ObjectRecord {
        symbol: from.symbol.map_or_else(|| String::from(name), |symbol| symbol.into_owned()),
        text: text.to_vec(),
        text_align: from.text_align,
        consts: from.consts.into_owned(),
        consts_align: from.consts_align,
        relocs: from.relocs.into_owned(),
        blocks: from.blocks.into_owned(),
    })
}

/// Cuts `len` bytes off the front.
fn take<'a>(rest: &mut &'a [u8], len: u32) -> Option<&'a [u8]> {
    let (front, back) = rest.split_at_checked(len as usize)?;
    *rest = back;
    Some(front)
}

/// A section that is one postcard value.
fn whole<'a, T: Deserialize<'a>>(part: &Part<'a>) -> Result<T, Error> {
    match postcard::take_from_bytes(part.bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(part.malformed("something follows its records")),
        Err(_) => Err(Error::Malformed {
            what: What::Section(part.tag),
            offset: part.offset,
            why: "its records cannot be decoded",
        }),
    }
}
