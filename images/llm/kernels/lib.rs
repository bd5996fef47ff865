//! The loops that a model's time goes into, and nothing else: functions of numbers in memory, each of which is made
//! as fast as can be. All else is a crate beside this one and is made small (`cargo xtask build images`).
#![no_std]

pub mod blocks;
pub mod formats;
mod groups;
pub mod kept;
pub mod numbers;
mod plain;
pub mod vectors;
