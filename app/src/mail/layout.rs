//! What stands around every page of mail: the folders, and what the script needs.

use super::icons;
use super::paths::{ADD, WRITE, account_path, folder_path};
use super::records::{AccountStanding, FolderInfo, Folders, MailAccountInfo, Role};
use crate::Asset;
use crate::ui::frame::SiteHeader;
use crate::ui::{Icon, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;

/// Which of the columns a phone shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    List,
    Reader,
}

/// A page of mail: the header, the folders, and what it is about.
#[component]
pub fn MailFrame(
    viewer: Viewer,
    folders: Folders,
    chosen: String,
    column: Column,
    children: Children,
) -> impl IntoView {
    let class = match column {
        Column::List => "mail mail--list",
        Column::Reader => "mail mail--reader",
    };
    view! {
        <SiteHeader viewer=viewer />
        <div class=class>
            <Sidebar folders=folders chosen=chosen />
            {children()}
        </div>
        <Keys />
    }
}

/// The folders of all accounts, and the way to a new message.
#[component]
fn Sidebar(folders: Folders, chosen: String) -> impl IntoView {
    let title = folders.find(&chosen).map(|folder| folder.name.clone());
    let Folders { together, accounts } = folders;
    let first: Vec<_> = together.into_iter().map(|info| view! { <Folder info=info chosen=chosen.clone() /> }).collect();
    let accounts: Vec<_> =
        accounts.into_iter().map(|account| view! { <Account account=account chosen=chosen.clone() /> }).collect();
    view! {
        <nav class="mail__side" aria-label=words::server_mail_folders() data-mail-part="folders">
            <a class="button button--primary mail__write" href=WRITE aria-keyshortcuts="c">
                <Icon d=icons::PEN />
                <span>{words::server_mail_write()}</span>
            </a>
            <input id="mail-folders" class="mail__switch visually-hidden" type="checkbox" aria-label=words::server_mail_folders() />
            <label class="mail__choose" for="mail-folders">
                <Icon d=icons::FOLDER />
                <span dir="auto">{title.unwrap_or_else(|| words::server_mail_folders().to_owned())}</span>
            </label>
            <div class="mail__folders">
                <ul class="folders">{first}</ul>
                {accounts}
                <div class="mail__more">
                    <a class="folders__more" href=ADD>{words::server_mail_add()}</a>
                    <button class="folders__more" type="button" popovertarget="mail-keys" aria-keyshortcuts="?">{words::server_mail_keys()}</button>
                </div>
            </div>
        </nav>
    }
}

#[component]
fn Account(account: MailAccountInfo, chosen: String) -> impl IntoView {
    let id = format!("account-{}", account.id);
    let heading = id.clone();
    let style = format!("--calendar: {}", account.color);
    let standing = match account.standing {
        AccountStanding::Works => None,
        AccountStanding::Reading => Some(words::server_mail_account_reading()),
        AccountStanding::Waiting => Some(words::server_mail_account_waiting()),
        AccountStanding::Paused => Some(words::server_mail_account_paused()),
        AccountStanding::NeedsPassword => Some(words::server_mail_account_password()),
    };
    let is_wrong = matches!(account.standing, AccountStanding::NeedsPassword | AccountStanding::Waiting);
    let class = if is_wrong { "folders__state folders__state--wrong" } else { "folders__state" };
    let folders: Vec<_> =
        account.folders.into_iter().map(|info| view! { <Folder info=info chosen=chosen.clone() /> }).collect();
    view! {
        <section class="folders__account" aria-labelledby=id>
            <h2 class="folders__name" id=heading>
                <span class="swatch" style=style aria-hidden="true"></span>
                <a href=account_path(account.id) dir="auto">{account.name}</a>
            </h2>
            {(account.pending > 0).then(|| view! { <p class="folders__state">{words::server_mail_pending(account.pending)}</p> })}
            {standing.map(|text| view! { <p class=class><a href=account_path(account.id)>{text}</a></p> })}
            <ul class="folders">{folders}</ul>
        </section>
    }
}

