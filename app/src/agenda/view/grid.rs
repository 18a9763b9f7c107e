//! Week and day: a lane for whole days above columns of hours.
//!
//! The grid shows the wall clock: 24 hours on every day, also where the clocks change.

use super::chip;
use super::ghost;
use crate::agenda::days::{View, plus};
use crate::agenda::input::pointer::{Pointer, Surface};
use crate::agenda::layout::{self, Block, DAY, Grid, RowDay, Segment};
use crate::agenda::links;
use crate::agenda::model::{Agenda, Place};
use crate::date_names;
use crate::dom::find;
use crate::thin::{Effect, OnAttribute};
use crate::ui::{Markup, fixed};
use crate::wire::{EventInstance, When};
use crate::words;
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike};
use leptos::html;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// The hour at the top of a grid without the present, before anybody scrolls.
const FIRST_HOUR: u32 = 7;

/// Brings the present to a third of the height, or the marked hour to the top, as soon as it is parsed, so that nothing moves when
/// the page is taken over. [`opening_scroll`] computes the same.
const SCROLL: &str = "(s=>{let n=s.querySelector('.grid__now');s.scrollTop=n?n.offsetTop-(s.clientHeight-s.firstElementChild.offsetHeight)/3:s.querySelector('[data-first]').offsetTop-9})(document.currentScript.parentElement)";

/// How far down a grid begins.
fn opening_scroll(grid: &HtmlElement) -> Option<i32> {
    let find = |selector: &str| find(grid, selector)?.dyn_into::<HtmlElement>().ok();
    if let Some(now) = find(".grid__now") {
        return Some(now.offset_top() - (grid.client_height() - find(".grid__top")?.offset_height()) / 3);
    }
    Some(find("[data-first]")?.offset_top() - 9)
}

#[component]
pub fn GridView(agenda: Agenda) -> impl IntoView {
    let grid = Memo::new(move |_| layout::grid(&agenda.events.read().0, agenda.shown()));
    let scroller = NodeRef::<html::Div>::new();
    let pointer = Pointer::new(agenda, Surface::Hours, scroller);
    let ghosts = move || ghost::in_hours(agenda);
    let content = move || {
        let (place, today) = (agenda.place.get(), agenda.today.get());
        let events = agenda.events.get();
        grid.with(|grid| columns(agenda, grid, &events.0, place, today))
    };
    Effect::new(move |_| {
        if let Some(scroller) = scroller.get()
            && scroller.scroll_top() == 0
            && let Some(top) = opening_scroll(&scroller)
        {
            scroller.set_scroll_top(top);
        }
    });
    let hours = (1..24)
        .map(|hour| {
            let first = (hour == FIRST_HOUR).then_some("");
            view! { <div class="grid__hour" style=format!("--hour:{hour}") data-first=first><span>{agenda.format.minutes(60 * hour)}</span></div> }
        })
        .collect_view();
    view! {
        <div
            class="grid"
            node_ref=scroller
            role="group"
            aria-label=move || agenda.title()
            aria-busy=move || agenda.waiting.get().then_some("true")
            style=move || format!("--days:{}", agenda.shown().count())
            tabindex="-1"
            data-dragging=move || agenda.dragging()
            on:pointerdown=move |event| pointer.down(event)
            on:pointermove=move |event| pointer.moved(event)
            on:pointerup=move |event| pointer.up(event)
            on:pointercancel=move |event| pointer.cancelled(event)
            on:touchmove=move |event| pointer.touch_moved(&event)
            on:contextmenu=move |event| pointer.menu(&event)
            on:click=move |event| pointer.clicked(event)
        >
            {content}
            <div class="grid__ghosts" aria-hidden="true">
                {ghosts}
            </div>
            <div class="grid__hours" aria-hidden="true">
                {hours}
            </div>
            <script nonce=use_nonce() inner_html=SCROLL></script>
        </div>
    }
}

