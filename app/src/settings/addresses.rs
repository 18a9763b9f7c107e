//! The addresses of e-mail by which one is found.

use super::api::Settings;
use crate::addresses::{AddressInfo, AddressList};
use crate::flash::outcome_of;
use crate::ui::Outcome;
use crate::words;
use leptos::prelude::*;

/// The forms, where it is said what became of them.
pub const FORM: &str = "addresses";
pub const PATH: &str = "/settings/addresses";

#[component]
pub fn AddressesSection(settings: Settings) -> impl IntoView {
    let flash = settings.flash.as_ref();
    let kept = flash.filter(|flash| flash.form == FORM).and_then(|flash| flash.kept("address")).unwrap_or_default();
    let outcome = outcome_of(flash, FORM);
    let buttons = if settings.sends_mail { buttons_with_mail } else { buttons };
    let list = (!settings.addresses.is_empty()).then(|| {
        view! {
            <AddressList addresses=settings.addresses action=PATH.to_owned() labelled_by="addresses" buttons=buttons />
        }
    });
    view! {
        <section class="card section" aria-labelledby="addresses">
            <h2 id="addresses">{words::server_addresses_title()}</h2>
            <p>{words::server_addresses_lead()}</p>
            {list}
            <form class="inline-form" action=PATH method="post">
                <input type="hidden" name="do" value="add" />
                <div class="field">
                    <label class="label" for="new-address">{words::server_addresses_new()}</label>
                    <input id="new-address" class="input" type="email" name="address" value=kept required maxlength="254" autocomplete="off" />
                </div>
                <button class="button">{words::server_addresses_add()}</button>
            </form>
            <Outcome of=outcome />
        </section>
    }
}

fn buttons(info: &AddressInfo) -> Vec<(&'static str, &'static str)> {
    let mut buttons = Vec::new();
    if info.is_verified && !info.is_main {
        buttons.push(("main", words::server_addresses_make_main()));
    }
    buttons.push(("remove", words::server_addresses_remove()));
    buttons
}

/// Where a link to an address can be sent.
fn buttons_with_mail(info: &AddressInfo) -> Vec<(&'static str, &'static str)> {
    let prove = (!info.is_verified).then(|| ("prove", words::server_letters_send_again()));
    prove.into_iter().chain(buttons(info)).collect()
}
