//! Images from code written by hand, in an emulator.

use std::process::Command;

use std::collections::BTreeSet;

use bareflow_shrink::driver::{self, How, Program};
use bareflow_shrink::image::{self, Image};
use bareflow_shrink::link::{Base, Kind, Unit, Units};
use bareflow_shrink::machine;

fn qemu(arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new("timeout")
        .args(["20", "qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot"])
        .args(["-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"])
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text + &String::from_utf8_lossy(&output.stderr), output.status.code())
}

/// `uint64_t fib(uint64_t n)`, iterative: mov %rdi,%rcx; xor %eax,%eax; mov $1,%edx;
/// 1: jrcxz 2f; xadd %rdx,%rax ... written out below.
fn units() -> Units {
    let mut units = Units::default();
    machine::add(&mut units).unwrap();
    let code = [
        0x48, 0x89, 0xf9, // mov %rdi, %rcx
        0x31, 0xc0, // xor %eax, %eax
        0xba, 1, 0, 0, 0, // mov $1, %edx
        0xe3, 0x09, // jrcxz out
        0x48, 0x0f, 0xc1, 0xc2, // xadd %rax, %rdx
        0x48, 0xff, 0xc9, // dec %rcx
        0xeb, 0xf5, // jmp
        0xc3,
    ];
    units.define("fibonacci", Unit::new("fibonacci", Kind::Text, 16, code.to_vec())).unwrap();
    units
}

fn program(symbol: &str, arg: u64) -> Program {
    let name = String::from(symbol);
    Program { module: name.clone(), entry: name, arg: Some(arg), calls: 1, ..Program::default() }
}

/// How a program runs that does nothing but to return.
fn alone<'a>(features: &'a BTreeSet<&'static str>) -> How<'a> {
    How { can_exit: false, side_stack: false, threads: false, timing: false, features }
}

fn write(image: &Image, name: &str) -> String {
    let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
    std::fs::write(&path, &image.file).unwrap();
    path.to_str().unwrap().to_owned()
}

const FIB_90: &str = "\x1e{\"record\":\"result\",\"module\":\"fibonacci\",\"exit\":0,\"result\":2880067194370816120}\n";

#[test]
fn fibonacci_boots_everywhere() {
    let mut units = units();
    driver::add(&mut units, &[program("fibonacci", 90)], &alone(&BTreeSet::new()));
    let flat = image::link(&units, Base::Flat, true).unwrap();
    assert!(flat.file.len() <= 2048, "{} bytes", flat.file.len());
    let path = write(&flat, "fib.img");
    let disk = format!("file={path},format=raw");
    let (ide, floppy) = (format!("{disk},if=ide"), format!("{disk},if=floppy"));
    for arguments in [
        &["-M", "pc", "-drive", &ide][..],
        &["-M", "pc", "-m", "1M", "-drive", &ide],
        &["-M", "pc", "-drive", &floppy],
        &["-M", "q35", "-drive", &ide],
    ] {
        let (text, code) = qemu(arguments);
        assert_eq!((text.as_str(), code), (FIB_90, Some(0x21)), "{arguments:?}");
    }
    let elf = image::link(&units, Base::Elf, true).unwrap();
    let elf = write(&elf, "fib.elf");
    for machine in ["microvm,isa-serial=on", "pc"] {
        let (text, code) = qemu(&["-M", machine, "-kernel", &elf]);
        assert_eq!((text.as_str(), code), (FIB_90, Some(0x21)), "{machine}");
    }
    std::fs::remove_file(path).unwrap();
    std::fs::remove_file(elf).unwrap();
}

/// Whether a piece of machine is there for several processors.
fn is_for_many(name: &str) -> bool {
    ["many_", "core_", ".many_", "5cores", "6tables", "10processors", "7waiters"]
        .iter()
        .any(|part| name.contains(part))
        || [".boot.pvh.10.root", ".boot.real.05.root", ".start.25.cores"].contains(&name)
}

#[test]
fn what_is_there_for_several_processors_leaves_no_trace_without_threads() {
    let link = |base, with: bool| {
        let mut units = units();
        let many: Vec<_> = units.iter().filter(|(_, unit)| is_for_many(&unit.name)).collect();
        let many: Vec<_> = many.into_iter().map(|(id, _)| id).collect();
        assert!(many.len() > 60, "{}", many.len());
        for id in many.into_iter().filter(|_| !with) {
            let unit = units.unit_mut(id);
            *unit = Unit::new(unit.name.clone(), unit.kind, 1, Vec::new());
        }
        driver::add(&mut units, &[program("fibonacci", 90)], &alone(&BTreeSet::new()));
        image::link(&units, base, true).unwrap().file
    };
    for base in [Base::Flat, Base::Elf] {
        assert!(link(base, true) == link(base, false), "{base:?}");
    }
    // With threads they are there.
    let mut units = units();
    machine::with_threads(&mut units).unwrap();
    let features = BTreeSet::new();
    let how = How { can_exit: true, side_stack: true, threads: true, ..alone(&features) };
    driver::add(&mut units, &[program("fibonacci", 90)], &how);
    let image = image::link(&units, Base::Flat, true).unwrap();
    let kept = image.kept.iter().filter(|id| is_for_many(&units.unit(*id).name)).count();
    assert!(kept > 20, "{kept}");
}

/// Whether a piece of machine is there for the way back.
fn is_for_way_back(name: &str) -> bool {
    ["back_", "restart", "4back", "6record"].iter().any(|part| name.contains(part))
}

#[test]
fn the_way_back_leaves_no_trace_where_there_is_none() {
    let features = BTreeSet::from(["popcnt"]);
    let link = |with: bool, way_back: Option<u32>| {
        let mut units = units();
        let back: Vec<_> = units.iter().filter(|(_, unit)| is_for_way_back(&unit.name)).collect();
        let back: Vec<_> = back.into_iter().map(|(id, _)| id).collect();
        assert!(back.len() > 8, "{}", back.len());
        for id in back.into_iter().filter(|_| !with) {
            let unit = units.unit_mut(id);
            *unit = Unit::new(unit.name.clone(), unit.kind, 1, Vec::new());
        }
        if let Some(first) = way_back {
            machine::with_way_back(&mut units, first).unwrap();
        }
        driver::add(&mut units, &[program("fibonacci", 90)], &alone(&features));
        let image = image::link(&units, Base::Flat, false).unwrap();
        let kept = image.kept.iter().filter(|id| is_for_way_back(&units.unit(*id).name)).count();
        (image.file, kept)
    };
    let (without, kept) = link(true, None);
    assert!(without == link(false, None).0);
    assert_eq!(kept, 0);
    // With it they are there, and the first sector knows where the others are.
    let (with, kept) = link(true, Some(0x2_0008));
    assert!(kept > 5, "{kept}");
    let has =
        |file: &[u8], first: u64| file[..512].windows(8).any(|bytes| bytes == first.to_le_bytes());
    assert!(has(&without, 1) && !has(&without, 0x2_0009));
    assert!(has(&with, 0x2_0009));
}

#[test]
fn every_host_call_knows_of_several_processors() {
    // These use nothing that another processor changes.
    const ANYBODY: [&str; 3] = ["bf_clock", "bf_cpuid", "bf_raised"];
    let units = units();
    for name in bareflow_program::HOST_CALLS.iter().filter(|name| !ANYBODY.contains(name)) {
        assert!(units.find(&format!("many_{name}")).is_some(), "{name}");
    }
}
