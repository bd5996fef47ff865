//! Many small checks at once.

use std::sync::Mutex;

/// Calls `each` with every item, on two threads.
///
/// # Panics
/// With all errors.
pub fn in_parallel<T: Send>(items: Vec<T>, each: impl Fn(T) -> Result<(), String> + Sync) {
    let (queue, errors) = (Mutex::new(items), Mutex::new(Vec::new()));
    let work = || loop {
        let Some(item) = queue.lock().ok().and_then(|mut queue| queue.pop()) else { return };
        if let (Err(error), Ok(mut errors)) = (each(item), errors.lock()) {
            errors.push(error);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let errors = errors.into_inner().expect("no thread panicked");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}
