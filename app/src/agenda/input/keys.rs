//! The agenda by keyboard.

use super::focus::{Focus, MARKED, day, hour};
use crate::agenda::days::{View, plus, week_of};
use crate::agenda::model::{Agenda, Place};
use crate::dom::{closest, date_of, find_anywhere};
use crate::thin::Effect;
use chrono::NaiveDate;
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Listens as long as the page is there.
pub fn listen(agenda: Agenda) {
    let navigate = use_navigate();
    let focus = Focus::keep(agenda);
    let go = move |place: Place, replace: bool| {
        let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
        navigate(&place.path(), options);
    };
    Effect::new(move |_| {
        let go = go.clone();
        let handle = window_event_listener(ev::keydown, move |event| press(agenda, focus, &event, &go));
        on_cleanup(move || handle.remove());
    });
}

fn press(agenda: Agenda, focus: Focus, event: &KeyboardEvent, go: &impl Fn(Place, bool)) {
    let key = event.key();
    if key == "Escape" && agenda.drag.with_untracked(Option::is_some) {
        event.prevent_default();
        return agenda.drag.set(None);
    }
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || busy(event) {
        return;
    }
    let place = agenda.place.get_untracked();
    let view = |view| Place { view, ..place };
    match key.as_str() {
        "t" => go(Place { date: agenda.today.get_untracked(), ..place }, false),
        "j" | "PageDown" => go(place.step(1), false),
        "k" | "PageUp" => go(place.step(-1), false),
        "m" => go(view(View::Month), false),
        "w" => go(view(View::Week), false),
        "d" => go(view(View::Day), false),
        "c" | "n" => agenda.create(agenda.proposed(place.date)),
        "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End" => {
            if !arrow(agenda, focus, &key, place, go) {
                return;
            }
        }
        _ => return,
    }
    event.prevent_default();
}

/// Somebody types, or something lies over the agenda.
fn busy(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let typing = target.is_some_and(|target| {
        closest(&target, "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=menu]")
            .is_some()
    });
    typing || find_anywhere("dialog[open], [popover]:popover-open").is_some()
}

/// Goes over days and hours with the arrows; yields whether it did.
fn arrow(agenda: Agenda, focus: Focus, key: &str, place: Place, go: &impl Fn(Place, bool)) -> bool {
    let Some(active) = document().active_element() else { return false };
    let in_small_month = closest(&active, ".mini__days").is_some();
    if let Some(column) = closest(&active, "[data-column]") {
        return over_hours(agenda, focus, key, &active, &column, place, go);
    }
    let in_cells = date_of(&active);
    let date = match in_cells {
        Some(date) => date,
        None if in_small_month => place.date,
        // Elsewhere left and right turn the page; up and down scroll it.
        None => {
            match key {
                "ArrowLeft" => go(place.step(-1), false),
                "ArrowRight" => go(place.step(1), false),
                _ => return false,
            }
            return true;
        }
    };
    let rows = place.view == View::Month || in_small_month;
    let to = match key {
        "ArrowLeft" => plus(date, -1),
        "ArrowRight" => plus(date, 1),
        "ArrowUp" if rows => plus(date, -7),
        "ArrowDown" if rows => plus(date, 7),
        "ArrowDown" => {
            focus.go(hour(date, 8));
            return true;
        }
        "Home" => week_of(date, agenda.week_start),
        "End" => plus(week_of(date, agenda.week_start), 6),
        _ => return false,
    };
    let selector = if in_small_month { MARKED.to_owned() } else { day(to) };
    if rows || !agenda.shown_untracked().contains(to) {
        focus.follow(selector);
        go(Place { date: to, ..place }, true);
    } else {
        focus.go(selector);
    }
    true
}

/// From hour to hour and day to day.
fn over_hours(
    agenda: Agenda,
    focus: Focus,
    key: &str,
    active: &Element,
    column: &Element,
    place: Place,
    go: &impl Fn(Place, bool),
) -> bool {
    let Some(date) = column.get_attribute("data-column").and_then(|date| date.parse::<NaiveDate>().ok()) else {
        return false;
    };
    let attribute = |name: &str| active.get_attribute(name)?.parse::<i64>().ok();
    let Some(at) = attribute("data-hour").or_else(|| attribute("data-top").map(|minute| minute / 60)) else {
        return false;
    };
    let (date, to) = match key {
        "ArrowUp" if at == 0 => {
            focus.go(day(date));
            return true;
        }
        "ArrowUp" => (date, at - 1),
        "ArrowDown" => (date, (at + 1).min(23)),
        "ArrowLeft" => (plus(date, -1), at),
        "ArrowRight" => (plus(date, 1), at),
        "Home" => (date, 0),
        _ => (date, 23),
    };
    if agenda.shown_untracked().contains(date) {
        focus.go(hour(date, to));
    } else {
        focus.follow(hour(date, to));
        go(Place { date, ..place }, true);
    }
    true
}
