//! `bareflow doctor`: what is here, what is missing, what each missing thing would give, and how to get
//! it.

use std::collections::BTreeMap;

use bareflow_host::system::System;
use bareflow_host::tools::{Purpose, TOOLS, Tool, version};
use serde::Serialize;

use crate::artefacts::{Artefacts, checkout};
use crate::failure::{Exit, Failure};
use crate::ui::Ui;

/// Says what is here and what is missing.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow doctor                    what is here, and what to install for the rest
  bareflow doctor --system fedora    with the commands of another system
  bareflow doctor --json             one object: everything, for all systems

Ends with 4 when something is missing that run, image, boot, grow or shrink need.")]
pub struct Args {
    /// Show the commands of this system: debian, fedora, arch, nix, macos
    #[arg(long, value_name = "NAME", value_parser = system)]
    system: Option<System>,
}

fn system(name: &str) -> Result<System, String> {
    let known = System::ALL.into_iter().find(|system| system.name() == name);
    known.ok_or_else(|| format!("one of {}", System::ALL.map(System::name).join(", ")))
}

/// All that was looked at.
#[derive(Serialize)]
struct Examined {
    version: &'static str,
    /// This system, where its packages are known.
    system: Option<&'static str>,
    /// Where kernel, loader, C library and modules come from.
    artefacts: String,
    /// By command, whether it has what it needs.
    ready: BTreeMap<&'static str, bool>,
    things: Vec<Thing>,
}

/// One thing that is here or missing.
#[derive(Serialize)]
struct Thing {
    name: String,
    /// `artefact`, or what a program of the system is for: `compile`, `boot`, `look`, `llvm`, `test`.
    kind: &'static str,
    here: bool,
    /// Where it is, and what it says of its version.
    found: Option<String>,
    /// What it gives.
    gives: &'static str,
    /// Commands that get it, by system.
    get: BTreeMap<&'static str, String>,
}

/// Artefacts: names, what they give, and what builds them in a checkout.
const ARTEFACTS: [(&str, &str, &str, &str); 6] = [
    ("kernel", "kernel.bin", "images that grow", "kernel"),
    ("loader", "stage2.bin", "images that boot", "boot"),
    ("C library", "libc.bc", "run, image, link: what programs are linked with", "modules"),
    ("C++ library", "libcxx.bc", "programs in C++ (100 MB of sources are loaded)", "cxx"),
    ("twelve modules", "modules/manifest.json", "demo, bench", "modules"),
    (
        "LLVM",
        "compilers/llvm",
        "LLVM as a compiler of the engine: --compilers O3=llvm",
        "compilers",
    ),
];

/// Looks at everything, builds and installs nothing.
///
/// # Errors
/// None.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let examined = examine();
    ui.result(&examined, || text(&examined, args.system.or_else(System::of_this_machine)));
    let ready = ["run", "image", "boot"].into_iter().all(|command| examined.ready[command]);
    Ok(if ready { Exit::Success } else { Exit::Missing })
}

fn examine() -> Examined {
    let artefacts = Artefacts::locate();
    let mut things = Vec::new();
    for (name, file, gives, part) in ARTEFACTS {
        let here = artefacts.has(file);
        let command = match checkout().join("xtask").is_dir() {
            true => format!("cargo xtask build {part}"),
            false => format!("cargo xtask dist, in a checkout where {part} is built"),
        };
        things.push(Thing {
            name: name.to_owned(),
            kind: "artefact",
            here,
            found: here.then(|| artefacts.describe()),
            gives,
            get: System::ALL.into_iter().map(|system| (system.name(), command.clone())).collect(),
        });
    }
    things.extend(TOOLS.iter().map(tool));
    things.push(kvm());
    let here = |name: &str| things.iter().any(|thing| thing.name == name && thing.here);
    // In a checkout, a missing artefact is built when it is wanted.
    let buildable = checkout().join("xtask").is_dir() && here("clang-22");
    let has = |name: &str| here(name) || buildable;
    let emulator = bareflow_emulator::qemu().is_ok();
    let ready = BTreeMap::from([
        ("run", has("C library")),
        ("image", has("kernel") && has("loader") && has("C library")),
        ("boot", emulator),
        ("grow", emulator),
        // Everything that an image of native code needs is in the shrinker.
        ("shrink", true),
        ("demo", has("kernel") && has("loader") && has("twelve modules")),
        ("compile", here("clang-22")),
    ]);
    Examined {
        version: env!("CARGO_PKG_VERSION"),
        system: System::of_this_machine().map(System::name),
        artefacts: artefacts.describe(),
        ready,
        things,
    }
}

