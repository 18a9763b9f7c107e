//! Pointers over a view: clicks open, drags create, move and resize.
//!
//! Chips and cells have no handlers of their own. The view hears everything and finds out by attributes what was meant, which keeps
//! drawing a thousand events cheap. A finger must rest a moment before it drags, for a quick one scrolls.

use super::drag::{Drag, DragAction, Edge, GridPosition, STEP, minute_at};
use crate::agenda::model::Agenda;
use crate::agenda::view::chip::INDEX;
use crate::agenda::view::peek::Peek;
use crate::dom::{closest, date_of, each, element, find, find_anywhere, plain_click};
use crate::wire::{EventInstance, When};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use leptos::ev::{Event, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{DomRect, Element, HtmlElement};
use std::time::Duration;

/// What the pointer moves over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Month,
    Hours,
}

/// What a view hears of pointers.
#[derive(Clone, Copy)]
pub struct Pointer {
    agenda: Agenda,
    surface: Surface,
    root: NodeRef<html::Div>,
    state: StoredValue<State>,
}

#[derive(Default)]
struct State {
    pressed: Option<Pressed>,
    /// The click that follows a drag is not meant.
    swallow: bool,
    hold: Option<TimeoutHandle>,
}

#[derive(Clone)]
struct Pressed {
    id: i32,
    start: (f64, f64),
    last: (f64, f64),
    drag: Drag,
    index: Option<String>,
    /// A drag may begin.
    armed: bool,
    /// A drag has begun.
    dragging: bool,
}

/// How far a pointer may tremble and still click, in CSS pixels.
const TREMBLE: f64 = 5.0;
/// How far a finger may move while it rests.
const FINGER_TREMBLE: f64 = 12.0;
/// How long a finger rests before it drags.
const HOLD: Duration = Duration::from_millis(420);
/// How far the grip at an event's end reaches, in CSS pixels; a quarter of the event at the most.
const GRIP: f64 = 7.0;
/// Marks the day of the small month that a drop would move to.
const DROP: &str = "data-drop";
/// How near to an edge a drag scrolls, in CSS pixels.
const EDGE: f64 = 36.0;
/// What a click on free time proposes.
const PROPOSED: TimeDelta = TimeDelta::hours(1);
/// Where a click on free time lets an event begin: at steps of half an hour.
const CLICK_STEP: i64 = 30;

impl Pointer {
    pub fn new(agenda: Agenda, surface: Surface, root: NodeRef<html::Div>) -> Self {
        Pointer { agenda, surface, root, state: StoredValue::new(State::default()) }
    }

    pub fn down(self, event: PointerEvent) {
        if event.button() != 0 || !event.is_primary() || event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        let (x, y) = place_of(&event);
        let Some((action, chip)) = self.action(&event) else { return };
        let Some(from) = self.position(x, y, None) else { return };
        let touch = event.pointer_type() == "touch";
        let id = event.pointer_id();
        let pressed = Pressed {
            id,
            start: (x, y),
            last: (x, y),
            drag: Drag::new(action, from, chip.as_ref().map_or(0, lane)),
            index: chip.and_then(|chip| chip.get_attribute(INDEX)),
            armed: !touch,
            dragging: false,
        };
        self.state.update_value(|state| {
            state.pressed = Some(pressed);
            state.swallow = false;
        });
        if touch {
            let hold = set_timeout_with_handle(move || self.held(id), HOLD).ok();
            self.state.update_value(|state| state.hold = hold);
        }
    }

    /// A finger rested long enough.
    fn held(self, id: i32) {
        let pressed = self.state.try_with_value(|state| state.pressed.clone()).flatten();
        let Some(mut pressed) = pressed.filter(|pressed| pressed.id == id && !pressed.armed) else { return };
        pressed.armed = true;
        self.begin(&mut pressed);
        self.state.update_value(|state| state.pressed = Some(pressed));
    }

