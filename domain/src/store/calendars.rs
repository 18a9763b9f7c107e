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
use serde::Deserialize;

/// Calendars with the access of the principal that is bound as the first: as their owner, or the highest of what was granted to the
/// principal, its teams and everyone, and has not ended. Of what a team owns, its members have what their membership says; once a
/// mission is over, all but its managers only read. Of what a person owns, those who act for them have what they act with. `$now`: the
/// time that it is for the database.
///
/// A calendar travels as one column, a JSON array made by `$array` with the fields of [`Stored`] in their order: handing thirty values
/// from SQLite's thread to the one that asked, each in memory of its own, took most of the time of a listing.
macro_rules! calendar {
    ($now:literal, $array:literal) => {
        concat!(
            "SELECT CAST(",
            $array,
            "(c.id, c.owner_id, p.slug, p.kind, p.display_name,
        c.slug, c.display_name, c.description, c.color, c.sort_order,
        c.timezone, c.components, c.revision, c.log_whole_after, c.objects, c.created_at, coalesce(h.changed_at, c.created_at),
        CASE WHEN c.owner_id = $1 THEN 50 ELSE coalesce((
            SELECT max(g.access) FROM grants g
            WHERE g.calendar_id = c.id AND (g.ends_at IS NULL OR g.ends_at > ",
            $now,
            ") AND (
                g.principal_id = $1 OR g.principal_id = 0
                OR g.principal_id IN (SELECT m.group_id FROM memberships m WHERE m.member_id = $1))
        ), 0) END,
        coalesce((
            SELECT CASE WHEN m.access >= 50 OR t.ends_at IS NULL OR t.ends_at > ",
            $now,
            " THEN m.access WHEN m.access > 20 THEN 20 ELSE m.access END
            FROM memberships m LEFT JOIN teams t ON t.principal_id = m.group_id
            WHERE m.group_id = c.owner_id AND m.member_id = $1), 0),
        coalesce((SELECT max(d.access) FROM delegates d WHERE d.owner_id = c.owner_id AND d.delegate_id = $1), 0),
        EXISTS (SELECT 1 FROM grants g WHERE g.calendar_id = c.id AND g.principal_id <> 0 AND g.access > 10
            AND (g.ends_at IS NULL OR g.ends_at > ",
            $now,
            ")),
        coalesce(v.hidden, FALSE), coalesce(v.is_default, FALSE),
        v.answer, v.own_name, v.own_color, v.own_order, v.own_description, v.keeps_free,
        EXISTS (SELECT 1 FROM grants g WHERE g.calendar_id = c.id AND g.principal_id = $1),
        (SELECT CASE WHEN s.state = 'gone' OR s.direction = 'pull' AND NOT s.remote_writable THEN 'frozen' ELSE s.direction END
            FROM sync_links s WHERE s.calendar_id = c.id)) AS TEXT) AS calendar "
        )
    };
}
/// What a SELECT of calendars begins with; see `calendar!`.
pub(super) const SQLITE_CALENDAR: &str = calendar!("CAST(unixepoch('subsec') * 1000 AS INTEGER)", "json_array");
/// The same.
pub(super) const POSTGRES_CALENDAR: &str =
    calendar!("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)", "json_build_array");

/// A calendar as `calendar!` selects it.
#[derive(Deserialize)]
struct Stored {
    id: i64,
    owner: i64,
    owner_slug: String,
    owner_kind: String,
    owner_name: String,
    slug: String,
    display_name: String,
    description: Option<String>,
    color: String,
    order: i64,
    timezone: Option<String>,
    components: String,
    revision: i64,
    log_whole_after: i64,
    objects: u64,
    created_at: i64,
    changed_at: i64,
    granted: i64,
    as_member: i64,
    delegated: i64,
    is_shared: Flag,
    hidden: Flag,
    is_default: Flag,
    answer: Option<String>,
    own_name: Option<String>,
    own_color: Option<String>,
    own_order: Option<i64>,
    own_description: Option<String>,
    keeps_free: Option<Flag>,
    in_person: Flag,
    linked: Option<String>,
}

/// A truth value, which is a number in SQLite.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Truth(bool),
    Number(u8),
}

