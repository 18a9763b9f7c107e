use super::api::{IdentityInfo, Settings};
use crate::flash::outcome_of;
use crate::notation::Format;
use crate::ui::Outcome;
use crate::wire::Viewer;
use crate::words;
use leptos::prelude::*;

/// What the forms are called where it is said what became of them.
pub const FORM: &str = "identities";

/// The providers that the account is connected to, or could be.
#[component]
pub fn Identities(viewer: Viewer, settings: Settings) -> impl IntoView {
    let outcome = outcome_of(settings.flash.as_ref(), FORM);
    let format = Format::of(&viewer);
    if settings.identities.is_empty() && outcome.is_none() {
        return ().into_any();
    }
    let entries: Vec<_> =
        settings.identities.into_iter().map(|identity| view! { <Entry identity=identity format=format /> }).collect();
    view! {
        <section class="card section" aria-labelledby="identities">
            <h2 id="identities">{words::server_sign_in_identities()}</h2>
            <p>{words::server_sign_in_identities_lead()}</p>
            <Outcome of=outcome />
            <ul class="list" aria-labelledby="identities">{entries}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Entry(identity: IdentityInfo, format: Format) -> impl IntoView {
    let IdentityInfo { name, issuer, used } = identity;
    let about = match used {
        Some(used) => words::server_sign_in_identities_connected(&format.date(used.date())),
        None => words::server_sign_in_identities_not_connected().to_owned(),
    };
    let (wish, button) = match used {
        Some(_) => ("disconnect", words::server_sign_in_identities_disconnect()),
        None => ("connect", words::server_sign_in_identities_connect()),
    };
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title">{name.clone()}</div>
                <div class="hint">{about}</div>
            </div>
            <form action="/settings/identities" method="post">
                <input type="hidden" name="do" value=wish />
                <input type="hidden" name="issuer" value=issuer />
                <button class="button button--small">
                    {button}
                    <span class="visually-hidden">" " {name}</span>
                </button>
            </form>
        </li>
    }
}
