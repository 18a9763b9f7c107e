//! Events under the days on which they are next: on the dashboard, and in what is embedded elsewhere.

use crate::agenda::format::{Format, title_or_none};
use crate::agenda::links;
use crate::wire::{CalendarId, EventInstance, Status, When};
use crate::words;
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use leptos::prelude::*;

/// The events under the days on which they are next.
#[component]
pub fn Days(
    events: Vec<EventInstance>,
    colors: Colors,
    /// Wall-clock time where the viewer is.
    now: NaiveDateTime,
    format: Format,
    /// What the days are as headings: 3 under a heading of the second level.
    #[prop(default = 3)]
    level: u8,
    /// Whether each event leads to its page.
    #[prop(default = true)]
    linked: bool,
    /// The first day of the list, where what began before stands; today where it is not said.
    #[prop(default = None)]
    from: Option<NaiveDate>,
) -> impl IntoView {
    let first = from.unwrap_or(now.date());
    let mut days: Vec<(NaiveDate, Vec<EventInstance>)> = Vec::new();
    for event in events {
        let day = day_of(event.when, first);
        match days.last_mut() {
            Some((last, events)) if *last == day => events.push(event),
            _ => days.push((day, vec![event])),
        }
    }
    days.into_iter()
        .map(|(day, events)| {
            let rows: Vec<_> = events
                .into_iter()
                .map(|event| {
                    let color = color_of(&colors, event.calendar);
                    view! { <Row event=event color=color now=now day=day format=format linked=linked /> }
                })
                .collect();
            let words = day_words(day, now.date(), format);
            let heading = match level {
                2 => view! { <h2 class="next__day">{words}</h2> }.into_any(),
                _ => view! { <h3 class="next__day">{words}</h3> }.into_any(),
            };
            view! {
                {heading}
                <ul class="next__list">{rows}</ul>
            }
        })
        .collect_view()
}

/// The colour of each calendar.
pub type Colors = Vec<(CalendarId, String)>;

/// The colour of a calendar, or one for those that are not known.
pub fn color_of(colors: &Colors, calendar: CalendarId) -> String {
    colors.iter().find(|(id, _)| *id == calendar).map_or("#6b7280", |(_, color)| color).to_owned()
}

#[component]
fn Row(
    event: EventInstance,
    color: String,
    now: NaiveDateTime,
    day: NaiveDate,
    format: Format,
    linked: bool,
) -> impl IntoView {
    let on = is_on(event.when, now);
    let class = match event.status {
        Status::Cancelled => "next__event next__event--cancelled",
        _ if on => "next__event next__event--on",
        _ => "next__event",
    };
    let style = format!("--event-color: {color}");
    let place = event.location.clone().map(|place| view! { <span class="next__place" dir="auto">{place}</span> });
    let content = view! {
        <span class="next__when tabular">{times(event.when, day, format)}</span>
        <span class="next__bar"></span>
        <span class="next__what">
            <span class="next__title" dir="auto">{title_or_none(&event.title).to_owned()}</span>
            {place}
        </span>
        {on.then(|| view! { <span class="next__now">{words::server_dashboard_now()}</span> })}
    };
    let row = match linked && !event.is_busy_time() {
        true => view! { <a class=class href=links::event(&event, "/") style=style>{content}</a> }.into_any(),
        false => view! { <div class=class style=style>{content}</div> }.into_any(),
    };
    view! { <li>{row}</li> }
}

/// The day under which an event stands: its first, or today when that is past.
pub fn day_of(when: When, today: NaiveDate) -> NaiveDate {
    match when {
        When::Days { first, .. } => first.max(today),
        When::Times { start, .. } => start.date().max(today),
    }
}

/// Whether a timed event is under way; an all-day event is simply today's.
pub fn is_on(when: When, now: NaiveDateTime) -> bool {
    matches!(when, When::Times { start, end } if start <= now && now < end)
}

pub fn day_words(day: NaiveDate, today: NaiveDate, format: Format) -> String {
    let date = format.weekday_date(day);
    match (day - today).num_days() {
        0 => words::server_dashboard_today(&date),
        1 => words::server_dashboard_tomorrow(&date),
        _ if day.year() != today.year() => format!("{date} {}", day.year()),
        _ => date,
    }
}

/// What stands before an event on `day`: its times, as far as they are on that day.
pub fn times(when: When, day: NaiveDate, format: Format) -> String {
    match when {
        When::Days { first, last } if first == last => words::server_dashboard_all_day().to_owned(),
        When::Days { last, .. } => words::server_dashboard_until(&format.day_month(last)),
        When::Times { start, end } if start.date() == day && (end.date() == day || end == start) => {
            format.times(start, end)
        }
        When::Times { start, .. } if start.date() == day => words::server_dashboard_from(&format.time(start)),
        When::Times { end, .. } if end.date() == day => words::server_dashboard_until(&format.time(end)),
        When::Times { end, .. } => words::server_dashboard_until(&format.day_month(end.date())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    fn at(day: u32, hour: u32) -> NaiveDateTime {
        date(day).and_hms_opt(hour, 0, 0).unwrap()
    }

    const FORMAT: Format = Format { hour12: false, month_first: false };

    #[test]
    fn what_began_earlier_stands_under_today_with_its_end() {
        let night = When::Times { start: at(20, 22), end: at(21, 6) };
        assert_eq!(day_of(night, date(21)), date(21));
        assert_eq!(times(night, date(21), FORMAT), "until 06:00");
        let trip = When::Days { first: date(19), last: date(23) };
        assert_eq!((day_of(trip, date(21)), times(trip, date(21), FORMAT)), (date(21), "until 23 November".to_owned()));
    }

    #[test]
    fn an_event_is_on_from_its_start_until_its_end() {
        let when = When::Times { start: at(21, 9), end: at(21, 10) };
        assert!(!is_on(when, at(21, 8)) && is_on(when, at(21, 9)) && !is_on(when, at(21, 10)));
    }

    #[test]
    fn days_near_have_names() {
        assert_eq!(day_words(date(21), date(21), FORMAT), "Today, Saturday, 21 November");
        assert_eq!(day_words(date(22), date(21), FORMAT), "Tomorrow, Sunday, 22 November");
        assert_eq!(day_words(date(24), date(21), FORMAT), "Tuesday, 24 November");
    }
}
