//! The merge as an aggregate of a query.
//!
//! `fleet(machine, boot, hash, snapshot)` adds entries to a [`Fleet`] and joins fleets: what of it is done where, in
//! which order and how often makes no difference, which is all that a query on many machines needs. Grouped by
//! machine, its values and states are one machine's each, so that none grows with the fleet. A value is the
//! fleet's bytes.

use std::sync::Arc;

use bareflow_fleet::{Entry, Fleet, Origin};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray};
use datafusion::arrow::datatypes::{DataType, UInt32Type};
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};
use snapshot_fmt::decode;

/// What the aggregate is called.
pub const NAME: &str = "fleet";

/// The aggregate.
#[must_use]
pub fn aggregate() -> Arc<AggregateUDF> {
    let columns = vec![DataType::Utf8, DataType::UInt32, DataType::Binary, DataType::Binary];
    let signature = Signature::exact(columns, Volatility::Immutable);
    Arc::new(AggregateUDF::new_from_impl(Merge { signature }))
}

#[derive(PartialEq, Eq, Hash, Debug)]
struct Merge {
    signature: Signature,
}

impl AggregateUDFImpl for Merge {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Merging::default()))
    }
}

/// A fleet that grows.
#[derive(Default, Debug)]
struct Merging {
    fleet: Fleet,
    /// The longest that was added, in bytes: of a group, which is one machine, one entry is kept.
    longest: usize,
}

impl Merging {
    fn bytes(&self) -> Result<ScalarValue> {
        let bytes = self.fleet.to_bytes().map_err(DataFusionError::Execution)?;
        Ok(ScalarValue::Binary(Some(bytes)))
    }
}

fn binary(array: &ArrayRef) -> Result<&BinaryArray> {
    match array.as_binary_opt() {
        Some(array) => Ok(array),
        None => exec_err!("{}: bytes are expected", array.data_type()),
    }
}

impl Accumulator for Merging {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [machines, boots, hashes, snapshots] = values else {
            return exec_err!("{NAME} takes machine, boot, hash and snapshot");
        };
        let (Some(machines), Some(boots)) =
            (machines.as_string_opt::<i32>(), boots.as_primitive_opt::<UInt32Type>())
        else {
            return exec_err!("{NAME} takes a machine's name and a boot's number");
        };
        let (hashes, snapshots) = (binary(hashes)?, binary(snapshots)?);
        for row in 0..snapshots.len() {
            let origin = Origin { machine: machines.value(row).to_owned(), boot: boots.value(row) };
            let Ok(hash) = <[u8; 32]>::try_from(hashes.value(row)) else {
                return exec_err!("{}, boot {}: no hash", origin.machine, origin.boot);
            };
            let bytes = snapshots.value(row);
            self.longest = self.longest.max(bytes.len());
            match decode(bytes) {
                Ok(snapshot) => self.fleet.add(Entry { origin, hash, snapshot }),
                Err(why) => {
                    return exec_err!("{}, boot {}: {why}", origin.machine, origin.boot);
                }
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let Some(states) = states.first() else { return Ok(()) };
        for bytes in binary(states)?.iter().flatten() {
            self.longest = self.longest.max(bytes.len());
            let other = Fleet::from_bytes(bytes).map_err(DataFusionError::Execution)?;
            self.fleet = std::mem::take(&mut self.fleet).join(other);
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.bytes()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.bytes()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.longest
    }
}
