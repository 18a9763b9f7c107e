//! An object as a person sees it, to say when it reminds them.

use super::answer::{PUT_OFF, shares_alarms};
use crate::access::{self, Caller, Held, PrincipalId};
use crate::accounts::User;
use crate::model::object::{ObjectHead, ObjectId};
use crate::model::reminder::{NewReminder, ReminderSettings};
use crate::store::Transaction;
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::CalendarObject;
use kalends_ical::instance_key;
use kalends_ical::reminders::{self as alarms, Due, Next, Reminded};
use kalends_ical::time::Zone;
use std::collections::HashMap;
use std::sync::Arc;

/// Who is reminded, with what decides of when.
pub(super) struct Person {
    pub user: User,
    pub zone: Tz,
    pub addresses: Vec<String>,
    pub settings: ReminderSettings,
}

impl Person {
    /// `None` for somebody who cannot sign in, or is none.
    pub async fn read(tx: &mut Transaction, id: PrincipalId) -> Result<Option<Self>> {
        let Some(user) = tx.user(id).await?.filter(User::is_active) else { return Ok(None) };
        let addresses = tx.email_addresses(id).await?.into_iter().filter(|known| known.is_verified);
        Ok(Some(Person {
            zone: user.preferences.time_zone.unwrap_or(Tz::UTC),
            addresses: addresses.map(|known| known.address.to_lowercase()).collect(),
            settings: tx.reminder_settings(id).await?,
            user,
        }))
    }

    pub fn caller(&self) -> Caller {
        Caller::page(self.user.principal.id)
    }

    fn default_minutes(&self) -> Option<u32> {
        self.user.preferences.reminder_minutes.filter(|_| self.settings.for_all)
    }

    /// What of them decides when they are reminded.
    pub fn outlook(&self) -> String {
        let minutes = self.default_minutes().map(|minutes| minutes.to_string()).unwrap_or_default();
        let mut addresses = self.addresses.clone();
        addresses.sort_unstable();
        format!("{} {minutes} {}", self.zone, addresses.join(" "))
    }
}

/// People that were read in one piece of work.
#[derive(Default)]
pub(super) struct People(HashMap<PrincipalId, Option<Arc<Person>>>);

impl People {
    pub async fn get(&mut self, tx: &mut Transaction, id: PrincipalId) -> Result<Option<Arc<Person>>> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let person = Person::read(tx, id).await?.map(Arc::new);
        self.0.insert(id, person.clone());
        Ok(person)
    }
}

/// An object that a person may see.
pub(super) struct Seen {
    pub calendar: Held,
    pub head: ObjectHead,
    pub object: Arc<CalendarObject>,
    person: Arc<Person>,
}

impl Seen {
    /// `None` for what is not there, what the person may not read, has not among their calendars, or cannot be read any more.
    pub async fn read(
        kalends: &Kalends,
        tx: &mut Transaction,
        person: &Arc<Person>,
        id: ObjectId,
    ) -> Result<Option<Self>> {
        let Some(found) = tx.object_by_id(id).await? else { return Ok(None) };
        let calendar = access::seen(tx, person.caller(), found.head.calendar).await?;
        let Some(calendar) = calendar.filter(|held| held.is_listed() && held.may_read()) else {
            return Ok(None);
        };
        let head = found.head.clone();
        let shown = match kalends.shown_object(tx, person.caller(), &calendar, found).await {
            Err(error) if is_of_store(&error) => return Err(error),
            shown => shown,
        };
        let limits = kalends.limits.text;
        let parse = |text: String| async move {
            let octets = text.len();
            kalends.parse_on_a_thread(octets, move || Ok(CalendarObject::parse(&text, &limits)?)).await
        };
        let object = match shown {
            Ok(shown) => parse(shown.text).await,
            Err(error) => Err(error),
        };
        match object {
            Ok(object) => Ok(Some(Seen { calendar, head, object: Arc::new(object), person: person.clone() })),
            // One that nobody can read keeps nobody from being reminded of others.
            Err(error) => {
                tracing::warn!(object = id.0, ?error, "an object cannot be read for its reminders");
                Ok(None)
            }
        }
    }

