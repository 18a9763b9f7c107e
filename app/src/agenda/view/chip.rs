//! An event as it stands in rows of days and in columns of hours.
//!
//! A chip is a link without handlers of its own: the view around it hears what happens and finds the event by its number.

use crate::agenda::format::title_or_none;
use crate::agenda::layout::Place;
use crate::agenda::layout::{Block, Segment};
use crate::agenda::links;
use crate::agenda::model::Agenda;
use crate::ui::Markup;
use crate::wire::{EventInstance, Status, When};
use crate::words;
use leptos::prelude::*;

/// The attribute with the event's number in [`Agenda::events`].
pub const INDEX: &str = "data-event";

/// What a screen reader says of the event. It begins with what is to be seen, so that whoever speaks to the computer can say
/// that: `before` and the title, then `after`, and the place if it `has_place`.
pub fn spoken(agenda: Agenda, event: &EventInstance, before: &str, after: &str, has_place: bool) -> String {
    let title = title_or_none(&event.title);
    let mut text = if before.is_empty() { title.to_owned() } else { format!("{before} {title}") };
    let mut say = |part: &str| {
        text.push_str(", ");
        text.push_str(part);
    };
    let (times, days) = agenda.format.spoken_parts(event.when);
    if !times.starts_with(after) {
        say(after);
    }
    if !times.is_empty() && times != before {
        say(&times);
    }
    let place = event.location.as_deref();
    if let Some(place) = place.filter(|_| has_place) {
        say(place);
    }
    say(&days);
    if let Some(place) = place.filter(|_| !has_place) {
        say(place);
    }
    if let Some(calendar) = calendar_name(agenda, event) {
        say(&calendar);
    }
    match event.status {
        Status::Confirmed => {}
        Status::Tentative => say(words::agenda_tentative()),
        Status::Cancelled => say(words::agenda_cancelled()),
        Status::Unanswered => say(words::agenda_unanswered()),
    }
    if event.recurring() {
        say(words::agenda_repeats());
    }
    text
}

/// The name of the event's calendar.
pub fn calendar_name(agenda: Agenda, event: &EventInstance) -> Option<String> {
    let list = agenda.calendars.list;
    list.with_untracked(|list| list.iter().find(|c| c.id == event.calendar).map(|c| c.name.clone()))
}

fn classes(event: &EventInstance, kind: &str, from_before: bool, goes_on: bool) -> String {
    let mut class = format!("chip {kind}");
    let marks = [
        (from_before, " chip--from-before"),
        (goes_on, " chip--goes-on"),
        (event.status == Status::Tentative, " chip--tentative"),
        (event.status == Status::Cancelled, " chip--cancelled"),
        (event.status == Status::Unanswered, " chip--open"),
        (event.transparent, " chip--free"),
        (event.editable, " chip--editable"),
        (event.is_busy_time(), " chip--busy"),
    ];
    for (_, mark) in marks.into_iter().filter(|(holds, _)| *holds) {
        class.push_str(mark);
    }
    class
}

/// The event's number where it can be opened; a busy time is as good as the free time around it.
fn index(event: &EventInstance, number: usize) -> Option<String> {
    (!event.is_busy_time()).then(|| number.to_string())
}

/// What it is for those who hear it, where it is no link.
fn role(event: &EventInstance) -> Option<&'static str> {
    event.is_busy_time().then_some("note")
}

/// A bar over days, or a line with its time, in a day's cell.
pub fn segment(html: &mut Markup, agenda: Agenda, event: &EventInstance, segment: &Segment, back: &str) {
    let kind = if segment.bar { "chip--bar" } else { "chip--line" };
    let style = format!("--calendar:var(--cal-{});--lane:{};--span:{}", event.calendar, segment.lane, segment.days);
    let time = match event.when {
        When::Times { start, .. } if !segment.from_before => agenda.format.time(start),
        _ => String::new(),
    };
    let (link, number) = (links::event(event, back), index(event, segment.event));
    html.raw("<a")
        .maybe("href", link.as_deref())
        .maybe("role", role(event))
        .maybe(INDEX, number.as_deref())
        .attribute("class", &classes(event, kind, segment.from_before, segment.goes_on))
        .attribute("style", &style)
        .attribute("aria-label", &spoken(agenda, event, &time, "", false))
        .attribute("data-room", &segment.room.to_string())
        .raw(" draggable=\"false\"><span class=\"chip__time\">")
        .text(&time)
        .raw("</span> <span class=\"chip__title\" dir=\"auto\">")
        .text(title_or_none(&event.title))
        .raw("</span></a>");
}

/// A line of a list.
pub fn listed(agenda: Agenda, index: usize, event: &EventInstance, back: &str) -> AnyView {
    let time = match event.when {
        When::Times { start, .. } => agenda.format.time(start),
        When::Days { .. } => words::agenda_all_day().into(),
    };
    let said = spoken(agenda, event, &time, "", false);
    view! {
        <a
            class=classes(event, "chip--listed", false, false)
            style=format!("--calendar:var(--cal-{})", event.calendar)
            href=links::event(event, back)
            aria-label=said
            role=role(event)
            data-event=self::index(event, index)
        >
            <span class="chip__time">{time}</span>
            " "
            <span class="chip__title" dir="auto">{title_or_none(&event.title).to_owned()}</span>
        </a>
    }
    .into_any()
}

/// The classes of a bar, or of a line of a month.
pub fn over_days_kind(bar: bool, from_before: bool, goes_on: bool) -> String {
    let kind = if bar { "chip--bar" } else { "chip--line" };
    let marks = [(from_before, " chip--from-before"), (goes_on, " chip--goes-on")];
    marks.into_iter().filter(|(holds, _)| *holds).fold(kind.to_owned(), |class, (_, mark)| class + mark)
}

/// The classes of a block of so many minutes.
pub fn block_kind(length: u32) -> &'static str {
    match length {
        0..40 => "chip--block chip--short",
        40..60 => "chip--block chip--medium",
        _ => "chip--block",
    }
}

/// A block in a column of hours.
pub fn block(agenda: Agenda, event: &EventInstance, block: &Block, back: &str) -> AnyView {
    let length = block.bottom - block.top;
    let Place { column, span, columns } = block.place;
    let style = format!(
        "--calendar:var(--cal-{});--top:{};--length:{length};--column:{column};--span:{span};--columns:{columns}",
        event.calendar, block.top,
    );
    let format = agenda.format;
    let (time, end) = match event.when {
        When::Times { start, end } if block.from_before => (words::agenda_until(&format.time(end.max(start))), None),
        When::Times { start, .. } if length < 40 => (format.time(start), None),
        When::Times { start, end } => (format.time(start), Some(format!(" – {}", format.time(end)))),
        When::Days { .. } => (String::new(), None),
    };
    let place = event.location.clone().filter(|_| length >= 90);
    let said = spoken(agenda, event, "", &format!("{time}{}", end.as_deref().unwrap_or_default()), place.is_some());
    let end = end.map(|end| view! { <span class="chip__end">{end}</span> });
    view! {
        <a
            class=classes(event, block_kind(length), block.from_before, block.goes_on)
            style=style
            href=links::event(event, back)
            aria-label=said
            role=role(event)
            data-event=index(event, block.event)
            data-top=block.top.to_string()
            draggable="false"
        >
            <span class="chip__title" dir="auto">{title_or_none(&event.title).to_owned()}</span>
            " "
            <span class="chip__time">{time} {end}</span>
            " "
            {place.map(|place| view! { <span class="chip__place" dir="auto">{place}</span> })}
        </a>
    }
    .into_any()
}
