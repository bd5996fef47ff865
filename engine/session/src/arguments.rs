//! What programs are started with: what the manifest says, unless whoever boots the machine says
//! otherwise.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_profile::Level;
use bareflow_program::Start;
use serde::{Deserialize, Serialize};

use crate::image::Image;
use crate::{Manifest, ModuleEntry};

/// What whoever starts a machine has to say to it, beyond what its disk says.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Orders {
    /// Arguments of `main`, in the place of the manifest's.
    pub args: Option<Vec<String>>,
    /// Environment variables, `NAME=value` each, that come to those of the manifest or replace
    /// them.
    pub env: Vec<String>,
    /// Compilers by the level they serve, in the place of the manifest's.
    pub compilers: Option<Vec<(Level, String)>>,
    /// Whether standard input, output and error are a terminal.
    pub terminal: [bool; 3],
    /// Milliseconds between records of how it goes, which somebody watches; 0: nobody does.
    pub progress_ms: u32,
    /// Whether what processors are busy with is to be recorded.
    pub lanes: bool,
}

impl Orders {
    /// Carries out what they say of programs.
    pub fn apply(&self, manifest: &mut Manifest) {
        if let Some(args) = &self.args {
            for module in manifest.modules.iter_mut().filter(|module| module.arg.is_none()) {
                module.args.clone_from(args);
            }
        }
        for variable in &self.env {
            set(&mut manifest.env, variable);
        }
        if self.progress_ms > 0 {
            manifest.progress_ms = self.progress_ms;
        }
        manifest.lanes |= self.lanes;
        if let Some(compilers) = &self.compilers {
            manifest.compilers.clone_from(compilers);
        }
    }
}

/// Sets a variable: in the place of one of the same name, if there is one.
fn set(env: &mut Vec<String>, variable: &str) {
    let name = |variable: &str| variable.split('=').next().map(ToString::to_string);
    match env.iter_mut().find(|old| name(old) == name(variable)) {
        Some(old) => *old = variable.into(),
        None => env.push(variable.into()),
    }
}

/// The settings that a snapshot has of it: with what its programs ran, and an image made of it will
/// run. Those that are empty are left out.
pub(crate) fn settings(manifest: &Manifest) -> Vec<(String, String)> {
    let args: Vec<&Vec<String>> = manifest.modules.iter().map(|module| &module.args).collect();
    let mut settings = Vec::new();
    // Lists of strings always have a form in JSON.
    if args.iter().any(|args| !args.is_empty()) {
        settings.push(("args".into(), serde_json::to_string(&args).unwrap_or_default()));
    }
    if !manifest.env.is_empty() {
        settings.push(("env".into(), serde_json::to_string(&manifest.env).unwrap_or_default()));
    }
    settings
}

/// Lays out what a program's `main` is called with, for good, and points the C library's variables
/// at it; the arguments of the call.
pub(crate) fn lay_out(manifest: &Manifest, index: usize, image: &Image) -> [u64; 3] {
    let none = ModuleEntry::default();
    let entry = manifest.modules.get(index).unwrap_or(&none);
    let start = Start::new(&image.program.name, &entry.args, &manifest.env);
    let bytes = start.bytes.len();
    // A program may keep any of its addresses to its end, which is the session's. Words, so that
    // the lists are aligned.
    let block = Box::leak(alloc::vec![0_u64; bytes.div_ceil(8)].into_boxed_slice());
    let base = block.as_mut_ptr() as u64;
    // SAFETY: the block has at least as many bytes, and addresses lie in whole words of it.
    unsafe {
        core::ptr::copy_nonoverlapping(start.bytes.as_ptr(), base as *mut u8, bytes);
        for (at, target) in &start.addresses {
            (base as *mut u64).byte_add(*at).write(base + *target as u64);
        }
    }
    for (name, target) in start.variables {
        if let Some(address) = image.symbol(name).filter(|address| *address != 0) {
            // SAFETY: a variable of the program, a pointer by the name that it has, which nobody
            // uses before the program runs.
            unsafe { (address as *mut u64).write_unaligned(base + target as u64) };
        }
    }
    [start.count as u64, base, base + start.environment as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_go_before_the_manifest() {
        let main = ModuleEntry { args: Vec::from(["old".into()]), ..ModuleEntry::default() };
        let entry = ModuleEntry { arg: Some(3), ..ModuleEntry::default() };
        let env = Vec::from(["A=1".into(), "AB=2".into()]);
        let mut manifest =
            Manifest { modules: Vec::from([main, entry]), env, ..Manifest::default() };
        Orders::default().apply(&mut manifest);
        assert_eq!(manifest.modules[0].args, ["old"]);
        let orders = Orders {
            args: Some(Vec::from(["new".into()])),
            env: Vec::from(["A=3".into(), "C=".into()]),
            ..Orders::default()
        };
        orders.apply(&mut manifest);
        assert_eq!(manifest.modules[0].args, ["new"]);
        assert!(manifest.modules[1].args.is_empty());
        assert_eq!(manifest.env, ["A=3", "AB=2", "C="]);
        let settings = settings(&manifest);
        assert_eq!(settings[0], ("args".into(), r#"[["new"],[]]"#.into()));
        assert_eq!(settings[1], ("env".into(), r#"["A=3","AB=2","C="]"#.into()));
    }
}
