//! The event form's side of the server: between its fields and the domain's drafts.

use super::data::{EventPageData, EventRef, EventSubject, Moved, OpenedEvent, Refused, scopes};
use super::fields::{self, Draft, EventFields, FieldError, KEEP, Timing as FormTiming};
use super::guests::TypedGuests;
use super::more;
use super::rule_words;
use super::scope::ScopeChoice;
use super::seen::{when, zone_of};
use crate::calendars;
use crate::errors::sentence;
use crate::locale;
use crate::notation::Format;
use crate::reading::Reader;
use crate::return_path::back_path;
use crate::server_context::viewer;
use crate::undo::keys::key;
use crate::wire::{ApiError, CalendarId, InstanceKey, UndoKey, Viewer, When};
use crate::words;
use crate::zones;
use axum::http::HeaderMap;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::events::{EventChange, EventDetails};
use kalends_ical::edit::{EventDraft, Pattern, Repeat, RepeatEnd, Scope, Timing};
use kalends_ical::instance_key;
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use leptos::prelude::use_context;

/// The event, or one instance of it, for the page `back`.
pub async fn open(
    kalends: &Kalends,
    user: &User,
    (calendar, name): (CalendarId, &str),
    key: Option<InstanceKey>,
    back: &str,
) -> Result<OpenedEvent, ApiError> {
    let moment = key.as_deref().map(decode).transpose()?;
    let details = kalends.event(user.on_a_page(), Calendar(calendar), name, moment.as_ref()).await?;
    let more = more::rows(kalends, user, &details, back).await?;
    Ok(opened(details, key, more, zone_of(user), &viewer(user)))
}

fn opened(details: EventDetails, key: Option<InstanceKey>, more: String, zone: Tz, viewer: &Viewer) -> OpenedEvent {
    let EventDetails { calendar, name, etag, recurring, draft, editable, .. } = details;
    let (when, elsewhere) = when(draft.timing, zone);
    OpenedEvent {
        event: EventRef { calendar: calendar.0, name, etag, instance: key },
        fields: fields_of(&draft, calendar.0, zone),
        recurring,
        editable,
        when,
        elsewhere,
        repeats: rule_words::rule_in_words(&draft.repeat, Format::of(viewer)),
        more,
    }
}

/// Stores a new event to which these people are invited.
async fn create_meeting(
    kalends: &Kalends,
    user: &User,
    fields: &EventFields,
    guests: &TypedGuests,
) -> Result<UndoKey, ApiError> {
    let (draft, calendar) = draft(fields, None)?;
    let made = kalends.create_meeting(user.on_a_page(), calendar, &draft, guests.invited()).await;
    match made.map_err(refused) {
        Ok(made) => Ok(key(&made.undo)),
        Err(ApiError::BadInput { field, .. }) if field == "attendees" => {
            let message = words::server_find_time_guests_wrong().to_owned();
            Err(ApiError::BadInput { field: "guests".into(), message })
        }
        Err(error) => Err(error),
    }
}

/// Stores a new event.
pub async fn create(kalends: &Kalends, user: &User, fields: &EventFields) -> Result<UndoKey, ApiError> {
    let (draft, calendar) = draft(fields, None)?;
    let (_, undo) = kalends.create_event(user.on_a_page(), calendar, &draft).await.map_err(refused)?;
    Ok(key(&undo))
}

/// Changes the instances of `scope`.
pub async fn update(
    kalends: &Kalends,
    user: &User,
    event: &EventRef,
    scope: ScopeChoice,
    fields: &EventFields,
) -> Result<UndoKey, ApiError> {
    let caller = user.on_a_page();
    let moment = event.instance.as_deref().map(decode).transpose()?;
    let calendar = Calendar(event.calendar);
    let seen = kalends.event(caller, calendar, &event.name, moment.as_ref()).await?;
    if seen.etag != event.etag {
        return Err(ApiError::Conflict);
    }
    let stored = fields_of(&seen.draft, event.calendar, zone_of(user));
    if fields.says_like(&stored) {
        return Ok(UndoKey::new());
    }
    let (wanted, to) = draft(fields, Some(&seen.draft))?;
    let scope = match (scope, &moment) {
        (_, None) => Scope::All { opened_at: None },
        (ScopeChoice::All, Some(moment)) => Scope::All { opened_at: Some(moment.clone()) },
        (scope, Some(moment)) => {
            if !scopes(event, &stored, fields).contains(&scope) {
                let message = words::event_scope_impossible();
                return Err(ApiError::BadInput { field: "scope".into(), message: message.into() });
            }
            domain_scope(scope, moment.clone())
        }
    };
    let change = EventChange { calendar, name: &event.name, etag: &event.etag, scope };
    Ok(key(&kalends.update_event(caller, change, &wanted, to).await.map_err(refused)?))
}

