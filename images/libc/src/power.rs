//! `pow` and `powf`: e to the power of y times the logarithm of x.
//!
//! Both parts reduce their argument by a table of 32 entries and a power of two, and finish with a
//! polynomial. An error of the logarithm is multiplied by up to 745 in the result, so for `pow` it
//! is kept as the sum of two numbers, whose second holds what rounding took from the first. Products
//! are exact where their factors have few bits: of numbers that are cut in two (Dekker, "A
//! floating-point technique for extending the available precision", 1971), and of the table's.
//!
//! With x = 2^k z, the entry of z has a number `inverse` of ten bits near 1/z:
//!
//! ```text
//!   ln x = k ln 2 - ln(inverse) + ln(1 + r),   r = z inverse - 1,   |r| < 0.0155
//!   e^t  = 2^(n/32) e^s,                       s = t - n ln 2 / 32, |s| < 0.0109
//! ```
//!
//! Around 1 the inverse is 1, so that ln x keeps its relative precision. The largest error of `pow`
//! found is 0.53 units of the last place, that of `powf` 0.501. `errno` is not set.

/// Bits of the least z.
const FIRST: u64 = 0x3fe5_aaab_0000_0000;
/// Bits of a double's fraction.
const FRACTION: u32 = 52;

/// ln 2 in 42 bits, which times any k is exact, and the rest.
const LN2: [f64; 2] = [0.6931471805598903, 5.497923018708371e-14];
/// ln 2 / 32 in 36 bits, the rest, and its inverse.
const STEP: [f64; 2] = [0.021660849393811077, -1.312785960212839e-12];
const STEPS: f64 = 46.16624130844683;

/// `inverse`, and -ln of it, its first 42 bits and the rest.
static LOGARITHMS: [[f64; 3]; 32] = [
    [1.4609375, -0.3790783529350392, 6.976163770353771e-14],
    [1.427734375, -0.3560888347103628, 9.207037023524347e-14],
    [1.396484375, -0.33395791765451577, 1.589797456220205e-14],
    [1.3671875, -0.31275571000378477, -1.1211800740360982e-13],
    [1.337890625, -0.2910942132227774, 5.989302587544076e-14],
    [1.310546875, -0.2704445119322827, 1.0868597510348195e-13],
    [1.28515625, -0.2508803062858078, -1.5973663463624904e-15],
    [1.259765625, -0.2309256917562834, 1.8708555799068442e-14],
    [1.234375, -0.21056476910735, 3.6507188831790577e-16],
    [1.2109375, -0.19139485299956505, -6.440856150696892e-14],
    [1.189453125, -0.17349364267033707, -5.217182669884592e-14],
    [1.16796875, -0.15526612891108016, -4.3792508292406054e-14],
    [1.146484375, -0.13670019478854556, -4.310426838472474e-14],
    [1.126953125, -0.11951764146851929, -7.249000326669549e-14],
    [1.107421875, -0.10203467868814187, -1.0241934414218483e-13],
    [1.087890625, -0.0842406148876762, -1.0003539556895334e-13],
    [1.0703125, -0.06795066190852594, 1.8195060030168815e-14],
    [1.052734375, -0.051390945869570714, 8.134490401032933e-14],
    [1.03515625, -0.034552381506728125, 6.839139742328777e-14],
    [1.01953125, -0.019342962843211353, 8.041853850522586e-14],
    [1.0, 0.0, 0.0],
    [0.974609375, 0.02571852928804219, -5.307171319656295e-14],
    [0.9453125, 0.05623971832278585, 9.023009281142904e-14],
    [0.91796875, 0.0855919303353403, 6.322009333691484e-14],
    [0.892578125, 0.1136412341452342, 6.889214192008475e-14],
    [0.869140625, 0.14025034287328708, -1.9509765515283165e-14],
    [0.845703125, 0.16758689703692653, 9.140819889491412e-14],
    [0.82421875, 0.1933193110035063, -1.0320443688698849e-14],
    [0.802734375, 0.2197314105433179, -4.472851385991314e-14],
    [0.783203125, 0.24436319773303694, -9.834201296269778e-14],
    [0.765625, 0.2670627852489815, 6.371947269815667e-14],
    [0.74609375, 0.29290401643288533, 4.727452940514406e-14],
];

