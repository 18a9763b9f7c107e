//! Public links.

use super::shares::{PARTY, party};
use super::statement::{Row, broken, millis};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::calendar::CalendarId;
use crate::model::link::{Link, LinkId, StoredLink};
use crate::model::principal::{Access, PrincipalId};
use chrono::{DateTime, Utc};

const LINK: &str =
    ", l.id AS link_id, l.name, l.access, l.ends_at, l.created_at, l.changed_at, l.uses, l.last_used_at, u.time_zone
    FROM links l JOIN principals p ON p.id = l.maker_id JOIN users u ON u.principal_id = l.maker_id ";
const CALENDARS: &str = "SELECT k.link_id, k.calendar_id FROM link_calendars k JOIN links l ON l.id = k.link_id ";

/// Which links are meant, by what is bound as the first.
#[derive(Clone, Copy)]
pub enum LinksOf {
    Maker(PrincipalId),
    Calendar(CalendarId),
    One(LinkId),
}

impl LinksOf {
    fn condition(self) -> (&'static str, i64) {
        match self {
            LinksOf::Maker(maker) => ("WHERE l.maker_id = $1 ", maker.0),
            LinksOf::Calendar(calendar) => {
                ("WHERE l.id IN (SELECT link_id FROM link_calendars WHERE calendar_id = $1) ", calendar.0)
            }
            LinksOf::One(id) => ("WHERE l.id = $1 ", id.0),
        }
    }
}

fn link(row: &Row) -> Result<Link> {
    let time_zone: Option<&str> = row.get("time_zone")?;
    Ok(Link {
        id: LinkId(row.get("link_id")?),
        maker: party(row)?,
        name: row.get("name")?,
        access: Access::from_number(row.get("access")?),
        ends_at: row.optional_instant("ends_at")?,
        created_at: row.instant("created_at")?,
        changed_at: row.instant("changed_at")?,
        uses: row.count("uses")?,
        last_used_at: row.optional_instant("last_used_at")?,
        calendars: Vec::new(),
        zone: time_zone.and_then(|name| name.parse().ok()),
    })
}

impl Transaction {
    /// Links, the oldest first, those that have ended too.
    pub async fn links(&mut self, of: LinksOf) -> Result<Vec<Link>> {
        let (condition, id) = of.condition();
        let parts = ["SELECT ", PARTY, LINK, condition, "ORDER BY l.id"];
        let mut links = self.joined(&parts).bind(id).all(link).await?;
        let parts = [CALENDARS, condition, "ORDER BY k.link_id, k.calendar_id"];
        let read = |row: &Row| Ok((LinkId(row.get("link_id")?), CalendarId(row.get("calendar_id")?)));
        let mut calendars = self.joined(&parts).bind(id).all(read).await?.into_iter().peekable();
        for link in &mut links {
            while let Some((_, calendar)) = calendars.next_if(|(of, _)| *of == link.id) {
                link.calendars.push(calendar);
            }
        }
        Ok(links)
    }

