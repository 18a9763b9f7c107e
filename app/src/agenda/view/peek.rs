//! The day whose events are listed beside it, and where the list is.

use crate::browser;
use chrono::NaiveDate;
use leptos::web_sys::DomRect;

/// Which day to look into, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peek {
    pub date: NaiveDate,
    pub left: i32,
    pub top: i32,
}

/// In CSS pixels, as the style sheet has it.
const WIDTH: f64 = 288.0;
const HEIGHT: f64 = 340.0;

impl Peek {
    /// Over the day's cell, within the window.
    pub fn beside(date: NaiveDate, more: &DomRect) -> Self {
        let (wide, high) = browser::window_size();
        let left = (more.left() + more.width() / 2.0 - WIDTH / 2.0).min(wide - WIDTH - 8.0).max(8.0);
        let top = (more.top() - HEIGHT / 2.0).min(high - HEIGHT - 8.0).max(8.0);
        // Whole pixels: what writes fractions as decimals is large.
        Peek { date, left: left.round() as i32, top: top.round() as i32 }
    }
}
