//! A week or a month as days beside each other; on a phone the days that have something, one beneath the other.

use super::Look;
use crate::agenda::days::Span;
use crate::agenda::format::title_or_none;
use crate::agenda::layout::{first_day, in_month, last_day};
use crate::dashboard::days::{Colors, color_of};
use crate::date_names::weekday_short;
use crate::notation::Format;
use crate::wire::{EventInstance, Status, When};
use crate::words;
use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;

/// Most events of one day; the rest is in the list that the day leads to.
const MAX_OF_DAY: usize = 12;

#[component]
pub fn Grid(
    events: Vec<EventInstance>,
    colors: Colors,
    look: Look,
    span: Span,
    /// Whether days of other months are set back.
    is_month: bool,
    /// Leads to the list of a day.
    more: Box<dyn Fn(NaiveDate) -> String>,
) -> impl IntoView {
    let head: Vec<_> = span.days().take(7).map(|day| view! { <span>{weekday_short(day.weekday())}</span> }).collect();
    let days: Vec<_> = span
        .days()
        .map(|day| {
            let on_it: Vec<&EventInstance> = events.iter().filter(|event| is_on_day(event.when, day)).collect();
            let mut class = String::from("cal__day");
            for (is, part) in [
                (day == look.today(), " cal__day--today"),
                (is_month && !in_month(day, look.date), " cal__day--other"),
                (on_it.is_empty(), " cal__day--empty"),
            ] {
                class.push_str(if is { part } else { "" });
            }
            let left = on_it.len().saturating_sub(MAX_OF_DAY);
            let rest = (left > 0).then(|| {
                let date = look.format.weekday_date(day);
                view! {
                    <li class="cal__more">
                        <a href=more(day) data-date=day.to_string() aria-label=words::server_links_more_on(&date)>{words::server_links_more(left)}</a>
                    </li>
                }
            });
            let rows: Vec<_> =
                on_it.into_iter().take(MAX_OF_DAY).map(|event| chip(event, day, &colors, look.format)).collect();
            let list = (!rows.is_empty()).then(|| view! { <ul class="cal__events">{rows}{rest}</ul> });
            let current = (day == look.today()).then_some("date");
            view! {
                <li class=class aria-current=current>
                    <p class="cal__date">
                        <span aria-hidden="true">{day.day()}</span>
                        <span class="cal__whole-date">{look.format.weekday_date(day)}</span>
                    </p>
                    {list}
                </li>
            }
        })
        .collect();
    // On a phone only days that have something are shown, and of a month only its own.
    let is_bare = !span
        .days()
        .filter(|day| !is_month || in_month(*day, look.date))
        .any(|day| events.iter().any(|event| is_on_day(event.when, day)));
    let none = is_bare.then(|| view! { <p class="cal__none">{words::server_links_nothing()}</p> });
    let class = if is_month { "cal cal--month" } else { "cal cal--week" };
    view! {
        <div class=class>
            <div class="cal__head" aria-hidden="true">{head}</div>
            <ol class="cal__days">{days}</ol>
            {none}
        </div>
    }
}

fn is_on_day(when: When, day: NaiveDate) -> bool {
    first_day(when) <= day && day <= last_day(when)
}

fn chip(event: &EventInstance, day: NaiveDate, colors: &Colors, format: Format) -> AnyView {
    let class = match event.status {
        Status::Cancelled => "cal__event cal__event--cancelled",
        _ => "cal__event",
    };
    let when = match event.when {
        When::Times { start, .. } if start.date() == day => Some(format.time(start)),
        When::Times { end, .. } if end.date() == day => Some(words::server_dashboard_until(&format.time(end))),
        When::Times { .. } | When::Days { .. } => None,
    };
    view! {
        <li class=class style=format!("--event-color: {}", color_of(colors, event.calendar))>
            {when.map(|when| view! { <span class="cal__when tabular">{when}</span> })}
            " "
            <span class="cal__title" dir="auto">{title_or_none(&event.title).to_owned()}</span>
        </li>
    }
    .into_any()
}
