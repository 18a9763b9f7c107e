//! Bringing messages to people elsewhere, as a job: each to each, under a Message-ID that stays the same however often it is tried; and
//! noting what became of that in the object that they are about.

use super::implicit::PENDING;
use super::letters::{Read, message};
use crate::access::{self, Access, Caller, PrincipalId};
use crate::calendars::CalendarId;
use crate::jobs::{Ended, Lease};
use crate::model::job::{JobKind, NewJob};
use crate::model::object::Precondition;
use crate::model::scheduling::{Brought, MessageId, OutsideDelivery};
use crate::objects::index;
use crate::outgoing_mail::{Envelope, MailError};
use crate::store::JobProgress;
use crate::thread::on_a_thread;
use crate::write::Write;
use crate::{Error, Kalends, Result};
use chrono::{TimeDelta, Utc};
use kalends_ical::CalendarObject;
use kalends_ical::itip::{self, Method, canonical};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

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

/// Brings the messages of a job to everybody elsewhere to whom they are.
pub(crate) async fn bring_outside(lease: &Lease) -> Result<Ended> {
    let payload: Payload = serde_json::from_str(&lease.job.payload).map_err(|error| Error::Internal(error.into()))?;
    let kalends = &lease.kalends;
    let messages: Vec<MessageId> = payload.messages.iter().copied().map(MessageId).collect();
    let waiting = kalends.db.read().await?.waiting_outside(&messages).await?;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (mut waits, mut failed) = (false, 0);
    for (done, id) in waiting.iter().enumerate() {
        if failed >= MAX_FAILED {
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
            let has_failed = kalends.bring(&delivery, today < MAX_A_DAY).await?;
            waits |= has_failed;
            failed = if has_failed { failed + 1 } else { 0 };
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
    if waits {
        let due_at = Utc::now() + (FIRST_WAIT * (1 << payload.tries.min(20))).min(MAX_WAIT);
        let tries = payload.tries.saturating_add(1);
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

impl Kalends {
    /// Brings one message to somebody, if it `may` go out today. Yields whether it has to be tried again.
    async fn bring(&self, delivery: &OutsideDelivery, may: bool) -> Result<bool> {
        if delivery.is_replaced {
            return self.note_brought(delivery, PENDING, false, "a later one was sent in its place").await;
        }
        let answer = match may {
            true => self.send_outside(delivery).await?,
            false => Err(MailError::TryAgain(format!("at most {MAX_A_DAY} messages of one person go out in a day"))),
        };
        let brought = match answer {
            Ok(()) => Brought { status: SENT, waits: false, problem: None },
            Err(error) if is_worth_trying(&error) && Utc::now() - delivery.sent_at < MAX_TRYING => {
                return self.note_brought(delivery, PENDING, true, &error.to_string()).await;
            }
            Err(error) => return self.note_brought(delivery, REFUSED, false, &error.to_string()).await,
        };
        let mut tx = self.db.write().await?;
        tx.set_brought(delivery.id, &brought, Utc::now()).await?;
        tx.commit().await?;
        Ok(false)
    }

    async fn note_brought(&self, delivery: &OutsideDelivery, status: &str, waits: bool, why: &str) -> Result<bool> {
        let mut tx = self.db.write().await?;
        tx.set_brought(delivery.id, &Brought { status, waits, problem: Some(why) }, Utc::now()).await?;
        tx.commit().await?;
        Ok(waits)
    }

    /// The answer of the server is the inner result.
    async fn send_outside(&self, delivery: &OutsideDelivery) -> Result<std::result::Result<(), MailError>> {
        let refused = |why: &str| Ok(Err(MailError::Refused(why.to_owned())));
        let carrier = match self.ways() {
            Some(ways) => ways.carrier(self, &delivery.way, delivery.sender_id).await?,
            None => None,
        };
        let Some(carrier) = carrier else { return refused("there is no way to people elsewhere any more") };
        let mut tx = self.db.read().await?;
        let user = match delivery.sender_id {
            Some(sender) => tx.user(sender).await?,
            None => None,
        };
        let (mut stands, mut owner) = (None, None);
        if let Some(calendar) = delivery.calendar {
            stands = tx.object_text_by_uid(calendar, &delivery.uid).await?;
            owner = tx.owner_of_calendar(calendar).await?;
        }
        let is_moved = match owner.filter(|_| stands.is_none()) {
            Some(owner) => tx.holder_of_uid(owner, &delivery.uid, None).await?.is_some(),
            None => false,
        };
        drop(tx);
        if delivery.method == Method::Request.name() && stands.is_none() && !is_moved {
            return refused("it is not in the calendar any more");
        }
        let (limits, of) = (self.limits.clone(), delivery.clone());
        let octets = of.text.len() + stands.as_ref().map_or(0, String::len);
        let read = self.parse_on_a_thread(octets, move || Read::new(&of, stands.as_deref(), &limits)).await;
        let read = match read {
            Ok(read) => read,
            Err(error) if error.is_of_the_store() => return Err(error),
            Err(error) => return refused(&error.to_string()),
        };
        let mut letter = read.letter(delivery, user.as_ref(), &carrier);
        let is_event = letter.event.draft.is_some();
        if let (Method::Request, Some(owner)) = (letter.method, owner.filter(|_| is_event)) {
            let of = letter.event.instance.as_ref();
            letter.answer_token = self.answer_token(owner, &delivery.uid, &delivery.recipient, of);
        }
        let words = self.meeting_writer.letter(&letter);
        let octets = message(delivery, &letter, &words, &carrier)?;
        let envelope = Envelope { from: carrier.from.address.clone(), to: vec![letter.to.address.clone()] };
        Ok(carrier.transport.send(&envelope, &octets).await.map(drop))
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
            let limits = self.limits.clone();
            let noted = on_a_thread(move || {
                let mut text = object.text;
                let before = text.clone();
                for (line, statuses) in [("ATTENDEE", &attendees), ("ORGANIZER", &organizers)] {
                    let object = CalendarObject::parse(&text, &limits.text)?;
                    text = itip::with_statuses(&object, &text, line, |address, stands| {
                        // An answer that came meanwhile says more.
                        statuses.get(address).filter(|_| stands == Some(PENDING)).cloned()
                    });
                }
                let index = index(&text, &limits)?;
                Ok((text != before).then_some((text, index, object.head.etag)))
            })
            .await?;
            let Some((text, index, etag)) = noted else { return Ok(()) };
            write.store(&held, &name, &text, &index, &Precondition::Matches(vec![etag])).await?;
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
