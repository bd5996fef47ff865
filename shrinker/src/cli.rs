//! The command line.

use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use bareflow_boot::way_back::BY_ITSELF;
use bareflow_cranelift::Cranelift;
use bareflow_emulator::Tape;
use bareflow_hosted::Resident;
use bareflow_llvm::Llvm;
use bareflow_object::Compiler;
use clap::{Parser, ValueEnum};

use crate::disk::Disk;
use crate::failure::{Failure, Kind};
use crate::files::Files;
use crate::image::Image;
use crate::report::{Report, grouped};
use crate::source::{self, Source};
use crate::way_back::Both;
use crate::{Goal, Options, Policy, html, shrink, verify};

/// Turns a snapshot into a minimal bootable image: native code of each function at its best
/// level, the machine it needs, and nothing else.
#[derive(Parser, Debug)]
#[command(name = "bareflow-shrink", version, after_help = EXAMPLES)]
pub struct Cli {
    /// A snapshot file (boot_NNN.snapshot), or a grown disk image or a folder: then the newest
    /// snapshot in it, or, as IMAGE:N, that of boot N.
    #[arg(value_name = "SNAPSHOT|IMAGE")]
    snapshot: PathBuf,
    /// The flat image to write; it boots from hard disk and floppy.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The ELF image to write; it boots with `qemu -kernel` and has symbols.
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,
    /// What may be left out.
    #[arg(long, value_enum, default_value_t = PolicyName::Reachable)]
    policy: PolicyName,
    /// Print JSON only.
    #[arg(long)]
    json: bool,
    /// A page for people: what takes how much room, and why. Opens without a network.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Boot the grown and the shrunk image and compare what they print. Both read what this command
    /// gets on its standard input, if that is no terminal.
    #[arg(long)]
    verify: bool,
    /// The grown disk image that a snapshot file comes from.
    #[arg(long, value_name = "DISK")]
    grown: Option<PathBuf>,
    /// MiB of room for files that the programs write, in the volume behind the flat image's code; with it
    /// there is one even without files. [default: 1, where there are files]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=2000))]
    room: Option<u64>,
    /// Let the image report how many processor cycles it took to its program, and the program.
    #[arg(long)]
    timing: bool,
    /// Compile everything once more with LLVM, on this machine, and keep what is better.
    #[arg(long)]
    reoptimise: bool,
    /// What is better: code of what takes time is LLVM's where no tournament has measured otherwise,
    /// all else is what is smaller; or everything is what is smaller.
    #[arg(long = "for", value_enum, default_value_t = GoalName::Speed, requires = "reoptimise")]
    goal: GoalName,
    /// The resident compiler. [default: the one that was built]
    #[arg(long, value_name = "FILE", requires = "reoptimise")]
    compiler: Option<PathBuf>,
    /// Where the image looks for its files. A machine that has them elsewhere finds none.
    #[arg(long, value_enum, default_value_t = DisksName::All)]
    disks: DisksName,
    /// Leave the flat image unpacked.
    #[arg(long)]
    no_pack: bool,
    /// A disk with both images: the shrunk one starts; what it cannot do has the machine start again with the
    /// grown one, which learns it. SNAPSHOT is a disk image then, and stays as it is unless it is the output.
    #[arg(long, conflicts_with_all = ["elf", "grown"])]
    with_grown: bool,
    /// Have the machine itself make the next shrunk images, at the end of a boot that learnt.
    #[arg(long = "self", requires = "with_grown")]
    by_itself: bool,
    /// Forget why earlier shrunk images of the disk came back.
    #[arg(long, requires = "with_grown")]
    forget: bool,
    /// Seconds after which a machine that has not ended counts as hung.
    #[arg(long, value_name = "S", default_value_t = 120)]
    timeout: u64,
}

const EXAMPLES: &str = "\
Examples:
  bareflow-shrink disk.img
  bareflow-shrink disk.img:3 -o app.img --verify
  bareflow-shrink boot_005.snapshot -o app.img --elf app.elf --report app.html
  bareflow-shrink boot_005.snapshot --verify --grown disk.img
  bareflow-shrink disk.img --room 16 -o app.img
  bareflow-shrink disk.img --reoptimise --for size
  bareflow-shrink disk.img -o both.img --policy executed --with-grown
  bareflow-shrink disk.img -o both.img --policy executed --with-grown --self";

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum PolicyName {
    /// What the program cannot call or use.
    Reachable,
    /// What no boot ever ran, too; a trap that names it stands in its place.
    Executed,
}

