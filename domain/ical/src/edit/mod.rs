//! Changes to a stored object's text that leave every octet they do not concern as it was.

mod all;
pub(crate) mod document;
mod draft;
mod editor;
mod marks;
mod moving;
mod new;
mod one;
mod rule;
mod series;
mod shift;
mod split;
mod timing;

use self::series::Series;
use super::entry::{Class, Entry};
use super::object::CalendarObject;
use super::value::Moment;
use crate::Result;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};
use chrono_tz::Tz;

/// What a person says about an event in a form. Optional texts: `None` and the empty text both mean none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDraft {
    pub summary: String,
    pub description: Option<String>,
    pub location: Option<String>,
    pub timing: Timing,
    pub repeat: Repeat,
    pub marks: Marks,
}

/// What a person says about an event beside its texts and its time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// STATUS (RFC 5545 section 3.8.1.11); `None` also for one that an event cannot have, which an edit keeps.
    pub status: Option<Status>,
    /// TRANSP:TRANSPARENT: it keeps nobody busy.
    pub transparent: bool,
    pub class: Class,
    /// CATEGORIES, each once and none empty.
    pub categories: Vec<String>,
}

/// STATUS of a VEVENT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Tentative,
    Confirmed,
    Cancelled,
}

/// When an event is, as wall-clock time in a named zone or as days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Whole days, `last` included.
    AllDay { first: NaiveDate, last: NaiveDate },
    /// `end` is exclusive and not before `start`. A zone of `None` is floating time.
    Timed { start: NaiveDateTime, end: NaiveDateTime, zone: Option<Tz> },
}

/// The recurrence that the form can express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    Never,
    Every {
        interval: u32,
        pattern: Pattern,
        until: RepeatEnd,
    },
    /// A rule beyond the form (or with RDATE); an edit keeps it. Holds the RRULE value, for show.
    Custom(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    Daily,
    /// Never empty; in the order of the week from Monday.
    Weekly(Vec<Weekday>),
    /// On the start's day of the month.
    MonthlyByDate,
    /// On the start's weekday of the month: `nth` is 1 to 5, or -1 for the last.
    MonthlyByWeekday {
        nth: i8,
        weekday: Weekday,
    },
    /// On the start's month and day.
    Yearly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatEnd {
    Never,
    /// The last day on which an instance may start, in the event's own zone.
    On(NaiveDate),
    After(u32),
}

/// Which instances of a recurring event a change is for; the moment is the instance's RECURRENCE-ID in the form of DTSTART.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    This(Moment),
    ThisAndFollowing(Moment),
    /// The whole series. Where one instance was opened and the draft says what that one shall be, the series changes as it
    /// does; `None`: the draft is for the series itself.
    All {
        opened_at: Option<Moment>,
    },
}

/// What an edit leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The new text of the object; `None` when nothing of it remains.
    pub text: Option<String>,
    /// The text and UID of the object that "this and following" split off.
    pub split: Option<NewObject>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObject {
    pub uid: String,
    pub text: String,
}

/// The text of a new calendar object resource with one VEVENT (and the VTIMEZONE that it needs).
///
/// A series begins on the first day from the draft's start on that its pattern names.
///
/// # Errors
/// `BadInput` for a draft that no event can be.
pub fn new_event(draft: &EventDraft, now: DateTime<Utc>) -> Result<NewObject> {
    new_event_with_reminder(draft, None, now)
}

/// [`new_event`] with a reminder so many minutes before it begins, unless it is of whole days.
///
/// # Errors
/// `BadInput` for a draft that no event can be.
pub fn new_event_with_reminder(
    draft: &EventDraft,
    reminder_minutes: Option<u32>,
    now: DateTime<Utc>,
) -> Result<NewObject> {
    new_event_with(draft, &Extras { reminder_minutes, ..Extras::default() }, now)
}

/// What a new event or task has beside its draft. What is no URL is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// A reminder so many minutes before it begins, unless it is of whole days; a task has none.
    pub reminder_minutes: Option<u32>,
    /// URL (RFC 5545 section 3.8.4.6).
    pub url: Option<String>,
    /// Where people meet by video: CONFERENCE (RFC 7986 section 5.11).
    pub conference: Option<String>,
}

/// [`new_event`] with what there is beside its draft.
///
/// # Errors
/// `BadInput` for a draft that no event can be.
pub fn new_event_with(draft: &EventDraft, extras: &Extras, now: DateTime<Utc>) -> Result<NewObject> {
    let draft = draft.tidy();
    draft.check()?;
    let uid = uuid::Uuid::new_v4().to_string();
    let text = new::event(&draft, &uid, extras, now)?;
    Ok(NewObject { uid, text })
}

/// What a person says about a new task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDraft {
    pub summary: String,
    pub description: Option<String>,
    /// By when it is to be done.
    pub due: Option<Due>,
}

/// By when a task is to be done (RFC 5545 section 3.8.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    On(NaiveDate),
    /// A zone of `None` is floating time.
    At {
        local: NaiveDateTime,
        zone: Option<Tz>,
    },
}

/// The text of a new calendar object resource with one VTODO (and the VTIMEZONE that it needs).
///
/// # Errors
/// `BadInput` (due) for a year that cannot be written.
pub fn new_task(draft: &TaskDraft, extras: &Extras, now: DateTime<Utc>) -> Result<NewObject> {
    let uid = uuid::Uuid::new_v4().to_string();
    let text = new::task(draft, &uid, extras, now)?;
    Ok(NewObject { uid, text })
}

