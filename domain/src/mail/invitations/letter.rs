//! A mail with a message about a meeting, read.

use super::authentication::{AuthenticationResults, results};
use super::calendar_part::{Found, calendar_of};
use crate::mail::mime;
use crate::model::mail_message::MailAddress;
use kalends_ical::itip::Addresses;
use mail_parser::MessageParser;
use sha2::{Digest, Sha256};

/// A mail, as far as it matters for what it says about a meeting.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub from: MailAddress,
    pub subject: String,
    /// Whose mail it is: From, where that is there once and names one person. Sender proves nothing: what servers find out is about the
    /// domain of From.
    pub senders: Addresses,
    pub results: Option<AuthenticationResults>,
    pub calendar: Found,
    /// By which it is known again.
    pub digest: Vec<u8>,
}

fn domain(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or_default()
}

/// Reads a mail. `header`: its header, or all of it; `part`: the part with the calendar and a header of its own, or all of the mail;
/// `imap`: the host that has it. `None`: it has no message about a meeting.
pub(super) fn letter(header: &[u8], part: &[u8], imap: &str) -> Option<Letter> {
    let message = MessageParser::default().parse(part)?;
    let calendar = calendar_of(&message)?;
    let head = mime::head(header);
    let read = MessageParser::default().parse_headers(header)?;
    let written = mime::people(read.from());
    let fields = mime::fields(&read);
    // Of two fields one server reads the first and another the last.
    let is_clear = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("From")).count() == 1;
    let sender = match &written[..] {
        [from] if is_clear => from.address.as_str(),
        _ => "",
    };
    let text = match &calendar {
        Found::Text(text) => text.trim_end(),
        Found::Unfit(_) => "",
    };
    let known_by = format!("{}\n{text}", head.message_id.unwrap_or_default());
    Some(Letter {
        from: head.from,
        subject: head.subject,
        senders: Addresses::new(Some(sender).filter(|sender| !sender.is_empty())),
        results: results(&fields, imap, domain(sender)),
        calendar,
        digest: Sha256::digest(known_by).to_vec(),
    })
}
