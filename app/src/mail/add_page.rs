//! The form of a new mail account: the address first, then the servers that were found for it, and the password.

use super::api::adding;
use super::paths::ADD;
use super::records::{Adding, Ways};
use super::wishes::{AddFields, ServerFields};
use crate::remote_accounts::{PATH as ACCOUNTS, parted};
use crate::sharing::fields::{Came, error_id, field_error};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Icon, icon};
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn AddMailPage() -> impl IntoView {
    view! {
        <Title text=words::server_mail_add() />
        <SignedIn page=|viewer: Viewer| {
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Loaded adding=adding() />
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(adding: Adding) -> impl IntoView {
    let Adding { fields, refused, said, ways } = adding;
    let is_found = fields.is_found;
    let shown = ["address", "name", "user", "password", "imap_host", "imap_port", "smtp_host", "smtp_port"];
    let shown = if is_found { &shown[..] } else { &shown[..2] };
    let (at_field, other) = parted(refused.as_ref(), shown);
    let wrong = |field: &str| at_field.as_ref().filter(|(at, _)| at == field).map(|(_, message)| message.clone());
    let AddFields { address, name, servers, found_by, service, .. } = fields;
    let takes_passwords = ways.only_sign_in.is_none();
    let lead = if is_found { words::server_mail_add_found_lead() } else { words::server_mail_add_lead() };
    let found = found_by.clone().map(|by| {
        view! {
            <p class="notice notice--success" role="status">
                <Icon d=icon::CHECK />
                <span>{by}</span>
            </p>
        }
    });
    let (imap_wrong, smtp_wrong) = ([wrong("imap_host"), wrong("imap_port")], [wrong("smtp_host"), wrong("smtp_port")]);
    let (user_wrong, password_wrong) = (wrong("user"), wrong("password"));
    let rest = (is_found && takes_passwords).then(move || {
        view! {
            <Field id="user" label=words::server_accounts_user() value=servers.user.clone() error=user_wrong />
            <Password error=password_wrong />
            <Servers servers=servers imap=imap_wrong smtp=smtp_wrong />
            <input type="hidden" name="found_by" value=found_by.unwrap_or_default() />
            <input type="hidden" name="service" value=service.unwrap_or_default() />
        }
    });
    view! {
        <p><a href=ACCOUNTS>{words::server_accounts_back()}</a></p>
        <h1>{words::server_mail_add()}</h1>
        <p class="lead">{lead}</p>
        <Came said=said refused=other />
        <section class="card section" aria-label=words::server_mail_add()>
            {found}
            <SignIns ways=ways is_only=!takes_passwords />
            <form class="stack" method="post" action=ADD>
                <Field id="address" label=words::server_mail_address() value=address error=wrong("address") kind="email" />
                <Field id="name" label=words::server_mail_your_name() value=name error=wrong("name") is_optional=true hint=words::server_mail_your_name_hint() />
                {rest}
                <p class="hint">{if is_found && takes_passwords { words::server_accounts_sealed() } else { words::server_mail_look_hint() }}</p>
                <div class="row">
                    {match is_found && takes_passwords {
                        true => view! { <button class="button button--primary" name="do" value="add">{words::server_mail_add_do()}</button> }.into_any(),
                        false => view! {
                            <button class="button button--primary" name="do" value="look">{words::server_mail_look()}</button>
                            <button class="button" name="do" value="by-hand">{words::server_mail_by_hand()}</button>
                        }
                        .into_any(),
                    }}
                    <a class="button button--ghost" href=ACCOUNTS>{words::common_cancel()}</a>
                </div>
            </form>
        </section>
    }
}

/// The ways into the account that lead to its service, instead of a password here.
#[component]
fn SignIns(ways: Ways, is_only: bool) -> impl IntoView {
    let Ways { sign_ins, only_sign_in } = ways;
    let unregistered = only_sign_in.filter(|_| sign_ins.is_empty()).map(|service| {
        view! { <p class="notice notice--warning">{words::server_mail_sign_in_unregistered(&service)}</p> }
    });
    let links: Vec<_> = sign_ins
        .into_iter()
        .map(|(service, path)| {
            let class = if is_only { "button button--primary" } else { "button" };
            view! { <a class=class href=path rel="external">{words::server_remote_sign_in_do(&service)}</a> }
        })
        .collect();
    let some = (!links.is_empty()).then(|| {
        let lead = if is_only { words::server_mail_sign_in_only() } else { words::server_mail_sign_in_or() };
        view! {
            <p class="hint">{lead}</p>
            <div class="row">{links}</div>
        }
    });
    view! {
        {unregistered}
        {some}
    }
}

/// A line of text with what is wrong with it.
#[component]
pub(super) fn Field(
    id: &'static str,
    label: &'static str,
    value: String,
    error: Option<String>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] is_optional: bool,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let described = match (error.is_some(), hint.is_empty()) {
        (true, _) => Some(error_id(id)),
        (false, false) => Some(hint_id.clone()),
        (false, true) => None,
    };
    let wrong = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <input id=id class="input" type=kind name=id dir="auto" value=value required=!is_optional maxlength="300" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby=described aria-invalid=wrong />
            {(!hint.is_empty()).then(|| view! { <p id=hint_id class="hint">{hint}</p> })}
            {field_error(id, error)}
        </div>
    }
}

/// The password at the service: never that of Kalends, so that no browser fills it in.
#[component]
pub(super) fn Password(error: Option<String>) -> impl IntoView {
    let described = if error.is_some() { error_id("password") } else { "password-hint".to_owned() };
    let wrong = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="label" for="password">{words::common_password()}</label>
            <input id="password" class="input" type="password" name="password" required maxlength="2000" autocomplete="new-password" aria-describedby=described aria-invalid=wrong />
            <p id="password-hint" class="hint">{words::server_mail_password_hint()}</p>
            {field_error("password", error)}
        </div>
    }
}

