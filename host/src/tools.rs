//! Programs and files of the system that the project can use: what each gives, and which package of
//! which system has it. `bareflow doctor` shows this table, `cargo xtask setup` installs from it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::system::System;

/// What something is for. Each purpose can do without the ones after it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Purpose {
    /// Building the C library and the modules, and programs of one's own.
    Compile,
    /// Booting images.
    Boot,
    /// Looking closer: a debugger.
    Look,
    /// Building LLVM as a compiler of the engine.
    Llvm,
    /// The project's own tests and comparisons.
    Test,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Compile, Self::Boot, Self::Look, Self::Llvm, Self::Test];

    /// As scripts name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Boot => "boot",
            Self::Look => "look",
            Self::Llvm => "llvm",
            Self::Test => "test",
        }
    }
}

/// A program or a file of the system.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// What it is called.
    pub name: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// What it gives, in a few words.
    pub gives: &'static str,
    /// Programs in the search path of which any will do.
    programs: &'static [&'static str],
    /// Where programs are called without a version, they must say this one.
    version: Option<&'static str>,
    /// Files of which any will do, beside programs.
    files: &'static [&'static str],
    /// Packages by system, in the order of [`System::ALL`]; empty: the system has none.
    packages: [&'static str; 5],
}

/// A tool that every system has under its own name.
const fn program(
    name: &'static str,
    purpose: Purpose,
    gives: &'static str,
    packages: [&'static str; 5],
) -> Tool {
    Tool { name, purpose, gives, programs: &[], version: None, files: &[], packages }
}

/// All of them.
pub const TOOLS: &[Tool] = &[
    Tool {
        programs: &["clang-22", "clang"],
        version: Some("22."),
        ..program(
            "clang-22",
            Purpose::Compile,
            "the C library and the modules, from source; C programs of your own",
            ["clang-22", "clang", "clang", "llvmPackages_22.clang", "llvm@22"],
        )
    },
    Tool {
        files: &["/usr/include/stdio.h"],
        ..program(
            "stdio.h",
            Purpose::Compile,
            "headers for C programs of your own",
            ["libc6-dev", "glibc-devel", "glibc", "glibc.dev", ""],
        )
    },
    program(
        "qemu-system-x86_64",
        Purpose::Boot,
        "boots images: boot, grow, demo, shrink --verify",
        ["qemu-system-x86", "qemu-system-x86", "qemu-system-x86", "qemu", "qemu"],
    ),
    program(
        "gdb",
        Purpose::Look,
        "a debugger on the machine: boot --gdb",
        ["gdb", "gdb", "gdb", "gdb", ""],
    ),
    Tool {
        files: &["/usr/lib/llvm-22/lib/libLLVMX86CodeGen.a"],
        ..program(
            "LLVM 22's archives",
            Purpose::Llvm,
            "LLVM as a compiler of the engine: --compilers O3=llvm",
            ["llvm-22-dev", "", "", "", ""],
        )
    },
    Tool {
        programs: &["llvm-config-22"],
        ..program("llvm-config-22", Purpose::Llvm, "links the above", ["llvm-22", "", "", "", ""])
    },
    Tool {
        programs: &["ld.lld-22"],
        ..program("ld.lld-22", Purpose::Llvm, "links the above", ["lld-22", "lld", "lld", "", ""])
    },
    Tool {
        files: &["/usr/lib/x86_64-linux-gnu/libz.a"],
        ..program("libz.a", Purpose::Llvm, "is linked to the above", ["zlib1g-dev", "", "", "", ""])
    },
    Tool {
        files: &["/usr/lib/x86_64-linux-gnu/libzstd.a"],
        ..program(
            "libzstd.a",
            Purpose::Llvm,
            "is linked to the above",
            ["libzstd-dev", "", "", "", ""],
        )
    },
    program("clang-19", Purpose::Test, "tests: bitcode of older compilers", only("clang-19")),
    program("clang-16", Purpose::Test, "tests: bitcode of older compilers", only("clang-16")),
    program("clang-14", Purpose::Test, "tests: bitcode of older compilers", only("clang-14")),
    program("llvm-as-14", Purpose::Test, "tests: layouts of older bitcode", only("llvm-14")),
    program("llvm-dis-22", Purpose::Test, "tests: bitcode that is written", only("llvm-22")),
    Tool {
        files: &["/usr/lib/llvm-22/lib/libomp.so"],
        ..program(
            "libomp",
            Purpose::Test,
            "tests: parallel programs, natively",
            only("libomp-22-dev"),
        )
    },
    program(
        "pip3",
        Purpose::Test,
        "the C++ library, whose sources it loads (cargo xtask build cxx), and the model of demo --llm",
        ["python3-pip", "python3-pip", "python-pip", "python3Packages.pip", "python3"],
    ),
    program(
        "mdir",
        Purpose::Test,
        "tests: disks, as others read them",
        ["mtools", "mtools", "mtools", "mtools", "mtools"],
    ),
    program(
        "fsck.fat",
        Purpose::Test,
        "tests: disks, as others check them",
        ["dosfstools", "dosfstools", "dosfstools", "dosfstools", "dosfstools"],
    ),
    program(
        "csmith",
        Purpose::Test,
        "tests: random programs",
        ["csmith", "csmith", "", "csmith", "csmith"],
    ),
    Tool {
        files: &["/usr/include/csmith/csmith.h"],
        ..program("csmith.h", Purpose::Test, "tests: random programs", only("libcsmith-dev"))
    },
    Tool {
        programs: &["chromium", "chromium-browser", "google-chrome"],
        ..program(
            "chromium",
            Purpose::Test,
            "tests: pages, looked at and clicked through",
            ["chromium", "chromium", "chromium", "chromium", "chromium"],
        )
    },
];

/// A package that Debian alone has by this name.
const fn only(debian: &'static str) -> [&'static str; 5] {
    [debian, "", "", "", ""]
}

impl Tool {
    /// Where it is, if it is there.
    #[must_use]
    pub fn find(&self) -> Option<PathBuf> {
        if let Some(file) = self.files.iter().map(Path::new).find(|file| file.exists()) {
            return Some(file.to_owned());
        }
        let own = [self.name];
        let names = match self.programs {
            [] if self.files.is_empty() => &own,
            names => names,
        };
        let mut found = names.iter().filter_map(|name| in_search_path(name));
        match self.version {
            None => found.next(),
            Some(wanted) => found.find(|path| {
                version(path).is_some_and(|text| {
                    text.split_whitespace().any(|word| word.starts_with(wanted))
                })
            }),
        }
    }

    /// The package that has it on a system; `None`: it has none.
    #[must_use]
    pub fn package(&self, system: System) -> Option<&'static str> {
        let at = System::ALL.iter().position(|one| *one == system)?;
        Some(self.packages[at]).filter(|package| !package.is_empty())
    }
}

