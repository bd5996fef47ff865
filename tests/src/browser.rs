//! A real browser without a window: what it shows, what it says.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process;

/// Patience with one start of the browser, on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(120);

/// Settings that keep it from looking for anything outside.
const QUIET: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
];

/// Light or dark, as the reader's system has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "as the style sheets name them")]
pub enum Scheme {
    Light,
    Dark,
}

/// What a page looks like, and what its console has.
#[derive(Debug)]
pub struct Shown {
    /// The picture.
    pub picture: Picture,
    /// Lines of the console: a page without errors has none.
    pub console: Vec<String>,
}

/// The browser: what `BAREFLOW_BROWSER` names, or Chromium in the search path.
fn browser() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("BAREFLOW_BROWSER") {
        return Ok(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| "chromium is missing: `cargo xtask setup` installs it".to_owned())
}

fn start(page: &Path, scheme: Scheme, further: &[String]) -> Result<process::Ended, String> {
    let profile = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut command = Command::new(browser()?);
    command.args(QUIET).args(further);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    if scheme == Scheme::Dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    command.arg(format!("file://{}", page.display()));
    process::run(&mut command, b"", LIMIT)
}

/// The lines of the console among all that the browser says.
fn console(said: &[u8]) -> Vec<String> {
    let said = String::from_utf8_lossy(said);
    said.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect()
}

/// Shows `page`, an absolute path, in a window of this size.
///
/// # Errors
/// There is no browser, or it made no picture.
pub fn show(page: &Path, scheme: Scheme, width: u32, height: u32) -> Result<Shown, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("page.png");
    let further =
        [format!("--window-size={width},{height}"), format!("--screenshot={}", file.display())];
    let ended = start(page, scheme, &further)?;
    let picture = Picture::read(&file)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&ended.err)))?;
    Ok(Shown { picture, console: console(&ended.err) })
}

/// The page as the browser's parser understood it, as HTML.
///
/// # Errors
/// There is no browser, or it failed.
pub fn dom(page: &Path) -> Result<String, String> {
    let ended = start(page, Scheme::Light, &["--dump-dom".to_owned()])?;
    String::from_utf8(ended.out).map_err(|error| error.to_string())
}

/// What a script in a page can do as a reader would: click what is really in sight, press keys, type.
/// It ends with what it found out, as JSON in the page.
const READER: &str = r#"
function clickOn(element) {
  element.scrollIntoView({ block: 'center', inline: 'nearest' });
  const place = element.getBoundingClientRect();
  const [x, y] = [place.left + Math.min(place.width / 2, 40), place.top + place.height / 2];
  const hit = document.elementFromPoint(x, y);
  if (!hit || !element.contains(hit)) throw new Error('not in sight: ' + element.outerHTML.slice(0, 120));
  if (element.focus) element.focus();
  hit.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: x, clientY: y }));
}
function press(key) {
  (document.activeElement || document.body)
    .dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}
function type(text) {
  document.activeElement.value = text;
  document.activeElement.dispatchEvent(new Event('input', { bubbles: true }));
}
"#;

/// Works with `page` as a reader would, by a script that has `clickOn`, `press` and `type`; what it
/// returns, as JSON.
///
/// # Errors
/// There is no browser, the script throws, or the page itself complains on its console.
pub fn work(page: &Path, script: &str) -> Result<String, String> {
    let source = std::fs::read_to_string(page).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let copy = folder.path().join("page.html");
    let (head, tail) = source.rsplit_once("</body>").ok_or("a page without an end")?;
    let added = format!(
        "<script>{READER}{{ const found = (() => {{ {script} }})();\nconst out = \
         document.createElement('template'); out.id = 'found'; out.dataset.json = \
         btoa(unescape(encodeURIComponent(JSON.stringify(found)))); document.body.append(out); }}\
         </script>"
    );
    std::fs::write(&copy, format!("{head}{added}</body>{tail}")).map_err(|e| e.to_string())?;
    let further = ["--dump-dom".to_owned(), "--window-size=1300,900".to_owned()];
    let ended = start(&copy, Scheme::Light, &further)?;
    let complaints = console(&ended.err);
    let dom = String::from_utf8_lossy(&ended.out);
    if !complaints.is_empty() {
        return Err(complaints.join("\n"));
    }
    let found = dom.rsplit_once("data-json=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (found, _) =
        found.ok_or_else(|| format!("no end: {}", String::from_utf8_lossy(&ended.err)))?;
    base64(found).ok_or_else(|| format!("not base 64: {found}"))
}

/// Text in base 64, which survives any markup.
fn base64(text: &str) -> Option<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.bytes().filter(|byte| *byte != b'=') {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        (bits, held) = (bits << 6 | u32::try_from(value).ok()?, held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

/// A colour: red, green, blue.
pub type Colour = [u8; 3];

/// A picture, point by point.
#[derive(Debug)]
pub struct Picture {
    width: usize,
    points: Vec<Colour>,
}

impl Picture {
    fn read(file: &Path) -> Result<Self, String> {
        let file = File::open(file).map_err(|error| error.to_string())?;
        let mut reader =
            png::Decoder::new(BufReader::new(file)).read_info().map_err(|e| e.to_string())?;
        let mut bytes = vec![0; reader.output_buffer_size().ok_or("a picture without a size")?];
        let info = reader.next_frame(&mut bytes).map_err(|error| error.to_string())?;
        let channels = info.color_type.samples();
        if info.bit_depth != png::BitDepth::Eight || channels < 3 {
            return Err(format!("unexpected kind of picture: {:?}", info.color_type));
        }
        let points = bytes[..info.buffer_size()]
            .chunks_exact(channels)
            .map(|point| [point[0], point[1], point[2]])
            .collect();
        Ok(Self { width: info.width as usize, points })
    }

    /// The colour of a point.
    ///
    /// # Panics
    /// When it lies outside.
    #[must_use]
    pub fn point(&self, x: usize, y: usize) -> Colour {
        self.points[y * self.width + x]
    }

    /// How many points have this colour.
    #[must_use]
    pub fn count(&self, colour: Colour) -> usize {
        self.points.iter().filter(|point| **point == colour).count()
    }

    /// How many points there are.
    #[must_use]
    pub fn area(&self) -> usize {
        self.points.len()
    }

    /// The first and the last row in which at least `least` points have this colour.
    #[must_use]
    pub fn rows(&self, colour: Colour, least: usize) -> Option<(usize, usize)> {
        let mut rows = (self.points.chunks_exact(self.width).enumerate())
            .filter(|(_, row)| row.iter().filter(|point| **point == colour).count() >= least)
            .map(|(y, _)| y);
        let first = rows.next()?;
        Some((first, rows.next_back().unwrap_or(first)))
    }
}
