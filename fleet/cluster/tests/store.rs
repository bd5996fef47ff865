//! Stores: entries pushed and packed, merged here; what is packed, cut off, repeated or damaged changes nothing else.

#[path = "../../tests/simulated/mod.rs"]
#[expect(dead_code, reason = "a part of what is simulated is enough here")]
mod simulated;

use bareflow_fleet::{Entry, Fleet};
use bareflow_fleet_cluster::merge::{By, merge};
use bareflow_fleet_cluster::store::Store;
use bareflow_fleet_cluster::tables::pack;
use snapshot_fmt::encode;

/// What the machines of a small fleet pushed.
fn entries() -> Vec<Entry> {
    let bases = simulated::bases();
    let mut all: Vec<Entry> = (0..40).flat_map(|n| simulated::life(&bases, n, 1 + n % 3)).collect();
    all.extend(simulated::liars(&bases));
    all
}

/// The fleet of these as files, added one by one.
fn embedded(entries: &[Entry]) -> Fleet {
    let mut fleet = Fleet::default();
    for entry in entries {
        let (name, bytes) = Entry::file(&entry.origin, &encode(&entry.snapshot).unwrap());
        fleet.add(Entry::read(&name, &bytes).unwrap());
    }
    fleet
}

/// What a new machine with the programs of most starts from, as bytes.
fn settled(fleet: &Fleet) -> Vec<u8> {
    let newcomer =
        bareflow_fleet::Newcomer { engine: simulated::ENGINE, features: None, cpu: None };
    let settled = fleet.settle(&fleet.commonest().unwrap(), newcomer).unwrap();
    let mut bytes = encode(&settled.snapshot).unwrap();
    bytes.extend(format!("{:?} {:?}", settled.code_of, settled.refused).into_bytes());
    bytes
}

/// Goes through the life of a store by that name.
async fn lives(name: &str) {
    let store = Store::open(name).unwrap();
    let entries = entries();
    let expected = settled(&embedded(&entries));
    let push = async |some: &[Entry]| {
        for entry in some {
            store.push(&entry.origin, &encode(&entry.snapshot).unwrap()).await.unwrap();
        }
    };
    let merged = async |what: &str| {
        let (fleet, damaged) = merge(&store, &By::Here, 4).await.unwrap();
        assert!(settled(&fleet) == expected, "{what}");
        damaged
    };
    push(&entries).await;
    assert!(merged("as pushed").await.is_empty());
    assert_eq!(pack(&store, false).await.unwrap().entries, entries.len());
    assert!(merged("in tables, and as pushed").await.is_empty());
    // As one that packed was cut off before it removed what it packed.
    assert_eq!(pack(&store, true).await.unwrap().files, 1);
    assert!(merged("in tables").await.is_empty());
    assert!(store.loose().await.unwrap().is_empty());
    push(&entries[..10]).await;
    let path = store.path(&format!("ab/{}.entry", "c".repeat(62))).unwrap();
    store.put(&path, b"no entry".to_vec()).await.unwrap();
    assert_eq!(merged("some of it pushed again, and one damaged").await.len(), 1);
    let packed = pack(&store, true).await.unwrap();
    assert_eq!((packed.entries, packed.damaged.len()), (10, 1));
    assert_eq!(merged("packed again").await.len(), 1);
}

#[test]
fn a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(lives(folder.path().join("store").to_str().unwrap()));
}
