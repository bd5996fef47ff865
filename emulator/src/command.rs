//! Settings as QEMU's command line.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{EmulatorError, Input, Machine, Media, Settings};

/// Where the kernel finds its orders (`kernel/src/devices/fw_cfg.rs`).
const ORDERS: &str = "opt/org.bareflow/orders";

/// The command that runs `settings`, with or without KVM. `orders` is a file with those of the
/// settings.
pub(crate) fn build(
    qemu: &Path,
    settings: &Settings,
    orders: Option<&Path>,
    kvm: bool,
) -> Result<Command, EmulatorError> {
    let mut command = Command::new(qemu);
    let machine = match settings.machine {
        Machine::Pc => "pc",
        Machine::Q35 => "q35",
        Machine::Microvm => "microvm",
    };
    let accel = match (kvm, settings.processors > 1 && !settings.count_instructions) {
        (true, _) => "kvm",
        // Processors of the machine are threads of this one, so that they run at the same time.
        (false, true) => "tcg,thread=multi",
        (false, false) => "tcg",
    };
    command
        .args(["-no-user-config", "-nodefaults", "-display", "none", "-no-reboot"])
        .args(["-machine", machine, "-accel", accel])
        .args(["-cpu", &settings.cpu])
        .args(["-m", &settings.memory_mib.to_string()])
        .args(["-smp", &settings.processors.to_string()])
        .args(["-chardev", "stdio,id=console,signal=on", "-serial", "chardev:console"])
        .args(["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]);
    if settings.count_instructions {
        command.args(["-icount", "shift=0,sleep=off"]);
    }
    if settings.machine != Machine::Microvm {
        command.args(["-vga", "std"]);
    }
    if let Some(kernel) = &settings.kernel {
        command.arg("-kernel").arg(kernel);
        if !settings.command_line.is_empty() {
            command.args(["-append", &settings.command_line]);
        }
    }
    if let Some(file) = orders {
        let mut value = OsString::from(format!("name={ORDERS},file="));
        value.push(comma_doubled(file));
        command.arg("-fw_cfg").arg(value);
    }
    if let Some(socket) = &settings.debugger {
        let mut value = OsString::from("unix:");
        value.push(comma_doubled(socket));
        value.push(",server=on,wait=off");
        command.arg("-S").arg("-gdb").arg(value);
        // An interrupt from the terminal is for the debugger.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    if let Some(image) = &settings.image {
        attach(&mut command, settings, image)?;
    }
    command.args(&settings.arguments);
    command
        .stdin(match settings.input {
            Input::Nothing => Stdio::null(),
            Input::Inherit => Stdio::inherit(),
            Input::Bytes(_) | Input::Tape(_) => Stdio::piped(),
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command)
}

fn attach(command: &mut Command, settings: &Settings, image: &Path) -> Result<(), EmulatorError> {
    let writes = if settings.keep_writes { "off" } else { "on" };
    let access = if settings.writable { "off" } else { "on" };
    // A flush of the machine ends in the host's page cache: what a machine that is killed has
    // written is there, and only the host's own power cut could lose it. Each `fsync` would take
    // milliseconds, of which a run has many.
    let drive = |rest: &str| {
        let fixed = "format=raw,cache=unsafe";
        let mut value = OsString::from(format!("{fixed},snapshot={writes},{rest},file="));
        value.push(comma_doubled(image));
        value
    };
    match (settings.media, settings.machine) {
        (Media::Ide | Media::Floppy, _) if !settings.writable => {
            return Err(EmulatorError::Settings("only a virtio disk can be read-only"));
        }
        (Media::Ide, Machine::Microvm) => {
            return Err(EmulatorError::Settings("microvm has no IDE: its media is virtio"));
        }
        (Media::Floppy, Machine::Q35 | Machine::Microvm) => {
            return Err(EmulatorError::Settings("only the machine pc has a floppy drive"));
        }
        (Media::Ide, _) => {
            command.arg("-drive").arg(drive("if=ide"));
        }
        (Media::Virtio, machine) => {
            let device = match machine {
                Machine::Microvm => "virtio-blk-device,drive=disk",
                // A kernel that is started directly takes the first place.
                _ if settings.kernel.is_some() => "virtio-blk-pci,drive=disk",
                _ => "virtio-blk-pci,drive=disk,bootindex=0",
            };
            command
                .arg("-drive")
                .arg(drive(&format!("if=none,id=disk,readonly={access}")))
                .args(["-device", device]);
        }
        (Media::Floppy, Machine::Pc) => {
            // One file in two drives: the loader reads the floppy before the kernel writes the
            // disk, so neither needs the lock that would keep the other out.
            let floppy = drive("if=floppy,readonly=on,file.locking=off");
            command.arg("-drive").arg(floppy);
            command.arg("-drive").arg(drive("if=ide,file.locking=off"));
            command.args(["-boot", "a"]);
        }
    }
    Ok(())
}

/// QEMU separates options by commas; one inside a value is written twice.
fn comma_doubled(path: &Path) -> OsString {
    match path.to_str() {
        Some(text) => text.replace(',', ",,").into(),
        None => path.into(),
    }
}
