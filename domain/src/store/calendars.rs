//! Calendar collections.

use super::statement::{Row, millis};
use super::{Transaction, Usage};
use crate::Result;
use crate::access::PrincipalId;
use crate::calendars::{Calendar, CalendarDetails, CalendarId, DeadProperty, Revision};
use crate::ical::ComponentKind;
use chrono::{DateTime, Utc};

const CALENDAR: &str =
    "SELECT c.*, p.slug AS owner_slug, coalesce(h.changed_at, c.created_at) AS changed_at FROM calendars c
    JOIN principals p ON p.id = c.owner_id
    LEFT JOIN changes h ON h.calendar_id = c.id AND h.revision = c.revision ";

fn calendar(row: &Row) -> Result<Calendar> {
    let components: &str = row.get("components")?;
    Ok(Calendar {
        id: CalendarId(row.get("id")?),
        owner: PrincipalId(row.get("owner_id")?),
        owner_slug: row.get("owner_slug")?,
        slug: row.get("slug")?,
        details: CalendarDetails {
            display_name: row.get("display_name")?,
            description: row.get("description")?,
            color: row.get("color")?,
            order: row.get("sort_order")?,
            timezone: row.get("timezone")?,
            components: components.split(',').filter_map(ComponentKind::from_name).collect(),
        },
        revision: Revision(row.get("revision")?),
        objects: row.count("objects")?,
        changed_at: row.instant("changed_at")?,
        created_at: row.instant("created_at")?,
    })
}

fn component_names(kinds: &[ComponentKind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
}

impl Transaction {
    /// Holds other writers of the calendar back until this transaction ends; whoever locks several does so in the order of their ids.
    pub async fn lock_calendar(&mut self, id: CalendarId) -> Result<()> {
        if self.is_postgres() {
            self.sql("SELECT 1 FROM calendars WHERE id = $1 FOR UPDATE").bind(id.0).run().await?;
        }
        Ok(())
    }

    /// Holds back others who add to or take from what the principal owns.
    pub async fn lock_home(&mut self, owner: PrincipalId) -> Result<()> {
        if self.is_postgres() {
            self.sql("SELECT 1 FROM principals WHERE id = $1 FOR UPDATE").bind(owner.0).run().await?;
        }
        Ok(())
    }

    /// In display order.
    pub async fn calendars(&mut self, owner: PrincipalId) -> Result<Vec<Calendar>> {
        self.joined(&[CALENDAR, "WHERE c.owner_id = $1 ORDER BY c.sort_order, c.id"]).bind(owner.0).all(calendar).await
    }

    /// What the calendars of `owner` hold together.
    pub async fn usage(&mut self, owner: PrincipalId) -> Result<Usage> {
        let row = self.sql(
            "SELECT CAST(coalesce(sum(objects), 0) AS BIGINT) AS objects, CAST(coalesce(sum(octets), 0) AS BIGINT) AS octets FROM calendars WHERE owner_id = $1",
        )
        .bind(owner.0)
        .one()
        .await?;
        Ok(Usage { objects: row.count("objects")?, octets: row.count("octets")? })
    }

    pub async fn calendar(&mut self, id: CalendarId) -> Result<Option<Calendar>> {
        let row = self.joined(&[CALENDAR, "WHERE c.id = $1"]).bind(id.0).optional().await?;
        row.as_ref().map(calendar).transpose()
    }

    pub async fn calendar_at(&mut self, owner: &str, slug: &str) -> Result<Option<Calendar>> {
        let row =
            self.joined(&[CALENDAR, "WHERE p.slug = $1 AND c.slug = $2"]).bind(owner).bind(slug).optional().await?;
        row.as_ref().map(calendar).transpose()
    }

    /// `None` when the slug is taken.
    pub async fn insert_calendar(
        &mut self,
        owner: PrincipalId,
        slug: &str,
        details: &CalendarDetails,
        at: DateTime<Utc>,
    ) -> Result<Option<CalendarId>> {
        let row = self.sql(
            "INSERT INTO calendars (owner_id, slug, display_name, description, color, sort_order, timezone, components, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (owner_id, slug) DO NOTHING RETURNING id",
        )
        .bind(owner.0)
        .bind(slug)
        .bind(&details.display_name)
        .bind(&details.description)
        .bind(&details.color)
        .bind(details.order)
        .bind(&details.timezone)
        .bind(component_names(&details.components))
        .bind(millis(at))
        .optional()
        .await?;
        row.map(|row| Ok(CalendarId(row.get("id")?))).transpose()
    }

    pub async fn update_calendar(&mut self, id: CalendarId, details: &CalendarDetails) -> Result<()> {
        self.sql("UPDATE calendars SET display_name = $1, description = $2, color = $3, sort_order = $4, timezone = $5 WHERE id = $6")
            .bind(&details.display_name)
            .bind(&details.description)
            .bind(&details.color)
            .bind(details.order)
            .bind(&details.timezone)
            .bind(id.0)
            .run()
            .await?;
        Ok(())
    }

    /// With everything in it.
    pub async fn delete_calendar(&mut self, id: CalendarId) -> Result<()> {
        // Row by row through the trigger: a cascade alone would leave the interval tree behind.
        self.sql("DELETE FROM objects WHERE calendar_id = $1").bind(id.0).run().await?;
        self.sql("DELETE FROM calendars WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    pub async fn dead_properties(&mut self, id: CalendarId) -> Result<Vec<DeadProperty>> {
        let statement = self.sql("SELECT namespace, name, xml FROM calendar_dead_properties WHERE calendar_id = $1");
        let read = |row: &Row| {
            Ok(DeadProperty { namespace: row.get("namespace")?, name: row.get("name")?, xml: row.get("xml")? })
        };
        statement.bind(id.0).all(read).await
    }

    pub async fn set_dead_property(&mut self, id: CalendarId, property: &DeadProperty) -> Result<()> {
        self.sql(
            "INSERT INTO calendar_dead_properties (calendar_id, namespace, name, xml) VALUES ($1, $2, $3, $4)
             ON CONFLICT (calendar_id, namespace, name) DO UPDATE SET xml = excluded.xml",
        )
        .bind(id.0)
        .bind(&property.namespace)
        .bind(&property.name)
        .bind(&property.xml)
        .run()
        .await?;
        Ok(())
    }

    pub async fn remove_dead_property(&mut self, id: CalendarId, namespace: &str, name: &str) -> Result<()> {
        self.sql("DELETE FROM calendar_dead_properties WHERE calendar_id = $1 AND namespace = $2 AND name = $3")
            .bind(id.0)
            .bind(namespace)
            .bind(name)
            .run()
            .await?;
        Ok(())
    }
}