/// Puts the instances of `scope` elsewhere: the one that the person took comes to `to`, on their wall clock.
pub async fn relocate(
    kalends: &Kalends,
    user: &User,
    event: &EventRef,
    scope: ScopeChoice,
    to: When,
) -> Result<Moved, ApiError> {
    let change = change(event, scope)?;
    let moved = kalends.move_event(user.on_a_page(), change, to, zone_of(user)).await.map_err(refused)?;
    Ok(Moved { undo: key(&moved.undo), etag: moved.etag })
}

/// Removes the instances of `scope`.
pub async fn delete(kalends: &Kalends, user: &User, event: &EventRef, scope: ScopeChoice) -> Result<UndoKey, ApiError> {
    let change = change(event, scope)?;
    Ok(key(&kalends.delete_event(user.on_a_page(), change).await.map_err(refused)?))
}

fn change(event: &EventRef, scope: ScopeChoice) -> Result<EventChange<'_>, ApiError> {
    let scope = match event.instance.as_deref().map(decode).transpose()? {
        Some(moment) => domain_scope(scope, moment),
        None => Scope::All { opened_at: None },
    };
    Ok(EventChange { calendar: Calendar(event.calendar), name: &event.name, etag: &event.etag, scope })
}

/// What the page at `path` with `query` shows.
pub async fn page(kalends: &Kalends, user: &User, path: &str, query: &str) -> Result<EventPageData, ApiError> {
    let here = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let viewer = viewer(user);
    let calendars = calendars::server::list(kalends, user).await?;
    let query = Query::read(query);
    let mut refused = use_context::<Refused>();
    let subject = match target(path) {
        Some((calendar, name)) => {
            let opened = open(kalends, user, (calendar, &name), query.instance.clone(), &here).await?;
            if let (None, Some(to), true) = (&refused, query.times(), opened.editable && !opened.fields.all_day) {
                refused = Some(at_another_time(kalends, user, &opened.event, to).await?);
            }
            EventSubject::Existing(opened)
        }
        None => {
            let writable = |id: &CalendarId| calendars.iter().any(|info| info.id == *id && info.editable);
            let calendar = query.calendar.filter(writable).or_else(|| super::default_calendar(&calendars));
            EventSubject::New(EventFields::new(query.when(viewer.now), &viewer.time_zone, calendar))
        }
    };
    Ok(EventPageData { viewer, calendars, subject, refused })
}

/// The form as if somebody had typed this time, which is on their wall clock.
async fn at_another_time(kalends: &Kalends, user: &User, event: &EventRef, to: When) -> Result<Refused, ApiError> {
    let (zone, moment) = (zone_of(user), event.instance.as_deref().map(decode).transpose()?);
    let seen = kalends.event(user.on_a_page(), Calendar(event.calendar), &event.name, moment.as_ref()).await?;
    let moved = seen.draft.moved(to, zone, false);
    Ok(Refused { fields: fields_of(&moved, event.calendar, zone), scope: None, errors: Vec::new(), notice: None })
}

/// What became of a form that was posted without WebAssembly.
pub struct Done {
    /// Where to go on.
    pub next: String,
    /// What the page there says.
    pub said: &'static str,
    pub undo: UndoKey,
}

