//! The power goes at any moment while the grown image writes of the way back: what it learnt, that it tries, and the next
//! shrunk image with its record. Whatever arrived, an image that starts is whole.

mod common;

use bareflow_boot::way_back::disk::{NotPut, Sectors, change, put, read};
use bareflow_boot::way_back::{
    BY_ITSELF, IMAGE_IN, Image, REGION_SECTORS, Record, State, set_region,
};
use bareflow_storage::{BlockDevice, DeviceError, SECTOR};
use common::Random;
use common::crash::{Disk, for_each_cut};

const REGION: u32 = 2048;
/// The boot whose snapshot the first image was made of.
const FIRST: u32 = 2;

struct Medium<'a>(&'a mut Disk);

impl Sectors for Medium<'_> {
    type Error = DeviceError;

    fn read(&mut self, first: u64, to: &mut [u8]) -> Result<(), DeviceError> {
        BlockDevice::read(self.0, first, to)
    }

    fn write(&mut self, first: u64, from: &[u8]) -> Result<(), DeviceError> {
        BlockDevice::write(self.0, first, from)
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        BlockDevice::flush(self.0)
    }
}

/// An image of so many sectors.
fn image(sectors: usize) -> Vec<u8> {
    Random::new(sectors as u64).bytes(sectors * SECTOR)
}

/// A disk whose shrunk image, of nine sectors, starts.
fn start() -> Disk {
    let mut bytes = vec![0; (REGION + REGION_SECTORS) as usize * SECTOR];
    let table: &mut [u8; SECTOR] = bytes.first_chunk_mut().unwrap();
    table[510..].copy_from_slice(&[0x55, 0xaa]);
    set_region(table, REGION, REGION_SECTORS);
    let file = image(9);
    let record = Record::new(
        REGION,
        &Image {
            first: REGION + IMAGE_IN,
            sectors: 9,
            crc: crc32fast::hash(&file),
            made_of: FIRST,
            options: 1 | BY_ITSELF,
        },
    );
    let at = |sector: u32| sector as usize * SECTOR;
    for copy in [record.before(), record] {
        bytes[at(REGION + copy.copy())..][..SECTOR].copy_from_slice(copy.bytes());
    }
    bytes[at(REGION + IMAGE_IN)..][..file.len()].copy_from_slice(&file);
    Disk::new(&bytes)
}

/// The record in force. The image that it starts, if it does, is whole.
fn sound(disk: &Disk, which: &str) -> Record {
    let (first, record) = read(&mut Medium(&mut disk.clone())).expect(which);
    assert_eq!(first, REGION);
    if record.state() == State::Shrunk {
        let Image { first, sectors, crc, .. } = record.image();
        let mut file = vec![0; sectors as usize * SECTOR];
        BlockDevice::read(&mut disk.clone(), first.into(), &mut file).unwrap();
        assert_eq!(crc32fast::hash(&file), crc, "{which}: a spoilt image starts");
    }
    record
}

fn learn(disk: &mut Disk) {
    change(&mut Medium(disk), |record| record.learnt(3)).unwrap();
}

fn shrink(disk: &mut Disk, sectors: usize) -> Result<bool, NotPut<DeviceError>> {
    let began = change(&mut Medium(disk), Record::trying).map_err(NotPut::Disk)?;
    if began.is_none() {
        return Ok(false);
    }
    let mut again = vec![0; 3 * SECTOR];
    put(&mut Medium(disk), &image(sectors), 3, &mut again).map(|()| true)
}

#[test]
fn whenever_the_power_goes_what_starts_is_whole_and_the_way_goes_on() {
    let mut states = 0;
    // Of one write, of several, and, where there is time, of more than one piece.
    let long = std::env::var_os("BAREFLOW_EVERY_STATE").map(|_| 130);
    for sectors in [1, 5, 14].into_iter().chain(long) {
        let mut before = start();
        change(&mut Medium(&mut before), |record| {
            record.came_back(1, b"letters:rare");
            true
        })
        .unwrap();
        let before = before.settled();
        assert_eq!(sound(&before, "before").state(), State::Returned);
        let mut disk = before.clone();
        learn(&mut disk);
        assert_eq!(shrink(&mut disk, sectors), Ok(true));
        let done = sound(&disk, "done");
        assert_eq!((done.state(), done.made()), (State::Shrunk, 2));
        states += for_each_cut(&before, &disk.events, |state, which| {
            let record = sound(state, which);
            assert!(record.state() != State::Stays, "{which}");
            // The next boot goes on from there: it learns if nothing has, and makes the image if none is there.
            let mut next = state.clone();
            learn(&mut next);
            let made = shrink(&mut next, sectors).unwrap();
            assert_eq!(made, record.state() != State::Shrunk, "{which}");
            let record = sound(&next, which);
            assert_eq!((record.state(), record.image().made_of), (State::Shrunk, 3), "{which}");
            assert_eq!(record.causes().count(), 1, "{which}");
        });
    }
    println!("{states} states of a disk after a cut");
    assert!(states > 1_000, "{states}");
}

#[test]
fn what_is_not_wanted_or_does_not_fit_is_not_put() {
    let mut disk = start();
    let mut again = vec![0; SECTOR];
    let before = disk.bytes();
    let put =
        |disk: &mut Disk, file: &[u8], again: &mut [u8]| put(&mut Medium(disk), file, 3, again);
    assert_eq!(put(&mut disk, &image(2), &mut again), Err(NotPut::NotWanted));
    assert!(disk.bytes() == before, "the image that starts is as it was");
    change(&mut Medium(&mut disk), |record| {
        record.came_back(1, b"f");
        true
    })
    .unwrap();
    learn(&mut disk);
    let room = REGION_SECTORS - IMAGE_IN;
    let large = vec![0; (room as usize + 1) * SECTOR];
    let no_room = NotPut::NoRoom { sectors: room + 1, room };
    assert_eq!(put(&mut disk, &large, &mut again), Err(no_room));
    assert_eq!(sound(&disk, "").state(), State::Learnt);
    assert_eq!(put(&mut disk, &large[SECTOR..], &mut again), Ok(()));
    assert_eq!(sound(&disk, "").image().sectors, room);
}
