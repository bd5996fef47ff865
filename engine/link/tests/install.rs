//! Installing, calling and looking up code.

mod support;

use bareflow_ir::abi::RegFrame;
use bareflow_ir::data::{Data, DataReloc};
use bareflow_ir::{FuncId, GlobalId, Symbol};
use bareflow_link::{Kind, LinkError, PoolKind, Settings};
use bareflow_object::{RelocKind, Section, Target};
use bareflow_profile::Level;
use support::*;

#[test]
fn calls_go_through_stubs() {
    let mut linker = linker(never, core::ptr::null_mut());
    let (f, g) = (linker.declare("f").unwrap(), linker.declare("g").unwrap());
    assert_eq!(linker.declare("f").unwrap(), f);
    let g_code = linker.install(&constant("g", 41), Level::O0, |_| None).unwrap();
    let stub = linker.map().stub(g) as u64;
    let f_code = linker.install(&plus_one("f", "g"), Level::O1, |n| (n == "g").then_some(stub));
    let f_code = f_code.unwrap();
    linker.publish(f, f_code.entry);
    linker.publish(g, g_code.entry);
    assert_eq!(run(linker.map().stub(f), &[]), 42);
    assert_eq!(linker.map().slot_at(linker.map().stub(f)), Some(f));
    assert_eq!(linker.map().slot_at(linker.map().stub(f) + 1), None);
    assert_eq!(linker.map().slot_at(f_code.entry), None);

    let better = linker.install(&constant("g", 99), Level::O2, |_| None).unwrap();
    linker.publish(g, better.entry);
    assert_eq!(run(linker.map().stub(f), &[]), 100);

    let symbols = linker.map().symbols();
    let found = symbols.find(f_code.entry + 9).unwrap();
    assert_eq!((found.name, found.offset, found.kind), ("f", 9, Kind::Code(Level::O1)));
    assert_eq!(symbols.find(linker.map().stub(f)).unwrap().kind, Kind::Stub);
    assert_eq!(symbols.find(0x10), None);
}

#[test]
fn host_calls_may_lie_anywhere() {
    extern "C" fn thrice(n: u64) -> u64 {
        n * 3
    }
    let mut linker = linker(never, core::ptr::null_mut());
    let slot = linker.bind("thrice", thrice as *const () as usize).unwrap();
    let code = linker.install(&plus_one("f", "thrice"), Level::O0, |n| stub_of(n, 0)).err();
    assert!(matches!(code, Some(LinkError::Unresolved { .. })));
    let stub = linker.map().stub(slot) as u64;
    let code = linker.install(&plus_one("f", "thrice"), Level::O0, |n| stub_of(n, stub)).unwrap();
    assert_eq!(run(code.entry, &[5]), 16);
}

fn stub_of(name: &str, stub: u64) -> Option<u64> {
    (name == "thrice" && stub != 0).then_some(stub)
}

