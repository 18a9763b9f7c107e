//! A message with those that belong to it: what was written before and after it.

use super::api::load_thread;
use super::icons;
use super::invitation_card::InvitationOfMail;
use super::layout::{Column, MailFrame};
use super::list::{ListPane, Unavailable, asked, hue, places, wanted};
use super::paths::{answer_path, body_path, edit_path, folder_path, making_path, message_path, part_path, source_path};
use super::quoted::parted;
use super::records::{Attachment, Body, Message, Person, Role, Thread};
use super::times::{long, short, size};
use crate::notation::Format;
use crate::ui::avatar::initials;
use crate::ui::frame::SignedIn;
use crate::ui::{Icon, fixed, icon};
use crate::wire::Viewer;
use crate::words;
use chrono::NaiveDateTime;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn MailThreadPage() -> impl IntoView {
    let wanted = wanted();
    let message = use_params_map().with_untracked(|params| params.get("message")).and_then(|id| id.parse().ok());
    view! {
        <SignedIn page=move |viewer: Viewer| {
            let wanted = wanted.clone();
            let format = Format::of(&viewer);
            view! {
                <Suspense>
                    {move || {
                        // No message has this number.
                        let loading = load_thread(wanted.clone(), message.unwrap_or(0));
                        let viewer = viewer.clone();
                        Suspend::new(async move {
                            match loading.await {
                                Ok(thread) => view! { <Loaded viewer=viewer thread=thread format=format /> }.into_any(),
                                Err(error) => view! { <Unavailable viewer=viewer error=error /> }.into_any(),
                            }
                        })
                    }}
                </Suspense>
            }
        } />
    }
}

#[component]
fn Loaded(viewer: Viewer, thread: Thread, format: Format) -> impl IntoView {
    let Thread { list, message, account, subject, messages } = thread;
    let (folders, chosen) = (list.folders.clone(), list.wanted.folder.clone());
    let (now, role) = (list.now, list.role);
    let back = format!("{}{}", folder_path(&chosen), asked(&list.wanted, list.wanted.from.as_deref()));
    let here = format!("{}{}", message_path(&chosen, message), asked(&list.wanted, list.wanted.from.as_deref()));
    let list_path = back.clone();
    let subject = if subject.is_empty() { words::server_mail_no_subject().to_owned() } else { subject };
    let places = places(&folders, &chosen, Some(account));
    let is_flagged = messages.iter().any(|message| message.is_flagged);
    let last = messages.last().map_or(message, |message| message.id);
    let shown: Vec<_> = messages
        .into_iter()
        .map(|message| view! { <MessageView message=message folder=chosen.clone() now=now format=format back=here.clone() /> })
        .collect();
    view! {
        <Title text=subject.clone() />
        <MailFrame viewer=viewer folders=folders chosen=chosen.clone() column=Column::Reader>
            <section class="mail__list" aria-label=words::server_mail_messages()>
                <ListPane list=list format=format chosen=Some(message) />
            </section>
            <main id="main" class="mail__reader" tabindex="-1" data-mail-part="reader" data-back=list_path>
                <div class="thread">
                    <Toolbar message=message role=role folder=chosen back=back here=here is_flagged=is_flagged places=places />
                    <h1 class="thread__subject" dir="auto">{subject}</h1>
                    {shown}
                    <div class="thread__answers">
                        <a class="button" href=answer_path("reply", last) aria-keyshortcuts="r">
                            <Icon d=icons::REPLY />
                            {words::server_mail_reply()}
                        </a>
                        <a class="button" href=answer_path("all", last) aria-keyshortcuts="a">
                            <Icon d=icons::REPLY_ALL />
                            {words::server_mail_reply_all()}
                        </a>
                        <a class="button" href=answer_path("forward", last) aria-keyshortcuts="f">
                            <Icon d=icons::FORWARD />
                            {words::server_mail_forward()}
                        </a>
                    </div>
                </div>
            </main>
        </MailFrame>
    }
}

