//! The change log, read: collection synchronisation (RFC 6578).

use crate::access::{self, Access, Caller, Held};
use crate::calendars::{Calendar, CalendarId, Revision};
use crate::objects::ObjectHead;
use crate::store::Transaction;
use crate::{Error, Kalends, Result};
use chrono::{DateTime, Utc};

/// A part of what changed in a calendar since a sync-token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Objects that are new or changed, as they are now.
    pub changed: Vec<ObjectHead>,
    /// Names of objects that are gone.
    pub removed: Vec<String>,
}

/// The changes of a calendar since a sync-token, read page by page, so that memory does not follow their number. They are those
/// up to the moment when reading began: what happens meanwhile comes with the next token.
pub struct ChangeReader {
    kalends: Kalends,
    caller: Caller,
    calendar: CalendarId,
    /// A client without a token has nothing that could be removed.
    with_removed: bool,
    /// Where the next page begins.
    reached: Revision,
    until: Revision,
    /// How many changes may still come.
    left: usize,
    ended: bool,
    /// Where the client's next call goes on, once everything was read.
    pub token: String,
    /// More changes remain after `token` (RFC 6578 section 3.6).
    pub truncated: bool,
}

impl std::fmt::Debug for ChangeReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeReader")
            .field("calendar", &self.calendar)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// How many changes are read at once.
const PAGE: usize = 1000;

const TOKEN_PREFIX: &str = "urn:kalends:sync:";

/// The calendar's sync-token, an absolute URI (RFC 6578 section 4).
pub fn sync_token(calendar: &Calendar) -> String {
    token_at(calendar.id, calendar.revision, calendar.changed_at)
}

/// The calendar's id is in the token, so that a calendar made again under an old URL refuses its predecessor's. So is the time of
/// the change: a store that was brought back from an older copy counts the same revisions again, for other changes.
fn token_at(calendar: CalendarId, revision: Revision, changed_at: DateTime<Utc>) -> String {
    format!("{TOKEN_PREFIX}{}:{}:{}", calendar.0, revision.0, changed_at.timestamp_millis())
}

/// When the calendar came to `revision`; it was made with revision 0.
async fn changed_at(tx: &mut Transaction, calendar: &Calendar, revision: Revision) -> Result<DateTime<Utc>> {
    if revision == Revision(0) {
        return Ok(calendar.created_at);
    }
    tx.changed_at(calendar.id, revision).await?.ok_or(Error::InvalidSyncToken)
}

/// The revision that `token` stands for, if the calendar gave it out.
async fn revision_of(tx: &mut Transaction, calendar: &Calendar, token: &str) -> Result<Revision> {
    let revision = token.strip_prefix(TOKEN_PREFIX).and_then(|rest| rest.split(':').nth(1));
    let revision = revision.and_then(|revision| revision.parse().ok()).map(Revision).ok_or(Error::InvalidSyncToken)?;
    let changed_at = changed_at(tx, calendar, revision).await?;
    // Only the canonical writing is a token that was given out ("+1" and "01" parse as well).
    if token_at(calendar.id, revision, changed_at) == token { Ok(revision) } else { Err(Error::InvalidSyncToken) }
}

/// One entry of a page, in the order of the log.
enum Change {
    Written(ObjectHead),
    Removed(Revision, String),
}

impl Change {
    fn revision(&self) -> Revision {
        match self {
            Change::Written(head) => head.revision,
            Change::Removed(revision, _) => *revision,
        }
    }
}

impl Kalends {
    /// [`Kalends::changes_in`], for a calendar that has not been looked up yet.
    ///
    /// # Errors
    /// Those of [`Kalends::changes_in`].
    pub async fn changes(
        &self,
        caller: Caller,
        calendar: CalendarId,
        token: Option<&str>,
        limit: Option<usize>,
    ) -> Result<ChangeReader> {
        self.changes_in(caller, &self.calendar_by_id(caller, calendar).await?, token, limit).await
    }

