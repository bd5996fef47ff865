//! What is read anywhere in files is what was written there, and costs the disk no more than it must.

use super::State;
use super::power::{Random, new_disk};
use crate::disk::Disk;

const READ_AND_WRITE: i32 = 2;
const CREATE: i32 = 0o100;

fn fresh() -> Box<State> {
    let mut state = Box::new(State::new());
    state.disk = Disk::of(new_disk());
    state
}

/// Reads so many bytes from a position on, or as many as there are.
fn read(state: &mut State, file: i32, position: usize, length: usize) -> Vec<u8> {
    // A byte in front, so that what is read lies at no even address.
    let mut bytes = vec![0; length + 1];
    // SAFETY: there is room for so many behind the first.
    let count = unsafe {
        state.read_at(file, position as u64, bytes.as_mut_ptr().add(1), length).expect("to read")
    };
    bytes.drain(..1);
    bytes.truncate(count);
    bytes
}

#[test]
fn what_is_read_anywhere_was_written_there() {
    let mut random = Random(5);
    let mut state = fresh();
    let paths: [&[u8]; 2] = [b"/one", b"/two"];
    let files = paths.map(|path| state.open_path(path, READ_AND_WRITE | CREATE).expect("to open"));
    let mut contents = [Vec::new(), Vec::new()];
    for step in 0..400 {
        // Both grow by turns, now by a few bytes and now by many, so that neither lies in one piece; sometimes one is
        // cut, and goes on elsewhere.
        let which = random.below(2) as usize;
        let (file, content) = (files[which], &mut contents[which]);
        match random.below(12) {
            0 => {
                let size = random.below(content.len() as u64 + 1);
                let number = state.opening(file).expect("an opening").node;
                state.resize(number, size).expect("to cut");
                content.truncate(size as usize);
            }
            1..5 => {
                let most = [300, 20_000][random.below(2) as usize];
                let more = random.bytes(most);
                state.opening(file).expect("an opening").position = content.len() as u64;
                assert_eq!(state.write(file, &more), Ok(more.len()));
                content.extend(more);
            }
            _ => {}
        }
        let position = random.below(content.len() as u64 + 700) as usize;
        // Often where sectors begin, as buffers do.
        let position = if random.below(2) == 0 { position } else { position & !511 };
        let most = [600, 5_000, 100_000][random.below(3) as usize];
        let length = random.below(most) as usize;
        let wanted = content.get(position..).unwrap_or(&[]);
        let wanted = &wanted[..wanted.len().min(length)];
        let found = read(&mut state, file, position, length);
        assert!(found == wanted, "step {step}: {length} bytes from {position} on");
    }
}

#[test]
fn what_lies_in_one_piece_is_neither_walked_through_again_nor_read_by_sectors() {
    let mut random = Random(7);
    let mut state = fresh();
    let file = state.open_path(b"/large", READ_AND_WRITE | CREATE).expect("to open");
    let content: Vec<u8> = (0..200_000).map(|_| random.below(256) as u8).collect();
    assert_eq!(state.write(file, &content), Ok(content.len()));
    assert_eq!(read(&mut state, file, content.len() - 1, 1), content[content.len() - 1..]);
    let before = state.disk.reads;
    for position in (0..content.len()).step_by(20_000).rev() {
        assert_eq!(read(&mut state, file, position, 1), [content[position]]);
    }
    assert_eq!(state.disk.reads - before, 10);
    assert_eq!(read(&mut state, file, 0, 512 * 300), content[..512 * 300]);
    assert_eq!(state.disk.reads - before, 11);
}