#[test]
fn variables_and_constants_are_reached() {
    let mut linker = linker(never, core::ptr::null_mut());
    let slot = linker.declare("f").unwrap();
    let at = linker.define_data("v", 24, 16).unwrap();
    assert_eq!(at % 16, 0);
    assert_eq!(linker.define_data("v", 8, 8), Err(LinkError::Duplicate("v".into())));
    let other = linker.define_data("w", 0, 1).unwrap();
    assert_ne!(at, other);
    let data = Data {
        bytes: vec![7, 0, 0, 0, 0, 0, 0, 0],
        relocs: vec![
            reloc_at(8, 8, Symbol::Func(FuncId(0)), None, 0),
            reloc_at(16, 4, Symbol::Global(GlobalId(1)), Some(Symbol::Global(GlobalId(0))), 3),
        ],
    };
    let stub = linker.map().stub(slot) as u64;
    let resolve = |symbol| match symbol {
        Symbol::Func(FuncId(0)) => Some(stub),
        Symbol::Global(GlobalId(0)) => Some(at as u64),
        Symbol::Global(GlobalId(1)) => Some(other as u64),
        _ => None,
    };
    linker.fill_data("v", &data, resolve).unwrap();
    let read = |at: usize| {
        // SAFETY: inside the variables just made.
        unsafe { (at as *const u64).read() }
    };
    assert_eq!((read(at), read(at + 8)), (7, stub));
    assert_eq!(read(at + 16) as i32, other as i32 - at as i32 + 3);

    // mov v(%rip), %rax; add consts(%rip), %rax; mov f@GOT(%rip), %rcx; mov v@GOT(%rip), %rdx;
    // add (%rdx), %rax; ret
    let text = [
        0x48, 0x8b, 0x05, 0, 0, 0, 0, 0x48, 0x03, 0x05, 0, 0, 0, 0, 0x48, 0x8b, 0x0d, 0, 0, 0, 0,
        0x48, 0x8b, 0x15, 0, 0, 0, 0, 0x48, 0x03, 0x02, 0xc3,
    ];
    let mut relocs = vec![
        reloc(3, RelocKind::Pc32, "v", -4),
        reloc(10, RelocKind::Pc32, "", -4),
        reloc(17, RelocKind::GotPc32, "f", -4),
        reloc(24, RelocKind::GotPc32, "v", -4),
    ];
    relocs[1].target = Target::Consts;
    let mut object = object("f", &text, relocs);
    object.consts = 1000u64.to_le_bytes().to_vec();
    object.consts_align = 8;
    let resolve = |name: &str| match name {
        "v" => Some(at as u64),
        "f" => Some(stub),
        _ => None,
    };
    let code = linker.install(&object, Level::O0, resolve).unwrap();
    assert_eq!(run(code.entry, &[]), 1014);

    object.relocs.truncate(2);
    object.relocs.push(reloc(16, RelocKind::Abs64, "v", 5));
    let code = linker.install(&object, Level::O0, resolve).unwrap();
    // SAFETY: inside the code just installed, which is readable.
    let word = unsafe { ((code.entry + 16) as *const u64).read_unaligned() };
    assert_eq!(word, at as u64 + 5);
}

fn reloc_at(offset: u64, size: u8, plus: Symbol, minus: Option<Symbol>, addend: i64) -> DataReloc {
    DataReloc { offset, size, plus, minus, addend }
}

#[test]
fn bad_objects_leave_nothing_behind() {
    let mut linker = linker(never, core::ptr::null_mut());
    let before = linker.usage();
    let far = |_: &str| Some(1 << 40);
    let error = linker.install(&plus_one("f", "g"), Level::O0, far).unwrap_err();
    assert!(matches!(error, LinkError::OutOfRange { offset: 5, .. }), "{error}");
    assert!(error.to_string().contains("`g`"), "{error}");

    let mut damaged = plus_one("f", "g");
    damaged.relocs[0].offset = 15;
    let error = linker.install(&damaged, Level::O0, far).unwrap_err();
    assert!(matches!(error, LinkError::Malformed { offset: 15, .. }), "{error}");
    damaged.relocs[0].offset = u32::MAX;
    assert!(linker.install(&damaged, Level::O0, far).is_err());
    damaged.relocs[0].section = Section::Consts;
    assert!(linker.install(&damaged, Level::O0, far).is_err());
    damaged.relocs.clear();
    damaged.text_align = 3;
    assert!(linker.install(&damaged, Level::O0, far).is_err());
    damaged.text_align = 1 << 20;
    assert!(linker.install(&damaged, Level::O0, far).is_err());
    damaged.text_align = 1;
    damaged.text.clear();
    assert!(linker.install(&damaged, Level::O0, far).is_err());
    assert_eq!(linker.usage(), before);
}