    pub fn moved(self, event: PointerEvent) {
        let Some(mut pressed) = self.pressed(&event) else { return };
        let (x, y) = place_of(&event);
        pressed.last = (x, y);
        let far = (x - pressed.start.0).hypot(y - pressed.start.1);
        if !pressed.armed {
            if far > FINGER_TREMBLE {
                return self.release();
            }
        } else if !pressed.dragging && far > TREMBLE {
            self.begin(&mut pressed);
        }
        let dragging = pressed.dragging;
        self.state.update_value(|state| state.pressed = Some(pressed));
        if dragging {
            event.prevent_default();
            self.follow();
        }
    }

    /// A finger that drags does not scroll.
    pub fn touch_moved(self, event: &Event) {
        let dragging = self
            .state
            .with_value(|state| state.pressed.as_ref().is_some_and(|pressed| pressed.dragging && pressed.armed));
        if dragging && event.cancelable() {
            event.prevent_default();
        }
    }

    /// A finger that rests drags; it asks for no menu.
    pub fn menu(self, event: &Event) {
        if self.state.with_value(|state| state.hold.is_some() && state.pressed.is_some()) {
            event.prevent_default();
        }
    }

    pub fn up(self, event: PointerEvent) {
        let Some(pressed) = self.pressed(&event) else { return };
        let drag = self.agenda.drag.get_untracked();
        self.release();
        if !pressed.dragging {
            return;
        }
        self.state.update_value(|state| state.swallow = true);
        let forget = move || {
            self.state.try_update_value(|state| state.swallow = false);
        };
        set_timeout(forget, Duration::ZERO);
        // Without a drag, somebody pressed Escape.
        let Some(Drag { action, to: Some(to), .. }) = drag else { return };
        match action {
            DragAction::Create => self.agenda.create(to),
            DragAction::Move(event) | DragAction::Resize(event, _) => self.agenda.move_to(event, to),
        }
    }

    /// The browser took the pointer for something else.
    pub fn cancelled(self, event: PointerEvent) {
        if self.pressed(&event).is_some() {
            self.release();
        }
    }

    pub fn clicked(self, event: MouseEvent) {
        if self.state.with_value(|state| state.swallow) {
            return event.prevent_default();
        }
        if !plain_click(&event) {
            return;
        }
        let Some(target) = element(&event) else { return };
        if let Some(chip) = closest(&target, "[data-event]") {
            if let Some(seen) = self.event_of(&chip) {
                event.prevent_default();
                self.agenda.show(seen);
            }
        } else if let Some(more) = closest(&target, "[data-more]") {
            if let Some(date) = date_of(&more) {
                event.prevent_default();
                self.agenda.peek.set(Some(Peek::beside(date, &more.get_bounding_client_rect())));
            }
        } else if let Some(free) = closest(&target, ".day__new, .grid__slot") {
            // The keyboard clicks as well, on the element as a whole.
            let rect = free.get_bounding_client_rect();
            let (x, y) = match event.detail() {
                0 => (rect.left() + rect.width() / 2.0, rect.top() + 1.0),
                _ => (f64::from(event.client_x()), f64::from(event.client_y())),
            };
            let when = match date_of(&free) {
                Some(date) => Some(When::Days { first: date, last: date }),
                None => self.position(x, y, Some(true)).map(|position| proposed(position, event.detail() == 0)),
            };
            if let Some(when) = when {
                event.prevent_default();
                self.agenda.create(when);
            }
        }
    }

    fn begin(self, pressed: &mut Pressed) {
        pressed.dragging = true;
        self.agenda.peek.set(None);
        self.agenda.drag.set(Some(Drag { moved: true, ..pressed.drag.clone() }));
        if let Some(root) = self.root.get_untracked() {
            // Fails only when the pointer is gone already, and then its end was heard.
            let _ = root.set_pointer_capture(pressed.id);
            if let Some(index) = &pressed.index {
                each(&root, &format!("[{INDEX}=\"{index}\"]"), |chip| drop(chip.class_list().add_1("chip--dragged")));
            }
        }
        request_animation_frame(move || self.scroll());
    }

