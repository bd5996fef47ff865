//! Macros that define what generic handlers are made of.

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