/// Does what a form asks for that was posted without WebAssembly.
///
/// # Errors
/// The form as it was, to be shown again with what is wrong.
pub async fn post(
    kalends: &Kalends,
    user: Option<&User>,
    headers: &HeaderMap,
    path: &str,
    query: &str,
    form: &[(String, String)],
) -> Result<Done, Box<Refused>> {
    let values = |name: &str| -> Vec<String> {
        form.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    let one = |name: &str| values(name).into_iter().next();
    let reader = match user {
        Some(user) => Reader::of(&locale::viewer(user, Some(headers))),
        None => Reader { format: Format { hour12: false, month_first: false }, today: Utc::now().date_naive() },
    };
    let fields = EventFields::read(values, reader);
    let scope = one("scope").as_deref().and_then(ScopeChoice::from_value);
    let query = Query::read(query);
    let done = async {
        let user = user.ok_or((ApiError::SignedOut, Vec::new()))?;
        let event = target(path).map(|(calendar, name)| EventRef {
            calendar,
            name,
            etag: one("etag").unwrap_or_default(),
            instance: query.instance.clone(),
        });
        let scope = scope.unwrap_or(ScopeChoice::All);
        if let (Some(event), Some("delete")) = (&event, one("action").as_deref()) {
            let deleted = delete(kalends, user, event, scope).await;
            return deleted.map(|undo| (words::event_deleted(), undo)).map_err(|error| (error, Vec::new()));
        }
        fields.check().map_err(|errors| {
            let first = errors.first().map(|error| error.message.clone()).unwrap_or_default();
            (ApiError::BadInput { field: "form".into(), message: first }, errors)
        })?;
        let saved = match &event {
            Some(event) => update(kalends, user, event, scope, &fields).await.map(|undo| (words::event_saved(), undo)),
            None => {
                let made = match TypedGuests::read(form) {
                    Some(guests) => create_meeting(kalends, user, &fields, &guests).await,
                    None => create(kalends, user, &fields).await,
                };
                made.map(|undo| (words::event_created(), undo))
            }
        };
        saved.map_err(|error| (error, Vec::new()))
    };
    match done.await {
        Ok((said, undo)) => Ok(Done { next: back_path(query.back.as_deref()).to_owned(), said, undo }),
        Err((error, mut errors)) => {
            let notice = match error {
                ApiError::BadInput { .. } if !errors.is_empty() => None,
                ApiError::BadInput { field, message } if !field.is_empty() => {
                    errors.push(FieldError { field, message });
                    None
                }
                other => Some(other),
            };
            Err(Box::new(Refused { fields, scope, errors, notice }))
        }
    }
}

/// `/event/{calendar}/{name}`; `None` for `/event/new`.
fn target(path: &str) -> Option<(CalendarId, String)> {
    let (calendar, name) = path.strip_prefix("/event/")?.split_once('/')?;
    Some((calendar.parse().ok()?, leptos_router::location::Url::unescape(name)))
}

type Pairs = axum::extract::Query<Vec<(String, String)>>;

/// What stands in the address of an event's page.
struct Query {
    instance: Option<InstanceKey>,
    calendar: Option<CalendarId>,
    start: Option<String>,
    end: Option<String>,
    back: Option<String>,
}

impl Query {
    fn read(query: &str) -> Self {
        let pairs = format!("/?{query}").parse().ok().and_then(|uri| axum::extract::Query::try_from_uri(&uri).ok());
        let pairs = pairs.map(|pairs: Pairs| pairs.0).unwrap_or_default();
        let text = |name: &str| {
            pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone())
        };
        Query {
            instance: text("instance"),
            calendar: text("calendar").and_then(|id| id.parse().ok()),
            start: text("start"),
            end: text("end"),
            back: text("back"),
        }
    }

    /// Start and end as the address says both.
    fn times(&self) -> Option<When> {
        let (start, end) = (self.start.as_deref().and_then(time)?, self.end.as_deref().and_then(time)?);
        (start < end).then_some(When::Times { start, end })
    }

    /// When a new event is: as the address says, or in the next full hour.
    fn when(&self, now: NaiveDateTime) -> When {
        let day = |text: &String| text.parse::<NaiveDate>().ok();
        if let Some(first) = self.start.as_ref().and_then(day) {
            let last = self.end.as_ref().and_then(day).unwrap_or(first);
            return When::Days { first, last: last.max(first) };
        }
        let start = self.start.as_deref().and_then(time).unwrap_or_else(|| next_hour(now));
        let end = self.end.as_deref().and_then(time).filter(|end| *end >= start);
        When::Times { start, end: end.unwrap_or(start + TimeDelta::hours(1)) }
    }
}

fn time(text: &str) -> Option<NaiveDateTime> {
    let read = |format| NaiveDateTime::parse_from_str(text, format).ok();
    read("%Y-%m-%dT%H:%M").or_else(|| read("%Y-%m-%dT%H:%M:%S"))
}

/// The next hour that has not begun, with whatever is later today.
fn next_hour(now: NaiveDateTime) -> NaiveDateTime {
    use chrono::Timelike;
    let hour = NaiveTime::from_hms_opt(now.hour(), 0, 0).unwrap_or_default();
    now.date().and_time(hour) + TimeDelta::hours(1)
}

