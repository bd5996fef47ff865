//! What packs and unpacks, and a processor's benchmark.

use crate::recipe::{Content, NONE, PLAIN, Recipe, Start};

const MANY_PICTURES: [&str; 301] = {
    let mut all = ["pngtest.png"; 301];
    all[0] = "-m";
    all
};

pub(super) const RECIPES: &[Recipe] = &[
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
        long: Start {
            args: &["-q", "-f", "-9", "words.txt", "-o", "words.zst"],
            files: &[("words.txt", Content::Words(30_000_000))],
            ..NONE
        },
        idle: Start {
            args: &["-q", "-f", "empty", "-o", "empty.zst"],
            files: &[("empty", Content::Words(0))],
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
        long: Start {
            args: &["-q", "-f", "-9", "words.txt", "words.lz4"],
            files: &[("words.txt", Content::Words(20_000_000))],
            ..NONE
        },
        idle: Start {
            args: &["-q", "-f", "empty", "empty.lz4"],
            files: &[("empty", Content::Words(0))],
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
        long: Start {
            args: &["-k", "-f", "words.txt"],
            files: &[("words.txt", Content::Words(12_000_000))],
            ..NONE
        },
        idle: Start {
            args: &["-k", "-f", "empty"],
            files: &[("empty", Content::Words(0))],
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
        long: Start {
            args: &["-9", "words.txt"],
            files: &[("words.txt", Content::Words(16_000_000))],
            ..NONE
        },
        idle: Start { args: &["-9", "empty"], files: &[("empty", Content::Words(0))], ..NONE },
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
        long: Start {
            args: &MANY_PICTURES,
            files: &[("pngtest.png", Content::Theirs("pngtest.png"))],
            ..NONE
        },
        idle: Start { args: &["none.png"], ..NONE },
        times: &["time"],
        ..PLAIN
    },
    Recipe {
        name: "coremark",
        sources: &["core_*.c", "posix/core_portme.c"],
        flags: &["-I{}", "-I{}/posix", "-DPERFORMANCE_RUN=1", "-DFLAGS_STR=\"shelf\""],
        run: Start { args: &["0", "0", "0x66", "4000"], ..NONE },
        boot: Start { args: &["0", "0", "0x66", "400"], ..NONE },
        long: Start { args: &["0", "0", "0x66", "40000"], ..NONE },
        idle: Start { args: &["0", "0", "0x66", "1"], ..NONE },
        // Whether it ran for ten seconds, which it takes for an error of its own, is none of ours.
        times: &[
            "ticks",
            "time",
            "Iterations/Sec",
            "CoreMark 1.0",
            "10 secs",
            "Errors detected",
            "Correct operation",
        ],
        ..PLAIN
    },
];
