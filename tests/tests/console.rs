//! Screen and keyboard: a person in front of the machine, not at its serial line.

use std::time::Duration;

use anyhow::Result;
use bareflow_emulator::{Accel, Machine, Outcome, Settings, run};
use bareflow_tests::monitor::{Monitor, Place};
use bareflow_tests::{artefact, machine};

/// Runs a machine while `person` sits in front of it; what came over the serial line.
fn with_person(
    settings: Settings,
    person: impl FnOnce(&mut Monitor) -> Result<()> + Send,
) -> String {
    let place = Place::new().expect("a place");
    let settings = Settings { arguments: place.arguments(), ..settings };
    std::thread::scope(|scope| {
        let sits = scope.spawn(|| place.connect().and_then(|mut monitor| person(&mut monitor)));
        let run = run(&settings, &mut |_| ()).expect("QEMU runs");
        let text = String::from_utf8_lossy(&run.output).into_owned();
        let saw = sits.join().expect("a person does not panic");
        assert_eq!(run.outcome, Outcome::Success, "{saw:?}\n{text}\n{:?}", run.records);
        saw.unwrap_or_else(|error| panic!("{error}\n{text}"));
        text
    })
}

#[test]
fn keys_are_read_and_shown_on_the_screen() {
    for kind in [Machine::Pc, Machine::Q35] {
        let settings = Settings {
            machine: kind,
            command_line: "selftest=echo".to_owned(),
            memory_mib: 64,
            accel: Accel::Tcg,
            timeout: Duration::from_secs(300),
            ..Settings::kernel(&artefact("bare.elf"))
        };
        let text = with_person(settings, |monitor| {
            monitor.wait_for("echo: type a line")?;
            monitor.type_line("Hello 42 Keys!")
        });
        assert!(text.contains("echo: Hello 42 Keys!\n"), "{kind:?}: {text}");
    }
}

#[test]
fn a_program_reads_the_keyboard_as_its_standard_input() {
    let disk = machine::disk_with(
        r#"
        #include <stdio.h>
        int main(void) {
            char name[40], rest[40];
            puts("who is there?");
            if (scanf("%39s %39s", name, rest) != 2) return 2;
            printf("hello, %s of %s\n", name, rest);
            fflush(stdout);
            return getchar() == '\n' && getchar() == 'q' ? 0 : 3;
        }
        "#,
        None,
    );
    let text = with_person(machine::settings(&disk), |monitor| {
        monitor.wait_for("who is there?")?;
        monitor.type_line("Ada London")?;
        monitor.wait_for("hello, Ada of London")?;
        monitor.type_line("q")
    });
    assert!(text.contains("hello, Ada of London\n"), "{text}");
}
