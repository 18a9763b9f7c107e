//! Calendar object resources and what is derived from them.

use super::calendars::{FROM_CALENDARS, seen};
use super::statement::{Row, Statement, broken, millis, signed};
use super::{Index, NewText, ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::{CalendarId, Revision, SeenCalendar};
use crate::model::object::{Object, ObjectHead};
use crate::model::principal::PrincipalId;
use kalends_ical::ComponentKind;
use kalends_ical::instances::{Extent, Window};
use std::collections::HashMap;

/// Most objects that are read at once, however small they are.
pub(super) const PAGE_OBJECTS: i64 = 500;

/// Without the text, which may be long.
pub(super) const HEAD: &str = "SELECT o.id, o.calendar_id, o.name, o.uid, o.component, o.etag, o.size, o.revision, o.created_at, o.modified_at, o.guarded, o.alarmed, o.schedule_tag FROM objects o ";
const OBJECT: &str = "SELECT o.* FROM objects o ";
/// What [`HEAD`] selects, beside what stands in `calendar!`.
const OBJECT_BESIDE_CALENDAR: &str = ", c.id AS calendar_id, o.id, o.name, o.uid, o.component, o.etag, o.size, o.revision, o.created_at, o.modified_at, o.guarded, o.alarmed, o.schedule_tag ";
const OBJECT_OF_CALENDAR: &str =
    "LEFT JOIN objects o ON o.calendar_id = c.id AND o.name = $4 WHERE p.slug = $2 AND c.slug = $3";
/// Around a SELECT of `id`, `size` and, to order by, `name`, with the octets that may come together bound as the third: the first
/// objects that have no more together, one at least. The texts of others are not read.
pub(super) const FIRST_THAT_FIT: &str = "WHERE o.id IN (SELECT id FROM (
        SELECT id, size, sum(size) OVER (ORDER BY name) AS together FROM (";
pub(super) const UP_TO_OCTETS: &str = ") AS next) AS summed WHERE together <= $3 OR together = size) ORDER BY ";

pub(super) fn head(row: &Row) -> Result<ObjectHead> {
    let component: &str = row.get("component")?;
    Ok(ObjectHead {
        id: ObjectId(row.get("id")?),
        calendar: CalendarId(row.get("calendar_id")?),
        name: row.get("name")?,
        uid: row.get("uid")?,
        kind: ComponentKind::from_name(component).ok_or_else(|| broken("component"))?,
        etag: row.get("etag")?,
        size: usize::try_from(row.count("size")?).map_err(|_| broken("size"))?,
        revision: Revision(row.get("revision")?),
        created_at: row.instant("created_at")?,
        modified_at: row.instant("modified_at")?,
        guarded: row.get("guarded")?,
        alarmed: row.get("alarmed")?,
        schedule_tag: row.get("schedule_tag")?,
        altered: false,
    })
}

fn object(row: &Row) -> Result<Object> {
    Ok(Object { head: head(row)?, text: row.get("text")? })
}

fn standing(row: &Row) -> Result<Standing> {
    let span = (row.get("first_start")?, row.get("last_end")?);
    Ok(Standing { id: ObjectId(row.get("id")?), object: object(row)?, span })
}

/// Minutes as the index of extents has them: rounded down, clamped to 32 bits.
fn minute(seconds: i64) -> i32 {
    seconds.div_euclid(60).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// The interval that stands for an extent; no start and no end reach to the limits.
pub(crate) fn minutes(extent: &Extent) -> (i32, i32) {
    let first = extent.first_start.map_or(i32::MIN, minute);
    let last = extent.last_end.map_or(i32::MAX, |end| minute(end).saturating_add(1));
    (first, last.max(first))
}

/// See [`Transaction::place`].
#[derive(Clone, Debug)]
pub struct FoundObject {
    pub head: ObjectHead,
    pub text: Option<String>,
}

/// An object that stands where another is about to be written.
#[derive(Debug)]
pub struct Standing {
    pub id: ObjectId,
    pub object: Object,
    /// What the index says of its time: `first_start` and `last_end` of its extent.
    span: (Option<i64>, Option<i64>),
}

/// See [`Transaction::in_the_way`].
#[derive(Debug)]
pub struct InTheWay {
    pub named: Option<Standing>,
    /// Name of the other object.
    pub holder: Option<String>,
}

impl Transaction {
    /// Those with names after `after` (`""`: from the first), in the order of their names, at most `limit`.
    pub async fn object_heads(&mut self, calendar: CalendarId, after: &str, limit: usize) -> Result<Vec<ObjectHead>> {
        self.joined(&[HEAD, "WHERE o.calendar_id = $1 AND o.name > $2 ORDER BY o.name LIMIT $3"])
            .bind(calendar.0)
            .bind(after)
            .bind(signed(limit))
            .all(head)
            .await
    }

    /// How many objects there are of each type that there is.
    pub async fn object_counts(&mut self, calendar: CalendarId) -> Result<Vec<(ComponentKind, u64)>> {
        self.sql("SELECT component, count(*) AS objects FROM objects WHERE calendar_id = $1 GROUP BY component")
            .bind(calendar.0)
            .all(|row| {
                let kind = ComponentKind::from_name(row.get("component")?).ok_or_else(|| broken("component"))?;
                Ok((kind, row.count("objects")?))
            })
            .await
    }

    pub async fn object_head(&mut self, calendar: CalendarId, name: &str) -> Result<Option<ObjectHead>> {
        let row = self
            .joined(&[HEAD, "WHERE o.calendar_id = $1 AND o.name = $2"])
            .bind(calendar.0)
            .bind(name)
            .optional()
            .await?;
        row.as_ref().map(head).transpose()
    }

    /// The calendar at `/{owner}/{slug}/`, with the access of `principal`, and the object in it that has `name`; its text only where
    /// it is asked for.
    pub async fn place(
        &mut self,
        (owner, slug, name): (&str, &str, &str),
        principal: PrincipalId,
        with_text: bool,
    ) -> Result<Option<(SeenCalendar, Option<FoundObject>)>> {
        let text = if with_text { ", o.text " } else { "" };
        let parts = [self.select_calendar(), OBJECT_BESIDE_CALENDAR, text, FROM_CALENDARS, OBJECT_OF_CALENDAR];
        let row = self.joined(&parts).bind(principal.0).bind(owner).bind(slug).bind(name).optional().await?;
        let Some(row) = row else { return Ok(None) };
        let object = match row.get::<Option<i64>>("id")? {
            Some(_) => {
                let text = if with_text { Some(row.get("text")?) } else { None };
                Some(FoundObject { head: head(&row)?, text })
            }
            None => None,
        };
        Ok(Some((seen(&row)?, object)))
    }

    pub async fn object(&mut self, calendar: CalendarId, name: &str) -> Result<Option<Object>> {
        let row = self
            .joined(&[OBJECT, "WHERE o.calendar_id = $1 AND o.name = $2"])
            .bind(calendar.0)
            .bind(name)
            .optional()
            .await?;
        row.as_ref().map(object).transpose()
    }

    /// Those with names after `after` (`""`: from the first), in the order of their names: as many as have `octets` together,
    /// one at least.
    pub async fn objects_after(&mut self, calendar: CalendarId, after: &str, octets: usize) -> Result<Vec<Object>> {
        let next = "SELECT id, size, name FROM objects WHERE calendar_id = $1 AND name > $2 ORDER BY name LIMIT $4";
        self.joined(&[OBJECT, FIRST_THAT_FIT, next, UP_TO_OCTETS, "o.name"])
            .bind(calendar.0)
            .bind(after)
            .bind(signed(octets))
            .bind(PAGE_OBJECTS)
            .all(object)
            .await
    }

    /// The objects whose extent touches `window`, of one type or of all, with ids after `after`, in the order of their ids, at
    /// most `limit`.
    pub async fn candidates(
        &mut self,
        calendar: CalendarId,
        window: Window,
        kind: Option<ComponentKind>,
        after: ObjectId,
        limit: usize,
    ) -> Result<Vec<ObjectHead>> {
        let until = window.end.map_or(i32::MAX, |end| minute(end.timestamp()));
        let from = window.start.map_or(i32::MIN, |start| minute(start.timestamp()));
        let touching = self.touching();
        let parts =
            [HEAD, "WHERE o.id IN (", touching, ") AND ($5 IS NULL OR o.component = $5) ORDER BY o.id LIMIT $6"];
        let statement = self.joined(&parts).bind(calendar.0).bind(i64::from(until)).bind(i64::from(from));
        let statement = statement.bind(after.0).bind(kind.map(ComponentKind::name)).bind(signed(limit));
        statement.all(head).await
    }

    /// The texts of `ids`, in their order; every id must be there.
    pub async fn texts(&mut self, ids: &[ObjectId]) -> Result<Vec<String>> {
        let list = serde_json::to_string(&ids.iter().map(|id| id.0).collect::<Vec<_>>()).map_err(|_| broken("id"))?;
        let values = self.json_values();
        let parts =
            ["SELECT o.id, o.text FROM objects o WHERE o.id IN (SELECT CAST(value AS BIGINT) FROM ", values, ")"];
        let found = self.joined(&parts).bind(list);
        let mut texts: HashMap<i64, String> =
            found.all(|row| Ok((row.get("id")?, row.get("text")?))).await?.into_iter().collect();
        ids.iter().map(|id| texts.remove(&id.0).ok_or_else(|| broken("id"))).collect()
    }

    /// Those of `names` that exist and come after `after` (`""`: from the first), in the order of their names: as many as have
    /// `octets` together, one at least.
    pub async fn objects_named(
        &mut self,
        calendar: CalendarId,
        names: &[String],
        after: &str,
        octets: usize,
    ) -> Result<Vec<Object>> {
        let list = serde_json::to_string(names).map_err(|_| broken("name"))?;
        let values = self.json_values();
        let wanted = [
            "SELECT id, size, name FROM objects WHERE name IN (SELECT value FROM ",
            values,
            ") AND calendar_id = $2 AND name > $4",
        ];
        let parts = [OBJECT, FIRST_THAT_FIT, wanted[0], wanted[1], wanted[2], UP_TO_OCTETS, "o.name"];
        let statement = self.joined(&parts).bind(list).bind(calendar.0);
        statement.bind(signed(octets)).bind(after).all(object).await
    }

    /// What stands where an object of this name and UID would: the one of the name, and another that has the UID.
    pub async fn in_the_way(&mut self, calendar: CalendarId, name: &str, uid: &str) -> Result<InTheWay> {
        let has_uid = self.has_uid();
        let found = self
            .joined(&[OBJECT, "WHERE o.calendar_id = $1 AND (o.name = $3 OR (", has_uid, "))"])
            .bind(calendar.0)
            .bind(uid)
            .bind(name)
            .all(standing)
            .await?;
        let (mut named, others): (Vec<Standing>, Vec<Standing>) =
            found.into_iter().partition(|standing| standing.object.head.name == name);
        let holder = others.into_iter().next().map(|other| other.object.head.name);
        Ok(InTheWay { named: named.pop(), holder })
    }

    /// The object of this name, about to be removed.
    pub async fn standing(&mut self, calendar: CalendarId, name: &str) -> Result<Option<Standing>> {
        let statement = self.joined(&[OBJECT, "WHERE o.calendar_id = $1 AND o.name = $2"]);
        statement.bind(calendar.0).bind(name).optional().await?.as_ref().map(standing).transpose()
    }

    /// The object with this UID.
    pub async fn object_of_uid(&mut self, calendar: CalendarId, uid: &str) -> Result<Option<Object>> {
        let has_uid = self.has_uid();
        let statement = self.joined(&[OBJECT, "WHERE o.calendar_id = $1 AND ", has_uid]);
        statement.bind(calendar.0).bind(uid).optional().await?.as_ref().map(object).transpose()
    }

    /// The text of the calendar's object with this id.
    pub async fn text_by_id(&mut self, calendar: CalendarId, id: ObjectId) -> Result<Option<String>> {
        let statement = self.sql("SELECT text FROM objects WHERE id = $1 AND calendar_id = $2");
        let row = statement.bind(id.0).bind(calendar.0).optional().await?;
        row.map(|row| row.get("text")).transpose()
    }

    /// Yields the id that the object has from now on.
    pub async fn insert_object(&mut self, new: NewText<'_>) -> Result<ObjectId> {
        let statement = self.sql(
            "INSERT INTO objects (calendar_id, name, text, size, revision, created_at, modified_at,
                uid, component, etag, first_start, last_end, recurring, summary, guarded, alarmed)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id",
        );
        let statement = statement.bind(new.calendar.0).bind(new.name).bind(new.text).bind(signed(new.text.len()));
        let row = bind_index(statement.bind(new.revision.0).bind(millis(new.at)), new.index).one().await?;
        let id = ObjectId(row.get("id")?);
        self.set_extent(id, new.calendar, minutes(&new.index.extent)).await?;
        Ok(id)
    }

    /// Gives the object that stands there another text.
    pub async fn update_object(&mut self, standing: &Standing, new: NewText<'_>) -> Result<()> {
        let id = standing.id;
        let statement = self.sql(
            "UPDATE objects SET text = $2, size = $3, revision = $4, modified_at = $5,
                uid = $6, component = $7, etag = $8, first_start = $9, last_end = $10, recurring = $11, summary = $12,
                guarded = $13, alarmed = $14 OR EXISTS (SELECT 1 FROM personal_data a WHERE a.object_id = $1)
             WHERE id = $1",
        );
        let statement = statement.bind(id.0).bind(new.text).bind(signed(new.text.len()));
        bind_index(statement.bind(new.revision.0).bind(millis(new.at)), new.index).run().await?;
        if standing.span == (new.index.extent.first_start, new.index.extent.last_end) {
            return Ok(());
        }
        self.set_extent(id, new.calendar, minutes(&new.index.extent)).await
    }

    /// The object is the one of this revision, with the text that it has.
    pub async fn set_object_revision(&mut self, id: ObjectId, revision: Revision) -> Result<()> {
        self.sql("UPDATE objects SET revision = $2 WHERE id = $1").bind(id.0).bind(revision.0).run().await?;
        Ok(())
    }

    pub async fn delete_object_row(&mut self, id: ObjectId) -> Result<()> {
        self.sql("DELETE FROM objects WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// Ids of all objects after `after` with their texts: as many as have `octets` together, one at least. Held back from others who
    /// write.
    pub async fn texts_after(&mut self, after: ObjectId, octets: usize) -> Result<Vec<(ObjectId, CalendarId, String)>> {
        let next = "SELECT id, size, id AS name FROM objects WHERE id > $1 ORDER BY id LIMIT $2";
        let lock = self.row_lock(" FOR UPDATE OF o");
        let parts = [OBJECT, FIRST_THAT_FIT, next, UP_TO_OCTETS, "o.id", lock];
        let statement = self.joined(&parts).bind(after.0).bind(PAGE_OBJECTS).bind(signed(octets));
        let read = |row: &Row| Ok((ObjectId(row.get("id")?), CalendarId(row.get("calendar_id")?), row.get("text")?));
        statement.all(read).await
    }

    /// How many objects there are in all.
    pub async fn count_objects(&mut self) -> Result<u64> {
        self.sql("SELECT count(*) AS objects FROM objects").one().await?.count("objects")
    }

    /// Replaces what is derived from the text, and nothing else.
    pub async fn reindex_object(&mut self, id: ObjectId, calendar: CalendarId, index: &Index) -> Result<()> {
        let statement = self.sql(
            "UPDATE objects SET uid = $2, component = $3, etag = $4, first_start = $5, last_end = $6, recurring = $7, summary = $8,
                guarded = $9, alarmed = $10 OR EXISTS (SELECT 1 FROM personal_data a WHERE a.object_id = $1)
             WHERE id = $1",
        );
        bind_index(statement.bind(id.0), index).run().await?;
        self.set_extent(id, calendar, minutes(&index.extent)).await
    }
}

/// Binds the columns that are derived from an object's text, in the order of the statements above.
fn bind_index<'t>(statement: Statement<'t>, index: &Index) -> Statement<'t> {
    let statement = statement.bind(&index.uid).bind(index.kind.name()).bind(index.digest.etag());
    let statement = statement.bind(index.extent.first_start).bind(index.extent.last_end).bind(index.extent.recurring);
    statement.bind(&index.summary).bind(index.guarded).bind(index.alarmed)
}
