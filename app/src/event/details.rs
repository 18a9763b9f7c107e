//! What an event says, before anything is changed.

use super::data::OpenedEvent;
use crate::notation::Format;
use crate::thin::{Effect, OnAttribute};
use crate::ui::{CloseButton, Icon, heading_level, icon};
use crate::wire::{CalendarInfo, When};
use crate::words;
use chrono::{Datelike, NaiveDate};
use leptos::html;
use leptos::prelude::*;

const TEXT: &str = "M5 7h14M5 12h14M5 17h9";
const CLOCK: &str = "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2";

/// The details, with the ways to change or delete the event.
#[component]
pub fn EventDetails(
    opened: OpenedEvent,
    calendars: Vec<CalendarInfo>,
    format: Format,
    today: NaiveDate,
    on_edit: Callback<()>,
    on_delete: Callback<()>,
    on_close: Callback<()>,
) -> impl IntoView {
    let editable = opened.editable;
    let edit = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(edit) = edit.get() {
            let _ = edit.focus();
        }
    });
    view! {
        <div class="dialog__head event-details__head">
            <div class="spring"></div>
            {editable
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="icon-button"
                            aria-label=words::common_delete()
                            title=words::common_delete()
                            on:click=move |_| on_delete.run(())
                        >
                            <Icon d=icon::TRASH />
                        </button>
                    }
                })}
            <CloseButton on_close=on_close />
        </div>
        <div class="dialog__body event-details__body">
            <DetailRows opened=opened calendars=calendars format=format today=today />
        </div>
        {editable
            .then(|| {
                view! {
                    <div class="dialog__foot">
                        <button
                            node_ref=edit
                            type="button"
                            class="button button--primary"
                            on:click=move |_| on_edit.run(())
                        >
                            {words::event_edit()}
                        </button>
                    </div>
                }
            })}
    }
}

/// The rows of the details; the heading has the id `event-heading`.
#[component]
pub fn DetailRows(
    opened: OpenedEvent,
    calendars: Vec<CalendarInfo>,
    format: Format,
    today: NaiveDate,
    /// The level of the heading, where it is not its element's.
    #[prop(optional)]
    level: Option<&'static str>,
) -> impl IntoView {
    let OpenedEvent { event, fields, when, elsewhere, repeats, more, .. } = opened;
    let calendar = calendars.into_iter().find(|calendar| calendar.id == event.calendar);
    let color = calendar.as_ref().map(|calendar| format!("--calendar: {}", calendar.color));
    let title = if fields.title.trim().is_empty() { words::common_no_title().to_owned() } else { fields.title };
    let elsewhere = elsewhere.map(|(own, zone)| {
        let text = words::event_elsewhere(&when_words(own, format, today), &zone.replace('_', " "));
        view! { <p class="hint">{text}</p> }
    });
    let optional = |text: String| (!text.trim().is_empty()).then_some(text);
    view! {
        <div class="detail detail--title" style=color.clone()>
            <span class="swatch"></span>
            <h2 id="event-heading" dir="auto" {..heading_level(level)}>{title}</h2>
        </div>
        <div class="detail">
            <Icon d=CLOCK />
            <div>
                <p>{when_words(when, format, today)}</p>
                {elsewhere}
            </div>
        </div>
        {repeats
            .map(|text| {
                view! {
                    <div class="detail">
                        <Icon d=icon::REPEAT />
                        <p>{text}</p>
                    </div>
                }
            })}
        {optional(fields.location)
            .map(|text| {
                view! {
                    <div class="detail">
                        <Icon d=icon::PIN />
                        <p class="detail__text" dir="auto">{linked(&text)}</p>
                    </div>
                }
            })}
        {optional(fields.description)
            .map(|text| {
                view! {
                    <div class="detail">
                        <Icon d=TEXT />
                        <p class="detail__text" dir="auto">{linked(&text)}</p>
                    </div>
                }
            })}
        {calendar
            .map(|calendar| {
                view! {
                    <div class="detail">
                        <Icon d=icon::CALENDAR />
                        <p dir="auto">{calendar.name}</p>
                    </div>
                }
            })}
        {more_rows(more)}
    }
}

/// The rows that the server wrote ([`OpenedEvent::more`]).
pub fn more_rows(html: String) -> AnyView {
    view! { <div class="detail" inner_html=html></div> }.into_any()
}

/// `Saturday, 21 November, 09:00 – 10:00`; with the year when it is another one than this.
pub fn when_words(when: When, format: Format, today: NaiveDate) -> String {
    let day = |date: NaiveDate| {
        if date.year() == today.year() { format.weekday_date(date) } else { format.full_date(date) }
    };
    match when {
        When::Days { first, last } if first == last => day(first),
        When::Days { first, last } => format!("{} – {}", day(first), day(last)),
        When::Times { start, end } => {
            let time = |moment| format.time(moment);
            if start == end {
                format!("{}, {}", day(start.date()), time(start))
            } else if start.date() == end.date() {
                format!("{}, {} – {}", day(start.date()), time(start), time(end))
            } else {
                format!("{}, {} – {}, {}", day(start.date()), time(start), day(end.date()), time(end))
            }
        }
    }
}

/// The text with its web addresses as links.
fn linked(text: &str) -> Vec<AnyView> {
    pieces(text)
        .into_iter()
        .map(|(piece, is_link)| {
            if is_link {
                view! {
                    <a href=piece.to_owned() target="_blank" rel="noopener noreferrer">
                        {piece.to_owned()}
                    </a>
                }
                .into_any()
            } else {
                piece.to_owned().into_any()
            }
        })
        .collect()
}

/// The text in pieces, each a web address or not.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(from.len());
        // A sentence may end with an address.
        let link = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        pieces.push((before, false));
        pieces.push((link, !link.ends_with("//")));
        rest = &from[link.len()..];
    }
    pieces.push((rest, false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn web_addresses_are_links() {
        assert_eq!(
            pieces("See https://example.org/a?b=c. Or (http://example.net) now"),
            [
                ("See ", false),
                ("https://example.org/a?b=c", true),
                (". Or (", false),
                ("http://example.net", true),
                (") now", false)
            ]
        );
        assert_eq!(pieces("https:// is no address"), [("https://", false), (" is no address", false)]);
        assert!(pieces("").is_empty());
    }

    #[test]
    fn times_are_told_once() {
        let at = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
        let today = at("2026-11-21T00:00:00").date();
        let format = Format { hour12: false, month_first: false };
        let words = |start, end| when_words(When::Times { start: at(start), end: at(end) }, format, today);
        assert_eq!(words("2026-11-21T09:00:00", "2026-11-21T10:00:00"), "Saturday, 21 November, 09:00 – 10:00");
        assert_eq!(
            words("2027-01-01T22:00:00", "2027-01-02T01:00:00"),
            "Friday, 1 January 2027, 22:00 – Saturday, 2 January 2027, 01:00"
        );
    }
}