/// The domain's draft of what the form says, and the calendar that it shall be in. `stored` is what the form showed at first.
pub(crate) fn draft(fields: &EventFields, stored: Option<&EventDraft>) -> Result<(EventDraft, Calendar), ApiError> {
    let checked = fields.check().map_err(|errors| match errors.into_iter().next() {
        Some(FieldError { field, message }) => ApiError::BadInput { field, message },
        None => ApiError::Failed,
    })?;
    let Draft { title, description, location, calendar, timing, repeat } = checked;
    let optional = |text: String| (!text.is_empty()).then_some(text);
    let draft = EventDraft {
        summary: title,
        description: optional(description),
        location: optional(location),
        timing: match timing {
            FormTiming::Days { first, last } => Timing::AllDay { first, last },
            FormTiming::Times { start, end, zone } => {
                Timing::Timed { start, end, zone: zone.as_deref().map(iana).transpose()? }
            }
        },
        repeat: match (repeat, stored) {
            (fields::Repeat::Never, _) => Repeat::Never,
            (fields::Repeat::Every { interval, pattern, end }, _) => Repeat::Every { interval, pattern, until: end },
            (fields::Repeat::Keep, Some(EventDraft { repeat: Repeat::Custom(rule), .. })) => {
                Repeat::Custom(rule.clone())
            }
            (fields::Repeat::Keep, _) => {
                let message = words::event_no_repeat_chosen().into();
                return Err(ApiError::BadInput { field: "repeat".into(), message });
            }
        },
        // The form does not ask for them.
        marks: stored.map(|stored| stored.marks.clone()).unwrap_or_default(),
    };
    check_clocks(&draft.timing, stored)?;
    Ok((draft, Calendar(calendar)))
}

/// # Errors
/// A start or an end that the clocks leap over on that day, unless it stood there already.
fn check_clocks(timing: &Timing, stored: Option<&EventDraft>) -> Result<(), ApiError> {
    let Timing::Timed { start, end, zone: Some(zone) } = timing else { return Ok(()) };
    if stored.is_some_and(|stored| stored.timing == *timing) {
        return Ok(());
    }
    for (local, field) in [(start, "start_time"), (end, "end_time")] {
        if zone.from_local_datetime(local).earliest().is_none() {
            let message = words::event_clocks_forward().into();
            return Err(ApiError::BadInput { field: field.into(), message });
        }
    }
    Ok(())
}

fn iana(name: &str) -> Result<Tz, ApiError> {
    let known = match Zone::named(name) {
        Some(Zone::Iana(tz)) => Some(tz),
        _ => zones::named(name),
    };
    let message = || words::event_unknown_zone(name);
    known.ok_or_else(|| ApiError::BadInput { field: "zone".into(), message: message() })
}

/// The form that shows `draft`.
fn fields_of(draft: &EventDraft, calendar: CalendarId, viewer: Tz) -> EventFields {
    let mut fields = EventFields {
        title: draft.summary.clone(),
        description: draft.description.clone().unwrap_or_default(),
        location: draft.location.clone().unwrap_or_default(),
        calendar: calendar.to_string(),
        zone: viewer.name().to_owned(),
        ..EventFields::default()
    };
    match draft.timing {
        Timing::AllDay { first, last } => fields.set_days(first, last),
        Timing::Timed { start, end, zone } => {
            fields.set_times(start, end);
            fields.zone = zone.map(|zone| zone.name().to_owned()).unwrap_or_default();
        }
    }
    fields.set_no_repeat();
    match &draft.repeat {
        Repeat::Never => {}
        Repeat::Custom(_) => fields.repeat = KEEP.into(),
        Repeat::Every { interval, pattern, until } => {
            fields.interval = interval.to_string();
            let repeat = match pattern {
                Pattern::Daily => "daily",
                Pattern::Weekly(days) => {
                    fields.weekdays = days.iter().map(|day| fields::weekday_code(*day).to_owned()).collect();
                    "weekly"
                }
                Pattern::MonthlyByDate => "monthly",
                Pattern::MonthlyByWeekday { nth, weekday } => {
                    fields.monthly = fields::monthly_value(*nth, *weekday);
                    "monthly"
                }
                Pattern::Yearly => "yearly",
            };
            fields.repeat = repeat.into();
            match until {
                RepeatEnd::Never => {}
                RepeatEnd::On(day) => (fields.ends, fields.until) = ("on".into(), day.to_string()),
                RepeatEnd::After(count) => (fields.ends, fields.count) = ("after".into(), count.to_string()),
            }
        }
    }
    fields
}

fn decode(key: &str) -> Result<Moment, ApiError> {
    instance_key::decode(key).ok_or_else(|| ApiError::NotFound(words::server_event_not_found().into()))
}

fn domain_scope(scope: ScopeChoice, moment: Moment) -> Scope {
    match scope {
        ScopeChoice::This => Scope::This(moment),
        ScopeChoice::Following => Scope::ThisAndFollowing(moment),
        ScopeChoice::All => Scope::All { opened_at: Some(moment) },
    }
}

/// The domain's refusal with the name that the field has in the form.
pub(crate) fn refused(error: kalends_domain::Error) -> ApiError {
    match ApiError::from(error) {
        ApiError::BadInput { field, message } => {
            let field = match field.as_str() {
                "summary" => "title",
                "start" => "start_date",
                "end" => "end_date",
                "timing" => "end_date",
                "rule" => "repeat",
                other => other,
            };
            ApiError::BadInput { field: field.into(), message: sentence(&message) }
        }
        other => other,
    }
}
