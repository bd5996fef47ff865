//! Rust: slices, strings without allocation, traits, enums, iterators, checked and wrapping
//! arithmetic, 128-bit numbers, closures, pattern matching.
#![cfg_attr(not(native), no_std)]

#[cfg(not(native))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

struct Hash(u64);
impl Hash {
    fn mix(&mut self, v: u64) {
        self.0 = (self.0 ^ v).wrapping_mul(0x100_0000_01b3);
        self.0 ^= self.0 >> 29;
    }
}
trait Shape { fn area(&self) -> f64; fn sides(&self) -> u32 { 0 } }
struct Square(f64);
struct Circle { r: f64 }
impl Shape for Square { fn area(&self) -> f64 { self.0 * self.0 } fn sides(&self) -> u32 { 4 } }
impl Shape for Circle { fn area(&self) -> f64 { self.r * self.r * 3.0 } }
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token { Number(i64), Op(u8), Open, Close, End }

#[inline(never)]
fn next(text: &[u8], at: &mut usize) -> Token {
    while *at < text.len() && text[*at] == b' ' { *at += 1; }
    match text.get(*at) {
        None => Token::End,
        Some(b'(') => { *at += 1; Token::Open }
        Some(b')') => { *at += 1; Token::Close }
        Some(c @ b'0'..=b'9') => {
            let mut v = (*c - b'0') as i64;
            *at += 1;
            while let Some(d @ b'0'..=b'9') = text.get(*at) { v = v * 10 + (*d - b'0') as i64; *at += 1; }
            Token::Number(v)
        }
        Some(c) => { *at += 1; Token::Op(*c) }
    }
}
fn factor(t: &[u8], at: &mut usize) -> Option<i64> {
    match next(t, at) {
        Token::Number(v) => Some(v),
        Token::Open => { let v = sum(t, at)?; (next(t, at) == Token::Close).then_some(v) }
        Token::Op(b'-') => factor(t, at)?.checked_neg(),
        _ => None,
    }
}
fn product(t: &[u8], at: &mut usize) -> Option<i64> {
    let mut v = factor(t, at)?;
    loop {
        let mark = *at;
        match next(t, at) {
            Token::Op(b'*') => v = v.checked_mul(factor(t, at)?)?,
            Token::Op(b'/') => v = v.checked_div(factor(t, at)?)?,
            _ => { *at = mark; return Some(v); }
        }
    }
}
fn sum(t: &[u8], at: &mut usize) -> Option<i64> {
    let mut v = product(t, at)?;
    loop {
        let mark = *at;
        match next(t, at) {
            Token::Op(b'+') => v = v.checked_add(product(t, at)?)?,
            Token::Op(b'-') => v = v.checked_sub(product(t, at)?)?,
            _ => { *at = mark; return Some(v); }
        }
    }
}
#[inline(never)]
fn apply(f: &dyn Fn(u64) -> u64, n: u64) -> u64 { f(f(n)) }

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u64) -> u64 {
    let mut h = Hash(seed);
    for text in ["1 + 2 * (3 - 4) * -5", "((7))*8/3", "9999999999 * 9999999999", "1 / (2 - 2)", "(1", "12 - 3 - 4"] {
        let mut at = 0;
        match sum(text.as_bytes(), &mut at) { Some(v) => h.mix(v as u64), None => h.mix(77) }
    }
    let (square, circle) = (Square((seed & 255) as f64), Circle { r: 0.5 });
    let shapes: [&dyn Shape; 3] = [&square, &circle, &square];
    for s in shapes { h.mix(s.area().to_bits()); h.mix(s.sides() as u64); }
    let mut v = [0u32; 64];
    let mut x = seed;
    for e in v.iter_mut() { x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); *e = (x >> 33) as u32; }
    v.sort_unstable();
    for w in v.windows(2) { h.mix((w[0] <= w[1]) as u64 + w[1] as u64); }
    h.mix(v.iter().filter(|e| **e % 3 == 0).map(|e| *e as u64).sum());
    h.mix(v.iter().rev().step_by(7).fold(1u64, |a, b| a.rotate_left(5) ^ *b as u64));
    h.mix(v.binary_search(&v[17]).is_ok() as u64);
    let w = (seed as u128) * (seed as u128 + 12345);
    h.mix((w >> 64) as u64); h.mix((w / (seed as u128 | 1)) as u64); h.mix(w.leading_zeros() as u64); h.mix(w.count_ones() as u64);
    let (r, o) = (seed as i64).overflowing_mul(3); h.mix(r as u64); h.mix(o as u64);
    h.mix(seed.checked_add(1).map_or(5, |v| v)); h.mix((seed as i32).saturating_add(i32::MAX) as u64); h.mix((seed as u8).saturating_sub(100) as u64);
    h.mix(apply(&|n| n.wrapping_mul(3).wrapping_add(seed), 7));
    h.mix((seed as f64) as i32 as u64); h.mix(f64::NAN as u8 as u64); h.mix(-1.5f32 as u16 as u64); h.mix(1e30f64 as i64 as u64); h.mix((seed as f32) as u64);
    h.mix("héllo wörld".chars().map(|c| c as u64).sum());
    let mut grid = [[0u8; 9]; 9];
    for (i, row) in grid.iter_mut().enumerate() { for (j, c) in row.iter_mut().enumerate() { *c = (i * j) as u8 ^ seed as u8; } }
    h.mix(grid.iter().flatten().map(|c| *c as u64).sum()); h.mix(grid.concat_hash());
    h.0
}
trait ConcatHash { fn concat_hash(&self) -> u64; }
impl<const N: usize, const M: usize> ConcatHash for [[u8; N]; M] {
    fn concat_hash(&self) -> u64 { self.iter().flat_map(|r| r.iter()).fold(0, |a, b| a.wrapping_mul(31).wrapping_add(*b as u64)) }
}
