//! The list of what is in a folder, or of what was found.

use super::api::load_list;
use super::layout::{Column, MailFrame};
use super::paths::{ADD, INBOX, WRITE, folder_path, message_path};
use super::records::{Folders, MailAccountInfo, MailList, Role, Row, Wanted};
use super::times::short;
use super::{icons, paths};
use crate::notation::Format;
use crate::sharing::fields::Came;
use crate::ui::avatar::initials;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Failed, Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use leptos_router::location::Url;

/// What the address asks for.
pub(super) fn wanted() -> Wanted {
    let folder = use_params_map().with_untracked(|params| params.get("folder"));
    let query = use_query_map();
    let value = |name: &str| query.with_untracked(|query| query.get(name)).filter(|value| !value.is_empty());
    Wanted {
        folder: folder.filter(|folder| !folder.is_empty()).unwrap_or_else(|| INBOX.to_owned()),
        query: value("q").unwrap_or_default().trim().to_owned(),
        unread_only: value("only").as_deref() == Some("unread"),
        at_server: value("in").as_deref() == Some("texts"),
        pictures: value("pictures").and_then(|message| message.parse().ok()),
        from: value("from"),
    }
}

/// The part of an address after its path that asks for the same; `None` for what asks for nothing more than the folder.
pub(super) fn asked(wanted: &Wanted, from: Option<&str>) -> String {
    let mut asked = Vec::new();
    if !wanted.query.is_empty() {
        asked.push(format!("q={}", Url::escape(&wanted.query)));
    }
    if wanted.unread_only {
        asked.push("only=unread".to_owned());
    }
    if wanted.at_server {
        asked.push("in=texts".to_owned());
    }
    if let Some(from) = from {
        asked.push(format!("from={}", Url::escape(from)));
    }
    if asked.is_empty() { String::new() } else { format!("?{}", asked.join("&")) }
}

#[component]
pub fn MailListPage() -> impl IntoView {
    let wanted = wanted();
    view! {
        <SignedIn page=move |viewer: Viewer| {
            let wanted = wanted.clone();
            let format = Format::of(&viewer);
            view! {
                <Suspense>
                    {move || {
                        let (viewer, loading) = (viewer.clone(), load_list(wanted.clone()));
                        Suspend::new(async move {
                            match loading.await {
                                Ok(list) if list.folders.accounts.is_empty() => view! { <NoAccount viewer=viewer /> }.into_any(),
                                Ok(list) => view! { <Loaded viewer=viewer list=list format=format /> }.into_any(),
                                Err(error) => view! { <Unavailable viewer=viewer error=error /> }.into_any(),
                            }
                        })
                    }}
                </Suspense>
            }
        } />
    }
}

/// A page of mail that could not be had.
#[component]
pub(super) fn Unavailable(viewer: Viewer, error: ApiError) -> impl IntoView {
    view! {
        <Title text=words::server_mail_title() />
        <Frame viewer=viewer class="page--narrow stack">
            <h1>{words::server_mail_title()}</h1>
            <Failed error=error />
            <p><a class="button" href=paths::PATH>{words::server_mail_title()}</a></p>
        </Frame>
    }
}

/// Nobody's mail is here yet.
#[component]
pub(super) fn NoAccount(viewer: Viewer) -> impl IntoView {
    view! {
        <Title text=words::server_mail_title() />
        <Frame viewer=viewer class="page--narrow">
            <div class="mail-empty mail-empty--page">
                <Icon d=icons::INBOX />
                <h1>{words::server_mail_none_title()}</h1>
                <p>{words::server_mail_none()}</p>
                <a class="button button--primary" href=ADD>{words::server_mail_add()}</a>
            </div>
        </Frame>
    }
}

#[component]
fn Loaded(viewer: Viewer, list: MailList, format: Format) -> impl IntoView {
    let folders = list.folders.clone();
    let chosen = list.wanted.folder.clone();
    view! {
        <Title text=list.title.clone() />
        <MailFrame viewer=viewer folders=folders chosen=chosen column=Column::List>
            <main id="main" class="mail__list" tabindex="-1">
                <ListPane list=list format=format chosen=None />
            </main>
            <section class="mail__reader mail__reader--empty" id="reader" aria-label=words::server_mail_message()>
                <div class="mail-empty" aria-hidden="true">
                    <Icon d=icons::READ />
                    <p>{words::server_mail_choose()}</p>
                </div>
            </section>
        </MailFrame>
    }
}

