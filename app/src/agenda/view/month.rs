//! The month: weeks below each other, bars over the days.

use super::chip;
use super::ghost;
use crate::agenda::days::{Span, View, plus};
use crate::agenda::input::pointer::{Pointer, Surface};
use crate::agenda::layout::{self, MONTH_LANES, Row, RowDay, in_month, share};
use crate::agenda::links;
use crate::agenda::model::{Agenda, Place};
use crate::date_names;
use crate::thin::OnAttribute;
use crate::wire::{EventInstance, When};
use crate::words;
use chrono::{Datelike, NaiveDate};
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn MonthView(agenda: Agenda) -> impl IntoView {
    let rows = Memo::new(move |_| layout::month(&agenda.events.read().0, agenda.shown()));
    let weeks = move || {
        let (place, today) = (agenda.place.get(), agenda.today.get());
        let events = agenda.events.get();
        rows.with(|rows| rows.iter().map(|row| week(agenda, row, &events.0, place, today)).collect_view())
    };
    let head = move || {
        let span = agenda.shown();
        let day = |date: NaiveDate| {
            let (short, full) = (date_names::weekday_short(date.weekday()), date_names::weekday(date.weekday()));
            view! { <div role="columnheader" aria-label=full>{short}</div> }
        };
        span.days().take(7).map(day).collect_view()
    };
    let root = NodeRef::<html::Div>::new();
    let pointer = Pointer::new(agenda, Surface::Month, root);
    // Known before the rows are, so that no row changes its height while the page arrives piece by piece.
    let rows = move || format!("--weeks:{}", agenda.shown().count() / 7);
    let ghosts = move || {
        let span = agenda.shown_untracked();
        let rows = span.count() as i64 / 7;
        (0..rows)
            .filter_map(|row| {
                let from = plus(span.from, 7 * row);
                let area = format!("top:{};height:{};", share(row, rows), share(1, rows));
                ghost::over_days(agenda, Span { from, to: plus(from, 7) }, &area)
            })
            .collect_view()
    };
    view! {
        <div
            class="month"
            role="grid"
            node_ref=root
            aria-label=move || agenda.title()
            aria-busy=move || agenda.waiting.get().then_some("true")
            data-dragging=move || agenda.dragging()
            on:pointerdown=move |event| pointer.down(event)
            on:pointermove=move |event| pointer.moved(event)
            on:pointerup=move |event| pointer.up(event)
            on:pointercancel=move |event| pointer.cancelled(event)
            on:touchmove=move |event| pointer.touch_moved(&event)
            on:contextmenu=move |event| pointer.menu(&event)
            on:click=move |event| pointer.clicked(event)
        >
            <div class="month__head" role="row">
                {head}
            </div>
            <div class="month__body" role="rowgroup">
                <div class="month__weeks" role="presentation" style=rows>
                    {weeks}
                </div>
                <div class="month__ghosts" aria-hidden="true">
                    {ghosts}
                </div>
            </div>
        </div>
    }
}

fn week(agenda: Agenda, row: &Row, events: &[EventInstance], place: Place, today: NaiveDate) -> AnyView {
    let days = row.days.iter().map(|day| cell(agenda, day, events, place, today)).collect_view();
    view! {
        <div class="month__week" role="row">
            {days}
        </div>
    }
    .into_any()
}

fn cell(agenda: Agenda, day: &RowDay, events: &[EventInstance], place: Place, today: NaiveDate) -> AnyView {
    let date = day.date;
    let mut class = String::from("day");
    if date == today {
        class.push_str(" day--today");
    }
    if !in_month(date, place.date) {
        class.push_str(" day--outside");
    }
    let back = place.path();
    let number = if date.day() == 1 {
        format!("{} {}", date.day(), date_names::month_short(date))
    } else {
        date.day().to_string()
    };
    let chips =
        day.segments.iter().map(|segment| chip::segment(agenda, &events[segment.event], segment, &back)).collect_view();
    let new = links::new_event(When::Days { first: date, last: date }, None, &back);
    let spoken = agenda.format.full_date(date);
    view! {
        <div
            class=class
            role="gridcell"
            data-date=date.to_string()
            style=hidden_style(day)
            aria-current=(date == today).then_some("date")
        >
            <a
                class="day__new"
                href=new
                tabindex=if date == place.date { "0" } else { "-1" }
                aria-label=words::agenda_new_event_beside(&spoken, &words::agenda_events(day.events.len()))
                draggable="false"
            ></a>
            <a class="day__number" href=links::view(View::Day, date) tabindex="-1" aria-label=spoken.clone() draggable="false">
                <span>{number}</span>
            </a>
            {chips}
            {more(day, &spoken)}
        </div>
    }
    .into_any()
}

/// How many events are left out for each number of lanes that there may be room for; the style sheet knows the room.
fn hidden_style(day: &RowDay) -> Option<String> {
    (needed(day) > 0)
        .then(|| day.hidden.iter().enumerate().map(|(room, hidden)| format!("--hidden-{room}:{hidden};")).collect())
}

/// The lanes that there must be room for so that everything shows; 0 for a day without events.
fn needed(day: &RowDay) -> usize {
    day.hidden.iter().rposition(|hidden| *hidden > 0).map_or(0, |room| room + 1)
}

/// "+ n more": the day view lists them all.
fn more(day: &RowDay, spoken: &str) -> Option<AnyView> {
    let needed = needed(day);
    (needed > 0).then(|| {
        view! {
            <a
                class="day__more"
                href=links::view(View::Day, day.date)
                data-room=needed.min(MONTH_LANES + 1).to_string()
                data-more=""
                aria-label=words::agenda_all_of_day(day.events.len(), spoken)
                draggable="false"
            ></a>
        }
        .into_any()
    })
}
