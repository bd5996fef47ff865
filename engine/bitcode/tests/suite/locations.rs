//! Lines of sources, as LLVM's own disassembler shows them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::process::Command;

use bareflow_bitcode::read;
use bareflow_ir::Module;

use crate::common::{compile, compile_with, fixture, in_parallel, scratch, succeed};
use crate::compilers::{C, CLANGS};

/// Line and column of a location, and those of the calls it was inlined through.
type Chain = Vec<(u32, u32)>;

/// The locations of each function's instructions.
type Found = BTreeMap<String, BTreeSet<Chain>>;

fn ours(module: &Module) -> Found {
    let defined = module.funcs.iter().filter(|func| !func.is_declaration());
    let chain = |at| module.locations.chain(at).map(|at| (at.line, at.column)).collect();
    let all = defined.map(|func| {
        let chains = func.instrs.iter().filter_map(|instr| instr.location).map(chain);
        (func.name.clone(), chains.collect())
    });
    all.collect()
}

/// A field of a line of metadata: `line: 12`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let at = text.find(&format!("{name}: "))? + name.len() + 2;
    text[at..].split([',', ')']).next()
}

/// What `llvm-dis` shows.
fn theirs(bitcode: &[u8]) -> Found {
    let file = scratch("located.bc");
    std::fs::write(&file, bitcode).expect("a temporary file");
    let text = succeed(Command::new("llvm-dis-22").arg(&file).args(["-o", "-"])).stdout;
    let text = String::from_utf8_lossy(&text);
    let locations: HashMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .filter(|(_, node)| node.trim_start_matches("distinct ").starts_with("!DILocation("))
        .collect();
    let chain = |id: &str| {
        let mut chain = Chain::new();
        let mut next = Some(id);
        while let Some(node) = next.and_then(|id| locations.get(id)) {
            let number = |name| field(node, name).map_or(0, |text| text.parse().unwrap_or(0));
            chain.push((number("line"), number("column")));
            next = field(node, "inlinedAt");
        }
        chain
    };
    let mut found = Found::new();
    let mut function = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("define ") {
            let name = rest.split_once('@').expect("a name").1.split('(').next();
            function = name.map(str::to_owned);
            found.entry(function.clone().expect("a name")).or_default();
        } else if line == "}" {
            function = None;
        } else if let (Some(name), Some((instr, id))) = (&function, line.rsplit_once("!dbg "))
            && !instr.contains("@llvm.dbg")
        {
            let id = id.split([',', ' ']).next().unwrap_or(id);
            found.entry(name.clone()).or_default().insert(chain(id));
        }
    }
    found
}

#[test]
fn every_instruction_has_the_line_that_llvm_says() {
    // What only holds compilers back is no instruction any more, and has no line.
    let names = C.iter().filter(|name| **name != "barriers.c");
    let pairs: Vec<_> = names.flat_map(|name| CLANGS.map(|by| (*name, by))).collect();
    in_parallel(pairs, |(name, producer)| {
        let bitcode = compile_with(name, producer, &["-g"]);
        let module = read(&bitcode).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (ours, theirs) = (ours(&module), theirs(&bitcode));
        for (function, theirs) in &theirs {
            let differing: Vec<_> = theirs.symmetric_difference(&ours[function]).collect();
            assert_eq!(differing, Vec::<&Chain>::new(), "{function} in {name} by {producer:?}");
        }
        let path = fixture(name).display().to_string();
        assert!(module.locations.files.contains(&path), "{:?}", module.locations.files);
    });
}

#[test]
fn without_debug_information_there_are_no_lines_and_the_same_code() {
    // What older compilers say of variables is a call of a function that is nothing.
    let text = |bitcode: &[u8]| {
        let text = read(bitcode).expect("a module").to_string();
        let lines = text.split("\n\n").filter(|piece| !piece.contains("@llvm.dbg."));
        lines.collect::<Vec<_>>().join("\n\n")
    };
    in_parallel(C.to_vec(), |name| {
        for producer in CLANGS {
            // Older optimisers are led astray by what says where variables are.
            if producer.level != "0" && ["clang-14", "clang-16"].contains(&producer.program) {
                continue;
            }
            let plain = compile(name, producer);
            assert!(ours(&read(&plain).expect("a module")).values().all(BTreeSet::is_empty));
            let with = compile_with(name, producer, &["-g"]);
            assert!(text(&plain) == text(&with), "{name} by {producer:?}");
        }
    });
}
