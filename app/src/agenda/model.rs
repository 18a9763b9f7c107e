//! What the agenda shows and where it is, shared by its parts.

use super::AgendaOpening;
use super::api::events_between;
use super::days::{Span, View, fetched, parse_date, plus, shown, step};
use super::format::Format;
use super::input::drag::{Drag, Ghost};
use super::layout::MonthHeight;
use super::links;
use super::pending_moves::PendingMoves;
use super::view::peek::Peek;
use super::weeks::Weeks;
use crate::browser;
use crate::date_names;
use crate::event::scope::ScopeAsk;
use crate::live::{self, News};
use crate::state::{AgendaRefresh, Calendars, OpenEvent};
use crate::thin::Effect;
use crate::undo::Toasts;
use crate::wire::{ApiError, EventInstance, EventTarget, Viewer, When};
use crate::words;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};
use leptos::prelude::*;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

/// How long to wait before events are asked for again that could not be fetched, in milliseconds.
const RETRY_PAUSES: [u64; 3] = [2_000, 5_000, 10_000];

/// The same from then on.
const MAX_PAUSE: u64 = 30_000;

/// For how long changes elsewhere are gathered before they are fetched, in milliseconds.
const NEWS_PAUSE: u64 = 200;

/// Which view of which day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub view: View,
    pub date: NaiveDate,
}

impl Place {
    pub fn read(view: &str, date: &str) -> Option<Self> {
        Some(Place { view: View::from_slug(view)?, date: parse_date(date)? })
    }

    pub fn path(self) -> String {
        links::view(self.view, self.date)
    }

    pub fn step(self, steps: i32) -> Self {
        Place { date: step(self.view, self.date, steps), ..self }
    }
}

/// The agenda of one page.
#[derive(Clone, Copy)]
pub struct Agenda {
    pub format: Format,
    pub week_start: Weekday,
    pub place: Memo<Place>,
    /// On the viewer's wall clock, to the minute.
    pub now: RwSignal<NaiveDateTime>,
    pub today: Memo<NaiveDate>,
    pub calendars: Calendars,
    /// What is to be drawn for the days of [`Agenda::shown`].
    pub events: Memo<Events>,
    /// What is shown is being fetched, and nothing is there to show meanwhile.
    pub waiting: Memo<bool>,
    /// Why what is shown could not be fetched, when that was tried last.
    pub failed: RwSignal<Option<String>>,
    /// What is being dragged, and to where.
    pub drag: RwSignal<Option<Drag>>,
    /// What was measured of the month's height last.
    pub month_height: RwSignal<Option<MonthHeight>>,
    /// The day whose events are listed beside it.
    pub peek: RwSignal<Option<Peek>>,
    pub open: OpenEvent,
    pub(super) toasts: Toasts,
    pub(super) refresh: AgendaRefresh,
    pub(super) asked: RwSignal<Option<ScopeAsk>>,
    pub(super) moves: StoredValue<PendingMoves>,
    weeks: RwSignal<Weeks>,
}

/// Events that are shared by what draws them.
#[derive(Clone, Debug, PartialEq)]
pub struct Events(pub Arc<Vec<EventInstance>>);

impl Agenda {
    /// `opening` is what the server said of the first place.
    pub fn new(viewer: &Viewer, place: Memo<Place>, opening: AgendaOpening) -> Self {
        let week_start = viewer.week_start;
        let mut weeks = Weeks::default();
        for calendar in &opening.calendars {
            weeks.hear(calendar.id, calendar.revision);
        }
        if let Some(missing) = weeks.missing(Span { from: opening.from, to: opening.to }) {
            weeks.put(&missing, opening.events);
        }
        let calendars = Calendars::new(opening.calendars);
        let weeks = RwSignal::new(weeks);
        let now = RwSignal::new(viewer.now.with_second(0).and_then(|now| now.with_nanosecond(0)).unwrap_or(viewer.now));
        let span = Memo::new(move |_| {
            let Place { view, date } = place.get();
            fetched(view, date, week_start)
        });
        let hidden = Memo::new(move |_| {
            calendars.list.with(|list| list.iter().filter(|c| !c.visible).map(|c| c.id).collect::<HashSet<_>>())
        });
        let events = Memo::new(move |_| {
            let hidden = hidden.read();
            Events(Arc::new(weeks.read().events(span.get(), |event| !hidden.contains(&event.calendar))))
        });
        let waiting = Memo::new(move |_| !weeks.read().known(span.get()));
        let agenda = Agenda {
            format: Format::of(viewer),
            week_start,
            place,
            now,
            today: Memo::new(move |_| now.get().date()),
            calendars,
            events,
            waiting,
            failed: RwSignal::new(None),
            drag: RwSignal::new(None),
            month_height: RwSignal::new(None),
            peek: RwSignal::new(None),
            open: expect_context(),
            toasts: expect_context(),
            refresh: expect_context(),
            asked: expect_context(),
            moves: StoredValue::default(),
            weeks,
        };
        let changed = RwSignal::new(0u32);
        agenda.keep_fetched(span, changed);
        agenda.heed_news(changed, opening.list);
        agenda.keep_time(viewer.time_zone.clone());
        agenda
    }

