//! The browser's tree of elements: what listeners ask it.

use chrono::NaiveDate;
use leptos::ev::{Event, MouseEvent};
use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// A click that is not meant for a new tab or window.
pub fn plain_click(event: &MouseEvent) -> bool {
    event.button() == 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key() && !event.alt_key()
}

/// What it happened to.
pub fn element(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

pub fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok().flatten()
}

pub fn find(root: &Element, selector: &str) -> Option<Element> {
    root.query_selector(selector).ok().flatten()
}

/// The first of the whole page.
pub fn find_anywhere(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

pub fn each(root: &Element, selector: &str, act: impl Fn(Element)) {
    if let Ok(found) = root.query_selector_all(selector) {
        (0..found.length()).filter_map(|n| found.item(n)?.dyn_into().ok()).for_each(act);
    }
}

/// The day of the cell that `element` is in.
pub fn date_of(element: &Element) -> Option<NaiveDate> {
    closest(element, "[data-date]")?.get_attribute("data-date")?.parse().ok()
}
