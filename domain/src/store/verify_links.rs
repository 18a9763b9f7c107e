//! What is kept of links, as it is stored, to be compared with what it refers to.

use super::Transaction;
use super::statement::{Row, signed};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::sync_link::SyncLinkId;
use crate::model::sync_object::SyncObjectId;
use crate::versions::unpacked;

/// How many rows that belong to nothing are named of each table.
const MAX_ORPHANS: usize = 100;

/// A link with what it refers to.
#[derive(Clone, Debug)]
pub(crate) struct CheckedLink {
    pub id: SyncLinkId,
    pub calendar: CalendarId,
    /// Slugs of the calendar's owner and its own; `None`: it is not there.
    pub place: Option<String>,
    pub remote_name: String,
    /// Of the calendar.
    pub revision: Option<i64>,
    pub seen_revision: Option<i64>,
    pub cursor: Option<String>,
    pub listing_open: bool,
    pub is_both_ways: bool,
}

/// What an object of a link was, when both sides were the same.
#[derive(Debug)]
pub(crate) struct CheckedSyncObject {
    pub id: SyncObjectId,
    pub uid: Option<String>,
    pub local_base: Option<String>,
    pub remote_digest: Option<Vec<u8>>,
    pub texts: Result<BaseTexts>,
    /// Entity tag of the object here, as it is now.
    pub current: Option<String>,
}

/// The texts of then, where they are kept.
#[derive(Debug)]
pub(crate) struct BaseTexts {
    pub base: Option<String>,
    pub remote_base: Option<String>,
}

impl Transaction {
    /// Ids of rows of `table` whose `column` names what is not in `owner`, a hundred at most, each with what it names.
    pub(crate) async fn orphans(
        &mut self,
        table: &'static str,
        column: &'static str,
        owner: &'static str,
    ) -> Result<Vec<(i64, i64)>> {
        let parts = [
            "SELECT t.id, t.",
            column,
            " AS named FROM ",
            table,
            " t WHERE t.",
            column,
            " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ",
            owner,
            " o WHERE o.id = t.",
            column,
            ") ORDER BY t.id LIMIT $1",
        ];
        let read = |row: &Row| Ok((row.get("id")?, row.get("named")?));
        self.joined(&parts).bind(signed(MAX_ORPHANS)).all(read).await
    }

    /// All links, the oldest first.
    pub(crate) async fn checked_links(&mut self) -> Result<Vec<CheckedLink>> {
        let statement = self.sql(
            "SELECT l.id, l.calendar_id, l.remote_name, l.seen_revision, l.cursor, l.listing_open, l.direction, c.revision,
                p.slug AS owner, coalesce(c.deleted_slug, c.slug) AS slug
             FROM sync_links l LEFT JOIN calendars c ON c.id = l.calendar_id LEFT JOIN principals p ON p.id = c.owner_id ORDER BY l.id",
        );
        let read = |row: &Row| {
            let (owner, slug): (Option<&str>, Option<&str>) = (row.get("owner")?, row.get("slug")?);
            Ok(CheckedLink {
                id: SyncLinkId(row.get("id")?),
                calendar: CalendarId(row.get("calendar_id")?),
                place: owner.zip(slug).map(|(owner, slug)| format!("{owner}/{slug}")),
                remote_name: row.get("remote_name")?,
                revision: row.get("revision")?,
                seen_revision: row.get("seen_revision")?,
                cursor: row.get("cursor")?,
                listing_open: row.get("listing_open")?,
                is_both_ways: row.get::<&str>("direction")? == "both",
            })
        };
        statement.all(read).await
    }

    /// Objects of a link in the order of their ids, after `after`, at most `limit`.
    pub(crate) async fn checked_sync_objects(
        &mut self,
        link: SyncLinkId,
        after: SyncObjectId,
        limit: usize,
    ) -> Result<Vec<CheckedSyncObject>> {
        let statement = self.sql(
            "SELECT s.id, s.uid, s.local_base, s.remote_digest, s.base_text, s.remote_base_text, (SELECT o.etag FROM objects o
                WHERE o.calendar_id = l.calendar_id AND o.name = s.name) AS current
             FROM sync_objects s JOIN sync_links l ON l.id = s.link_id WHERE s.link_id = $1 AND s.id > $2 ORDER BY s.id LIMIT $3",
        );
        let text = |row: &Row, column: &str| -> Result<Option<String>> {
            row.get::<Option<Vec<u8>>>(column)?.map(|content| unpacked(&content)).transpose()
        };
        let texts =
            |row: &Row| Ok(BaseTexts { base: text(row, "base_text")?, remote_base: text(row, "remote_base_text")? });
        let read = |row: &Row| {
            Ok(CheckedSyncObject {
                id: SyncObjectId(row.get("id")?),
                uid: row.get("uid")?,
                local_base: row.get("local_base")?,
                remote_digest: row.get("remote_digest")?,
                texts: texts(row),
                current: row.get("current")?,
            })
        };
        statement.bind(link.0).bind(after.0).bind(signed(limit)).all(read).await
    }

    /// Whether the log knows a text with this digest in a calendar.
    pub(crate) async fn has_logged_text(&mut self, calendar: CalendarId, digest: &[u8]) -> Result<bool> {
        let statement =
            self.sql("SELECT EXISTS (SELECT 1 FROM changes WHERE calendar_id = $1 AND after = $2) AS is_known");
        statement.bind(calendar.0).bind(digest).one().await?.get("is_known")
    }

    /// The places of all calendars: slugs of owner and calendar.
    pub(crate) async fn calendar_places(&mut self) -> Result<Vec<(CalendarId, String)>> {
        let statement = self.sql(
            "SELECT c.id, p.slug AS owner, coalesce(c.deleted_slug, c.slug) AS slug FROM calendars c
             JOIN principals p ON p.id = c.owner_id WHERE EXISTS (SELECT 1 FROM sync_links l WHERE l.calendar_id = c.id)",
        );
        let read = |row: &Row| {
            let (owner, slug): (&str, &str) = (row.get("owner")?, row.get("slug")?);
            Ok((CalendarId(row.get("id")?), format!("{owner}/{slug}")))
        };
        statement.all(read).await
    }
}
