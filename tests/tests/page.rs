//! The pages that people look at, looked at in a real browser.

use std::path::{Path, PathBuf};

use bareflow_tests::browser::{Colour, Scheme, dom, show};
use bareflow_tests::language::blocks::Format;
use bareflow_tests::language::file::talking;
use bareflow_tests::tool::{lines, text};

/// A demo of two boots in processes; its folder, and what it printed.
fn demo() -> (tempfile::TempDir, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--hosted", "--small", "--boots", "2", "--out", text(folder.path())];
    let story = lines("bareflow", &arguments).remove(0);
    (folder, story)
}

/// The value of a custom property of the style sheet, the first (light) or the second (dark).
fn colour(page: &str, name: &str, scheme: Scheme) -> Colour {
    let nth = usize::from(scheme == Scheme::Dark);
    let mark = format!("--{name}: #");
    let (at, _) = page.match_indices(&mark).nth(nth).unwrap_or_else(|| panic!("no {mark}"));
    let digits = &page[at + mark.len()..][..6];
    let value = u32::from_str_radix(digits, 16).unwrap();
    [(value >> 16) as u8, (value >> 8) as u8, value as u8]
}

#[test]
fn the_demos_page_shows_its_charts_in_light_and_in_dark() {
    let (folder, story) = demo();
    assert_eq!((&story["hosted"], &story["same"]), (&true.into(), &true.into()), "{story}");
    let page = folder.path().join("index.html");
    let source = std::fs::read_to_string(&page).unwrap();
    for scheme in [Scheme::Light, Scheme::Dark] {
        let shown = show(&page, scheme, 1100, 3150).unwrap();
        assert_eq!(shown.console, Vec::<String>::new());
        let picture = shown.picture;
        let paper = colour(&source, "paper", scheme);
        assert_eq!(picture.point(2, 2), paper, "{scheme:?}");
        let blank = picture.count(paper) as f64 / picture.area() as f64;
        assert!((0.3..0.95).contains(&blank), "{scheme:?}: {blank} of the page is empty");
        // From top to bottom: bars of the convergence, stacks of levels, the machine's tiles in
        // the treemap. The bars' colour comes back in timeline and lanes.
        let rows = |name: &str, least| {
            let found = picture.rows(colour(&source, name, scheme), least);
            found.unwrap_or_else(|| panic!("{scheme:?}: nothing on the page has --{name}"))
        };
        let (bars, levels, tiles) = (rows("program", 60), rows("o3", 60), rows("machine", 20));
        assert!(bars.0 < levels.0 && levels.1 < tiles.0, "{bars:?} {levels:?} {tiles:?}");
        assert!(tiles.1 - tiles.0 > 100, "the treemap is {tiles:?}");
        assert!(bars.1 > levels.1 && bars.1 < tiles.0, "the timeline: {bars:?}");
    }
}

#[test]
fn the_demos_page_says_what_the_demo_found() {
    let (folder, story) = demo();
    let page = dom(&folder.path().join("index.html")).unwrap();
    for section in
        ["convergence", "levels", "timeline", "lanes", "treemap", "functions", "boots", "again"]
    {
        assert!(page.contains(&format!("<section id=\"{section}\">")), "{section}: {page}");
    }
    assert_eq!(page.matches("<svg").count(), 5, "{page}");
    assert!(page.contains("id=\"same\" class=\"good\">equal<"), "{page}");
    let bytes = story["shrunk_bytes"].as_u64().unwrap().to_string();
    let grouped = format!("{},{}", &bytes[..bytes.len() - 3], &bytes[bytes.len() - 3..]);
    assert!(page.contains(&grouped), "{grouped} is not in {page}");
    // The picture for documents stands alone.
    let picture = folder.path().join("convergence.svg");
    let shown = show(&picture, Scheme::Light, 920, 310).unwrap();
    assert_eq!(shown.console, Vec::<String>::new());
    let style = std::fs::read_to_string(&picture).unwrap();
    assert!(shown.picture.count(colour(&style, "program", Scheme::Light)) > 1000);
}

/// A demo of a language model of random weights, over two boots.
fn language(template: Option<&str>, rest: &[&str]) -> (tempfile::TempDir, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("random.gguf");
    std::fs::write(&model, talking(Format::Q4_1, template).0).unwrap();
    let out = folder.path().join("out");
    let mut arguments =
        vec!["demo", "--llm", "--model", text(&model), "--boots", "2", "--tokens", "12"];
    arguments.extend(["--out", text(&out)]);
    arguments.extend(rest);
    let story = lines("bareflow", &arguments).remove(0);
    (folder, story)
}

