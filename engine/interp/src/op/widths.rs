//! Changes of width of lanes. (A scalar needs none: it fills its word.)

use super::operations::conversions;

conversions! {
    Zext8To16: u8 -> u16, |a| a.into();
    Zext8To32: u8 -> u32, |a| a.into();
    Zext8To64: u8 -> u64, |a| a.into();
    Zext16To32: u16 -> u32, |a| a.into();
    Zext16To64: u16 -> u64, |a| a.into();
    Zext32To64: u32 -> u64, |a| a.into();
    Trunc16To8: u16 -> u8, |a| a as u8;
    Trunc32To8: u32 -> u8, |a| a as u8;
    Trunc64To8: u64 -> u8, |a| a as u8;
    Trunc32To16: u32 -> u16, |a| a as u16;
    Trunc64To16: u64 -> u16, |a| a as u16;
    Trunc64To32: u64 -> u32, |a| a as u32;
}
