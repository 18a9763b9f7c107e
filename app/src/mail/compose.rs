//! The page that writes: a new message, an answer, or a draft that is gone on with.

use super::about_server::AboutEvent;
use super::api::load_compose;
use super::icons;
use super::layout::{Column, MailFrame};
use super::list::{NoAccount, Unavailable};
use super::paths::WRITE;
use super::records::{Compose, DraftFile, Sender};
use super::times::{long, size};
use super::wishes::DraftFields;
use crate::notation::Format;
use crate::sharing::fields::{Came, error_id, field_error};
use crate::ui::frame::SignedIn;
use crate::ui::{Icon, icon};
use crate::wire::{ApiError, Viewer};
use crate::words;
use chrono::NaiveDateTime;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// What the address asks for: an answer to a message, a draft, or somebody to write to.
fn wanted() -> DraftFields {
    let query = use_query_map();
    let value = |name: &str| query.with_untracked(|query| query.get(name));
    let number = |name: &str| value(name).and_then(|text| text.parse::<i64>().ok());
    let kinds = ["reply", "all", "forward"];
    let answer = kinds.into_iter().find_map(|kind| Some((kind, number(kind)?)));
    DraftFields {
        draft: number("draft"),
        revision: None,
        sender: String::new(),
        to: value("to").unwrap_or_default(),
        cc: value("cc").unwrap_or_default(),
        bcc: value("bcc").unwrap_or_default(),
        subject: value("subject").unwrap_or_default(),
        text: value("body").unwrap_or_default(),
        html: None,
        answers: answer.map(|(_, message)| message),
        kind: answer.map_or_else(String::new, |(kind, _)| kind.to_owned()),
    }
}

/// The event about which the address asks to write to everybody.
fn about() -> Option<AboutEvent> {
    let query = use_query_map();
    let value = |name: &str| query.with_untracked(|query| query.get(name));
    Some(AboutEvent { calendar: value("calendar")?.parse().ok()?, name: value("event")?, instance: value("instance") })
}

