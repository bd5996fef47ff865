//! Puts the files of the folder that `BAREFLOW_EMBED` names into the kernel.
//!
//! The folder is laid out like a disk: `modules/*.bc`, `boot/manifest.json`, `boot/lib/*.bc`.
//! Without the variable there are none.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=BAREFLOW_EMBED");
    println!("cargo::rerun-if-changed=link.ld");
    let mut entries = String::new();
    if let Some(folder) = env::var_os("BAREFLOW_EMBED") {
        let folder = fs::canonicalize(folder)?;
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        collect(&folder, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(&folder).map_err(io::Error::other)?;
            let name = name.to_str().ok_or_else(|| io::Error::other("a file name is not UTF-8"))?;
            entries += &format!("    ({:?}, include_bytes!({:?})),\n", format!("/{name}"), file);
        }
    }
    let text = format!(
        "/// Path from the root, and content.\n\
         pub static FILES: &[(&str, &[u8])] = &[\n{entries}];\n"
    );
    let out =
        env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| io::Error::other("no OUT_DIR"))?;
    fs::write(out.join("embedded.rs"), text)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