impl Flag {
    fn holds(&self) -> bool {
        matches!(self, Flag::Truth(true) | Flag::Number(1))
    }
}

/// Without those in the bin.
pub(super) const FROM_CALENDARS: &str =
    "FROM calendars c JOIN principals p ON p.id = c.owner_id AND c.deleted_at IS NULL
    LEFT JOIN changes h ON h.calendar_id = c.id AND h.revision = c.revision
    LEFT JOIN calendar_views v ON v.calendar_id = c.id AND v.principal_id = $1 ";

pub(super) fn seen(row: &Row) -> Result<SeenCalendar> {
    let stored: Stored = serde_json::from_str(row.get("calendar")?).map_err(|_| broken("calendar"))?;
    let instant = |value| DateTime::from_timestamp_millis(value).ok_or_else(|| broken("calendar"));
    let owner = PrincipalId(stored.owner);
    Ok(SeenCalendar {
        granted: Access::from_number(stored.granted),
        as_member: Access::from_number(stored.as_member),
        delegated: Access::from_number(stored.delegated),
        owner: Party {
            id: owner,
            kind: party_kind(&stored.owner_kind, owner)?,
            slug: stored.owner_slug.clone(),
            display_name: stored.owner_name,
        },
        in_person: stored.in_person.holds(),
        linked: match stored.linked.as_deref() {
            None => Linked::No,
            Some("frozen") => Linked::Frozen,
            Some("pull") => Linked::Pulls,
            Some(_) => Linked::Pushes,
        },
        is_shared: stored.is_shared.holds(),
        view: CalendarView {
            hidden: stored.hidden.holds(),
            is_default: stored.is_default.holds(),
            answer: stored.answer.as_deref().and_then(Answer::from_name),
            name: stored.own_name,
            color: stored.own_color,
            order: stored.own_order,
            description: stored.own_description,
            keeps_free: stored.keeps_free.map(|flag| flag.holds()),
        },
        calendar: Calendar {
            id: CalendarId(stored.id),
            owner,
            owner_slug: stored.owner_slug,
            slug: stored.slug,
            details: CalendarDetails {
                display_name: stored.display_name,
                description: stored.description,
                color: stored.color,
                order: stored.order,
                timezone: stored.timezone,
                components: components_of(&stored.components),
            },
            revision: Revision(stored.revision),
            log_whole_after: Revision(stored.log_whole_after),
            objects: stored.objects,
            changed_at: instant(stored.changed_at)?,
            created_at: instant(stored.created_at)?,
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
    Ok(components_of(row.get("components")?))
}

fn components_of(names: &str) -> Vec<ComponentKind> {
    names.split(',').filter_map(ComponentKind::from_name).collect()
}

fn component_names(kinds: &[ComponentKind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
}

impl Transaction {
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
        self.sql("UPDATE calendars SET timezone = $1 WHERE id = $2").bind(&details.timezone).bind(id.0).run().await?;
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
            "INSERT INTO calendar_views (principal_id, calendar_id, hidden, is_default, answer, own_name, own_color, own_order,
                own_description, keeps_free)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (principal_id, calendar_id) DO UPDATE SET hidden = excluded.hidden, is_default = excluded.is_default,
                answer = excluded.answer, own_name = excluded.own_name, own_color = excluded.own_color, own_order = excluded.own_order,
                own_description = excluded.own_description, keeps_free = excluded.keeps_free",
        )
        .bind(principal.0)
        .bind(id.0)
        .bind(view.hidden)
        .bind(view.is_default)
        .bind(view.answer.map(Answer::name))
        .bind(&view.name)
        .bind(&view.color)
        .bind(view.order)
        .bind(&view.description)
        .bind(view.keeps_free)
        .run()
        .await?;
        Ok(())
    }

    /// The calendars of which `principal` has said that what is in them does not count where it is asked when they are busy.
    pub async fn calendars_kept_free(&mut self, principal: PrincipalId) -> Result<Vec<CalendarId>> {
        let statement = self.sql("SELECT calendar_id FROM calendar_views WHERE principal_id = $1 AND keeps_free");
        statement.bind(principal.0).all(|row| Ok(CalendarId(row.get("calendar_id")?))).await
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
