//! What the form begins with.

use crate::event::data::{EventRef, EventSubject, OpenedEvent, Refused};
use crate::event::fields::{EventFields, FieldError};
use crate::event::scope::ScopeChoice;
use crate::reading::Reader;
use crate::wire::{ApiError, CalendarInfo, Viewer};
use chrono::Weekday;

/// What the form shows, and how it came to it.
#[derive(Clone, Debug, PartialEq)]
pub struct FormSetup {
    /// `None` makes a new event.
    pub event: Option<EventRef>,
    /// The form as the event is stored, or as it was when empty.
    pub seen: EventFields,
    /// What the form shows at first.
    pub fields: EventFields,
    pub recurring: bool,
    /// How it repeats, in words, for a rule that the form cannot express.
    pub repeats: Option<String>,
    pub calendars: Vec<CalendarInfo>,
    pub week_start: Weekday,
    pub reader: Reader,
    pub scope: Option<ScopeChoice>,
    pub errors: Vec<FieldError>,
    pub notice: Option<ApiError>,
}

impl FormSetup {
    pub fn new(subject: EventSubject, calendars: Vec<CalendarInfo>, viewer: &Viewer) -> Self {
        let fields = subject.fields().clone();
        let (event, recurring, repeats) = match subject {
            EventSubject::New(_) => (None, false, None),
            EventSubject::Existing(opened) => (Some(opened.event), opened.recurring, opened.repeats),
        };
        FormSetup {
            event,
            seen: fields.clone(),
            fields,
            recurring,
            repeats,
            calendars,
            week_start: viewer.week_start,
            reader: Reader::of(viewer),
            scope: None,
            errors: Vec::new(),
            notice: None,
        }
    }

    /// The form that a server without WebAssembly's help refused to save.
    pub fn refused(mut self, refused: Option<Refused>) -> Self {
        if let Some(Refused { fields, scope, errors, notice }) = refused {
            (self.fields, self.scope, self.errors, self.notice) = (fields, scope, errors, notice);
        }
        self
    }

    /// The form over the version that somebody else made meanwhile; what was typed stays.
    pub(super) fn over(self, opened: OpenedEvent, typed: &EventFields) -> Self {
        FormSetup {
            fields: typed.rebased(&self.seen, &opened.fields),
            event: Some(opened.event),
            seen: opened.fields,
            recurring: opened.recurring,
            repeats: opened.repeats,
            errors: Vec::new(),
            notice: Some(ApiError::Conflict),
            ..self
        }
    }
}

/// Where the form stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Dialog,
    Page,
}
