//! Objects of links: what both sides were last the same at, and what has been seen since.

use super::Transaction;
use super::changes::digest;
use super::statement::{Row, Statement, broken, millis, signed};
use crate::Result;
use crate::model::calendar::{CalendarId, Revision};
use crate::model::sync_link::SyncLinkId;
use crate::model::sync_object::{Aside, AsideCode, OpenConflict, RemoteState, SyncObject, SyncObjectId};
use crate::model::sync_run::Side;
use crate::sync::provider::{RemoteObjectId, RemoteTag};
use crate::versions::{packed, unpacked};
use std::collections::HashMap;

const OBJECT: &str = "SELECT s.* FROM sync_objects s ";

fn text(row: &Row, column: &str) -> Result<Option<String>> {
    row.get::<Option<Vec<u8>>>(column)?.map(|content| unpacked(&content)).transpose()
}

fn object(row: &Row) -> Result<SyncObject> {
    let aside: Option<&str> = row.get("aside_code")?;
    let aside = match aside {
        Some(code) => Some(Aside {
            code: AsideCode::from_name(code).ok_or_else(|| broken("aside_code"))?,
            why: row.get::<Option<String>>("aside_why")?.unwrap_or_default(),
            local: row.get("aside_local")?,
            remote: row.get("aside_remote")?,
        }),
        None => None,
    };
    let conflict = match row.optional_instant("conflict_at")? {
        Some(at) => Some(OpenConflict { at, theirs: text(row, "conflict_text")? }),
        None => None,
    };
    let crossed = row.optional_instant("crossed_at")?.zip(row.get::<Option<bool>>("crossed_out")?);
    Ok(SyncObject {
        id: SyncObjectId(row.get("id")?),
        uid: row.get("uid")?,
        name: row.get("name")?,
        remote: row.get::<Option<String>>("remote_id")?.map(RemoteObjectId),
        local_base: row.get("local_base")?,
        remote_base: row.get::<Option<String>>("remote_base")?.map(RemoteTag),
        remote_digest: row.get::<Option<Vec<u8>>>("remote_digest")?.map(|octets| digest(&octets)).transpose()?,
        base_text: text(row, "base_text")?,
        remote_base_text: text(row, "remote_base_text")?,
        remote_state: RemoteState::from_name(row.get("remote_state")?).ok_or_else(|| broken("remote_state"))?,
        seen_tag: row.get::<Option<String>>("seen_tag")?.map(RemoteTag),
        seen_text: text(row, "seen_text")?,
        local_pending: row.get("local_pending")?,
        pushing: row.get("pushing")?,
        failures: u32::try_from(row.count("failures")?).map_err(|_| broken("failures"))?,
        aside,
        conflict,
        title: row.get("title")?,
        crossed,
    })
}

/// Binds what an object has beside its id, from `$2` on.
fn bind<'t>(statement: Statement<'t>, object: &SyncObject) -> Result<Statement<'t>> {
    let pack = |text: &Option<String>| text.as_deref().map(packed).transpose();
    let aside = object.aside.as_ref();
    let conflict = object.conflict.as_ref();
    let conflict_text = conflict.and_then(|conflict| conflict.theirs.as_deref()).map(packed).transpose()?;
    Ok(statement
        .bind(object.uid.as_deref())
        .bind(object.name.as_deref())
        .bind(object.remote.as_ref().map(|id| id.0.as_str()))
        .bind(object.local_base.as_deref())
        .bind(object.remote_base.as_ref().map(|tag| tag.0.as_str()))
        .bind(object.remote_digest.map(|digest| digest.0.to_vec()))
        .bind(pack(&object.base_text)?)
        .bind(pack(&object.remote_base_text)?)
        .bind(object.remote_state.name())
        .bind(object.seen_tag.as_ref().map(|tag| tag.0.as_str()))
        .bind(pack(&object.seen_text)?)
        .bind(object.local_pending)
        .bind(object.pushing.as_deref())
        .bind(i64::from(object.failures))
        .bind(aside.map(|aside| aside.code.name()))
        .bind(aside.map(|aside| aside.why.as_str()))
        .bind(aside.and_then(|aside| aside.local.as_deref()))
        .bind(aside.and_then(|aside| aside.remote.as_deref()))
        .bind(conflict.map(|conflict| millis(conflict.at)))
        .bind(conflict_text)
        .bind(object.title.as_deref())
        .bind(object.crossed.map(|(at, _)| millis(at)))
        .bind(object.crossed.map(|(_, out)| out)))
}

