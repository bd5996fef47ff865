#!/bin/sh
# Fills fuzz/corpus/bitcode with real modules: the reader's fixtures by each compiler, and the twelve
# modules where they are built.
set -eu
cd "$(dirname "$0")/.."
corpus=fuzz/corpus/bitcode
mkdir -p "$corpus"
for source in engine/bitcode/tests/src/*.c; do
    for version in 14 16 19 22; do
        for level in 0 2 z; do
            name=$(basename "$source" .c)-$version-$level.bc
            clang-$version -w -c -emit-llvm -O$level "$source" -o "$corpus/$name"
            clang-$version -g -w -c -emit-llvm -O$level "$source" -o "$corpus/g-$name"
        done
    done
done
llvm-as-22 engine/bitcode/tests/src/everything.ll -o "$corpus/everything.bc"
for level in O0 O1 O2 O3; do
    for module in target/bareflow/modules/$level/*.bc; do
        [ -f "$module" ] && cp "$module" "$corpus/$level-$(basename "$module")"
    done
done
