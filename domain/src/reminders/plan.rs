//! When something is to be done about which object for whom, derived anew where it may be another.

use super::daily;
use super::made::Made;
use super::seen::{People, Person, Seen, is_still_due};
use super::{PAGE_LIFE, ReminderState};
use crate::access::{self, PrincipalId};
use crate::model::object::ObjectId;
use crate::model::reminder::{Planned, Stale};
use crate::store::Transaction;
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many rows are worked on in one transaction, and how many objects of a calendar.
const MAX_ROWS: usize = 50;

/// Plans anew what is next to be planned anew; yields whether there was anything.
pub(super) async fn plan_piece(kalends: &Kalends, tx: &mut Transaction, made: &mut Made) -> Result<bool> {
    let stale = tx.take_stale(MAX_ROWS).await?;
    let (mut people, mut planned) = (People::default(), BTreeSet::new());
    for row in &stale {
        match *row {
            Stale { object: Some(object), calendar: Some(calendar), at, .. } => {
                for id in tx.people_to_remind(calendar, object).await? {
                    let mut planner = Planner { kalends, tx, people: &mut people, made };
                    planner.plan(id, object, at).await?;
                }
            }
            Stale { principal: Some(id), calendar: Some(calendar), after, at, .. } => {
                let all = people.get(tx, id).await?.is_some_and(|person| person.settings.for_all);
                let objects = tx.alarmed_after(calendar, after, all, MAX_ROWS).await?;
                for object in &objects {
                    let mut planner = Planner { kalends, tx, people: &mut people, made };
                    planner.plan(id, *object, at).await?;
                }
                if let Some(last) = objects.last().filter(|_| objects.len() == MAX_ROWS) {
                    tx.put_stale(Stale { after: *last, ..*row }).await?;
                }
            }
            // Lists change several times in a row, and the last of it counts.
            Stale { principal: Some(id), at, .. } if planned.insert(id) => {
                Planner { kalends, tx, people: &mut people, made }.plan_person(id, at).await?;
            }
            Stale { .. } => {}
        }
    }
    Ok(!stale.is_empty())
}

/// One piece of planning.
struct Planner<'a> {
    kalends: &'a Kalends,
    tx: &'a mut Transaction,
    people: &'a mut People,
    made: &'a mut Made,
}

impl Planner<'_> {
    /// Has those of a person's calendars planned anew that they have otherwise than when that was done last, and forgets what is in others.
    async fn plan_person(&mut self, id: PrincipalId, at: DateTime<Utc>) -> Result<()> {
        let Some(person) = self.people.get(self.tx, id).await? else { return self.forget(id).await };
        let calendars = access::listed_calendars(self.tx, person.caller()).await?;
        let calendars: Vec<_> = calendars.iter().filter(|held| held.may_read()).collect();
        let ids: Vec<_> = calendars.iter().map(|held| held.id).collect();
        if self.tx.keep_planned(id, &ids).await? {
            self.made.in_page.insert(id);
        }
        daily::replan(self.tx, id, person.zone).await?;
        let planned = self.tx.planned_calendars(id).await?;
        for held in calendars {
            let outlook = format!("{} {}", held.outlook(), person.outlook());
            // What it is called and whether it is shown changes often, and no reminder with it.
            if planned.get(&held.id) == Some(&outlook) {
                continue;
            }
            self.tx.set_planned_calendar(id, held.id, &outlook).await?;
            let (principal, calendar) = (Some(id), Some(held.id));
            self.tx.put_stale(Stale { principal, calendar, object: None, after: ObjectId(0), at }).await?;
        }
        Ok(())
    }

    /// Somebody is not reminded any more: everything is planned anew should they be again.
    async fn forget(&mut self, id: PrincipalId) -> Result<()> {
        self.tx.keep_planned(id, &[]).await.map(drop)
    }

    /// `since`: of what was not planned yet, what is due after that counts.
    async fn plan(&mut self, id: PrincipalId, object: ObjectId, since: DateTime<Utc>) -> Result<()> {
        let Some(person) = self.people.get(self.tx, id).await? else { return self.forget(id).await };
        let before = self.tx.planned(id, object).await?;
        let done_until = before.map_or(since, |before| before.done_until);
        match self.next_of(&person, object, done_until).await? {
            Some(plan) => self.tx.set_planned(plan).await?,
            None if before.is_some() => self.tx.delete_planned(id, object).await?,
            None => {}
        }
        self.withdraw(&person, object).await
    }

    async fn next_of(
        &mut self,
        person: &Arc<Person>,
        object: ObjectId,
        done_until: DateTime<Utc>,
    ) -> Result<Option<Planned>> {
        let Some(seen) = Seen::read(self.kalends, self.tx, person, object).await? else { return Ok(None) };
        let principal = person.user.principal.id;
        let plan = |next_at| Planned { principal, calendar: seen.calendar.id, object, next_at, done_until };
        Ok(seen.next(done_until).await?.map(plan))
    }

    /// Nothing waits for an answer about what is not so any more.
    async fn withdraw(&mut self, person: &Arc<Person>, object: ObjectId) -> Result<()> {
        let id = person.user.principal.id;
        for open in self.tx.open_reminders(id, object, Utc::now() - PAGE_LIFE).await? {
            if !is_still_due(self.kalends, self.tx, person, &open.of).await? {
                self.tx.set_reminder_state(open.id, ReminderState::Withdrawn).await?;
                self.made.in_page.insert(id);
            }
        }
        Ok(())
    }
}