/// A program of the search path. Some systems keep those for administrators elsewhere, which is
/// looked at, too.
#[must_use]
pub fn in_search_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The first line of what a program says of its version.
#[must_use]
pub fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find(|line| !line.trim().is_empty()).map(|line| line.trim().to_owned())
}

/// clang of LLVM 22, which reads what rustc writes.
#[must_use]
pub fn clang() -> Option<PathBuf> {
    TOOLS.iter().find(|tool| tool.name == "clang-22")?.find()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_gives_and_has_a_package() {
        for tool in TOOLS {
            assert!(tool.gives.len() > 8, "{}", tool.name);
            assert!(tool.package(System::Debian).is_some(), "{}", tool.name);
        }
        // What everybody needs is named for everybody.
        for tool in TOOLS.iter().filter(|tool| tool.name != "stdio.h") {
            let named = System::ALL.iter().all(|system| tool.package(*system).is_some());
            assert!(named || tool.purpose >= Purpose::Look, "{}", tool.name);
        }
        let mut names: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TOOLS.len());
    }

    #[test]
    fn a_program_is_found_by_its_name_or_not_at_all() {
        let none = program("no-such-program-here", Purpose::Test, "nothing", only("none"));
        assert_eq!(none.find(), None);
        assert!(in_search_path("sh").is_some());
        let wrong = Tool { programs: &["sh"], version: Some("no version 22."), ..none };
        assert_eq!(wrong.find(), None);
    }
}
