//! The transaction as the byte stream that `axfatfs` works on.

use alloc::sync::Arc;

use axfatfs::{IoBase, IoError, Read, Seek, SeekFrom, Write};
use spin::Mutex;

use crate::device::BlockDevice;
use crate::error::Error;
use crate::transaction::Transaction;

/// A handle on the transaction, with a position of its own.
pub(crate) struct Stream<D> {
    transaction: Arc<Mutex<Transaction<D>>>,
    at: u64,
}

/// Why a read or write failed, as far as `axfatfs` needs to know; the transaction keeps the
/// device's error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    Device,
    Ended,
    NoRoom,
}

impl<D> Stream<D> {
    pub(crate) fn new(transaction: Arc<Mutex<Transaction<D>>>) -> Stream<D> {
        Stream { transaction, at: 0 }
    }
}

impl IoError for Fault {
    fn is_interrupted(&self) -> bool {
        false
    }
    fn new_unexpected_eof_error() -> Fault {
        Fault::Ended
    }
    fn new_write_zero_error() -> Fault {
        Fault::NoRoom
    }
}

impl<D> IoBase for Stream<D> {
    type Error = Fault;
}

impl<D: BlockDevice> Stream<D> {
    fn with(
        &mut self,
        len: usize,
        run: impl FnOnce(&mut Transaction<D>, u64) -> Result<(), Error>,
    ) -> Result<usize, Fault> {
        let mut transaction = self.transaction.lock();
        match run(&mut transaction, self.at) {
            Ok(()) => {
                self.at += len as u64;
                Ok(len)
            }
            Err(error) => {
                transaction.fault.get_or_insert(error);
                Err(Fault::Device)
            }
        }
    }
}

impl<D: BlockDevice> Read for Stream<D> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Fault> {
        self.with(buf.len(), |transaction, at| transaction.read(at, buf))
    }
}

impl<D: BlockDevice> Write for Stream<D> {
    fn write(&mut self, buf: &[u8]) -> Result<usize, Fault> {
        self.with(buf.len(), |transaction, at| transaction.write(at, buf))
    }

    /// The commit flushes, at the right moments.
    fn flush(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

impl<D> Seek for Stream<D> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64, Fault> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).ok_or(Fault::Ended)?,
            SeekFrom::End(_) => return Err(Fault::Ended),
        };
        Ok(self.at)
    }
}
