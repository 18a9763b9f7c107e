//! Bringing messages to people elsewhere, as a job: each to each, under a Message-ID that stays the same however often it is tried; and
//! noting what became of that in the object that they are about.

use super::handing::{Handed, ShutOut};
use super::implicit::PENDING;
use crate::access::{self, Access, Caller, PrincipalId};
use crate::calendars::CalendarId;
use crate::jobs::{Ended, Lease};
use crate::mail::filing::file_later;
use crate::model::job::{JobKind, NewJob};
use crate::model::object::Precondition;
use crate::model::scheduling::{Brought, MessageId, OutsideDelivery};
use crate::objects::index;
use crate::outgoing_mail::MailError;
use crate::retry::ahead;
use crate::store::{Index, JobProgress};
use crate::write::Write;
use crate::{Error, Kalends, Limits, Result};
use chrono::{TimeDelta, Utc};
use kalends_ical::CalendarObject;
use kalends_ical::itip::{self, canonical};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// SCHEDULE-STATUS (RFC 6638 section 3.2.9): a server has taken it, and more is not known.
const SENT: &str = "1.1";
/// It could not be delivered.
const REFUSED: &str = "5.1";
/// For how long something is tried that a server does not take just now.
const MAX_TRYING: TimeDelta = TimeDelta::days(2);
/// How long what was not taken waits at first, and at most.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(10);
const MAX_WAIT: TimeDelta = TimeDelta::hours(1);

/// After so many that were not taken one after the other, the server is what does not work: the rest waits.
const MAX_FAILED: u32 = 3;

/// How long one job may take before others are let in.
const MAX_TIME: Duration = Duration::from_secs(300);

/// Most mail about meetings that one person has brought elsewhere within a day: as many as can be invited to one. The rest waits.
const MAX_A_DAY: u64 = 5_000;

/// What the job of some messages is told.
#[derive(Serialize, Deserialize)]
struct Payload {
    messages: Vec<i64>,
    /// How often they were tried.
    #[serde(default)]
    tries: u32,
}

/// A text, and what became of messages about it by those to whom they were.
#[derive(PartialEq)]
struct Reported {
    text: String,
    attendees: HashMap<String, String>,
    organizers: HashMap<String, String>,
}

impl Reported {
    /// The text that says so, where it is another by that.
    fn noted(&self, limits: &Limits) -> Result<Option<(String, Index)>> {
        let mut text = self.text.clone();
        for (line, statuses) in [("ATTENDEE", &self.attendees), ("ORGANIZER", &self.organizers)] {
            let object = CalendarObject::parse(&text, &limits.text)?;
            text = itip::with_statuses(&object, &text, line, |address, stands| {
                // An answer that came meanwhile says more.
                statuses.get(address).filter(|_| stands == Some(PENDING)).cloned()
            });
        }
        let index = index(&text, limits)?;
        Ok((text != self.text).then_some((text, index)))
    }
}

