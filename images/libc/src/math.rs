//! `<math.h>` through the `libm` crate, whose results may differ from glibc's in the last
//! bit. `errno` is not set. Square roots are in `c/`, as one instruction; powers in `power.rs`.

use core::ffi::{c_int, c_long};

macro_rules! functions {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($($arg: $type),*) -> $result {
            libm::$name($($arg),*)
        }
    )*};
}

functions! {
    acos(x: f64) -> f64;
    asin(x: f64) -> f64;
    asinh(x: f64) -> f64;
    atan(x: f64) -> f64;
    atan2(y: f64, x: f64) -> f64;
    atanh(x: f64) -> f64;
    cbrt(x: f64) -> f64;
    ceil(x: f64) -> f64;
    copysign(x: f64, y: f64) -> f64;
    cos(x: f64) -> f64;
    cosh(x: f64) -> f64;
    erf(x: f64) -> f64;
    erfc(x: f64) -> f64;
    exp(x: f64) -> f64;
    exp10(x: f64) -> f64;
    exp2(x: f64) -> f64;
    expm1(x: f64) -> f64;
    fabs(x: f64) -> f64;
    fdim(x: f64, y: f64) -> f64;
    floor(x: f64) -> f64;
    fma(x: f64, y: f64, z: f64) -> f64;
    fmax(x: f64, y: f64) -> f64;
    fmin(x: f64, y: f64) -> f64;
    fmod(x: f64, y: f64) -> f64;
    hypot(x: f64, y: f64) -> f64;
    ilogb(x: f64) -> c_int;
    j0(x: f64) -> f64;
    j1(x: f64) -> f64;
    jn(n: c_int, x: f64) -> f64;
    ldexp(x: f64, n: c_int) -> f64;
    lgamma(x: f64) -> f64;
    log(x: f64) -> f64;
    log10(x: f64) -> f64;
    log1p(x: f64) -> f64;
    log2(x: f64) -> f64;
    nextafter(x: f64, y: f64) -> f64;
    remainder(x: f64, y: f64) -> f64;
    rint(x: f64) -> f64;
    round(x: f64) -> f64;
    roundeven(x: f64) -> f64;
    scalbn(x: f64, n: c_int) -> f64;
    sin(x: f64) -> f64;
    sinh(x: f64) -> f64;
    tan(x: f64) -> f64;
    tanh(x: f64) -> f64;
    tgamma(x: f64) -> f64;
    trunc(x: f64) -> f64;
    y0(x: f64) -> f64;
    y1(x: f64) -> f64;
    yn(n: c_int, x: f64) -> f64;
    acosf(x: f32) -> f32;
    asinf(x: f32) -> f32;
    asinhf(x: f32) -> f32;
    atanf(x: f32) -> f32;
    atan2f(y: f32, x: f32) -> f32;
    atanhf(x: f32) -> f32;
    cbrtf(x: f32) -> f32;
    ceilf(x: f32) -> f32;
    copysignf(x: f32, y: f32) -> f32;
    cosf(x: f32) -> f32;
    coshf(x: f32) -> f32;
    erff(x: f32) -> f32;
    erfcf(x: f32) -> f32;
    expf(x: f32) -> f32;
    exp10f(x: f32) -> f32;
    exp2f(x: f32) -> f32;
    expm1f(x: f32) -> f32;
    fabsf(x: f32) -> f32;
    fdimf(x: f32, y: f32) -> f32;
    floorf(x: f32) -> f32;
    fmaf(x: f32, y: f32, z: f32) -> f32;
    fmaxf(x: f32, y: f32) -> f32;
    fminf(x: f32, y: f32) -> f32;
    fmodf(x: f32, y: f32) -> f32;
    hypotf(x: f32, y: f32) -> f32;
    ilogbf(x: f32) -> c_int;
    ldexpf(x: f32, n: c_int) -> f32;
    lgammaf(x: f32) -> f32;
    logf(x: f32) -> f32;
    log10f(x: f32) -> f32;
    log1pf(x: f32) -> f32;
    log2f(x: f32) -> f32;
    nextafterf(x: f32, y: f32) -> f32;
    remainderf(x: f32, y: f32) -> f32;
    rintf(x: f32) -> f32;
    roundf(x: f32) -> f32;
    roundevenf(x: f32) -> f32;
    scalbnf(x: f32, n: c_int) -> f32;
    sinf(x: f32) -> f32;
    sinhf(x: f32) -> f32;
    tanf(x: f32) -> f32;
    tanhf(x: f32) -> f32;
    tgammaf(x: f32) -> f32;
    truncf(x: f32) -> f32;
}

/// `libm` gives numbers below 1 a result.
#[unsafe(no_mangle)]
pub extern "C" fn acosh(x: f64) -> f64 {
    if x < 1.0 { f64::NAN } else { libm::acosh(x) }
}

/// As [`acosh`].
#[unsafe(no_mangle)]
pub extern "C" fn acoshf(x: f32) -> f32 {
    if x < 1.0 { f32::NAN } else { libm::acoshf(x) }
}

/// There is one rounding mode, in which these are `rint`.
#[unsafe(no_mangle)]
pub extern "C" fn nearbyint(x: f64) -> f64 {
    libm::rint(x)
}

#[unsafe(no_mangle)]
pub extern "C" fn nearbyintf(x: f32) -> f32 {
    libm::rintf(x)
}

macro_rules! to_integers {
    ($($name:ident $float:ty, $round:ident;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(x: $float) -> c_long {
            let whole = libm::$round(x);
            // As the processor's conversion has it: out of range is the smallest number.
            let limit = 9_223_372_036_854_775_808.0;
            if (-limit..limit).contains(&whole) {
                // SAFETY: in range, and not a NaN.
                unsafe { whole.to_int_unchecked() }
            } else {
                c_long::MIN
            }
        }
    )*};
}

