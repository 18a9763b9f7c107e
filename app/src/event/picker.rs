//! A small month to pick a date from, over the form and beside the field that it is for.

use crate::date_names;
use crate::dom::find;
use crate::reading::Reader;
use crate::thin::{Effect, OnAttribute};
use crate::ui::{Popover, written};
use crate::words;
use chrono::{Datelike, Months, NaiveDate, TimeDelta, Weekday};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use std::fmt::Write;

/// A date for the field of that name.
#[derive(Clone, Debug, PartialEq)]
pub struct Picking {
    pub name: String,
    pub date: NaiveDate,
}

/// Opens when there is something to pick for, at the field with the id `event-{name}`.
#[component]
pub fn Picker(
    picking: RwSignal<Option<Picking>>,
    reader: Reader,
    week_start: Weekday,
    pick: Callback<Picking>,
) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let field = move || {
        let name = picking.with_untracked(|picking| picking.as_ref().map(|picking| picking.name.clone()))?;
        document().get_element_by_id(&format!("event-{name}"))?.dyn_into::<HtmlElement>().ok()
    };
    let month = move || {
        picking.with(|picking| {
            picking.as_ref().map(|picking| month_html(picking.date, reader, week_start)).unwrap_or_default()
        })
    };
    let place = move || {
        picking.track();
        let Some(field) = field() else { return String::new() };
        let rect = field.get_bounding_client_rect();
        // Whole pixels: what writes fractions as decimals is large.
        let [left, top] = [rect.left(), rect.bottom()].map(|length| length.round() as i32);
        format!("--left:{left}px;--top:{top}px")
    };
    // The keys go on where the picked day stands in what is shown now.
    Effect::new(move |_| {
        if picking.with(Option::is_some) {
            request_animation_frame(move || {
                if let Some(element) = element.try_get_untracked().flatten() {
                    focus(&element, "[aria-current]");
                }
            });
        }
    });
    let close = move || {
        if let Some(field) = field() {
            let _ = field.focus();
        }
        picking.set(None);
    };
    let turn = move |months: i32| {
        picking.update(|picking| {
            if let Some(picking) = picking {
                picking.date = months_on(picking.date, months);
            }
        });
    };
    let on_click = Callback::new(move |event: MouseEvent| {
        event.stop_propagation();
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let value = |name: &str| target.get_attribute(name);
        if let Some(months) = value("data-turn").and_then(|months| months.parse().ok()) {
            turn(months);
        } else if let (Some(date), Some(picked)) = (value("data-date"), picking.get_untracked())
            && let Ok(date) = date.parse()
        {
            pick.run(Picking { date, ..picked });
            close();
        }
    });
    // The days are about to be written anew: a key that is pressed before one of them has the focus again is heard here.
    let hold_keys = move || {
        if let Some(element) = element.try_get_untracked().flatten() {
            focus(&element, ".picker__month");
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        let (months, days) = match event.key().as_str() {
            "ArrowLeft" => (0, -1),
            "ArrowRight" => (0, 1),
            "ArrowUp" => (0, -7),
            "ArrowDown" => (0, 7),
            "PageUp" => (-1, 0),
            "PageDown" => (1, 0),
            "Escape" => {
                close();
                (0, 0)
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if months != 0 {
            hold_keys();
            turn(months);
        }
        if days != 0 {
            hold_keys();
            picking.update(|picking| {
                if let Some(picking) = picking {
                    picking.date = picking.date.checked_add_signed(TimeDelta::days(days)).unwrap_or(picking.date);
                }
            });
        }
    };
    let popover = Popover {
        element,
        open: Signal::derive(move || picking.with(Option::is_some)),
        on_closed: Callback::new(move |()| picking.set(None)),
        on_click,
        class: "picker",
        label: words::event_choose_date(),
        style: Signal::derive(place),
    };
    popover.view(
        view! { <div class="picker__month" tabindex="-1" inner_html=written(month) on:keydown=on_keydown></div> }
            .into_any(),
    )
}

fn focus(within: &Element, selector: &str) {
    if let Some(found) = find(within, selector).and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        let _ = found.focus();
    }
}

fn months_on(date: NaiveDate, months: i32) -> NaiveDate {
    let count = Months::new(months.unsigned_abs());
    let moved = if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) };
    moved.unwrap_or(date)
}

/// The month of `date` as a table of buttons. Nothing in it comes from outside but the names of months and days.
fn month_html(date: NaiveDate, reader: Reader, week_start: Weekday) -> String {
    let first = date.with_day(1).unwrap_or(date);
    let before = i64::from(first.weekday().days_since(week_start));
    let start = first.checked_sub_signed(TimeDelta::days(before)).unwrap_or(first);
    let mut html = format!("<div class=mini__head><b class=mini__name>{} {}</b>", date_names::month(date), date.year());
    for (months, way, sign) in [(-1, words::event_previous_month(), '‹'), (1, words::event_next_month(), '›')] {
        // A string always takes what is written to it.
        let _ = write!(
            html,
            "<button type=button class='icon-button icon-button--small' data-turn={months} aria-label='{way}'>{sign}</button>"
        );
    }
    html.push_str("</div><div class=picker__days>");
    for day in start.iter_days().take(7) {
        let _ = write!(html, "<span aria-hidden=true>{}</span>", date_names::weekday_letter(day.weekday()));
    }
    for day in start.iter_days().take(42) {
        let (current, index) = if day == date { (" aria-current=date", 0) } else { ("", -1) };
        let outside = if day.month() == date.month() { "" } else { " mini__day--outside" };
        let today = if day == reader.today { " mini__day--today" } else { "" };
        let name = reader.format.full_date(day);
        let _ = write!(
            html,
            "<button type=button class='mini__day{outside}{today}' data-date={day} tabindex={index} aria-label='{name}'{current}>{}</button>",
            day.day()
        );
    }
    html.push_str("</div>");
    html
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::notation::Format;

    #[test]
    fn a_month_stands_in_whole_weeks_of_the_person() {
        let reader =
            Reader { format: Format { hour12: false, month_first: false }, today: "2027-03-01".parse().unwrap() };
        let html = month_html("2027-03-10".parse().unwrap(), reader, Weekday::Sun);
        assert_eq!(html.matches("data-date=").count(), 42);
        assert!(html.find("data-date=2027-02-28").unwrap() < html.find("data-date=2027-03-01").unwrap());
        assert!(!html.contains("2027-02-27"));
        assert!(
            html.contains("data-date=2027-03-10 tabindex=0 aria-label='Wednesday, 10 March 2027' aria-current=date")
        );
        assert_eq!(html.matches("mini__day--today").count(), 1);
    }
}
