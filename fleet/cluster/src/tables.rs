//! Entries as tables in Parquet.
//!
//! Packing never loses: a table is written whole, under the hash of its bytes, before the entries in it are removed, and
//! an entry that is there twice counts once. So packing may be cut off, and several may pack at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use bareflow_fleet::{Entry, hex};
use datafusion::arrow::array::{BinaryArray, RecordBatch, StringArray, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use sha2::{Digest, Sha256};
use snapshot_fmt::encode;

use crate::store::Store;

/// The table of what machines knew.
pub const ENTRIES: &str = "tables/entries/";
/// The table of the bitcode of their programs.
pub const BITCODE: &str = "tables/bitcode/";

/// Entries of a file: what one task reads, at most.
const FILE: usize = 128;
/// Rows that are read at a time.
const ROWS: usize = 64;

/// The columns of [`ENTRIES`].
#[must_use]
pub fn entries_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("machine", DataType::Utf8, false),
        Field::new("boot", DataType::UInt32, false),
        Field::new("hash", DataType::Binary, false),
        Field::new("snapshot", DataType::Binary, false),
    ]))
}

/// The columns of [`BITCODE`].
#[must_use]
pub fn bitcode_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("hash", DataType::Binary, false),
        Field::new("bytes", DataType::Binary, false),
    ]))
}

/// What was packed.
#[derive(Default, Debug)]
pub struct Packed {
    /// Entries that are in tables now.
    pub entries: usize,
    /// Files of tables.
    pub files: usize,
    /// Entries that are damaged, and why: they stay as they are.
    pub damaged: Vec<String>,
}

/// Packs all entries that machines pushed into tables, and, if `remove`, removes them as such.
///
/// # Errors
/// The store cannot be read or written.
pub async fn pack(store: &Store, remove: bool) -> Result<Packed> {
    let mut packed = Packed::default();
    for some in store.loose().await?.chunks(FILE) {
        let mut entries = Vec::new();
        let mut paths: Vec<&Path> = Vec::new();
        // Bitcode, most of which is the same in all of them.
        let mut bitcode: BTreeMap<[u8; 32], Vec<u8>> = BTreeMap::new();
        for (name, path) in some {
            match store.entry(name, path).await? {
                Ok(mut entry) => {
                    for bytes in entry.strip() {
                        bitcode.insert(Sha256::digest(&bytes).into(), bytes);
                    }
                    entries.push(entry);
                    paths.push(path);
                }
                Err(why) => packed.damaged.push(why),
            }
        }
        if entries.is_empty() {
            continue;
        }
        write(store, BITCODE, &bitcode_batch(&bitcode)?).await?;
        write(store, ENTRIES, &entries_batch(&entries)?).await?;
        packed.entries += entries.len();
        packed.files += 1;
        if remove {
            for path in paths {
                store.objects.delete(path).await?;
            }
        }
    }
    Ok(packed)
}

/// Entries, stripped of their bitcode, as rows of [`ENTRIES`].
///
/// # Errors
/// A snapshot is not one that could be written.
pub fn entries_batch(entries: &[Entry]) -> Result<RecordBatch> {
    let snapshots = entries.iter().map(|entry| encode(&entry.snapshot));
    let snapshots = snapshots.collect::<Result<Vec<_>, _>>().map_err(anyhow::Error::msg)?;
    let columns: Vec<datafusion::arrow::array::ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(entries.iter().map(|e| &e.origin.machine))),
        Arc::new(UInt32Array::from_iter_values(entries.iter().map(|e| e.origin.boot))),
        Arc::new(BinaryArray::from_iter_values(entries.iter().map(|e| e.hash))),
        Arc::new(BinaryArray::from_iter_values(snapshots)),
    ];
    Ok(RecordBatch::try_new(entries_schema(), columns)?)
}

fn bitcode_batch(bitcode: &BTreeMap<[u8; 32], Vec<u8>>) -> Result<RecordBatch> {
    let columns: Vec<datafusion::arrow::array::ArrayRef> = vec![
        Arc::new(BinaryArray::from_iter_values(bitcode.keys())),
        Arc::new(BinaryArray::from_iter_values(bitcode.values())),
    ];
    Ok(RecordBatch::try_new(bitcode_schema(), columns)?)
}

/// Writes one file of a table.
async fn write(store: &Store, table: &str, batch: &RecordBatch) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_max_row_group_row_count(Some(ROWS))
        .set_dictionary_enabled(false)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
    writer.write(batch)?;
    writer.close()?;
    let path = store.path(&format!("{table}{}.parquet", hex(&Sha256::digest(&bytes).into())))?;
    store.put(&path, bytes).await
}