/// Brings the messages of a job to everybody elsewhere to whom they are.
pub(crate) async fn bring_outside(lease: &Lease) -> Result<Ended> {
    let payload: Payload = serde_json::from_str(&lease.job.payload).map_err(|error| Error::Internal(error.into()))?;
    let kalends = &lease.kalends;
    let messages: Vec<MessageId> = payload.messages.iter().copied().map(MessageId).collect();
    let waiting = kalends.db.read().await?.waiting_outside(&messages).await?;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (mut waits, mut failed, mut shut_out) = (false, 0, ShutOut::new());
    let (began, mut is_cut) = (Instant::now(), false);
    for (done, id) in waiting.iter().enumerate() {
        if failed >= MAX_FAILED {
            break;
        }
        // Others wait for the same place.
        if began.elapsed() > MAX_TIME {
            is_cut = true;
            break;
        }
        let mut tx = kalends.db.write().await?;
        // Where another node has the job by now, that sends it.
        let progress = JobProgress { done: count(done), of: Some(count(waiting.len())), payload: None };
        lease.progress(&mut tx, progress).await?;
        let delivery = tx.outside_delivery(*id).await?;
        // Each time: other jobs bring the same person's mail as well.
        let sender = delivery.as_ref().and_then(|delivery| delivery.sender_id);
        let today = tx.brought_since(sender, Utc::now() - TimeDelta::days(1)).await?;
        tx.commit().await?;
        if let Some(delivery) = delivery {
            let left = kalends.bring(&delivery, today < MAX_A_DAY, &mut shut_out).await?;
            waits |= left != Left::Nothing;
            // What is about one recipient says nothing about the next.
            match left {
                Left::ForServer => failed += 1,
                Left::Nothing => failed = 0,
                Left::ForRecipient => {}
            }
        }
    }
    // Also of what an attempt before this one has sent.
    let subjects = kalends.db.read().await?.subjects_of_messages(&messages).await?;
    for (sender, calendar, uid) in subjects {
        kalends.note_statuses(sender, calendar, &uid).await?;
    }
    let mut tx = kalends.db.write().await?;
    // What became of each message is told with the event.
    let ended = lease.end_without_trace(&mut tx).await?;
    if waits || is_cut {
        let wait = if is_cut { TimeDelta::zero() } else { (FIRST_WAIT * (1 << payload.tries.min(20))).min(MAX_WAIT) };
        let due_at = Utc::now() + wait;
        let tries = if is_cut { payload.tries } else { payload.tries.saturating_add(1) };
        let payload = serde_json::to_string(&Payload { tries, ..payload });
        let payload = payload.map_err(|error| Error::Internal(error.into()))?;
        let key = uuid::Uuid::new_v4().to_string();
        tx.enqueue_job(&NewJob { kind: JobKind::InvitationMail, key, owner: None, payload, due_at }).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Whether it may be taken later. One of which the server did not say whether it has it is sent again, as servers of mail do themselves:
/// it is known by its Message-ID, and by UID, SEQUENCE and DTSTAMP.
fn is_worth_trying(error: &MailError) -> bool {
    error.is_transient() || matches!(error, MailError::Uncertain(_) | MailError::Unauthenticated(_))
}

/// For what a message has to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    /// The server takes nothing for this recipient just now.
    ForRecipient,
    ForServer,
}

impl Kalends {
    /// Brings one message to somebody, if it `may` go out today.
    async fn bring(&self, delivery: &OutsideDelivery, may: bool, shut_out: &mut ShutOut) -> Result<Left> {
        if delivery.is_replaced {
            self.note_brought(delivery, PENDING, false, "a later one was sent in its place").await?;
            return Ok(Left::Nothing);
        }
        let handed = match may {
            true => self.hand_outside(delivery, shut_out).await?,
            false => {
                Handed::not(MailError::TryAgain(format!("at most {MAX_A_DAY} messages of one person go out in a day")))
            }
        };
        let Handed { answer, way, instead, copy } = handed;
        let brought = match answer {
            Ok(()) => Brought { status: SENT, waits: false, problem: instead.as_deref(), way },
            Err(error) if is_worth_trying(&error) && Utc::now() - delivery.sent_at < MAX_TRYING => {
                self.note_brought(delivery, PENDING, true, &error.to_string()).await?;
                let is_of_recipient = matches!(error, MailError::Recipients(_));
                return Ok(if is_of_recipient { Left::ForRecipient } else { Left::ForServer });
            }
            Err(error) => {
                self.note_brought(delivery, REFUSED, false, &error.to_string()).await?;
                return Ok(Left::Nothing);
            }
        };
        let mut tx = self.db.write().await?;
        tx.set_brought(delivery.id, &brought, Utc::now()).await?;
        if let Some(copy) = copy {
            file_later(&mut tx, copy.account, &copy.message_id, &copy.subject, copy.octets).await?;
        }
        tx.commit().await?;
        self.wake.notify_one();
        Ok(Left::Nothing)
    }

    async fn note_brought(&self, delivery: &OutsideDelivery, status: &str, waits: bool, why: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.set_brought(delivery.id, &Brought { status, waits, problem: Some(why), way: None }, Utc::now()).await?;
        tx.commit().await
    }

    /// Has what is in a calendar say what became of messages about it that were on their way (RFC 6638 section 3.2.9).
    async fn note_statuses(&self, sender: PrincipalId, from: CalendarId, uid: &str) -> Result<()> {
        let caller = Caller::delivery(sender);
        let mut tx = self.db.read().await?;
        let owner = match access::calendar(&mut tx, caller, from, Access::Write).await {
            Ok(held) => held.owner().id,
            // They cannot write there any more.
            Err(Error::NotFound(_) | Error::Forbidden { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let Some((calendar, _, name)) = tx.holder_of_uid(owner, uid, None).await? else { return Ok(()) };
        drop(tx);
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Write).await?;
            let Some(object) = write.tx.object(held.id, &name).await? else { return Ok(()) };
            // Under the lock of the calendar: who changes it has messages sent in the same write.
            let (mut attendees, mut organizers) = (HashMap::new(), HashMap::new());
            for (recipient, method, status) in write.tx.outside_statuses(from, uid).await? {
                let of = if method == "REPLY" { &mut organizers } else { &mut attendees };
                of.insert(canonical(&recipient), status);
            }
            let (octets, limits) = (object.text.len(), self.limits.clone());
            let reported = Reported { text: object.text, attendees, organizers };
            let noted = ahead(octets, reported, move |reported| reported.noted(&limits)).await?;
            let Some((text, index)) = noted else { return Ok(()) };
            write.store(&held, &name, &text, &index, &Precondition::Matches(vec![object.head.etag])).await?;
            write.commit(()).await
        })
        .await
        .or_else(|error| match error {
            // It went, or cannot be written to any more.
            Error::NotFound(_) | Error::Forbidden { .. } | Error::QuotaExceeded { .. } => Ok(()),
            error => Err(error),
        })
    }

    /// The same, whose mail about meetings is worded by `writer`.
    #[must_use]
    pub fn with_meeting_writer(self, writer: std::sync::Arc<dyn super::MeetingWriter>) -> Self {
        Kalends { meeting_writer: writer, ..self }
    }
}
