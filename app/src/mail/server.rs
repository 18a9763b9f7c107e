//! The server's side of reading mail and putting it in order.

use super::folders::{folders, local, number};
use super::invitation_records::MessageInvitation;
use super::invitation_server;
use super::paths::{INBOX, STARRED, part_path};
use super::records::{Attachment, Body, CardState, MAX_SHOWN, MailList, Message, Person, Role, Row, Thread, Wanted};
use super::wishes::{MAX_CHOSEN, MailAction, MailWish};
use super::writing;
use crate::undo::keys::MAIL;
use crate::wire::{ApiError, UndoKey};
use crate::words;
use chrono::NaiveDateTime;
use kalends_domain::accounts::User;
use kalends_domain::mail::{
    MailAddress, MailChange, MailCursor, MailFolderId, MailMessage, MailMessageId, MailPart, MailPlace, MailQuery,
    MailRow, MailSelection, MessageFlags, OpenMail, Pictures,
};
use kalends_domain::{Error, Kalends, Missing};

/// What the forms of the pages are called where it is said what became of them.
pub const FORM: &str = "mail";

/// How many messages that servers have found are shown.
const MAX_FOUND: usize = 100;

/// How many messages of a thread are open at once: the last ones, and those that nobody has read.
const MAX_OPEN: usize = 5;

/// # Errors
/// `NotFound` for what is no name of a folder.
fn place(wanted: &Wanted) -> Result<MailPlace, ApiError> {
    match wanted.folder.as_str() {
        // What is looked for there may be anywhere.
        INBOX if !wanted.query.is_empty() => Ok(MailPlace::Everywhere),
        INBOX => Ok(MailPlace::Inboxes),
        STARRED => Ok(MailPlace::Flagged),
        folder => match folder.parse() {
            Ok(id) => Ok(MailPlace::Folder(MailFolderId(id))),
            Err(_) => Err(Error::NotFound(Missing::Folder).into()),
        },
    }
}

/// Whether a list has threads as its rows: not what one has written oneself, nor what is starred.
fn has_threads(role: Role) -> bool {
    !matches!(role, Role::Sent | Role::Drafts | Role::Starred)
}

pub async fn list(kalends: &Kalends, user: &User, wanted: Wanted, now: NaiveDateTime) -> Result<MailList, ApiError> {
    let folders = folders(kalends, user).await?;
    let missing = || ApiError::from(Error::NotFound(Missing::Folder));
    let place = place(&wanted)?;
    let (title, role, total) = {
        let folder = folders.find(&wanted.folder).ok_or_else(missing)?;
        (folder.name.clone(), folder.role, (folder.role != Role::Starred).then_some(folder.total))
    };
    let after: Option<MailCursor> = wanted.from.as_deref().and_then(|from| from.parse().ok());
    if wanted.at_server && !wanted.query.is_empty() {
        let found = kalends.search_mail_on_server(user.on_a_page(), place, &wanted.query, MAX_FOUND).await?;
        let several = folders.accounts.len() > 1 && !matches!(place, MailPlace::Folder(_));
        let color = |account: i64| {
            let account = folders.accounts.iter().find(|known| known.id == account);
            account.filter(|_| several).map(|account| account.color.clone())
        };
        let not_searched = found.failed.into_iter().map(|failed| (failed.name, failed.why)).collect();
        let messages = found.messages.into_iter().filter(|message| !wanted.unread_only || message.is_unread());
        let rows = messages.map(|message| {
            let color = color(message.account.0);
            row(MailRow { message, in_thread: 1, unread_in_thread: 0 }, false, color, user)
        });
        let rows = rows.collect();
        let (older, said, refused) = (None, None, None);
        return Ok(MailList { now, folders, wanted, title, role, total, rows, older, not_searched, said, refused });
    }
    let query = MailQuery {
        place,
        threads: has_threads(role),
        unread: wanted.unread_only,
        search: &wanted.query,
        after,
        ..MailQuery::default()
    };
    let page = kalends.list_mail(user.on_a_page(), &query).await?;
    let names_people_to = matches!(role, Role::Sent | Role::Drafts);
    let several = folders.accounts.len() > 1 && !matches!(place, MailPlace::Folder(_));
    let color = |account: i64| {
        let account = folders.accounts.iter().find(|known| known.id == account);
        account.filter(|_| several).map(|account| account.color.clone())
    };
    let written = match role {
        Role::Drafts if wanted.query.is_empty() => writing::rows(kalends, user, &folders, &wanted.folder).await?,
        _ => Vec::new(),
    };
    // A draft that was begun here is gone on with here: its copy on the server is the same.
    let is_copy = |message: &MailMessage| {
        written.iter().any(|(message_id, _)| message.message_id.as_deref() == Some(message_id.as_str()))
    };
    let found: Vec<Row> = page
        .rows
        .into_iter()
        .filter(|found| !is_copy(&found.message))
        .map(|found| {
            let color = color(found.message.account.0);
            row(found, names_people_to, color, user)
        })
        .collect();
    let written = written.into_iter().filter(|_| after.is_none()).map(|(_, row)| row);
    let rows = written.chain(found).collect();
    let older = page.next.map(|next| next.to_string());
    let (not_searched, said, refused) = (Vec::new(), None, None);
    Ok(MailList { now, folders, wanted, title, role, total, rows, older, not_searched, said, refused })
}

