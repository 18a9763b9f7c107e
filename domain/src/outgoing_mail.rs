//! Mail that goes out: what a transport is asked and answers, messages as they are written, and the durable job by which the installation
//! sends what it has to say. The protocol (SMTP) is `kalends_providers::smtp`.

use crate::jobs::{Ended, JobId, JobKind, Lease};
use crate::model::job::NewJob;
use crate::model::principal::PrincipalId;
use crate::store::{JobProgress, Transaction};
use crate::{Error, Kalends, Missing, Problem, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use futures::future::BoxFuture;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::raw::Raw;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest address, in octets (RFC 5321 section 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;
/// What a payload is sealed for.
const PURPOSE: &[u8] = b"outgoing mail";

pub use crate::model::mail_error::{MailError, RefusedRecipient};

/// What a transport answers.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, MailError>>;

/// Takes messages to where they go.
pub trait MailTransport: Send + Sync {
    /// Hands a whole message (RFC 5322, with its header) over to a server that says that it takes care of it.
    ///
    /// # Errors
    /// Why it does not. Nobody has got the message then, but after [`MailError::Uncertain`].
    fn send<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Answer<'a, Sent>;

    /// Goes as far as to prove who it is, and sends nothing. Yields what the server calls itself.
    ///
    /// # Errors
    /// Why messages would not be taken.
    fn check(&self) -> Answer<'_, String>;
}

/// Whom a message is from and to, whatever its header says (RFC 5321 section 2.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub from: String,
    pub to: Vec<String>,
}

/// A server has taken a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What the server said to it, such as the number that it has there.
    pub reply: String,
    /// Those who do not get it; at least one of the others does.
    pub refused: Vec<RefusedRecipient>,
}

/// Whether something can stand as an address in a command of SMTP.
pub fn is_sendable(address: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '\\');
    let parts = address.rsplit_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && address.len() <= MAX_ADDRESS
        && address.chars().all(is_plain)
}

/// An address with the name of whom it is (RFC 5322 section 3.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Empty where there is none.
    pub name: String,
    pub address: String,
}

impl Mailbox {
    fn header(&self) -> Address<'static> {
        let name = Some(self.name.clone()).filter(|name| !name.is_empty());
        Address::new_address(name, self.address.clone())
    }
}

impl std::str::FromStr for Mailbox {
    type Err = String;

    /// Reads `ada@example.org` and `Ada Lovelace <ada@example.org>`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"'), address),
            None => ("", text),
        };
        let is_name = |character: char| !character.is_control() && !matches!(character, '<' | '>');
        if !is_sendable(address) || !name.chars().all(is_name) {
            return Err("write it as kalends@example.org or Kalends <kalends@example.org>".to_owned());
        }
        Ok(Mailbox { name: name.to_owned(), address: address.to_owned() })
    }
}

impl std::fmt::Display for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name.is_empty() {
            true => f.write_str(&self.address),
            false => write!(f, "{} <{}>", self.name, self.address),
        }
    }
}

/// What the installation says to somebody, in their language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub to: Mailbox,
    pub subject: String,
    /// Plain text; lines end with `\n`.
    pub text: String,
}

impl Letter {
    /// The message as it goes out. `id`: the left part of its Message-ID, the same for the same letter.
    pub(crate) fn message(&self, from: &Mailbox, id: Uuid) -> Result<Vec<u8>> {
        let domain = from.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let message = MessageBuilder::new()
            .message_id(format!("{id}@{domain}"))
            .date(Utc::now().timestamp())
            .from(from.header())
            .to(self.to.header())
            .subject(self.subject.clone())
            // Nobody's holiday answers to it (RFC 3834 section 5).
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .text_body(self.text.clone());
        message.write_to_vec().map_err(|error| Error::Internal(error.into()))
    }

    fn check(&self) -> Result<()> {
        if !is_sendable(&self.to.address) {
            return Err(Error::bad_input("e-mail", Problem::Email));
        }
        Ok(())
    }
}

/// What becomes of a letter when a node goes away in the middle of sending it, and nobody knows whether the server has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IfLost {
    /// It is sent again, as somebody waits for it. Its Message-ID is the same, by which many servers and programs know that they have it.
    SendAgain,
    /// It is not: it is worth less than being bothered twice.
    GiveUp,
}

/// What a job has to send. It is sealed, as links in it are secrets.
#[derive(Serialize, Deserialize)]
struct Payload {
    sealed: String,
    /// Of its Message-ID.
    id: String,
    /// It is not sent a second time where nobody knows what became of the first.
    #[serde(default)]
    once: bool,
    /// A node has begun to send it.
    #[serde(default)]
    begun: bool,
}

impl Payload {
    fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Internal(error.into()))
    }
}

impl Kalends {
    /// The same, which sends mail by `transport`; `None`: it sends none.
    #[must_use]
    pub fn with_mail_transport(self, transport: Option<std::sync::Arc<dyn MailTransport>>) -> Self {
        Kalends { mail_transport: transport, ..self }
    }

    /// The same, whose own mail is from `sender`.
    #[must_use]
    pub fn with_mail_sender(self, sender: Option<Mailbox>) -> Self {
        Kalends { mail_sender: sender, ..self }
    }

    /// How mail goes out and from whom that of the installation is; `None`: it sends none.
    pub fn mail(&self) -> Option<(&dyn MailTransport, &Mailbox)> {
        Some((self.mail_transport.as_deref()?, self.mail_sender.as_ref()?))
    }

    /// Whether the installation sends mail.
    pub fn sends_mail(&self) -> bool {
        self.mail().is_some()
    }

