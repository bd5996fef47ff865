//! The model: its weights, and how tokens become the scores of the next one.

mod angles;
pub mod attention;
pub mod cache;
pub mod forward;
pub mod rope;
pub mod weights;
