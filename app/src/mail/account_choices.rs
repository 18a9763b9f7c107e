//! What else is chosen about a mail account: what mail is sent as, and which folder is for what.

use super::add_page::Field;
use super::paths::account_path;
use super::records::{FolderChoice, Identity};
use crate::sharing::fields::Sure;
use crate::words;
use leptos::prelude::*;

/// The addresses that mail of the account is sent as.
#[component]
pub(super) fn Addresses(account: i64, identities: Vec<Identity>) -> impl IntoView {
    let path = account_path(account);
    let own: Vec<_> = identities
        .into_iter()
        .enumerate()
        .map(|(place, identity)| view! { <Address path=path.clone() identity=identity is_first=place == 0 /> })
        .collect();
    view! {
        <section class="card section" aria-labelledby="addresses">
            <h2 id="addresses">{words::server_mail_identities()}</h2>
            <p class="hint">{words::server_mail_identities_hint()}</p>
            <ul class="list" aria-labelledby="addresses">{own}</ul>
            <details class="mail-servers">
                <summary>{words::server_mail_identity_add()}</summary>
                <form class="stack" method="post" action=path>
                    <input type="hidden" name="do" value="identity-add" />
                    <Field id="identity_address" label=words::server_mail_address() value=String::new() error=None kind="email" />
                    <Field id="identity_name" label=words::server_mail_your_name() value=String::new() error=None is_optional=true hint=words::server_mail_your_name_hint() />
                    <div class="row"><button class="button">{words::server_mail_identity_add()}</button></div>
                </form>
            </details>
        </section>
    }
}

/// One of them, with what is to be otherwise about it. The account's own address stays.
#[component]
fn Address(path: String, identity: Identity, is_first: bool) -> impl IntoView {
    let Identity { id, name, address, signature } = identity;
    let [name_id, signature_id] = ["name", "signature"].map(|what| format!("identity-{id}-{what}"));
    let removal = (!is_first).then(|| {
        let fields = vec![("do", "identity-remove".to_owned()), ("identity", id.to_string())];
        view! { <Sure action=path.clone() label=words::server_accounts_remove() what=words::server_mail_identity_sure() about=address.clone() fields=fields /> }
    });
    view! {
        <li class="list__item">
            <div class="list__text">
                <details>
                    <summary dir="auto">{if name.is_empty() { address.clone() } else { format!("{name} <{address}>") }}</summary>
                    <form class="stack" method="post" action=path>
                        <input type="hidden" name="do" value="identity" />
                        <input type="hidden" name="identity" value=id />
                        <div class="field">
                            <label class="label" for=name_id.clone()>{words::server_mail_your_name()}</label>
                            <input id=name_id class="input" name="name" dir="auto" value=name maxlength="100" autocomplete="off" />
                        </div>
                        <div class="field">
                            <label class="label" for=signature_id.clone()>{words::server_mail_identity_signature()}</label>
                            <textarea id=signature_id class="textarea" name="signature" dir="auto" rows="3" maxlength="10000">{signature}</textarea>
                        </div>
                        <div class="row"><button class="button">{words::common_save()}</button></div>
                    </form>
                </details>
            </div>
            {removal}
        </li>
    }
}

/// Which folder is for what. Nothing chosen: as the server says, or as folders are called.
#[component]
pub(super) fn FolderChoices(account: i64, choices: Vec<FolderChoice>, folders: Vec<String>) -> impl IntoView {
    let fields: Vec<_> = choices
        .into_iter()
        .map(|FolderChoice { field, label, chosen, by_itself }| {
            let none = by_itself.map_or_else(
                || words::server_mail_purposes_none().to_owned(),
                |folder| words::server_mail_purposes_itself(&folder),
            );
            let options: Vec<_> = folders
                .iter()
                .cloned()
                .map(|path| {
                    let selected = chosen.as_deref() == Some(&path);
                    let shown = path.clone();
                    view! { <option value=path selected=selected>{shown}</option> }
                })
                .collect();
            let id = format!("folder-{field}");
            view! {
                <div class="field">
                    <label class="label" for=id.clone()>{label}</label>
                    <select id=id class="input" name=field dir="auto">
                        <option value="" selected=chosen.is_none()>{none}</option>
                        {options}
                    </select>
                </div>
            }
        })
        .collect();
    view! {
        <section class="card section" aria-labelledby="folders">
            <h2 id="folders">{words::server_mail_purposes()}</h2>
            <p class="hint">{words::server_mail_purposes_hint()}</p>
            <form class="stack" method="post" action=account_path(account)>
                <input type="hidden" name="do" value="folders" />
                {fields}
                <div class="row"><button class="button">{words::common_save()}</button></div>
            </form>
        </section>
    }
}
