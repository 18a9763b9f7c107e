//! The guests of a new event whose form was opened for a meeting: the form is a plain one then, and its code is not in what browsers
//! download.

use super::controls::{ErrorText, Errors, error_id, invalid, text_content};
use crate::find_time::people;
use crate::words;
use axum::http::request::Parts;
use kalends_domain::scheduling::NewAttendee;
use leptos::prelude::*;

/// The names of the controls, and of what stands in the address of the form.
const GUESTS: &str = "guests";
const OPTIONAL: &str = "optional";

/// What somebody typed who was refused, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedGuests {
    /// One on each line.
    required: String,
    optional: String,
}

impl TypedGuests {
    /// `None` for a form that asks for none.
    pub fn read(pairs: &[(String, String)]) -> Option<Self> {
        let value = |name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let required = value(GUESTS)?;
        Some(TypedGuests { required, optional: value(OPTIONAL).unwrap_or_default() })
    }

    /// Those who are to be invited.
    pub fn invited(&self) -> Vec<NewAttendee> {
        let of = |text: &str, is_optional| -> Vec<NewAttendee> {
            people(text).map(|who| NewAttendee { email: who.to_owned(), name: None, is_optional }).collect()
        };
        [of(&self.required, false), of(&self.optional, true)].concat()
    }
}

/// Whether the form of a new event with this in its address asks for guests.
pub fn is_asked_for(query: Option<&str>) -> bool {
    TypedGuests::read(&pairs(query)).is_some()
}

fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    let uri = format!("/?{}", query.unwrap_or_default()).parse().ok();
    let read = uri.and_then(|uri| axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    read.map(|read| read.0).unwrap_or_default()
}

/// The fields for guests beneath the others, where the form asks for them; else these alone.
pub fn beneath(fields: AnyView, errors: Errors) -> AnyView {
    let address = use_context::<Parts>().filter(|request| request.uri.path() == "/event/new");
    let asked = address.and_then(|request| TypedGuests::read(&pairs(request.uri.query())));
    let Some(asked) = asked else { return fields };
    let TypedGuests { required, optional } = use_context::<TypedGuests>().unwrap_or(asked);
    view! {
        {fields}
        <div class="event-form__row event-form__row--top">
            <label class="label" for="event-guests">{words::server_find_time_guests()}</label>
            <div>
                <textarea
                    id="event-guests"
                    class="textarea"
                    name=GUESTS
                    rows="3"
                    spellcheck="false"
                    dir="auto"
                    aria-invalid=invalid(errors, GUESTS)
                    aria-describedby=format!("event-guests-hint {}", error_id(GUESTS))
                >
                    {text_content(&required)}
                </textarea>
                <p id="event-guests-hint" class="hint">{words::server_find_time_guests_hint()}</p>
            </div>
            <ErrorText errors=errors field=GUESTS />
        </div>
        <div class="event-form__row event-form__row--top">
            <label class="label" for="event-optional">{words::server_find_time_optional()}</label>
            <textarea id="event-optional" class="textarea" name=OPTIONAL rows="2" spellcheck="false" dir="auto">
                {text_content(&optional)}
            </textarea>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn guests_are_read_from_addresses_and_forms() {
        assert!(!is_asked_for(None) && !is_asked_for(Some("start=2026-11-21&optional=x")));
        assert!(is_asked_for(Some("start=2026-11-21&guests=")));
        let read = TypedGuests::read(&pairs(Some("guests=a%40example.org%0D%0Aben&optional=c%40example.org"))).unwrap();
        let invited: Vec<_> = read.invited().into_iter().map(|guest| (guest.email, guest.is_optional)).collect();
        let expected = [("a@example.org", false), ("ben", false), ("c@example.org", true)];
        assert_eq!(invited, expected.map(|(who, is_optional)| (who.to_owned(), is_optional)));
    }
}
