#!/usr/bin/env bash
# Fuzzes a target on stable Rust: coverage instrumentation by rustc's own flags, overflow checks on,
# no sanitizer. usage: fuzz/run.sh TARGET [RUNS]
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?a target, see README.md}
runs=${2:-1000000}
coverage=(-C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table)
export RUSTFLAGS="${coverage[*]} -C codegen-units=1 -C debug-assertions -C overflow-checks --cfg fuzzing"
mkdir -p "corpus/$target"
if [ "$target" = snapshot ]; then cp -n ../snapshot-fmt/fixtures/*.snapshot corpus/snapshot/; fi
# With a target named, build scripts and macros are built without the flags.
triple=x86_64-unknown-linux-gnu
cargo build --release --target "$triple" --bin "$target"
folder=${CARGO_TARGET_DIR:-target}
exec "$folder/$triple/release/$target" "corpus/$target" -runs="$runs" -max_len=16384 -print_final_stats=1
