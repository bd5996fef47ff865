//! Languages: interpreters and a compiler.

use crate::recipe::{Content, NONE, PLAIN, Recipe, Start};

/// A text for compilers.
const MANY_FUNCTIONS: &str = "for n in $(seq 6000); do echo \"int f$n(int a, int *b) { \
    int s = $n; for (int i = 0; i < a; i++) { if (i % 3 == $n % 5) s += b[i] * $n; \
    else s -= b[i + 1] ^ (s << 2); } return s > a ? s : f$n(a - 1, b + s % 7); }\"; done > long.i";

/// Its own sources as one text, with the system's headers.
const TCC_BY_ITSELF: &str = "./tcc -B{} -E -DONE_SOURCE=1 -DTCC_TARGET_X86_64 -I. -I{} -I{}/include \
    -I/usr/include/x86_64-linux-gnu {}/tcc.c -o tcc.i";

const QUICKJS: &[&str] = &["-D_GNU_SOURCE", "-DCONFIG_VERSION=\"shelf\"", "-fwrapv", "-I{}"];

pub(super) const RECIPES: &[Recipe] = &[
    Recipe {
        name: "quickjs",
        sources: &[
            "qjs.c",
            "quickjs-libc.c",
            "quickjs.c",
            "libregexp.c",
            "libunicode.c",
            "cutils.c",
            "dtoa.c",
            "@repl.c",
        ],
        flags: QUICKJS,
        before: &[
            &[
                "clang-22",
                "-w",
                "-O1",
                "-D_GNU_SOURCE",
                "-DCONFIG_VERSION=\"shelf\"",
                "-DCONFIG_CC=\"cc\"",
                "-DCONFIG_PREFIX=\"/\"",
                "-I{}",
                "{}/qjsc.c",
                "{}/quickjs-libc.c",
                "{}/quickjs.c",
                "{}/libregexp.c",
                "{}/libunicode.c",
                "{}/cutils.c",
                "{}/dtoa.c",
                "-lm",
                "-ldl",
                "-lpthread",
                "-o",
                "qjsc",
            ],
            &["./qjsc", "-s", "-c", "-o", "repl.c", "-m", "{}/repl.js"],
        ],
        run: Start {
            args: &["--std", "work.js", "6"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        boot: Start {
            args: &["--std", "work.js", "1"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        long: Start {
            args: &["--std", "work.js", "120"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        idle: Start { args: &["--std", "empty"], files: &[("empty", Content::Words(0))], ..NONE },
        ..PLAIN
    },
    Recipe {
        name: "mujs",
        sources: &["one.c", "main.c"],
        flags: &["-I{}"],
        run: Start {
            args: &["work.js", "4"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        boot: Start {
            args: &["work.js", "1"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        long: Start {
            args: &["work.js", "60"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        idle: Start { args: &["empty"], files: &[("empty", Content::Words(0))], ..NONE },
        ..PLAIN
    },
    Recipe {
        name: "duktape",
        sources: &[
            "src/duktape.c",
            "examples/cmdline/duk_cmdline.c",
            "extras/print-alert/duk_print_alert.c",
        ],
        flags: &["-I{}/src", "-I{}/extras/print-alert", "-DDUK_CMDLINE_PRINTALERT_SUPPORT"],
        run: Start {
            args: &["work.js"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        boot: Start {
            args: &["work.js"],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        long: Start {
            args: &["work.js"; 40],
            files: &[("work.js", Content::Ours("script/work.js"))],
            ..NONE
        },
        idle: Start { args: &["empty"], files: &[("empty", Content::Words(0))], ..NONE },
        ..PLAIN
    },
    Recipe {
        name: "lua",
        sources: &["onelua.c"],
        flags: &["-DMAKE_LUA"],
        run: Start {
            args: &["work.lua", "6"],
            files: &[("work.lua", Content::Ours("script/work.lua"))],
            ..NONE
        },
        boot: Start {
            args: &["work.lua", "1"],
            files: &[("work.lua", Content::Ours("script/work.lua"))],
            ..NONE
        },
        long: Start {
            args: &["work.lua", "20"],
            files: &[("work.lua", Content::Ours("script/work.lua"))],
            ..NONE
        },
        idle: Start { args: &["empty"], files: &[("empty", Content::Words(0))], ..NONE },
        ..PLAIN
    },
    Recipe {
        name: "wren",
        sources: &["src/vm/*.c", "src/optional/*.c", "test/main.c", "test/test.c", "test/api/*.c"],
        flags: &["-I{}/src/include", "-I{}/src/vm", "-I{}/src/optional", "-I{}/test"],
        run: Start {
            args: &["fib.wren"],
            files: &[("fib.wren", Content::Theirs("test/benchmark/fib.wren"))],
            ..NONE
        },
        boot: Start {
            args: &["delta_blue.wren"],
            files: &[("delta_blue.wren", Content::Theirs("test/benchmark/delta_blue.wren"))],
            ..NONE
        },
        long: Start {
            args: &["fib.wren"],
            files: &[("fib.wren", Content::Theirs("test/benchmark/fib.wren"))],
            ..NONE
        },
        idle: Start { args: &["empty"], files: &[("empty", Content::Words(0))], ..NONE },
        times: &["elapsed"],
        ..PLAIN
    },
    Recipe {
        name: "wasm3",
        sources: &["source/*.c", "platforms/app/main.c"],
        flags: &["-I{}/source", "-Dd_m3HasWASI", "-DLINUX"],
        run: Start {
            args: &["--func", "fib", "fib32.wasm", "32"],
            files: &[("fib32.wasm", Content::Theirs("test/lang/fib32.wasm"))],
            ..NONE
        },
        boot: Start {
            args: &["--func", "fib", "fib32.wasm", "20"],
            files: &[("fib32.wasm", Content::Theirs("test/lang/fib32.wasm"))],
            ..NONE
        },
        long: Start {
            args: &["--func", "fib", "fib32.wasm", "38"],
            files: &[("fib32.wasm", Content::Theirs("test/lang/fib32.wasm"))],
            ..NONE
        },
        idle: Start {
            args: &["--func", "fib", "fib32.wasm", "1"],
            files: &[("fib32.wasm", Content::Theirs("test/lang/fib32.wasm"))],
            ..NONE
        },
        ..PLAIN
    },
    Recipe {
        name: "chibicc",
        sources: &["*.c"],
        before: &[
            &["sh", "-c", "clang-22 -w -O1 -o chibicc {}/*.c"],
            &["cp", "-r", "{}/include", "."],
            &["sh", "-c", "./chibicc -E -I{}/include -o parse.i {}/parse.c"],
            &["sh", "-c", "./chibicc -E -I{}/include -o strings.i {}/strings.c"],
            &["sh", "-c", MANY_FUNCTIONS],
        ],
        run: Start {
            args: &["-cc1", "-cc1-input", "parse.i", "-cc1-output", "parse.s", "parse.i"],
            files: &[("parse.i", Content::Made("parse.i"))],
            ..NONE
        },
        boot: Start {
            args: &["-cc1", "-cc1-input", "strings.i", "-cc1-output", "strings.s", "strings.i"],
            files: &[("strings.i", Content::Made("strings.i"))],
            ..NONE
        },
        long: Start {
            args: &["-cc1", "-cc1-input", "long.i", "-cc1-output", "long.s", "long.i"],
            files: &[("long.i", Content::Made("long.i"))],
            ..NONE
        },
        idle: Start {
            args: &["-cc1", "-cc1-input", "empty", "-cc1-output", "empty.s", "empty"],
            files: &[("empty", Content::Words(0))],
            ..NONE
        },
        ..PLAIN
    },
    // It compiles itself.
    Recipe {
        name: "tcc",
        sources: &["tcc.c"],
        flags: &["-DONE_SOURCE=1", "-DTCC_TARGET_X86_64", "-I.", "-I{}"],
        before: &[
            &["sh", "{}/configure", "--cc=clang-22"],
            &["clang-22", "-w", "-DC2STR", "{}/conftest.c", "-o", "c2str"],
            &["./c2str", "{}/include/tccdefs.h", "tccdefs_.h"],
            &[
                "sh",
                "-c",
                "clang-22 -w -O1 -DONE_SOURCE=1 -I. -I{} {}/tcc.c -o tcc -lm -ldl -lpthread",
            ],
            &["sh", "-c", TCC_BY_ITSELF],
            &["sh", "-c", MANY_FUNCTIONS],
        ],
        run: Start {
            args: &["-nostdinc", "-c", "tcc.i", "-o", "tcc.o"],
            files: &[("tcc.i", Content::Made("tcc.i"))],
            ..NONE
        },
        boot: Start {
            args: &["-nostdinc", "-c", "tcc.i", "-o", "tcc.o"],
            files: &[("tcc.i", Content::Made("tcc.i"))],
            ..NONE
        },
        long: Start {
            args: &["-nostdinc", "-c", "long.i", "-o", "long.o"],
            files: &[("long.i", Content::Made("long.i"))],
            ..NONE
        },
        idle: Start { args: &["-v"], ..NONE },
        ..PLAIN
    },
];