    /// Brings the drag to where the pointer was seen last.
    fn follow(self) {
        let Some(Some(pressed)) = self.state.try_with_value(|state| state.pressed.clone()) else { return };
        // Taken back with Escape.
        if !pressed.dragging || self.agenda.drag.with_untracked(Option::is_none) {
            return;
        }
        let timed = match (&pressed.drag.action, pressed.drag.from) {
            (DragAction::Create | DragAction::Resize(..), GridPosition::Minute(_)) => Some(true),
            (DragAction::Create | DragAction::Resize(..), GridPosition::Day(_)) => Some(false),
            (DragAction::Move(_), _) => None,
        };
        let (x, y) = pressed.last;
        unmark();
        let at = self.inside(x, y).then(|| self.position(x, y, timed)).flatten();
        let drag = match at {
            None if matches!(pressed.drag.action, DragAction::Move(_)) => match mark_small_month(x, y) {
                Some(date) => pressed.drag.onto(date),
                None => pressed.drag.over(None),
            },
            at => pressed.drag.over(at),
        };
        if self.agenda.drag.with_untracked(|before| before.as_ref() != Some(&drag)) {
            self.agenda.drag.set(Some(drag));
        }
    }

    /// Scrolls while the pointer stays near an edge.
    fn scroll(self) {
        let Some(Some(pressed)) = self.state.try_with_value(|state| state.pressed.clone()) else { return };
        let Some(root) = self.root.get_untracked().filter(|_| pressed.dragging) else { return };
        let rect = root.get_bounding_client_rect();
        let top = find(&root, ".grid__top").map_or(rect.top(), |top| top.get_bounding_client_rect().bottom());
        let (x, y) = pressed.last;
        let near = (rect.left()..rect.right()).contains(&x) && (rect.top() - EDGE..rect.bottom() + EDGE).contains(&y);
        let in_lane = self.surface == Surface::Hours && y < top && matches!(pressed.drag.action, DragAction::Move(_));
        let speed = if y < top + EDGE && !in_lane {
            -(top + EDGE - y)
        } else if y > rect.bottom() - EDGE {
            y - (rect.bottom() - EDGE)
        } else {
            0.0
        };
        if speed != 0.0 && near && self.agenda.drag.with_untracked(Option::is_some) {
            root.set_scroll_top(root.scroll_top() + (speed / 3.0).clamp(-18.0, 18.0) as i32);
            self.follow();
        }
        request_animation_frame(move || self.scroll());
    }

    fn release(self) {
        let hold = self.state.try_update_value(|state| {
            state.pressed = None;
            state.hold.take()
        });
        if let Some(hold) = hold.flatten() {
            hold.clear();
        }
        self.agenda.drag.set(None);
        unmark();
        if let Some(root) = self.root.get_untracked() {
            each(&root, ".chip--dragged", |chip| drop(chip.class_list().remove_1("chip--dragged")));
        }
    }

    fn pressed(self, event: &PointerEvent) -> Option<Pressed> {
        self.state.with_value(|state| state.pressed.clone()).filter(|pressed| pressed.id == event.pointer_id())
    }

    /// What a drag from here does, and the event's chip.
    fn action(self, event: &PointerEvent) -> Option<(DragAction, Option<Element>)> {
        let target = element(event)?;
        let Some(chip) = closest(&target, "[data-event]") else {
            return closest(&target, ".day__new, .grid__slot").map(|_| (DragAction::Create, None));
        };
        let seen = self.event_of(&chip).filter(|event| event.editable)?;
        let action = match edge(&chip, place_of(event)) {
            Some(edge) => DragAction::Resize(seen, edge),
            None => DragAction::Move(seen),
        };
        Some((action, Some(chip)))
    }

    fn event_of(self, chip: &Element) -> Option<EventInstance> {
        self.agenda.event(chip.get_attribute(INDEX)?.parse().ok()?)
    }

    /// Whether a drop at the place is meant for the view.
    fn inside(self, x: f64, y: f64) -> bool {
        let Some(root) = self.root.get_untracked() else { return false };
        let rect = root.get_bounding_client_rect();
        let top = find(&root, ".month__head").map_or(rect.top(), |head| head.get_bounding_client_rect().bottom());
        (rect.left()..=rect.right()).contains(&x) && (top..=rect.bottom()).contains(&y)
    }

