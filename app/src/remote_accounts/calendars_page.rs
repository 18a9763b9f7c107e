//! The calendars that an account has: which are to be in step with one here, what that would do, and how those are that are already.

use super::api::load_calendars;
use super::linking::INTO;
use super::{AccountCalendars, CalendarThere, Chosen, Preview, account_path, calendars_path};
use crate::sharing::fields::Came;
use crate::sync_links::choices::ChoiceFields;
use crate::sync_links::{Lines, LinkBadge, path};
use crate::ui::LoadedPage;
use crate::wire::ApiError;
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn AccountCalendarsPage() -> impl IntoView {
    let params = use_params_map();
    let calendars = Resource::new(move || params.get().get("id").unwrap_or_default(), load_calendars);
    view! {
        <LoadedPage title=words::server_accounts_calendars() loaded=calendars
            page=|found: AccountCalendars, _| view! { <Calendars found=found /> } />
    }
}

#[component]
fn Calendars(found: AccountCalendars) -> impl IntoView {
    let AccountCalendars { account, calendars, invites_by_itself, own, said, chosen } = found;
    let (refused, previews) = match chosen.as_ref().map(|chosen| chosen.outcome.clone()) {
        Some(Ok(previews)) => (None, previews),
        Some(Err(error)) => (Some(error), Vec::new()),
        None => (None, Vec::new()),
    };
    let id = account.id;
    let list = match calendars {
        Ok(calendars) if calendars.is_empty() => {
            view! { <p class="hint">{words::server_accounts_no_calendars()}</p> }.into_any()
        }
        Ok(calendars) => {
            view! { <Found account=id calendars=calendars own=own chosen=chosen previews=previews invites=invites_by_itself /> }
                .into_any()
        }
        Err(error) => view! { <Unanswered error=error /> }.into_any(),
    };
    view! {
        <p><a href=account_path(id) dir="auto">{words::server_accounts_to(&account.name)}</a></p>
        <h1>{words::server_accounts_calendars()}</h1>
        <Came said=said refused=refused />
        {list}
    }
}

/// The page is there, whatever the service says.
#[component]
fn Unanswered(error: ApiError) -> impl IntoView {
    view! { <p class="notice notice--error" role="alert">{error.to_string()}</p> }
}

#[component]
fn Found(
    account: i64,
    calendars: Vec<CalendarThere>,
    own: Vec<(i64, String)>,
    chosen: Option<Chosen>,
    previews: Vec<Preview>,
    invites: bool,
) -> impl IntoView {
    let (linked, open): (Vec<_>, Vec<_>) = calendars.into_iter().partition(|calendar| calendar.link.is_some());
    let linked: Vec<_> = linked.into_iter().map(|calendar| view! { <Linked calendar=calendar /> }).collect();
    let is_writable = open.iter().any(|calendar| calendar.is_writable);
    let Chosen { ids, into, choices, .. } = chosen.unwrap_or_default();
    let nothing_chosen = ids.is_empty();
    let open_ones: Vec<_> = open
        .into_iter()
        .map(|calendar| {
            let checked = nothing_chosen || ids.contains(&calendar.id);
            let into = into.iter().find(|(id, _)| *id == calendar.id).map(|(_, calendar)| *calendar);
            view! { <Open calendar=calendar checked=checked own=own.clone() into=into /> }
        })
        .collect();
    let previews: Vec<_> = previews.into_iter().map(|preview| view! { <PreviewOf preview=preview /> }).collect();
    let form = (!open_ones.is_empty()).then(|| {
        view! {
            <section class="card section" aria-labelledby="there">
                <h2 id="there">{words::server_sync_choose()}</h2>
                <form class="stack" method="post" action=calendars_path(account)>
                    <ul class="list" aria-labelledby="there">{open_ones}</ul>
                    <ChoiceFields choices=choices is_writable=is_writable asks_invites=invites proposes=true />
                    <div class="row">
                        <button class="button button--primary" name="do" value="start">{words::server_sync_start()}</button>
                        <button class="button" name="do" value="preview">{words::server_sync_preview()}</button>
                    </div>
                </form>
            </section>
        }
    });
    view! {
        {previews}
        {form}
        {(!linked.is_empty()).then(|| view! {
            <section class="card section" aria-labelledby="linked">
                <h2 id="linked">{words::server_sync_linked()}</h2>
                <ul class="list" aria-labelledby="linked">{linked}</ul>
            </section>
        })}
    }
}

#[component]
fn Open(calendar: CalendarThere, checked: bool, own: Vec<(i64, String)>, into: Option<i64>) -> impl IntoView {
    let label = words::server_sync_into(&calendar.name);
    let field = format!("{INTO}{}", calendar.id);
    let into = (!own.is_empty()).then(|| {
        let options: Vec<_> = own
            .into_iter()
            .map(|(id, name)| {
                let selected = into == Some(id);
                view! { <option value=id selected=selected>{words::server_sync_into_own(&name)}</option> }
            })
            .collect();
        view! {
            <select class="select sync-into" name=field aria-label=label>
                <option value="">{words::server_sync_into_new()}</option>
                {options}
            </select>
        }
    });
    let style = calendar.color.map(|color| format!("--calendar: {color}"));
    view! {
        <li class="list__item">
            <label class="choice choice--explained">
                <input class="checkbox" type="checkbox" name="calendar" value=calendar.id checked=checked />
                <span>
                    <span dir="auto"><span class="swatch" style=style aria-hidden="true"></span> " " {calendar.name}</span>
                    <span class="hint">{calendar.what}</span>
                </span>
            </label>
            {into}
        </li>
    }
}

#[component]
fn Linked(calendar: CalendarThere) -> impl IntoView {
    calendar.link.map(|link| {
        view! {
            <li class="list__item">
                <div class="list__text">
                    <div class="list__title" dir="auto"><a href=path(link.calendar)>{link.name.clone()}</a></div>
                    <div class="hint">{link.line.clone()}</div>
                </div>
                <LinkBadge standing=link.standing />
            </li>
        }
    })
}

/// What the first run of a calendar would do.
#[component]
fn PreviewOf(preview: Preview) -> impl IntoView {
    let Preview { name, counts, lines, stops } = preview;
    let more = lines.len();
    let total = if counts.is_empty() { words::server_sync_nothing_to_do().to_owned() } else { counts.join(" · ") };
    view! {
        <section class="card section" aria-label=words::server_sync_preview_of(&name)>
            <h2 dir="auto">{words::server_sync_preview_of(&name)}</h2>
            <p role="status">{total}</p>
            {stops.then(|| view! { <p class="notice">{words::server_sync_would_ask()}</p> })}
            {(more > 0).then(|| view! {
                <details>
                    <summary>{words::server_sync_deletions_list()}</summary>
                    <Lines lines=lines />
                </details>
            })}
        </section>
    }
}