    /// Asks the object about the person's reminders, on a thread of its own: a series may take a while. What fails is about nothing.
    async fn ask<T: Default + Send + 'static>(
        &self,
        question: impl FnOnce(&CalendarObject, &Reminded<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (object, person, is_acting) = (self.object.clone(), self.person.clone(), self.calendar.is_acting());
        let shares_alarms = shares_alarms(&self.calendar, person.user.principal.id);
        let answer = on_a_thread(move || {
            let zone = Zone::Iana(person.zone);
            // What is another's reminds nobody who only acts for them, unless they say so by an alarm of their own.
            let default_minutes = person.default_minutes().filter(|_| !is_acting);
            question(&object, &Reminded { zone: &zone, addresses: &person.addresses, default_minutes, shares_alarms })
        });
        answer.await.or_else(|error| {
            tracing::warn!(object = self.head.id.0, ?error, "no reminders of an object");
            Ok(T::default())
        })
    }

    /// What is due after `after` and not after `until`; of a series with too many instances, nothing.
    pub async fn due(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Due>> {
        self.ask(move |object, person| Ok(alarms::due_between(object, after, until, person)?)).await
    }

    /// When there is something to do after `after`, if ever.
    pub async fn next(&self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let next = move |object: &CalendarObject, person: &Reminded<'_>| {
            Ok(match alarms::next_after(object, after, person)? {
                Next::At(at) | Next::NotBefore(at) => Some(at),
                Next::Never => None,
            })
        };
        self.ask(next).await
    }

    /// What comes after `after` and before `before`, the first `most` times.
    pub async fn coming(&self, after: DateTime<Utc>, before: Option<DateTime<Utc>>, most: usize) -> Result<Vec<Due>> {
        let coming = move |object: &CalendarObject, person: &Reminded<'_>| {
            let (mut found, mut from) = (Vec::new(), after);
            while found.len() < most {
                match alarms::next_after(object, from, person)? {
                    Next::At(at) if before.is_none_or(|before| at < before) => {
                        found.extend(alarms::due_between(object, from, at, person)?);
                        from = at;
                    }
                    Next::At(_) | Next::NotBefore(_) | Next::Never => break,
                }
            }
            Ok(found)
        };
        self.ask(coming).await
    }

    /// What the person is reminded of by what is due.
    pub fn reminder(&self, due: &Due) -> NewReminder {
        let (instance, object) = (&due.instance, &*self.object);
        let entry = instance.override_index.map(|at| &object.overrides[at]).or(object.master.as_ref());
        let location = entry.and_then(|entry| object.component(entry).property("LOCATION")).map(|place| place.text());
        NewReminder {
            principal: self.person.user.principal.id,
            calendar: self.calendar.id,
            object: self.head.id,
            name: self.head.name.clone(),
            recurrence_id: instance.recurrence_id.as_ref().map(instance_key::encode).unwrap_or_default(),
            alarm: due.alarm.clone(),
            due_at: due.at,
            title: entry.and_then(|entry| entry.summary.clone()).unwrap_or_default(),
            location: location.unwrap_or_default(),
            starts_at: instance.start_utc,
            starts_on: instance.start.is_date().then(|| instance.start.local().date()),
        }
    }

    /// Whether the instance begins then still, and the person takes part in it.
    pub async fn stands(&self, instance: &str, starts_at: DateTime<Utc>) -> Result<bool> {
        let instance = instance.to_owned();
        self.ask(move |object, person| Ok(alarms::stands(object, &instance, starts_at, person)?)).await
    }
}

/// Whether what was due then is due then still, by what the texts say now.
pub(super) async fn is_still_due(
    kalends: &Kalends,
    tx: &mut Transaction,
    person: &Arc<Person>,
    of: &NewReminder,
) -> Result<bool> {
    let Some(seen) = Seen::read(kalends, tx, person, of.object).await? else { return Ok(false) };
    if of.alarm == PUT_OFF {
        // It stands in no text; what it is of does.
        return seen.stands(&of.recurrence_id, of.starts_at).await;
    }
    // The database keeps milliseconds.
    let due = seen.due(of.due_at - TimeDelta::milliseconds(1), of.due_at + TimeDelta::milliseconds(1)).await?;
    // Alarms without a name are known by where they stand, which others move.
    Ok(due.iter().any(|due| seen.reminder(due).recurrence_id == of.recurrence_id))
}

/// Whether it says nothing about what was asked for.
fn is_of_store(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. } | Error::Contended)
}