    /// The days that the present view shows.
    pub fn shown(self) -> Span {
        let Place { view, date } = self.place.get();
        shown(view, date, self.week_start)
    }

    /// As [`Agenda::shown`], for handlers.
    pub fn shown_untracked(self) -> Span {
        let Place { view, date } = self.place.get_untracked();
        shown(view, date, self.week_start)
    }

    /// What is shown, in full.
    pub fn title(self) -> String {
        let (span, place) = (self.shown(), self.place.get());
        self.format.title(place.view, span.from, plus(span.to, -1), place.date)
    }

    /// What is shown, for little room.
    pub fn short_title(self) -> String {
        let Place { view, date } = self.place.get();
        match view {
            View::Day => self.format.date(date),
            _ => format!("{} {}", date_names::month_short(date), date.year()),
        }
    }

    /// Where the event form leads back to.
    pub fn back(self) -> String {
        self.place.get().path()
    }

    /// What is drawn as number `index`.
    pub fn event(self, index: usize) -> Option<EventInstance> {
        self.events.with_untracked(|events| events.0.get(index).cloned())
    }

    /// A time for a new event on `date`: the next full hour today, nine o'clock on other days.
    pub fn proposed(self, date: NaiveDate) -> When {
        let now = self.now.get_untracked();
        let hour = if now.date() == date && now.hour() < 23 { now.hour() + 1 } else { 9 };
        let start = date.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
        When::Times { start, end: start + TimeDelta::hours(1) }
    }

    /// Shows the instance otherwise (or not at all) before the server knows of it.
    pub fn show_as(self, seen: &EventInstance, to: Option<EventInstance>) {
        self.weeks.update(|weeks| weeks.replace(|event| same(event, seen), to));
    }

    /// Opens the dialog for a new event.
    pub fn create(self, when: When) {
        self.open.set(Some(EventTarget::New { when, calendar: None }));
    }

    /// Opens the dialog of an event.
    pub fn show(self, event: EventInstance) {
        let EventInstance { calendar, name, instance, .. } = event;
        self.open.set(Some(EventTarget::Existing { calendar, name, instance }));
    }

    /// What is to be drawn beside the events: where something is dragged to, or where the new event is that the dialog is open for.
    pub fn ghost(self) -> Option<Ghost> {
        if let Some(drag) = self.drag.get() {
            let when = drag.to.filter(|_| drag.moved)?;
            return Some(Ghost { when, event: drag.event().cloned(), lane: drag.lane });
        }
        match self.open.get() {
            Some(EventTarget::New { when, .. }) => Some(Ghost { when, event: None, lane: 0 }),
            _ => None,
        }
    }

