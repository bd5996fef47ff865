//! An emulator process that never outlives whoever started it.

use std::io::Read;
use std::process::{Command, ExitStatus};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::EmulatorError;

/// A running emulator; killed when dropped.
#[derive(Debug)]
pub(crate) struct Child {
    child: std::process::Child,
    complaints: Option<JoinHandle<String>>,
}

impl Child {
    pub(crate) fn spawn(command: &mut Command) -> Result<Self, EmulatorError> {
        die_with_parent(command);
        let mut child = command.spawn().map_err(|e| EmulatorError::Io("cannot start QEMU", e))?;
        let complaints = child.stderr.take().map(|mut stderr| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                // What could be read is reported; a broken pipe means that QEMU ended.
                let _ = (&mut stderr).take(1 << 20).read_to_end(&mut text);
                let _ = std::io::copy(&mut stderr, &mut std::io::sink());
                String::from_utf8_lossy(&text).trim().to_owned()
            })
        });
        Ok(Self { child, complaints })
    }

    pub(crate) fn stdin(&mut self) -> Option<std::process::ChildStdin> {
        self.child.stdin.take()
    }

    pub(crate) fn stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// How it ended, or `None` at the deadline.
    pub(crate) fn wait_until(
        &mut self,
        deadline: Instant,
    ) -> Result<Option<ExitStatus>, EmulatorError> {
        loop {
            if let Some(status) = self.child.try_wait().map_err(waiting)? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends it: politely, so that it gives the terminal back, then by force.
    pub(crate) fn stop(&mut self) {
        terminate(&self.child);
        let soon = Instant::now() + Duration::from_millis(500);
        if !matches!(self.wait_until(soon), Ok(Some(_))) {
            // It may have ended in between.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    /// What it wrote on standard error, once it has ended.
    pub(crate) fn complaints(&mut self) -> String {
        self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.stop();
        }
    }
}

fn waiting(error: std::io::Error) -> EmulatorError {
    EmulatorError::Io("cannot wait for QEMU", error)
}

#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: the closure runs between fork and exec and makes one system call that allocates
    // nothing and takes no lock.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: &mut Command) {}

#[cfg(target_os = "linux")]
fn terminate(child: &std::process::Child) {
    if let Ok(id) = libc::pid_t::try_from(child.id()) {
        // SAFETY: a child that was not waited for, so the number is still its own.
        unsafe { libc::kill(id, libc::SIGTERM) };
    }
}

#[cfg(not(target_os = "linux"))]
fn terminate(_: &std::process::Child) {}