/// What can be done with the whole thread.
#[component]
fn Toolbar(
    message: i64,
    role: Role,
    folder: String,
    back: String,
    here: String,
    is_flagged: bool,
    places: Vec<(i64, String)>,
) -> impl IntoView {
    let fields = |back: String| {
        view! {
            <input type="hidden" name="m" value=message />
            <input type="hidden" name="back" value=back />
        }
    };
    let button = |value: &'static str, label: &'static str, d: &'static str, keys: &'static str| {
        view! {
            <button class="icon-button" name="do" value=value title=label aria-label=label aria-keyshortcuts=keys>
                <Icon d=d />
            </button>
        }
    };
    let (flag, flag_label) = match is_flagged {
        true => ("unflag", words::server_mail_unflag()),
        false => ("flag", words::server_mail_flag()),
    };
    let junk = match role {
        Role::Junk => button("not-junk", words::server_mail_not_junk(), icons::INBOX, "!"),
        _ => button("junk", words::server_mail_junk(), icons::JUNK, "!"),
    };
    let archive = (role != Role::Archive).then(|| button("archive", words::server_mail_archive(), icons::ARCHIVE, "e"));
    let action = folder_path(&folder);
    let edit = (role == Role::Drafts).then(|| {
        view! {
            <form method="post" action=edit_path(message)>
                <button class="button button--small">
                    <Icon d=icons::PEN />
                    {words::server_mail_edit()}
                </button>
            </form>
        }
    });
    let places: Vec<_> = places
        .into_iter()
        .map(|(id, name)| view! { <button class="thread__place" name="to" value=id dir="auto">{name}</button> })
        .collect();
    let moving = (!places.is_empty()).then(|| {
        view! {
            <details class="thread__move">
                <summary class="icon-button" title=words::server_mail_move() aria-label=words::server_mail_move() aria-keyshortcuts="v">
                    <Icon d=icons::FOLDER />
                </summary>
                <form class="thread__places" method="post" action=action.clone() aria-label=words::server_mail_move_to()>
                    {fields(back.clone())}
                    <input type="hidden" name="do" value="move" />
                    {places}
                </form>
            </details>
        }
    });
    let class = if is_flagged { "thread__flag thread__flag--set" } else { "thread__flag" };
    view! {
        <div class="thread__bar" role="toolbar" aria-label=words::server_mail_thread_ways()>
            <a class="icon-button thread__back" href=back.clone() title=words::server_mail_back() aria-label=words::server_mail_back() aria-keyshortcuts="u">
                <Icon d=icons::BACK />
            </a>
            <form method="post" action=action.clone() data-mail-thread>
                {fields(back.clone())}
                {archive}
                {button("delete", words::server_mail_delete(), icon::TRASH, "#")}
                {junk}
                {button("unread", words::server_mail_mark_unread(), icons::UNREAD, "Shift+U")}
            </form>
            {moving}
            <form method="post" action=action class=class>
                {fields(here)}
                {button(flag, flag_label, icons::STAR, "s")}
            </form>
            {edit}
        </div>
    }
}

#[component]
fn MessageView(message: Message, folder: String, now: NaiveDateTime, format: Format, back: String) -> impl IntoView {
    let id = format!("message-{}", message.id);
    let name = name_of(&message.from);
    let snippet = message.snippet.clone();
    let (from, at, is_open) = (message.from.clone(), message.at, message.is_open);
    let flag = message.is_flagged.then(|| {
        view! {
            <span class="mail-row__mark mail-row__mark--flag" title=words::server_mail_is_flagged()>
                <Icon d=icons::STAR />
                <span class="visually-hidden">{words::server_mail_is_flagged()}</span>
            </span>
        }
    });
    let class = if message.is_unread { "message message--unread" } else { "message" };
    view! {
        <details class=class id=id open=is_open>
            <summary class="message__head">
                <span class="mail-row__avatar" style=format!("--hue: {}", hue(&name)) aria-hidden="true">{initials(&name)}</span>
                <span class="message__who">
                    <span class="message__name" dir="auto">{name}</span>
                    <span class="message__address" dir="auto">{from.address}</span>
                    <span class="message__snippet" dir="auto">{snippet}</span>
                </span>
                {flag}
                <time class="message__time tabular" datetime=at.format("%Y-%m-%dT%H:%M").to_string() title=long(at, format)>{short(at, now, format)}</time>
            </summary>
            <div class="message__inside">
                <Facts message=message.clone() format=format />
                <Elsewhere message=message.id folder=folder is_shown=matches!(message.body, Body::Later) />
                <InvitationOfMail invitation=message.invitation back=back.clone() />
                <Content id=message.id body=message.body sender=message.from.address back=back />
                <Attachments message=message.id attachments=message.attachments />
                {is_open.then(|| view! { <Makings message=message.id /> })}
            </div>
        </details>
    }
}

