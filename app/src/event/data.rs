//! What the server says about an event, and what it is asked to do with it.

use super::fields::{EventFields, FieldError};
use super::scope::ScopeChoice;
use crate::wire::{ApiError, CalendarId, CalendarInfo, InstanceKey, UndoKey, Viewer, When};
use serde::{Deserialize, Serialize};

/// A stored event, or one instance of it, in the version that the person saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    pub calendar: CalendarId,
    /// Name of the calendar object resource.
    pub name: String,
    pub etag: String,
    pub instance: Option<InstanceKey>,
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedEvent {
    pub event: EventRef,
    pub fields: EventFields,
    pub recurring: bool,
    pub editable: bool,
    /// On the viewer's wall clock.
    pub when: When,
    /// When it is in its own zone, if that shows another time, and the zone's IANA name.
    pub elsewhere: Option<(When, String)>,
    /// How it repeats, in words.
    pub repeats: Option<String>,
    /// Who takes part and the way to its history, as HTML: rows of icons and what is beside them. The server writes it, so that browsers
    /// download no code for it.
    pub more: String,
}

/// A time zone to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneInfo {
    /// IANA name.
    pub name: String,
    /// What is shown for it: the name, after whatever it was found by.
    pub label: String,
    /// From UTC at the moment: `GMT+5:30`.
    pub offset: String,
}

/// What a move came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub undo: UndoKey,
    /// The entity tag that the event has now.
    pub etag: Option<String>,
}

/// Everything that the page of an event shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPageData {
    pub viewer: Viewer,
    pub calendars: Vec<CalendarInfo>,
    pub subject: EventSubject,
    /// Set when the page answers a form that could not be saved.
    pub refused: Option<Refused>,
}

/// What the form is for.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "there is one at a time, and a browser would download more for a box")
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventSubject {
    New(EventFields),
    Existing(OpenedEvent),
}

impl EventSubject {
    /// The form as it is while nobody has typed.
    pub fn fields(&self) -> &EventFields {
        match self {
            EventSubject::New(fields) => fields,
            EventSubject::Existing(opened) => &opened.fields,
        }
    }
}

/// A form that was not saved, with everything that was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub fields: EventFields,
    pub scope: Option<ScopeChoice>,
    pub errors: Vec<FieldError>,
    /// What is not about one field.
    pub notice: Option<ApiError>,
}

/// The scopes that make sense for a change from `seen` to `wanted` in a recurring event.
pub fn scopes(event: &EventRef, seen: &EventFields, wanted: &EventFields) -> Vec<ScopeChoice> {
    if event.instance.is_none() || seen.calendar != wanted.calendar {
        vec![ScopeChoice::All]
    } else if !wanted.repeats_like(seen) {
        vec![ScopeChoice::Following, ScopeChoice::All]
    } else {
        vec![ScopeChoice::This, ScopeChoice::Following, ScopeChoice::All]
    }
}
