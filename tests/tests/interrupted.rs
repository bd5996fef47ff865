//! Programs that call nobody for minutes are interrupted: saved while they run, and none the wiser.

use bareflow_emulator::{Event, Outcome, Settings, run};
use bareflow_tests::disk::Disk;
use bareflow_tests::machine::{disk_with, settings};
use bareflow_tests::monitor::Place;
use serde_json::{Value, json};

/// In the first boot, one loop without end that calls nothing.
const ONE_LOOP: &str = r#"
int bf_open(const char *path, int flags);
int printf(const char *format, ...);
int main(void) {
    int first = bf_open("/boot/snapshots/boot_001.snapshot", 0) < 0;
    unsigned long x = 1, rounds = first ? ~0ul : 100000;
    for (unsigned long i = 0; i < rounds; i++) x = x * 6364136223846793005 + (x >> 33);
    printf("%lx\n", x);
    return 0;
}
"#;

fn one_loop() -> String {
    let step = |x: u64, _| x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(x >> 33);
    format!("{:x}\n", (0..100_000).fold(1, step))
}

fn with_manifest(source: &str, mut settings: Value) -> Disk {
    let disk = disk_with(source, None);
    settings["modules"] = json!([{ "name": "program", "files": ["program.bc"] }]);
    disk.add("boot/manifest.json", settings.to_string().as_bytes()).unwrap();
    disk
}

#[test]
fn a_loop_that_calls_nothing_is_saved_and_restored() {
    let disk = with_manifest(ONE_LOOP, json!({ "save_seconds": 1, "verbose": true }));
    let place = Place::new().unwrap();
    let mut logs = Vec::new();
    let arguments = place.arguments();
    // By the clock of the host a machine that gets little of it might take the second until saving is
    // due for what it does before the loop, and save there.
    let counted = Settings { arguments, count_instructions: true, ..settings(&disk) };
    let cut = run(&counted, &mut |event| {
        let Event::Record(text) = event else { return };
        let record: Value = serde_json::from_str(text).unwrap();
        let text = record["text"].as_str().unwrap_or_default().to_owned();
        if text.starts_with("saved /boot/snapshots/boot_001.snapshot") {
            place.connect().unwrap().quit().unwrap();
        }
        logs.push(text);
    });
    let cut = cut.unwrap();
    assert!(logs.iter().any(|log| log.starts_with("saved ")), "{:?} {logs:?}", cut.outcome);
    assert!(logs.iter().any(|log| log.contains("main continues at O2")), "{logs:?}");
    assert!(!matches!(cut.outcome, Outcome::Success | Outcome::Hung), "{:?}", cut.outcome);
    assert!(cut.output.is_empty(), "the loop has ended");
    disk.check().unwrap();
    let bytes = disk.read("boot/snapshots/boot_001.snapshot").unwrap();
    let saved = snapshot_fmt::decode(&bytes).unwrap();
    let main = saved.functions.iter().find(|function| function.name == "main").unwrap();
    assert_eq!(main.osr.len(), 1, "the loop's code");

    let mut report = Value::Null;
    let next = run(&settings(&disk), &mut |event| {
        let Event::Record(text) = event else { return };
        let record: Value = serde_json::from_str(text).unwrap();
        if record["record"] == "report" {
            report = record;
        }
    });
    let next = next.unwrap();
    assert_eq!(next.outcome, Outcome::Success);
    assert_eq!(String::from_utf8_lossy(&next.output), one_loop());
    assert_eq!(report["boot"], 2);
    assert!(report["restored"].as_u64() > Some(0), "{report}");
    // The loop is compiled from its first round on: no interpreted one goes on in native code.
    assert_eq!(report["osr_entries"], 0, "{report}");
}

/// Integers, floats and vectors in registers over a long loop.
const REGISTERS: &str = r#"
int printf(const char *format, ...);
typedef unsigned vec __attribute__((vector_size(16)));
int main(void) {
    unsigned long a = 1, b = 2, c = 3, e = 5, f = 7;
    double d = 0.5, g = 1.5;
    vec v = { 1, 2, 3, 4 }, w = { 5, 6, 7, 8 };
    for (int i = 0; i < 6000000; i++) {
        a = a * 6364136223846793005 + 1442695040888963407;
        if (a & 4096) b ^= a >> 29; else e += b;
        c += b;
        f = (f << 7 | f >> 57) + c;
        d = d * 0.75 + (double)(a >> 60);
        g = g * 0.5 + d;
        v = v * 1664525u + w;
        w ^= v >> 7;
    }
    union { double d; unsigned long u; } bits[2] = { { d }, { g } };
    printf("%lx %lx %lx %lx %lx %lx %lx\n", a, b, c, e, f, bits[0].u, bits[1].u);
    printf("%x %x %x %x %x %x %x %x\n", v[0], v[1], v[2], v[3], w[0], w[1], w[2], w[3]);
    return 0;
}
"#;

/// The same natively.
fn registers() -> String {
    let (mut a, mut b, mut c, mut e, mut f) = (1_u64, 2_u64, 3_u64, 5_u64, 7_u64);
    let (mut d, mut g) = (0.5_f64, 1.5_f64);
    let (mut v, mut w) = ([1_u32, 2, 3, 4], [5_u32, 6, 7, 8]);
    for _ in 0..6_000_000 {
        a = a.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if a & 4096 != 0 {
            b ^= a >> 29;
        } else {
            e = e.wrapping_add(b);
        }
        c = c.wrapping_add(b);
        f = f.rotate_left(7).wrapping_add(c);
        d = d * 0.75 + (a >> 60) as f64;
        g = g * 0.5 + d;
        for (v, w) in v.iter_mut().zip(&mut w) {
            *v = v.wrapping_mul(1_664_525).wrapping_add(*w);
            *w ^= *v >> 7;
        }
    }
    let bits = |x: f64| x.to_bits();
    let lanes: Vec<String> = v.iter().chain(&w).map(|lane| format!("{lane:x}")).collect();
    format!("{a:x} {b:x} {c:x} {e:x} {f:x} {:x} {:x}\n{}\n", bits(d), bits(g), lanes.join(" "))
}

#[test]
fn registers_are_as_they_were() {
    for cpu in ["max", "qemu64"] {
        let disk = with_manifest(REGISTERS, json!({ "stress": 1 }));
        let mut report = Value::Null;
        let settings = Settings { count_instructions: true, cpu: cpu.into(), ..settings(&disk) };
        let ended = run(&settings, &mut |event| {
            let Event::Record(text) = event else { return };
            let record: Value = serde_json::from_str(text).unwrap();
            if record["record"] == "report" {
                report = record;
            }
        });
        let ended = ended.unwrap();
        assert_eq!(ended.outcome, Outcome::Success, "{report}");
        assert_eq!(String::from_utf8_lossy(&ended.output), registers());
        // Every 2 ms of some 200 or more, less what struck elsewhere.
        let interruptions = report["interruptions"].as_u64().unwrap();
        assert!(interruptions >= 20, "{interruptions} on {cpu}");
    }
}
