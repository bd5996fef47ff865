//! What other processes took.

use std::process::{Child, ExitStatus};

/// What a process that has ended took.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Nanoseconds that it had a processor, in all of its threads.
    pub processor_ns: u64,
    /// Most bytes of memory that it had at a time.
    pub peak_bytes: u64,
}

/// Waits for a process to end, and finds out what it took. What it prints must have been read.
///
/// # Errors
/// There is no such process any more.
pub fn wait(child: Child) -> std::io::Result<(ExitStatus, Usage)> {
    let pid = child.id() as libc::pid_t;
    let mut status = 0;
    // SAFETY: a `rusage` is numbers, for which zeros are values.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the system writes one status and one `rusage`.
    while unsafe { libc::wait4(pid, &mut status, 0, &mut usage) } < 0 {
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    let ns = |time: libc::timeval| time.tv_sec as u64 * 1_000_000_000 + time.tv_usec as u64 * 1000;
    let usage = Usage {
        processor_ns: ns(usage.ru_utime) + ns(usage.ru_stime),
        peak_bytes: usage.ru_maxrss as u64 * 1024,
    };
    Ok((std::os::unix::process::ExitStatusExt::from_raw(status), usage))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    #[test]
    fn time_and_memory_are_of_the_process_that_ended() {
        let one = |script: &str| {
            let child = Command::new("sh").args(["-c", script]).stdout(Stdio::null()).spawn();
            super::wait(child.expect("a shell")).expect("it ends")
        };
        let (status, idle) = one("exit 3");
        assert_eq!(status.code(), Some(3));
        let (_, busy) = one("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
        assert!(busy.processor_ns > 2 * idle.processor_ns, "{busy:?} {idle:?}");
        assert!(idle.peak_bytes > 100_000 && idle.peak_bytes < 1 << 30, "{idle:?}");
    }
}