#[test]
fn full_pools_say_so() {
    let settings = Settings { slots: 2, probes: 1, code: 4096, data: 4096, metadata: 4096 };
    let mut linker = linker_with(never, core::ptr::null_mut(), settings);
    linker.declare("a").unwrap();
    linker.declare("b").unwrap();
    let error = linker.declare("c").unwrap_err();
    assert_eq!(error.to_string(), "slot pool full: 1 more wanted, 2 of 2 used");

    let big = object("big", &[0xc3; 5000], vec![]);
    let error = linker.install(&big, Level::O0, |_| None).unwrap_err();
    assert!(matches!(error, LinkError::Full { pool: PoolKind::Code, wanted: 5000, .. }));
    let error = linker.define_data("d", 5000, 1).unwrap_err();
    assert!(matches!(error, LinkError::Full { pool: PoolKind::Data, .. }), "{error}");
    let name = "n".repeat(3000);
    let error = linker.define_data(&name, 1, 1).unwrap_err();
    assert!(matches!(error, LinkError::Full { pool: PoolKind::Metadata, .. }), "{error}");
    assert_eq!(linker.usage().data, 0);
    let core = linker.add_core(0);
    // SAFETY: this thread runs no code of the program.
    unsafe { linker.add_probe(&core, 1) }.unwrap();
    // SAFETY: as above.
    let error = unsafe { linker.add_probe(&core, 1) }.unwrap_err();
    assert!(matches!(error, LinkError::Full { pool: PoolKind::Probes, .. }), "{error}");
}

#[test]
fn code_is_never_writable_where_it_runs() {
    let mut linker = linker(never, core::ptr::null_mut());
    let code = linker.install(&constant("f", 1), Level::O0, |_| None).unwrap();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut seen = false;
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (low, high) = range.split_once('-').unwrap();
        let parse = |hex| usize::from_str_radix(hex, 16).unwrap();
        let rights = &rest[..4];
        if (parse(low)..parse(high)).contains(&code.entry) {
            assert!(rights.starts_with("r-x"), "{line}");
            seen = true;
        }
        assert!(!(rights.contains('w') && rights.contains('x')), "{line}");
    }
    assert!(seen);
}

/// Arguments and context as the handler saw them, and a result.
unsafe extern "C" fn handler(
    slot: u32,
    frame: *mut RegFrame,
    stack: *mut u8,
    context: *mut (),
) -> usize {
    // SAFETY: the linker passes a frame and the context it was given; the test pushed two words.
    unsafe {
        let seen = &mut *context.cast::<Vec<u64>>();
        let frame = &mut *frame;
        seen.push(u64::from(slot));
        seen.extend(frame.ints);
        seen.extend(frame.floats.iter().flatten());
        seen.push(frame.nest);
        seen.push(stack.cast::<u64>().read());
        seen.push(stack.cast::<u64>().add(1).read());
        frame.ints[0] = 0x1111;
        frame.ints[1] = 0x2222;
        frame.floats[0] = [3, 4];
        frame.floats[1] = [5, 6];
    }
    0
}

#[test]
fn thunks_hand_over_every_register() {
    let mut seen: Vec<u64> = Vec::new();
    let mut linker = linker(handler, (&raw mut seen).cast());
    linker.declare("first").unwrap();
    let slot = linker.declare("second").unwrap();
    assert!(linker.map().is_interpreted(slot));
    let mut frame = RegFrame {
        ints: [10, 11, 12, 13, 14, 15],
        floats: core::array::from_fn(|at| [100 + at as u64, 200 + at as u64]),
        nest: 16,
        stack_align: 0,
    };
    let sent = frame;
    for words in [&[7u64, 8][..], &[7, 8, 9]] {
        seen.clear();
        frame = sent;
        // SAFETY: leads to the handler, which takes any arguments.
        unsafe { bareflow_link::call(linker.map().stub(slot), &mut frame, words) };
        let mut expected = vec![1];
        expected.extend(sent.ints);
        expected.extend(sent.floats.iter().flatten());
        expected.extend([16, 7, 8]);
        assert_eq!(seen, expected);
        assert_eq!(frame.ints[..2], [0x1111, 0x2222]);
        assert_eq!(frame.floats[..2], [[3, 4], [5, 6]]);
    }
}
