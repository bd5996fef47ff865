//! Screen and keyboard: a person in front of the machine, not at its serial line.

use std::time::Duration;

use anyhow::Result;
use bareflow_emulator::{Accel, Event, Machine, Outcome, Settings, run};
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

/// An emulator takes nothing from the machine while nobody reads what it has: a pager, a host that is busy.
#[test]
fn all_that_is_written_arrives_however_late_it_is_read() {
    const LINES: usize = 40_000;
    let disk = machine::disk_with(
        r#"
        #include <stdio.h>
        int main(void) {
            for (int i = 0; i < 40000; i++) printf("line %06d\n", i);
        }
        "#,
        Some("O1"),
    );
    let mut wait = Some(Duration::from_secs(8));
    let run = run(&machine::settings(&disk), &mut |event| {
        if matches!(event, Event::Output(_))
            && let Some(time) = wait.take()
        {
            std::thread::sleep(time);
        }
    })
    .expect("QEMU runs");
    assert_eq!(run.outcome, Outcome::Success, "{:?}", run.records);
    let text = String::from_utf8_lossy(&run.output);
    let wrong = text.lines().enumerate().find(|(i, line)| *line != format!("line {i:06}"));
    assert_eq!((wrong, text.lines().count()), (None, LINES));
    let last = run.records.last().expect("records");
    assert!(last.contains("\"record\":\"report\""), "{last}");
}
