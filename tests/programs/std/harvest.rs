//! Pieces of very different size, handed out one by one to as many threads as there are processors; results
//! keep their order.

use std::sync::Mutex;
use std::thread;

fn map<T: Send, R: Send>(items: Vec<T>, each: impl Fn(T) -> R + Sync) -> Vec<R> {
    let count = items.len();
    let queue = Mutex::new(items.into_iter().enumerate());
    let results = Mutex::new((0..count).map(|_| None).collect::<Vec<_>>());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some((at, item)) = queue.lock().unwrap().next() else { return };
                    let result = each(item);
                    results.lock().unwrap()[at] = Some(result);
                }
            });
        }
    });
    results.into_inner().unwrap().into_iter().flatten().collect()
}

fn digits(base: u32, power: u32) -> String {
    let mut number = vec![1u8];
    for _ in 0..power {
        let mut carry = 0;
        for digit in &mut number {
            let value = u32::from(*digit) * base + carry;
            *digit = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            number.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    number.iter().rev().map(|d| (b'0' + d) as char).collect()
}

fn main() {
    let powers = map((2..12).collect(), |base| digits(base, base * 9));
    for power in &powers {
        println!("{} {}", power.len(), &power[..power.len().min(20)]);
    }
    let words =
        map(powers, |text| text.bytes().fold(7u64, |h, b| h.wrapping_mul(31) ^ u64::from(b)));
    println!("{words:x?}");
}