#[test]
fn a_language_model_is_grown_shrunk_and_asked() {
    // It goes by a template whose tokens the model has: it is talked to over the machine's console.
    let (folder, story) = language(Some("[INST]"), &[]);
    assert_eq!((&story["talks"], &story["same"]), (&true.into(), &true.into()), "{story}");
    assert!(!story["answer"].as_str().unwrap().is_empty(), "{story}");
    let speeds = story["speeds"].as_array().unwrap();
    assert_eq!(speeds.len(), 2);
    for speed in speeds.iter().chain([&story["shrunk_speed"]]) {
        // A random model, too, may come to its end.
        assert!((1..=12).contains(&speed["tokens"].as_u64().unwrap()), "{speed}");
        assert_eq!(speed["tokens"], speeds[0]["tokens"]);
        assert!(speed["per_second"].as_f64().unwrap() > 0.0, "{speed}");
    }
    let bytes = |name: &str| story[name].as_u64().unwrap();
    assert!(bytes("executed_bytes") < bytes("shrunk_bytes"), "{story}");
    assert!(bytes("shrunk_bytes") * 20 < bytes("grown_bytes"), "{story}");
    let page = folder.path().join("out/index.html");
    let source = dom(&page).unwrap();
    for section in ["speed", "levels", "treemap", "boots", "again"] {
        assert!(source.contains(&format!("<section id=\"{section}\">")), "{section}: {source}");
    }
    assert_eq!(source.matches("<svg").count(), 3, "{source}");
    assert!(source.contains("id=\"same\" class=\"good\">equal<"), "{source}");
    let shown = show(&page, Scheme::Light, 1100, 1700).unwrap();
    assert_eq!(shown.console, Vec::<String>::new());
    let page = std::fs::read_to_string(page).unwrap();
    let rows = |name: &str, least| shown.picture.rows(colour(&page, name, Scheme::Light), least);
    let (bars, shrunk, tiles) = (rows("program", 60), rows("shrunk", 60), rows("machine", 20));
    assert!(bars.is_some() && shrunk.is_some() && tiles.is_some(), "{bars:?} {shrunk:?} {tiles:?}");
}

#[test]
fn a_language_model_is_grown_in_processes_too() {
    let (folder, story) = language(None, &["--hosted"]);
    assert_eq!((&story["talks"], &story["same"]), (&false.into(), &true.into()), "{story}");
    assert_eq!(
        (&story["shrunk"], &story["speeds"][1]["tokens"]),
        (&serde_json::Value::Null, &12.into())
    );
    assert!(folder.path().join("out/speed.svg").is_file());
}

#[test]
fn the_shrinkers_report_shows_its_treemap() {
    let (folder, _) = demo();
    let snapshot = folder.path().join("grown/boot/snapshots/boot_002.snapshot");
    let report = folder.path().join("report.html");
    let image = folder.path().join("app.img");
    let arguments = [text(&snapshot), "-o", text(&image), "--report", text(&report)];
    let found = lines("bareflow-shrink", &arguments).remove(0);
    let page = dom(&report).unwrap();
    for function in found["functions"].as_array().unwrap() {
        let name = function["name"].as_str().unwrap();
        assert!(page.contains(&name.replace('<', "&lt;").replace('>', "&gt;")), "{name}");
    }
    let shown = show(&report, Scheme::Light, 1100, 800).unwrap();
    assert_eq!(shown.console, Vec::<String>::new());
    let paper = shown.picture.point(2, 2);
    let filled = 1.0 - shown.picture.count(paper) as f64 / shown.picture.area() as f64;
    assert!(filled > 0.4, "{filled} of the window is filled");
}

/// These tests can fail: what a broken page says is heard, and an empty one is seen.
#[test]
fn broken_pages_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, html: &str| -> PathBuf {
        let path: &Path = folder.path();
        std::fs::write(path.join(name), html).unwrap();
        path.join(name)
    };
    let broken = write("broken.html", "<!doctype html><script>nothing_of_this_name()</script>");
    let shown = show(&broken, Scheme::Light, 200, 200).unwrap();
    assert!(shown.console.iter().any(|line| line.contains("ReferenceError")), "{shown:?}");
    assert_eq!(shown.picture.count([255; 3]), shown.picture.area());
    assert_eq!(shown.picture.rows([1, 2, 3], 1), None);
}
