//! An object as a person sees it, to say when it reminds them.

use crate::access::{self, Caller, Held, PrincipalId};
use crate::accounts::User;
use crate::model::object::{ObjectHead, ObjectId};
use crate::model::reminder::ReminderSettings;
use crate::store::Transaction;
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use kalends_ical::CalendarObject;
use kalends_ical::reminders::{Due, Next, Reminded, due_between, next_after};
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
    pub object: CalendarObject,
    zone: Zone,
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
        let shown = kalends.shown_object(tx, person.caller(), &calendar, found).await?;
        match CalendarObject::parse(&shown.text, &kalends.limits.text) {
            Ok(object) => {
                let zone = Zone::Iana(person.zone);
                Ok(Some(Seen { calendar, head, object, zone, person: person.clone() }))
            }
            Err(error) => {
                tracing::warn!(object = id.0, %error, "an object cannot be read for its reminders");
                Ok(None)
            }
        }
    }

    fn reminded(&self) -> Reminded<'_> {
        // What is another's reminds nobody who only acts for them, unless they say so by an alarm of their own.
        let default_minutes = self.person.default_minutes().filter(|_| !self.calendar.is_acting());
        Reminded { zone: &self.zone, addresses: &self.person.addresses, default_minutes }
    }

    /// What is due after `after` and not after `until`; of a series with too many instances, nothing.
    pub fn due(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Due> {
        due_between(&self.object, after, until, &self.reminded()).unwrap_or_else(|error| {
            tracing::warn!(object = self.head.id.0, %error, "no reminders of an object");
            Vec::new()
        })
    }

    /// When there is something to do after `after`, if ever.
    pub fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match next_after(&self.object, after, &self.reminded()) {
            Ok(Next::At(at) | Next::NotBefore(at)) => Some(at),
            Ok(Next::Never) | Err(_) => None,
        }
    }
}