fn shown_name(who: &MailAddress) -> String {
    if who.name.is_empty() { who.address.clone() } else { who.name.clone() }
}

fn row(found: MailRow, names_people_to: bool, color: Option<String>, user: &User) -> Row {
    let MailRow { message, in_thread, unread_in_thread } = found;
    let people = match names_people_to {
        true => message.to.iter().map(shown_name).collect::<Vec<_>>().join(", "),
        false => shown_name(&message.from),
    };
    Row {
        message: message.id.0,
        people,
        is_unread: message.is_unread() || unread_in_thread > 0,
        is_flagged: message.is_flagged(),
        is_answered: message.flags.has(MessageFlags::ANSWERED),
        has_attachments: message.has_attachments,
        snippet: message.preview.unwrap_or_default(),
        subject: message.subject,
        at: local(message.received_at, user),
        count: number(in_thread),
        color,
        draft: None,
    }
}

pub async fn thread(
    kalends: &Kalends,
    user: &User,
    wanted: Wanted,
    message: i64,
    now: NaiveDateTime,
) -> Result<Thread, ApiError> {
    let caller = user.on_a_page();
    let found = kalends.mail_thread(caller, MailMessageId(message)).await?;
    let last = found.len().saturating_sub(1);
    let subject = found.first().map(|first| first.subject.clone()).unwrap_or_default();
    let account = found.first().map_or(0, |first| first.account.0);
    let mut open: usize = 0;
    let mut messages = Vec::new();
    // From the last one on: of many that nobody has read, the newest are open.
    for (at, one) in found.into_iter().enumerate().rev() {
        let is_wanted = at == last || one.id.0 == message || one.is_unread();
        let is_open = one.id.0 == message || (is_wanted && open < MAX_OPEN);
        open += usize::from(is_open);
        let pictures = if wanted.pictures == Some(one.id.0) { Pictures::Shown } else { Pictures::AsAllowed };
        messages.push(shown(kalends, user, one, is_open, pictures).await);
    }
    messages.reverse();
    // Afterwards: what was opened is read.
    let list = list(kalends, user, wanted, now).await?;
    Ok(Thread { list, message, account, subject, messages })
}

fn person(who: &MailAddress) -> Person {
    Person { name: who.name.clone(), address: who.address.clone() }
}

fn people(who: &[MailAddress]) -> Vec<Person> {
    who.iter().map(person).collect()
}

