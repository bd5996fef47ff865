//! The machine itself makes the next shrunk image (`--self`).

use bareflow_boot::way_back::{IMAGE_IN, Record};

use super::*;

/// The record in force.
fn record(disk: &[u8], at: usize) -> Record {
    let copy = |number: usize| disk[at + number * 512..].first_chunk().unwrap();
    Record::newest([copy(0), copy(1)]).unwrap()
}

#[test]
fn a_machine_that_learns_makes_its_next_shrunk_image_as_a_host_would() {
    let bed = Bed::with("a.a.\n", &["--self"]);
    let first = std::fs::read(&bed.both).unwrap();
    let at = region(&bed.both);
    // Nothing but boots.
    let boot = |input: &str| {
        let arguments = [&["boot", text(&bed.both)][..], &PATIENT].concat();
        bareflow(&arguments, input).remove(0)
    };
    let back = boot("a.r.");
    assert_eq!((&back["boot"], &back["output"]), (&json!(3), &json!(bed.natively("a.r."))));
    assert_eq!(back["returns"].as_array().unwrap().len(), 1, "{back}");
    let story = bed.story();
    assert_eq!((&story["state"], &story["made"]), (&json!("shrunk"), &json!(2)), "{story}");
    assert_eq!(story["made_of"], 3, "{story}");
    let then = boot("a.r.");
    assert_eq!((&then["boot"], &then["output"]), (&Value::Null, &json!(bed.natively("a.r."))));
    assert_eq!(then["returns"], json!([]), "{then}");

    // Byte for byte the one that a host makes of the same snapshot.
    let disk = std::fs::read(&bed.both).unwrap();
    let image = record(&disk, at).image();
    let own = &disk[at + IMAGE_IN as usize * 512..][..image.sectors as usize * 512];
    let host = bed.folder.path().join("host.img");
    let shrink = [text(&bed.both), "-o", text(&host), "--policy", "executed", "--with-grown"];
    assert_eq!(lines("bareflow-shrink", &shrink).len(), 1);
    let made = std::fs::read(&host).unwrap();
    let by_host = record(&made, at).image();
    assert_eq!((image.sectors, image.crc), (by_host.sectors, by_host.crc));
    assert!(own == &made[at + IMAGE_IN as usize * 512..][..own.len()]);

    // A power cut before the record was written, with any part of the image there: the grown one starts, and makes
    // it again.
    let mut cut = disk.clone();
    let newest = record(&disk, at).copy() as usize;
    cut[at + newest * 512..][..512].fill(0xee);
    cut[at + IMAGE_IN as usize * 512 + 700..][..2000]
        .copy_from_slice(&first[at + IMAGE_IN as usize * 512 + 700..][..2000]);
    std::fs::write(&bed.both, cut).unwrap();
    let again = boot("a.r.");
    assert_eq!((&again["boot"], &again["output"]), (&json!(4), &json!(bed.natively("a.r."))));
    assert_eq!(bed.story()["state"], "shrunk");
    let then = boot("a.r.");
    assert_eq!((&then["boot"], &then["output"]), (&Value::Null, &json!(bed.natively("a.r."))));
}
