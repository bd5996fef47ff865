//! The page to look through all that was learned, clicked through in a real browser.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_tests::browser::{Scheme, show, work};
use bareflow_tests::tool::{lines, text};
use serde_json::Value;

fn read(page: &Path, script: &str) -> Value {
    serde_json::from_str(&work(page, script).unwrap()).unwrap()
}

/// A demo of two boots in processes; its folder.
fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--hosted", "--small", "--boots", "2", "--out", text(folder.path())];
    let _ = lines("bareflow", &arguments);
    folder
}

#[test]
fn a_page_is_clicked_through() {
    let folder = demo();
    let page = folder.path().join("explore.html");
    let index = std::fs::read_to_string(folder.path().join("index.html")).unwrap();
    assert!(index.contains("<a href=\"explore.html\">"), "the demo's page leads to it");
    let snapshots = folder.path().join("grown/boot/snapshots");
    let known = lines("bareflow", &["snapshot", "show", text(&snapshots), "--top", "1"]).remove(0);
    let known = known["functions"].as_array().unwrap();
    let found = read(
        &page,
        r#"
        const row = name => [...document.querySelectorAll('.row')]
          .find(row => row.querySelector('b').textContent === name);
        const title = () => document.querySelector('#detail h2').textContent;
        const out = { rows: document.querySelectorAll('.row').length, first: title() };
        // By searching: only what matches is left, and Enter goes there.
        press('/');
        out.searching = document.activeElement.id;
        type('sha256:');
        out.left = [...document.querySelectorAll('.row:not([hidden]) b')].map(b => b.textContent);
        press('Enter');
        out.entered = [title(), document.activeElement.id];
        out.pair = document.getElementById('pair').innerText;
        out.why = document.querySelector('.why').innerText;
        out.heat = [...document.querySelectorAll('#pair > div')]
          .filter(cell => parseInt(cell.style.getPropertyValue('--heat')) > 0).length;
        press('Escape'); press('Escape');
        out.all = document.querySelectorAll('.row:not([hidden])').length;
        // By the mouse, to a function that is called, and from it to its caller.
        clickOn(row('sum:sum'));
        out.clicked = title();
        const caller = data.functions.findIndex(f => f.callees.some(c => c.to !== null));
        clickOn(elements[caller]);
        const callee = document.querySelector('#callees button:not([disabled])');
        out.link = callee.firstChild.textContent;
        clickOn(callee);
        out.followed = title();
        clickOn(document.querySelector('#callers button'));
        out.back = data.functions[chosen].callees.length;
        // By keys alone.
        document.getElementById('rows').focus();
        const before = chosen;
        press('j'); press('ArrowDown'); press('k');
        out.moved = shown.indexOf(chosen) - shown.indexOf(before);
        press('b');
        out.boots = [document.getElementById('boots').hidden, document.querySelectorAll('#boots svg').length];
        clickOn(document.getElementById('to-compare'));
        out.compare = document.getElementById('changed').textContent;
        out.changes = document.querySelectorAll('#changes tr').length;
        out.snapshots = data.snapshots.map(s => s.boot);
        clickOn(document.querySelector('#changes button'));
        out.returned = document.getElementById('functions').hidden;
        return out;
    "#,
    );
    let rows = found["rows"].as_u64().unwrap() as usize;
    assert!(rows >= known.len(), "{rows} rows, {} functions: {found}", known.len());
    assert_eq!((&found["all"], &found["searching"]), (&rows.into(), &"search".into()), "{found}");
    let left = found["left"].as_array().unwrap();
    assert!(!left.is_empty() && left.len() < rows, "{found}");
    assert!(left.iter().all(|name| name.as_str().unwrap().starts_with("sha256:")), "{found}");
    assert_eq!(found["entered"][1], "detail", "{found}");
    let pair = found["pair"].as_str().unwrap();
    assert!(pair.contains("define ") && pair.contains("load ") && pair.contains("ret"), "{pair}");
    assert!(pair.contains("block 0") && pair.contains("mov"), "IR and machine code: {pair}");
    assert!(found["heat"].as_u64().unwrap() > 2, "{found}");
    let why = found["why"].as_str().unwrap();
    assert!(why.contains("in a shrunk image") && why.contains("boot"), "{why}");
    assert!(found["clicked"].as_str().unwrap().ends_with("sum:sum"), "{found}");
    let (link, followed) = (found["link"].as_str().unwrap(), found["followed"].as_str().unwrap());
    assert!(followed.ends_with(&format!(":{link}")), "{link} leads to {followed}");
    assert!(found["back"].as_u64().unwrap() > 0, "{found}");
    assert_eq!(found["moved"], 1, "{found}");
    assert_eq!(found["boots"], serde_json::json!([false, 2]), "{found}");
    assert!(found["compare"].as_str().unwrap().contains("functions differ"), "{found}");
    assert!(found["changes"].as_u64().unwrap() > 1, "{found}");
    assert_eq!(found["snapshots"], serde_json::json!([1, 2]), "{found}");
    assert_eq!(found["returned"], false, "{found}");
    for scheme in [Scheme::Light, Scheme::Dark] {
        let shown = show(&page, scheme, 1300, 900).unwrap();
        assert_eq!(shown.console, Vec::<String>::new());
        let paper = match scheme {
            Scheme::Light => [0xff; 3],
            Scheme::Dark => [0x12, 0x16, 0x1c],
        };
        let blank = shown.picture.count(paper) as f64 / shown.picture.area() as f64;
        assert!((0.2..0.97).contains(&blank), "{scheme:?}: {blank} of the page is empty");
    }
}