/// The head of the list, the rows, and what leads to more of them.
#[component]
pub(super) fn ListPane(list: MailList, format: Format, chosen: Option<i64>) -> impl IntoView {
    let MailList { now, wanted, title, role, total, rows, older, said, refused, folders, not_searched } = list;
    let here = format!("{}{}", folder_path(&wanted.folder), asked(&wanted, wanted.from.as_deref()));
    let action = folder_path(&wanted.folder);
    let is_searching = !wanted.query.is_empty();
    let count = match total {
        Some(total) if !is_searching => words::server_mail_count(total),
        _ => String::new(),
    };
    let heading = if is_searching { words::server_mail_found(&wanted.query) } else { title };
    let places = places(&folders, &wanted.folder, None);
    let is_empty = rows.is_empty();
    let list_path = here.clone();
    let shown: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let path = match row.draft {
                Some(draft) => format!("{WRITE}?draft={draft}"),
                None => {
                    format!("{}{}", message_path(&wanted.folder, row.message), asked(&wanted, wanted.from.as_deref()))
                }
            };
            let is_chosen = chosen == Some(row.message);
            view! { <RowView row=row path=path is_chosen=is_chosen now=now format=format /> }
        })
        .collect();
    let newer = wanted.from.is_some().then(|| view! {
        <a class="button button--small" href=format!("{}{}", folder_path(&wanted.folder), asked(&wanted, None))>{words::server_mail_newest()}</a>
    });
    let older = older.map(|from| view! {
        <a class="button button--small" rel="next" href=format!("{}{}", folder_path(&wanted.folder), asked(&wanted, Some(&from)))>{words::server_mail_older()}</a>
    });
    let has_pages = newer.is_some() || older.is_some();
    view! {
        <div class="mail-head">
            <div class="mail-head__title">
                {match chosen {
                    None => view! { <h1 class="mail-head__name" dir="auto">{heading}</h1> }.into_any(),
                    Some(_) => view! { <h2 class="mail-head__name" dir="auto">{heading}</h2> }.into_any(),
                }}
                <span class="hint tabular">{count}</span>
            </div>
            <Search wanted=wanted.clone() />
            <Filters wanted=wanted.clone() />
        </div>
        <Came said=said refused=refused />
        {is_searching.then(|| view! { <AtServers wanted=wanted.clone() not_searched=not_searched /> })}
        <form class="mail-form" method="post" action=action data-mail-part="list" data-here=list_path>
            <Bulk role=role places=places back=here />
            {is_empty.then(|| view! { <Empty wanted=wanted role=role /> })}
            <ul class="mail-rows" aria-label=words::server_mail_messages()>{shown}</ul>
            {has_pages.then(|| view! { <div class="mail-pages">{newer}{older}</div> })}
        </form>
    }
}

/// Where what is chosen can be moved to: folders of the account that it is in. What several accounts have is together in one list names
/// the account as well, and the server says where one is another's.
/// `account`: the one whose folders they are, where that is known.
pub(super) fn places(folders: &Folders, here: &str, account: Option<i64>) -> Vec<(i64, String)> {
    let is_one = |known: &&MailAccountInfo| match account {
        Some(account) => known.id == account,
        None => known.folders.iter().any(|folder| folder.key == here),
    };
    let of: Vec<&MailAccountInfo> = match folders.accounts.iter().find(is_one) {
        Some(account) => vec![account],
        None => folders.accounts.iter().collect(),
    };
    let several = of.len() > 1;
    let mut places = Vec::new();
    for account in of {
        for folder in account.folders.iter().filter(|folder| folder.role != Role::Drafts && folder.key != here) {
            let label = if several { format!("{}: {}", account.name, folder.name) } else { folder.name.clone() };
            places.extend(folder.id.map(|id| (id, label)));
        }
    }
    places
}

