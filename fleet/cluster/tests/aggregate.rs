//! The aggregate over any table: which rows lie where, in which order and how often changes no byte.

#[path = "../../tests/simulated/mod.rs"]
#[expect(dead_code, reason = "a part of what is simulated is enough here")]
mod simulated;

use std::sync::{Arc, LazyLock};

use bareflow_fleet::{Entry, Fleet};
use bareflow_fleet_cluster::{merge, session, tables};
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use proptest::prelude::*;
use proptest::sample::Index;

/// Entries of a few machines, some of which are the same boot, without their bitcode.
static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let bases = simulated::bases();
    let mut all: Vec<Entry> = (0..12).flat_map(|n| simulated::life(&bases, n, 1 + n % 4)).collect();
    let mut again = all[0].clone();
    again.hash = [9; 32];
    again.snapshot.generation += 1;
    all.push(again);
    all.extend(simulated::liars(&bases).into_iter().take(4));
    all.iter_mut().for_each(|entry| drop(entry.strip()));
    all
});

/// What the query makes of these portions, each a partition of so many batches.
fn queried(portions: &[Vec<Entry>], batch: usize, targets: usize) -> Fleet {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(async {
        let partitions = portions.iter().map(|entries| {
            let batches = entries.chunks(batch).map(|some| tables::entries_batch(some).unwrap());
            batches.collect()
        });
        let table = MemTable::try_new(tables::entries_schema(), partitions.collect()).unwrap();
        let config = session::config().with_target_partitions(targets);
        let context = SessionContext::new_with_state(session::state(config).unwrap());
        merge::query(context.read_table(Arc::new(table)).unwrap()).await.unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn order_repetition_and_partitioning_change_nothing(
        picks in prop::collection::vec(prop::collection::vec(any::<Index>(), 0..20), 1..6),
        batch in 1..8_usize,
        targets in 1..6_usize,
    ) {
        let pick = |indices: &Vec<Index>| -> Vec<Entry> {
            indices.iter().map(|index| index.get(&ENTRIES).clone()).collect()
        };
        let portions: Vec<Vec<Entry>> = picks.iter().map(pick).collect();
        let mut expected = Fleet::default();
        portions.iter().flatten().cloned().for_each(|entry| expected.add(entry));
        let fleet = queried(&portions, batch, targets);
        prop_assert!(fleet == expected);
        prop_assert_eq!(fleet.to_bytes().unwrap(), expected.to_bytes().unwrap());
    }
}