/// Which objects of a link are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncObjects {
    All,
    /// What has been seen of them is still to be looked at.
    Seen,
    Gone,
    /// They may be others here, and are there as they were.
    Local,
    /// They wait for somebody to decide.
    Conflicts,
    /// They are left alone.
    Aside,
}

impl SyncObjects {
    fn condition(self) -> &'static str {
        match self {
            SyncObjects::All => "",
            SyncObjects::Seen => "AND s.remote_state = 'seen' ",
            SyncObjects::Gone => "AND s.remote_state = 'gone' ",
            SyncObjects::Local => "AND s.remote_state = 'same' AND s.local_pending ",
            SyncObjects::Conflicts => "AND s.conflict_at IS NOT NULL ",
            SyncObjects::Aside => "AND s.aside_code IS NOT NULL AND s.aside_code NOT IN ('outside', 'conflict') ",
        }
    }
}

/// Of an object that it would be deleted on `side`; bound as the first two are the link and its calendar.
fn held_on(side: Side) -> &'static str {
    match side {
        Side::Here => {
            "s.link_id = $1 AND s.remote_state = 'gone' AND s.local_base IS NOT NULL AND EXISTS (
                SELECT 1 FROM objects o WHERE o.calendar_id = $2 AND o.name = s.name AND o.uid = s.uid) "
        }
        Side::There => {
            "s.link_id = $1 AND s.remote_state = 'same' AND s.local_pending AND s.remote_id IS NOT NULL AND s.local_base IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.calendar_id = $2 AND o.name = s.name AND o.uid = s.uid) "
        }
    }
}

impl Transaction {
    /// Those with ids after `after`, in the order of their ids, at most `limit`.
    pub async fn sync_objects(
        &mut self,
        link: SyncLinkId,
        which: SyncObjects,
        after: SyncObjectId,
        limit: usize,
    ) -> Result<Vec<SyncObject>> {
        let parts = [OBJECT, "WHERE s.link_id = $1 AND s.id > $2 ", which.condition(), "ORDER BY s.id LIMIT $3"];
        self.joined(&parts).bind(link.0).bind(after.0).bind(signed(limit)).all(object).await
    }

    pub async fn count_sync_objects(&mut self, link: SyncLinkId, which: SyncObjects) -> Result<u64> {
        let parts = ["SELECT count(*) AS objects FROM sync_objects s WHERE s.link_id = $1 ", which.condition()];
        self.joined(&parts).bind(link.0).one().await?.count("objects")
    }

    /// What is gone on one side and would be deleted on `side`, by UID and title, at most `limit`.
    pub async fn held_deletions(
        &mut self,
        link: SyncLinkId,
        calendar: CalendarId,
        side: Side,
        limit: usize,
    ) -> Result<Vec<(Option<String>, Option<String>)>> {
        let parts = ["SELECT s.uid, s.title FROM sync_objects s WHERE ", held_on(side), "ORDER BY s.id LIMIT $3"];
        let statement = self.joined(&parts).bind(link.0).bind(calendar.0).bind(signed(limit));
        statement.all(|row| Ok((row.get("uid")?, row.get("title")?))).await
    }

    /// How many these are.
    pub async fn count_held_deletions(&mut self, link: SyncLinkId, calendar: CalendarId, side: Side) -> Result<u64> {
        let parts = ["SELECT count(*) AS objects FROM sync_objects s WHERE ", held_on(side)];
        self.joined(&parts).bind(link.0).bind(calendar.0).one().await?.count("objects")
    }

