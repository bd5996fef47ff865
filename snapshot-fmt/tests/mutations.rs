//! A bounded run of what `fuzz/` does without end: random damage, with the checksums made right
//! again, so that it reaches the records behind them.

mod common;
#[path = "common/oracle.rs"]
mod oracle;

use snapshot_fmt::encode;

#[test]
fn damage_behind_right_checksums_does_no_harm() {
    let sample = encode(&common::sample()).unwrap();
    let old = include_bytes!("../fixtures/v1.snapshot").to_vec();
    for file in [&sample, &old] {
        let mut resealed = file.clone();
        oracle::reseal(&mut resealed);
        assert_eq!(&resealed, file, "sealing is what the encoder does");
    }

    let mut state = 0x1234_5678_9abc_def1_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % limit
    };
    let (mut decoded, runs) = (0, 30_000);
    for run in 0..runs {
        let mut file = if run % 4 == 0 { old.clone() } else { sample.clone() };
        for _ in 0..=below(4) {
            if file.is_empty() {
                break;
            }
            let at = below(file.len());
            match below(6) {
                0 => file[at] ^= 1 << below(8),
                1 => file[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)],
                2 => file.insert(at, below(256) as u8),
                3 => drop(file.drain(at..at + 1)),
                4 => file.truncate(at.max(2)),
                _ => {
                    let from = below(file.len());
                    let piece =
                        file[from..].iter().take(1 + below(40)).copied().collect::<Vec<_>>();
                    file.splice(at..at, piece);
                }
            }
        }
        decoded += u32::from(oracle::examine(&file).is_some());
    }
    // Both kinds must occur, or the test reaches nothing.
    assert!(decoded > runs / 100 && decoded < runs, "{decoded} of {runs} decoded");
}
