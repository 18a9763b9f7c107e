//! An event or a task that is made of a message: what the message says of it, and making it with a link back to the message.

mod reading;

use super::reading::Pictures;
use crate::access::{self, Access, Caller, Way};
use crate::calendars::CalendarId;
use crate::events::Created;
use crate::idempotency::Once;
use crate::model::mail_message::{MailMessage, MailMessageId};
use crate::{Error, Kalends, Problem, Result};
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use kalends_ical::edit::{self, EventDraft, Extras, TaskDraft, Timing};
use kalends_ical::message_link;
use kalends_ical::time_words::Reference;

/// Most times of a message that are offered.
pub const MAX_TIMES: usize = 5;
/// Longest address of a meeting by video, in octets.
const MAX_CONFERENCE: usize = 2_000;

/// What a message says of an event or a task that could be made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailMatter {
    pub message: MailMessage,
    /// The subject without the marks of answers; it may be empty.
    pub title: String,
    /// How its text begins.
    pub description: Option<String>,
    /// The place that a line names.
    pub place: Option<String>,
    /// Where people meet by video.
    pub conference: Option<String>,
    /// The most certain first, at most [`MAX_TIMES`].
    pub times: Vec<MailTime>,
    /// Where no time is named: the next full hour on the reader's clock.
    pub next_hour: Timing,
    /// In which times are read that name no zone.
    pub zone: Tz,
}

impl MailMatter {
    /// When it is, as far as the message says, and otherwise in the next hour.
    pub fn timing(&self, time: usize) -> Timing {
        self.times.get(time).map_or(self.next_hour, |time| time.timing)
    }
}

/// A time that a message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTime {
    /// Without an end that is named it is an hour long.
    pub timing: Timing,
    /// The line that it stands in, or what is around it.
    pub quote: String,
}

/// When the message was written, as far as that can be: what it says itself, else when it came.
fn written_at(said: Option<DateTime<Utc>>, message: &MailMessage) -> DateTime<Utc> {
    let is_sane = |at: &DateTime<Utc>| (1971..=9000).contains(&at.year());
    let known = said.or(message.sent_at).filter(is_sane);
    known.or(Some(message.received_at).filter(is_sane)).unwrap_or_else(Utc::now)
}

fn next_hour(now: NaiveDateTime) -> NaiveDateTime {
    let hour = now.date().and_hms_opt(now.hour(), 0, 0).unwrap_or(now);
    hour.checked_add_signed(TimeDelta::hours(1)).unwrap_or(hour)
}

/// Whether it is an address of the web that can be written as it is.
fn is_web_address(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= MAX_CONFERENCE
        && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
}

impl Kalends {
    /// What a message says of an event or a task that could be made of it. Times in words are read as of when it was written, in the
    /// caller's zone. `is_month_first`: in English “5/6” is the 6th of May. Whether the message was read stays as it is.
    ///
    /// # Errors
    /// `NotFound`, also for somebody else's and where the server has it no more; `Remote` with what the server said.
    pub async fn matter_of_mail(&self, caller: Caller, id: MailMessageId, is_month_first: bool) -> Result<MailMatter> {
        let open = self.look_into_mail(caller, id, "", Pictures::AsAllowed).await?;
        let zone = self.user(caller.principal).await?.preferences.time_zone.unwrap_or(Tz::UTC);
        let now = written_at(open.sent_at, &open.message).with_timezone(&zone).naive_local();
        let reference = Reference { now, is_month_first };
        let start = next_hour(Utc::now().with_timezone(&zone).naive_local());
        let end = start.checked_add_signed(TimeDelta::hours(1)).unwrap_or(start);
        let next_hour = Timing::Timed { start, end, zone: Some(zone) };
        let octets = open.text.len() + open.html.as_ref().map_or(0, |html| html.html.len());
        self.parse_on_a_thread(octets, move || {
            let html = open.html.as_ref().map(|html| html.html.as_str());
            let (place, conference) = reading::places(&open.text, html);
            Ok(MailMatter {
                title: reading::title(&open.message.subject),
                description: reading::description(&open.text),
                place,
                conference,
                times: reading::times(&open.message.subject, &open.text, &reference, zone),
                next_hour,
                zone,
                message: open.message,
            })
        })
        .await
    }

    /// What an earlier request with this key has made of a message, by its name in the calendar. It asks no server of mail: what was made
    /// is there, whatever has become of the message.
    ///
    /// # Errors
    /// `NotFound` and `Forbidden` for a calendar that the caller may not read (any more); `BadInput` (Idempotency-Key) for the key of
    /// another request.
    pub async fn made_of_mail(
        &self,
        caller: Caller,
        calendar: CalendarId,
        once: Option<&Once>,
    ) -> Result<Option<String>> {
        let Some(name) = self.made_before(caller, once).await? else { return Ok(None) };
        access::calendar(&mut self.db.read().await?, caller, calendar, Access::Read).await?;
        Ok(Some(name))
    }

    /// Makes an event of a message, with a link to it. `conference`: where people meet by video. In the agenda it gets the reminder that
    /// its maker wants before events.
    ///
    /// # Errors
    /// `NotFound` (also for somebody else's message), `Forbidden`, `UnsupportedComponent`; `BadInput` for a draft that no event can be
    /// (conference among it), and (Idempotency-Key) for the key of another request.
    pub async fn create_event_of_mail(
        &self,
        caller: Caller,
        id: MailMessageId,
        calendar: CalendarId,
        draft: &EventDraft,
        conference: Option<&str>,
        once: Option<&Once>,
    ) -> Result<Created> {
        let message = self.mail_message(caller, id).await?;
        let conference = conference.map(str::trim).filter(|url| !url.is_empty());
        if conference.is_some_and(|url| !is_web_address(url)) {
            return Err(Error::bad_input("conference", Problem::WebAddress));
        }
        let reminder_minutes = match caller.way {
            Way::Page => self.user(caller.principal).await?.preferences.reminder_minutes,
            _ => None,
        };
        let (url, conference) = (link(&message), conference.map(str::to_owned));
        let new = edit::new_event_with(draft, &Extras { reminder_minutes, url, conference }, Utc::now())?;
        self.store_event(caller, calendar, new, once).await
    }

    /// Makes a task of a message, with a link to it.
    ///
    /// # Errors
    /// Those of [`Kalends::create_event_of_mail`]; `BadInput` (due) for a year that cannot be written.
    pub async fn create_task_of_mail(
        &self,
        caller: Caller,
        id: MailMessageId,
        calendar: CalendarId,
        draft: &TaskDraft,
        once: Option<&Once>,
    ) -> Result<Created> {
        let message = self.mail_message(caller, id).await?;
        let new = edit::new_task(draft, &Extras { url: link(&message), ..Extras::default() }, Utc::now())?;
        self.store_event(caller, calendar, new, once).await
    }
}

/// The URL of a message; one without a Message-ID has none.
fn link(message: &MailMessage) -> Option<String> {
    message.message_id.as_deref().and_then(message_link::url_of)
}
