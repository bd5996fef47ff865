//! The NAS parallel benchmarks in C with OpenMP: a program a folder, of class S, which checks itself. The
//! header that says how large it is, a program of their own makes.

use std::path::Path;
use std::process::Command;

use crate::program::{Program, compile};

const NAMES: [&str; 8] = ["BT", "CG", "EP", "FT", "IS", "LU", "MG", "SP"];

pub(crate) fn programs(folder: &Path, made: &Path) -> Result<Vec<Program>, String> {
    let maker = made.join("setparams");
    let mut command = Command::new("clang-22");
    command.args(["-w", "-std=gnu89"]).arg(folder.join("sys/setparams.c")).arg("-o").arg(&maker);
    compile(&mut command)?;
    // It reads what the programs are compiled with, and looks for that beside the folder it is in.
    let settings = made.join("config");
    let to_text = |error: std::io::Error| error.to_string();
    std::fs::create_dir_all(&settings).map_err(to_text)?;
    std::fs::copy(folder.join("config/make.def"), settings.join("make.def")).map_err(to_text)?;
    let common = folder.join("common");
    let program = |name: &&str| {
        let (own, small) = (made.join(name), name.to_lowercase());
        std::fs::create_dir_all(&own).map_err(to_text)?;
        compile(Command::new(&maker).args([&small, "S"]).current_dir(&own))?;
        let helpers = ["c_print_results.c", "c_timers.c", "wtime.c", "c_randdp.c"];
        // One has its own random numbers, under the same name.
        let used = if *name == "IS" { 3 } else { 4 };
        let mut sources = vec![folder.join(name).join(format!("{small}.c"))];
        sources.extend(helpers[..used].iter().map(|file| common.join(file)));
        Ok(Program {
            name: (*name).into(),
            sources,
            flags: vec![
                // Before the folder's own, which may have the header of another class.
                format!("-I{}", own.display()),
                format!("-I{}", common.display()),
                format!("-I{}", folder.join(name).display()),
                "-std=gnu89".into(),
            ],
            args: Vec::new(),
            folder: own,
            is_answer,
        })
    };
    NAMES.iter().filter(|name| folder.join(name).is_dir()).map(program).collect()
}

fn is_answer(line: &str) -> bool {
    !["ime", "Mop", "ate", "hreads", "Compil"].iter().any(|word| line.contains(word))
}
