use super::api::{AppPasswordInfo, CreateAppPassword, RevokeAppPassword, Settings};
use crate::connect;
use crate::flash::{APP_PASSWORD, APP_PASSWORD_FIELD, APP_PASSWORD_SHOWN, outcome_of};
use crate::notation::Format;
use crate::ui::{CopyField, Icon, Outcome, icon};
use crate::wire::Viewer;
use crate::words;
use kalends_domain::accounts::TOKEN_PREFIX;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// App passwords: made, shown once, listed, revoked; with what to type into other programs.
#[component]
pub fn AppPasswords(viewer: Viewer, settings: Settings) -> impl IntoView {
    let flash = settings.flash.as_ref();
    let label = flash.and_then(|flash| flash.kept("label")).unwrap_or_default();
    let kept = |field: &str| flash.and_then(|flash| flash.kept(field)).unwrap_or_default();
    let choices = Choices { kind: kept("kind"), access: kept("access"), calendar: kept("calendar"), end: kept("end") };
    let calendars = settings.calendars;
    let (secret, refused) = match outcome_of(flash, APP_PASSWORD) {
        Some(Ok(secret)) => (Some(secret), None),
        refused => (None, refused),
    };
    let shown = outcome_of(flash, APP_PASSWORD_SHOWN).map(|_| {
        view! {
            <p id=APP_PASSWORD_FIELD tabindex="-1" class="notice" role="status">
                <Icon d=icon::ALERT />
                <span>
                    {words::server_settings_app_password_was_shown()}
                </span>
            </p>
        }
    });
    let format = Format::of(&viewer);
    let revoked = outcome_of(flash, "revoke");
    let entries: Vec<_> =
        settings.app_passwords.into_iter().map(|item| view! { <Entry item=item format=format /> }).collect();
    let list = if entries.is_empty() {
        view! { <p class="hint">{words::server_settings_no_app_passwords()}</p> }.into_any()
    } else {
        view! {
            <ul class="list" aria-label=words::server_settings_app_passwords()>
                {entries}
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="card section" aria-labelledby="app-passwords">
            <h2 id="app-passwords">{words::server_settings_other_programs()}</h2>
            <p>
                {words::server_settings_other_programs_lead()}
            </p>
            <p class="row">
                <a class="button button--primary" href=connect::PATH>{words::server_connect_title()}</a>
                <span class="hint">{words::server_connect_link_lead()}</span>
            </p>
            <div class="grid-2">
                <CopyField id="caldav-url" label=words::server_settings_caldav_address() copy=words::server_settings_copy_caldav_address() value=settings.caldav_url />
                <CopyField id="caldav-user" label=words::common_user_name() copy=words::server_settings_copy_user_name() value=viewer.slug.clone() />
            </div>
            <p class="hint">
                {words::server_settings_programs_before()} " " <strong>{settings.caldav_server}</strong>
                {words::server_settings_programs_after()}
            </p>
            {secret.map(|secret| view! { <NewSecret secret=secret /> })}
            {shown}
            <form class="stack" action=CreateAppPassword::url() method="post">
                <div class="field">
                    <label class="label" for="label">
                        {words::server_settings_app_password_for()}
                    </label>
                    <input id="label" class="input" name="label" dir="auto" value=label required maxlength="100" placeholder=words::server_settings_app_password_example() autocomplete="off" />
                </div>
                <ScopeFields choices=choices calendars=calendars />
                <div class="row">
                    <button class="button button--primary">{words::common_create()}</button>
                </div>
            </form>
            <Outcome of=refused />
            <Outcome of=revoked />
            {list}
        </section>
    }
}

/// A secret that was just made; what it begins with tells its kind.
#[component]
fn NewSecret(secret: String) -> impl IntoView {
    let (now, label, copy) = if secret.starts_with(TOKEN_PREFIX) {
        (words::server_settings_token_copy_now(), words::server_settings_token(), words::server_settings_copy_token())
    } else {
        (
            words::server_settings_app_password_copy_now(),
            words::server_settings_app_password(),
            words::server_settings_copy_app_password(),
        )
    };
    view! {
        <div class="secret">
            <p id="app-password-hint">
                <strong>{now}</strong>
                " " {words::server_settings_app_password_once()}
            </p>
            <CopyField id=APP_PASSWORD_FIELD label=label copy=copy value=secret hint="app-password-hint" />
        </div>
    }
}

/// What was chosen for a new credential before it was refused.
#[derive(Clone, Debug, Default)]
struct Choices {
    kind: String,
    access: String,
    calendar: String,
    end: String,
}

/// What a new app password or token is for, and until when.
#[component]
fn ScopeFields(choices: Choices, calendars: Vec<(i64, String)>) -> impl IntoView {
    let Choices { kind, access, calendar, end } = choices;
    let options = |of: Vec<(String, String)>, chosen: String| {
        let option = |(value, text): (String, String)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{text}</option> }
        };
        of.into_iter().map(option).collect_view()
    };
    let said = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    let kinds = vec![
        said("app-password", words::server_settings_kind_app_password()),
        said("token", words::server_settings_kind_token()),
    ];
    let levels =
        vec![said("write", words::server_settings_may_write()), said("read", words::server_settings_may_read())];
    let every = std::iter::once(said("", words::server_settings_every_calendar()));
    let calendars = every.chain(calendars.into_iter().map(|(id, name)| (id.to_string(), name))).collect();
    view! {
        <div class="grid-2">
            <div class="field">
                <label class="label" for="kind">{words::server_settings_kind()}</label>
                <select id="kind" class="select" name="kind">{options(kinds, kind)}</select>
            </div>
            <div class="field">
                <label class="label" for="access">{words::server_settings_may()}</label>
                <select id="access" class="select" name="access">{options(levels, access)}</select>
            </div>
            <div class="field">
                <label class="label" for="only">{words::server_settings_for_calendar()}</label>
                <select id="only" class="select" name="calendar">{options(calendars, calendar)}</select>
            </div>
            <div class="field">
                <label class="label" for="end">{words::server_settings_end()}</label>
                <input id="end" class="input" type="date" name="end" value=end />
            </div>
        </div>
    }
}

