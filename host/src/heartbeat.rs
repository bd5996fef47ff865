//! What is silent for long, said to go on.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::watched::SILENCE;

/// Says in a log, every few seconds, that something still goes on, until it is dropped. A terminal has other means.
#[derive(Debug)]
pub struct Heartbeat {
    /// Dropped when it is over.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Heartbeat {
    /// Begins. `what` goes on; nothing is said where nobody reads lines for people.
    #[must_use]
    pub fn new(what: String, is_read: bool) -> Self {
        if !is_read || std::io::stderr().is_terminal() {
            return Self { stop: None, thread: None };
        }
        let (stop, stopped) = channel();
        let began = Instant::now();
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(SILENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("  {what}: {} s", began.elapsed().as_secs());
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It only prints.
            drop(thread.join());
        }
    }
}