/// The object's text as that of another object, with a UID of its own.
pub fn copy_of(object: &CalendarObject, text: &str, now: DateTime<Utc>) -> NewObject {
    let uid = uuid::Uuid::new_v4().to_string();
    let text = editor::Editor::new(object, text, now).finish_as(&uid);
    NewObject { uid, text }
}

/// What the form shows for the master (`instance` is `None`) or for one instance, its override considered.
///
/// A start in a zone that only a VTIMEZONE of the object defines is shown as written and without a zone; an edit that
/// leaves the zone alone keeps it.
///
/// # Errors
/// `NotFound` for an instance that the series does not have.
pub fn draft_of(object: &CalendarObject, instance: Option<&Moment>) -> Result<EventDraft> {
    draft::draft_of(object, instance)
}

/// What there is to be seen of the master or of one instance.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// That its properties stand in.
    pub entry: &'a Entry,
    pub start: Moment,
    /// Exclusive; a date where the start is one.
    pub end: Moment,
}

/// What [`draft_of`] is for, with the times as they are written: in the zone that the object names, also where only a VTIMEZONE of it
/// defines that.
///
/// # Errors
/// `NotFound` for an instance that the series does not have.
pub fn shown_of<'a>(object: &'a CalendarObject, instance: Option<&Moment>) -> Result<Shown<'a>> {
    draft::shown_of(object, instance)
}

/// Makes the object say what `draft` says for `scope`. What counts is in what the draft differs from [`draft_of`] the opened
/// instance; everything else, down to the folding of lines, stays as it was. A draft that differs in nothing changes nothing.
///
/// `text` is the text that `object` was parsed from. With [`Scope::This`] the draft's `repeat` is not looked at. "This and
/// following" from the first instance on is all.
///
/// # Errors
/// `NotFound` for an instance that the series does not have, `BadInput` for a draft that no event can be and for a move
/// that the rule of the series cannot follow, `TooManyInstances` for a series too long to be counted.
pub fn update(
    object: &CalendarObject,
    text: &str,
    scope: &Scope,
    draft: &EventDraft,
    now: DateTime<Utc>,
) -> Result<Edited> {
    let draft = draft.tidy();
    draft.check()?;
    match reach(object, scope)? {
        Reach::One(id) => Ok(Edited { text: Some(one::update(object, text, id, &draft, now)?), split: None }),
        Reach::From(id) => divide(object, text, id, draft, now),
        Reach::Whole(opened) => Ok(Edited { text: Some(all::update(object, text, opened, &draft, now)?), split: None }),
    }
}

/// Takes the instances of `scope` away.
///
/// # Errors
/// Those of [`update`] that concern the instance.
pub fn remove(object: &CalendarObject, text: &str, scope: &Scope, now: DateTime<Utc>) -> Result<Edited> {
    let text = match reach(object, scope)? {
        Reach::One(id) => one::remove(object, text, id, now)?,
        Reach::From(id) => {
            draft_of(object, Some(id))?;
            Some(split::earlier(object, text, id, now)?)
        }
        Reach::Whole(_) => None,
    };
    Ok(Edited { text, split: None })
}

/// The text of the object with an override, which says what is so already, for each of `ids`, which have none yet. Instances that the series does not have, or that EXDATE takes away, get none.
///
/// # Errors
/// `TooManyInstances` for a series too long to be looked through.
pub(crate) fn with_overrides(object: &CalendarObject, text: &str, ids: &[Moment]) -> Result<String> {
    one::with_overrides(object, text, ids, DateTime::UNIX_EPOCH)
}

/// What a scope comes to for an object.
enum Reach<'a> {
    One(&'a Moment),
    From(&'a Moment),
    Whole(Option<&'a Moment>),
}

fn reach<'a>(object: &CalendarObject, scope: &'a Scope) -> Result<Reach<'a>> {
    Ok(match scope {
        _ if !object.recurs() => Reach::Whole(None),
        Scope::This(id) => Reach::One(id),
        Scope::ThisAndFollowing(id) if object.master.is_none() => Reach::One(id),
        Scope::ThisAndFollowing(id) if Series::of(object).starts_with(id)? => Reach::Whole(Some(id)),
        Scope::ThisAndFollowing(id) => Reach::From(id),
        Scope::All { opened_at } => Reach::Whole(opened_at.as_ref()),
    })
}

/// Splits the series before `id` and makes the later part say what `draft` says.
fn divide(
    object: &CalendarObject,
    text: &str,
    id: &Moment,
    mut draft: EventDraft,
    now: DateTime<Utc>,
) -> Result<Edited> {
    let before = draft_of(object, Some(id))?;
    if draft == before {
        return Ok(Edited { text: Some(text.to_owned()), split: None });
    }
    let uid = uuid::Uuid::new_v4().to_string();
    let later = split::later(object, text, id, &uid, now)?;
    let series = editor::read(&later)?;
    let shown = draft_of(&series, Some(id))?;
    // The later part has its own count of what is left, and its own first day.
    if draft.repeat == before.repeat {
        draft.repeat = shown.repeat;
    } else if let (Repeat::Every { until: old, .. }, Repeat::Every { until: left, .. }, Repeat::Every { until, .. }) =
        (&before.repeat, &shown.repeat, &mut draft.repeat)
        && until == old
    {
        *until = *left;
    }
    let later = all::update(&series, &later, Some(id), &draft, now)?;
    let earlier = split::earlier(object, text, id, now)?;
    Ok(Edited { text: Some(earlier), split: Some(NewObject { uid, text: later }) })
}

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
