//! Changes of width of lanes. (A scalar needs none: it fills its word.)

use super::shape::Unary;

macro_rules! changes {
    ($($name:ident: $from:ident $to:ident;)*) => {$(
        pub(crate) struct $name;
        impl Unary for $name {
            type In = $from;
            type Out = $to;
            #[inline(always)]
            fn run(value: $from) -> $to {
                value as $to
            }
        }
    )*};
}
changes! {
    Zext8To16: u8 u16;
    Zext8To32: u8 u32;
    Zext8To64: u8 u64;
    Zext16To32: u16 u32;
    Zext16To64: u16 u64;
    Zext32To64: u32 u64;
    Trunc16To8: u16 u8;
    Trunc32To8: u32 u8;
    Trunc64To8: u64 u8;
    Trunc32To16: u32 u16;
    Trunc64To16: u64 u16;
    Trunc64To32: u64 u32;
}
