//! Calendar collections.

use super::statement::{Row, broken, millis};
use super::{Transaction, Usage};
use crate::Result;
use crate::model::calendar::{
    Calendar, CalendarDetails, CalendarId, CalendarView, DeadProperty, Linked, Revision, SeenCalendar,
};
use crate::model::principal::{Access, PrincipalId};
use crate::model::share::{Answer, Party, PartyKind};
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;

/// Calendars with the access of the principal that is bound as the first: as their owner, or the highest of what was granted to the
/// principal, its teams and everyone, and has not ended. Of what a team owns, its members have what their membership says; once a
/// mission is over, all but its managers only read. Of what a person owns, those who act for them have what they act with. `$now`: the
/// time that it is for the database.
macro_rules! calendar {
    ($now:literal) => {
        concat!(
            "SELECT c.id AS calendar_id, c.owner_id, p.slug AS owner_slug, p.kind AS owner_kind, p.display_name AS owner_name,
        c.slug, c.display_name, c.description, c.color, c.sort_order,
        c.timezone, c.components, c.revision AS calendar_revision, c.log_whole_after, c.objects, c.created_at AS calendar_created_at,
        coalesce(h.changed_at, c.created_at) AS changed_at,
        CASE WHEN c.owner_id = $1 THEN 50 ELSE coalesce((
            SELECT max(g.access) FROM grants g
            WHERE g.calendar_id = c.id AND (g.ends_at IS NULL OR g.ends_at > ",
            $now,
            ") AND (
                g.principal_id = $1 OR g.principal_id = 0
                OR g.principal_id IN (SELECT m.group_id FROM memberships m WHERE m.member_id = $1))
        ), 0) END AS granted,
        coalesce((
            SELECT CASE WHEN m.access >= 50 OR t.ends_at IS NULL OR t.ends_at > ",
            $now,
            " THEN m.access WHEN m.access > 20 THEN 20 ELSE m.access END
            FROM memberships m LEFT JOIN teams t ON t.principal_id = m.group_id
            WHERE m.group_id = c.owner_id AND m.member_id = $1), 0) AS as_member,
        coalesce((SELECT max(d.access) FROM delegates d WHERE d.owner_id = c.owner_id AND d.delegate_id = $1), 0) AS delegated,
        EXISTS (SELECT 1 FROM grants g WHERE g.calendar_id = c.id AND g.principal_id <> 0 AND g.access > 10
            AND (g.ends_at IS NULL OR g.ends_at > ",
            $now,
            ")) AS is_shared,
        coalesce(v.hidden, FALSE) AS hidden, coalesce(v.is_default, FALSE) AS is_default,
        v.answer, v.own_name, v.own_color, v.own_order,
        EXISTS (SELECT 1 FROM grants g WHERE g.calendar_id = c.id AND g.principal_id = $1) AS in_person,
        (SELECT CASE WHEN s.state = 'gone' OR s.direction = 'pull' AND NOT s.remote_writable THEN 'frozen' ELSE s.direction END
            FROM sync_links s WHERE s.calendar_id = c.id) AS linked "
        )
    };
}
const SQLITE_CALENDAR: &str = calendar!("CAST(unixepoch('subsec') * 1000 AS INTEGER)");
const POSTGRES_CALENDAR: &str = calendar!("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)");
/// Without those in the bin.
pub(super) const FROM_CALENDARS: &str =
    "FROM calendars c JOIN principals p ON p.id = c.owner_id AND c.deleted_at IS NULL
    LEFT JOIN changes h ON h.calendar_id = c.id AND h.revision = c.revision
    LEFT JOIN calendar_views v ON v.calendar_id = c.id AND v.principal_id = $1 ";

pub(super) fn seen(row: &Row) -> Result<SeenCalendar> {
    let answer: Option<&str> = row.get("answer")?;
    let owner = Party {
        id: PrincipalId(row.get("owner_id")?),
        kind: party_kind(row.get("owner_kind")?, PrincipalId(row.get("owner_id")?))?,
        slug: row.get("owner_slug")?,
        display_name: row.get("owner_name")?,
    };
    Ok(SeenCalendar {
        calendar: calendar(row)?,
        granted: Access::from_number(row.get("granted")?),
        as_member: Access::from_number(row.get("as_member")?),
        delegated: Access::from_number(row.get("delegated")?),
        owner,
        in_person: row.get("in_person")?,
        linked: match row.get::<Option<&str>>("linked")? {
            None => Linked::No,
            Some("frozen") => Linked::Frozen,
            Some("pull") => Linked::Pulls,
            Some(_) => Linked::Pushes,
        },
        is_shared: row.get("is_shared")?,
        view: CalendarView {
            hidden: row.get("hidden")?,
            is_default: row.get("is_default")?,
            answer: answer.and_then(Answer::from_name),
            name: row.get("own_name")?,
            color: row.get("own_color")?,
            order: row.get("own_order")?,
        },
    })
}

/// A principal's kind as the database has it.
pub(super) fn party_kind(name: &str, id: PrincipalId) -> Result<PartyKind> {
    Ok(match name {
        "person" => PartyKind::Person,
        "group" if id == PrincipalId::EVERYONE => PartyKind::Everyone,
        "group" => PartyKind::Group,
        "mission" => PartyKind::Mission,
        _ => return Err(broken("kind")),
    })
}

pub(super) fn components(row: &Row) -> Result<Vec<ComponentKind>> {
    let components: &str = row.get("components")?;
    Ok(components.split(',').filter_map(ComponentKind::from_name).collect())
}

fn calendar(row: &Row) -> Result<Calendar> {
    Ok(Calendar {
        id: CalendarId(row.get("calendar_id")?),
        owner: PrincipalId(row.get("owner_id")?),
        owner_slug: row.get("owner_slug")?,
        slug: row.get("slug")?,
        details: CalendarDetails {
            display_name: row.get("display_name")?,
            description: row.get("description")?,
            color: row.get("color")?,
            order: row.get("sort_order")?,
            timezone: row.get("timezone")?,
            components: components(row)?,
        },
        revision: Revision(row.get("calendar_revision")?),
        log_whole_after: Revision(row.get("log_whole_after")?),
        objects: row.count("objects")?,
        changed_at: row.instant("changed_at")?,
        created_at: row.instant("calendar_created_at")?,
    })
}

fn component_names(kinds: &[ComponentKind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
}

impl Transaction {
    /// What a SELECT of calendars begins with; see `calendar!`.
    pub(super) fn select_calendar(&self) -> &'static str {
        if self.is_postgres() { POSTGRES_CALENDAR } else { SQLITE_CALENDAR }
    }

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

    /// The calendars that `principal` owns or was given a grant for, also through teams or with everyone, and those of people for whom they
    /// act, with the access that they have now.
    pub async fn calendars_reached(&mut self, principal: PrincipalId) -> Result<Vec<SeenCalendar>> {
        let reached = "WHERE c.id IN (
            SELECT id FROM calendars WHERE owner_id = $1
            UNION SELECT calendar_id FROM grants WHERE principal_id = $1 OR principal_id = 0
            UNION SELECT g.calendar_id FROM memberships m JOIN grants g ON g.principal_id = m.group_id WHERE m.member_id = $1
            UNION SELECT o.id FROM memberships m JOIN calendars o ON o.owner_id = m.group_id WHERE m.member_id = $1
            UNION SELECT o.id FROM delegates d JOIN calendars o ON o.owner_id = d.owner_id WHERE d.delegate_id = $1)";
        let parts = [self.select_calendar(), FROM_CALENDARS, reached, " ORDER BY c.sort_order, c.id"];
        self.joined(&parts).bind(principal.0).all(seen).await
    }

    /// The revision of a principal's list of calendars.
    pub async fn home_revision(&mut self, principal: PrincipalId) -> Result<Option<Revision>> {
        let statement = self.sql("SELECT home_revision FROM principals WHERE id = $1");
        let row = statement.bind(principal.0).optional().await?;
        row.map(|row| Ok(Revision(row.get("home_revision")?))).transpose()
    }

    /// What the calendars of `owner` hold together, without those that rest in the bin.
    pub async fn usage(&mut self, owner: PrincipalId) -> Result<Usage> {
        let row = self.sql(
            "SELECT CAST(coalesce(sum(objects), 0) AS BIGINT) AS objects, CAST(coalesce(sum(octets), 0) AS BIGINT) AS octets FROM calendars
             WHERE owner_id = $1 AND deleted_at IS NULL",
        )
        .bind(owner.0)
        .one()
        .await?;
        Ok(Usage { objects: row.count("objects")?, octets: row.count("octets")? })
    }

    /// The calendar, with the access of `principal`.
    pub async fn calendar(&mut self, id: CalendarId, principal: PrincipalId) -> Result<Option<SeenCalendar>> {
        let parts = [self.select_calendar(), FROM_CALENDARS, "WHERE c.id = $2"];
        let statement = self.joined(&parts);
        statement.bind(principal.0).bind(id.0).optional().await?.as_ref().map(seen).transpose()
    }

    /// The calendar at `/{owner}/{slug}/`, with the access of `principal`.
    pub async fn calendar_at(
        &mut self,
        owner: &str,
        slug: &str,
        principal: PrincipalId,
    ) -> Result<Option<SeenCalendar>> {
        let parts = [self.select_calendar(), FROM_CALENDARS, "WHERE p.slug = $2 AND c.slug = $3"];
        let statement = self.joined(&parts);
        statement.bind(principal.0).bind(owner).bind(slug).optional().await?.as_ref().map(seen).transpose()
    }

    /// How many calendars `owner` has.
    pub async fn count_calendars(&mut self, owner: PrincipalId) -> Result<u64> {
        let statement =
            self.sql("SELECT count(*) AS calendars FROM calendars WHERE owner_id = $1 AND deleted_at IS NULL");
        statement.bind(owner.0).one().await?.count("calendars")
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

    /// Changes what only who administers a calendar sets; see [`Transaction::update_calendar`].
    pub async fn update_calendar_texts(&mut self, id: CalendarId, details: &CalendarDetails) -> Result<()> {
        self.sql("UPDATE calendars SET description = $1, timezone = $2 WHERE id = $3")
            .bind(&details.description)
            .bind(&details.timezone)
            .bind(id.0)
            .run()
            .await?;
        Ok(())
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

    /// How `principal` sees the calendar from now on.
    pub async fn set_view(&mut self, principal: PrincipalId, id: CalendarId, view: &CalendarView) -> Result<()> {
        self.sql(
            "INSERT INTO calendar_views (principal_id, calendar_id, hidden, is_default, answer, own_name, own_color, own_order)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (principal_id, calendar_id) DO UPDATE SET hidden = excluded.hidden, is_default = excluded.is_default,
                answer = excluded.answer, own_name = excluded.own_name, own_color = excluded.own_color, own_order = excluded.own_order",
        )
        .bind(principal.0)
        .bind(id.0)
        .bind(view.hidden)
        .bind(view.is_default)
        .bind(view.answer.map(Answer::name))
        .bind(&view.name)
        .bind(&view.color)
        .bind(view.order)
        .run()
        .await?;
        Ok(())
    }

    /// No calendar is where new events of `principal` go.
    pub async fn clear_default(&mut self, principal: PrincipalId) -> Result<()> {
        let statement = self.sql("UPDATE calendar_views SET is_default = FALSE WHERE principal_id = $1 AND is_default");
        statement.bind(principal.0).run().await?;
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
