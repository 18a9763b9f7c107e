//! What is stored, as it is stored, to be compared with what it is derived from.

use super::objects::{FIRST_THAT_FIT, PAGE_OBJECTS, UP_TO_OCTETS};
use super::statement::{Row, signed};
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::{CalendarId, Revision};

/// A calendar, and what its rows add up to.
#[derive(Clone, Debug)]
pub struct CheckedCalendar {
    pub id: CalendarId,
    /// Slugs of its owner and its own, as addresses have them.
    pub place: String,
    pub revision: Revision,
    pub objects: i64,
    pub octets: i64,
    pub counted_objects: i64,
    pub counted_octets: i64,
    pub changes: u64,
    /// The first and the last row of its log.
    pub oldest: Option<Revision>,
    pub newest: Option<Revision>,
}

/// An object with all that is stored of it, unchecked.
#[derive(Clone, Debug)]
pub struct StoredObject {
    pub id: ObjectId,
    pub calendar: CalendarId,
    pub name: String,
    pub text: Vec<u8>,
    pub revision: Revision,
    pub uid: String,
    pub component: String,
    pub etag: String,
    pub size: i64,
    pub first_start: Option<i64>,
    pub last_end: Option<i64>,
    pub recurring: bool,
    pub summary: Option<String>,
    /// The calendar, the first and the last minute that the index of extents has it at.
    pub extent: Option<(CalendarId, i64, i64)>,
    /// The row of the log with the object's revision.
    pub logged: Option<LoggedAs>,
}

/// What a row of the log says of an object.
#[derive(Clone, Debug)]
pub struct LoggedAs {
    pub name: String,
    pub removed: bool,
    pub object: Option<ObjectId>,
    pub after: Option<Vec<u8>>,
}

const CALENDARS: &str =
    "SELECT c.id, p.slug AS owner, coalesce(c.deleted_slug, c.slug) AS slug, c.revision, c.objects, c.octets,
        (SELECT count(*) FROM changes h WHERE h.calendar_id = c.id) AS changes,
        (SELECT min(h.revision) FROM changes h WHERE h.calendar_id = c.id) AS oldest,
        (SELECT max(h.revision) FROM changes h WHERE h.calendar_id = c.id) AS newest,
        (SELECT count(*) FROM objects o WHERE o.calendar_id = c.id) AS counted_objects,
        (SELECT CAST(coalesce(sum(o.size), 0) AS BIGINT) FROM objects o WHERE o.calendar_id = c.id) AS counted_octets
    FROM calendars c JOIN principals p ON p.id = c.owner_id ORDER BY c.id";

const OBJECT: &str =
    "SELECT o.id, o.calendar_id, o.name, o.revision, o.uid, o.component, o.etag, o.size, o.first_start, o.last_end,
    o.recurring, o.summary, h.revision AS logged, h.name AS logged_name, h.removed, h.object_id, h.after, ";
const FROM_OBJECTS: &str = "FROM objects o LEFT JOIN object_extents e ON e.id = o.id
    LEFT JOIN changes h ON h.calendar_id = o.calendar_id AND h.revision = o.revision ";

fn stored(row: &Row) -> Result<StoredObject> {
    let extent = match row.get::<Option<i64>>("extent_calendar")? {
        Some(calendar) => Some((CalendarId(calendar), row.get("first_minute")?, row.get("last_minute")?)),
        None => None,
    };
    let logged = match row.get::<Option<i64>>("logged")? {
        Some(_) => Some(LoggedAs {
            name: row.get("logged_name")?,
            removed: row.get("removed")?,
            object: row.get::<Option<i64>>("object_id")?.map(ObjectId),
            after: row.get("after")?,
        }),
        None => None,
    };
    Ok(StoredObject {
        id: ObjectId(row.get("id")?),
        calendar: CalendarId(row.get("calendar_id")?),
        name: row.get("name")?,
        text: row.get("text")?,
        revision: Revision(row.get("revision")?),
        uid: row.get("uid")?,
        component: row.get("component")?,
        etag: row.get("etag")?,
        size: row.get("size")?,
        first_start: row.get("first_start")?,
        last_end: row.get("last_end")?,
        recurring: row.get("recurring")?,
        summary: row.get("summary")?,
        extent,
        logged,
    })
}