#[component]
pub fn ComposePage() -> impl IntoView {
    let (wanted, about) = (wanted(), about());
    view! {
        <Title text=words::server_mail_write() />
        <SignedIn page=move |viewer: Viewer| {
            let (wanted, about) = (wanted.clone(), about.clone());
            view! {
                <Suspense>
                    {move || {
                        let (viewer, loading) = (viewer.clone(), load_compose(wanted.clone(), about.clone()));
                        Suspend::new(async move {
                            match loading.await {
                                Ok(compose) if compose.senders.is_empty() => view! { <NoAccount viewer=viewer /> }.into_any(),
                                Ok(compose) => view! { <Loaded viewer=viewer compose=compose /> }.into_any(),
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
fn Loaded(viewer: Viewer, compose: Compose) -> impl IntoView {
    let Compose { folders, senders, fields, files, waits, why, said, refused, max_octets } = compose;
    let format = Format::of(&viewer);
    let draft = fields.draft;
    let now = viewer.now;
    let title = match fields.kind.as_str() {
        "reply" | "all" => words::server_mail_reply(),
        "forward" => words::server_mail_forward(),
        _ => words::server_mail_write(),
    };
    view! {
        <MailFrame viewer=viewer folders=folders chosen=String::new() column=Column::Reader>
            <main id="main" class="mail__compose" tabindex="-1">
                <h1>{title}</h1>
                {why.map(|why| view! {
                    <p class="notice notice--error" role="alert">
                        <Icon d=icon::ALERT />
                        <span dir="auto">{words::server_mail_refused(&why)}</span>
                    </p>
                })}
                {match (waits, draft) {
                    (Some(at), Some(draft)) => view! { <Waiting draft=draft at=long(at, format) said=said subject=fields.subject to=fields.to /> }.into_any(),
                    _ => view! { <Form senders=senders fields=fields files=files said=said refused=refused max_octets=max_octets now=now /> }.into_any(),
                }}
            </main>
        </MailFrame>
    }
}

/// What waits to be sent, and is a draft again when somebody says so.
#[component]
fn Waiting(draft: i64, at: String, said: Option<String>, subject: String, to: String) -> impl IntoView {
    view! {
        <Came said=said refused=None />
        <form class="compose" method="post" action=WRITE enctype="multipart/form-data">
            <p class="notice">
                <Icon d=icons::SEND />
                <span>{words::server_mail_sending_later(&at)}</span>
            </p>
            <dl class="facts">
                <div><dt>{words::server_mail_to()}</dt><dd dir="auto">{to}</dd></div>
                <div><dt>{words::server_mail_subject()}</dt><dd dir="auto">{subject}</dd></div>
            </dl>
            <input type="hidden" name="draft" value=draft />
            <div class="row"><button class="button button--primary" name="do" value="unsend">{words::server_mail_unsend()}</button></div>
        </form>
    }
}

#[component]
fn Form(
    senders: Vec<Sender>,
    fields: DraftFields,
    files: Vec<DraftFile>,
    said: Option<String>,
    refused: Option<ApiError>,
    max_octets: usize,
    now: NaiveDateTime,
) -> impl IntoView {
    let shown = ["to", "cc", "bcc", "at", "file"];
    let (at_field, other) = crate::remote_accounts::parted(refused.as_ref(), &shown);
    let wrong = |field: &str| at_field.as_ref().filter(|(at, _)| at == field).map(|(_, message)| message.clone());
    let has_copies = !fields.cc.is_empty() || !fields.bcc.is_empty() || wrong("cc").is_some() || wrong("bcc").is_some();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let is_new = fields.text.is_empty() && fields.to.is_empty();
    // A browser leaves the first line break of a text out: one that is the writer's own stays if it is the second.
    let text = format!("\n{}", fields.text);
    view! {
        <Came said=said refused=other />
        <form class="compose" method="post" action=WRITE enctype="multipart/form-data" data-mail-draft>
            <input type="hidden" name="draft" value=number(fields.draft) />
            <input type="hidden" name="revision" value=number(fields.revision) />
            <input type="hidden" name="answers" value=number(fields.answers) />
            <input type="hidden" name="kind" value=fields.kind.clone() />
            <div class="compose__bar">
                <button class="button button--primary" name="do" value="send" aria-keyshortcuts="Control+Enter">
                    <Icon d=icons::SEND />
                    {words::server_mail_send()}
                </button>
                <button class="button" name="do" value="save">{words::server_mail_save()}</button>
                <span class="hint compose__state" role="status" data-mail-state></span>
                <span class="spring"></span>
                <button class="button button--danger-ghost" name="do" value="discard" formnovalidate>{words::server_mail_discard()}</button>
            </div>
            <Senders senders=senders chosen=fields.sender />
            <People id="to" label=words::server_mail_to() value=fields.to error=wrong("to") autofocus=is_new />
            <details class="compose__copies" open=has_copies>
                <summary>{words::server_mail_copies()}</summary>
                <People id="cc" label=words::server_mail_cc() value=fields.cc error=wrong("cc") />
                <People id="bcc" label=words::server_mail_bcc() value=fields.bcc error=wrong("bcc") />
            </details>
            <div class="compose__line">
                <label class="label" for="subject">{words::server_mail_subject()}</label>
                <input id="subject" class="input" name="subject" dir="auto" value=fields.subject maxlength="900" autocomplete="off" />
            </div>
            <div class="compose__text">
                <label id="text-label" class="visually-hidden" for="text">{words::server_mail_text()}</label>
                <textarea id="text" class="textarea" name="text" dir="auto" rows="14" autofocus=!is_new>{text}</textarea>
                <Formatted html=fields.html />
            </div>
            <Files files=files error=wrong("file") max_octets=max_octets />
            <Later now=now error=wrong("at") />
            <datalist id="mail-people"></datalist>
        </form>
    }
}

/// The text with its formatting, in the place of the plain one where the script has it be written so.
#[component]
fn Formatted(html: Option<String>) -> impl IntoView {
    let deeds = [
        ("bold", words::server_mail_format_bold(), icons::BOLD),
        ("italic", words::server_mail_format_italic(), icons::ITALIC),
        ("underline", words::server_mail_format_underline(), icons::UNDERLINE),
        ("insertUnorderedList", words::server_mail_format_list(), icons::LIST),
        ("insertOrderedList", words::server_mail_format_numbers(), icons::NUMBERS),
        ("quote", words::server_mail_format_quote(), icons::QUOTE),
        ("link", words::server_mail_format_link(), icons::LINK),
        ("removeFormat", words::server_mail_format_none(), icons::PLAIN),
    ];
    let buttons: Vec<_> = deeds
        .into_iter()
        .map(|(deed, label, sign)| {
            view! {
                <button class="icon-button icon-button--small" type="button" data-deed=deed aria-label=label title=label>
                    <Icon d=sign />
                </button>
            }
        })
        .collect();
    let lost =
        html.is_some().then(|| view! { <noscript><p class="hint">{words::server_mail_format_lost()}</p></noscript> });
    view! {
        {lost}
        <div class="rich" data-mail-rich hidden data-html=html data-link=words::server_mail_format_address()>
            <div class="rich__bar" role="toolbar" aria-label=words::server_mail_format() aria-controls="rich">{buttons}</div>
            <div id="rich" class="textarea rich__text" contenteditable="true" role="textbox" aria-multiline="true" aria-labelledby="text-label" dir="auto"></div>
        </div>
        <button class="button button--small button--ghost" type="button" hidden aria-pressed="false" data-mail-format>{words::server_mail_format()}</button>
    }
}

/// As whom it is sent; not asked where there is no choice.
#[component]
fn Senders(senders: Vec<Sender>, chosen: String) -> impl IntoView {
    let is_choice = senders.len() > 1;
    let first = senders.first().map(|sender| sender.key.clone());
    let options: Vec<_> = senders
        .into_iter()
        .map(|sender| {
            let label = match sender.name.is_empty() {
                true => sender.address.clone(),
                false => format!("{} <{}>", sender.name, sender.address),
            };
            view! { <option value=sender.key.clone() selected=chosen == sender.key data-signature=sender.signature>{label}</option> }
        })
        .collect();
    match is_choice {
        true => view! {
            <div class="compose__line">
                <label class="label" for="sender">{words::server_mail_from()}</label>
                <select id="sender" class="select" name="sender" dir="auto">{options}</select>
            </div>
        }
        .into_any(),
        false => view! { <input type="hidden" name="sender" value=first /> }.into_any(),
    }
}

/// A field of addresses, which the script completes from people one has to do with.
#[component]
fn People(
    id: &'static str,
    label: &'static str,
    value: String,
    error: Option<String>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let described = error.is_some().then(|| error_id(id));
    let wrong = error.is_some().then_some("true");
    view! {
        <div class="compose__line">
            <label class="label" for=id>{label}</label>
            <div>
                <input id=id class="input" name=id dir="auto" value=value maxlength="200000" autocomplete="off" autocapitalize="none" spellcheck="false" list="mail-people" autofocus=autofocus aria-describedby=described aria-invalid=wrong data-mail-people />
                {field_error(id, error)}
            </div>
        </div>
    }
}

#[component]
fn Files(files: Vec<DraftFile>, error: Option<String>, max_octets: usize) -> impl IntoView {
    let items: Vec<_> = files
        .into_iter()
        .map(|DraftFile { id, name, octets }| {
            let label = words::server_mail_detach_what(&name);
            view! {
                <li class="file">
                    <Icon d=icons::CLIP />
                    <span class="file__text">
                        <span class="file__name" dir="auto">{name}</span>
                        <span class="hint">{size(octets)}</span>
                    </span>
                    <button class="icon-button icon-button--small" name="do" value=format!("detach:{id}") formnovalidate aria-label=label>
                        <Icon d=icon::CLOSE />
                    </button>
                </li>
            }
        })
        .collect();
    let described = if error.is_some() { error_id("file") } else { "file-hint".to_owned() };
    view! {
        <div class="compose__files">
            {(!items.is_empty()).then(|| view! { <ul class="files__list" aria-label=words::server_mail_attach()>{items}</ul> })}
            <div class="field">
                <label class="label" for="file">{words::server_mail_attach()}</label>
                <input id="file" class="input input--file" type="file" name="file" multiple aria-describedby=described data-mail-file />
                <p id="file-hint" class="hint">{words::server_mail_attach_hint(&size(max_octets))}</p>
                {field_error("file", error)}
            </div>
        </div>
    }
}

/// Sending at a time that is chosen.
#[component]
fn Later(now: NaiveDateTime, error: Option<String>) -> impl IntoView {
    let is_open = error.is_some();
    let tomorrow = now.date().succ_opt().unwrap_or(now.date());
    let described = error.is_some().then(|| error_id("at"));
    view! {
        <details class="compose__later" open=is_open>
            <summary>{words::server_mail_later()}</summary>
            <div class="row">
                <label class="label" for="at">{words::server_mail_later_at()}</label>
                <input id="at" class="input" type="datetime-local" name="at" value=format!("{tomorrow}T08:00") min=now.format("%Y-%m-%dT%H:%M").to_string() aria-describedby=described />
                <button class="button" name="do" value="later">{words::server_mail_later()}</button>
            </div>
            {field_error("at", error)}
        </details>
    }
}