    /// What the style sheet knows of a drag: none, one, or one that a drop would end without a change.
    pub fn dragging(self) -> Option<&'static str> {
        let is = |drag: &Drag| if drag.to.is_some() { "" } else { "nowhere" };
        self.drag.with(|drag| drag.as_ref().filter(|drag| drag.moved).map(is))
    }

    /// Asks for everything anew, now.
    pub fn retry(self) {
        self.refresh.notify();
    }

    /// Fetches what is shown and not there, when the place changes, and all anew when events changed; then what is beside it.
    fn keep_fetched(self, span: Memo<Span>, changed: RwSignal<u32>) {
        let asked = StoredValue::new(0u32);
        Effect::new(move |seen: Option<u32>| {
            let version = self.refresh.track();
            if seen.is_some_and(|seen| seen != version) {
                self.weeks.update_untracked(Weeks::outdate);
            }
            changed.track();
            let span = span.get();
            let first = seen.is_none();
            asked.update_value(|n| *n = n.wrapping_add(1));
            let ticket = asked.get_value();
            let latest = move || asked.try_get_value() == Some(ticket);
            let place = self.place.get_untracked();
            // Who asks again keeps the button under their finger until there is an answer.
            if seen == Some(version) {
                self.failed.set(None);
            }
            leptos::task::spawn_local(async move {
                let mut pauses = RETRY_PAUSES.iter();
                while let Err(error) = self.fetch(span).await {
                    if !latest() {
                        return;
                    }
                    let text = words::agenda_not_fetched(&error.to_string());
                    // Where nothing is there to show, the view itself says so.
                    if pauses.len() == RETRY_PAUSES.len() && !self.waiting.get_untracked() {
                        self.toasts.error(text.clone());
                    }
                    self.failed.set(Some(text));
                    let (ApiError::Unreachable(_) | ApiError::Failed) = error else { return };
                    browser::pause(pauses.next().copied().unwrap_or(MAX_PAUSE)).await;
                    if !latest() {
                        return;
                    }
                }
                // What people are likely to go to next, once the page has settled.
                browser::pause(if first { 1500 } else { 300 }).await;
                for beside in [place.step(1), place.step(-1)] {
                    if latest() {
                        // A neighbour that does not come is asked for when it is gone to.
                        let _ = self.fetch(fetched(beside.view, beside.date, self.week_start)).await;
                    }
                }
            });
            version
        });
    }

    async fn fetch(self, span: Span) -> Result<(), ApiError> {
        let Some(missing) = self.weeks.try_with_untracked(|weeks| weeks.missing(span)).flatten() else { return Ok(()) };
        let asked = self.refresh.version();
        let mut calendars = String::new();
        for calendar in &missing.calendars {
            if !calendars.is_empty() {
                calendars.push(',');
            }
            calendars.push_str(&calendar.to_string());
        }
        let events = events_between(missing.span.from, missing.span.to, calendars).await?;
        // An answer that was overtaken by a change of one's own would show what was before it.
        if self.refresh.version() == asked {
            self.failed.try_set(None);
            self.moves.try_update_value(|moves| moves.seen(events.iter().map(|event| event.etag.as_str())));
            self.weeks.try_update(|weeks| weeks.put(&missing, events));
        }
        Ok(())
    }

    /// Hears what changes elsewhere. Changes in quick succession are fetched together, and not while something is being dragged.
    fn heed_news(self, changed: RwSignal<u32>, list: i64) {
        let waits = StoredValue::new(false);
        let fetch = move || {
            if waits.try_update_value(|waits| std::mem::replace(waits, true)) == Some(false) {
                leptos::task::spawn_local(async move {
                    browser::pause(NEWS_PAUSE).await;
                    while self.drag.try_with_untracked(Option::is_some) == Some(true) {
                        browser::pause(NEWS_PAUSE).await;
                    }
                    waits.try_set_value(false);
                    changed.try_update(|n| *n = n.wrapping_add(1));
                });
            }
        };
        let heed = move |news| match news {
            News::Calendar { calendar, revision } => {
                if self.weeks.try_update_untracked(|weeks| weeks.hear(calendar, revision)) == Some(true) {
                    fetch();
                }
            }
            News::Gone(calendar) => self.weeks.update(|weeks| weeks.forget(calendar)),
            News::List(revision) if revision == list => {}
            News::List(_) => self.calendars.reload(),
            News::Live => {
                if self.failed.with_untracked(Option::is_some) {
                    self.retry();
                }
            }
        };
        // After the page was taken over.
        let heed = Rc::new(heed);
        Effect::new(move |_| {
            live::listen(heed.clone());
            live::ask();
        });
    }

    /// Lets `now` go on.
    fn keep_time(self, time_zone: String) {
        Effect::new(move |_| {
            let time_zone = time_zone.clone();
            let look = move || {
                if let Some(now) = browser::now_in(&time_zone)
                    && self.now.try_get_untracked().is_some_and(|before| before != now)
                {
                    self.now.set(now);
                }
            };
            look();
            if let Ok(handle) = set_interval_with_handle(look, std::time::Duration::from_secs(10)) {
                on_cleanup(move || handle.clear());
            }
        });
    }
}

/// Whether both are the same instance of the same event.
pub fn same(a: &EventInstance, b: &EventInstance) -> bool {
    a.calendar == b.calendar && a.name == b.name && a.instance == b.instance
}
