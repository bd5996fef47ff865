//! Channels: many senders, a stage between two others, answers through channels that are sent themselves,
//! and what is received with time-outs.

use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError};
use std::thread;
use std::time::Duration;

fn stage(
    input: mpsc::Receiver<u64>,
    step: impl Fn(u64) -> Option<u64> + Send + 'static,
) -> (mpsc::Receiver<u64>, thread::JoinHandle<usize>) {
    let (sender, output) = mpsc::channel();
    let thread = thread::spawn(move || {
        let mut count = 0;
        for value in input {
            count += 1;
            if let Some(value) = step(value) {
                sender.send(value).unwrap();
            }
        }
        count
    });
    (output, thread)
}

fn main() {
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4u64)
        .map(|own| {
            let sender = sender.clone();
            thread::spawn(move || (0..50).for_each(|i| sender.send((own, i * own)).unwrap()))
        })
        .collect();
    drop(sender);
    for thread in threads {
        thread.join().unwrap();
    }
    let mut last = [None; 4];
    let mut sum = 0;
    for (own, value) in receiver {
        assert!(last[own as usize].is_none_or(|before| before <= value), "in order");
        last[own as usize] = Some(value);
        sum += value;
    }
    println!("{sum} {last:?}");

    let (sender, numbers) = mpsc::channel();
    let (squares, thread) = stage(numbers, |n| (n % 2 == 1).then_some(n * n));
    (0..100).for_each(|n| sender.send(n).unwrap());
    drop(sender);
    let count = thread.join().unwrap();
    println!("{:?} {count}", squares.iter().filter(|n| n % 10 == 9).collect::<Vec<_>>());

    let (requests, queue) = mpsc::channel::<(u32, mpsc::Sender<String>)>();
    let server = thread::spawn(move || {
        for (number, answer) in queue {
            let _ = answer.send(format!("{number:x}"));
        }
    });
    let answers: Vec<_> = [10, 255, 4096]
        .map(|number| {
            let (sender, answer) = mpsc::channel();
            requests.send((number, sender)).unwrap();
            answer
        })
        .into();
    drop(requests);
    server.join().unwrap();
    println!("{:?}", answers.iter().map(|a| a.recv().unwrap()).collect::<Vec<_>>());

    let (sender, receiver) = mpsc::sync_channel::<u8>(2);
    println!("{:?}", receiver.try_recv() == Err(TryRecvError::Empty));
    let waited = receiver.recv_timeout(Duration::from_millis(3));
    println!("{:?}", waited == Err(RecvTimeoutError::Timeout));
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    println!("{:?}", sender.try_send(3).is_err());
    drop(sender);
    println!("{:?} {:?}", receiver.iter().collect::<Vec<_>>(), receiver.recv().is_err());
}