/// The way to what the servers find in the texts, which are not in the index; and where they did not.
#[component]
fn AtServers(wanted: Wanted, not_searched: Vec<(String, String)>) -> impl IntoView {
    let failed: Vec<_> = not_searched
        .into_iter()
        .map(|(account, why)| {
            view! {
                <p class="notice notice--warning mail-texts">
                    <Icon d=icon::ALERT />
                    <span dir="auto">{words::server_mail_not_searched(&account, &why)}</span>
                </p>
            }
        })
        .collect();
    let (at_server, text) = match wanted.at_server {
        true => (false, words::server_mail_search_index()),
        false => (true, words::server_mail_search_texts()),
    };
    let to = Wanted { at_server, from: None, ..wanted };
    let href = format!("{}{}", folder_path(&to.folder), asked(&to, None));
    view! {
        {failed}
        <p class="mail-texts"><a href=href>{text}</a></p>
    }
}

#[component]
fn Search(wanted: Wanted) -> impl IntoView {
    let is_searching = !wanted.query.is_empty();
    let out = is_searching.then(|| view! {
        <a class="icon-button icon-button--small" href=folder_path(&wanted.folder) aria-label=words::server_mail_search_end()>
            <Icon d=icon::CLOSE />
        </a>
    });
    view! {
        <form class="mail-search" role="search" action=folder_path(&wanted.folder)>
            <Icon d=icons::SEARCH />
            <input class="input" type="search" name="q" dir="auto" value=wanted.query maxlength="500" placeholder=words::server_mail_search() aria-label=words::server_mail_search() aria-keyshortcuts="/" />
            {out}
        </form>
    }
}

/// All of the list, or what is unread alone.
#[component]
fn Filters(wanted: Wanted) -> impl IntoView {
    let all = Wanted { unread_only: false, from: None, ..wanted.clone() };
    let unread = Wanted { unread_only: true, ..all.clone() };
    let link = |to: &Wanted, label: &'static str| {
        let is_current = to.unread_only == wanted.unread_only;
        let href = format!("{}{}", folder_path(&to.folder), asked(to, None));
        view! { <a href=href aria-current=is_current.then_some("true")>{label}</a> }
    };
    view! {
        <div class="segmented mail-filters" role="group" aria-label=words::server_mail_filter()>
            {link(&all, words::server_mail_all())}
            {link(&unread, words::server_mail_unread_only())}
        </div>
    }
}

/// What can be done with what is chosen; there while something is.
#[component]
fn Bulk(role: Role, places: Vec<(i64, String)>, back: String) -> impl IntoView {
    let button = |value: &'static str, label: &'static str, d: &'static str| {
        view! {
            <button class="icon-button icon-button--small" name="do" value=value title=label aria-label=label>
                <Icon d=d />
            </button>
        }
    };
    let junk = match role {
        Role::Junk => button("not-junk", words::server_mail_not_junk(), icons::INBOX),
        _ => button("junk", words::server_mail_junk(), icons::JUNK),
    };
    let archive = (role != Role::Archive).then(|| button("archive", words::server_mail_archive(), icons::ARCHIVE));
    let places: Vec<_> = places.into_iter().map(|(id, name)| view! { <option value=id>{name}</option> }).collect();
    let has_places = !places.is_empty();
    // A form is sent by Enter with its first button: none is meant then.
    view! {
        <button disabled hidden></button>
        <input type="hidden" name="back" value=back />
        <div class="mail-bulk" role="toolbar" aria-label=words::server_mail_chosen()>
            <label class="mail-bulk__all">
                <input class="checkbox" type="checkbox" data-mail-all aria-label=words::server_mail_choose_all() />
            </label>
            <span class="mail-bulk__hint hint" data-mail-hint>{words::server_mail_choose_hint()}</span>
            <span class="mail-bulk__ways">
                {archive}
                {button("delete", words::server_mail_delete(), icon::TRASH)}
                {junk}
                {button("read", words::server_mail_mark_read(), icons::READ)}
                {button("unread", words::server_mail_mark_unread(), icons::UNREAD)}
                {button("flag", words::server_mail_flag(), icons::STAR)}
                {button("unflag", words::server_mail_unflag(), icons::STAR_OFF)}
                {has_places.then(|| view! {
                    <select class="select mail-bulk__to" name="to" aria-label=words::server_mail_move_to()>{places}</select>
                    {button("move", words::server_mail_move(), icons::FOLDER)}
                })}
            </span>
        </div>
    }
}

