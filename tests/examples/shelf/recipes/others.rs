//! Doom without a screen, and programs of our own in Rust, C++ and Zig, on what those languages have as libraries.

use crate::recipe::{Content, NONE, PLAIN, Recipe, Start};

const WAD: &[(&str, Content)] = &[("freedoom1.wad", Content::Theirs("../freedoom/freedoom1.wad"))];

const WORDS: &[(&str, Content)] = &[("words.txt", Content::Words(1_000_000))];
const FEW_WORDS: &[(&str, Content)] = &[("words.txt", Content::Words(30_000))];
const NO_WORDS: &[(&str, Content)] = &[("words.txt", Content::Words(0))];

pub(super) const RECIPES: &[Recipe] = &[
    // A game that it has recorded, as fast as it goes.
    Recipe {
        name: "doom",
        folder: "doomgeneric",
        sources: &[
            "doomgeneric/*.c",
            "!doomgeneric/doomgeneric_*.c",
            "!doomgeneric/i_allegro*.c",
            "!doomgeneric/i_sdl*.c",
            "!doomgeneric/gusconf.c",
            "!doomgeneric/mus2mid.c",
            "@null.c",
        ],
        flags: &["-DNORMALUNIX", "-DLINUX", "-D_DEFAULT_SOURCE", "-I{}/doomgeneric"],
        before: &[&["cp", "{ours}/doom/null.c", "null.c"]],
        run: Start {
            args: &["-iwad", "freedoom1.wad", "-timedemo", "demo1", "-frames", "400"],
            files: WAD,
            ..NONE
        },
        boot: Start {
            args: &["-iwad", "freedoom1.wad", "-timedemo", "demo1", "-frames", "60"],
            files: WAD,
            ..NONE
        },
        long: Start {
            args: &["-iwad", "freedoom1.wad", "-timedemo", "demo1", "-frames", "100000"],
            files: WAD,
            ..NONE
        },
        idle: Start { args: &["-iwad", "freedoom1.wad", "-frames", "1"], files: WAD, ..NONE },
        // Where its memory is.
        times: &["zone memory"],
        ..PLAIN
    },
    // serde_json, regex and hashbrown on Rust's standard library.
    Recipe {
        name: "rust",
        here: "tests/shelf/rust",
        before: &[
            &["cp", "-r", "{}/src", "{}/Cargo.toml", "{}/Cargo.lock", "."],
            &[
                "cargo",
                "rustc",
                "--release",
                "--target-dir",
                "built",
                "--",
                "--emit=llvm-bc=all.bc",
            ],
            &["cp", "built/release/words", "native"],
        ],
        bitcode: "all.bc",
        run: Start { args: &["words.txt"], files: WORDS, ..NONE },
        boot: Start { args: &["words.txt"], files: FEW_WORDS, ..NONE },
        long: Start { args: &["words.txt", "20"], files: WORDS, ..NONE },
        idle: Start { args: &["words.txt"], files: NO_WORDS, ..NONE },
        ..PLAIN
    },
    // Streams, maps and sorts; natively on the system's library, and on LLVM's, where it is made.
    Recipe {
        name: "cxx",
        here: "target/bareflow/cxx",
        before: &[
            &["clang++-22", "-O2", "-std=c++23", "{ours}/cxx/words.cpp", "-o", "native"],
            &[
                "clang++-22",
                "@{}/flags",
                "-O2",
                "-std=c++23",
                "-emit-llvm",
                "-c",
                "{ours}/cxx/words.cpp",
                "-o",
                "all.bc",
            ],
        ],
        bitcode: "all.bc",
        run: Start { args: &["words.txt", "2"], files: WORDS, ..NONE },
        boot: Start { args: &["words.txt"], files: FEW_WORDS, ..NONE },
        long: Start { args: &["words.txt", "20"], files: WORDS, ..NONE },
        idle: Start { args: &["words.txt"], files: NO_WORDS, ..NONE },
        ..PLAIN
    },
    // Its folder is that of the compiler.
    Recipe {
        name: "zig",
        before: &[&[
            "{}/zig",
            "build-exe",
            "--cache-dir",
            "cache",
            "--global-cache-dir",
            "cache",
            "--name",
            "native",
            "-O",
            "ReleaseFast",
            "-target",
            "x86_64-linux-musl",
            "-lc",
            "-femit-llvm-bc=all.bc",
            "{ours}/zig/hello.zig",
        ]],
        bitcode: "all.bc",
        run: Start { args: &["200"], ..NONE },
        boot: Start { args: &["20"], ..NONE },
        long: Start { args: &["4000"], ..NONE },
        idle: Start { args: &["0"], ..NONE },
        ..PLAIN
    },
];
