//! 64 particles under their own gravity, with damping, by velocity Verlet.
//!
//! The force is softened, so that a particle's force on itself is zero and needs no branch.
#![no_std]
#[path = "panic.rs"]
mod panic;
#[path = "root.rs"]
mod root;

const COUNT: usize = 64;
const STEP: f64 = 1.0 / 1024.0;
const SOFTENING: f64 = 1.0 / 64.0;
const DAMPING: f64 = 1.0 - 1.0 / 4096.0;

/// One number a particle.
type Column = [f64; COUNT];

static mut MASS: Column = [0.0; COUNT];
/// x, y and z, one after the other.
static mut PLACE: [f64; 3 * COUNT] = [0.0; 3 * COUNT];
static mut SPEED: [f64; 3 * COUNT] = [0.0; 3 * COUNT];
static mut FORCE: [f64; 3 * COUNT] = [0.0; 3 * COUNT];

/// Acceleration of every particle in its present place.
///
/// # Safety
/// One thread only.
unsafe fn accelerate() {
    let force = &raw mut FORCE as *mut f64;
    let place = &raw mut PLACE as *mut f64;
    let mass = &raw mut MASS as *mut f64;
    // SAFETY: i and j are below COUNT, and each table but `mass` has three times as many.
    unsafe {
        let mut i = 0;
        while i < 3 * COUNT {
            *force.add(i) = 0.0;
            i += 1;
        }
        let mut j = 0;
        while j < COUNT {
            let m = *mass.add(j);
            let x = *place.add(j);
            let y = *place.add(COUNT + j);
            let z = *place.add(2 * COUNT + j);
            let mut i = 0;
            while i < COUNT {
                let dx = x - *place.add(i);
                let dy = y - *place.add(COUNT + i);
                let dz = z - *place.add(2 * COUNT + i);
                let square = dx * dx + dy * dy + dz * dz + SOFTENING;
                let pull = m / (square * root::sqrt(square));
                *force.add(i) += dx * pull;
                *force.add(COUNT + i) += dy * pull;
                *force.add(2 * COUNT + i) += dz * pull;
                i += 1;
            }
            j += 1;
        }
    }
}

/// A number from 0 to 1.
fn random(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 40) as i64 as f64 * (1.0 / 16777216.0)
}

/// `n` steps; the bits of all places and speeds, mixed.
#[unsafe(no_mangle)]
pub extern "C" fn physics_step(n: u64) -> u64 {
    let place = &raw mut PLACE as *mut f64;
    let speed = &raw mut SPEED as *mut f64;
    let force = &raw mut FORCE as *mut f64;
    let mut state = 1u64;
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    // SAFETY: one program, one thread, and the entry is not reentered; i is below the length
    // of the tables.
    unsafe {
        let mass = &mut *(&raw mut MASS);
        for m in mass.iter_mut() {
            *m = 0.5 + random(&mut state);
        }
        let mut i = 0;
        while i < 3 * COUNT {
            *place.add(i) = random(&mut state) * 8.0 - 4.0;
            *speed.add(i) = random(&mut state) - 0.5;
            i += 1;
        }
        accelerate();
        for _ in 0..n {
            let mut i = 0;
            while i < 3 * COUNT {
                *speed.add(i) += *force.add(i) * (STEP * 0.5);
                *place.add(i) += *speed.add(i) * STEP;
                i += 1;
            }
            accelerate();
            let mut i = 0;
            while i < 3 * COUNT {
                *speed.add(i) = (*speed.add(i) + *force.add(i) * (STEP * 0.5)) * DAMPING;
                i += 1;
            }
        }
        let mut i = 0;
        while i < 3 * COUNT {
            hash = (hash ^ (*place.add(i)).to_bits()).wrapping_mul(0x100_0000_01B3);
            hash = (hash ^ (*speed.add(i)).to_bits()).wrapping_mul(0x100_0000_01B3);
            i += 1;
        }
    }
    hash
}