#[component]
fn Servers(servers: ServerFields, imap: [Option<String>; 2], smtp: [Option<String>; 2]) -> impl IntoView {
    let is_open = servers.imap_host.is_empty() || imap.iter().chain(&smtp).any(Option::is_some);
    let [imap_host_wrong, imap_port_wrong] = imap;
    let [smtp_host_wrong, smtp_port_wrong] = smtp;
    view! {
        <details class="mail-servers" open=is_open>
            <summary>{words::server_mail_servers()}</summary>
            <fieldset class="stack">
                <legend class="label">{words::server_mail_imap()}</legend>
                <div class="mail-servers__row">
                    <Field id="imap_host" label=words::server_mail_host() value=servers.imap_host error=imap_host_wrong />
                    <Field id="imap_port" label=words::server_mail_port() value=servers.imap_port error=imap_port_wrong />
                    <Security id="imap_security" chosen=servers.imap_security />
                </div>
            </fieldset>
            <fieldset class="stack">
                <legend class="label">{words::server_mail_smtp()}</legend>
                <div class="mail-servers__row">
                    <Field id="smtp_host" label=words::server_mail_host() value=servers.smtp_host error=smtp_host_wrong />
                    <Field id="smtp_port" label=words::server_mail_port() value=servers.smtp_port error=smtp_port_wrong />
                    <Security id="smtp_security" chosen=servers.smtp_security />
                </div>
            </fieldset>
        </details>
    }
}

#[component]
fn Security(id: &'static str, chosen: String) -> impl IntoView {
    let options = [
        ("tls", words::server_mail_security_tls()),
        ("starttls", words::server_mail_security_starttls()),
        ("plain", words::server_mail_security_plain()),
    ]
    .map(|(value, label)| view! { <option value=value selected=chosen == value>{label}</option> });
    view! {
        <div class="field">
            <label class="label" for=id>{words::server_mail_security()}</label>
            <select id=id class="select" name=id>{options}</select>
        </div>
    }
}
