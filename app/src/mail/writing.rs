//! The server's side of writing mail.

use super::folders::{folders, local, number, zone};
use super::paths::{INBOX, WRITE, folder_path};
use super::records::{Compose, DraftFile, Folders, Row, Sender};
use super::wishes::{ComposeDeed, ComposeRefused, ComposeWish, DraftFields};
use crate::undo::keys::{DISCARDED, UNSENT};
use crate::wire::{ApiError, UndoKey};
use crate::words;
use chrono::TimeZone;
use kalends_domain::accounts::User;
use kalends_domain::mail::{
    AnswerKind, AttachmentId, DraftContent, DraftState, MailAccountId, MailAddress, MailDraft, MailDraftId,
    MailIdentityId, MailMessageId, signature_under_text,
};
use kalends_domain::{Error, Kalends, Missing};

/// Up to how much may be attached to one message, in octets.
pub const MAX_ATTACHED_OCTETS: usize = 25 * 1024 * 1024;

/// How many people one is offered while one types.
const MAX_OFFERED: usize = 8;

pub(super) fn draft_path(draft: MailDraftId) -> String {
    format!("{WRITE}?draft={}", draft.0)
}

/// As a field of addresses has them.
pub(super) fn written(people: &[MailAddress]) -> String {
    people.iter().map(one_written).collect::<Vec<_>>().join(", ")
}

/// `Ada <ada@example.org>`, with quotes around a name that needs them (RFC 5322 section 3.2.4).
fn one_written(who: &MailAddress) -> String {
    let needs_quotes = |name: &str| name.contains(|c: char| "()<>[]:;@\\,.\"".contains(c));
    match who.name.as_str() {
        "" => who.address.clone(),
        name if needs_quotes(name) => {
            format!("\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), who.address)
        }
        name => format!("{name} <{}>", who.address),
    }
}

/// Reads what a field of addresses holds: parted by commas, semicolons and lines, outside of quotes and brackets. What is no address is
/// kept as it is, so that it can be seen and put right.
pub(super) fn read_people(text: &str) -> Vec<MailAddress> {
    let (mut people, mut one) = (Vec::new(), String::new());
    let (mut is_quoted, mut is_escaped, mut is_bracketed) = (false, false, false);
    for c in text.chars() {
        let ends = !is_quoted && !is_bracketed && matches!(c, ',' | ';' | '\n');
        if ends {
            people.extend(read_person(&std::mem::take(&mut one)));
            continue;
        }
        match c {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '<' if !is_quoted => is_bracketed = true,
            '>' if !is_quoted => is_bracketed = false,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        one.push(c);
    }
    people.extend(read_person(&one));
    people
}

fn read_person(text: &str) -> Option<MailAddress> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
        return Some(MailAddress { name: String::new(), address: text.to_owned() });
    };
    let name = name.trim();
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    };
    Some(MailAddress { name, address: address.trim().to_owned() })
}

fn content(fields: &DraftFields) -> DraftContent {
    DraftContent {
        to: read_people(&fields.to),
        cc: read_people(&fields.cc),
        bcc: read_people(&fields.bcc),
        subject: fields.subject.clone(),
        text: fields.text.clone(),
        html: fields.html.clone(),
        ..DraftContent::default()
    }
}

/// Account and identity of [`Sender::key`].
fn sender(key: &str) -> Option<(MailAccountId, Option<MailIdentityId>)> {
    let (account, identity) = key.split_once(':')?;
    Some((MailAccountId(account.parse().ok()?), identity.parse().ok().map(MailIdentityId)))
}

fn answer_kind(kind: &str) -> AnswerKind {
    match kind {
        "forward" => AnswerKind::Forward,
        "all" => AnswerKind::ReplyAll,
        _ => AnswerKind::Reply,
    }
}

