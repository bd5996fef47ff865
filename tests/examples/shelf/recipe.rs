//! What is done with a program off the shelf: how it is compiled, and what it is given. Of the programs
//! themselves nothing is here.

/// Something that lies in the folder the program runs in.
pub(crate) enum Content {
    /// A file of the program's own, by its path in its folder.
    Theirs(&'static str),
    /// One of `tests/shelf`.
    Ours(&'static str),
    /// So many bytes of words, the same each time.
    Words(usize),
    /// What [`Recipe::before`] has made.
    Made(&'static str),
}

/// One run.
pub(crate) struct Start {
    pub(crate) args: &'static [&'static str],
    pub(crate) input: &'static str,
    pub(crate) files: &'static [(&'static str, Content)],
}

/// A program: `{}` in flags and commands stands for its folder.
pub(crate) struct Recipe {
    /// That of its folder, too, unless [`Recipe::folder`] has another.
    pub(crate) name: &'static str,
    pub(crate) folder: &'static str,
    /// By their paths in the folder; `*` stands for any part of a file's name, what begins with `!` is taken
    /// out again, and what begins with `@` was made beforehand.
    pub(crate) sources: &'static [&'static str],
    pub(crate) flags: &'static [&'static str],
    /// Commands that make further sources or files, where the program is compiled.
    pub(crate) before: &'static [&'static [&'static str]],
    /// What it is run with as a process.
    pub(crate) run: Start,
    /// And on an emulated machine, which takes ten times as long and more.
    pub(crate) boot: Start,
    /// Lines with one of these words say how fast this host is, and are not compared.
    pub(crate) times: &'static [&'static str],
}

impl Recipe {
    /// Where its sources are, below the folder with all programs.
    pub(crate) fn place(&self) -> &'static str {
        if self.folder.is_empty() { self.name } else { self.folder }
    }
}

const NONE: Start = Start { args: &[], input: "", files: &[] };
const PLAIN: Recipe = Recipe {
    name: "",
    folder: "",
    sources: &[],
    flags: &[],
    before: &[],
    run: NONE,
    boot: NONE,
    times: &[],
};

const QUICKJS: &[&str] = &["-D_GNU_SOURCE", "-DCONFIG_VERSION=\"shelf\"", "-fwrapv", "-I{}"];

