//! Databases, and what reads and checks texts.

use crate::recipe::{Content, NONE, PLAIN, Recipe, Start};

/// For the shell of SQLite.
const SQL: &str = ".read speed.sql";

const MANY_TEXTS: [&str; 203] = {
    let mut all = ["big.xml"; 203];
    (all[0], all[1], all[2]) = ("-m", "-d", "out");
    all
};

pub(super) const RECIPES: &[Recipe] = &[
    Recipe {
        name: "sqlite",
        sources: &["shell.c", "sqlite3.c"],
        flags: &[
            "-DSQLITE_THREADSAFE=0",
            "-DSQLITE_OMIT_LOAD_EXTENSION",
            "-DSQLITE_ENABLE_FTS5",
            "-DSQLITE_ENABLE_RTREE",
        ],
        // Where its settings would be. Without, it asks the system where users live, and complains of none.
        env: &["HOME=/"],
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
        long: Start {
            args: &["-batch", "speed.db", SQL, SQL, SQL, SQL],
            files: &[("speed.sql", Content::Ours("sqlite/speed.sql"))],
            ..NONE
        },
        idle: Start { args: &["-batch", ":memory:", "SELECT 1"], ..NONE },
        ..PLAIN
    },
    Recipe {
        name: "speedtest1",
        folder: "sqlite",
        sources: &["speedtest1.c", "sqlite3.c"],
        flags: &["-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_ENABLE_RTREE"],
        run: Start { args: &["--size", "2", "--verify", "speed.db"], ..NONE },
        boot: Start { args: &["--size", "1", "--verify", "speed.db"], ..NONE },
        long: Start { args: &["--size", "40", "--verify", "speed.db"], ..NONE },
        idle: Start { args: &["--help"], ..NONE },
        // Each line but the hash of all results ends with a time.
        times: &["...", "Speed Test for SQLite"],
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
        long: Start {
            args: &MANY_TEXTS,
            files: &[("big.xml", Content::Ours("xml/big.xml")), ("out/x", Content::Words(1))],
            ..NONE
        },
        idle: Start { args: &["empty"], files: &[("empty", Content::Words(0))], ..NONE },
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
        idle: Start { args: &["nothing"], ..NONE },
        ..PLAIN
    },
];
