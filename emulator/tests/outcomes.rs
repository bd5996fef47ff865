//! Machines that end in every way a machine can end. Each is one boot sector.

use std::io::Write;
use std::time::Duration;

use bareflow_emulator::{Accel, EmulatorError, Input, Outcome, Run, Settings, run};

/// `mov al, value; out 0xf4, al`.
const fn exit(value: u8) -> [u8; 4] {
    [0xb0, value, 0xe6, 0xf4]
}

/// `jmp $`.
const STAY: [u8; 2] = [0xeb, 0xfe];

fn boot_sector(code: &[u8]) -> tempfile::NamedTempFile {
    let mut sector = [0_u8; 512];
    sector[..code.len()].copy_from_slice(code);
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&sector).unwrap();
    file
}

fn boot(code: &[u8], change: impl FnOnce(&mut Settings)) -> Run {
    let image = boot_sector(code);
    let mut settings = Settings::new(image.path());
    settings.accel = Accel::Tcg;
    settings.timeout = Duration::from_secs(60);
    change(&mut settings);
    run(&settings, &mut |_| ()).unwrap()
}

#[test]
fn the_value_written_to_the_exit_port_decides() {
    for (value, outcome) in [
        (0x10, Outcome::Success),
        (0x11, Outcome::Failure),
        (0x12, Outcome::Fault),
        (0x33, Outcome::Other(0x33)),
    ] {
        assert_eq!(boot(&[exit(value).as_slice(), &STAY].concat(), |_| ()).outcome, outcome);
    }
}

#[test]
fn a_machine_that_does_not_end_is_hung() {
    let run = boot(&STAY, |settings| settings.timeout = Duration::from_secs(2));
    assert_eq!(run.outcome, Outcome::Hung);
}

#[test]
fn a_reset_is_not_a_success() {
    // A system reset by the keyboard controller.
    assert_eq!(boot(&[0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xfe], |_| ()).outcome, Outcome::Reset);
}

#[test]
fn a_triple_fault_is_a_reset() {
    // Protected mode with an empty GDT and IDT: the next exception cannot be delivered.
    //   lidt cs:[0x7c40] (zeros); mov eax, cr0; or al, 1; mov cr0, eax; ud2
    let code = [
        0x2e, 0x0f, 0x01, 0x1e, 0x40, 0x7c, 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0, 0x0f,
        0x0b,
    ];
    assert_eq!(boot(&code, |_| ()).outcome, Outcome::Reset);
}

#[test]
fn a_machine_that_prints_for_ever_is_stopped() {
    // mov dx, 0x3f8; l: out dx, al; jmp l
    let run =
        boot(&[0xba, 0xf8, 0x03, 0xee, 0xeb, 0xfd], |settings| settings.output_limit = 1 << 16);
    assert_eq!(run.outcome, Outcome::Flooded);
}

#[test]
fn what_is_typed_reaches_the_machine_and_comes_back() {
    // mov dx, 0x3fd; w: in al, dx; test al, 1; jz w; mov dl, 0xf8; in al, dx; out dx, al;
    // mov dl, 0xfd; cmp al, '!'; jne w; then the exit.
    let echo = [
        0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb, 0xb2, 0xf8, 0xec, 0xee, 0xb2, 0xfd, 0x3c,
        b'!', 0x75, 0xf1,
    ];
    let run = boot(&[echo.as_slice(), &exit(0x10), &STAY].concat(), |settings| {
        settings.input = Input::Bytes(b"hello!".to_vec());
    });
    assert_eq!(run.outcome, Outcome::Success);
    assert_eq!(run.output, b"hello!");
}

#[test]
fn a_missing_image_is_named() {
    let error = run(&Settings::new("/nowhere/disk.img".as_ref()), &mut |_| ()).unwrap_err();
    assert!(matches!(error, EmulatorError::File(..)));
    assert!(error.to_string().starts_with("/nowhere/disk.img: "), "{error}");
}

#[test]
fn an_unknown_processor_is_reported_in_qemus_words() {
    let image = boot_sector(&STAY);
    let mut settings = Settings::new(image.path());
    settings.accel = Accel::Tcg;
    settings.cpu = "nonsense".to_owned();
    let error = run(&settings, &mut |_| ()).unwrap_err();
    assert!(matches!(&error, EmulatorError::Refused(said) if said.contains("nonsense")), "{error}");
}