    /// Begins to read the changes of `calendar` since `token` (`None`: everything there is), at most `limit` of them.
    ///
    /// # Errors
    /// `NotFound`; `InvalidSyncToken` for a token that this calendar never gave out.
    pub async fn changes_in(
        &self,
        caller: Caller,
        calendar: &Held,
        token: Option<&str>,
        limit: Option<usize>,
    ) -> Result<ChangeReader> {
        calendar.require(Access::Read)?;
        let newest = sync_token(calendar);
        // Most clients ask most of the time when there is nothing new, which the calendar itself says.
        let ended = token == Some(&newest);
        let since = match token {
            Some(_) if ended => Some(calendar.revision),
            Some(token) => Some(revision_of(&mut self.db.read().await?, calendar, token).await?),
            None => None,
        };
        Ok(ChangeReader {
            kalends: self.clone(),
            caller,
            calendar: calendar.id,
            with_removed: since.is_some(),
            reached: since.unwrap_or(Revision(0)),
            until: calendar.revision,
            left: limit.unwrap_or(usize::MAX),
            ended,
            token: newest,
            truncated: false,
        })
    }
}

impl ChangeReader {
    /// The next changes, the earliest first; `None` when there are no more, or as many came as were asked for.
    ///
    /// # Errors
    /// `NotFound` when the calendar has gone meanwhile.
    pub async fn next(&mut self) -> Result<Option<Changes>> {
        if self.ended {
            return Ok(None);
        }
        let mut tx = self.kalends.db.read().await?;
        let calendar = access::calendar(&mut tx, self.caller, self.calendar, Access::Read).await?;
        let most = self.left.min(PAGE);
        let mut page = self.read(&mut tx, most + 1).await?;
        self.ended = page.len() <= most;
        page.truncate(most);
        self.left -= page.len();
        self.reached = page.last().map_or(self.reached, Change::revision);
        if !self.ended && self.left == 0 {
            self.ended = true;
            self.truncated = true;
            self.token = token_at(calendar.id, self.reached, changed_at(&mut tx, &calendar, self.reached).await?);
        }
        let mut changes = Changes::default();
        for change in page {
            match change {
                Change::Written(head) => changes.changed.push(head),
                Change::Removed(_, name) => changes.removed.push(name),
            }
        }
        Ok(Some(changes))
    }

