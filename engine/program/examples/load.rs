//! How long loading a program takes, and how much of that goes to finding out whether all that it
//! can reach can be run: `load LIBRARY PROGRAM...`.

use std::time::Instant;

use bareflow_program::{Library, Part, Source, load};

fn part(path: &String) -> Part {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Part { file: path.clone(), bytes }
}

fn main() {
    const ROUNDS: usize = 5;
    let files: Vec<String> = std::env::args().skip(1).collect();
    let [library, programs @ ..] = &files[..] else { panic!("load LIBRARY PROGRAM...") };
    for path in programs {
        let mut best = [f64::MAX; 2];
        let (mut functions, mut bytes) = (0, 0);
        for _ in 0..ROUNDS {
            let library = Library::read(vec![part(library)]).expect("a library");
            let source =
                Source { name: path.clone(), parts: vec![part(path)], ..Source::default() };
            bytes = source.parts[0].bytes.len();
            let start = Instant::now();
            let program = load(&source, &library).unwrap_or_else(|error| panic!("{error}"));
            best[0] = best[0].min(start.elapsed().as_secs_f64());
            let start = Instant::now();
            assert_eq!(bareflow_interp::check_all(&program.module), []);
            best[1] = best[1].min(start.elapsed().as_secs_f64());
            functions = program.module.funcs.len();
        }
        let [whole, check] = best.map(|seconds| seconds * 1e3);
        println!(
            "{path}: {bytes} bytes, {functions} functions: {whole:.2} ms, {check:.2} of them checking"
        );
    }
}