    /// What is at the place; `timed` asks for a time or for a day, wherever the pointer strays.
    fn position(self, x: f64, y: f64, timed: Option<bool>) -> Option<GridPosition> {
        let root = self.root.get_untracked()?;
        let days: Vec<NaiveDate> = self.agenda.shown_untracked().days().collect();
        match self.surface {
            Surface::Month => {
                let weeks = find(&root, ".month__weeks")?.children();
                let week = (0..weeks.length())
                    .find(|n| weeks.item(*n).is_some_and(|week| y < week.get_bounding_client_rect().bottom()))
                    .unwrap_or(weeks.length().saturating_sub(1));
                let rect = weeks.item(week)?.get_bounding_client_rect();
                days.get(week as usize * 7 + column(&rect, x, 7)).copied().map(GridPosition::Day)
            }
            Surface::Hours => {
                let rect = find(&root, ".grid__columns")?.get_bounding_client_rect();
                let date = *days.get(column(&rect, x, days.len()))?;
                let in_lane =
                    || find(&root, ".grid__top").is_some_and(|top| y < top.get_bounding_client_rect().bottom());
                if timed.unwrap_or_else(|| !in_lane()) {
                    Some(GridPosition::Minute(minute_at(date, (y - rect.top()) / rect.height())))
                } else {
                    Some(GridPosition::Day(date))
                }
            }
        }
    }
}

/// The event that a click on free time proposes; `whole` asks for the full hour.
fn proposed(position: GridPosition, whole: bool) -> When {
    match position {
        GridPosition::Day(date) => When::Days { first: date, last: date },
        GridPosition::Minute(time) => {
            let step = if whole { 60 } else { CLICK_STEP };
            let minute = i64::from(time.hour() * 60 + time.minute());
            let start: NaiveDateTime =
                time.date().and_time(NaiveTime::MIN) + TimeDelta::minutes(minute - minute % step);
            When::Times { start, end: start + PROPOSED.max(TimeDelta::minutes(STEP)) }
        }
    }
}

/// Which end of an event is at the place; the style sheet shows the same by the cursor.
fn edge(chip: &Element, (x, y): (f64, f64)) -> Option<Edge> {
    let (rect, classes) = (chip.get_bounding_client_rect(), chip.class_list());
    let (before, size) = if classes.contains("chip--block") {
        (y - rect.top(), rect.height())
    } else if classes.contains("chip--bar") {
        (x - rect.left(), rect.width())
    } else {
        return None;
    };
    let reach = GRIP.min(size / 4.0);
    if before < reach && !classes.contains("chip--from-before") {
        Some(Edge::Start)
    } else if size - before < reach && !classes.contains("chip--goes-on") {
        Some(Edge::End)
    } else {
        None
    }
}

/// The lane that a chip stands in.
fn lane(chip: &Element) -> u32 {
    let style = chip.unchecked_ref::<HtmlElement>().style();
    style.get_property_value("--lane").ok().and_then(|lane| lane.parse().ok()).unwrap_or_default()
}

/// Marks the day of the small month at the place.
fn mark_small_month(x: f64, y: f64) -> Option<NaiveDate> {
    let at = document().element_from_point(x as f32, y as f32)?;
    let day = find(&closest(&at, ".mini__days td")?, "a")?;
    let date = day.get_attribute("href")?.rsplit('/').next()?.parse().ok()?;
    day.set_attribute(DROP, "").ok()?;
    Some(date)
}

fn unmark() {
    if let Some(marked) = find_anywhere(".mini [data-drop]") {
        // Fails for no attribute.
        let _ = marked.remove_attribute(DROP);
    }
}

fn column(rect: &DomRect, x: f64, columns: usize) -> usize {
    let column = ((x - rect.left()) / rect.width() * columns as f64).floor();
    (column.max(0.0) as usize).min(columns.saturating_sub(1))
}

fn place_of(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}
