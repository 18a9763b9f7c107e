//! What people have for themselves of objects that others shared with them.

use super::statement::{Row, broken, signed};
use super::{ObjectId, Transaction};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::object::ObjectHead;
use crate::model::principal::PrincipalId;
use kalends_ical::personal::Personal;

/// A row as it is stored, to be checked.
#[derive(Clone, Debug)]
pub struct StoredPersonal {
    pub principal: PrincipalId,
    pub object: ObjectId,
    pub calendar: CalendarId,
    pub content: String,
    /// The calendar that the object is in and whether it says that it is shown otherwise to some; `None`: it is not there.
    pub stands: Option<(CalendarId, bool)>,
}

impl Transaction {
    /// What `principal` has for themselves of these objects.
    pub async fn personal_data(
        &mut self,
        principal: PrincipalId,
        objects: &[ObjectId],
    ) -> Result<Vec<(ObjectId, String)>> {
        let list =
            serde_json::to_string(&objects.iter().map(|id| id.0).collect::<Vec<_>>()).map_err(|_| broken("id"))?;
        let values = self.json_values();
        let parts = [
            "SELECT object_id, content FROM personal_data WHERE principal_id = $2 AND object_id IN (SELECT CAST(value AS BIGINT) FROM ",
            values,
            ")",
        ];
        let read = |row: &Row| Ok((ObjectId(row.get("object_id")?), row.get("content")?));
        self.joined(&parts).bind(list).bind(principal.0).all(read).await
    }

    /// What `principal` has of the object from now on.
    pub async fn set_personal_data(
        &mut self,
        principal: PrincipalId,
        object: &ObjectHead,
        personal: &Personal,
    ) -> Result<()> {
        if personal.is_empty() {
            let statement = self.sql("DELETE FROM personal_data WHERE principal_id = $1 AND object_id = $2");
            statement.bind(principal.0).bind(object.id.0).run().await?;
            return Ok(());
        }
        self.sql(
            "INSERT INTO personal_data (principal_id, object_id, calendar_id, content) VALUES ($1, $2, $3, $4)
             ON CONFLICT (principal_id, object_id) DO UPDATE SET content = excluded.content",
        )
        .bind(principal.0)
        .bind(object.id.0)
        .bind(object.calendar.0)
        .bind(personal.to_text())
        .run()
        .await?;
        self.sql("UPDATE objects SET alarmed = TRUE WHERE id = $1 AND NOT alarmed").bind(object.id.0).run().await?;
        Ok(())
    }

    /// Everybody has of the object `to` what they have of `from`, which was one with it.
    pub async fn copy_personal_data(&mut self, from: ObjectId, to: ObjectId) -> Result<()> {
        let copy = self.sql(
            "INSERT INTO personal_data (principal_id, object_id, calendar_id, content)
             SELECT principal_id, $2, calendar_id, content FROM personal_data WHERE object_id = $1
             ON CONFLICT (principal_id, object_id) DO NOTHING",
        );
        if copy.bind(from.0).bind(to.0).run().await? > 0 {
            self.sql("UPDATE objects SET alarmed = TRUE WHERE id = $1").bind(to.0).run().await?;
        }
        Ok(())
    }

    /// What everybody had of an object that is gone they have of `to`, in which it came back.
    pub async fn move_personal_data(&mut self, from: ObjectId, to: ObjectId) -> Result<()> {
        self.copy_personal_data(from, to).await?;
        self.delete_personal_data(from).await
    }

    pub async fn delete_personal_data(&mut self, object: ObjectId) -> Result<()> {
        self.sql("DELETE FROM personal_data WHERE object_id = $1").bind(object.0).run().await?;
        Ok(())
    }

    /// Removes what was had of objects that are neither there nor in the bin.
    pub async fn delete_orphaned_personal_data(&mut self) -> Result<u64> {
        self.sql(
            "DELETE FROM personal_data WHERE NOT EXISTS (SELECT 1 FROM objects o WHERE o.id = personal_data.object_id)
                AND NOT EXISTS (SELECT 1 FROM bin b WHERE b.calendar_id = personal_data.calendar_id AND b.object_id = personal_data.object_id)",
        )
        .run()
        .await
    }

    /// Rows after the one of `after`, in the order of objects and people, at most `limit`.
    pub(crate) async fn stored_personal_after(
        &mut self,
        (object, principal): (ObjectId, PrincipalId),
        limit: usize,
    ) -> Result<Vec<StoredPersonal>> {
        let statement = self.sql(
            "SELECT d.principal_id, d.object_id, d.calendar_id, d.content, o.calendar_id AS stands_in, coalesce(o.alarmed, FALSE) AS alarmed
             FROM personal_data d LEFT JOIN objects o ON o.id = d.object_id
             WHERE (d.object_id, d.principal_id) > ($1, $2) ORDER BY d.object_id, d.principal_id LIMIT $3",
        );
        let read = |row: &Row| {
            let alarmed = row.get("alarmed")?;
            Ok(StoredPersonal {
                principal: PrincipalId(row.get("principal_id")?),
                object: ObjectId(row.get("object_id")?),
                calendar: CalendarId(row.get("calendar_id")?),
                content: row.get("content")?,
                stands: row.get::<Option<i64>>("stands_in")?.map(|calendar| (CalendarId(calendar), alarmed)),
            })
        };
        statement.bind(object.0).bind(principal.0).bind(signed(limit)).all(read).await
    }
}
