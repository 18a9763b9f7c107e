//! The addresses of e-mail of a person: those that are theirs, and those that they say are.

pub mod wish;

use crate::words;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressInfo {
    pub address: String,
    /// Whether it was shown to be theirs.
    pub is_verified: bool,
    /// Whether it is the one that is shown of them.
    pub is_main: bool,
}

impl From<kalends_domain::accounts::EmailAddress> for AddressInfo {
    fn from(known: kalends_domain::accounts::EmailAddress) -> Self {
        AddressInfo { address: known.address, is_verified: known.is_verified, is_main: known.is_main }
    }
}

/// A list of addresses, each with the forms that `buttons` names for it: what a form asks for, and what its button says.
#[component]
pub fn AddressList(
    addresses: Vec<AddressInfo>,
    /// Where the forms lead.
    action: String,
    /// The id of the heading.
    labelled_by: &'static str,
    buttons: fn(&AddressInfo) -> Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let entries: Vec<_> = addresses
        .into_iter()
        .map(|info| {
            let about = match (info.is_main, info.is_verified) {
                (true, _) => words::server_addresses_main(),
                (false, true) => words::server_addresses_verified(),
                (false, false) => words::server_addresses_not_verified(),
            };
            let forms: Vec<_> = buttons(&info)
                .into_iter()
                .map(|(wish, text)| {
                    view! {
                        <form action=action.clone() method="post">
                            <input type="hidden" name="do" value=wish />
                            <input type="hidden" name="address" value=info.address.clone() />
                            <button class="button button--small">
                                {text}
                                <span class="visually-hidden">" " {info.address.clone()}</span>
                            </button>
                        </form>
                    }
                })
                .collect();
            view! {
                <li class="list__item">
                    <div class="list__text">
                        <div class="list__title" dir="auto">{info.address.clone()}</div>
                        <div class="hint">{about}</div>
                    </div>
                    {forms}
                </li>
            }
        })
        .collect();
    view! { <ul class="list" aria-labelledby=labelled_by>{entries}</ul> }
}