    /// How many of a link's objects were in step, and how many of these are there now.
    pub async fn count_based_sync_objects(&mut self, link: SyncLinkId) -> Result<(u64, u64)> {
        let statement = self.sql(
            "SELECT count(*) AS based, CAST(coalesce(sum(CASE WHEN remote_state = 'gone' THEN 0 ELSE 1 END), 0) AS BIGINT) AS there
             FROM sync_objects WHERE link_id = $1 AND local_base IS NOT NULL",
        );
        let row = statement.bind(link.0).one().await?;
        Ok((row.count("based")?, row.count("there")?))
    }

    /// How many objects are at the remote side, as far as is known.
    pub async fn count_remote_sync_objects(&mut self, link: SyncLinkId) -> Result<u64> {
        let statement = self.sql(
            "SELECT count(*) AS objects FROM sync_objects WHERE link_id = $1 AND remote_id IS NOT NULL AND remote_state <> 'gone'",
        );
        statement.bind(link.0).one().await?.count("objects")
    }

    pub async fn sync_object(&mut self, link: SyncLinkId, id: SyncObjectId) -> Result<Option<SyncObject>> {
        let statement = self.joined(&[OBJECT, "WHERE s.link_id = $1 AND s.id = $2"]);
        statement.bind(link.0).bind(id.0).optional().await?.as_ref().map(object).transpose()
    }

    pub async fn sync_object_by_id(&mut self, id: SyncObjectId) -> Result<Option<SyncObject>> {
        let statement = self.joined(&[OBJECT, "WHERE s.id = $1"]);
        statement.bind(id.0).optional().await?.as_ref().map(object).transpose()
    }

    pub async fn sync_object_of_uid(&mut self, link: SyncLinkId, uid: &str) -> Result<Option<SyncObject>> {
        let has_uid = self.has_uid();
        let statement = self.joined(&[OBJECT, "WHERE s.link_id = $1 AND ", has_uid]);
        statement.bind(link.0).bind(uid).optional().await?.as_ref().map(object).transpose()
    }

    /// Those of these remote ids, by their ids.
    pub async fn sync_objects_of_remote(
        &mut self,
        link: SyncLinkId,
        ids: &[&RemoteObjectId],
    ) -> Result<HashMap<RemoteObjectId, SyncObject>> {
        let list = serde_json::to_string(ids).map_err(|_| broken("remote_id"))?;
        let values = self.json_values();
        let key = self.remote_id_among();
        let parts = [OBJECT, "WHERE ", key, " FROM ", values, ") AND s.link_id = $2"];
        let found = self.joined(&parts).bind(list).bind(link.0).all(object).await?;
        Ok(found.into_iter().filter_map(|object| Some((object.remote.clone()?, object))).collect())
    }

