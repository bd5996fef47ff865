//! Conformity tests of others, kept elsewhere: each program natively and as bitcode, at every level.
//!
//! `cargo run --release -p bareflow-tests --example conformity -- FOLDER...` takes folders of programs that
//! check themselves or print what can be compared: gcc's torture programs (`gcc.c-torture/execute`, also
//! as they lie in LLVM's test suite), c-testsuite, LLVM's `SingleSource`. Every `.c` file in them is a program
//! (with `--cxx`, every C++ file, on the library that `cargo xtask build cxx` makes); what clang does not compile, what natively does not end, fails its own
//! check or says something else each time is left out. The native program is made from the same bitcode, so what C does
//! not define was decided in both alike; of C++ from the source, on the system's library.
//!
//! A program is passed when it ends at all levels as it does natively, with the same output; refused when it
//! does not begin, and the reasons are counted; different otherwise. Status 1 when some is different.
//!
//! ```text
//! --opt O0,O2         optimisation of the bitcode       --levels interp,O1,O3,auto   and llvm: O3 by LLVM
//! --only TEXT         files whose path contains it      --every N  every so manieth of them
//! --flags "-m..."     more for clang                    --jobs N   programs at a time (2)
//! --limit S           seconds that ours may take (60)   --cxx      C++ instead of C
//! ```

mod case;
mod options;
mod summary;

use std::sync::Mutex;

use bareflow_tests::place;
use options::Options;
use summary::Summary;

fn main() -> Result<(), String> {
    let options = Options::of(std::env::args().skip(1))?;
    let mut sources = case::sources(&options)?;
    let all = sources.len();
    // Taken from the end.
    sources.reverse();
    place::artefacts()?;
    place::tool("bareflow")?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (queue, summary) = (Mutex::new(sources), Mutex::new(Summary::default()));
    let work = || loop {
        let next = queue.lock().ok().and_then(|mut queue| queue.pop());
        let Some(source) = next else { return };
        let results = case::run(&source, &options, folder.path());
        if let Ok(mut summary) = summary.lock() {
            summary.add(&source, results);
        }
    };
    std::thread::scope(|scope| (0..options.jobs).for_each(|_| drop(scope.spawn(work))));
    let summary = summary.into_inner().map_err(|_| "a test panicked")?;
    summary.print(all);
    match summary.different() {
        0 => Ok(()),
        number => Err(format!("{number} runs different")),
    }
}