/// 2^(i/32): its bits, and what is missing from it, relatively.
static POWERS: [(u64, f64); 32] = [
    (0x3ff0_0000_0000_0000, 0.0),
    (0x3ff0_59b0_d315_8574, 4.9997448722726326e-17),
    (0x3ff0_b558_6cf9_890f, 8.189317638195515e-17),
    (0x3ff1_1301_d012_5b51, -7.402825309426177e-17),
    (0x3ff1_72b8_3c7d_517b, -2.7939114859515733e-17),
    (0x3ff1_d487_3168_b9aa, 9.341710609905046e-17),
    (0x3ff2_387a_6e75_6238, 7.826573258636076e-17),
    (0x3ff2_9e9d_f51f_dee1, 3.2904726646008416e-17),
    (0x3ff3_06fe_0a31_b715, 3.3484623336251524e-17),
    (0x3ff3_71a7_373a_a9cb, -6.346552106729483e-17),
    (0x3ff3_dea6_4c12_3422, 3.750854201303127e-17),
    (0x3ff4_4e08_6061_892d, 2.1023049675215714e-18),
    (0x3ff4_bfda_d536_2a27, 1.9572585293112036e-17),
    (0x3ff5_342b_569d_4f82, -2.1571477251208752e-17),
    (0x3ff5_ab07_dd48_5429, 5.68648095791174e-17),
    (0x3ff6_247e_b03a_5585, -4.8923067513522756e-17),
    (0x3ff6_a09e_667f_3bcd, -6.835808657661922e-17),
    (0x3ff7_1f75_e8ec_5f74, -2.092304381843353e-17),
    (0x3ff7_a114_73eb_0187, -2.3591094770850053e-17),
    (0x3ff8_2589_994c_ce13, -6.735219232374683e-17),
    (0x3ff8_ace5_422a_a0db, 5.1548301170786783e-17),
    (0x3ff9_3737_b0cd_c5e5, -6.432131775424189e-18),
    (0x3ff9_c491_82a3_f090, 1.5341410053603723e-17),
    (0x3ffa_5503_b23e_255d, -6.152602891550265e-17),
    (0x3ffa_e89f_995a_d3ad, 4.875160526227062e-17),
    (0x3ffb_7f76_f2fb_5e47, -1.0772487078934056e-17),
    (0x3ffc_199b_dd85_529c, 1.685487290628973e-17),
    (0x3ffc_b720_dcef_9069, 1.01562190116415e-17),
    (0x3ffd_5818_dcfb_a487, 1.790126907604513e-17),
    (0x3ffd_fc97_337b_9b5f, -3.266924100901318e-17),
    (0x3ffe_a4af_a2a4_90da, -5.545065618639427e-17),
    (0x3fff_5076_5b6e_4540, 4.5784915277060095e-17),
];

/// The upper half of a number's bits: products of two such are exact.
fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !0x7FF_FFFF)
}

/// k, z, and the table's entry, of a positive, normal number, given by its bits.
#[inline(always)]
fn look_up(bits: u64) -> (f64, f64, [f64; 3]) {
    let above = bits.wrapping_sub(FIRST);
    let k = above.cast_signed() >> FRACTION;
    let z = f64::from_bits(bits.wrapping_sub((k as u64) << FRACTION));
    let index = (above >> (FRACTION - 5)) as usize & 31;
    // SAFETY: an index below 32.
    (k as f64, z, unsafe { *LOGARITHMS.as_ptr().add(index) })
}

/// n, t - n ln 2 / 32, and the bits and the missing part of 2^(n mod 32 / 32).
#[inline(always)]
fn nearest_step(t: f64) -> (i64, f64, u64, f64) {
    // Adding this rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = t * STEPS + ROUND;
    let n = shifted.to_bits().cast_signed() << 13 >> 13;
    let count = shifted - ROUND;
    let s = (t - count * STEP[0]) - count * STEP[1];
    // SAFETY: an index below 32.
    let (bits, missing) = unsafe { *POWERS.as_ptr().add(n as usize & 31) };
    (n, s, bits, missing)
}

/// ln(1 + r) - r + r^2/2, divided by r^3.
fn tail(r: f64) -> f64 {
    let square = r * r;
    let even = 1.0 / 3.0
        + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square * (1.0 / 9.0 + square / 11.0)));
    let odd = 1.0 / 4.0 + square * (1.0 / 6.0 + square * (1.0 / 8.0 + square / 10.0));
    even - r * odd
}

/// ln of a positive, normal number, given by its bits, as a sum.
fn logarithm(bits: u64) -> [f64; 2] {
    let (k, z, [inverse, entry, entry_rest]) = look_up(bits);
    let z_upper = upper(z);
    let (large, small) = (z_upper * inverse - 1.0, (z - z_upper) * inverse);
    let r = large + small;
    let rest = (large - r) + small;
    let whole = k * LN2[0] + entry;
    let sum = whole + r;
    let lost = whole - sum + r;
    let r_upper = upper(r);
    let square_upper = -0.5 * r_upper * r_upper;
    let square_lower = -0.5 * (r - r_upper) * (r + r_upper);
    let high = sum + square_upper;
    let lost_more = sum - high + square_upper;
    // `rest` moves ln(1 + r) by rest / (1 + r).
    let low = (k * LN2[1] + entry_rest)
        + lost
        + lost_more
        + square_lower
        + (rest - rest * r)
        + r * r * r * tail(r);
    let total = high + low;
    [total, high - total + low]
}