    /// Yields the id that it has from now on.
    pub async fn insert_sync_object(&mut self, link: SyncLinkId, object: &SyncObject) -> Result<SyncObjectId> {
        let statement = self.sql(
            "INSERT INTO sync_objects (link_id, uid, name, remote_id, local_base, remote_base, remote_digest, base_text,
                remote_base_text, remote_state, seen_tag, seen_text, local_pending, pushing, failures, aside_code, aside_why,
                aside_local, aside_remote, conflict_at, conflict_text, title, crossed_at, crossed_out)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
             RETURNING id",
        );
        let row = bind(statement.bind(link.0), object)?.one().await?;
        Ok(SyncObjectId(row.get("id")?))
    }

    pub async fn update_sync_object(&mut self, object: &SyncObject) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_objects SET uid = $2, name = $3, remote_id = $4, local_base = $5, remote_base = $6, remote_digest = $7,
                base_text = $8, remote_base_text = $9, remote_state = $10, seen_tag = $11, seen_text = $12, local_pending = $13,
                pushing = $14, failures = $15, aside_code = $16, aside_why = $17, aside_local = $18, aside_remote = $19,
                conflict_at = $20, conflict_text = $21, title = $22, crossed_at = $23, crossed_out = $24 WHERE id = $1",
        );
        bind(statement.bind(object.id.0), object)?.run().await?;
        Ok(())
    }

    /// These texts are sent now, and may arrive.
    pub async fn set_sync_pushing(&mut self, sent: &[(SyncObjectId, String)]) -> Result<()> {
        for (id, etag) in sent {
            let statement = self.sql("UPDATE sync_objects SET pushing = $2 WHERE id = $1");
            statement.bind(id.0).bind(etag).run().await?;
        }
        Ok(())
    }

    pub async fn delete_sync_object(&mut self, id: SyncObjectId) -> Result<()> {
        self.sql("DELETE FROM sync_objects WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// These were named in a listing of everything.
    pub async fn set_sync_listed(&mut self, link: SyncLinkId, ids: &[&RemoteObjectId], listing: i64) -> Result<()> {
        let list = serde_json::to_string(ids).map_err(|_| broken("remote_id"))?;
        let values = self.json_values();
        let key = self.remote_id_among();
        let parts = ["UPDATE sync_objects AS s SET listed = $3 WHERE s.link_id = $2 AND ", key, " FROM ", values, ")"];
        self.joined(&parts).bind(list).bind(link.0).bind(listing).run().await?;
        Ok(())
    }

    /// What a listing of everything did not name is gone. Yields how many.
    pub async fn set_sync_unlisted_gone(&mut self, link: SyncLinkId, listing: i64) -> Result<u64> {
        let gone = "UPDATE sync_objects SET remote_state = 'gone', seen_tag = NULL, seen_text = NULL
            WHERE link_id = $1 AND listed <> $2 AND remote_id IS NOT NULL AND remote_state <> 'gone' ";
        self.sql(gone).bind(link.0).bind(listing).run().await
    }

    /// What a listing of a window of a calendar (seconds since 1970) did not name, and is in the window here, is asked for: nobody knows
    /// whether it is gone or was moved out of it.
    pub async fn set_sync_unlisted_seen(
        &mut self,
        link: SyncLinkId,
        listing: i64,
        (calendar, from, until): (CalendarId, i64, i64),
    ) -> Result<()> {
        // As `objects` has them: what has no start or no end reaches to the limits.
        let seen = "UPDATE sync_objects SET remote_state = 'seen', seen_tag = NULL, seen_text = NULL
            WHERE link_id = $1 AND listed <> $2 AND remote_id IS NOT NULL AND remote_state <> 'gone'
            AND EXISTS (SELECT 1 FROM objects o WHERE o.calendar_id = $3 AND o.uid = sync_objects.uid
                AND coalesce(o.first_start, $4) < $5 AND coalesce(o.last_end, $5) > $4)";
        let statement = self.sql(seen).bind(link.0).bind(listing).bind(calendar.0);
        statement.bind(from).bind(until).run().await?;
        Ok(())
    }

    /// Has what has changed here after `since` and up to `until` looked at. `anew`: everything.
    pub async fn mark_sync_local(
        &mut self,
        link: SyncLinkId,
        calendar: CalendarId,
        since: Option<i64>,
        until: Revision,
    ) -> Result<()> {
        let same_uid = self.same_uid();
        let after = since.unwrap_or(-1);
        // What is called otherwise by now: it was moved away and back, or deleted and made anew.
        let renamed = [
            "UPDATE sync_objects SET name = o.name FROM objects o WHERE sync_objects.link_id = $1 AND o.calendar_id = $2
                AND o.revision > $3 AND o.revision <= $4 AND sync_objects.uid = o.uid
                AND (sync_objects.name IS NULL OR sync_objects.name <> o.name)",
        ];
        let new = [
            "INSERT INTO sync_objects (link_id, uid, name, remote_state, local_pending, title)
             SELECT $1, o.uid, o.name, 'same', TRUE, o.summary FROM objects o
             WHERE o.calendar_id = $2 AND o.revision > $3 AND o.revision <= $4 AND NOT EXISTS (
                SELECT 1 FROM sync_objects b WHERE b.link_id = $1 AND ",
            same_uid,
            ")",
        ];
        for parts in [&renamed[..], &new[..]] {
            let statement = self.joined(parts).bind(link.0).bind(calendar.0);
            statement.bind(after).bind(until.0).run().await?;
        }
        let changed = "UPDATE sync_objects SET local_pending = TRUE WHERE link_id = $1 AND uid IS NOT NULL
            AND coalesce(local_base, '') <> coalesce((SELECT o.etag FROM objects o WHERE o.calendar_id = $2
                AND o.name = sync_objects.name AND o.uid = sync_objects.uid), '') ";
        match since {
            None => {
                self.sql(changed).bind(link.0).bind(calendar.0).run().await?;
            }
            Some(since) => {
                let of_log = "AND name IN (SELECT h.name FROM changes h WHERE h.calendar_id = $2 AND h.revision > $3 AND h.revision <= $4)";
                let statement = self.joined(&[changed, of_log]).bind(link.0).bind(calendar.0);
                statement.bind(since).bind(until.0).run().await?;
            }
        }
        Ok(())
    }

    /// Everything there is read again at the next listing: what was left alone in one direction counts in the other.
    pub async fn forget_sync_tags(&mut self, link: SyncLinkId) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_objects SET remote_base = NULL,
                remote_digest = CASE WHEN local_base IS NULL THEN NULL ELSE remote_digest END WHERE link_id = $1",
        );
        statement.bind(link.0).run().await?;
        Ok(())
    }

    /// What failed again and again, could not be read, or had another's UID, is tried once more.
    pub async fn clear_sync_failing(&mut self, link: SyncLinkId) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_objects SET aside_code = NULL, aside_why = NULL, aside_local = NULL, aside_remote = NULL, failures = 0
             WHERE link_id = $1 AND aside_code IN ('failing', 'unreadable', 'uid-twice')",
        );
        statement.bind(link.0).run().await?;
        Ok(())
    }

    /// What was set aside because another has its UID is looked at once more. Yields how many objects that are.
    pub async fn look_at_sync_twins(&mut self, link: SyncLinkId) -> Result<u64> {
        let statement = self.sql(
            "UPDATE sync_objects SET aside_remote = NULL
             WHERE link_id = $1 AND aside_code = 'uid-twice' AND aside_remote IS NOT NULL",
        );
        statement.bind(link.0).run().await
    }

    /// What was set aside for its age is looked at again: more or less is to be in step than before.
    pub async fn clear_sync_outside(&mut self, link: SyncLinkId) -> Result<()> {
        let statement = self.sql(
            "UPDATE sync_objects SET aside_code = NULL, aside_why = NULL, aside_local = NULL, aside_remote = NULL,
                remote_state = CASE WHEN remote_id IS NOT NULL AND local_base IS NULL THEN 'seen' ELSE remote_state END,
                remote_base = CASE WHEN local_base IS NULL THEN NULL ELSE remote_base END,
                remote_digest = CASE WHEN local_base IS NULL THEN NULL ELSE remote_digest END, local_pending = TRUE WHERE link_id = $1 AND aside_code = 'outside'",
        );
        statement.bind(link.0).run().await?;
        Ok(())
    }

    /// Deletions are not to be made: what is gone on one side is new on the other from now on, and goes back.
    pub async fn forget_sync_deletions(&mut self, link: SyncLinkId, calendar: CalendarId) -> Result<()> {
        self.sql(
            "UPDATE sync_objects SET remote_id = NULL, local_base = NULL, remote_base = NULL, remote_digest = NULL, base_text = NULL,
                remote_base_text = NULL, remote_state = 'same', local_pending = TRUE WHERE link_id = $1 AND remote_state = 'gone'",
        )
        .bind(link.0)
        .run()
        .await?;
        self.sql(
            "UPDATE sync_objects SET local_base = NULL, remote_base = NULL, remote_digest = NULL, base_text = NULL,
                remote_base_text = NULL, remote_state = 'seen', seen_tag = NULL, local_pending = FALSE
             WHERE link_id = $1 AND remote_state = 'same' AND local_pending AND remote_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM objects o WHERE o.calendar_id = $2 AND o.uid = sync_objects.uid)",
        )
        .bind(link.0)
        .bind(calendar.0)
        .run()
        .await?;
        Ok(())
    }
}
