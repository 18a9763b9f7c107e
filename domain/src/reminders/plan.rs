//! When something is to be done about which object for whom, derived anew where it may be another.

use super::daily;
use super::seen::{People, Person, Seen};
use crate::access::{self, PrincipalId};
use crate::model::object::ObjectId;
use crate::model::reminder::{Planned, Stale};
use crate::store::Transaction;
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// How many rows are worked on in one transaction, and how many objects of a calendar.
const MAX_ROWS: usize = 50;

/// Plans anew what is next to be planned anew; yields whether there was anything.
pub(super) async fn plan_piece(kalends: &Kalends, tx: &mut Transaction) -> Result<bool> {
    let stale = tx.take_stale(MAX_ROWS).await?;
    let mut people = People::default();
    for row in &stale {
        match *row {
            Stale { object: Some(object), calendar: Some(calendar), at, .. } => {
                for id in tx.people_to_remind(calendar, object).await? {
                    plan_for(kalends, tx, &mut people, id, object, at).await?;
                }
            }
            Stale { principal: Some(id), calendar: Some(calendar), after, at, .. } => {
                let all = people.get(tx, id).await?.is_some_and(|person| person.settings.for_all);
                let objects = tx.alarmed_after(calendar, after, all, MAX_ROWS).await?;
                for object in &objects {
                    plan_for(kalends, tx, &mut people, id, *object, at).await?;
                }
                if let Some(last) = objects.last().filter(|_| objects.len() == MAX_ROWS) {
                    tx.put_stale(Stale { after: *last, ..*row }).await?;
                }
            }
            Stale { principal: Some(id), at, .. } => plan_person(tx, &mut people, id, at).await?,
            Stale { .. } => {}
        }
    }
    Ok(!stale.is_empty())
}

/// Has each of a person's calendars planned anew, and forgets what is in others.
async fn plan_person(tx: &mut Transaction, people: &mut People, id: PrincipalId, at: DateTime<Utc>) -> Result<()> {
    let Some(person) = people.get(tx, id).await? else { return tx.keep_planned(id, &[]).await };
    let calendars = access::listed_calendars(tx, person.caller()).await?;
    let calendars: Vec<_> = calendars.iter().filter(|held| held.may_read()).map(|held| held.id).collect();
    tx.keep_planned(id, &calendars).await?;
    daily::replan(tx, id, person.zone).await?;
    for calendar in calendars {
        let (principal, calendar) = (Some(id), Some(calendar));
        tx.put_stale(Stale { principal, calendar, object: None, after: ObjectId(0), at }).await?;
    }
    Ok(())
}

/// `since`: of what was not planned yet, what is due after that counts.
async fn plan_for(
    kalends: &Kalends,
    tx: &mut Transaction,
    people: &mut People,
    id: PrincipalId,
    object: ObjectId,
    since: DateTime<Utc>,
) -> Result<()> {
    let before = tx.planned(id, object).await?;
    let person = people.get(tx, id).await?;
    let next = match &person {
        Some(person) => next_of(kalends, tx, person, object, before.map_or(since, |before| before.done_until)).await?,
        None => None,
    };
    match next {
        Some(plan) => tx.set_planned(plan).await,
        None if before.is_some() => tx.delete_planned(id, object).await,
        None => Ok(()),
    }
}

async fn next_of(
    kalends: &Kalends,
    tx: &mut Transaction,
    person: &Arc<Person>,
    object: ObjectId,
    done_until: DateTime<Utc>,
) -> Result<Option<Planned>> {
    let Some(seen) = Seen::read(kalends, tx, person, object).await? else { return Ok(None) };
    let principal = person.user.principal.id;
    let plan = |next_at| Planned { principal, calendar: seen.calendar.id, object, next_at, done_until };
    Ok(seen.next(done_until).map(plan))
}
