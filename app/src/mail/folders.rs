//! The folders of a person's mail, as the pages show them.

use super::paths::{INBOX, STARRED, message_path};
use super::records::{AccountStanding, FolderInfo, Folders, MailAccountInfo, Role};
use crate::wire::ApiError;
use crate::words;
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::mail::{FolderRole, MailAccount, MailAccountId, MailFolder, MailMessage};
use kalends_domain::sync::AccountState;

/// Where the viewer is.
pub(super) fn zone(user: &User) -> Tz {
    user.preferences.time_zone.unwrap_or(Tz::UTC)
}

pub(super) fn local(at: DateTime<Utc>, user: &User) -> NaiveDateTime {
    at.with_timezone(&zone(user)).naive_local()
}

pub(super) fn number(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The page of a message in the folder where it is shown.
pub(super) fn page_of(message: &MailMessage) -> String {
    message_path(&message.folder.0.to_string(), message.id.0)
}

fn role(folder: &MailFolder) -> Role {
    match folder.role {
        Some(FolderRole::Inbox) => Role::Inbox,
        Some(FolderRole::Drafts) => Role::Drafts,
        Some(FolderRole::Sent) => Role::Sent,
        Some(FolderRole::Archive | FolderRole::All) => Role::Archive,
        Some(FolderRole::Spam) => Role::Junk,
        Some(FolderRole::Bin) => Role::Trash,
        None => Role::Other,
    }
}

/// What a folder is called: those with a purpose in the viewer's language, others as on the server.
fn folder_name(folder: &MailFolder) -> String {
    match folder.role {
        Some(FolderRole::Inbox) => words::server_mail_inbox().to_owned(),
        Some(FolderRole::Drafts) => words::server_mail_drafts().to_owned(),
        Some(FolderRole::Sent) => words::server_mail_sent().to_owned(),
        Some(FolderRole::Archive) => words::server_mail_archive_folder().to_owned(),
        Some(FolderRole::All) => words::server_mail_all_mail().to_owned(),
        Some(FolderRole::Spam) => words::server_mail_junk_folder().to_owned(),
        Some(FolderRole::Bin) => words::server_mail_bin().to_owned(),
        None => folder.name().to_owned(),
    }
}

pub(super) fn standing(account: &MailAccount) -> AccountStanding {
    match account.state {
        AccountState::Paused => AccountStanding::Paused,
        AccountState::Unauthenticated | AccountState::Missing => AccountStanding::NeedsPassword,
        AccountState::Active if account.trouble.is_some() => AccountStanding::Waiting,
        AccountState::Active if account.looked_at.is_none() => AccountStanding::Reading,
        AccountState::Active => AccountStanding::Works,
    }
}

/// Those of an account that can hold messages.
pub(super) fn of_account(folders: &[MailFolder], account: MailAccountId) -> impl Iterator<Item = &MailFolder> {
    folders.iter().filter(move |folder| folder.account == account && folder.selectable)
}

/// An account with its folders, which are among `folders`. `pending`: how many messages its server has not been told of.
pub(super) fn info(account: MailAccount, folders: &[MailFolder], pending: u64, user: &User) -> MailAccountInfo {
    let folders = of_account(folders, account.id)
        .map(|folder| FolderInfo {
            key: folder.id.0.to_string(),
            id: Some(folder.id.0),
            name: folder_name(folder),
            role: role(folder),
            unread: number(folder.unread),
            total: number(folder.messages),
            depth: if folder.role.is_some() { 0 } else { folder.depth() },
        })
        .collect();
    MailAccountInfo {
        id: account.id.0,
        standing: standing(&account),
        name: account.name,
        address: account.address,
        color: account.color,
        why: account.why,
        pending: number(pending),
        checked: account.looked_at.or(account.checked_at).map(|at| local(at, user)),
        folders,
    }
}

/// The accounts of the viewer with their folders.
pub(super) async fn accounts(kalends: &Kalends, user: &User) -> Result<Vec<MailAccountInfo>, ApiError> {
    let caller = user.on_a_page();
    let accounts = kalends.mail_accounts(caller).await?;
    let folders = kalends.mail_folders(caller).await?;
    let mut shown = Vec::new();
    for account in accounts {
        let pending = kalends.pending_mail(caller, account.id).await?;
        shown.push(info(account, &folders, pending, user));
    }
    Ok(shown)
}

pub(super) async fn folders(kalends: &Kalends, user: &User) -> Result<Folders, ApiError> {
    let accounts = accounts(kalends, user).await?;
    let inboxes = || accounts.iter().flat_map(|account| &account.folders).filter(|folder| folder.role == Role::Inbox);
    let inbox = FolderInfo {
        key: INBOX.to_owned(),
        id: None,
        name: if accounts.len() > 1 { words::server_mail_inboxes() } else { words::server_mail_inbox() }.to_owned(),
        role: Role::Inbox,
        unread: inboxes().map(|folder| folder.unread).sum(),
        total: inboxes().map(|folder| folder.total).sum(),
        depth: 0,
    };
    let starred = FolderInfo {
        key: STARRED.to_owned(),
        id: None,
        name: words::server_mail_starred().to_owned(),
        role: Role::Starred,
        unread: 0,
        total: 0,
        depth: 0,
    };
    Ok(Folders { together: vec![inbox, starred], accounts })
}