/// What disks may hang on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum DisksName {
    /// Every kind of controller that is known: IDE, SATA, virtio.
    All,
    /// The classic controllers, as QEMU's machine `pc` has them: smaller.
    Ide,
}

/// What is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum GoalName {
    /// Fast code where time goes.
    Speed,
    /// Small code.
    Size,
}

impl Cli {
    /// Whether only JSON is wanted.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Does what was asked for. `json`: standard output carries JSON only.
    ///
    /// # Errors
    /// Why nothing was written.
    pub fn run(&self, json: bool) -> Result<(), Failure> {
        let source = source::one(&self.snapshot)?;
        let disk = source.inside.is_some().then(|| source.file.clone());
        let grown = self.grown.clone().or(disk);
        if self.verify && grown.is_none() {
            let message = "--verify boots the grown image too: name it with --grown DISK";
            return Err(Failure::new(Kind::Usage, message));
        }
        let output = match (&self.output, &self.elf) {
            (None, None) => Some(beside(&source)),
            (output, _) => output.clone(),
        };
        let both = self.with_grown.then(|| self.both(&source)).transpose()?;
        let options = Options {
            policy: match self.policy {
                PolicyName::Reachable => Policy::Reachable,
                PolicyName::Executed => Policy::Executed,
            },
            flat: output.is_some() || self.verify,
            elf: self.elf.is_some(),
            plain: self.no_pack,
            timing: self.timing,
            classic_disks: self.disks == DisksName::Ide,
            way_back: both.as_ref().map(Both::first),
        };
        let llvm = self.reoptimise.then(|| self.llvm()).transpose()?;
        let goal = if self.goal == GoalName::Size { Goal::Size } else { Goal::Speed };
        let second = llvm.as_ref().map(|llvm| (llvm as &dyn Compiler, goal));
        let mut shrunk = shrink::shrink_again(&source.bytes, &Cranelift::new(), second, &options)
            .map_err(|failure| name_in(failure, &source))?;
        let mut report = shrunk.report;
        report.input = source.name();
        if both.is_none() {
            take_files(grown.as_deref(), shrunk.image.as_mut(), self.room, &mut report)?;
        }
        if let Some(grown) = &grown {
            report.compare_with(Disk::of(grown)?);
        }
        // The image alone, or the disk with both.
        let image = shrunk.image.as_ref().map(|image| -> Content<'_> {
            let bytes = image.file.clone();
            match &both {
                Some(both) => {
                    let made = (source.boot.unwrap_or(0), self.made(&options));
                    Box::new(move |file| both.write(&bytes, made.0, made.1, file))
                }
                None => plain(bytes),
            }
        });
        let verdict = match (&grown, &image) {
            (Some(grown), Some(image)) if self.verify => {
                let stdin = std::io::stdin();
                let typed = stdin.is_terminal();
                let input = if typed { Tape::of(Vec::new()) } else { Tape::new(stdin) };
                let alone = both.as_ref().map(|both| |file: &mut File| both.write_grown(file));
                let grown = match &alone {
                    Some(write) => verify::Disk::Made(write),
                    None => verify::Disk::There(grown),
                };
                let shrunk_disk = verify::Disk::Made(image);
                let orders = &shrunk.orders;
                Some(verify::verify(&grown, &shrunk_disk, orders, &input, self.timeout)?)
            }
            _ => None,
        };
        let mut files: Vec<(&Path, Content<'_>)> = Vec::new();
        if let (Some(path), Some(image)) = (&output, image) {
            files.push((path, image));
        }
        if let (Some(path), Some(elf)) = (&self.elf, &shrunk.elf) {
            files.push((path, plain(elf.file.clone())));
        }
        if let Some(path) = &self.report {
            files.push((path, plain(html::page(&report).into_bytes())));
        }
        write_all(&files)?;
        if json {
            let mut value = serde_json::to_value(&report).unwrap_or_default();
            if let Some(verdict) = &verdict {
                value["verify"] = serde_json::to_value(verdict).unwrap_or_default();
            }
            say(format_args!("{value}"));
        } else {
            say(format_args!("{}", report.to_text().trim_end()));
            if let Some(verdict) = &verdict {
                say(format_args!("{verdict}"));
            }
            for (path, _) in &files {
                say(format_args!("wrote {}", path.display()));
            }
        }
        Ok(())
    }
}

