//! The language model: the same tokens as a plain program's, in every format, at every level, on any number of
//! processors; on the machine and shrunk.
//!
//! The trained model is read from the folder that `BAREFLOW_MODELS` names, if any.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bareflow_tests::language::blocks::{self, Format};
use bareflow_tests::language::plain::{Model, Run};
use bareflow_tests::language::{damage, file, llama2c, native, tokenizer};
use bareflow_tests::process::{self, Ended};
use bareflow_tests::{artefact, place};
use libtest_mimic::{Arguments, Failed, Trial};

const PATIENCE: Duration = Duration::from_secs(240);

/// How the program is run: a name, and further arguments of `bareflow run`.
const WAYS: [(&str, &[&str]); 9] = [
    ("interp", &["--level", "interp"]),
    ("O0", &["--level", "O0"]),
    ("O1", &["--level", "O1"]),
    ("O2", &["--level", "O2"]),
    ("O3", &["--level", "O3"]),
    ("auto", &["--thresholds", "3,10,40"]),
    ("auto, 2 processors", &["--thresholds", "3,10,40", "--smp", "2"]),
    ("O3, 4 processors", &["--level", "O3", "--smp", "4"]),
    ("O3 by LLVM, 2 processors", &["--level", "O3", "--compilers", "O3=llvm", "--smp", "2"]),
];

/// Runs the program in a process.
fn run(way: &[&str], arguments: &[&str]) -> Result<Ended, String> {
    let mut command = Command::new(place::tool("bareflow")?);
    command.env("BAREFLOW_ARTEFACTS", place::artefacts()?);
    command.arg("run").args(way).arg(artefact("llm.bc")).arg("--").args(arguments);
    let ended = process::run(&mut command, b"", PATIENCE)?;
    match ended.status {
        0 => Ok(ended),
        status => Err(format!("ended with {status}: {}", String::from_utf8_lossy(&ended.err))),
    }
}

/// Token numbers as the program writes them.
fn numbers(ended: &Ended) -> Vec<usize> {
    let text = String::from_utf8_lossy(&ended.out);
    text.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

/// What a plain program answers to the first token, and the scores before each token of it.
fn plain(model: &Model, first: usize, count: usize) -> (Vec<usize>, Vec<Vec<f32>>) {
    let mut run = Run::new(model);
    let (mut token, mut tokens, mut all) = (first, Vec::new(), Vec::new());
    for _ in 0..count {
        let scores = run.put(token);
        token = Run::best(&scores);
        tokens.push(token);
        all.push(scores);
    }
    (tokens, all)
}

/// A file with a model of random weights, written once.
fn random_file(format: Format) -> Result<PathBuf, String> {
    let folder = place::target().join("programs");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let path = folder.join(format!("random-{format:?}.gguf"));
    std::fs::write(&path, file::random(format).0).map_err(|error| error.to_string())?;
    Ok(path)
}

/// Answers in a format are a plain program's.
fn check_format(format: Format) -> Result<(), Failed> {
    let (_, model) = file::random(format);
    let path = random_file(format)?;
    let path = path.to_str().ok_or("a path that is not UTF-8")?;
    let count = file::CONTEXT as usize - 1;
    let (tokens, _) = plain(&model, 1, count);
    let count = count.to_string();
    // All ways for two of them: the others differ in how numbers are unpacked, and in nothing else.
    let some: &[usize] =
        if matches!(format, Format::Q4_1 | Format::Q6K) { &[0, 4, 6, 8] } else { &[0, 6] };
    for (name, way) in some.iter().map(|index| WAYS[*index]) {
        let ended = run(way, &[path, "--raw", "--numbers", "-n", &count])?;
        let got = numbers(&ended);
        if got != tokens {
            return Err(format!("{name}: {got:?}, not {tokens:?}").into());
        }
    }
    Ok(())
}

/// Checkpoints of llama2.c of every version answer as a plain program does.
fn check_versions() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        Ok::<_, std::io::Error>(path.to_string_lossy().into_owned())
    };
    let (zero, tokens) = llama2c::random(llama2c::EVEN);
    let tokenizer = write("tokens", &tokens)?;
    let (two, meant) = llama2c::version2(&zero, 64);
    let files = [
        ("version 0", zero.clone(), &zero),
        ("version 1", llama2c::version1(&zero), &zero),
        ("version 2", two, &meant),
    ];
    for (name, file, plain_file) in files {
        check_checkpoint(name, &write(name, &file)?, &tokenizer, plain_file, &[0, 6])?;
    }
    for (name, sizes) in [("odd sizes", llama2c::ODD[0]), ("rows of few", llama2c::ODD[1])] {
        let (file, tokens) = llama2c::random(sizes);
        let (path, tokenizer) = (write(name, &file)?, write("tokens", &tokens)?);
        check_checkpoint(name, &path, &tokenizer, &file, &[0, 3, 4, 7, 8])?;
    }
    Ok(())
}

