//! Answering and forwarding: for whom, under which subject, in which thread, and with what quoted (RFC 5322 section 3.6.4).

use super::html::of_text;
use super::mime;
use super::quoting::QuotedMail;
use super::{MAX_REFERENCES, MAX_SUBJECT, MAX_TEXT};
use crate::Result;
use crate::model::mail_account::{MailAccount, MailIdentity, MailIdentityId};
use crate::model::mail_draft::{AnswerKind, DraftContent};
use crate::model::mail_message::MailAddress;
use crate::thread::on_a_thread;
use mail_parser::{Message, MessageParser};
use std::collections::HashSet;
use std::sync::Arc;

/// Largest text that is quoted, in octets.
const MAX_QUOTED: usize = 200 * 1024;
/// Most octets of attachments that are forwarded.
const MAX_FORWARDED: usize = 25 * 1024 * 1024;

/// A draft as it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prepared {
    pub content: DraftContent,
    pub identity: Option<MailIdentityId>,
    /// Name, media type and octets.
    pub attachments: Vec<(String, String, Vec<u8>)>,
}

/// An answer of which the lines over what it quotes are to be worded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Begun {
    /// With what stands above those lines as its text.
    prepared: Prepared,
    /// What stands under them; `None`: there is nothing to quote.
    beneath: Option<(QuotedMail, String)>,
}

impl Begun {
    /// The draft, with the lines over what it quotes as `head` words them.
    pub fn headed(self, head: impl FnOnce(&QuotedMail) -> String) -> Prepared {
        let Begun { mut prepared, beneath } = self;
        if let Some((quoted, beneath)) = beneath {
            let text = format!("{}{}{beneath}", prepared.content.text, head(&quoted).replace('\0', ""));
            prepared.content.text = text.chars().take(MAX_TEXT / 4).collect();
        }
        prepared
    }
}

/// A signature as it stands under a text, with the line before it by which it is known (RFC 3676 section 4.3).
pub fn under_text(signature: &str) -> String {
    let signature = signature.trim_end();
    if signature.is_empty() { String::new() } else { format!("\n\n-- \n{signature}\n") }
}

fn signed(account: &MailAccount, identity: Option<&MailIdentity>) -> String {
    under_text(identity.and_then(|identity| identity.signature.as_deref()).unwrap_or(&account.signature))
}

pub(super) fn empty(account: &MailAccount, identities: &[MailIdentity]) -> Prepared {
    let identity = identities.first();
    let content = DraftContent { text: signed(account, identity), ..DraftContent::default() };
    Prepared { content, identity: identity.map(|identity| identity.id), attachments: Vec::new() }
}

/// The mark without how often it was answered, in brackets or right behind it: `Re[2]`, `Re (2)`, `Re2`. “FW 12” is no mark but firmware.
fn without_number(mark: &str) -> &str {
    let digits = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let bracketed = [('[', ']'), ('(', ')')].into_iter().find_map(|(opens, closes)| {
        let inner = mark.strip_suffix(closes)?;
        inner[..digits(inner)].strip_suffix(opens)
    });
    let glued = &mark[..digits(mark)];
    bracketed.unwrap_or(if glued.ends_with(char::is_whitespace) { mark } else { glued })
}

/// The subject without the marks of answers before it: `Re:`, `TR :`, `AW[2]:`.
pub(super) fn bare(subject: &str) -> &str {
    const MARKS: [&str; 9] = ["re", "fwd", "fw", "aw", "wg", "tr", "sv", "antw", "rép"];
    let mut subject = subject.trim();
    while let Some((mark, rest)) = subject.split_once(':') {
        if !MARKS.contains(&without_number(mark.trim_end()).trim_end().to_lowercase().as_str()) {
            break;
        }
        subject = rest.trim_start();
    }
    subject
}

