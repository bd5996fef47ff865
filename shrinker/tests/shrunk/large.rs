//! Images that have no room below 1 MiB: linked of bytes that do not pack or do, and booted from every disk.

use bareflow_emulator::{Machine, Media, Outcome, Settings, run};
use bareflow_shrink::image;
use bareflow_shrink::link::place::Form;
use bareflow_shrink::link::{Base, Fix, FixKind, Kind, Place, Unit, Units};

/// Adds up a constant of so many bytes, of which `same` of 8 are alike, and ends with success where the sum is
/// what it is here.
fn units(bytes: usize, same: u64) -> Units {
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if (seed >> 40) % 8 < same { 0 } else { (seed >> 33) as u8 }
    };
    let content: Vec<u8> = (0..bytes).map(|_| next()).collect();
    let sum = content.iter().fold(0_u32, |sum, byte| (sum + u32::from(*byte)).rotate_left(1));

    let mut units = Units::default();
    bareflow_shrink::machine::add(&mut units).unwrap();
    units.define("content", Unit::new("content", Kind::Rodata, 1, content)).unwrap();
    // mov esi, content; mov ecx, bytes; xor eax, eax; xor edx, edx
    let mut code = vec![0xbe, 0, 0, 0, 0, 0xb9];
    code.extend((bytes as u32).to_le_bytes());
    code.extend([0x31, 0xc0, 0x31, 0xd2]);
    // 1: mov dl, [rsi]; inc rsi; add eax, edx; rol eax, 1; loop 1b
    code.extend([0x8a, 0x16, 0x48, 0xff, 0xc6, 0x01, 0xd0, 0xd1, 0xc0, 0xe2, 0xf5]);
    // mov ebx, 0x11; cmp eax, sum; jne 2f; dec ebx; 2: jmp machine_exit
    code.extend([0xbb, 0x11, 0, 0, 0, 0x3d]);
    code.extend(sum.to_le_bytes());
    code.extend([0x75, 0x02, 0xff, 0xcb, 0xe9, 0, 0, 0, 0]);
    let end = code.len() as u32 - 4;
    units.define("driver", Unit::new(".start.90.driver", Kind::Start, 1, code)).unwrap();
    for (at, kind, name, addend) in
        [(1, FixKind::Abs32, "content", 0), (end, FixKind::Call, "machine_exit", -4)]
    {
        let target = units.symbol(name);
        let Some(Place::In(id, _)) = units.find("driver").and_then(|id| units.place(id)) else {
            unreachable!()
        };
        let unit = units.unit_mut(id);
        unit.on_demand = false;
        unit.fixes.push(Fix { at, kind, target, addend });
    }
    units
}

fn boots(image: &[u8], machine: Machine, media: Media) -> Outcome {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), image).unwrap();
    let settings = Settings { machine, media, keep_writes: false, ..Settings::new(file.path()) };
    let ran = run(&settings, &mut |_| ()).unwrap();
    assert!(ran.complaints.is_empty(), "{:?}", ran.complaints);
    ran.outcome
}

#[test]
fn images_of_any_size_are_loaded_from_any_disk() {
    let disks =
        [(Machine::Pc, Media::Ide), (Machine::Q35, Media::Ide), (Machine::Pc, Media::Virtio)];
    // What does not pack, and what does; the last does not fit a floppy disk.
    for (bytes, same, form) in [
        (580 << 10, 0, Form::Behind),
        (700 << 10, 0, Form::Above),
        (400 << 10, 5, Form::UnpackedAbove),
        (1300 << 10, 7, Form::UnpackedAbove),
        (5000 << 10, 0, Form::Above),
    ] {
        let pack = matches!(form, Form::UnpackedAbove);
        let image = image::link(&units(bytes, same), Base::Flat, pack).unwrap();
        assert_eq!(image.layout.form, form, "{bytes}");
        let file = &image.file;
        let floppy = (file.len() < 1440 << 10).then_some((Machine::Pc, Media::Floppy));
        for (machine, media) in disks.into_iter().chain(floppy) {
            let outcome = boots(file, machine, media);
            assert_eq!(outcome, Outcome::Success, "{bytes} {form:?} {machine:?} {media:?}");
        }
        println!("{bytes} bytes of content, {form:?}: {} bytes", file.len());
    }
    let elf = image::link(&units(5000 << 10, 0), Base::Elf, false).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &elf.file).unwrap();
    for machine in [Machine::Pc, Machine::Microvm] {
        let ran = run(&Settings { machine, ..Settings::kernel(file.path()) }, &mut |_| ()).unwrap();
        assert_eq!(ran.outcome, Outcome::Success, "{machine:?}");
    }
}

#[test]
fn too_little_memory_for_a_large_image_is_said() {
    let image = image::link(&units(3000 << 10, 0), Base::Flat, false).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &image.file).unwrap();
    let settings = Settings { memory_mib: 3, keep_writes: false, ..Settings::new(file.path()) };
    let ran = run(&settings, &mut |_| ()).unwrap();
    let said = String::from_utf8_lossy(&ran.output).into_owned();
    assert!(said.contains("too little memory"), "{said}");
}
