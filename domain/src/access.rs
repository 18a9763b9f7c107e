//! Who may do what: the one door that every use case goes through. No other module compares levels of access.

use crate::calendars::{Calendar, CalendarId, CalendarView};
use crate::model::calendar::SeenCalendar;
use crate::store::{FoundObject, Transaction};
use crate::{Error, Result};
use std::ops::Deref;

pub use crate::model::principal::{Access, Caller, Principal, PrincipalId, Way};

/// A calendar that a caller has access to. Only this module makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    calendar: Calendar,
    access: Access,
    view: CalendarView,
}

impl Held {
    fn new(seen: SeenCalendar, caller: Caller) -> Self {
        let SeenCalendar { calendar, access, view } = seen;
        Held { calendar, access: access.min(caller.ceiling), view }
    }

    /// How the caller sees it.
    pub fn view(&self) -> CalendarView {
        self.view
    }

    /// What the caller may do with it.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Whether the caller may change what is in it.
    pub fn may_write(&self) -> bool {
        self.access >= Access::Write
    }

    /// Whether the caller may change its name, its colour and the like.
    pub fn may_administer(&self) -> bool {
        self.access >= Access::Administer
    }

    /// What may not be seen at all does not exist for the caller.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` when the access does not suffice.
    pub(crate) fn require(&self, needed: Access) -> Result<()> {
        match self.access {
            Access::None => Err(Error::NotFound("the calendar")),
            held if held < needed => Err(Error::Forbidden { needed }),
            _ => Ok(()),
        }
    }

    fn with(self, needed: Access) -> Result<Self> {
        self.require(needed).map(|()| self)
    }

    pub fn into_calendar(self) -> Calendar {
        self.calendar
    }
}

impl Deref for Held {
    type Target = Calendar;

    fn deref(&self) -> &Calendar {
        &self.calendar
    }
}

/// The calendar with this id.
///
/// # Errors
/// `NotFound`; `Forbidden` when the caller sees it but lacks the access.
pub(crate) async fn calendar(tx: &mut Transaction, caller: Caller, id: CalendarId, needed: Access) -> Result<Held> {
    let found = tx.calendar(id, caller.principal).await?.ok_or(Error::NotFound("the calendar"))?;
    Held::new(found, caller).with(needed)
}

/// The calendar at `/{owner}/{slug}/`.
///
/// # Errors
/// `NotFound`; `Forbidden` when the caller sees it but lacks the access.
pub(crate) async fn calendar_at(
    tx: &mut Transaction,
    caller: Caller,
    owner: &str,
    slug: &str,
    needed: Access,
) -> Result<Held> {
    let found = tx.calendar_at(owner, slug, caller.principal).await?.ok_or(Error::NotFound("the calendar"))?;
    Held::new(found, caller).with(needed)
}

/// The calendar at `/{owner}/{slug}/` and the object in it that has `name`, where the caller may read it.
///
/// # Errors
/// `NotFound`
pub(crate) async fn place(
    tx: &mut Transaction,
    caller: Caller,
    address: (&str, &str, &str),
    with_text: bool,
) -> Result<(Held, Option<FoundObject>)> {
    let found = tx.place(address, caller.principal, with_text).await?.ok_or(Error::NotFound("the calendar"))?;
    let held = Held::new(found.0, caller).with(Access::FreeBusy)?;
    let object = found.1.filter(|_| held.access >= Access::Read);
    Ok((held, object))
}

/// [`calendar`], for a transaction that changes it: others that do so wait until it ends.
///
/// # Errors
/// Those of [`calendar`].
pub(crate) async fn calendar_to_change(
    tx: &mut Transaction,
    caller: Caller,
    id: CalendarId,
    needed: Access,
) -> Result<Held> {
    tx.lock_calendar(id).await?;
    calendar(tx, caller, id, needed).await
}

/// The caller's own home, to make calendars in.
///
/// # Errors
/// `Forbidden` when the credential is not for that.
pub(crate) fn own_home(caller: Caller) -> Result<PrincipalId> {
    if caller.ceiling < Access::Owner { Err(Error::Forbidden { needed: Access::Owner }) } else { Ok(caller.principal) }
}

/// The calendars in the home of `home` that the caller may read, in display order.
pub(crate) async fn calendars_of(tx: &mut Transaction, caller: Caller, home: PrincipalId) -> Result<Vec<Held>> {
    let found = tx.calendars(home, caller.principal).await?;
    let held = found.into_iter().map(|found| Held::new(found, caller));
    Ok(held.filter(|held| held.access >= Access::Read).collect())
}

