//! Handing one message to a server of mail: by the way that was thought of, and where that does not take it, by the next.

use super::letters::{Read, message, message_id};
use super::outside::Carrier;
use crate::access::PrincipalId;
use crate::accounts::User;
use crate::model::mail_account::MailAccountId;
use crate::model::scheduling::{OWN_MAIL, OutsideDelivery};
use crate::outgoing_mail::{Envelope, MailError, Mailbox};
use crate::{Kalends, Result};
use chrono::{TimeDelta, Utc};
use kalends_ical::itip::{self, Method};
use std::collections::HashSet;

/// For how long only the sender's own account is tried that does not answer.
const OWN_PATIENCE: TimeDelta = TimeDelta::hours(1);
/// Most people whom the copy names that the sender keeps.
const MAX_NAMED: usize = 500;

/// Accounts that took nothing the last time: one is not asked again and again with what it does not believe.
pub(super) type ShutOut = HashSet<MailAccountId>;

/// What came of it.
pub(super) struct Handed {
    pub answer: std::result::Result<(), MailError>,
    /// The way that took it.
    pub way: Option<&'static str>,
    /// Why the sender's own account did not, where another way has.
    pub instead: Option<String>,
    pub copy: Option<Copy>,
}

/// What is put among what the sender has sent.
pub(super) struct Copy {
    pub account: MailAccountId,
    pub message_id: String,
    pub subject: String,
    pub octets: Vec<u8>,
}

impl Handed {
    pub fn not(why: MailError) -> Self {
        Handed { answer: Err(why), way: None, instead: None, copy: None }
    }
}

/// A message with what it is about.
struct Prepared {
    read: Read,
    /// Who has it sent.
    user: Option<User>,
    /// Whose the calendar is.
    owner: Option<PrincipalId>,
}

/// Whether the next way is to take what the sender's own account does not.
fn falls_back(error: &MailError, delivery: &OutsideDelivery) -> bool {
    let is_old = Utc::now() - delivery.sent_at > OWN_PATIENCE;
    match error {
        MailError::Unauthenticated(_) | MailError::Refused(_) => true,
        MailError::TryAgain(_) => is_old,
        // Most servers say of a sender whom they do not let send so only when they are told the recipients. Whom it does not reach this
        // way for what they are themselves, it reaches no other.
        MailError::Recipients(refused) => {
            refused.iter().all(|one| speaks_of_sender(&one.reply) || one.is_temporary && is_old)
        }
        // It may have come.
        MailError::Uncertain(_) => false,
    }
}

/// Whether a reply is about who sends (RFC 3463 section 3.8: security and policy), and not about the recipient.
fn speaks_of_sender(reply: &str) -> bool {
    let reply = reply.to_ascii_lowercase();
    ["5.7.", "4.7.", "sender", "relay"].iter().any(|word| reply.contains(word))
}

impl Kalends {
    /// Hands a message over.
    pub(super) async fn hand_outside(&self, delivery: &OutsideDelivery, shut_out: &mut ShutOut) -> Result<Handed> {
        let prepared = match self.prepare_message(delivery).await? {
            Ok(prepared) => prepared,
            Err(why) => return Ok(Handed::not(MailError::Refused(why))),
        };
        let from = itip::email(&delivery.sender).unwrap_or_default();
        let mut problem: Option<MailError> = None;
        let ways = self.ways().map(|ways| ways.named_first(&delivery.way)).unwrap_or_default();
        for way in ways {
            let Some(carrier) = way.carrier(self, delivery.sender_id, &from).await? else { continue };
            if carrier.account.is_some_and(|account| shut_out.contains(&account)) {
                continue;
            }
            let (answer, copy) = self.hand_to(delivery, &prepared, &carrier).await?;
            match answer {
                Err(error) if carrier.is_own && falls_back(&error, delivery) => {
                    // Nor is one waited for again and again that does not answer.
                    if matches!(error, MailError::Unauthenticated(_) | MailError::TryAgain(_)) {
                        shut_out.extend(carrier.account);
                    }
                    if let MailError::Unauthenticated(why) = &error {
                        way.shut_out(self, &carrier, why).await?;
                    }
                    problem = Some(error);
                }
                answer => {
                    let instead = problem.filter(|_| answer.is_ok()).map(|problem| problem.to_string());
                    return Ok(Handed { answer, way: Some(way.name()), instead, copy });
                }
            }
        }
        Ok(Handed::not(problem.unwrap_or_else(|| match delivery.way.as_str() {
            // Its owner may mend it.
            OWN_MAIL => MailError::TryAgain("the account of mail by which it goes does not work at present".into()),
            _ => MailError::Refused("there is no way to people elsewhere any more".into()),
        })))
    }

    /// Reads a message, and what it is about. `Err`: why it is not sent.
    async fn prepare_message(&self, delivery: &OutsideDelivery) -> Result<std::result::Result<Prepared, String>> {
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
            return Ok(Err("it is not in the calendar any more".to_owned()));
        }
        let (limits, of) = (self.limits.clone(), delivery.clone());
        let octets = of.text.len() + stands.as_ref().map_or(0, String::len);
        match self.parse_on_a_thread(octets, move || Read::new(&of, stands.as_deref(), &limits)).await {
            Ok(read) => Ok(Ok(Prepared { read, user, owner })),
            Err(error) if error.is_of_the_store() => Err(error),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// Hands a message to one server. Yields its answer, and what the sender keeps of it.
    async fn hand_to(
        &self,
        delivery: &OutsideDelivery,
        prepared: &Prepared,
        carrier: &Carrier,
    ) -> Result<(std::result::Result<(), MailError>, Option<Copy>)> {
        let Prepared { read, user, owner } = prepared;
        let mut letter = read.letter(delivery, user.as_ref(), carrier);
        let is_event = letter.event.draft.is_some();
        if let (Method::Request, Some(owner)) = (letter.method, owner.filter(|_| is_event)) {
            let of = letter.event.instance.as_ref();
            letter.answer_token = self.answer_token(owner, &delivery.uid, &delivery.recipient, of);
        }
        let words = self.meeting_writer.letter(&letter);
        let octets = message(delivery, &letter, &words, carrier, std::slice::from_ref(&letter.to))?;
        let envelope = Envelope { from: carrier.from.address.clone(), to: vec![letter.to.address.clone()] };
        // One copy for all whom the same message is for: each gets one with addresses of their own to answer by. All is read before it is
        // sent: what fails after that would have it sent again.
        let (people, is_kept) = self.db.read().await?.same_message_outside(delivery.id, MAX_NAMED).await?;
        let answer = carrier.transport.send(&envelope, &octets).await.map(drop);
        let Some(account) = carrier.account.filter(|_| answer.is_ok() && !is_kept) else { return Ok((answer, None)) };
        letter.answer_token = None;
        letter.locale = user.as_ref().and_then(|user| user.preferences.locale.clone());
        let words = self.meeting_writer.letter(&letter);
        let people: Vec<Mailbox> = people.iter().map(|address| read.mailbox(address, None)).collect();
        let octets = message(delivery, &letter, &words, carrier, &people)?;
        let message_id = message_id(delivery, carrier);
        Ok((answer, Some(Copy { account, message_id, subject: words.subject, octets })))
    }
}
