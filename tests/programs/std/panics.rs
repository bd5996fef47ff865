// flags: -Cpanic=unwind
// Panics that unwind: what is dropped on the way, who catches them, and threads that end by one.

use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

struct Trace(&'static str);

impl Drop for Trace {
    fn drop(&mut self) {
        println!("drop {}{}", self.0, if thread::panicking() { " in panic" } else { "" });
    }
}

#[inline(never)]
fn small(n: i32) -> i32 {
    let _trace = Trace("small");
    assert!(n < 3, "{n} is not small");
    n
}

fn text(what: Box<dyn std::any::Any + Send>) -> String {
    what.downcast::<String>().map_or_else(|_| "no text".to_owned(), |text| *text)
}

fn main() {
    panic::set_hook(Box::new(|info| println!("hook: {}", info.location().is_some())));
    println!("{:?}", catch_unwind(|| small(1) + small(2)).ok());
    let caught = catch_unwind(|| {
        let _outer = Trace("closure");
        small(1) + small(5)
    });
    println!("{}", caught.map_err(text).unwrap_err());
    let numbers = vec![1, 2, 3];
    let index = std::hint::black_box(7);
    println!("{}", text(catch_unwind(AssertUnwindSafe(|| numbers[index])).unwrap_err()));
    let again = catch_unwind(|| {
        let what = catch_unwind(|| small(9)).unwrap_err();
        let _between = Trace("between");
        resume_unwind(what)
    });
    println!("{}", again.map_err(text).unwrap_err());
    let shared = Arc::new(Mutex::new(1));
    let ended = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let mut held = shared.lock().unwrap();
            *held += small(2);
            *held += small(8);
        })
        .join()
    };
    println!("{} {}", text(ended.unwrap_err()), shared.is_poisoned());
    let kept = shared.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    println!("{kept}");
    let mut many = 0;
    for n in 0..20 {
        many += usize::from(catch_unwind(|| assert!(n % 3 != 0)).is_err());
    }
    println!("{many}");
    let _last = Trace("main");
    small(4);
}
