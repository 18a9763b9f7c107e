//! Removing an account: what becomes of each of its calendars is chosen, then shown, and then done. What is deleted at the service takes
//! the account's name, typed once more.

use super::account_path;
use crate::sync_links::{LinkInfo, Removal};
use crate::wire::CalendarId;
use crate::words;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalChoice {
    /// Of calendars for which nothing else was chosen.
    pub otherwise: Removal,
    pub of: Vec<(CalendarId, Removal)>,
}

/// What it will be: a Leptos context for the page that the server answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalAsked {
    pub choice: RemovalChoice,
    /// Of each calendar, what it is called and what becomes of it.
    pub lines: Vec<(String, String)>,
    /// Whether something is deleted at the service.
    pub deletes_there: bool,
    /// What is wrong with the name that was typed.
    pub wrong: Option<String>,
}

/// The field of a calendar.
fn field(calendar: CalendarId) -> String {
    format!("calendar-{calendar}")
}

fn read(value: &str) -> Option<Removal> {
    match value {
        "keep" => Some(Removal::Keep),
        "bin" => Some(Removal::Bin),
        "there" => Some(Removal::DeleteThere),
        _ => None,
    }
}

fn written(removal: Removal) -> &'static str {
    match removal {
        Removal::Keep => "keep",
        Removal::Bin => "bin",
        Removal::DeleteThere => "there",
    }
}

impl RemovalChoice {
    /// Reads the fields of a form: `calendars` is about all, `calendar-7` about one.
    pub fn read(fields: &[(String, String)]) -> Self {
        let all = fields.iter().find(|(name, _)| name == "calendars").and_then(|(_, value)| read(value));
        let of = fields.iter().filter_map(|(name, value)| {
            let calendar = name.strip_prefix("calendar-")?.parse().ok()?;
            Some((calendar, read(value)?))
        });
        RemovalChoice { otherwise: all.unwrap_or(Removal::Keep), of: of.collect() }
    }

    fn of(&self, calendar: CalendarId) -> Removal {
        self.of.iter().find(|(named, _)| *named == calendar).map_or(self.otherwise, |(_, removal)| *removal)
    }
}

/// The form, and what was chosen in it will be. `forgets`: what Kalends forgets with the account.
#[component]
pub fn RemovalForm(
    account: i64,
    forgets: &'static str,
    name: String,
    links: Vec<LinkInfo>,
    asked: Option<RemovalAsked>,
) -> impl IntoView {
    let choice = asked.as_ref().map(|asked| asked.choice.clone());
    let rows: Vec<_> = links
        .into_iter()
        .map(|link| {
            let chosen = choice.as_ref().map_or(Removal::Keep, |choice| choice.of(link.calendar));
            view! { <Row link=link chosen=chosen /> }
        })
        .collect();
    view! {
        <section class="card section" aria-labelledby="remove">
            <h2 id="remove">{words::server_accounts_remove()}</h2>
            <p class="hint">{forgets}</p>
            <form class="stack" method="post" action=account_path(account)>
                {rows}
                <div class="row">
                    <button class="button" name="do" value="look-at-removal">{words::server_accounts_remove_look()}</button>
                </div>
            </form>
            {asked.map(|asked| view! { <WillBe account=account name=name asked=asked /> })}
        </section>
    }
}

#[component]
fn Row(link: LinkInfo, chosen: Removal) -> impl IntoView {
    let id = field(link.calendar);
    let mut options = vec![
        (Removal::Keep, words::server_accounts_remove_keep()),
        (Removal::Bin, words::server_accounts_remove_bin()),
    ];
    if link.is_writable_there {
        options.push((Removal::DeleteThere, words::server_accounts_remove_there()));
    }
    let options: Vec<_> = options
        .into_iter()
        .map(|(removal, text)| {
            let selected = removal == chosen;
            view! { <option value=written(removal) selected=selected>{text}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label class="label" for=id.clone() dir="auto">{link.name}</label>
            <select id=id.clone() class="select" name=id>{options}</select>
        </div>
    }
}

/// What will be, and the button that does it.
#[component]
fn WillBe(account: i64, name: String, asked: RemovalAsked) -> impl IntoView {
    let RemovalAsked { choice, lines, deletes_there, wrong } = asked;
    let fields: Vec<_> = choice
        .of
        .into_iter()
        .map(|(calendar, removal)| view! { <input type="hidden" name=field(calendar) value=written(removal) /> })
        .collect();
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(name, what)| {
            view! {
                <li class="list__item">
                    <div class="list__text">
                        <div class="list__title" dir="auto">{name}</div>
                        <div>{what}</div>
                    </div>
                </li>
            }
        })
        .collect();
    let is_wrong = wrong.is_some();
    let confirm = deletes_there.then(|| {
        view! {
            <div class="field">
                <label class="label" for="confirm">{words::server_accounts_remove_confirm(&name)}</label>
                <input id="confirm" class="input" name="confirm" required autocomplete="off" autofocus=is_wrong
                    aria-invalid=is_wrong.then_some("true") aria-describedby="confirm-hint" />
                <p class="hint" id="confirm-hint">{wrong.unwrap_or_else(|| words::server_accounts_remove_confirm_what().to_owned())}</p>
            </div>
        }
    });
    view! {
        <form class="stack" id="will-be" method="post" action=account_path(account) aria-labelledby="will-be-title">
            <h3 id="will-be-title">{words::server_accounts_remove_will()}</h3>
            <ul class="list">
                {rows}
                <li class="list__item"><div class="list__text">{words::server_accounts_remove_sure()}</div></li>
            </ul>
            <input type="hidden" name="do" value="remove" />
            <input type="hidden" name="calendars" value=written(choice.otherwise) />
            {fields}
            {confirm}
            <div class="row">
                <button class="button button--danger">
                    {words::server_accounts_remove()}
                    <span class="visually-hidden" dir="auto">" " {name}</span>
                </button>
            </div>
        </form>
    }
}