to_integers! {
    lrint f64, rint;
    llrint f64, rint;
    lrintf f32, rintf;
    llrintf f32, rintf;
    lround f64, round;
    llround f64, round;
    lroundf f32, roundf;
    llroundf f32, roundf;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn frexp(x: f64, exponent: *mut c_int) -> f64 {
    let (fraction, power) = libm::frexp(x);
    // SAFETY: the caller's place for it.
    unsafe { *exponent = power };
    fraction
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn frexpf(x: f32, exponent: *mut c_int) -> f32 {
    let (fraction, power) = libm::frexpf(x);
    // SAFETY: the caller's place for it.
    unsafe { *exponent = power };
    fraction
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn modf(x: f64, whole: *mut f64) -> f64 {
    let (fraction, integer) = libm::modf(x);
    // SAFETY: the caller's place for it.
    unsafe { *whole = integer };
    fraction
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn modff(x: f32, whole: *mut f32) -> f32 {
    let (fraction, integer) = libm::modff(x);
    // SAFETY: the caller's place for it.
    unsafe { *whole = integer };
    fraction
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn remquo(x: f64, y: f64, quotient: *mut c_int) -> f64 {
    let (rest, bits) = libm::remquo(x, y);
    // SAFETY: the caller's place for it.
    unsafe { *quotient = bits };
    rest
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn remquof(x: f32, y: f32, quotient: *mut c_int) -> f32 {
    let (rest, bits) = libm::remquof(x, y);
    // SAFETY: the caller's place for it.
    unsafe { *quotient = bits };
    rest
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sincos(x: f64, s: *mut f64, c: *mut f64) {
    let (sine, cosine) = libm::sincos(x);
    // SAFETY: the caller's two places.
    unsafe {
        *s = sine;
        *c = cosine;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sincosf(x: f32, s: *mut f32, c: *mut f32) {
    let (sine, cosine) = libm::sincosf(x);
    // SAFETY: the caller's two places.
    unsafe {
        *s = sine;
        *c = cosine;
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn logb(x: f64) -> f64 {
    if x == 0.0 {
        f64::NEG_INFINITY
    } else if x.is_finite() {
        f64::from(libm::ilogb(x))
    } else {
        x * x
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn logbf(x: f32) -> f32 {
    logb(f64::from(x)) as f32
}

#[unsafe(no_mangle)]
pub extern "C" fn scalbln(x: f64, n: c_long) -> f64 {
    libm::scalbn(x, n.clamp(-5000, 5000) as c_int)
}

#[unsafe(no_mangle)]
pub extern "C" fn scalblnf(x: f32, n: c_long) -> f32 {
    libm::scalbnf(x, n.clamp(-5000, 5000) as c_int)
}

#[unsafe(no_mangle)]
pub extern "C" fn nan(_tag: *const u8) -> f64 {
    f64::NAN
}

#[unsafe(no_mangle)]
pub extern "C" fn nanf(_tag: *const u8) -> f32 {
    f32::NAN
}

/// Class of a number as `<math.h>` numbers them: NaN, infinite, zero, subnormal, normal.
#[unsafe(no_mangle)]
pub extern "C" fn __fpclassify(x: f64) -> c_int {
    match x.classify() {
        core::num::FpCategory::Nan => 0,
        core::num::FpCategory::Infinite => 1,
        core::num::FpCategory::Zero => 2,
        core::num::FpCategory::Subnormal => 3,
        core::num::FpCategory::Normal => 4,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __fpclassifyf(x: f32) -> c_int {
    match x.classify() {
        core::num::FpCategory::Nan => 0,
        core::num::FpCategory::Infinite => 1,
        core::num::FpCategory::Zero => 2,
        core::num::FpCategory::Subnormal => 3,
        core::num::FpCategory::Normal => 4,
    }
}

macro_rules! tests {
    ($($name:ident $float:ty, |$x:ident| $test:expr;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($x: $float) -> c_int {
            c_int::from($test)
        }
    )*};
}

tests! {
    __isnan f64, |x| x.is_nan();
    __isnanf f32, |x| x.is_nan();
    isnan f64, |x| x.is_nan();
    isnanf f32, |x| x.is_nan();
    __isinf f64, |x| if x == f64::NEG_INFINITY { -1 } else { c_int::from(x == f64::INFINITY) };
    __isinff f32, |x| if x == f32::NEG_INFINITY { -1 } else { c_int::from(x == f32::INFINITY) };
    isinf f64, |x| if x == f64::NEG_INFINITY { -1 } else { c_int::from(x == f64::INFINITY) };
    __finite f64, |x| x.is_finite();
    __finitef f32, |x| x.is_finite();
    finite f64, |x| x.is_finite();
    __signbit f64, |x| x.is_sign_negative();
    __signbitf f32, |x| x.is_sign_negative();
}

/// `x` to the power `n`, by squaring.
#[unsafe(no_mangle)]
pub extern "C" fn __powidf2(mut x: f64, n: c_int) -> f64 {
    let mut left = n;
    let mut result = 1.0;
    loop {
        if left & 1 != 0 {
            result *= x;
        }
        left /= 2;
        if left == 0 {
            return if n < 0 { 1.0 / result } else { result };
        }
        x *= x;
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __powisf2(mut x: f32, n: c_int) -> f32 {
    let mut left = n;
    let mut result = 1.0;
    loop {
        if left & 1 != 0 {
            result *= x;
        }
        left /= 2;
        if left == 0 {
            return if n < 0 { 1.0 / result } else { result };
        }
        x *= x;
    }
}