#[component]
fn Folder(info: FolderInfo, chosen: String) -> impl IntoView {
    let current = (info.key == chosen).then_some("page");
    let has_unread = info.unread > 0 && !matches!(info.role, Role::Trash | Role::Junk | Role::Sent);
    let shown = match info.role {
        Role::Drafts if info.total > 0 => Some(info.total),
        Role::Drafts => None,
        _ => (info.unread > 0).then_some(info.unread),
    };
    let class = if has_unread { "folders__item folders__item--unread" } else { "folders__item" };
    let count = shown.map(|count| {
        let said = match info.role {
            Role::Drafts => words::server_mail_count(count),
            _ => words::server_mail_unread(count),
        };
        view! {
            <span class="folders__count tabular" aria-hidden="true">{count}</span>
            <span class="visually-hidden">{said}</span>
        }
    });
    let style = format!("--depth: {}", info.depth.min(6));
    view! {
        <li>
            <a class=class href=folder_path(&info.key) aria-current=current style=style>
                <Icon d=icon_of(info.role) />
                <span class="folders__title" dir="auto">{info.name}</span>
                {count}
            </a>
        </li>
    }
}

pub(super) fn icon_of(role: Role) -> &'static str {
    match role {
        Role::Inbox => icons::INBOX,
        Role::Drafts => icons::PEN,
        Role::Sent => icons::SEND,
        Role::Archive => icons::ARCHIVE,
        Role::Junk => icons::JUNK,
        Role::Trash => icon::TRASH,
        Role::Starred => icons::STAR,
        Role::Other => icons::FOLDER,
    }
}

/// Which keys do what.
#[component]
fn Keys() -> impl IntoView {
    let keys: [(&[&str], &str); 16] = [
        (&["j", "k"], words::server_mail_key_next()),
        (&["Enter"], words::server_mail_key_open()),
        (&["u"], words::server_mail_key_back()),
        (&["x"], words::server_mail_key_choose()),
        (&["e"], words::server_mail_archive()),
        (&["#"], words::server_mail_delete()),
        (&["!"], words::server_mail_junk()),
        (&["v"], words::server_mail_move()),
        (&["s"], words::server_mail_flag()),
        (&["Shift+U"], words::server_mail_mark_unread()),
        (&["r", "a"], words::server_mail_key_reply()),
        (&["f"], words::server_mail_forward()),
        (&["c"], words::server_mail_write()),
        (&["/"], words::server_mail_search()),
        (&["g i"], words::server_mail_key_inbox()),
        (&["?"], words::server_mail_keys()),
    ];
    let keys: Vec<_> = keys
        .into_iter()
        .map(|(keys, what)| {
            let keys: Vec<_> = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect();
            view! {
                <div>
                    <dt>{keys}</dt>
                    <dd>{what}</dd>
                </div>
            }
        })
        .collect();
    view! {
        <div id="mail-keys" class="mail-keys" popover="auto" role="dialog" aria-labelledby="mail-keys-title">
            <h2 id="mail-keys-title">{words::server_mail_keys()}</h2>
            <dl>{keys}</dl>
            <button class="button button--small" type="button" popovertarget="mail-keys" popovertargetaction="hide">{words::common_close()}</button>
        </div>
    }
}

/// The script, with what it says.
pub fn script(file: &Asset) -> impl IntoView + use<> {
    view! {
        <script
            type="module"
            id="kalends-mail"
            nonce=leptos::nonce::use_nonce()
            src=file.path.clone()
            integrity=file.integrity.clone()
            data-saved=words::server_mail_draft_saved()
            data-saving=words::common_saving()
            data-unsaved=words::server_mail_draft_unsaved()
            data-changed=words::server_mail_draft_changed()
            data-again=words::server_mail_typed_again()
            data-chosen=words::server_mail_chosen_text("{count}")
        ></script>
    }
}