#[component]
fn Entry(item: AppPasswordInfo, format: Format) -> impl IntoView {
    let created = format.date(item.created.date());
    let used = match item.last_used {
        Some(used) => words::server_settings_app_password_used(&created, &format.date(used.date()), &format.time(used)),
        None => words::server_settings_app_password_unused(&created),
    };
    let ends = item
        .ends
        .map(|end| format!(" · {}", words::server_settings_until(&format.date(end.date()), &format.time(end))));
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title" dir="auto">
                    {item.label.clone()}
                    {item.is_token.then(|| view! { " " <span class="badge">{words::server_settings_token()}</span> })}
                    {item.has_ended.then(|| view! { " " <span class="badge badge--deleted">{words::server_settings_ended()}</span> })}
                </div>
                <div class="hint" dir="auto">{item.scope} {ends}</div>
                <div class="hint">{used}</div>
            </div>
            // One question at a time.
            <details class="revoke" name="revoke">
                <summary class="button button--small sure">
                    <span>{words::server_settings_revoke()}</span>
                    <span>{words::common_keep()}</span>
                    <span class="visually-hidden">{item.label.clone()}</span>
                </summary>
                <form class="revoke__sure" action=RevokeAppPassword::url() method="post">
                    <input type="hidden" name="id" value=item.id />
                    <p>{words::server_settings_revoke_what()}</p>
                    <button class="button button--small button--danger">
                        {words::server_settings_revoke_sure()}
                        <span class="visually-hidden">{item.label}</span>
                    </button>
                </form>
            </details>
        </li>
    }
}
