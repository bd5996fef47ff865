//! The model: its weights, and how tokens become the scores of the next one.

pub mod attention;
pub mod blocks;
pub mod cache;
pub mod formats;
pub mod forward;
pub mod rope;
pub mod weights;
