//! What the nodes of an installation tell each other, by LISTEN and NOTIFY of PostgreSQL. A file of SQLite has one node.

use super::{Database, Transaction};
use crate::model::announcement::Announcement;
use crate::model::calendar::{CalendarId, Revision};
use crate::model::job::JobId;
use crate::model::mail_account::MailAccountId;
use crate::model::principal::PrincipalId;
use crate::{Error, Result};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

const CHANNEL: &str = "kalends";
const REVOKED: &str = "revoked";
/// PostgreSQL takes payloads of less than 8,000 octets.
const MAX_PAYLOAD: usize = 7_500;

/// After how long without a word the connection is asked whether it is there,
const SILENCE: Duration = Duration::from_secs(20);
/// and for how long it may keep one waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hears what any node has told, this one included.
pub struct Listener(PgListener);

/// Something that a node has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A credential was revoked.
    Revoked,
    /// What the node with this identifier has changed.
    Changed { node: Uuid, announcements: Vec<Announcement> },
    /// What this version does not know.
    Unknown,
}

/// `3f2a… c12:345 h7:2`, in as many payloads as it takes.
fn payloads(node: Uuid, announcements: &[Announcement]) -> Vec<String> {
    let mut payloads = Vec::new();
    let mut payload = node.to_string();
    for announcement in announcements {
        let word = match announcement {
            Announcement::Calendar { calendar, revision } => format!(" c{}:{}", calendar.0, revision.0),
            Announcement::Home { principal, revision } => format!(" h{}:{}", principal.0, revision.0),
            Announcement::Job { owner, job } => format!(" j{}:{}", owner.0, job.0),
            Announcement::Reminder { owner } => format!(" r{}:0", owner.0),
            Announcement::Mail { owner, account } => format!(" e{}:{}", owner.0, account.0),
            Announcement::Missed => " m".to_owned(),
        };
        if payload.len() + word.len() > MAX_PAYLOAD {
            payloads.push(std::mem::replace(&mut payload, node.to_string()));
        }
        payload.push_str(&word);
    }
    payloads.push(payload);
    payloads
}

fn announcement(word: &str) -> Option<Announcement> {
    if word == "m" {
        return Some(Announcement::Missed);
    }
    let (what, number) = word.split_once(':')?;
    let number = number.parse().ok()?;
    let (id, revision) = (what.get(1..)?.parse().ok()?, Revision(number));
    match what.as_bytes()[0] {
        b'c' => Some(Announcement::Calendar { calendar: CalendarId(id), revision }),
        b'h' => Some(Announcement::Home { principal: PrincipalId(id), revision }),
        b'j' => Some(Announcement::Job { owner: PrincipalId(id), job: JobId(number) }),
        b'r' => Some(Announcement::Reminder { owner: PrincipalId(id) }),
        b'e' => Some(Announcement::Mail { owner: PrincipalId(id), account: MailAccountId(number) }),
        _ => None,
    }
}

fn notice(payload: &str) -> Notice {
    if payload == REVOKED {
        return Notice::Revoked;
    }
    let mut words = payload.split(' ');
    let node = words.next().and_then(|node| node.parse().ok());
    let announcements = words.map(announcement).collect::<Option<Vec<_>>>();
    node.zip(announcements).map_or(Notice::Unknown, |(node, announcements)| Notice::Changed { node, announcements })
}

impl Transaction {
    /// Tells every node, once this is committed, that a credential was revoked.
    pub async fn tell_revoked(&mut self) -> Result<()> {
        self.tell(REVOKED).await
    }

    /// Tells every other node, once this is committed, what `node` has changed.
    pub async fn tell_changed(&mut self, node: Uuid, announcements: &[Announcement]) -> Result<()> {
        if self.has_nodes() && !announcements.is_empty() {
            for payload in payloads(node, announcements) {
                self.tell(&payload).await?;
            }
        }
        Ok(())
    }

    async fn tell(&mut self, payload: &str) -> Result<()> {
        if self.has_nodes() {
            self.sql("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).run().await?;
        }
        Ok(())
    }
}

impl Database {
    /// `None` where there are no other nodes.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn listen(&self) -> Result<Option<Listener>> {
        let Database::Postgres(postgres) = self else { return Ok(None) };
        let mut listener = PgListener::connect_with(postgres.pool()).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// Waits until something was told.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`: nothing is heard any more.
    pub async fn next(&mut self) -> Result<Notice> {
        loop {
            if let Ok(told) = timeout(SILENCE, self.0.try_recv()).await {
                return told?.map(|told| notice(told.payload())).ok_or(Error::Unavailable { seconds: 1 });
            }
            // A connection that was cut without a word is as silent as one over which nothing is told.
            let asked = timeout(PATIENCE, sqlx::query("SELECT 1").execute(&mut self.0)).await;
            asked.map_err(|_| Error::Unavailable { seconds: 1 })??;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_understood() {
        let node = Uuid::new_v4();
        let home = Announcement::Home { principal: PrincipalId(7), revision: Revision(2) };
        let calendar = |id| Announcement::Calendar { calendar: CalendarId(id), revision: Revision(id * 3) };
        let job = Announcement::Job { owner: PrincipalId(7), job: JobId(41) };
        let reminder = Announcement::Reminder { owner: PrincipalId(9) };
        let mail = Announcement::Mail { owner: PrincipalId(7), account: MailAccountId(3) };
        for announcements in [
            vec![home, calendar(12), job, reminder, mail, Announcement::Missed],
            (1_000_000..1_002_000).map(calendar).collect(),
        ] {
            let payloads = payloads(node, &announcements);
            assert!(payloads.iter().all(|payload| payload.len() < 8_000));
            let heard = payloads.iter().flat_map(|payload| match notice(payload) {
                Notice::Changed { node: of, announcements } if of == node => announcements,
                other => panic!("{other:?}"),
            });
            assert_eq!(heard.collect::<Vec<_>>(), announcements);
        }
        assert_eq!(notice(REVOKED), Notice::Revoked);
        for payload in ["", "news", "3f2a c1:2", &format!("{node} c1"), &format!("{node} ö:1"), &format!("{node} x1:2")]
        {
            assert_eq!(notice(payload), Notice::Unknown, "{payload}");
        }
    }
}