/// The calendar with this id, `None` where the caller may not read it.
pub(crate) async fn readable(tx: &mut Transaction, caller: Caller, id: CalendarId) -> Result<Option<Held>> {
    match calendar(tx, caller, id, Access::Read).await {
        Ok(held) => Ok(Some(held)),
        Err(Error::NotFound(_) | Error::Forbidden { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::accounts::{NewUser, Preferences};
    use crate::objects::Precondition;
    use crate::store::{Database, DatabaseAddress};
    use crate::{Kalends, Limits};
    use chrono::{TimeDelta, Utc};
    use kalends_ical::time::Zone;
    use kalends_test_support::TestDatabase;

    struct Fixture {
        kalends: Kalends,
        anna: Caller,
        ben: Caller,
        /// Anna's.
        calendar: CalendarId,
        _database: TestDatabase,
    }

    async fn person(kalends: &Kalends, name: &str) -> Caller {
        let user = NewUser {
            slug: name.into(),
            display_name: name.into(),
            email: None,
            is_admin: false,
            preferences: Preferences::default(),
        };
        Caller::page(kalends.create_user(user).await.unwrap().principal.id)
    }

    impl Fixture {
        async fn new() -> Self {
            let database = TestDatabase::fresh().await;
            let store = Database::open(&DatabaseAddress::parse(&database.url).unwrap()).await.unwrap();
            let kalends = Kalends::new(store, Limits::default());
            let (anna, ben) = (person(&kalends, "anna").await, person(&kalends, "ben").await);
            let calendar = kalends.calendars(anna, anna.principal).await.unwrap()[0].id;
            Fixture { kalends, anna, ben, calendar, _database: database }
        }

        async fn grant(&self, to: PrincipalId, access: i64) {
            let mut tx = self.kalends.db.write().await.unwrap();
            tx.insert_grant(self.calendar, to, access).await.unwrap();
            tx.commit().await.unwrap();
        }

        /// How far each of three use cases lets `caller`: busy times, reading, writing.
        async fn may(&self, caller: Caller) -> [Result<()>; 3] {
            let Fixture { kalends, calendar, .. } = self;
            let times = (Utc::now(), Utc::now() + TimeDelta::days(1));
            let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20260101T000000Z\r\n\
                DTSTART:20260101T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
            [
                kalends.free_busy(caller, *calendar, times, &Zone::UTC).await.map(drop),
                kalends.object_heads(caller, *calendar, "").await.map(drop),
                kalends.put_object(caller, *calendar, "x.ics", text, Precondition::None).await.map(drop),
            ]
        }
    }

    /// `n` not found, `f` forbidden, `y` done.
    fn told(outcomes: [Result<()>; 3]) -> String {
        outcomes
            .map(|outcome| match outcome {
                Ok(()) => 'y',
                Err(Error::NotFound(_)) => 'n',
                Err(Error::Forbidden { .. }) => 'f',
                Err(error) => panic!("{error}"),
            })
            .iter()
            .collect()
    }

    #[tokio::test]
    async fn each_level_opens_what_it_is_for_and_names_what_it_is_not() {
        for (level, expected) in
            [(None, "nnn"), (Some(10), "yff"), (Some(20), "yyf"), (Some(30), "yyy"), (Some(40), "yyy")]
        {
            let fixture = Fixture::new().await;
            if let Some(level) = level {
                fixture.grant(fixture.ben.principal, level).await;
            }
            assert_eq!(told(fixture.may(fixture.ben).await), expected, "{level:?}");
            assert_eq!(told(fixture.may(fixture.anna).await), "yyy");
            let deleted = fixture.kalends.delete_calendar(fixture.ben, fixture.calendar).await;
            let hidden = level.is_none();
            assert!(matches!(deleted, Err(Error::NotFound(_))) == hidden, "{deleted:?}");
            assert!(matches!(deleted, Err(Error::Forbidden { needed: Access::Owner })) != hidden, "{deleted:?}");
        }
    }

    #[tokio::test]
    async fn the_highest_of_own_and_group_grants_counts_and_a_credential_is_a_ceiling() {
        let fixture = Fixture::new().await;
        let group = person(&fixture.kalends, "group").await.principal;
        let mut tx = fixture.kalends.db.write().await.unwrap();
        tx.insert_membership(group, fixture.ben.principal, 20).await.unwrap();
        tx.commit().await.unwrap();
        fixture.grant(fixture.ben.principal, 10).await;
        assert_eq!(told(fixture.may(fixture.ben).await), "yff");
        fixture.grant(group, 30).await;
        assert_eq!(told(fixture.may(fixture.ben).await), "yyy");
        let only_reads = Caller { ceiling: Access::Read, ..fixture.ben };
        assert_eq!(told(fixture.may(only_reads).await), "yyf");
        let owner_who_reads = Caller { ceiling: Access::Read, ..fixture.anna };
        assert_eq!(told(fixture.may(owner_who_reads).await), "yyf");
        assert!(fixture.kalends.create_named_calendar(owner_who_reads, "More").await.is_err());

        // Of the group's own calendars its members have what their membership says.
        let held = fixture.kalends.calendars(fixture.ben, group).await.unwrap();
        assert_eq!(held.iter().map(Held::access).collect::<Vec<_>>(), [Access::Read]);
        assert!(!held[0].may_write() && !held[0].may_administer());
        assert!(fixture.kalends.calendars(fixture.anna, group).await.unwrap().is_empty());
    }
}