#[component]
fn Empty(wanted: Wanted, role: Role) -> impl IntoView {
    let (d, text) = match () {
        () if !wanted.query.is_empty() => (icons::SEARCH, words::server_mail_nothing_found()),
        () if wanted.unread_only => (icon::CHECK, words::server_mail_nothing_unread()),
        () if role == Role::Inbox => (icon::CHECK, words::server_mail_nothing_new()),
        () => (super::layout::icon_of(role), words::server_mail_nothing()),
    };
    view! {
        <div class="mail-empty">
            <Icon d=d />
            <p>{text}</p>
        </div>
    }
}

/// The hue of somebody, the same each time.
pub(super) fn hue(name: &str) -> u32 {
    name.bytes().fold(7_u32, |hash, octet| hash.wrapping_mul(31).wrapping_add(u32::from(octet))) % 360
}

#[component]
fn RowView(row: Row, path: String, is_chosen: bool, now: chrono::NaiveDateTime, format: Format) -> impl IntoView {
    let mut class = "mail-row".to_owned();
    if row.is_unread {
        class.push_str(" mail-row--unread");
    }
    let id = format!("m-{}", row.message);
    let subject = if row.subject.is_empty() { words::server_mail_no_subject().to_owned() } else { row.subject };
    let people = if row.people.is_empty() { words::server_mail_nobody().to_owned() } else { row.people };
    let mark = |shown: bool, class: &'static str, d: &'static str, label: &'static str| {
        shown.then(|| {
            view! {
                <span class=class title=label>
                    <Icon d=d />
                    <span class="visually-hidden">{label}</span>
                </span>
            }
        })
    };
    let marks = view! {
        {mark(row.is_answered, "mail-row__mark", icons::REPLY, words::server_mail_is_answered())}
        {mark(row.has_attachments, "mail-row__mark", icons::CLIP, words::server_mail_has_files())}
        {mark(row.is_flagged, "mail-row__mark mail-row__mark--flag", icons::STAR, words::server_mail_is_flagged())}
    };
    let color = row.color.map(|color| {
        view! { <span class="swatch mail-row__account" style=format!("--calendar: {color}") aria-hidden="true"></span> }
    });
    let count = (row.count > 1).then(|| {
        view! {
            <span class="mail-row__count tabular" aria-hidden="true">{row.count}</span>
            <span class="visually-hidden">{words::server_mail_count(row.count)}</span>
        }
    });
    let choose = words::server_mail_choose_one(&subject);
    view! {
        <li class=class data-message=row.message.to_string()>
            <label class="mail-row__check" style=format!("--hue: {}", hue(&people))>
                <span class="mail-row__avatar" aria-hidden="true">{initials(&people)}</span>
                <input class="checkbox" type="checkbox" name="m" value=row.message aria-label=choose />
            </label>
            <a id=id class="mail-row__link" href=path aria-current=is_chosen.then_some("true")>
                <span class="mail-row__top">
                    {row.is_unread.then(|| view! { <span class="visually-hidden">{words::server_mail_is_unread()}</span> })}
                    <span class="mail-row__people" dir="auto">{people}</span>
                    {count}
                    {color}
                    <time class="mail-row__time tabular" datetime=row.at.format("%Y-%m-%dT%H:%M").to_string()>{short(row.at, now, format)}</time>
                </span>
                <span class="mail-row__middle">
                    <span class="mail-row__subject" dir="auto">{subject}</span>
                    {marks}
                </span>
                <span class="mail-row__snippet" dir="auto">{row.snippet}</span>
            </a>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_the_same_again() {
        let plain = Wanted { folder: "7".into(), ..Wanted::default() };
        assert_eq!(asked(&plain, None), "");
        let search = Wanted { query: "a&b c".into(), unread_only: true, ..plain };
        assert_eq!(asked(&search, Some("1-2")), "?q=a%26b%20c&only=unread&from=1%2D2");
    }
}
