//! When people are busy, for those who would invite them (RFC 6638 section 5): as far as they let whoever asks know, and when they do not
//! work.

use super::addresses::people;
use super::availability::unavailable;
use crate::access::{Caller, Held, PrincipalId};
use crate::free_busy::LeftOut;
use crate::{Error, Kalends, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_ical::busy::{Busy, merged};
use kalends_ical::itip::canonical;
use kalends_ical::time::Zone;

/// Most people who are asked about at once.
const MAX_ASKED: usize = 200;
/// Longest time that is asked about.
const MAX_SPAN: TimeDelta = TimeDelta::days(366);

/// What is known of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyAnswer {
    /// As they were asked for.
    pub recipient: String,
    /// `None`: there is nobody of whom the caller may know.
    pub busy: Option<Vec<Busy>>,
}

/// When somebody here is busy.
pub(super) struct PersonBusy {
    pub busy: Vec<Busy>,
    /// Whether they have said when they work.
    pub has_hours: bool,
}

impl Kalends {
    /// When each of `recipients` (addresses of calendar users) is busy between `start` and `end`. Of whom the caller may not know is as if
    /// they were not there.
    ///
    /// # Errors
    /// `BadInput` for too many, or too long a time.
    pub async fn busy_people(
        &self,
        caller: Caller,
        recipients: &[String],
        (start, end): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Vec<BusyAnswer>> {
        if recipients.len() > MAX_ASKED {
            return Err(Error::bad_input("attendees", Problem::Request("at most 200 people are asked about at once")));
        }
        if end <= start || end - start > MAX_SPAN {
            return Err(Error::bad_input("end", Problem::Request("after the start, and at most 366 days later")));
        }
        let people = people(&mut self.db.read().await?, recipients).await?;
        let mut answers = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            let person = people.get(&canonical(recipient)).copied();
            let calendars = match person {
                Some(person) => match self.calendars_of(caller, person).await {
                    Ok(calendars) => Some((person, calendars)),
                    Err(Error::NotFound(_)) => None,
                    Err(error) => return Err(error),
                },
                None => None,
            };
            let busy = match calendars {
                None => None,
                Some((person, calendars)) => {
                    Some(self.times_of_person(caller, person, &calendars, (start, end), None).await?.busy)
                }
            };
            answers.push(BusyAnswer { recipient: recipient.clone(), busy });
        }
        Ok(answers)
    }

    /// When somebody is busy by these calendars, and when they do not work.
    pub(super) async fn times_of_person(
        &self,
        caller: Caller,
        person: PrincipalId,
        calendars: &[Held],
        (start, end): (DateTime<Utc>, DateTime<Utc>),
        without: Option<&LeftOut>,
    ) -> Result<PersonBusy> {
        let user = self.user(person).await?;
        let zone = user.preferences.time_zone.map_or(Zone::UTC, Zone::Iana);
        let mut all = Vec::new();
        for calendar in calendars {
            all.extend(self.free_busy_without(caller, calendar.id, (start, end), &zone, without).await?);
        }
        let given = self.db.once().await?.availability(person).await?;
        let hours = user.preferences.working_hours;
        all.extend(unavailable(given.as_deref(), hours.as_ref(), (start, end), &zone));
        let has_hours = given.is_some() || hours.is_some();
        Ok(PersonBusy { busy: merged(all, start, end), has_hours })
    }
}