    async fn read(&self, tx: &mut Transaction, most: usize) -> Result<Vec<Change>> {
        let written = tx.written_between(self.calendar, self.reached, self.until, most).await?;
        let mut page: Vec<Change> = written.into_iter().map(Change::Written).collect();
        if self.with_removed {
            let removed = tx.removed_between(self.calendar, self.reached, self.until, most).await?;
            page.extend(removed.into_iter().map(|(revision, name)| Change::Removed(revision, name)));
            page.sort_by_key(Change::revision);
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Limits;
    use crate::accounts::{NewUser, Preferences};
    use crate::objects::Precondition;
    use crate::store::{Database, DatabaseAddress};
    use kalends_test_support::TestDatabase;

    struct Fixture {
        kalends: Kalends,
        who: Caller,
        calendar: CalendarId,
        _database: TestDatabase,
    }

    impl Fixture {
        async fn new() -> Self {
            let database = TestDatabase::fresh().await;
            let store = Database::open(&DatabaseAddress::parse(&database.url).unwrap()).await.unwrap();
            let kalends = Kalends::new(store, Limits::default());
            let user = NewUser {
                slug: "anna".into(),
                display_name: "Anna".into(),
                email: None,
                is_admin: false,
                preferences: Preferences::default(),
            };
            let who = Caller::page(kalends.create_user(user).await.unwrap().principal.id);
            let calendar = kalends.calendars(who, who.principal).await.unwrap()[0].id;
            Fixture { kalends, who, calendar, _database: database }
        }

        async fn put(&self, name: &str, summary: &str) {
            let text = format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{name}\r\nDTSTAMP:20260101T000000Z\r\n\
                 DTSTART:20260101T090000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            );
            let put = self.kalends.put_object(self.who, self.calendar, name, &text, Precondition::None);
            put.await.unwrap();
        }

        async fn delete(&self, name: &str) {
            self.kalends.delete_object(self.who, self.calendar, name, Precondition::None).await.unwrap();
        }

        async fn changes(&self, token: Option<&str>, limit: Option<usize>) -> Result<AllChanges> {
            all(self.kalends.changes(self.who, self.calendar, token, limit).await?).await
        }

        /// Names changed and removed, each sorted, and the token.
        async fn since(&self, token: Option<&str>) -> (Vec<String>, Vec<String>, String) {
            let changes = self.changes(token, None).await.unwrap();
            assert!(!changes.truncated);
            let mut changed: Vec<String> = changes.changed.into_iter().map(|head| head.name).collect();
            let mut removed = changes.removed;
            changed.sort();
            removed.sort();
            (changed, removed, changes.token)
        }
    }

    /// The pages of a [`ChangeReader`] together.
    struct AllChanges {
        changed: Vec<ObjectHead>,
        removed: Vec<String>,
        token: String,
        truncated: bool,
    }

    async fn all(mut reader: ChangeReader) -> Result<AllChanges> {
        let mut all = Changes::default();
        while let Some(page) = reader.next().await? {
            all.changed.extend(page.changed);
            all.removed.extend(page.removed);
        }
        let ChangeReader { token, truncated, .. } = reader;
        Ok(AllChanges { changed: all.changed, removed: all.removed, token, truncated })
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[tokio::test]
    async fn changes_are_reported_once_and_as_they_are_now() {
        let fixture = Fixture::new().await;
        fixture.put("a", "first").await;
        fixture.put("b", "first").await;
        let (changed, removed, token) = fixture.since(None).await;
        assert_eq!((changed, removed), (names(&["a", "b"]), names(&[])));
        assert_eq!(fixture.since(Some(&token)).await, (names(&[]), names(&[]), token.clone()));

        fixture.put("a", "second").await;
        fixture.put("a", "third").await;
        fixture.delete("b").await;
        fixture.put("c", "first").await;
        let (changed, removed, next) = fixture.since(Some(&token)).await;
        assert_eq!((changed, removed), (names(&["a", "c"]), names(&["b"])));
        assert_eq!(fixture.since(Some(&next)).await, (names(&[]), names(&[]), next));
        // An old token goes on to be good.
        assert_eq!(fixture.since(Some(&token)).await.0, names(&["a", "c"]));
    }

    #[tokio::test]
    async fn the_same_octets_again_are_no_change() {
        let fixture = Fixture::new().await;
        fixture.put("a", "first").await;
        let (.., token) = fixture.since(None).await;
        fixture.put("a", "first").await;
        assert_eq!(fixture.since(Some(&token)).await, (names(&[]), names(&[]), token));
    }

    #[tokio::test]
    async fn what_was_deleted_and_made_again_is_changed() {
        let fixture = Fixture::new().await;
        fixture.put("a", "first").await;
        let (.., token) = fixture.since(None).await;
        fixture.delete("a").await;
        let (.., between) = fixture.since(Some(&token)).await;
        // Even the same octets: whoever heard of the deletion has to hear of the return.
        fixture.put("a", "first").await;
        assert_eq!(fixture.since(Some(&token)).await.0, names(&["a"]));
        assert_eq!(fixture.since(Some(&between)).await.0, names(&["a"]));
        fixture.delete("a").await;
        assert_eq!(fixture.since(Some(&between)).await.1, names(&["a"]));
        // A first synchronisation has nothing to remove.
        assert_eq!(fixture.since(None).await.1, names(&[]));
    }

    #[tokio::test]
    async fn pages_together_are_the_whole() {
        let fixture = Fixture::new().await;
        for name in ["a", "b", "c", "d", "e", "f"] {
            fixture.put(name, "first").await;
        }
        let (.., token) = fixture.since(None).await;
        for name in ["a", "c", "e"] {
            fixture.delete(name).await;
            fixture.put(&format!("{name}2"), "first").await;
        }
        fixture.put("b", "second").await;
        for (start, most) in
            [(None, 1), (None, 2), (None, 100), (Some(&token), 1), (Some(&token), 3), (Some(&token), 7)]
        {
            let whole = fixture.since(start.map(String::as_str)).await;
            let (mut changed, mut removed, mut token) = (Vec::new(), Vec::new(), start.cloned());
            loop {
                let page = fixture.changes(token.as_deref(), Some(most)).await.unwrap();
                assert!(page.changed.len() + page.removed.len() <= most);
                assert!(!page.truncated || page.changed.len() + page.removed.len() == most);
                changed.extend(page.changed.into_iter().map(|head| head.name));
                removed.extend(page.removed);
                token = Some(page.token);
                if !page.truncated {
                    break;
                }
            }
            changed.sort();
            // The pages after the first of a first synchronisation know of deletions that the client never had to hear of.
            if start.is_some() {
                removed.sort();
                assert_eq!(removed, whole.1, "{most}");
            }
            assert_eq!((changed, token.unwrap()), (whole.0, whole.2), "{most}");
        }
    }

    #[tokio::test]
    async fn a_write_between_two_pages_is_not_lost() {
        let fixture = Fixture::new().await;
        for name in ["a", "b", "c"] {
            fixture.put(name, "first").await;
        }
        let first = fixture.changes(None, Some(2)).await.unwrap();
        assert!(first.truncated);
        // One that was delivered changes, one that was not disappears.
        fixture.put("a", "second").await;
        fixture.delete("c").await;
        let (changed, removed, _) = fixture.since(Some(&first.token)).await;
        assert_eq!((changed, removed), (names(&["a"]), names(&["c"])));
    }

    #[tokio::test]
    async fn what_happens_while_the_pages_are_read_comes_with_the_next_token() {
        let fixture = Fixture::new().await;
        for n in 0..PAGE + 10 {
            fixture.put(&format!("{n:05}"), "first").await;
        }
        let (.., token) = fixture.since(None).await;
        fixture.delete("00003").await;
        let mut reader = fixture.kalends.changes(fixture.who, fixture.calendar, None, None).await.unwrap();
        let first = reader.next().await.unwrap().unwrap();
        assert_eq!(first.changed.len(), PAGE);
        // One that was delivered, one that is still to come, and one that is new.
        fixture.put("00001", "second").await;
        fixture.delete("01009").await;
        fixture.put("new", "first").await;
        let rest = reader.next().await.unwrap().unwrap();
        assert_eq!(rest.changed.len(), 8);
        assert_eq!(reader.next().await.unwrap(), None);
        assert!(!reader.truncated);
        let (changed, removed, _) = fixture.since(Some(&reader.token)).await;
        assert_eq!((changed, removed), (names(&["00001", "new"]), names(&["01009"])));
        assert_eq!(fixture.since(Some(&token)).await.1, names(&["00003", "01009"]));
    }

    #[tokio::test]
    async fn a_limit_of_nothing_makes_no_progress_and_loses_nothing() {
        let fixture = Fixture::new().await;
        fixture.put("a", "first").await;
        let nothing = fixture.changes(None, Some(0)).await.unwrap();
        assert!(nothing.truncated && nothing.changed.is_empty());
        assert_eq!(fixture.since(Some(&nothing.token)).await.0, names(&["a"]));
    }

    #[tokio::test]
    async fn tokens_that_this_calendar_never_gave_out_are_refused() {
        let fixture = Fixture::new().await;
        fixture.put("a", "first").await;
        let (.., token) = fixture.since(None).await;
        let other = fixture.kalends.create_named_calendar(fixture.who, "Other").await.unwrap();
        let of_other = fixture.kalends.changes(fixture.who, other.id, None, None).await.unwrap().token;
        let id = fixture.calendar;
        let now = Utc::now() + chrono::TimeDelta::seconds(1);
        for token in [
            String::new(),
            of_other,
            token_at(id, Revision(2), now),
            token_at(id, Revision(1), now),
            token_at(id, Revision(0), now),
            token_at(id, Revision(-1), now),
            token.replacen(":1:", ":+1:", 1),
            token.replacen(":1:", ":01:", 1),
            format!("{TOKEN_PREFIX}{}:1", id.0),
            format!("{TOKEN_PREFIX}{}:", id.0),
            format!("{TOKEN_PREFIX}{}", id.0),
            format!("{token} "),
            token.to_uppercase(),
            "http://example.com/sync/1".into(),
        ] {
            let refused = fixture.changes(Some(&token), None).await;
            assert!(matches!(refused, Err(Error::InvalidSyncToken)), "{token}");
        }
    }

    #[tokio::test]
    async fn a_moved_object_leaves_one_calendar_and_comes_into_the_other() {
        let fixture = Fixture::new().await;
        let other = fixture.kalends.create_named_calendar(fixture.who, "Other").await.unwrap();
        fixture.put("a", "first").await;
        let (.., token) = fixture.since(None).await;
        let there = fixture.kalends.changes(fixture.who, other.id, None, None).await.unwrap().token;
        let transfer = crate::objects::CopyMove {
            from: (fixture.calendar, "a".into()),
            to: (other.id, "b".into()),
            overwrite: false,
            precondition: Precondition::None,
        };
        fixture.kalends.move_object(fixture.who, transfer).await.unwrap();
        assert_eq!(fixture.since(Some(&token)).await.1, names(&["a"]));
        let arrived = fixture.kalends.changes(fixture.who, other.id, Some(&there), None).await.unwrap();
        let arrived = all(arrived).await.unwrap();
        assert_eq!(arrived.changed.into_iter().map(|head| head.name).collect::<Vec<_>>(), names(&["b"]));
    }
}