/// Begins what the address asks for: an answer is a draft from the start, as it has the text of what it answers. Yields where it is then,
/// and what its fields hold.
pub async fn begin(
    kalends: &Kalends,
    user: &User,
    wanted: DraftFields,
) -> Result<(Option<String>, DraftFields), ApiError> {
    let caller = user.on_a_page();
    let Some(answered) = wanted.answers.filter(|_| wanted.draft.is_none()).map(MailMessageId) else {
        return Ok((None, wanted));
    };
    let account = kalends.mail_message(caller, answered).await?.account;
    let kind = answer_kind(&wanted.kind);
    // Who looks at an answer again and again has one.
    let known = kalends.mail_drafts(caller).await?.into_iter();
    let mut known = known.filter(|draft| draft.answers == Some((answered, kind)) && draft.state == DraftState::Draft);
    let draft = match known.next() {
        Some(draft) => draft,
        None => kalends.begin_mail(caller, account, Some((answered, kind))).await?,
    };
    Ok((Some(draft_path(draft.id)), DraftFields { draft: Some(draft.id.0), ..DraftFields::default() }))
}

/// The page that writes. `typed`: what `wanted` says was typed, and is shown whatever has become of its draft; else what the draft says
/// is.
pub async fn compose(kalends: &Kalends, user: &User, wanted: DraftFields, typed: bool) -> Result<Compose, ApiError> {
    let caller = user.on_a_page();
    let folders = folders(kalends, user).await?;
    let mut fields = wanted;
    let draft = match fields.draft {
        Some(id) => match kalends.mail_draft(caller, MailDraftId(id)).await {
            Ok(draft) if typed && !draft.state.is_open() => None,
            Ok(draft) => Some(draft),
            Err(Error::NotFound(_)) if typed => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    if draft.is_none() {
        // What was typed is a new message, where another window has sent or discarded the draft.
        (fields.draft, fields.revision) = (None, None);
    }
    let mut senders = Vec::new();
    for account in kalends.mail_accounts(caller).await? {
        // What is written is kept where it was begun.
        if draft.as_ref().is_some_and(|draft| draft.account != account.id) {
            continue;
        }
        for identity in kalends.mail_identities(caller, account.id).await? {
            let key = format!("{}:{}", account.id.0, identity.id.0);
            let signature = signature_under_text(identity.signature.as_ref().unwrap_or(&account.signature));
            senders.push(Sender { key, name: identity.name, address: identity.address, signature });
        }
    }
    let (mut waits, mut why) = (None, None);
    match &draft {
        Some(draft) => {
            waits = draft.send_at.filter(|_| !draft.state.is_open()).map(|at| local(at, user));
            why = draft.why.clone();
            if !typed {
                fields = fields_of(draft);
            }
            // Whoever keeps it now has seen what there is.
            fields.revision = Some(draft.revision);
        }
        // What a link says may be without a text.
        None if !typed && fields.text.is_empty() => {
            fields.text = senders.first().map_or_else(String::new, |sender| sender.signature.clone());
        }
        None => {}
    }
    let files = draft.map(|draft| draft.attachments).unwrap_or_default();
    let files = files.into_iter().map(|file| DraftFile { id: file.id.0, name: file.name, octets: number(file.size) });
    Ok(Compose {
        folders,
        senders,
        fields,
        files: files.collect(),
        waits,
        why,
        said: None,
        refused: None,
        max_octets: MAX_ATTACHED_OCTETS,
    })
}

fn fields_of(draft: &MailDraft) -> DraftFields {
    let identity = draft.identity.map(|identity| identity.0.to_string()).unwrap_or_default();
    let kind = match draft.answers {
        Some((_, AnswerKind::Forward)) => "forward",
        Some((_, AnswerKind::ReplyAll)) => "all",
        Some((_, AnswerKind::Reply)) => "reply",
        None => "",
    };
    DraftFields {
        draft: Some(draft.id.0),
        revision: Some(draft.revision),
        sender: format!("{}:{identity}", draft.account.0),
        to: written(&draft.content.to),
        cc: written(&draft.content.cc),
        bcc: written(&draft.content.bcc),
        subject: draft.content.subject.clone(),
        text: draft.content.text.clone(),
        html: draft.content.html.clone(),
        answers: draft.answers.map(|(message, _)| message.0),
        kind: kind.to_owned(),
    }
}

/// What became of what was written.
pub struct Written {
    pub draft: i64,
    /// Of the draft as it is kept now.
    pub revision: i64,
    /// The page to go on with.
    pub next: String,
    pub said: String,
    /// What takes it back.
    pub undo: Option<UndoKey>,
}

/// Keeps, sends or discards what was written.
///
/// # Errors
/// With what was typed: what is wrong with it.
pub async fn write(kalends: &Kalends, user: &User, wish: ComposeWish) -> Result<Written, Box<ComposeRefused>> {
    let mut fields = wish.fields.clone();
    match written_as(kalends, user, wish, &mut fields).await {
        Ok(written) => Ok(written),
        Err(error) => Err(Box::new(ComposeRefused { fields, error })),
    }
}

async fn written_as(
    kalends: &Kalends,
    user: &User,
    wish: ComposeWish,
    fields: &mut DraftFields,
) -> Result<Written, ApiError> {
    let caller = user.on_a_page();
    let said = |draft: MailDraftId, next: String, said: &str| Written {
        draft: draft.0,
        revision: 0,
        next,
        said: said.to_owned(),
        undo: None,
    };
    let known = fields.draft.map(MailDraftId);
    match (&wish.deed, known) {
        (ComposeDeed::Discard, None) => {
            return Ok(said(MailDraftId(0), folder_path(INBOX), words::server_mail_discarded()));
        }
        (ComposeDeed::Discard, Some(draft)) => {
            kalends.discard_mail_draft(caller, draft).await?;
            let undo = Some(format!("{DISCARDED}{}", draft.0));
            return Ok(Written { undo, ..said(draft, folder_path(INBOX), words::server_mail_discarded()) });
        }
        (ComposeDeed::Unsend, Some(draft)) => {
            kalends.unsend_mail(caller, draft).await?;
            return Ok(said(draft, draft_path(draft), words::server_mail_unsent()));
        }
        _ => {}
    }
    let chosen = sender(&fields.sender);
    let draft = match known {
        Some(draft) => draft,
        None => {
            let (account, _) = chosen.ok_or_else(|| ApiError::from(Error::NotFound(Missing::MailAccount)))?;
            kalends.begin_mail(caller, account, None).await?.id
        }
    };
    // Whatever comes now, the draft is there.
    fields.draft = Some(draft.0);
    let identity = chosen.and_then(|(_, identity)| identity);
    let revision = fields.revision.filter(|_| known.is_some());
    let saved = kalends.save_mail_draft(caller, draft, revision, identity, &content(fields)).await;
    let saved = saved.map_err(|error| not_kept(error, known.is_some()))?;
    for file in &wish.files {
        kalends.attach_to_draft(caller, draft, &file.name, &file.kind, &file.content).await.map_err(at_files)?;
    }
    let at = match wish.deed {
        ComposeDeed::Detach(file) => {
            kalends.detach_from_draft(caller, draft, AttachmentId(file)).await?;
            return Ok(said(draft, draft_path(draft), words::server_mail_saved()));
        }
        ComposeDeed::Send => None,
        ComposeDeed::SendLater(at) => {
            let wrong =
                || ApiError::BadInput { field: "at".into(), message: words::server_mail_later_wrong().to_owned() };
            // A time that a clock skips is none; of one that it has twice, the first.
            Some(zone(user).from_local_datetime(&at).earliest().ok_or_else(wrong)?.to_utc())
        }
        _ => {
            let kept = said(draft, draft_path(draft), words::server_mail_saved());
            return Ok(Written { revision: saved.revision, ..kept });
        }
    };
    let sent = kalends.send_mail(caller, draft, None, at).await?;
    let text = match (at, sent.send_at) {
        (Some(_), Some(at)) => {
            let format = crate::notation::Format::of(&crate::locale::viewer(user, None));
            words::server_mail_sending_later(&super::times::long(local(at, user), format))
        }
        _ => words::server_mail_sending().to_owned(),
    };
    let undo = Some(format!("{UNSENT}{}", draft.0));
    Ok(Written { undo, ..said(draft, folder_path(INBOX), &text) })
}

/// Why something was not kept that another window has changed, sent or discarded.
fn not_kept(error: Error, is_known: bool) -> ApiError {
    match error {
        // Which of them it is, is said once it is known what has become of the draft.
        Error::PreconditionFailed => ApiError::Conflict,
        Error::NotFound(Missing::Draft) if is_known => {
            ApiError::NotFound(words::server_mail_gone_meanwhile().to_owned())
        }
        error => error.into(),
    }
}

/// What is wrong with what is attached, beside the field for it.
fn at_files(error: Error) -> ApiError {
    match ApiError::from(error) {
        ApiError::BadInput { message, .. } => ApiError::BadInput { field: "file".into(), message },
        other => other,
    }
}

/// What is written here and is not sent, as rows of a folder of drafts, each with the `Message-ID` of its copy there.
pub(super) async fn rows(
    kalends: &Kalends,
    user: &User,
    folders: &Folders,
    folder: &str,
) -> Result<Vec<(String, Row)>, ApiError> {
    let account = folders.accounts.iter().find(|account| account.folders.iter().any(|known| known.key == folder));
    let drafts = kalends.mail_drafts(user.on_a_page()).await?;
    let own = drafts.into_iter().filter(|draft| account.is_some_and(|account| account.id == draft.account.0));
    // An answer in which nobody has written anything is none yet.
    let own = own.filter(|draft| draft.state != DraftState::Sent && draft.changed_at != draft.created_at);
    Ok(own.map(|draft| (draft.message_id().to_owned(), row(draft, user))).collect())
}

fn row(draft: MailDraft, user: &User) -> Row {
    let everybody = draft.content.to.iter().chain(&draft.content.cc).chain(&draft.content.bcc);
    let people: Vec<&str> =
        everybody.map(|who| if who.name.is_empty() { who.address.as_str() } else { &who.name }).collect();
    let snippet = match (draft.state, draft.send_at, draft.why) {
        (DraftState::Refused, _, Some(why)) => words::server_mail_refused(&why),
        (DraftState::Waiting, Some(at), _) => {
            let format = crate::notation::Format::of(&crate::locale::viewer(user, None));
            words::server_mail_sending_later(&super::times::long(local(at, user), format))
        }
        (DraftState::Sending | DraftState::Filing, ..) => words::server_mail_sending().to_owned(),
        _ => draft.content.text.split_whitespace().take(30).collect::<Vec<_>>().join(" "),
    };
    Row {
        message: -draft.id.0,
        people: people.join(", "),
        subject: draft.content.subject,
        snippet,
        at: local(draft.changed_at, user),
        is_unread: false,
        is_flagged: false,
        is_answered: false,
        has_attachments: !draft.attachments.is_empty(),
        count: 1,
        color: None,
        draft: Some(draft.id.0),
    }
}

/// Whom somebody may mean who has begun to type, as they stand in a field.
pub async fn people(kalends: &Kalends, user: &User, typed: &str) -> Result<Vec<String>, ApiError> {
    let found = kalends.complete_mail_address(user.on_a_page(), typed).await?;
    Ok(found.iter().take(MAX_OFFERED).map(one_written).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_written() {
        let read = |text: &str| -> Vec<(String, String)> {
            read_people(text).into_iter().map(|who| (who.name, who.address)).collect()
        };
        let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(
            read("ada@example.org, Bob <bob@x>; \"Lovelace, Ada\" <a@x>\n,, nobody"),
            [pair("", "ada@example.org"), pair("Bob", "bob@x"), pair("Lovelace, Ada", "a@x"), pair("", "nobody")]
        );
        let who = MailAddress { name: "Ada \"Countess\" L.".into(), address: "a@x".into() };
        assert_eq!(read_people(&one_written(&who)), [who]);
    }

    #[test]
    fn a_sender_is_an_account_and_an_identity() {
        assert_eq!(sender("3:7"), Some((MailAccountId(3), Some(MailIdentityId(7)))));
        assert_eq!(sender("3:"), Some((MailAccountId(3), None)));
        assert_eq!(sender("x:7"), None);
    }
}