/// e^(high + low), negated if told so; `high` between -760 and 720.
fn exponential(high: f64, low: f64, negative: bool) -> f64 {
    let (n, s, bits, missing) = nearest_step(high);
    let s = s + low;
    let square = s * s;
    let part = missing
        + s
        + square
            * (0.5
                + s * (1.0 / 6.0)
                + square * (1.0 / 24.0 + s * (1.0 / 120.0) + square * (1.0 / 720.0)));
    let exponent = n >> 5;
    let bits = bits | u64::from(negative) << 63;
    if (-1020..1020).contains(&exponent) {
        let base = f64::from_bits(bits.wrapping_add((exponent << FRACTION) as u64));
        return base + base * part;
    }
    // Near the ends of the range, in two steps.
    let half = exponent >> 1;
    let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << FRACTION);
    let base = f64::from_bits(bits);
    (base + base * part) * power(half) * power(exponent - half)
}

/// Whether a number is a whole one, and odd.
fn is_odd(y: f64) -> bool {
    // From 2^53 on all numbers are even.
    y.abs() < 9_007_199_254_740_992.0 && (y as i64) as f64 == y && y as i64 & 1 == 1
}

fn is_whole(y: f64) -> bool {
    y.abs() >= 9_007_199_254_740_992.0 || (y as i64) as f64 == y
}

/// What is known without computing (C17, F.10.4.4); and else |x| as bits, normal, and whether the
/// result is negative.
fn special(x: f64, y: f64) -> Result<f64, (u64, bool)> {
    if y == 0.0 || x == 1.0 {
        return Ok(1.0);
    }
    if x.is_nan() || y.is_nan() {
        return Ok(x + y);
    }
    let size = x.abs();
    if y.is_infinite() {
        return Ok(match size {
            1.0 => 1.0,
            _ if (size > 1.0) == (y > 0.0) => f64::INFINITY,
            _ => 0.0,
        });
    }
    let negative = x.is_sign_negative() && is_odd(y);
    if x == 0.0 || x.is_infinite() {
        let size: f64 = if (x == 0.0) == (y > 0.0) { 0.0 } else { f64::INFINITY };
        return Ok(if negative { -size } else { size });
    }
    if x < 0.0 && !is_whole(y) {
        return Ok(f64::NAN);
    }
    if size < f64::MIN_POSITIVE {
        // As if it were normal: 2^52 times as large, and less by that in its exponent.
        let scaled = (size * 4_503_599_627_370_496.0).to_bits();
        return Err((scaled.wrapping_sub(52 << FRACTION), negative));
    }
    Err((size.to_bits(), negative))
}

#[unsafe(no_mangle)]
pub extern "C" fn pow(x: f64, y: f64) -> f64 {
    // Positive and normal; 1 and 0 need no care then.
    let usual = x.to_bits().wrapping_sub(1 << FRACTION) < 0x7FE << FRACTION && y.is_finite();
    let (bits, negative) = if usual {
        (x.to_bits(), false)
    } else {
        match special(x, y) {
            Ok(known) => return known,
            Err(rest) => rest,
        }
    };
    let [high, low] = logarithm(bits);
    // No logarithm is so small that such a y is not enough, nor so large that this is too little.
    let y = y.clamp(-1e20, 1e20);
    let (y_upper, high_upper) = (upper(y), upper(high));
    let product = y_upper * high_upper;
    let rest = (y - y_upper) * high_upper + y * (high - high_upper + low);
    let power = product + rest;
    if !(-746.0..710.0).contains(&power) {
        let size: f64 = if power > 0.0 { f64::INFINITY } else { 0.0 };
        return if negative { -size } else { size };
    }
    exponential(product, rest, negative)
}

#[unsafe(no_mangle)]
pub extern "C" fn powf(x: f32, y: f32) -> f32 {
    let (wide, y) = (f64::from(x), f64::from(y));
    let usual = x.to_bits().wrapping_sub(1 << 23) < 0xFE << 23 && y.is_finite();
    let (bits, negative) = if usual {
        (wide.to_bits(), false)
    } else {
        match special(wide, y) {
            Ok(known) => return known as f32,
            Err(rest) => rest,
        }
    };
    // A double is more than enough, with fewer terms, and all its products with an inverse are
    // exact. Rounding to a float makes infinity and zero as well.
    let (k, z, [inverse, high, low]) = look_up(bits);
    let r = z * inverse - 1.0;
    let square = r * r;
    let tail = (0.5 - r * (1.0 / 3.0)) + square * ((0.25 - r * 0.2) + square * (1.0 / 6.0));
    let logarithm = (k * LN2[0] + high) + (k * LN2[1] + low) + (r - square * tail);
    let (n, s, entry, _) = nearest_step((y * logarithm).clamp(-110.0, 100.0));
    let square = s * s;
    let part = s + square * ((0.5 + s * (1.0 / 6.0)) + square * (1.0 / 24.0));
    let base = f64::from_bits(entry.wrapping_add(((n >> 5) << FRACTION) as u64));
    let size = (base + base * part) as f32;
    if negative { -size } else { size }
}