async fn shown(kalends: &Kalends, user: &User, message: MailMessage, is_open: bool, pictures: Pictures) -> Message {
    let mut shown = Message {
        id: message.id.0,
        from: person(&message.from),
        to: people(&message.to),
        cc: Vec::new(),
        bcc: Vec::new(),
        header: Vec::new(),
        reply_to: Vec::new(),
        at: local(message.sent_at.unwrap_or(message.received_at), user),
        snippet: message.preview.clone().unwrap_or_default(),
        body: Body::Later,
        attachments: Vec::new(),
        is_unread: message.is_unread(),
        is_flagged: message.is_flagged(),
        is_open,
        invitation: MessageInvitation::None,
    };
    if !is_open {
        return shown;
    }
    match open(kalends, user, message.id.0, pictures).await {
        Ok(open) => {
            shown.from = open.from.first().map_or(shown.from, person);
            (shown.to, shown.cc, shown.reply_to) = (people(&open.to), people(&open.cc), people(&open.reply_to));
            (shown.bcc, shown.header) = (people(&open.bcc), open.header);
            shown.invitation = invitation_server::card(kalends, user, shown.id).await;
            shown.attachments = open.parts.into_iter().filter(|part| !part.is_inline).map(attachment).collect();
            shown.body = match open.html {
                Some(html) => Body::Html { blocked: html.blocked_pictures, shows: pictures == Pictures::Shown },
                None if open.text.trim().is_empty() => Body::Text(words::server_mail_no_text().to_owned()),
                None if open.is_cut => Body::Text(format!("{}\n\n{}", open.text, words::server_mail_cut())),
                None => Body::Text(open.text),
            };
        }
        Err(error) => shown.body = Body::Missing(error.to_string()),
    }
    shown
}

async fn open(kalends: &Kalends, user: &User, id: i64, pictures: Pictures) -> Result<OpenMail, ApiError> {
    let parts_at = part_path(id, "");
    Ok(kalends.open_mail(user.on_a_page(), MailMessageId(id), &parts_at, pictures).await?)
}

fn attachment(part: MailPart) -> Attachment {
    Attachment {
        part: part.number,
        can_be_seen: can_be_seen(&part.media_type),
        name: part.name,
        kind: part.media_type,
        octets: number(part.size),
    }
}

