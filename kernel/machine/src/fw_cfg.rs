//! Files that an emulator hands to its guest: QEMU's firmware configuration device.
//!
//! A key is selected, and then its bytes are read one after the other. Key 0 has the device's
//! signature, key 0x19 a directory, in which numbers have their highest byte first: how many
//! files there are, then for each its size, its key, two bytes of nothing, and its name in 56
//! bytes (QEMU's documentation, `docs/specs/fw_cfg.rst`).

use alloc::vec::Vec;

const SIGNATURE: u16 = 0;
const DIRECTORY: u16 = 0x19;
/// More files, or a larger one, than anybody hands over.
const MOST_FILES: u32 = 4096;
const LARGEST: u32 = 16 << 20;

/// The two registers.
pub trait Device {
    /// Makes a key the one that is read.
    fn select(&mut self, key: u16);

    /// Its next byte.
    fn read(&mut self) -> u8;
}

/// The file of this name; `None` where there is none, or no such device.
pub fn file(device: &mut dyn Device, name: &str) -> Option<Vec<u8>> {
    device.select(SIGNATURE);
    if bytes(device) != *b"QEMU" {
        return None;
    }
    device.select(DIRECTORY);
    let count = u32::from_be_bytes(bytes(device));
    for _ in 0..count.min(MOST_FILES) {
        let size = u32::from_be_bytes(bytes(device));
        let [high, low, _, _] = bytes(device);
        let entry: [u8; 56] = bytes(device);
        let is_named = entry.strip_prefix(name.as_bytes()).is_some_and(|rest| rest[..1] == [0]);
        if is_named && size <= LARGEST {
            device.select(u16::from_be_bytes([high, low]));
            return Some((0..size).map(|_| device.read()).collect());
        }
    }
    None
}

fn bytes<const COUNT: usize>(device: &mut dyn Device) -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    bytes.fill_with(|| device.read());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device with some keys; without the first it is none.
    struct Fake {
        keys: Vec<(u16, Vec<u8>)>,
        selected: usize,
        at: usize,
    }

    impl Device for Fake {
        fn select(&mut self, key: u16) {
            self.selected = self.keys.iter().position(|(k, _)| *k == key).unwrap_or(usize::MAX);
            self.at = 0;
        }

        fn read(&mut self) -> u8 {
            self.at += 1;
            let key = self.keys.get(self.selected);
            key.and_then(|(_, bytes)| bytes.get(self.at - 1)).copied().unwrap_or(0xFF)
        }
    }

    fn entry(size: u32, key: u16, name: &str) -> Vec<u8> {
        let mut entry = [&size.to_be_bytes()[..], &key.to_be_bytes(), &[0, 0]].concat();
        entry.extend(name.bytes());
        entry.resize(64, 0);
        entry
    }

    #[test]
    fn a_file_is_found_by_its_whole_name() {
        let directory = [
            &2_u32.to_be_bytes()[..],
            &entry(9, 0x21, "opt/notes.txt"),
            &entry(5, 0x22, "opt/note"),
        ];
        let keys = Vec::from([
            (0, b"QEMU".to_vec()),
            (0x19, directory.concat()),
            (0x22, b"hello".to_vec()),
        ]);
        let mut device = Fake { keys, selected: 0, at: 0 };
        assert_eq!(file(&mut device, "opt/note"), Some(b"hello".to_vec()));
        assert_eq!(file(&mut device, "opt/not"), None);
        device.keys.remove(0);
        assert_eq!(file(&mut device, "opt/note"), None);
    }
}
