//! The resident compiler as a process beside this one.
//!
//! Its file is packed (`compilers/packed`), as on the machine's disk, and is unpacked (`unpacked`) when it
//! is asked for the first time; any other program does as well, as it is. It then stays. A request that takes too long,
//! or a compiler that dies, ends that process and nothing else: the function stays as it is, and the
//! next request starts another. After three such failures there is no compiler any more.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bareflow_llvm::Exchange;
use bareflow_packed::{HEAD, Head};
use bareflow_platform::{COMPILER_FAILURES, COMPILER_PATIENCE_NS};
use sha2::{Digest, Sha256};

use crate::child::Usage;
use crate::unpacked::{cache, is_kept, unpacked};

/// Bytes of address space that it may take.
const MEMORY: u64 = 2 << 30;
/// Largest answer, in bytes.
const LONGEST: u32 = 64 << 20;

/// A compiler that may run.
#[derive(Debug)]
pub struct Resident {
    program: PathBuf,
    /// Where it is kept unpacked.
    cache: PathBuf,
    version: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The program, unpacked, if it was packed.
    unpacked: Option<OwnedFd>,
    child: Option<Child>,
    failures: u32,
}

impl Resident {
    /// The compiler in `program`, which is not started yet.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn new(program: &Path) -> io::Result<Self> {
        Self::kept_in(program, &cache())
    }

    /// The compiler in `program`, which is kept unpacked in `cache`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn kept_in(program: &Path, cache: &Path) -> io::Result<Self> {
        let mut head = Vec::new();
        File::open(program)?.take(HEAD as u64).read_to_end(&mut head)?;
        let version = match Head::read(&head) {
            Ok(head) => head.identity(),
            Err(_) => {
                let hash = Sha256::digest(std::fs::read(program)?);
                hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
            }
        };
        let (program, cache) = (program.into(), cache.into());
        Ok(Self { program, cache, version, state: Mutex::default() })
    }

    /// Changes with every change of the program.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether an earlier process has unpacked it.
    #[must_use]
    pub fn is_unpacked(&self) -> bool {
        is_kept(&self.version, &self.cache)
    }

    /// Nanoseconds that the process which runs now has had a processor, and the most bytes of memory it has
    /// had at a time; `None` where there is none.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        let state = self.state.lock().ok()?;
        let pid = state.child.as_ref()?.id();
        let mut clock = 0;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the system writes one number of a clock.
        let found = unsafe { libc::clock_getcpuclockid(pid as libc::pid_t, &mut clock) };
        // SAFETY: the system writes one `timespec`.
        if found != 0 || unsafe { libc::clock_gettime(clock, &mut time) } != 0 {
            return None;
        }
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().ok()?;
        let processor_ns = time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64;
        Some(Usage { processor_ns, peak_bytes: kilobytes * 1024 })
    }

    /// Hands a request over and waits for the answer.
    ///
    /// # Errors
    /// It is off, or has failed, in words.
    pub fn ask(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        let mut state = self.state.lock().map_err(|_| "a thread panicked")?;
        if state.failures >= COMPILER_FAILURES {
            return Err(format!("the compiler is off, having failed {COMPILER_FAILURES} times"));
        }
        if state.child.is_none() {
            let started = self.start(&mut state);
            state.child = Some(started.map_err(|error| {
                // What is damaged stays damaged.
                state.failures += 1;
                format!("the compiler {} does not start: {error}", self.program.display())
            })?);
        }
        let answer = match &mut state.child {
            Some(child) => exchange(child, request),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        match answer {
            // It says itself that it must not go on.
            Ok(answer) if answer.first() == Some(&b'f') => {
                stop(&mut state);
                Ok(answer)
            }
            Ok(answer) => Ok(answer),
            Err(error) => {
                let ended = state.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
                stop(&mut state);
                let how = ended.map_or_else(|| error.to_string(), |status| status.to_string());
                Err(how)
            }
        }
    }
}

impl Exchange for Resident {
    fn version(&self) -> String {
        self.version.clone()
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        Resident::ask(self, request)
    }
}

impl Resident {
    fn start(&self, state: &mut State) -> io::Result<Child> {
        if state.unpacked.is_none() {
            state.unpacked = unpacked(&std::fs::read(&self.program)?, &self.cache)?;
        }
        match &state.unpacked {
            Some(program) => start(Path::new(&format!("/proc/self/fd/{}", program.as_raw_fd()))),
            None => start(&self.program),
        }
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            stop(&mut state);
        }
    }
}

fn start(program: &Path) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let limit = || {
        let memory = libc::rlimit { rlim_cur: MEMORY, rlim_max: MEMORY };
        // SAFETY: the system reads one `rlimit`.
        match unsafe { libc::setrlimit(libc::RLIMIT_AS, &memory) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: between fork and exec only system calls are made.
    unsafe { command.pre_exec(limit) };
    command.spawn()
}

fn stop(state: &mut State) {
    state.failures += 1;
    if let Some(mut child) = state.child.take() {
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// One request and its answer, each behind its length in four bytes, little-endian.
fn exchange(child: &mut Child, request: &[u8]) -> io::Result<Vec<u8>> {
    let until = Instant::now() + Duration::from_nanos(COMPILER_PATIENCE_NS);
    let (Some(to), Some(from)) = (&mut child.stdin, &mut child.stdout) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let length = u32::try_from(request.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(request)?;
    to.flush()?;
    let mut head = [0; 4];
    read_whole(from, &mut head, until)?;
    let length = u32::from_le_bytes(head);
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut answer = vec![0; length as usize];
    read_whole(from, &mut answer, until)?;
    Ok(answer)
}

fn read_whole(
    from: &mut (impl Read + AsRawFd),
    mut to: &mut [u8],
    until: Instant,
) -> io::Result<()> {
    while !to.is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        let mut wait = libc::pollfd { fd: from.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let left = i32::try_from(left.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: the system reads and writes one `pollfd`.
        match unsafe { libc::poll(&mut wait, 1, left) } {
            0 => return Err(io::Error::new(io::ErrorKind::TimedOut, "it takes too long")),
            count if count < 0 => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
            _ => match from.read(to)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => to = &mut to[count..],
            },
        }
    }
    Ok(())
}
