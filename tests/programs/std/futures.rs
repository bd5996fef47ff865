//! Futures without a library: an executor whose tasks wake each other, run by threads that park.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Task {
    future: Mutex<Option<Boxed>>,
    queue: mpsc::Sender<Arc<Task>>,
    polls: Arc<AtomicU32>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let queue = self.queue.clone();
        let _ = queue.send(self);
    }
}

/// Ready when it has been polled that often.
struct After(u32);

impl Future for After {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

struct Slot<T>(Arc<Mutex<(Option<T>, Option<Waker>)>>);

impl<T> Future for Slot<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.lock().unwrap();
        match slot.0.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

thread_local! {
    static POLLED: Cell<u32> = const { Cell::new(0) };
}

fn main() {
    let (queue, tasks) = mpsc::channel::<Arc<Task>>();
    let polls = Arc::new(AtomicU32::new(0));
    let mut slots = Vec::new();
    for number in 0..8u32 {
        let slot = Arc::new(Mutex::new((None, None::<Waker>)));
        slots.push(Slot(Arc::clone(&slot)));
        let future = async move {
            let mut sum = 0;
            for round in 0..number {
                After(round).await;
                sum += round * number;
            }
            let mut slot = slot.lock().unwrap();
            slot.0 = Some((number, sum));
            if let Some(waker) = slot.1.take() {
                waker.wake();
            }
        };
        let task = Task {
            future: Mutex::new(Some(Box::pin(future))),
            queue: queue.clone(),
            polls: Arc::clone(&polls),
        };
        queue.send(Arc::new(task)).unwrap();
    }
    drop(queue);
    let executor = thread::spawn(move || {
        for task in tasks {
            let mut held = task.future.lock().unwrap();
            let Some(mut future) = held.take() else { continue };
            task.polls.fetch_add(1, Ordering::Relaxed);
            POLLED.set(POLLED.get() + 1);
            let waker = Waker::from(Arc::clone(&task));
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                *held = Some(future);
            }
        }
        POLLED.get()
    });
    let answers = block_on(async {
        let mut answers = Vec::new();
        for slot in slots {
            answers.push(slot.await);
        }
        answers
    });
    println!("{answers:?}");
    println!("{} {}", executor.join().unwrap() == polls.load(Ordering::Relaxed), POLLED.get());
    println!("{}", polls.load(Ordering::Relaxed));
}
