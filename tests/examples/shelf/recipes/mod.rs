//! The programs, by what they are.

mod data;
mod languages;
mod others;
mod packers;

use crate::recipe::Recipe;

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Recipe> {
    [data::RECIPES, languages::RECIPES, packers::RECIPES, others::RECIPES].into_iter().flatten()
}
