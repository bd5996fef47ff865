//! Any bytes as a snapshot, as they are and with their checksums made right.
#![no_main]

#[path = "../../snapshot-fmt/tests/common/oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = oracle::examine(bytes);
});