fn columns(agenda: Agenda, grid: &Grid, events: &[EventInstance], place: Place, today: NaiveDate) -> AnyView {
    let back = place.path();
    let heads = grid.all_day.days.iter().map(|day| head(agenda, day, place, today)).collect_view();
    let lanes = grid.all_day.lanes.min(layout::ALL_DAY_LANES);
    let all_day = grid.all_day.days.iter().map(|day| all_day_cell(agenda, day, events, &back, today)).collect_view();
    let columns = grid
        .all_day
        .days
        .iter()
        .zip(&grid.blocks)
        .map(|(day, blocks)| column(agenda, day.date, blocks, events, &back, today))
        .collect_view();
    view! {
        <div class="grid__top">
            <div class="grid__corner"></div>
            {heads}
            <div class="grid__label">{words::agenda_all_day()}</div>
            <div class="grid__all-day" style=format!("--lanes:{lanes}")>
                {all_day}
                {move || ghost::in_lane(agenda)}
            </div>
        </div>
        <div class="grid__columns">{columns}</div>
    }
    .into_any()
}

fn head(agenda: Agenda, day: &RowDay, place: Place, today: NaiveDate) -> AnyView {
    let date = day.date;
    let class = if date == today { "grid__head grid__head--today" } else { "grid__head" };
    let name = date_names::weekday_short(date.weekday());
    let inner = view! {
        <span class="grid__weekday" aria-hidden="true">{name}</span>
        <span class="grid__date" aria-hidden="true">{date.day().to_string()}</span>
        <span class="visually-hidden">{agenda.format.full_date(date)}</span>
    };
    let current = (date == today).then_some("date");
    if place.view == View::Day {
        view! { <div class=class aria-current=current>{inner}</div> }.into_any()
    } else {
        view! { <a class=class href=links::view(View::Day, date) aria-current=current>{inner}</a> }.into_any()
    }
}

fn all_day_cell(agenda: Agenda, day: &RowDay, events: &[EventInstance], back: &str, today: NaiveDate) -> AnyView {
    let date = day.date;
    let chip = |segment: &Segment| {
        let mut html = Markup::default();
        chip::segment(&mut html, agenda, &events[segment.event], segment, back);
        fixed(&[&html.finish()]).into_any()
    };
    let chips = day.segments.iter().map(chip).collect_view();
    let hidden = day.hidden.last().copied().unwrap_or_default();
    let more = (hidden > 0).then(|| {
        let label = words::agenda_all_events_of(&agenda.format.full_date(date));
        view! {
            <a class="day__more" href=links::view(View::Day, date) data-more="" aria-label=label draggable="false">
                {words::agenda_more(hidden)}
            </a>
        }
    });
    let label = words::agenda_new_event_all_day(&agenda.format.full_date(date));
    view! {
        <div class="day" class:day--today=date == today data-date=date.to_string()>
            <a
                class="day__new"
                href=links::new_event(When::Days { first: date, last: date }, None, back)
                tabindex="-1"
                aria-label=label
                draggable="false"
            ></a>
            {chips}
            {more}
        </div>
    }
    .into_any()
}

fn column(
    agenda: Agenda,
    date: NaiveDate,
    blocks: &[Block],
    events: &[EventInstance],
    back: &str,
    today: NaiveDate,
) -> AnyView {
    let slots = (0..24).map(|hour| slot(agenda, date, hour, back)).collect_view();
    let blocks = blocks.iter().map(|block| chip::block(agenda, &events[block.event], block, back)).collect_view();
    let now = (date == today).then(|| {
        let minute = move || {
            let now = agenda.now.get();
            format!("--top:{}", (now.hour() * 60 + now.minute()).min(DAY - 1))
        };
        view! { <div class="grid__now" style=minute aria-hidden="true"></div> }
    });
    let class = match (date == today, date.weekday().num_days_from_monday() >= 5) {
        (true, _) => "grid__column grid__column--today",
        (_, true) => "grid__column grid__column--weekend",
        _ => "grid__column",
    };
    view! {
        <div class=class role="group" aria-label=agenda.format.full_date(date) data-column=date.to_string()>
            {slots}
            {blocks}
            {now}
        </div>
    }
    .into_any()
}

/// An hour in which an event can be made.
fn slot(agenda: Agenda, date: NaiveDate, hour: u32, back: &str) -> AnyView {
    let start = date.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
    let end = if hour == 23 { plus(date, 1).and_time(NaiveTime::MIN) } else { start + TimeDelta::hours(1) };
    let label = words::agenda_new_event_at(&agenda.format.weekday_date(date), &agenda.format.time(start));
    view! {
        <a
            class="grid__slot"
            style=format!("--hour:{hour}")
            href=links::new_event(When::Times { start, end }, None, back)
            tabindex="-1"
            aria-label=label
            data-hour=hour.to_string()
            draggable="false"
        ></a>
    }
    .into_any()
}
