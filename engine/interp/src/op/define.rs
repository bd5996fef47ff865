//! Macros that define handlers and what generic handlers are made of.

/// Goes on with another instruction.
macro_rules! next {
    ($ip:expr, $fp:expr, $cx:expr, $acc:expr, $f:expr, $s:expr) => {{
        let ip: $crate::code::Ip = $ip;
        ((*ip).op.handler)(ip, $fp, $cx, $acc, $f, $s)
    }};
}
pub(crate) use next;

/// Defines handlers. Their bodies are unsafe code under the contract of
/// [`crate::code::Handler`]: operands are offsets within the frame that decoding assigned.
macro_rules! handlers {
    ($($(#[$meta:meta])* fn $name:ident $(<$($g:ident $(: $b:path)?),*>)? $([const $c:ident: usize])?
        ($ip:ident, $fp:ident, $cx:ident, $acc:ident, $f:ident, $s:ident) $body:block)*) => {$(
        $(#[$meta])*
        pub(crate) unsafe extern "sysv64" fn $name<$($($g $(: $b)?,)*)? $(const $c: usize)?>(
            $ip: $crate::code::Ip,
            $fp: $crate::code::Fp,
            $cx: $crate::code::Cx,
            $acc: u64,
            $f: f64,
            $s: f32,
        ) {
            // SAFETY: see the macro.
            unsafe { $body }
        }
    )*};
}
pub(crate) use handlers;

/// Operations on two operands of any type `T`.
macro_rules! binary_operations {
    (<T: $bound:ident> -> $out:ty; $($name:ident: $run:expr;)*) => {$(
        pub(crate) struct $name<T>(core::marker::PhantomData<T>);
        impl<T: $bound> $crate::op::shape::Binary for $name<T> {
            type In = T;
            type Out = $out;
            #[inline(always)]
            fn run(left: T, right: T) -> $out {
                let run: fn(T, T) -> $out = $run;
                run(left, right)
            }
        }
    )*};
}
pub(crate) use binary_operations;

/// Operations on one operand of any type `T`.
macro_rules! unary_operations {
    (<T: $bound:ident> -> $out:ty; $($name:ident: $run:expr;)*) => {$(
        pub(crate) struct $name<T>(core::marker::PhantomData<T>);
        impl<T: $bound> $crate::op::shape::Unary for $name<T> {
            type In = T;
            type Out = $out;
            #[inline(always)]
            fn run(value: T) -> $out {
                let run: fn(T) -> $out = $run;
                run(value)
            }
        }
    )*};
}
pub(crate) use unary_operations;

/// Operations from one type to another.
macro_rules! conversions {
    ($($name:ident: $from:ident -> $to:ident, $run:expr;)*) => {$(
        pub(crate) struct $name;
        impl $crate::op::shape::Unary for $name {
            type In = $from;
            type Out = $to;
            #[inline(always)]
            fn run(value: $from) -> $to {
                let run: fn($from) -> $to = $run;
                run(value)
            }
        }
    )*};
}
pub(crate) use conversions;