/// The page on which a message of the thread is open, where more can be done with it.
#[component]
fn Elsewhere(message: i64, folder: String, is_shown: bool) -> impl IntoView {
    is_shown.then(|| {
        let path = format!("{}#message-{message}", message_path(&folder, message));
        view! { <p><a class="button button--small" href=path>{words::server_mail_open_whole()}</a></p> }
    })
}

/// The ways to what can be made of a message.
#[component]
fn Makings(message: i64) -> impl IntoView {
    view! {
        <p class="row message__makings">
            <a class="button button--small" href=making_path("event", message)>
                <Icon d=icon::CALENDAR />
                {words::server_mail_making_event()}
            </a>
            <a class="button button--small" href=making_path("task", message)>
                <Icon d=icon::CHECK />
                {words::server_mail_making_task()}
            </a>
        </p>
    }
}

fn name_of(person: &Person) -> String {
    match (person.name.is_empty(), person.address.is_empty()) {
        (false, _) => person.name.clone(),
        (true, false) => person.address.clone(),
        (true, true) => words::server_mail_nobody().to_owned(),
    }
}

/// How many recipients are named at once; the others are counted.
const MAX_NAMED: usize = 6;

fn names(people: &[Person]) -> String {
    let mut names: Vec<String> = people.iter().take(MAX_NAMED).map(name_of).collect();
    if people.len() > MAX_NAMED {
        names.push(words::server_mail_more_people(people.len() - MAX_NAMED));
    }
    names.join(", ")
}

/// Everybody with their address; of very many not all.
fn addresses(people: &[Person]) -> String {
    const MAX_LISTED: usize = 200;
    let mut all: Vec<String> = people
        .iter()
        .take(MAX_LISTED)
        .map(|person| match person.name.is_empty() {
            true => person.address.clone(),
            false => format!("{} <{}>", person.name, person.address),
        })
        .collect();
    if people.len() > MAX_LISTED {
        all.push(words::server_mail_more_people(people.len() - MAX_LISTED));
    }
    all.join(", ")
}

/// To whom it went, and everything else that its head says.
#[component]
fn Facts(message: Message, format: Format) -> impl IntoView {
    let everybody: Vec<Person> = message.to.iter().chain(&message.cc).cloned().collect();
    let to = match everybody.is_empty() {
        true => words::server_mail_to_nobody().to_owned(),
        false => words::server_mail_to_whom(&names(&everybody)),
    };
    let row = |label: &'static str, people: &[Person]| {
        (!people.is_empty()).then(|| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd dir="auto">{addresses(people)}</dd>
                </div>
            }
        })
    };
    view! {
        <details class="message__facts">
            <summary dir="auto">{to}</summary>
            <dl class="facts">
                {row(words::server_mail_from(), std::slice::from_ref(&message.from))}
                {row(words::server_mail_to(), &message.to)}
                {row(words::server_mail_cc(), &message.cc)}
                {row(words::server_mail_bcc(), &message.bcc)}
                {row(words::server_mail_reply_to(), &message.reply_to)}
                <div>
                    <dt>{words::server_mail_date()}</dt>
                    <dd>{long(message.at, format)}</dd>
                </div>
            </dl>
            {(!message.header.is_empty()).then(|| view! { <Header header=message.header /> })}
            <p class="row">
                <a class="button button--small" href=source_path(message.id) target="_blank" rel="noopener external">{words::server_mail_original()}</a>
                <a class="button button--small" href=answer_path("reply", message.id)>{words::server_mail_reply()}</a>
                <a class="button button--small" href=answer_path("forward", message.id)>{words::server_mail_forward()}</a>
            </p>
        </details>
    }
}

/// Everything that its head says, as it says it.
#[component]
fn Header(header: Vec<(String, String)>) -> impl IntoView {
    let fields: Vec<_> = header
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd dir="auto">{value}</dd>
                </div>
            }
        })
        .collect();
    view! {
        <details class="message__header">
            <summary>{words::server_mail_header()}</summary>
            <dl class="facts">{fields}</dl>
        </details>
    }
}