    /// Has a letter sent, also when the server of mail is away for a while. `owner`: whose doing it is, who sees the job.
    ///
    /// # Errors
    /// `NotFound`, where the installation sends no mail; `BadInput` for an address that is none.
    pub async fn send_letter(&self, owner: Option<PrincipalId>, letter: &Letter) -> Result<JobId> {
        let mut tx = self.db.write().await?;
        let id = self.enqueue_letter(&mut tx, owner, letter, IfLost::SendAgain).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(id)
    }

    /// [`Kalends::send_letter`] in the transaction that is its reason.
    pub(crate) async fn enqueue_letter(
        &self,
        tx: &mut Transaction,
        owner: Option<PrincipalId>,
        letter: &Letter,
        if_lost: IfLost,
    ) -> Result<JobId> {
        letter.check()?;
        if !self.sends_mail() {
            return Err(Error::NotFound(Missing::MailTransport));
        }
        let sealed = URL_SAFE_NO_PAD.encode(self.vault.seal_for(PURPOSE, letter)?);
        let payload =
            Payload { sealed, id: Uuid::new_v4().to_string(), once: if_lost == IfLost::GiveUp, begun: false }.text()?;
        let key = Uuid::new_v4().to_string();
        tx.enqueue_job(&NewJob { kind: JobKind::Mail, key, owner, payload, due_at: Utc::now() }).await
    }

    /// Sends a letter now and yields what the server said.
    ///
    /// # Errors
    /// `NotFound`, where the installation sends no mail; `BadInput`; the answer of the server is the inner result.
    pub async fn send_letter_now(&self, letter: &Letter) -> Result<std::result::Result<Sent, MailError>> {
        self.send_letter_as(letter, Uuid::new_v4()).await
    }

    /// [`Kalends::send_letter_now`], under a Message-ID.
    async fn send_letter_as(&self, letter: &Letter, id: Uuid) -> Result<std::result::Result<Sent, MailError>> {
        letter.check()?;
        let (transport, from) = self.mail().ok_or(Error::NotFound(Missing::MailTransport))?;
        let message = letter.message(from, id)?;
        let envelope = Envelope { from: from.address.clone(), to: vec![letter.to.address.clone()] };
        Ok(transport.send(&envelope, &message).await)
    }

    fn letter(&self, payload: &str) -> Option<(Payload, Letter)> {
        let payload: Payload = serde_json::from_str(payload).ok()?;
        let letter = self.vault.open_for(PURPOSE, &URL_SAFE_NO_PAD.decode(&payload.sealed).ok()?)?;
        Some((payload, letter))
    }
}

/// Sends the letter of a job. What is refused for good ends the job with the reason.
pub(crate) async fn send(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let Some((mut payload, letter)) = kalends.letter(&lease.job.payload) else {
        return end(lease, Some("the secret key that sealed the letter is not there any more")).await;
    };
    if payload.once && payload.begun {
        return end(lease, Some("it may have been sent: the node that did went away meanwhile")).await;
    }
    let id = Uuid::parse_str(&payload.id).unwrap_or_else(|_| Uuid::new_v4());
    if payload.once {
        payload.begun = true;
        keep(lease, &payload).await?;
    }
    match kalends.send_letter_as(&letter, id).await? {
        Ok(_) => end(lease, None).await,
        Err(error) if error.is_transient() => {
            if payload.once {
                payload.begun = false;
                keep(lease, &payload).await?;
            }
            Err(Error::Mail(error))
        }
        Err(error) => end(lease, Some(&error.to_string())).await,
    }
}

async fn keep(lease: &Lease, payload: &Payload) -> Result<()> {
    let mut tx = lease.kalends.db.write().await?;
    lease.progress(&mut tx, JobProgress { done: 0, of: Some(1), payload: Some(&payload.text()?) }).await?;
    tx.commit().await
}

async fn end(lease: &Lease, refused: Option<&str>) -> Result<Ended> {
    let mut tx = lease.kalends.db.write().await?;
    // What was in the letter is nobody's any more.
    lease.progress(&mut tx, JobProgress { done: 1, of: Some(1), payload: Some("{}") }).await?;
    let result = serde_json::json!({ "refused": refused }).to_string();
    let ended = lease.end(&mut tx, Some(&result)).await?;
    lease.kalends.commit_with_news(tx, lease.news(true)).await?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn senders_are_read_with_and_without_a_name() {
        let read = |text: &str| text.parse::<Mailbox>().ok().map(|mailbox| (mailbox.name, mailbox.address));
        let found = |name: &str, address: &str| Some((name.to_owned(), address.to_owned()));
        assert_eq!(read("a@example.org"), found("", "a@example.org"));
        assert_eq!(read("\"Ada L.\" <a@example.org>"), found("Ada L.", "a@example.org"));
        for wrong in ["", "a", "@b", "a@", "A <a@b", "a b@c", "a@b\r\nRCPT TO:<c@d>", "<a@b>\n <c@d>"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_letter_is_a_message_that_cannot_say_more_than_it_means() {
        let letter = Letter {
            to: Mailbox { name: "Zoë\r\nBcc: x@example.org".into(), address: "zoe@example.org".into() },
            subject: "Déjà vu\r\nX-Evil: 1".into(),
            text: "Hello\n.\nÜber\n".into(),
        };
        let from: Mailbox = "Kalends <kalends@example.org>".parse().unwrap();
        let id = Uuid::nil();
        let text = String::from_utf8(letter.message(&from, id).unwrap()).unwrap();
        assert!(text.contains("Message-ID: <00000000-0000-0000-0000-000000000000@example.org>\r\n"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"), "{text}");
        assert!(!text.contains("\r\nBcc") && !text.contains("\r\nX-Evil"), "{text}");
        assert!(text.is_ascii());
    }
}