/// A C program of so many functions, each called a few times and the first ones often.
fn many(folder: &Path, count: usize) -> PathBuf {
    let mut source = String::from("#include <stdio.h>\n");
    for at in 0..count {
        writeln!(
            source,
            "__attribute__((noinline)) long f{at}(long x) {{ for (int i = 0; i < 3; i++) x = x * {} + \
             i; return x ^ (x >> 7); }}",
            2 * at + 3
        )
        .unwrap();
    }
    source += "int main(void) { long x = 1;\n";
    for at in 0..count {
        let times = if at < 40 { 2000 } else { 3 };
        writeln!(source, "for (int i = 0; i < {times}; i++) x = f{at}(x);").unwrap();
    }
    source += "printf(\"%ld\\n\", x); return 0; }\n";
    let file = folder.join("many.c");
    std::fs::write(&file, source).unwrap();
    let bitcode = folder.join("many.bc");
    let clang = Command::new("clang-22")
        .args(["-O1", "-emit-llvm", "-c", text(&file), "-o", text(&bitcode)])
        .status()
        .unwrap();
    assert!(clang.success());
    bitcode
}

#[test]
fn a_thousand_functions_are_no_lag() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let bitcode = many(folder.path(), 1000);
    let _ = lines("bareflow", &["run", text(&bitcode), "--disk", text(&disk)]);
    let page = folder.path().join("page.html");
    let snapshots = disk.join("boot/snapshots");
    let line = lines("bareflow", &["explore", text(&snapshots), "-o", text(&page)]).remove(0);
    assert!(line["functions"].as_u64().unwrap() >= 1000, "{line}");
    let found = read(
        &page,
        r#"
        const timed = act => {
          const times = [];
          for (let i = 0; i < 9; i++) {
            const began = performance.now();
            act(i);
            document.body.offsetHeight;
            times.push(performance.now() - began);
          }
          return times.sort((a, b) => a - b)[4];
        };
        press('/');
        const out = { rows: elements.length };
        out.search = timed(i => type('f' + i));
        out.found = shown.length;
        type('');
        document.getElementById('rows').focus();
        out.step = timed(() => press('j'));
        out.sort = timed(i => {
          document.getElementById('sort').value = i % 2 ? 'name' : 'heat';
          document.getElementById('sort').dispatchEvent(new Event('change'));
        });
        return out;
    "#,
    );
    eprintln!("{} bytes; medians in ms: {found}", line["bytes"]);
    // f8, f80 to f89, f800 to f899, and whatever of the C library has an f8 in its name.
    assert!((111..160).contains(&found["found"].as_u64().unwrap()), "{found}");
    // A tenth of a second feels immediate; the machine that tests is busy.
    for what in ["search", "step", "sort"] {
        assert!(found[what].as_f64().unwrap() < 200.0, "{what}: {found}");
    }
}

#[test]
fn names_from_programs_cannot_break_out_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("odd.c");
    let odd = "</script><script>document.title='broken'</script>";
    std::fs::write(
        &source,
        format!("__attribute__((noinline)) int odd(int x) __asm__(\"{odd}\");\nint odd(int x) {{ return \
                 x * 7; }}\nint main(int c, char **v) {{ return odd(c) - 7; }}\n"),
    )
    .unwrap();
    let bitcode = folder.path().join("odd.bc");
    let clang = Command::new("clang-22")
        .args(["-O1", "-emit-llvm", "-c", text(&source), "-o", text(&bitcode)])
        .status()
        .unwrap();
    assert!(clang.success());
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let _ = lines("bareflow", &["run", text(&bitcode), "--disk", text(&disk)]);
    let page = folder.path().join("page.html");
    let snapshots = disk.join("boot/snapshots");
    let _ = lines("bareflow", &["explore", text(&snapshots), "-o", text(&page)]);
    let found = read(&page, "return [document.title, data.functions.map(f => f.symbol)]");
    assert!(found[0].as_str().unwrap().starts_with("BareFlow"), "{found}");
    assert!(found[1].as_array().unwrap().iter().any(|name| name == odd), "{found}");
}
