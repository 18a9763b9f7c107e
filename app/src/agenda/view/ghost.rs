//! Where something is dragged to, or where the new event is that the form is open for: drawn as the event will be.

use super::chip;
use crate::agenda::days::{Span, plus};
use crate::agenda::format::title_or_none;
use crate::agenda::input::drag::{Ghost, pieces};
use crate::agenda::layout::{first_day, last_day, share, spans_days};
use crate::agenda::model::Agenda;
use crate::date_names;
use crate::wire::When;
use crate::words;
use chrono::{Datelike, NaiveDateTime};
use leptos::prelude::*;

/// In the columns of hours.
pub fn in_hours(agenda: Agenda) -> Option<AnyView> {
    let ghost = agenda.ghost().filter(|ghost| !spans_days(ghost.when))?;
    let When::Times { start, end } = ghost.when else { return None };
    let span = agenda.shown_untracked();
    let days = span.count() as i64;
    let text = if start.date() == last_day(ghost.when) {
        agenda.format.times(start, end)
    } else {
        let moment =
            |time: NaiveDateTime| format!("{} {}", date_names::weekday_short(time.weekday()), agenda.format.time(time));
        format!("{} – {}", moment(start), moment(end))
    };
    let piece = |(day, from, to): (usize, u32, u32)| {
        let length = to - from;
        let (left, width) = (share(day as i64, days), share(1, days));
        let place = format!("--top:{from};--length:{length};left:calc({left} + 1px);width:calc({width} - 3px)");
        draw(&ghost, chip::block_kind(length), &place, text.clone())
    };
    Some(pieces(ghost.when, span.days()).into_iter().map(piece).collect_view().into_any())
}

/// In the lane of whole days.
pub fn in_lane(agenda: Agenda) -> Option<AnyView> {
    agenda.ghost().filter(|ghost| spans_days(ghost.when))?;
    over_days(agenda, agenda.shown_untracked(), "")
}

/// Over the days of `row`, within the area that the declarations of `area` describe. In a month what is shorter than a day is a
/// line on the day that it begins.
pub fn over_days(agenda: Agenda, row: Span, area: &str) -> Option<AnyView> {
    let ghost = agenda.ghost()?;
    let bar = spans_days(ghost.when);
    let first = first_day(ghost.when);
    let last = if bar { last_day(ghost.when) } else { first };
    let (a, b) = (first.max(row.from), last.min(plus(row.to, -1)));
    if a > b {
        return None;
    }
    let days = row.count() as i64;
    let (left, width) = (share((a - row.from).num_days(), days), share((b - a).num_days() + 1, days));
    let time = match ghost.when {
        When::Times { start, .. } => agenda.format.time(start),
        When::Days { .. } => String::new(),
    };
    let kind = chip::over_days_kind(bar, first < a, last > b);
    let chip = draw(&ghost, &kind, &format!("--lane:{};--span:1", ghost.lane), time);
    Some(view! { <div class="ghost" style=format!("{area}left:{left};width:{width}")>{chip}</div> }.into_any())
}

fn draw(ghost: &Ghost, kind: &str, place: &str, time: String) -> AnyView {
    let (color, title) = match &ghost.event {
        Some(event) => (format!("var(--cal-{})", event.calendar), title_or_none(&event.title)),
        // In the hours there may be room for no more than the time.
        None if kind.starts_with("chip--block") => ("var(--accent)".into(), ""),
        None => ("var(--accent)".into(), words::common_new_event()),
    };
    view! {
        <div class=format!("chip chip--ghost {kind}") style=format!("--calendar:{color};{place}")>
            <span class="chip__title">{title.to_owned()}</span>
            <span class="chip__time">{time}</span>
        </div>
    }
    .into_any()
}