impl Transaction {
    pub(crate) async fn checked_calendars(&mut self) -> Result<Vec<CheckedCalendar>> {
        let read = |row: &Row| {
            let (owner, slug): (&str, &str) = (row.get("owner")?, row.get("slug")?);
            Ok(CheckedCalendar {
                id: CalendarId(row.get("id")?),
                place: format!("{owner}/{slug}"),
                revision: Revision(row.get("revision")?),
                objects: row.get("objects")?,
                octets: row.get("octets")?,
                counted_objects: row.get("counted_objects")?,
                counted_octets: row.get("counted_octets")?,
                changes: row.count("changes")?,
                oldest: row.get::<Option<i64>>("oldest")?.map(Revision),
                newest: row.get::<Option<i64>>("newest")?.map(Revision),
            })
        };
        self.sql(CALENDARS).all(read).await
    }

    /// All objects with ids after `after`: as many as have `octets` together, one at least. Of one whose row cannot be read, its id and
    /// why.
    pub(crate) async fn stored_objects_after(
        &mut self,
        after: ObjectId,
        octets: usize,
    ) -> Result<Vec<(ObjectId, Result<StoredObject>)>> {
        let next = "SELECT id, size, id AS name FROM objects WHERE id > $1 ORDER BY id LIMIT $2";
        let text = self.text_and_extent();
        self.joined(&[OBJECT, text, FROM_OBJECTS, FIRST_THAT_FIT, next, UP_TO_OCTETS, "o.id"])
            .bind(after.0)
            .bind(PAGE_OBJECTS)
            .bind(signed(octets))
            .all(|row| Ok((ObjectId(row.get("id")?), stored(row))))
            .await
    }

    /// Ids of extents that belong to no object, a hundred at most.
    pub(crate) async fn orphaned_extents(&mut self) -> Result<Vec<ObjectId>> {
        let orphans =
            "SELECT e.id FROM object_extents e WHERE NOT EXISTS (SELECT 1 FROM objects o WHERE o.id = e.id) LIMIT 100";
        self.sql(orphans).all(|row| Ok(ObjectId(row.get("id")?))).await
    }

    /// Takes extents out of the index that belong to no object.
    pub(crate) async fn remove_orphaned_extents(&mut self) -> Result<()> {
        let remove = "DELETE FROM object_extents WHERE id NOT IN (SELECT id FROM objects)";
        self.sql(remove).run().await?;
        Ok(())
    }

    /// The objects that have versions, in the order of calendar and id, after `after`, at most `limit`.
    pub(crate) async fn objects_with_versions(
        &mut self,
        (calendar, object): (CalendarId, ObjectId),
        limit: usize,
    ) -> Result<Vec<(CalendarId, ObjectId)>> {
        self.sql(
            "SELECT DISTINCT calendar_id, object_id FROM versions WHERE (calendar_id, object_id) > ($1, $2)
             ORDER BY calendar_id, object_id LIMIT $3",
        )
        .bind(calendar.0)
        .bind(object.0)
        .bind(signed(limit))
        .all(|row| Ok((CalendarId(row.get("calendar_id")?), ObjectId(row.get("object_id")?))))
        .await
    }

    /// The last name that the log has an object under.
    pub(crate) async fn logged_name(&mut self, calendar: CalendarId, object: ObjectId) -> Result<Option<String>> {
        let statement = self
            .sql("SELECT name FROM changes WHERE calendar_id = $1 AND object_id = $2 ORDER BY revision DESC LIMIT 1");
        let row = statement.bind(calendar.0).bind(object.0).optional().await?;
        row.map(|row| row.get("name")).transpose()
    }

    /// When the first of the accounts that are there was made, in milliseconds since 1970.
    pub(crate) async fn first_account_at(&mut self) -> Result<Option<i64>> {
        self.sql("SELECT min(created_at) AS first FROM users").one().await?.get("first")
    }

    /// The time of the newest change, and the database's own; on SQLite that of this machine, as Unix milliseconds.
    pub(crate) async fn clocks(&mut self) -> Result<(Option<i64>, i64)> {
        let now = self.now();
        let parts = ["SELECT (SELECT max(changed_at) FROM changes) AS newest, ", now, " AS now"];
        let row = self.joined(&parts).one().await?;
        Ok((row.get("newest")?, row.get("now")?))
    }
}
