//! The C++ library: libc++ and libc++abi of LLVM 22, as bitcode, `target/bareflow/libcxx.bc`.
//!
//! Their sources are not the project's and nothing of them is in it. They come with Zig's compiler, as PyPI has
//! it: headers and sources of one version, that of the compiler here, in a file of 100 MB, of which 4 MB are
//! used (Debian's source package of LLVM has them in 170 MB, its packages have no sources of the library). pip loads
//! it once, into `target/cxx`, and checks its hash.
//!
//! All is compiled as it is, but for what reads tables of exceptions, which no program here has: in its place is
//! `images/cxx/takes.cpp`. The headers lie beside the library, with the settings it was built with, and `flags`,
//! which says to a compiler where they are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};
use bareflow_host::tools;

use crate::shell;
use crate::stamp::Stamp;

/// What pip is asked for, as it reads it.
const WANTED: &str = "ziglang==0.17.1 \
    --hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54\n";

/// What of it is used.
const EXTRACT: &str = "
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(('ziglang/lib/libcxx/', 'ziglang/lib/libcxxabi/')):
            wheel.extract(name, sys.argv[2])
";

/// Files that are left out: other forms of what is there, what belongs to other systems, and what is replaced.
const LEFT_OUT: [&str; 4] = [
    "libcxx/src/new.cpp",
    "libcxx/src/filesystem/int128_builtins.cpp",
    "libcxxabi/src/cxa_noexception.cpp",
    "libcxxabi/src/cxa_personality.cpp",
];

/// The folders of its sources.
const SOURCES: [&str; 4] =
    ["libcxx/src", "libcxx/src/filesystem", "libcxx/src/ryu", "libcxxabi/src"];

/// How the library and all programs that use it are set up, beside what each compiler says of itself.
const SETTINGS: &str = "\
#pragma once
#define _LIBCPP_ABI_VERSION 1
#define _LIBCPP_ABI_NAMESPACE __1
#define _LIBCPP_HAS_THREADS 1
#define _LIBCPP_HAS_MONOTONIC_CLOCK 1
#define _LIBCPP_HAS_TERMINAL 0
#define _LIBCPP_HAS_MUSL_LIBC 0
#define _LIBCPP_HAS_THREAD_API_PTHREAD 1
#define _LIBCPP_HAS_THREAD_API_EXTERNAL 0
#define _LIBCPP_HAS_THREAD_API_WIN32 0
#define _LIBCPP_HAS_THREAD_API_C11 0
#define _LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS 0
#define _LIBCPP_HAS_FILESYSTEM 1
#define _LIBCPP_HAS_RANDOM_DEVICE 1
#define _LIBCPP_HAS_LOCALIZATION 1
#define _LIBCPP_HAS_UNICODE 1
#define _LIBCPP_HAS_WIDE_CHARACTERS 1
#define _LIBCPP_HAS_TIME_ZONE_DATABASE 0
#define _LIBCPP_INSTRUMENTED_WITH_ASAN 0
#define _LIBCPP_LIBC_NEWLIB 0
#define _LIBCPP_LIBC_LLVM_LIBC 0
#define _LIBCPP_PSTL_BACKEND_SERIAL
#define _LIBCPP_HARDENING_MODE_DEFAULT _LIBCPP_HARDENING_MODE_NONE
#define _LIBCPP_ASSERTION_SEMANTIC_DEFAULT _LIBCPP_ASSERTION_SEMANTIC_HARDENING_DEPENDENT
";

/// Makes `libcxx.bc` and `cxx/` under `out`, unless they come from these sources and this compiler.
///
/// # Errors
/// pip or the compiler is missing, or the sources cannot be had.
pub fn build(out: &Path) -> Result<()> {
    let own = shell::workspace().join("images/cxx");
    let library = out.join("libcxx.bc");
    let flags = out.join("cxx/flags");
    let mut stamp = Stamp::new(include_str!("cxx.rs"));
    stamp.compiler(compiler())?;
    stamp.up_to_date(out, "cxx", &[&own], &[&library, &flags], || {
        let sources = sources()?;
        headers(&sources, &out.join("cxx"))?;
        compile(&sources, &own, out, &library)
    })
}

fn compiler() -> Command {
    Command::new(tools::clang().unwrap_or_else(|| "clang-22".into()))
}

