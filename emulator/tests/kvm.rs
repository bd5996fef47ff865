//! What the probe of KVM says must be so.

use std::time::{Duration, Instant};

use bareflow_emulator::{Accel, EmulatorError, Settings, kvm, run};

/// Whatever the answer, it comes soon, stays, and is what a run is told.
#[test]
fn the_probe_answers_and_is_believed() {
    let start = Instant::now();
    let answer = kvm();
    eprintln!("KVM: {answer:?} after {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(kvm(), answer);
    let missing = Settings { accel: Accel::Kvm, ..Settings::new("/nowhere/disk.img".as_ref()) };
    match (answer, run(&missing, &mut |_| ())) {
        (Ok(()), Err(EmulatorError::File(..))) => {}
        (Err(why), Err(error @ EmulatorError::NoKvm(_))) => {
            assert!(error.to_string().contains(why), "{error}");
        }
        (answer, run) => panic!("{answer:?}, but {run:?}"),
    }
}