/// A checkpoint answers in some ways as the plain model of another does.
fn check_checkpoint(
    name: &str,
    path: &str,
    tokenizer: &str,
    plain_file: &[u8],
    ways: &[usize],
) -> Result<(), Failed> {
    let (wanted, _) = plain(&llama2c::model(plain_file), 1, 24);
    let arguments = [path, "--tokenizer", tokenizer, "--raw", "--numbers", "-n", "24"];
    for (way, options) in ways.iter().map(|way| WAYS[*way]) {
        let got = numbers(&run(options, &arguments)?);
        if got != wanted {
            return Err(format!("{name}, {way}: {got:?}, not {wanted:?}").into());
        }
    }
    Ok(())
}

/// Keys and values in fewer bits: the same scores in every way, near a plain program's, whose difference is no more than `most`.
fn check_kept(cache: &str, most: f32) -> Result<(), Failed> {
    let (_, model) = file::random(Format::F32);
    let path = random_file(Format::F32)?;
    let path = path.to_str().ok_or("a path that is not UTF-8")?;
    // More positions than are kept side by side, and more than go through the layers together.
    let prompt = "no block is full of what was said of late, nor is a batch";
    let asked = |way: &[&str], what: &str| {
        run(way, &[path, "--raw", "--prompt", prompt, "--cache", cache, what])
    };
    // A text begins with token 1.
    let mut tokens = vec![1];
    tokens.extend(numbers(&asked(WAYS[0].1, "--encode")?));
    let mut plain = Run::new(&model);
    let wanted: Vec<f32> = tokens.iter().flat_map(|token| plain.put(*token)).collect();
    let mut first: Option<Vec<u8>> = None;
    for (name, way) in [0, 4, 6, 7, 8].map(|index| WAYS[index]) {
        let got = asked(way, "--scores")?.out;
        let scores = got.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let apart: Vec<f32> =
            scores.zip(&wanted).map(|(got, wanted)| (got - wanted).abs()).collect();
        // What is no number is not near either.
        if apart.len() != wanted.len() || !apart.iter().all(|apart| *apart <= most) {
            let worst = apart.iter().fold(0.0, |worst: f32, apart| worst.max(*apart));
            let what = format!("{name}: {} scores, not {}", apart.len(), wanted.len());
            return Err(format!("{what}, and up to {worst} apart").into());
        }
        if got != *first.get_or_insert_with(|| got.clone()) {
            return Err(format!("{name}: scores that are not the first way's").into());
        }
    }
    Ok(())
}

/// Damaged files are refused in words, or answered from; nothing else happens.
fn check_damage(format: Option<Format>) -> Result<(), Failed> {
    let program = native::program()?;
    let refused = match format {
        Some(format) => damage::try_all(&program, &file::random(format).0, 12_000, 250, &[])?,
        None => {
            let folder = tempfile::tempdir()?;
            let tokenizer = folder.path().join("tokenizer");
            let (model, tokens) = llama2c::random(llama2c::EVEN);
            std::fs::write(&tokenizer, &tokens)?;
            let tokenizer = tokenizer.to_str().ok_or("a path that is not UTF-8")?;
            let try_all = |model: &[u8]| {
                damage::try_all(&program, model, 256, 120, &["--tokenizer", tokenizer])
            };
            try_all(&model)?.min(try_all(&llama2c::version2(&model, 32).0)?)
        }
    };
    // Otherwise nothing was damaged.
    if refused < 30 { Err(format!("only {refused} refused").into()) } else { Ok(()) }
}

