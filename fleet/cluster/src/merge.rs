//! The fleet of a store: by a query over its tables, and by itself what has not been packed.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use ballista::prelude::SessionContextExt;
use bareflow_fleet::{Fleet, hex};
use datafusion::arrow::array::AsArray;
use datafusion::logical_expr::{col, lit};
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionContext};
use futures::TryStreamExt;

use crate::aggregate::aggregate;
use crate::session;
use crate::store::Store;
use crate::tables::{BITCODE, ENTRIES, bitcode_schema, entries_schema};

/// Who does the work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum By {
    /// This process, by DataFusion.
    Here,
    /// The executors of a scheduler of Ballista, by its URL (`df://HOST:PORT`).
    Scheduler(String),
}

/// The fleet of a store, with the bitcode of those programs that most machines run; what of it is damaged, and why.
///
/// # Errors
/// The store cannot be read; the query fails.
pub async fn merge(store: &Store, by: &By, partitions: usize) -> Result<(Fleet, Vec<String>)> {
    let state = session::state(session::config().with_target_partitions(partitions))?;
    let here = SessionContext::new_with_state(state.clone());
    let spread = match by {
        By::Here => here.clone(),
        By::Scheduler(url) => SessionContext::remote_with_state(url, state).await?,
    };
    let mut fleet = Fleet::default();
    if any(store, ENTRIES).await? {
        let schema = entries_schema();
        let options = ParquetReadOptions::default().schema(&schema);
        let url = store.url.join(ENTRIES)?;
        fleet = query(spread.read_parquet(url.as_str(), options).await?).await?;
    }
    let packed: BTreeSet<String> = fleet.entries().map(hex).collect();
    let mut damaged = Vec::new();
    for (name, path) in store.loose().await? {
        if packed.contains(&name) {
            continue;
        }
        match store.entry(&name, &path).await? {
            Ok(entry) => fleet.add(entry),
            Err(why) => damaged.push(why),
        }
    }
    for hash in fleet.missing() {
        fleet.add_bitcode(bitcode(&here, store, hash).await?);
    }
    Ok((fleet, damaged))
}

/// The fleet of a table of entries, wherever it is and whoever does the work.
///
/// # Errors
/// The query fails.
pub async fn query(entries: DataFrame) -> Result<Fleet> {
    let columns = ["machine", "boot", "hash", "snapshot"].map(col).to_vec();
    let value = aggregate().call(columns).alias("fleet");
    let grouped = entries.aggregate(vec![col("machine")], vec![value])?;
    let mut batches = grouped.select_columns(&["fleet"])?.execute_stream().await?;
    let mut fleet = Fleet::default();
    while let Some(batch) = batches.try_next().await? {
        for bytes in batch.column(0).as_binary::<i32>().iter().flatten() {
            fleet = fleet.join(Fleet::from_bytes(bytes).map_err(anyhow::Error::msg)?);
        }
    }
    Ok(fleet)
}

/// Whether there is any file of a table.
async fn any(store: &Store, table: &str) -> Result<bool> {
    let path = store.path(table)?;
    Ok(store.objects.list(Some(&path)).try_next().await?.is_some())
}

/// A file of bitcode by its hash.
async fn bitcode(context: &SessionContext, store: &Store, hash: [u8; 32]) -> Result<Vec<u8>> {
    let schema = bitcode_schema();
    let options = ParquetReadOptions::default().schema(&schema);
    let files = context.read_parquet(store.url.join(BITCODE)?.as_str(), options).await?;
    let wanted = files.filter(col("hash").eq(lit(&hash[..])))?.limit(0, Some(1))?;
    for batch in wanted.select_columns(&["bytes"])?.collect().await? {
        if let Some(bytes) = batch.column(0).as_binary::<i32>().iter().flatten().next() {
            return Ok(bytes.to_vec());
        }
    }
    bail!("the table of bitcode lacks {}", hex(&hash))
}
