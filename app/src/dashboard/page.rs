//! The start page: what comes next.

use super::api::{Upcoming, upcoming_events};
use crate::agenda::format::{Format, title_or_none};
use crate::agenda::links;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Icon, icon};
use crate::wire::{ApiError, EventInstance, Status, Viewer, When};
use crate::words;
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn DashboardPage() -> impl IntoView {
    view! {
        <Title text=words::common_dashboard() />
        <SignedIn page=|viewer: Viewer| {
            let format = Format::of(&viewer);
            let today = viewer.now.date();
            view! {
                <Frame viewer=viewer class="page--narrow stack">
                    <div class="dashboard__head">
                        <h1>{format.weekday_date(today)}</h1>
                        <a class="button button--primary" href=format!("/event/new?start={today}T09:00&end={today}T10:00&back=%2F")>
                            <Icon d=icon::PLUS />
                            {words::common_new_event()}
                        </a>
                    </div>
                    <NextEvents format=format />
                </Frame>
            }
        } />
    }
}

/// The widget of the next events. The page's script has the server write it anew when something changed, and each minute: what is on
/// now changes by the minute.
#[component]
pub fn NextEvents(format: Format) -> impl IntoView {
    let upcoming = Resource::new(|| (), |()| upcoming_events());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let upcoming = upcoming.await;
                let cursor = upcoming.as_ref().map(|upcoming| upcoming.cursor.clone()).unwrap_or_default();
                let content = match upcoming {
                    Ok(upcoming) => view! { <Days upcoming=upcoming format=format /> }.into_any(),
                    Err(error) => view! { <Unavailable error=error /> }.into_any(),
                };
                view! {
                    <section class="card next" id="next" data-follows=cursor aria-labelledby="next-heading">
                        <h2 id="next-heading" class="next__heading">
                            {words::dashboard_next_events()}
                        </h2>
                        {content}
                        <a class="next__more" href="/agenda">
                            {words::common_open_agenda()}
                        </a>
                    </section>
                }
            })}
        </Transition>
    }
}

#[component]
fn Unavailable(error: ApiError) -> impl IntoView {
    view! {
        <div class="notice notice--error" role="alert">
            <Icon d=icon::ALERT />
            <span>{error.to_string()}</span>
            <a class="button button--small" href="/">
                {words::dashboard_try_again()}
            </a>
        </div>
    }
}

/// The events under the days on which they are next.
#[component]
fn Days(upcoming: Upcoming, format: Format) -> impl IntoView {
    let Upcoming { now, events, calendars, .. } = upcoming;
    if events.is_empty() {
        return view! {
            <p class="next__none">{words::dashboard_nothing()}</p>
        }
        .into_any();
    }
    let mut days: Vec<(NaiveDate, Vec<EventInstance>)> = Vec::new();
    for event in events {
        let day = day_of(event.when, now.date());
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
                    let calendar = calendars.iter().find(|calendar| calendar.id == event.calendar);
                    let color = calendar.map_or("#6b7280", |calendar| calendar.color.as_str()).to_owned();
                    view! { <Row event=event color=color now=now day=day format=format /> }
                })
                .collect();
            view! {
                <h3 class="next__day">{day_words(day, now.date(), format)}</h3>
                <ul class="next__list">{rows}</ul>
            }
        })
        .collect_view()
        .into_any()
}

#[component]
fn Row(event: EventInstance, color: String, now: NaiveDateTime, day: NaiveDate, format: Format) -> impl IntoView {
    let on = is_on(event.when, now);
    let class = match event.status {
        Status::Cancelled => "next__event next__event--cancelled",
        _ if on => "next__event next__event--on",
        _ => "next__event",
    };
    view! {
        <li>
            <a class=class href=links::event(&event, "/") style=format!("--event-color: {color}")>
                <span class="next__when tabular">{times(event.when, day, format)}</span>
                <span class="next__bar"></span>
                <span class="next__what">
                    <span class="next__title" dir="auto">{title_or_none(&event.title).to_owned()}</span>
                    {event.location.clone().map(|place| view! { <span class="next__place" dir="auto">{place}</span> })}
                </span>
                {on.then(|| view! { <span class="next__now">{words::dashboard_now()}</span> })}
            </a>
        </li>
    }
}

/// The day under which an event stands: its first, or today when that is past.
fn day_of(when: When, today: NaiveDate) -> NaiveDate {
    match when {
        When::Days { first, .. } => first.max(today),
        When::Times { start, .. } => start.date().max(today),
    }
}

/// Whether a timed event is under way; an all-day event is simply today's.
fn is_on(when: When, now: NaiveDateTime) -> bool {
    matches!(when, When::Times { start, end } if start <= now && now < end)
}

fn day_words(day: NaiveDate, today: NaiveDate, format: Format) -> String {
    let date = format.weekday_date(day);
    match (day - today).num_days() {
        0 => words::dashboard_today(&date),
        1 => words::dashboard_tomorrow(&date),
        _ if day.year() != today.year() => format!("{date} {}", day.year()),
        _ => date,
    }
}

/// What stands before an event on `day`: its times, as far as they are on that day.
fn times(when: When, day: NaiveDate, format: Format) -> String {
    match when {
        When::Days { first, last } if first == last => words::dashboard_all_day().to_owned(),
        When::Days { last, .. } => words::dashboard_until(&format.day_month(last)),
        When::Times { start, end } if start.date() == day && (end.date() == day || end == start) => {
            format.times(start, end)
        }
        When::Times { start, .. } if start.date() == day => words::dashboard_from(&format.time(start)),
        When::Times { end, .. } if end.date() == day => words::dashboard_until(&format.time(end)),
        When::Times { end, .. } => words::dashboard_until(&format.day_month(end.date())),
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