/// What the trained model says, by a plain program.
struct Stories {
    folder: PathBuf,
    plain: OnceLock<(Vec<usize>, String)>,
}

/// Tokens of its story.
const STORY: usize = 256;

impl Stories {
    fn text(&self) -> Result<&(Vec<usize>, String), String> {
        if let Some(made) = self.plain.get() {
            return Ok(made);
        }
        let read = |name: &str| {
            std::fs::read(self.folder.join(name)).map_err(|error| format!("{name}: {error}"))
        };
        let (tokens, _) = plain(&llama2c::model(&read("stories260K.bin")?), 1, STORY);
        let texts = llama2c::texts(&read("tok512.bin")?);
        let mut text = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            let piece = &texts[*token];
            let byte = piece.strip_prefix(b"<0x").and_then(|hex| hex.get(..2));
            let byte =
                byte.and_then(|hex| u8::from_str_radix(&String::from_utf8_lossy(hex), 16).ok());
            match byte {
                Some(byte) => text.push(byte),
                None if place == 0 => text.extend(piece.strip_prefix(b" ").unwrap_or(piece)),
                None => text.extend(piece),
            }
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(self.plain.get_or_init(|| (tokens, text)))
    }

    fn check(&self, way: &[&str], cache: &str) -> Result<(), Failed> {
        let path = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let (model, tokenizer) = (path("stories260K.bin"), path("tok512.bin"));
        let arguments = [&model, "--tokenizer", &tokenizer, "-n", "256", "--cache", cache];
        let ended = run(way, &arguments)?;
        let (_, wanted) = self.text()?;
        let got = String::from_utf8_lossy(&ended.out);
        if got.trim_end_matches('\n') != wanted.trim_end_matches('\n') {
            return Err(format!("{got:?}, not {wanted:?}").into());
        }
        Ok(())
    }
}

fn models() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("BAREFLOW_MODELS")?);
    Path::new(&folder).join("stories260K.bin").is_file().then_some(folder)
}

fn main() {
    let mut trials = Vec::new();
    for format in blocks::ALL {
        trials.push(Trial::test(format!("random weights in {format:?}"), move || {
            check_format(format)
        }));
    }
    trials.push(Trial::test("checkpoints of llama2.c", check_versions));
    for (cache, most) in [("f32", 0.00005), ("f16", 0.005), ("q8_0", 0.15)] {
        let check = move || check_kept(cache, most);
        trials.push(Trial::test(format!("keys and values in {cache}"), check));
    }
    for name in ["gpt-2", "smollm", "llama-bpe", "qwen2"] {
        let check = move || Ok(tokenizer::check(&native::program()?, name)?);
        trials.push(Trial::test(format!("tokens of words as {name} tells them apart"), check));
    }
    for format in [Some(Format::Q4_1), Some(Format::Q6K), None] {
        let name = format.map_or("llama2.c".to_owned(), |format| format!("{format:?}"));
        trials.push(Trial::test(format!("damaged files, {name}"), move || check_damage(format)));
    }
    let folder = models();
    let ignored = folder.is_none();
    let stories = Arc::new(Stories { folder: folder.unwrap_or_default(), plain: OnceLock::new() });
    for (name, way) in WAYS {
        let stories = Arc::clone(&stories);
        let name = match ignored {
            true => {
                format!("stories260K, {name}: skipped, BAREFLOW_MODELS names no folder with it")
            }
            false => format!("stories260K, {name}"),
        };
        trials
            .push(Trial::test(name, move || stories.check(way, "f32")).with_ignored_flag(ignored));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