    /// The id of the link with this secret that holds, made by somebody who can sign in. One that was never there takes as long.
    pub async fn link_of_secret(&mut self, secret: &SecretHash) -> Result<Option<LinkId>> {
        let now = self.now();
        let parts = [
            "SELECT l.id FROM links l JOIN users u ON u.principal_id = l.maker_id
             WHERE l.secret_hash = $1 AND u.disabled_at IS NULL AND u.deleted_at IS NULL AND (l.ends_at IS NULL OR l.ends_at > ",
            now,
            ")",
        ];
        let row = self.joined(&parts).bind(&secret[..]).optional().await?;
        row.map(|row| Ok(LinkId(row.get("id")?))).transpose()
    }

    /// The hash of the secret of a link that `maker` made.
    pub async fn link_secret(&mut self, id: LinkId, maker: PrincipalId) -> Result<Option<SecretHash>> {
        let statement = self.sql("SELECT secret_hash FROM links WHERE id = $1 AND maker_id = $2");
        let row = statement.bind(id.0).bind(maker.0).optional().await?;
        let octets: Option<Vec<u8>> = row.map(|row| row.get("secret_hash")).transpose()?;
        octets.map(|octets| octets.try_into().map_err(|_| broken("secret_hash"))).transpose()
    }

    /// Without its calendars.
    pub async fn insert_link(&mut self, new: StoredLink<'_>, secret: &SecretHash) -> Result<LinkId> {
        let row = self
            .sql(
                "INSERT INTO links (maker_id, name, access, secret_hash, ends_at, created_at, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id",
            )
            .bind(new.maker.0)
            .bind(&new.details.name)
            .bind(new.details.access.number())
            .bind(&secret[..])
            .bind(new.details.ends_at.map(millis))
            .bind(millis(new.at))
            .one()
            .await?;
        Ok(LinkId(row.get("id")?))
    }

    /// Without its calendars. Yields whether it is there.
    pub async fn update_link(&mut self, id: LinkId, link: StoredLink<'_>) -> Result<bool> {
        let statement = self.sql(
            "UPDATE links SET name = $3, access = $4, ends_at = $5, changed_at = $6 WHERE id = $1 AND maker_id = $2",
        );
        let statement = statement.bind(id.0).bind(link.maker.0).bind(&link.details.name);
        let statement = statement.bind(link.details.access.number()).bind(link.details.ends_at.map(millis));
        Ok(statement.bind(millis(link.at)).run().await? > 0)
    }

    /// The calendars of a link from now on.
    pub async fn set_link_calendars(&mut self, id: LinkId, calendars: &[CalendarId]) -> Result<()> {
        self.sql("DELETE FROM link_calendars WHERE link_id = $1").bind(id.0).run().await?;
        for calendar in calendars {
            let statement = self.sql("INSERT INTO link_calendars (link_id, calendar_id) VALUES ($1, $2)");
            statement.bind(id.0).bind(calendar.0).run().await?;
        }
        Ok(())
    }

    /// Another address. Yields whether it is there.
    pub async fn set_link_secret(
        &mut self,
        id: LinkId,
        maker: PrincipalId,
        secret: &SecretHash,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let statement = self.sql("UPDATE links SET secret_hash = $3, changed_at = $4 WHERE id = $1 AND maker_id = $2");
        Ok(statement.bind(id.0).bind(maker.0).bind(&secret[..]).bind(millis(at)).run().await? > 0)
    }

    /// When the feed of a link came to be what `state` is a digest of; `None`: it was another when it was last asked for, or never was.
    pub async fn link_feed_changed_at(&mut self, id: LinkId, state: &[u8; 32]) -> Result<Option<DateTime<Utc>>> {
        let statement = self.sql("SELECT feed_changed_at FROM links WHERE id = $1 AND feed_state = $2");
        let row = statement.bind(id.0).bind(&state[..]).optional().await?;
        row.map(|row| row.optional_instant("feed_changed_at")).transpose().map(Option::flatten)
    }

    /// The feed of a link is another from `at` on; at first, where nobody has asked for it, from `first` on. Yields since when, also where
    /// another node was faster.
    pub async fn set_link_feed_changed(
        &mut self,
        id: LinkId,
        state: &[u8; 32],
        (first, at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<DateTime<Utc>> {
        let statement = self.sql(
            "UPDATE links SET feed_changed_at = CASE WHEN feed_state IS NULL THEN $3 WHEN feed_state = $2 THEN feed_changed_at ELSE $4 END,
                feed_state = $2 WHERE id = $1 RETURNING feed_changed_at",
        );
        let statement = statement.bind(id.0).bind(&state[..]).bind(millis(first)).bind(millis(at));
        Ok(statement.optional().await?.map(|row| row.instant("feed_changed_at")).transpose()?.unwrap_or(at))
    }

    pub async fn delete_link(&mut self, id: LinkId) -> Result<()> {
        self.sql("DELETE FROM links WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// Adds what was counted. Of several nodes the last use counts.
    pub async fn add_link_uses(&mut self, id: LinkId, uses: u64, last: DateTime<Utc>) -> Result<()> {
        let statement = self.sql(
            "UPDATE links SET uses = uses + $2,
                last_used_at = CASE WHEN last_used_at IS NULL OR last_used_at < $3 THEN $3 ELSE last_used_at END WHERE id = $1",
        );
        let uses = i64::try_from(uses).unwrap_or(i64::MAX);
        statement.bind(id.0).bind(uses).bind(millis(last)).run().await?;
        Ok(())
    }
}