/// Puts the files of the grown disk behind the code of a flat image, if its programs open any, and says
/// what became of them.
fn take_files(
    grown: Option<&Path>,
    image: Option<&mut Image>,
    room: Option<u64>,
    report: &mut Report,
) -> Result<(), Failure> {
    let files = grown.map_or(Ok(Files::default()), Files::of)?;
    let (count, bytes) = files.measure();
    report.files_note = match image {
        _ if !report.opens_files && files.is_empty() => return Ok(()),
        _ if !report.opens_files => {
            format!("{count} on the grown disk were left out: no program in the image opens any")
        }
        None if files.is_empty() => return Ok(()),
        None => format!(
            "{count} on the grown disk, none in the ELF image: it works with those of a disk that \
             the machine has, such as the grown one"
        ),
        Some(_) if files.is_empty() && room.is_none() => match grown {
            Some(_) => {
                "none on the grown disk, and no volume in the image: --room makes one".into()
            }
            None => "none came along, since a snapshot has none: name the grown disk with --grown"
                .into(),
        },
        Some(image) => {
            let code = image.file.len() as u64;
            let room = room.unwrap_or(1) << 20;
            files.append(&mut image.file, room).map_err(|error| {
                let failure =
                    Failure::new(Kind::TooLarge, format!("its files do not fit: {error}"));
                match grown {
                    Some(grown) => failure.file(grown.display()),
                    None => failure,
                }
            })?;
            report.image_bytes = Some(image.file.len() as u64);
            (report.files, report.file_bytes) = (count, bytes);
            format!(
                "{count} of {} bytes, in a volume behind the code's {} bytes",
                grouped(bytes),
                grouped(code)
            )
        }
    };
    Ok(())
}

/// Prints a line. Nobody reads any more: not an error of the command.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

impl Cli {
    /// How the image of a disk with both is made, as its record has it.
    fn made(&self, options: &Options) -> u8 {
        options.byte() | if self.by_itself { BY_ITSELF } else { 0 }
    }

    /// The disk that is to have both images.
    fn both(&self, source: &Source) -> Result<Both, Failure> {
        if source.inside.is_none() {
            let message = "--with-grown wants the disk image that has the grown one";
            return Err(Failure::new(Kind::Usage, message).file(source.file.display()));
        }
        let mut both = Both::of(&source.file)?;
        if self.forget {
            both.forget();
        }
        both.check().map(|()| both)
    }

    /// LLVM, as a process of this machine.
    fn llvm(&self) -> Result<Llvm<Resident>, Failure> {
        let built = || {
            let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bareflow");
            std::env::var_os("BAREFLOW_ARTEFACTS").map_or(checkout, PathBuf::from)
        };
        let file = self.compiler.clone().unwrap_or_else(|| built().join("compilers/llvm"));
        Resident::new(&file).map(Llvm::new).map_err(|error| {
            let message = format!("{error}: `cargo xtask build` makes the compiler");
            Failure::new(Kind::File, message).file(file.display())
        })
    }
}

/// `failure`, in the file of `source` and at its place there, if it names none itself.
fn name_in(mut failure: Failure, source: &Source) -> Failure {
    if failure.file.is_none() {
        failure.file = Some(source.file.display().to_string());
        failure.at = match (&source.inside, failure.at.take()) {
            (Some(inside), Some(at)) => Some(format!("{inside}: {at}")),
            (inside, at) => at.or_else(|| inside.clone()),
        };
    }
    failure
}

/// Where the image of a snapshot goes if nobody says: beside it.
fn beside(source: &Source) -> PathBuf {
    match &source.inside {
        // The disk image itself is probably called `.img` already.
        Some(_) => source.file.with_extension("shrunk.img"),
        None => source.file.with_extension("img"),
    }
}

/// What writes the content of a file.
type Content<'a> = Box<dyn Fn(&mut File) -> Result<(), Failure> + 'a>;

fn plain<'a>(bytes: Vec<u8>) -> Content<'a> {
    let failed = |error: std::io::Error| Failure::new(Kind::File, error.to_string());
    Box::new(move |file| file.write_all(&bytes).map_err(failed))
}

/// Writes all files or none: each first beside its place, then all are renamed.
fn write_all(files: &[(&Path, Content<'_>)]) -> Result<(), Failure> {
    let failed = |path: &Path, error: std::io::Error| {
        Failure::new(Kind::File, error.to_string()).file(path.display())
    };
    let mut ready = Vec::new();
    for (path, content) in files {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Ordinary rights, less what the umask takes, instead of those of a secret.
        let rights = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        let mut file = tempfile::Builder::new()
            .permissions(rights)
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(|error| failed(path, error))?;
        content(file.as_file_mut()).map_err(|failure| match failure.file {
            None => failure.file(path.display()),
            Some(_) => failure,
        })?;
        ready.push((path, file));
    }
    for (path, file) in ready {
        file.persist(path).map_err(|error| failed(path, error.error))?;
    }
    Ok(())
}
