//! The server's side of making something of a message.

use super::{Making, MakingData, MakingFields, MakingRefused, TimeChoice};
use crate::agenda::links;
use crate::event::fields::EventFields;
use crate::event::server::{draft, refused};
use crate::history::words_of::Reader;
use crate::mail::folders::{folders, page_of};
use crate::undo::keys::key;
use crate::wire::{ApiError, UndoKey, Viewer, When};
use crate::words;
use chrono::NaiveDate;
use chrono_tz::Tz;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use kalends_domain::mail::MailMessageId;
use kalends_ical::ComponentKind;
use kalends_ical::edit::{Due, TaskDraft, Timing};
use leptos::prelude::use_context;
use leptos_router::location::Url;

/// What the page shows. `time`: which of the times that the message names the form has.
pub async fn page(
    kalends: &Kalends,
    user: &User,
    viewer: &Viewer,
    (making, message): (Making, i64),
    time: usize,
) -> Result<MakingData, ApiError> {
    let caller = user.on_a_page();
    let matter = kalends.matter_of_mail(caller, MailMessageId(message), viewer.month_first).await?;
    let kind = match making {
        Making::Event => ComponentKind::Event,
        Making::Task => ComponentKind::Todo,
    };
    let all = kalends.calendars(caller).await?;
    let mut calendars: Vec<_> = all
        .into_iter()
        .filter(|held| held.may_write() && held.details.components.contains(&kind))
        .map(|held| {
            let is_own = held.owner().id == user.principal.id;
            ((!held.view().is_default, !is_own), held.id.0, held.details.display_name.clone())
        })
        .collect();
    calendars.sort_by_key(|(place, ..)| *place);
    let calendars: Vec<(i64, String)> = calendars.into_iter().map(|(_, id, name)| (id, name)).collect();
    let chosen = if time < matter.times.len() { time } else { 0 };
    let (fields, error) = match use_context::<MakingRefused>() {
        Some(MakingRefused { fields, error }) => (fields, Some(error)),
        None => {
            let timing = matter.timing(chosen);
            let (when, zone) = shown(timing, matter.zone);
            let first = calendars.first().map(|(id, _)| *id);
            let event = EventFields::new(when, zone.name(), first);
            let mut fields = MakingFields { event, ..MakingFields::default() };
            fields.event.title.clone_from(&matter.title);
            fields.event.description = matter.description.clone().unwrap_or_default();
            fields.event.location = matter.place.clone().unwrap_or_default();
            fields.conference = matter.conference.clone().unwrap_or_default();
            if making == Making::Task && matter.times.is_empty() {
                // A task need not be done by a time.
                (fields.event.start_date, fields.event.start_time) = (String::new(), String::new());
            } else if making == Making::Task && fields.event.all_day {
                fields.event.start_time = String::new();
            }
            (fields, None)
        }
    };
    let reader = Reader::of(user);
    let times = matter.times.iter().map(|time| TimeChoice {
        when: match making {
            Making::Event => reader.timing(time.timing),
            Making::Task => reader.timing(beginning(time.timing)),
        },
        quote: time.quote.clone(),
    });
    let from = &matter.message.from;
    Ok(MakingData {
        folders: folders(kalends, user).await?,
        message,
        back: page_of(&matter.message),
        from: if from.name.is_empty() { from.address.clone() } else { from.name.clone() },
        subject: matter.message.subject.clone(),
        times: times.collect(),
        chosen,
        calendars,
        fields,
        refused: error,
    })
}

fn beginning(timing: Timing) -> Timing {
    match timing {
        Timing::AllDay { first, .. } => Timing::AllDay { first, last: first },
        Timing::Timed { start, zone, .. } => Timing::Timed { start, end: start, zone },
    }
}

/// As the controls have it: on the clock of its own zone.
fn shown(timing: Timing, zone: Tz) -> (When, Tz) {
    match timing {
        Timing::AllDay { first, last } => (When::Days { first, last }, zone),
        Timing::Timed { start, end, zone: own } => (When::Times { start, end }, own.unwrap_or(zone)),
    }
}

/// What was made.
pub struct Made {
    /// The page to go on with.
    pub next: String,
    pub said: &'static str,
    pub undo: UndoKey,
}

/// Makes what the form says.
///
/// # Errors
/// What is wrong with it; `NotFound` for somebody else's message.
pub async fn make(
    kalends: &Kalends,
    user: &User,
    (making, message): (Making, i64),
    fields: &MakingFields,
) -> Result<Made, ApiError> {
    let (caller, id) = (user.on_a_page(), MailMessageId(message));
    let found = kalends.mail_message(caller, id).await?;
    let back = page_of(&found);
    match making {
        Making::Event => {
            let (draft, calendar) = draft(&fields.event, None)?;
            let conference = Some(fields.conference.as_str()).filter(|url| !url.is_empty());
            let made = kalends.create_event_of_mail(caller, id, calendar, &draft, conference, None).await;
            let made = made.map_err(refused)?;
            let event = links::event_of(calendar.0, &made.name);
            let next = format!("{event}?back={}", Url::escape(&back));
            Ok(Made { next, said: words::event_created(), undo: key(&made.undo) })
        }
        Making::Task => {
            let (draft, calendar) = task(&fields.event)?;
            let made = kalends.create_task_of_mail(caller, id, calendar, &draft, None).await.map_err(refused)?;
            Ok(Made { next: back, said: words::server_mail_making_task_made(), undo: key(&made.undo) })
        }
    }
}

/// The task that the form says, and its calendar.
fn task(fields: &EventFields) -> Result<(TaskDraft, CalendarId), ApiError> {
    let mut checked = fields.clone();
    let has_time = !fields.start_time.trim().is_empty();
    let has_date = !fields.start_date.trim().is_empty();
    checked.all_day = !has_time;
    if !has_date {
        if has_time {
            let message = words::event_no_date().to_owned();
            return Err(ApiError::BadInput { field: "start_date".into(), message });
        }
        // No time is to be said of it, and the form wants one.
        checked.set_days(NaiveDate::default(), NaiveDate::default());
    }
    (checked.end_date, checked.end_time) = (checked.start_date.clone(), checked.start_time.clone());
    let (draft, calendar) = draft(&checked, None)?;
    let due = match draft.timing {
        _ if !has_date => None,
        Timing::AllDay { first, .. } => Some(Due::On(first)),
        Timing::Timed { start, zone, .. } => Some(Due::At { local: start, zone }),
    };
    Ok((TaskDraft { summary: draft.summary, description: draft.description, due }, calendar))
}