fn quoted(text: &str) -> String {
    let mut end = text.len().min(MAX_QUOTED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let lines = text[..end].replace('\0', "");
    let lines = lines.lines().map(|line| match line.starts_with('>') {
        true => format!(">{line}\n"),
        false if line.is_empty() => ">\n".to_owned(),
        false => format!("> {line}\n"),
    });
    lines.collect()
}

fn is_same(one: &MailAddress, address: &str) -> bool {
    one.address.eq_ignore_ascii_case(address)
}

/// Each person once, without those in `but`.
fn each_once(people: impl IntoIterator<Item = MailAddress>, but: &[MailAddress]) -> Vec<MailAddress> {
    let mut known: HashSet<String> = but.iter().map(|who| who.address.to_ascii_lowercase()).collect();
    let is_new = |who: &MailAddress| !who.address.is_empty() && known.insert(who.address.to_ascii_lowercase());
    people.into_iter().filter(is_new).collect()
}

/// For whom an answer is.
fn recipients(message: &Message<'_>, kind: AnswerKind, own: &[String]) -> (Vec<MailAddress>, Vec<MailAddress>) {
    let is_own = |who: &MailAddress| own.iter().any(|own| is_same(who, own));
    let from = mime::people(message.from());
    let to = mime::people(message.to());
    let reply_to = mime::people(message.reply_to());
    let author = if reply_to.is_empty() { from.clone() } else { reply_to };
    // An answer to what one has sent goes to whom that went.
    let is_from_oneself = !from.is_empty() && from.iter().all(is_own);
    let first = each_once(if is_from_oneself { to.clone() } else { author }, &[]);
    match kind {
        AnswerKind::Forward => (Vec::new(), Vec::new()),
        AnswerKind::Reply => (first, Vec::new()),
        AnswerKind::ReplyAll => {
            let others = to.into_iter().chain(mime::people(message.cc())).filter(|who| !is_own(who));
            let cc = each_once(others, &first);
            (first, cc)
        }
    }
}

fn begun(raw: &[u8], kind: AnswerKind, account: &MailAccount, identities: &[MailIdentity]) -> Begun {
    let Some(message) = MessageParser::default().parse(raw) else {
        return Begun { prepared: empty(account, identities), beneath: None };
    };
    let own: Vec<String> =
        identities.iter().map(|identity| identity.address.clone()).chain([account.address.clone()]).collect();
    let everybody: Vec<MailAddress> = mime::people(message.to())
        .into_iter()
        .chain(mime::people(message.cc()))
        .chain(mime::people(message.from()))
        .collect();
    let addressed = identities.iter().find(|identity| everybody.iter().any(|who| is_same(who, &identity.address)));
    let identity = addressed.or(identities.first());
    let (to, cc) = recipients(&message, kind, &own);
    let subject = bare(message.subject().unwrap_or_default());
    let mark = if kind == AnswerKind::Forward { "Fwd" } else { "Re" };
    let message_id = message.message_id().map(str::to_owned);
    let mut references = mime::references(&message);
    references.extend(message_id.clone());
    let excess = references.len().saturating_sub(MAX_REFERENCES);
    // The first one tells the thread.
    if excess > 0 {
        references.drain(1..=excess);
    }
    let quoted_mail = QuotedMail {
        from: mime::people(message.from()),
        to: mime::people(message.to()),
        cc: mime::people(message.cc()),
        subject: message.subject().unwrap_or_default().to_owned(),
        sent_at: mime::sent_at(&message),
    };
    let body = message.body_text(0).unwrap_or_default().replace("\r\n", "\n");
    let signed = signed(account, identity);
    let (text, beneath) = match kind {
        AnswerKind::Forward => (format!("{signed}\n\n"), format!("\n{}", body.replace('\0', ""))),
        _ => ("\n\n".to_owned(), format!("{}{signed}", quoted(&body))),
    };
    let attachments = if kind == AnswerKind::Forward { forwarded(&message) } else { Vec::new() };
    let content = DraftContent {
        to,
        cc,
        bcc: Vec::new(),
        subject: format!("{mark}: {subject}").chars().take(MAX_SUBJECT).collect(),
        text,
        html: None,
        in_reply_to: message_id.filter(|_| kind != AnswerKind::Forward),
        references,
    };
    let prepared = Prepared { content, identity: identity.map(|identity| identity.id), attachments };
    Begun { prepared, beneath: Some((quoted_mail, beneath)) }
}

/// What is attached to a message, as long as it is no more than can be sent.
fn forwarded(message: &Message<'_>) -> Vec<(String, String, Vec<u8>)> {
    let mut octets = 0;
    let mut attachments = Vec::new();
    for part in mime::parts(message) {
        let Some(content) = message.parts.get(part.number).map(mime::octets) else { continue };
        octets += content.len();
        if octets > MAX_FORWARDED || attachments.len() >= 50 {
            break;
        }
        attachments.push((part.name.unwrap_or_default(), part.media_type, content.to_vec()));
    }
    attachments
}

/// An answer to a message, or one that forwards it.
pub(super) async fn prepare(
    raw: &Arc<Vec<u8>>,
    kind: AnswerKind,
    account: &MailAccount,
    identities: &[MailIdentity],
) -> Result<Begun> {
    let (raw, account, identities) = (raw.clone(), account.clone(), identities.to_vec());
    on_a_thread(move || Ok(begun(&raw, kind, &account, &identities))).await
}

/// What goes out beside plain text, where somebody wrote with formatting.
pub(super) fn html_of(content: &DraftContent) -> Option<String> {
    let html = content.html.as_deref()?;
    let html = if html.trim().is_empty() { of_text(&content.text) } else { html.to_owned() };
    Some(format!("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>{html}</body></html>\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::mail_account::{MailAccountId, MailSecurity, MailServer, MailSettings};
    use crate::model::principal::PrincipalId;
    use crate::model::remote_account::AccountState;
    use chrono::{TimeDelta, Utc};

    #[test]
    fn marks_of_answers_go_and_titles_stay() {
        for (subject, title) in [
            ("Re: AW[2]: TR : Plan", "Plan"),
            ("Re (3): Re2: Plan", "Plan"),
            ("RE [4]: fwd: Plan", "Plan"),
            ("FW 12: release notes", "FW 12: release notes"),
            ("Re: TR 5: signal", "TR 5: signal"),
            ("Re", "Re"),
        ] {
            assert_eq!(bare(subject), title);
        }
    }

    fn account() -> MailAccount {
        let server = MailServer { host: "x".into(), port: 1, security: MailSecurity::Tls, user: "ada".into() };
        let settings = MailSettings::at(server.clone(), server);
        MailAccount {
            id: MailAccountId(1),
            owner: PrincipalId(1),
            name: "x".into(),
            address: "ada@example.org".into(),
            color: "#000000".into(),
            signature: "Ada".into(),
            preset: None,
            settings,
            state: AccountState::Active,
            trouble: None,
            why: None,
            failures: 0,
            interval: TimeDelta::minutes(5),
            next_look_at: None,
            looked_at: None,
            progress: None,
            created_at: Utc::now(),
            changed_at: Utc::now(),
            checked_at: None,
            for_invitations: false,
            notice: None,
        }
    }

    fn prepared(raw: &[u8], kind: AnswerKind, account: &MailAccount, identities: &[MailIdentity]) -> Prepared {
        let from = |quoted: &QuotedMail| quoted.from.iter().map(|who| who.name.as_str()).collect::<Vec<_>>().join(", ");
        begun(raw, kind, account, identities).headed(|quoted| format!("By {}:\n", from(quoted)))
    }

    fn addresses(people: &[MailAddress]) -> Vec<&str> {
        people.iter().map(|who| who.address.as_str()).collect()
    }

    const MAIL: &[u8] =
        b"From: Bob <bob@example.org>\r\nTo: ada@example.org, Carl <carl@x>, bob@example.org\r\nCc: dora@x, CARL@x\r\n\
        Subject: RE: Fwd: plans\r\nMessage-ID: <3@x>\r\nReferences: <1@x> <2@x>\r\n\r\nLine one\r\n> older\r\n\r\nend";

    #[test]
    fn an_answer_goes_to_whom_it_should_and_keeps_the_thread() {
        let reply = prepared(MAIL, AnswerKind::Reply, &account(), &[]).content;
        assert_eq!((addresses(&reply.to), reply.cc.len()), (vec!["bob@example.org"], 0));
        assert_eq!(reply.subject, "Re: plans");
        assert_eq!(
            (reply.in_reply_to.as_deref(), reply.references),
            (Some("3@x"), vec!["1@x".into(), "2@x".into(), "3@x".into()])
        );
        assert!(
            reply.text.contains("\n\nBy Bob:\n> Line one\n>> older\n>\n> end\n") && reply.text.ends_with("-- \nAda\n"),
            "{}",
            reply.text
        );
        let all = prepared(MAIL, AnswerKind::ReplyAll, &account(), &[]).content;
        assert_eq!((addresses(&all.to), addresses(&all.cc)), (vec!["bob@example.org"], vec!["carl@x", "dora@x"]));
        let forward = prepared(MAIL, AnswerKind::Forward, &account(), &[]).content;
        assert!(forward.to.is_empty() && forward.in_reply_to.is_none() && forward.subject == "Fwd: plans");
        assert!(forward.text.contains("-- \nAda\n\n\nBy Bob:\n\nLine one\n"), "{}", forward.text);
    }

    #[test]
    fn an_answer_to_oneself_goes_to_whom_that_went() {
        let mail = b"From: ada@example.org\r\nTo: bob@x\r\n\r\nx";
        assert_eq!(addresses(&prepared(mail, AnswerKind::Reply, &account(), &[]).content.to), ["bob@x"]);
        let list = b"From: bob@x\r\nReply-To: list@x\r\nTo: list@x\r\n\r\nx";
        assert_eq!(addresses(&prepared(list, AnswerKind::Reply, &account(), &[]).content.to), ["list@x"]);
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_last_references() {
        let references: Vec<String> = (0..200).map(|number| format!("<{number}@x>")).collect();
        let mail = format!("From: b@x\r\nMessage-ID: <last@x>\r\nReferences: {}\r\n\r\nx", references.join("\r\n "));
        let kept = prepared(mail.as_bytes(), AnswerKind::Reply, &account(), &[]).content.references;
        assert_eq!(
            (kept.len(), kept[0].as_str(), kept[MAX_REFERENCES - 1].as_str()),
            (MAX_REFERENCES, "0@x", "last@x")
        );
    }
}