/// All of them.
pub(crate) const RECIPES: &[Recipe] = &[
    Recipe {
        name: "sqlite",
        sources: &["shell.c", "sqlite3.c"],
        flags: &[
            "-DSQLITE_THREADSAFE=0",
            "-DSQLITE_OMIT_LOAD_EXTENSION",
            "-DSQLITE_ENABLE_FTS5",
            "-DSQLITE_ENABLE_RTREE",
        ],
        run: Start {
            args: &["-batch", "speed.db", ".read speed.sql"],
            files: &[("speed.sql", Content::Ours("sqlite/speed.sql"))],
            ..NONE
        },
        boot: Start {
            args: &["-batch", "small.db", ".read small.sql"],
            files: &[("small.sql", Content::Ours("sqlite/small.sql"))],
            ..NONE
        },
        ..PLAIN
    },
    Recipe {
        name: "speedtest1",
        folder: "sqlite",
        sources: &["speedtest1.c", "sqlite3.c"],
        flags: &["-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_ENABLE_RTREE"],
        run: Start { args: &["--size", "2", "--verify", "speed.db"], ..NONE },
        boot: Start { args: &["--size", "1", "--verify", "speed.db"], ..NONE },
        // Each line but the hash of all results ends with a time.
        times: &["...", "Speed Test for SQLite"],
        ..PLAIN
    },
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
        ..PLAIN
    },
    Recipe {
        name: "zstd",
        sources: &[
            "lib/common/*.c",
            "lib/compress/*.c",
            "lib/decompress/*.c",
            "lib/dictBuilder/*.c",
            "programs/*.c",
        ],
        flags: &["-DZSTD_DISABLE_ASM", "-DXXH_NAMESPACE=ZSTD_", "-I{}/lib", "-I{}/lib/common"],
        run: Start {
            args: &["-q", "-f", "-9", "words.txt", "-o", "words.zst"],
            files: &[("words.txt", Content::Words(3_000_000))],
            ..NONE
        },
        boot: Start {
            args: &["-q", "-f", "-3", "words.txt", "-o", "words.zst"],
            files: &[("words.txt", Content::Words(100_000))],
            ..NONE
        },
        ..PLAIN
    },
    Recipe {
        name: "lz4",
        sources: &["lib/*.c", "programs/*.c"],
        flags: &["-I{}/lib", "-DXXH_NAMESPACE=LZ4_"],
        run: Start {
            args: &["-q", "-f", "-9", "words.txt", "words.lz4"],
            files: &[("words.txt", Content::Words(4_000_000))],
            ..NONE
        },
        boot: Start {
            args: &["-q", "-f", "-9", "words.txt", "words.lz4"],
            files: &[("words.txt", Content::Words(100_000))],
            ..NONE
        },
        ..PLAIN
    },
    Recipe {
        name: "bzip2",
        sources: &[
            "blocksort.c",
            "huffman.c",
            "crctable.c",
            "randtable.c",
            "compress.c",
            "decompress.c",
            "bzlib.c",
            "bzip2.c",
        ],
        flags: &["-D_FILE_OFFSET_BITS=64"],
        run: Start {
            args: &["-k", "-f", "words.txt"],
            files: &[("words.txt", Content::Words(4_000_000))],
            ..NONE
        },
        boot: Start {
            args: &["-k", "-f", "words.txt"],
            files: &[("words.txt", Content::Words(100_000))],
            ..NONE
        },
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
        ..PLAIN
    },
    Recipe {
        name: "coremark",
        sources: &["core_*.c", "posix/core_portme.c"],
        flags: &[
            "-I{}",
            "-I{}/posix",
            "-DITERATIONS=1000",
            "-DPERFORMANCE_RUN=1",
            "-DFLAGS_STR=\"shelf\"",
        ],
        times: &["ticks", "time", "Iterations/Sec", "CoreMark 1.0", "10 secs"],
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
        ..PLAIN
    },
    Recipe {
        name: "zlib",
        sources: &["*.c", "test/minigzip.c"],
        flags: &["-I{}", "-DHAVE_UNISTD_H"],
        run: Start {
            args: &["-9", "words.txt"],
            files: &[("words.txt", Content::Words(4_000_000))],
            ..NONE
        },
        boot: Start {
            args: &["-9", "words.txt"],
            files: &[("words.txt", Content::Words(100_000))],
            ..NONE
        },
        ..PLAIN
    },
    Recipe {
        name: "libpng",
        sources: &["png*.c", "!pngimage.c", "../zlib/*.c", "!../zlib/gz*.c"],
        flags: &["-I{}/../zlib", "-I{}", "-I.", "-DPNG_INTEL_SSE_OPT=0"],
        before: &[&["cp", "{}/scripts/pnglibconf.h.prebuilt", "pnglibconf.h"]],
        run: Start {
            args: &["pngtest.png"],
            files: &[("pngtest.png", Content::Theirs("pngtest.png"))],
            ..NONE
        },
        boot: Start {
            args: &["pngtest.png"],
            files: &[("pngtest.png", Content::Theirs("pngtest.png"))],
            ..NONE
        },
        times: &["time"],
        ..PLAIN
    },
    // By its own configuration without its clock, whose test waits for an alarm, its sockets and its assembly.
    Recipe {
        name: "mbedtls",
        sources: &["library/*.c", "programs/test/selftest.c"],
        flags: &["-I{}/include", "-I{}/library", "-I.", "-DMBEDTLS_USER_CONFIG_FILE=\"without.h\""],
        before: &[&[
            "sh",
            "-c",
            "for part in TIMING_C NET_C HAVE_ASM AESNI_C PADLOCK_C; do echo \"#undef MBEDTLS_$part\"; done > without.h",
        ]],
        ..PLAIN
    },
    Recipe {
        name: "expat",
        sources: &[
            "expat/lib/xmlparse.c",
            "expat/lib/xmlrole.c",
            "expat/lib/xmltok.c",
            "expat/xmlwf/xmlwf.c",
            "expat/xmlwf/xmlfile.c",
            "expat/xmlwf/codepage.c",
            "expat/xmlwf/unixfilemap.c",
        ],
        flags: &[
            "-I{}/expat/lib",
            "-I.",
            "-DHAVE_EXPAT_CONFIG_H",
            "-DHAVE_UNISTD_H",
            "-DXML_GE=1",
            "-DXML_DTD",
            "-DXML_NS",
            "-DXML_CONTEXT_BYTES=1024",
            "-DBYTEORDER=1234",
            "-DXML_POOR_ENTROPY",
        ],
        before: &[&["touch", "expat_config.h"]],
        run: Start {
            args: &["-m", "-d", "out", "big.xml"],
            files: &[("big.xml", Content::Ours("xml/big.xml")), ("out/x", Content::Words(1))],
            ..NONE
        },
        boot: Start {
            args: &["-m", "-d", "out", "big.xml"],
            files: &[("big.xml", Content::Ours("xml/big.xml")), ("out/x", Content::Words(1))],
            ..NONE
        },
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
        times: &["elapsed"],
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
        ..PLAIN
    },
];