/// Whether browsers show a file of this type themselves, and nothing in it runs.
pub fn can_be_seen(kind: &str) -> bool {
    matches!(kind, "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "application/pdf")
}

/// What stands in the frame of a message.
pub struct Frame {
    /// Sanitised.
    pub html: String,
    /// Pictures from elsewhere are wanted.
    pub has_pictures: bool,
}

/// `once`: its pictures from elsewhere are wanted this once, whoever sent it.
pub async fn frame(kalends: &Kalends, user: &User, id: i64, once: bool) -> Result<Frame, ApiError> {
    let pictures = if once { Pictures::Shown } else { Pictures::AsAllowed };
    let open = open(kalends, user, id, pictures).await?;
    let has_pictures = once || open.shows_pictures;
    let html = match open.html {
        Some(html) => html.html,
        None => super::frame_document::of_text(&open.text),
    };
    Ok(Frame { html, has_pictures })
}

/// A file that came with a message.
pub struct File {
    pub name: String,
    pub kind: String,
    pub content: Vec<u8>,
}

pub async fn part(kalends: &Kalends, user: &User, id: i64, part: usize) -> Result<File, ApiError> {
    let found = kalends.mail_part(user.on_a_page(), MailMessageId(id), part).await?;
    Ok(File { name: found.part.name, kind: found.part.media_type, content: found.content })
}

pub async fn source(kalends: &Kalends, user: &User, id: i64) -> Result<Vec<u8>, ApiError> {
    Ok(kalends.original_mail(user.on_a_page(), MailMessageId(id)).await?.to_vec())
}

/// Has pictures of a sender be shown from now on, or not any more.
pub async fn show_pictures(kalends: &Kalends, user: &User, sender: &str, shows: bool) -> Result<(), ApiError> {
    Ok(kalends.show_pictures_of(user.on_a_page(), sender, shows).await?)
}

/// Has a message of the folder for drafts be written on. Yields where that is done.
pub async fn edit(kalends: &Kalends, user: &User, id: i64) -> Result<String, ApiError> {
    let draft = kalends.edit_mail(user.on_a_page(), MailMessageId(id), None).await?;
    Ok(writing::draft_path(draft.id))
}

/// Does what a form around messages asks for. Yields what is said of it, and what takes it back.
///
/// # Errors
/// What is wrong with the form; `NotFound` where none of the messages is the viewer's.
pub async fn fulfil(kalends: &Kalends, user: &User, wish: &MailWish) -> Result<(String, Option<UndoKey>), ApiError> {
    let bad = |message: String| ApiError::BadInput { field: String::new(), message };
    if wish.messages.is_empty() {
        return Err(bad(words::server_mail_none_chosen().to_owned()));
    }
    if wish.messages.len() > MAX_CHOSEN {
        return Err(bad(words::server_mail_too_many_chosen(MAX_CHOSEN)));
    }
    let folders = folders(kalends, user).await?;
    let role = folders.find(&wish.folder).ok_or_else(|| ApiError::from(Error::NotFound(Missing::Folder)))?.role;
    let change = match wish.deed {
        MailAction::MarkRead => MailChange::Read(true),
        MailAction::MarkUnread => MailChange::Read(false),
        MailAction::Flag => MailChange::Flagged(true),
        MailAction::Unflag => MailChange::Flagged(false),
        MailAction::Archive => MailChange::Archive,
        MailAction::Delete => MailChange::Delete,
        MailAction::Junk => MailChange::Spam(true),
        MailAction::NotJunk => MailChange::Spam(false),
        MailAction::Move { folder } => MailChange::Move(MailFolderId(folder)),
    };
    let ids = wish.messages.iter().copied().map(MailMessageId).collect();
    // A star is for the message that is seen.
    let selection = match has_threads(role) && change != MailChange::Flagged(true) {
        true => MailSelection::Threads(ids),
        false => MailSelection::Messages(ids),
    };
    let changed = kalends.change_mail(user.on_a_page(), &selection, change).await?;
    let count = number(changed.messages);
    let moved = |folder: &str| words::server_mail_done_moved(count, folder);
    let said = match wish.deed {
        MailAction::MarkRead => words::server_mail_done_read(count),
        MailAction::MarkUnread => words::server_mail_done_unread(count),
        MailAction::Flag => words::server_mail_done_flag(count),
        MailAction::Unflag => words::server_mail_done_unflag(count),
        MailAction::Archive => moved(words::server_mail_archive_folder()),
        MailAction::Delete if role == Role::Trash => words::server_mail_done_gone(count),
        MailAction::Delete => moved(words::server_mail_bin()),
        MailAction::Junk => moved(words::server_mail_junk_folder()),
        MailAction::NotJunk => moved(words::server_mail_inbox()),
        MailAction::Move { folder } => moved(folders.find(&folder.to_string()).map_or("", |folder| &folder.name)),
    };
    Ok((said, Some(format!("{MAIL}{}", changed.undo))))
}

/// The latest that nobody has read; `None` where the viewer has no mail here.
pub async fn card(kalends: &Kalends, user: &User, now: NaiveDateTime) -> Result<Option<CardState>, ApiError> {
    let caller = user.on_a_page();
    if kalends.mail_accounts(caller).await?.is_empty() {
        return Ok(None);
    }
    let query = MailQuery { unread: true, threads: false, most: MAX_SHOWN, ..MailQuery::default() };
    let page = kalends.list_mail(caller, &query).await?;
    let unread = number(kalends.unread_mail(caller).await?);
    let rows = page.rows.into_iter().map(|found| row(found, false, None, user)).collect();
    Ok(Some(CardState { now, unread, rows }))
}