/// What it says. HTML stands in a frame in which nothing runs, nothing is fetched and nothing is known of this page.
#[component]
fn Content(id: i64, body: Body, sender: String, back: String) -> impl IntoView {
    match body {
        Body::Text(text) => view! { <Plain text=text /> }.into_any(),
        Body::Later => frame(id, false).into_any(),
        Body::Missing(why) => view! {
            <p class="notice notice--warning">
                <Icon d=icon::ALERT />
                <span>{words::server_mail_no_body()} " " <span dir="auto">{why}</span></span>
            </p>
        }
        .into_any(),
        Body::Html { blocked, shows } => {
            let pictures = (blocked > 0).then(|| {
                let (page, place) = back.split_once('#').unwrap_or((&back, ""));
                let mark = if page.contains('?') { '&' } else { '?' };
                let once = format!(
                    "{page}{mark}pictures={id}#{}",
                    if place.is_empty() { format!("message-{id}") } else { place.to_owned() }
                );
                view! {
                    <form class="notice message__pictures" method="post" action="/mail/pictures">
                        <input type="hidden" name="sender" value=sender.clone() />
                        <input type="hidden" name="back" value=back />
                        <span>{words::server_mail_pictures(blocked)}</span>
                        <a class="button button--small" href=once>{words::server_mail_pictures_once()}</a>
                        <button class="button button--small">{words::server_mail_pictures_show(&sender)}</button>
                    </form>
                }
            });
            view! {
                {pictures}
                {frame(id, shows)}
            }
            .into_any()
        }
    }
}

/// Fetched when it is looked at: what is folded away is not.
fn frame(id: i64, shows_pictures: bool) -> InertElement {
    let (begin, title) = ("<iframe class=message__frame loading=lazy data-mail-frame src=\"", "\" title=\"");
    let sandbox = "\" sandbox=\"allow-same-origin allow-popups allow-popups-to-escape-sandbox\" referrerpolicy=no-referrer></iframe>";
    let once = if shows_pictures { "?pictures" } else { "" };
    fixed(&[begin, &body_path(id), once, title, words::server_mail_content(), sandbox])
}

/// Text, with what it quotes folded away at its end, and its addresses as links.
#[component]
fn Plain(text: String) -> impl IntoView {
    let (said, quoted) = parted(text.trim_end());
    let quoted = (!quoted.is_empty()).then(|| {
        view! {
            <details class="message__quote">
                <summary aria-label=words::server_mail_quoted()>"⋯"</summary>
                <div class="message__text" dir="auto">{linked(quoted)}</div>
            </details>
        }
    });
    view! {
        <div class="message__text" dir="auto">{linked(said)}</div>
        {quoted}
    }
}

/// Text with its web addresses as links.
fn linked(text: &str) -> Vec<AnyView> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = ["https://", "http://"].into_iter().filter_map(|start| rest.find(start)).min() {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        pieces.push(before.to_owned().into_any());
        let href = address.to_owned();
        pieces.push(
            view! { <a href=href target="_blank" rel="noopener noreferrer external">{address.to_owned()}</a> }
                .into_any(),
        );
        rest = &from[address.len()..];
    }
    pieces.push(rest.to_owned().into_any());
    pieces
}

#[component]
fn Attachments(message: i64, attachments: Vec<Attachment>) -> impl IntoView {
    (!attachments.is_empty()).then(|| {
        let title = words::server_mail_files(attachments.len());
        let heading = title.clone();
        let items: Vec<_> = attachments
            .into_iter()
            .map(|Attachment { part, name, kind, octets, can_be_seen }| {
                let path = part_path(message, part);
                let name = if name.is_empty() { words::server_mail_file_unnamed().to_owned() } else { name };
                let seen = can_be_seen.then(|| {
                    let label = words::server_mail_file_show_what(&name);
                    view! {
                        <a class="button button--small" href=format!("{path}?show") target="_blank" rel="noopener external" aria-label=label>
                            {words::server_mail_file_show()}
                        </a>
                    }
                });
                let label = words::server_mail_file_save_what(&name);
                view! {
                    <li class="file">
                        <Icon d=icons::CLIP />
                        <span class="file__text">
                            <span class="file__name" dir="auto" title=name.clone()>{name.clone()}</span>
                            <span class="hint">{kind} " · " {size(octets)}</span>
                        </span>
                        {seen}
                        <a class="button button--small" href=path download="" rel="external" aria-label=label>{words::server_mail_file_save()}</a>
                    </li>
                }
            })
            .collect();
        view! {
            <section class="files" aria-label=title>
                <h2 class="files__title">{heading}</h2>
                <ul class="files__list">{items}</ul>
            </section>
        }
    })
}
