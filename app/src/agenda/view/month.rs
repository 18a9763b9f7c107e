//! The month: weeks below each other, bars over the days.

use super::chip;
use super::ghost;
use super::room;
use crate::agenda::days::{Span, View, plus};
use crate::agenda::input::pointer::{Pointer, Surface};
use crate::agenda::layout::{self, MONTH_LANES, Row, RowDay, in_month, share};
use crate::agenda::links;
use crate::agenda::model::{Agenda, Place};
use crate::date_names;
use crate::thin::OnAttribute;
use crate::ui::{Markup, written};
use crate::wire::{EventInstance, When};
use crate::words;
use chrono::{Datelike, NaiveDate};
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn MonthView(agenda: Agenda) -> impl IntoView {
    let rows = Memo::new(move |_| layout::month(&agenda.events.read().0, agenda.shown()));
    let count = Memo::new(move |_| agenda.shown().count() / 7);
    let root = NodeRef::<html::Div>::new();
    let room = room::of_month(agenda, root, count);
    let week = move |n: usize| {
        let html = move || {
            let (place, today) = (agenda.place.get(), agenda.today.get());
            let events = agenda.events.get();
            let drawing = Drawing { agenda, events: &events.0, place, today, room: room.get(), back: place.path() };
            rows.with(|rows| rows.get(n).map(|row| drawing.week(row))).unwrap_or_default()
        };
        view! { <div class="month__week" role="row" inner_html=written(html)></div> }.into_any()
    };
    let weeks = move || (0..count.get()).map(week).collect_view();
    let head = move || {
        let span = agenda.shown();
        let day = |date: NaiveDate| {
            let (short, full) = (date_names::weekday_short(date.weekday()), date_names::weekday(date.weekday()));
            view! { <div role="columnheader" aria-label=full>{short}</div> }
        };
        span.days().take(7).map(day).collect_view()
    };
    let pointer = Pointer::new(agenda, Surface::Month, root);
    // Known before the rows are, so that no row changes its height while the page arrives piece by piece.
    let rows = move || format!("--weeks:{}", count.get());
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
            data-room=move || room.get().map(|room| room.to_string())
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

/// What the days of a month are drawn from.
struct Drawing<'a> {
    agenda: Agenda,
    events: &'a [EventInstance],
    place: Place,
    today: NaiveDate,
    /// How many lanes a week has room for. As long as nobody knows, there is what any room may show, and the style sheet sees to it.
    room: Option<usize>,
    /// Where an event leads back to.
    back: String,
}

impl Drawing<'_> {
    fn week(&self, row: &Row) -> String {
        let mut html = Markup::default();
        for day in &row.days {
            self.day(&mut html, day);
        }
        html.finish()
    }

    fn day(&self, html: &mut Markup, day: &RowDay) {
        let Drawing { agenda, events, place, today, room, ref back } = *self;
        let date = day.date;
        let mut class = String::from("day");
        if date == today {
            class.push_str(" day--today");
        }
        if !in_month(date, place.date) {
            class.push_str(" day--outside");
        }
        let number = if date.day() == 1 {
            format!("{} {}", date.day(), date_names::month_short(date))
        } else {
            date.day().to_string()
        };
        let new = links::new_event(When::Days { first: date, last: date }, None, back);
        let spoken = agenda.format.full_date(date);
        html.raw("<div role=\"gridcell\"")
            .attribute("class", &class)
            .attribute("data-date", &date.to_string())
            .maybe("style", hidden_style(day).filter(|_| room.is_none()).as_deref())
            .maybe("aria-current", (date == today).then_some("date"))
            .raw("><a class=\"day__new\" draggable=\"false\"")
            .attribute("href", &new)
            .attribute("tabindex", if date == place.date { "0" } else { "-1" })
            .attribute("aria-label", &words::agenda_new_event_beside(&spoken, &words::agenda_events(day.events.len())))
            .raw("></a><a class=\"day__number\" tabindex=\"-1\" draggable=\"false\"")
            .attribute("href", &links::view(View::Day, date))
            .attribute("aria-label", &spoken)
            .raw("><span>")
            .text(&number)
            .raw("</span></a>");
        for segment in day.segments.iter().filter(|segment| room.is_none_or(|room| segment.room <= room)) {
            chip::segment(html, agenda, &events[segment.event], segment, back);
        }
        self.more(html, day, &spoken);
        html.raw("</div>");
    }

    /// "+ n more": the day view lists them all.
    fn more(&self, html: &mut Markup, day: &RowDay, spoken: &str) {
        let left_out = match self.room {
            Some(room) => day.hidden.get(room).copied().unwrap_or_default(),
            None => needed(day),
        };
        if left_out == 0 {
            return;
        }
        html.raw("<a class=\"day__more\" data-more draggable=\"false\"")
            .attribute("href", &links::view(View::Day, day.date))
            .attribute("aria-label", &words::agenda_all_of_day(day.events.len(), spoken));
        match self.room {
            Some(room) => html.attribute("style", &format!("--hidden:{left_out};--room:{room}")),
            None => html.attribute("data-room", &left_out.min(MONTH_LANES + 1).to_string()),
        };
        html.raw("></a>");
    }
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
