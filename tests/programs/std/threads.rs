//! Threads, scopes, locks, conditions, channels, barriers and parking of Rust's standard library.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, OnceLock, RwLock, mpsc};
use std::thread;
use std::time::Duration;

thread_local! {
    static OWN: Cell<u64> = const { Cell::new(7) };
}

static ONCE: OnceLock<String> = OnceLock::new();

fn joined() {
    let total = Arc::new(Mutex::new(0u64));
    let start = |n: u64| {
        let total = Arc::clone(&total);
        thread::spawn(move || {
            for i in 0..1000 {
                *total.lock().unwrap() += i * n;
                OWN.set(OWN.get() + n);
            }
            OWN.get()
        })
    };
    let threads: Vec<_> = (0..4).map(start).collect();
    let own: Vec<u64> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    println!("joined {} {own:?} {}", total.lock().unwrap(), OWN.get());
}

fn channels() {
    let (send, receive) = mpsc::channel();
    let (send_few, receive_few) = mpsc::sync_channel(30);
    thread::scope(|scope| {
        for n in 0..3 {
            let (send, send_few) = (send.clone(), send_few.clone());
            scope.spawn(move || {
                for i in 0..100 {
                    send.send(n * 1000 + i).unwrap();
                    if i % 10 == 0 {
                        send_few.send(i).unwrap();
                    }
                }
            });
        }
        drop((send, send_few));
        let few: i32 = receive_few.iter().sum();
        let mut all: Vec<i32> = receive.iter().collect();
        all.sort_unstable();
        println!("channels {} {} {few}", all.len(), all.iter().sum::<i32>());
    });
}

fn conditions() {
    let pair = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    let other = Arc::clone(&pair);
    let thread = thread::spawn(move || {
        for i in 0..5 {
            other.0.lock().unwrap().push(i);
            other.1.notify_all();
        }
    });
    let mut list = pair.0.lock().unwrap();
    while list.len() < 5 {
        list = pair.1.wait(list).unwrap();
    }
    println!("conditions {list:?}");
    drop(list);
    thread.join().unwrap();
    let list = pair.0.lock().unwrap();
    let (list, late) = pair.1.wait_timeout_while(list, Duration::from_millis(3), |_| true).unwrap();
    println!("nobody came: {}", late.timed_out());
    drop(list);
}

fn shared() {
    let (count, list) = (AtomicUsize::new(0), RwLock::new(vec![1, 2, 3]));
    let words: Mutex<BTreeMap<&str, usize>> = Mutex::default();
    thread::scope(|scope| {
        for word in ["one", "two", "two"] {
            let (count, list, words) = (&count, &list, &words);
            scope.spawn(move || {
                for _ in 0..100 {
                    count.fetch_add(list.read().unwrap().len(), Ordering::Relaxed);
                }
                list.write().unwrap()[0] += 1;
                *words.lock().unwrap().entry(word).or_default() +=
                    ONCE.get_or_init(|| "made".into()).len();
            });
        }
    });
    println!("shared {} {:?} {:?}", count.into_inner(), list.into_inner(), words.into_inner());
}

fn waits() {
    // As many as there are processors: a barrier needs them all at once.
    let threads = thread::available_parallelism().map_or(1, |n| n.get().min(2));
    let barrier = Barrier::new(threads);
    let leaders = AtomicUsize::new(0);
    thread::scope(|scope| {
        let round = || {
            for _ in 0..50 {
                leaders.fetch_add(usize::from(barrier.wait().is_leader()), Ordering::Relaxed);
            }
        };
        for _ in 1..threads {
            scope.spawn(round);
        }
        round();
    });
    println!("waits {}", leaders.into_inner());
    let parked = thread::spawn(|| {
        thread::park_timeout(Duration::from_secs(20));
        3
    });
    parked.thread().unpark();
    println!("parked {}", parked.join().unwrap());
}

fn main() {
    joined();
    channels();
    conditions();
    shared();
    waits();
    let squares: HashMap<u32, u32> = (0..50).map(|n| (n, n * n)).collect();
    println!("{} {}", squares.len(), squares.values().sum::<u32>());
}
