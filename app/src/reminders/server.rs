//! The server's side of the page of reminders.

use super::{ComingInfo, PastInfo, Reminders, Wanted, Wish};
use crate::agenda::links;
use crate::flash;
use crate::history::words_of::Reader;
use crate::notation::Format;
use crate::wire::ApiError;
use crate::words;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use kalends_domain::access::Caller;
use kalends_domain::accounts::User;
use kalends_domain::reminders::{
    Channel, Coming, Delivery, DeliveryState, Reminder, ReminderId, ReminderSettings, ReminderState,
};
use kalends_domain::{Error, Kalends};

/// What the forms of the page are called where it is said what became of them.
pub const FORM: &str = "reminders";

pub async fn reminders(kalends: &Kalends, user: &User) -> Result<Reminders, ApiError> {
    let (caller, reader) = (user.on_a_page(), Reader::of(user));
    let settings = kalends.reminder_settings(caller).await?;
    let coming = kalends.coming_reminders(caller).await?;
    let past = kalends.past_reminders(caller).await?;
    let browsers = kalends.push_subscriptions(caller).await?;
    let key = kalends.push_public_key().await?;
    let said = flash::take_of(FORM).map(|flash| flash.outcome.map_err(|error| error.to_string()));
    Ok(Reminders {
        coming: coming.iter().map(|coming| coming_info(&reader, coming)).collect(),
        past: past.iter().map(|past| past_info(&reader, past)).collect(),
        wanted: wanted(&settings),
        browsers: browsers.into_iter().map(|browser| (browser.id, browser.label)).collect(),
        key: key.unwrap_or_default(),
        address: user.principal.email.clone(),
        sends_mail: kalends.sends_mail(),
        minutes: user.preferences.reminder_minutes,
        said,
    })
}

fn wanted(settings: &ReminderSettings) -> Wanted {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    Wanted {
        in_page: settings.in_page,
        by_mail: settings.by_mail,
        by_push: settings.by_push,
        for_all: settings.for_all,
        agenda: settings.agenda_minute.map(clock).unwrap_or_default(),
        agenda_empty: settings.agenda_empty,
    }
}

pub(super) fn title(title: &str) -> String {
    if title.is_empty() { words::server_reminders_untitled().to_owned() } else { title.to_owned() }
}

/// When something begins, for people.
pub(super) fn starts(format: Format, zone: Tz, at: DateTime<Utc>, on: Option<NaiveDate>) -> String {
    match on {
        Some(day) => format.full_date(day),
        None => {
            let local = at.with_timezone(&zone).naive_local();
            format!("{}, {}", format.full_date(local.date()), format.time(local))
        }
    }
}

fn starts_for(reader: &Reader, at: DateTime<Utc>, on: Option<NaiveDate>) -> String {
    match on {
        Some(day) => reader.format().full_date(day),
        None => reader.moment(reader.local(at)),
    }
}

fn coming_info(reader: &Reader, coming: &Coming) -> ComingInfo {
    let when = reader.moment(reader.local(coming.at));
    ComingInfo {
        title: title(&coming.title),
        line: words::server_reminders_line(&when, &starts_for(reader, coming.starts_at, coming.starts_on)),
        href: links::event_of(coming.calendar.0, &coming.name),
    }
}

fn past_info(reader: &Reader, past: &Reminder) -> PastInfo {
    let when = reader.moment(reader.local(past.of.due_at));
    let state = match past.state {
        ReminderState::Due => words::server_reminders_due(),
        ReminderState::Missed => words::server_reminders_missed(),
        ReminderState::Dismissed => words::server_reminders_dismissed(),
        ReminderState::Snoozed => words::server_reminders_snoozed(),
        ReminderState::Withdrawn => words::server_reminders_withdrawn(),
    };
    PastInfo {
        id: past.id.0,
        title: title(&past.of.title),
        line: words::server_reminders_line(&when, &starts_for(reader, past.of.starts_at, past.of.starts_on)),
        state: state.to_owned(),
        outcomes: past.deliveries.iter().map(outcome).collect(),
        is_open: past.state == ReminderState::Due,
    }
}

fn outcome(delivery: &Delivery) -> String {
    let way = match delivery.channel {
        Channel::Page => words::server_reminders_page(),
        Channel::Mail => words::server_reminders_mail(),
        Channel::Push => words::server_reminders_push(),
    };
    let state = match delivery.state {
        DeliveryState::Waiting => words::server_reminders_waiting(),
        DeliveryState::Sending => words::server_reminders_sending(),
        DeliveryState::Sent => words::server_reminders_sent(),
        DeliveryState::Failed => words::server_reminders_failed(),
        DeliveryState::Uncertain => words::server_reminders_uncertain(),
        DeliveryState::Skipped => words::server_reminders_skipped(),
    };
    match delivery.detail.as_str() {
        "" => words::server_reminders_outcome(way, state),
        why => words::server_reminders_outcome_why(way, state, why),
    }
}

/// Does what a form asked for. Yields what is said of it.
///
/// # Errors
/// What is wrong with it, or with asking for it.
pub async fn fulfil(kalends: &Kalends, user: &User, wish: Wish) -> Result<String, ApiError> {
    let caller = user.on_a_page();
    Ok(match wish {
        Wish::Settings(wanted) => {
            kalends.set_reminder_settings(caller, read(&wanted)?).await?;
            words::server_reminders_saved().to_owned()
        }
        Wish::TestMail => tried(kalends, caller, Channel::Mail).await?,
        Wish::TestPush => tried(kalends, caller, Channel::Push).await?,
        Wish::Remove(id) => {
            kalends.remove_push_subscription(caller, id).await?;
            words::server_reminders_removed().to_owned()
        }
        Wish::Dismiss(id) => {
            answered(kalends.dismiss_reminder(caller, ReminderId(id)).await)?;
            words::server_reminders_dismissed().to_owned()
        }
        Wish::Snooze { id, minutes } => {
            answered(kalends.snooze_reminder(caller, ReminderId(id), minutes).await)?;
            words::server_reminders_snoozed().to_owned()
        }
    })
}

fn answered<T>(answer: Result<T, Error>) -> Result<T, ApiError> {
    answer.map_err(|error| match error {
        Error::NotFound(_) => ApiError::NotFound(words::server_reminders_gone().into()),
        error => error.into(),
    })
}

fn read(wanted: &Wanted) -> Result<ReminderSettings, ApiError> {
    let agenda_minute = match wanted.agenda.as_str() {
        "" => None,
        text => Some(minute(text).ok_or_else(|| ApiError::BadInput {
            field: "agenda".into(),
            message: words::server_reminders_bad_time().into(),
        })?),
    };
    Ok(ReminderSettings {
        in_page: wanted.in_page,
        by_mail: wanted.by_mail,
        by_push: wanted.by_push,
        for_all: wanted.for_all,
        agenda_minute,
        agenda_empty: wanted.agenda_empty,
    })
}

/// Reads `07:00` as minutes of the day.
pub fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':').filter(|(hours, minutes)| hours.len() < 3 && minutes.len() == 2)?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

async fn tried(kalends: &Kalends, caller: Caller, channel: Channel) -> Result<String, ApiError> {
    match kalends.test_reminder(caller, channel).await? {
        Ok(answer) if channel == Channel::Mail => Ok(words::server_reminders_tried_mail(&answer)),
        Ok(count) => Ok(words::server_reminders_tried_push(&count)),
        Err(why) => {
            Err(ApiError::BadInput { field: String::new(), message: words::server_reminders_tried_failed(&why) })
        }
    }
}