fn tool(tool: &Tool) -> Thing {
    let found = tool.find();
    // Starting a browser to hear its version takes a second.
    let asks = tool.purpose < Purpose::Llvm;
    let said = found.as_deref().filter(|_| asks).filter(|path| path.is_file()).and_then(version);
    let get = System::ALL
        .into_iter()
        .filter_map(|system| Some((system.name(), system.install(&[tool.package(system)?]))));
    Thing {
        name: tool.name.to_owned(),
        kind: tool.purpose.name(),
        here: found.is_some(),
        found: found.map(|path| match said {
            Some(said) => format!("{} ({said})", path.display()),
            None => path.display().to_string(),
        }),
        gives: tool.gives,
        get: get.collect(),
    }
}

fn kvm() -> Thing {
    let state = bareflow_emulator::kvm();
    Thing {
        name: "KVM".to_owned(),
        kind: "boot",
        here: state.is_ok(),
        found: state.is_ok().then(|| "runs kernels".to_owned()),
        gives: "boots at the processor's own speed instead of an emulation's",
        get: match state {
            Ok(()) => BTreeMap::new(),
            Err(why) => BTreeMap::from([("here", why.to_owned())]),
        },
    }
}

fn text(examined: &Examined, system: Option<System>) -> String {
    let mut text = format!(
        "bareflow {}; kernel, loader, C library and modules: {}\n",
        examined.version, examined.artefacts
    );
    let width = examined.things.iter().map(|thing| thing.name.chars().count()).max().unwrap_or(0);
    for thing in examined.things.iter().filter(|thing| thing.here) {
        let found = thing.found.as_deref().unwrap_or_default();
        text += &format!("  here     {:width$}  {found}\n", thing.name);
    }
    for thing in examined.things.iter().filter(|thing| !thing.here) {
        text += &format!("  missing  {:width$}  {}\n", thing.name, thing.gives);
        let own = |system: System| thing.get.get(system.name());
        let how: Vec<String> = match (thing.get.get("here"), system) {
            (Some(why), _) => vec![why.clone()],
            (None, Some(system)) => own(system).cloned().into_iter().collect(),
            (None, None) => {
                let line = |(system, command): (&&str, &String)| format!("{system}: {command}");
                thing.get.iter().map(line).collect()
            }
        };
        if how.is_empty() {
            text += &format!("  {:8} {:width$}    this system has no package of it\n", "", "");
        }
        for how in how {
            text += &format!("  {:8} {:width$}    {how}\n", "", "");
        }
    }
    let named = |ready: bool| {
        let all = examined.ready.iter().filter(|(_, is)| **is == ready).map(|(name, _)| *name);
        all.collect::<Vec<_>>().join(", ")
    };
    text += &format!("ready: {}", named(true));
    if examined.ready.values().any(|ready| !ready) {
        text += &format!("\nnot ready: {}", named(false));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something with a package, something that only Debian has, and something that is here.
    fn examined() -> Examined {
        let thing = |name: &str, here, get: &[(&'static str, &str)]| Thing {
            name: name.to_owned(),
            kind: "test",
            here,
            found: here.then(|| "/somewhere".to_owned()),
            gives: "something",
            get: get.iter().map(|(system, how)| (*system, (*how).to_owned())).collect(),
        };
        Examined {
            version: "1",
            system: None,
            artefacts: "nowhere".to_owned(),
            ready: BTreeMap::from([("boot", false), ("run", true)]),
            things: vec![
                thing("a", false, &[("debian", "get a"), ("arch", "fetch a")]),
                thing("b", false, &[("debian", "get b")]),
                thing("c", true, &[]),
            ],
        }
    }

    #[test]
    fn what_is_missing_is_said_with_the_systems_own_command() {
        let debian = text(&examined(), Some(System::Debian));
        assert!(debian.contains("get a") && debian.contains("get b"), "{debian}");
        assert!(!debian.contains("fetch"), "{debian}");
        let arch = text(&examined(), Some(System::Arch));
        assert!(arch.contains("fetch a") && arch.contains("no package of it"), "{arch}");
        let unknown = text(&examined(), None);
        assert!(unknown.contains("debian: get a") && unknown.contains("arch: fetch a"));
        assert!(unknown.contains("here     c  /somewhere"), "{unknown}");
        assert!(unknown.ends_with("ready: run\nnot ready: boot"), "{unknown}");
    }
}
