//! Any folder of C programs: each file, and each folder of files, is one.

use std::path::{Path, PathBuf};

use crate::program::Program;

fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<PathBuf> = list.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|name| name == "c")
}

pub(crate) fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    for path in listed(folder)? {
        let own = if path.is_dir() { path.clone() } else { folder.to_owned() };
        let files = if path.is_dir() { listed(&path)? } else { vec![path.clone()] };
        let sources: Vec<PathBuf> = files.into_iter().filter(|file| is_source(file)).collect();
        if sources.is_empty() {
            continue;
        }
        programs.push(Program {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            sources,
            flags: vec![format!("-I{}", own.display())],
            args: Vec::new(),
            folder: own,
            is_answer: |_| true,
        });
    }
    Ok(programs)
}