/// The folder with `libcxx` and `libcxxabi`; loaded if it is not there.
fn sources() -> Result<PathBuf> {
    let folder = shell::workspace().join("target/cxx");
    let lib = folder.join("ziglang/lib");
    if lib.join("libcxxabi/src").is_dir() {
        return Ok(lib);
    }
    std::fs::create_dir_all(&folder)?;
    let wanted = folder.join("wanted.txt");
    std::fs::write(&wanted, WANTED)?;
    let python = || Command::new("python3");
    let mut pip = python();
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]);
    pip.args(["--only-binary", ":all:", "--platform", "manylinux_2_12_x86_64"]);
    pip.arg("-d").arg(&folder).arg("-r").arg(&wanted);
    eprintln!("loading the sources of the C++ library, once: 100 MB");
    shell::run(&mut pip).context("pip for Python 3 is needed: on Debian, python3-pip")?;
    let wheel = (std::fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path())))
        .find(|path| path.extension().is_some_and(|ext| ext == "whl"))
        .context("pip has loaded nothing")?;
    shell::run(python().args(["-c", EXTRACT]).arg(&wheel).arg(&folder))?;
    std::fs::remove_file(wheel)?;
    Ok(lib)
}

/// Puts the headers where programs find them, with the settings, and how a compiler is told.
fn headers(sources: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    let include = to.join("include");
    for part in ["libcxx", "libcxxabi"] {
        copy(&sources.join(part).join("include"), &include)?;
        let license = sources.join(part).join("LICENSE.TXT");
        std::fs::copy(license, to.join(format!("LICENSE-{part}.txt")))?;
    }
    std::fs::write(include.join("__config_site"), SETTINGS)?;
    // Where the settings come from differs between those who build it; here from the file of that name.
    let config = include.join("__config");
    let text = std::fs::read_to_string(&config)?;
    std::fs::write(&config, format!("#include <__config_site>\n{text}"))?;
    let flags = format!("-nostdinc++\n-isystem\n{}\n", include.display());
    std::fs::write(to.join("flags"), flags)?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("{}", from.display()))? {
        let path = entry?.path();
        let to = to.join(path.file_name().context("a file has a name")?);
        if path.is_dir() {
            copy(&path, &to)?;
        } else {
            std::fs::copy(&path, &to)?;
        }
    }
    Ok(())
}

/// Compiles every source, as many at once as there are processors, and joins them to ours.
fn compile(sources: &Path, own: &Path, out: &Path, library: &Path) -> Result<()> {
    let objects = shell::workspace().join("target/cxx/objects");
    std::fs::create_dir_all(&objects)?;
    let clang = || {
        let mut clang = compiler();
        clang.args(["--driver-mode=g++", "--target=x86_64-unknown-linux-gnu", "-std=c++23", "-O2"]);
        clang.args(["-emit-llvm", "-c", "-w", "-fno-pic", "-fno-stack-protector"]);
        clang.arg("-fno-asynchronous-unwind-tables").arg(format!("@{}/cxx/flags", out.display()));
        for folder in ["libcxx/src", "libcxxabi/src", "libcxx/libc"] {
            clang.arg("-I").arg(sources.join(folder));
        }
        clang.args(["-D_LIBCPP_BUILDING_LIBRARY", "-D_LIBCXXABI_BUILDING_LIBRARY"]);
        clang.args(["-DLIBCXX_BUILDING_LIBCXXABI", "-DNDEBUG", "-D_GNU_SOURCE"]);
        // Whoever does not ask for names in clear text is without the code that makes them.
        clang.arg("-DLIBCXXABI_NON_DEMANGLING_TERMINATE");
        clang
    };
    let work = work(sources, &objects)?;
    let (queue, failed) = (Mutex::new(work.iter()), Mutex::new(None));
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((source, object)) = next() {
                    let ran = shell::run_silently(clang().arg(source).arg("-o").arg(object));
                    if let (Err(error), Ok(mut failed)) = (ran, failed.lock()) {
                        failed.get_or_insert(error);
                    }
                }
            });
        }
    });
    if let Some(error) = failed.into_inner().ok().flatten() {
        return Err(error);
    }
    let mut whole = clang();
    for (_, object) in &work {
        whole.args(["-Xclang", "-mlink-bitcode-file", "-Xclang"]).arg(object);
    }
    shell::run(whole.arg(own.join("takes.cpp")).arg("-o").arg(library))
}

/// Every source with where its bitcode goes.
fn work(sources: &Path, objects: &Path) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut work = Vec::new();
    for folder in SOURCES {
        for entry in std::fs::read_dir(sources.join(folder))? {
            let path = entry?.path();
            let name = path.strip_prefix(sources)?.to_string_lossy().into_owned();
            if name.ends_with(".cpp") && !LEFT_OUT.contains(&name.as_str()) {
                work.push((path, objects.join(name.replace('/', "-") + ".bc")));
            }
        }
    }
    work.sort();
    ensure!(work.len() > 50, "only {} sources of the C++ library", work.len());
    Ok(work)
}
