//! What a disk can hold after the power went: every combination of writes that were not flushed.

use std::collections::BTreeMap;
use std::sync::Arc;

use bareflow_storage::{BlockDevice, DeviceError, SECTOR};

/// A disk that remembers what happened to it, or the state of one after a cut.
#[derive(Clone, Debug)]
pub struct Disk {
    base: Arc<Vec<u8>>,
    changed: BTreeMap<u64, [u8; SECTOR]>,
    pub events: Vec<Event>,
}

/// What happened to a disk.
#[derive(Clone, Debug)]
pub enum Event {
    Write(u64, Box<[u8; SECTOR]>),
    Flush,
}

impl Disk {
    pub fn new(bytes: &[u8]) -> Disk {
        Disk { base: Arc::new(bytes.to_vec()), changed: BTreeMap::new(), events: Vec::new() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = (*self.base).clone();
        for (sector, content) in &self.changed {
            bytes[*sector as usize * SECTOR..][..SECTOR].copy_from_slice(content);
        }
        bytes
    }

    /// The same content, nothing remembered.
    pub fn settled(&self) -> Disk {
        Disk { events: Vec::new(), ..self.clone() }
    }

    fn must_exist(&self, first: u64, len: usize) -> Result<(), DeviceError> {
        match first as usize * SECTOR + len <= self.base.len() {
            true => Ok(()),
            false => Err(DeviceError::OutOfRange { sector: first }),
        }
    }
}

impl BlockDevice for Disk {
    fn sectors(&self) -> u64 {
        (self.base.len() / SECTOR) as u64
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        self.must_exist(first, buf.len())?;
        buf.copy_from_slice(&self.base[first as usize * SECTOR..][..buf.len()]);
        let last = first + (buf.len() / SECTOR) as u64;
        for (sector, content) in self.changed.range(first..last) {
            buf[(sector - first) as usize * SECTOR..][..SECTOR].copy_from_slice(content);
        }
        Ok(())
    }

    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        self.must_exist(first, buf.len())?;
        for (sector, content) in (first..).zip(buf.chunks_exact(SECTOR)) {
            let content: [u8; SECTOR] = content.try_into().unwrap();
            self.changed.insert(sector, content);
            self.events.push(Event::Write(sector, Box::new(content)));
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        self.events.push(Event::Flush);
        Ok(())
    }
}

/// Most writes of which every subset is tried.
const EXHAUSTIVE: usize = 8;

/// Calls `each` with every state a disk that began as `start` can be in when the power goes
/// during `events`: after each write, with every subset of the unflushed writes lost where
/// there are up to eight of them, and with every subset of the last eight where there are more.
/// The text says which state it is. Returns their number.
pub fn for_each_cut(start: &Disk, events: &[Event], mut each: impl FnMut(&Disk, &str)) -> usize {
    let mut durable = start.settled();
    let mut count = 0;
    for (epoch, writes) in events.split(|event| matches!(event, Event::Flush)).enumerate() {
        let writes: Vec<_> = writes
            .iter()
            .filter_map(|event| match event {
                Event::Write(sector, content) => Some((*sector, content)),
                Event::Flush => None,
            })
            .collect();
        // A cut after fewer writes is one in which the others were lost, so that the prefixes
        // only matter where not every subset of them is among those of the whole.
        let shortest = writes.len().min(EXHAUSTIVE);
        for done in shortest..=writes.len() {
            let (sure, open) = writes[..done].split_at(done.saturating_sub(EXHAUSTIVE));
            for arrived in 0u32..1 << open.len() {
                let mut state = durable.clone();
                let arrived_writes = open.iter().enumerate().filter(|(i, _)| arrived >> i & 1 == 1);
                for (sector, content) in sure.iter().chain(arrived_writes.map(|(_, write)| write)) {
                    state.changed.insert(*sector, ***content);
                }
                let of = open.len();
                each(&state, &format!("epoch {epoch}, {done} writes, {arrived:0of$b} arrived"));
                count += 1;
            }
        }
        for (sector, content) in &writes {
            durable.changed.insert(*sector, ***content);
        }
    }
    count
}
