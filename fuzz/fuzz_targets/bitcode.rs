//! Any bytes as bitcode, with the memory that reading takes counted.
#![no_main]

#[path = "../../engine/bitcode/tests/oracle/mod.rs"]
mod oracle;

#[global_allocator]
static ALLOCATOR: oracle::Counting = oracle::Counting;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    oracle::examine(bytes);
});
