//! What threads share: locks of all kinds, what is made once, atomics with every ordering, and what each has
//! for itself, with a destructor.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU32, Ordering, fence};
use std::sync::{Arc, LazyLock, Mutex, Once, OnceLock, RwLock};
use std::thread;

static TABLE: LazyLock<Vec<u64>> = LazyLock::new(|| {
    MADE.fetch_add(1, Ordering::Relaxed);
    (0..100).map(|n| n * n).collect()
});
static MADE: AtomicU32 = AtomicU32::new(0);
static NAME: OnceLock<String> = OnceLock::new();
static ONCE: Once = Once::new();
static ENDED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

struct Own(Vec<usize>);

impl Drop for Own {
    fn drop(&mut self) {
        ENDED.lock().unwrap().push(self.0.len());
    }
}

thread_local! {
    static OWN: RefCell<Own> = const { RefCell::new(Own(Vec::new())) };
}

fn main() {
    let text = Arc::new(RwLock::new(String::new()));
    let (sum, most, bits) = (AtomicI64::new(0), AtomicU8::new(0), AtomicU32::new(0));
    let (flag, value) = (AtomicBool::new(false), AtomicU32::new(0));
    let threads: Vec<_> = (0..4usize)
        .map(|own| {
            let text = Arc::clone(&text);
            thread::Builder::new()
                .name(format!("number {own}"))
                .spawn(move || {
                    ONCE.call_once(|| {
                        MADE.fetch_add(10, Ordering::Relaxed);
                    });
                    NAME.get_or_init(|| "one".repeat(3));
                    for i in 0..=own {
                        OWN.with_borrow_mut(|o| o.0.push(i));
                        text.write().unwrap().push('.');
                    }
                    let length = text.read().unwrap().len();
                    assert!(length > own);
                    thread::current().name().map(|name| name.len() + TABLE[own] as usize)
                })
                .unwrap()
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    println!("{results:?} {} {:?}", MADE.load(Ordering::SeqCst), NAME.get());
    let mut ended = ENDED.lock().unwrap().clone();
    ended.sort_unstable();
    println!("{ended:?} {}", text.read().unwrap());

    thread::scope(|scope| {
        for own in 0..4u8 {
            let (sum, most, bits) = (&sum, &most, &bits);
            scope.spawn(move || {
                for i in 0..500 {
                    sum.fetch_add(i64::from(own) - i, Ordering::AcqRel);
                    most.fetch_max(own * 50 + (i % 7) as u8, Ordering::Relaxed);
                    bits.fetch_xor(1 << (i % 32), Ordering::Release);
                    let _ = bits.fetch_update(Ordering::AcqRel, Ordering::Acquire, |b| {
                        Some(b.rotate_left(16).rotate_left(16))
                    });
                }
            });
        }
        scope.spawn(|| {
            value.store(77, Ordering::Relaxed);
            fence(Ordering::Release);
            flag.store(true, Ordering::Relaxed);
        });
        scope.spawn(|| {
            while !flag.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            fence(Ordering::Acquire);
            assert_eq!(value.load(Ordering::Relaxed), 77);
        });
    });
    println!("{sum:?} {most:?} {bits:?} {value:?}");
    println!("{:?}", value.compare_exchange(77, 78, Ordering::SeqCst, Ordering::Relaxed));
    println!("{:?}", value.compare_exchange(77, 79, Ordering::SeqCst, Ordering::Relaxed));
    println!("{}", text.try_write().is_ok());
}
