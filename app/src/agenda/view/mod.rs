//! What the agenda draws.

pub mod card;
pub mod chip;
pub mod day_peek;
mod ghost;
pub mod grid;
pub mod mini;
pub mod month;
pub mod peek;
mod room;
pub mod toolbar;
