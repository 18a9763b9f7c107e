//! The fields of a link, made or changed.

use super::LinkFields;
use crate::sharing::fields::{DayField, Radios, error_id, field_error};
use crate::sharing::{Level, Refusal};
use crate::wire::CalendarId;
use crate::words;
use leptos::prelude::*;

/// The fields that the forms show themselves when something is wrong with them.
pub const FIELDS: [&str; 4] = ["name", "access", "end", "calendars"];

/// The levels that a link can be for.
const LEVELS: [Level; 2] = [Level::Read, Level::FreeBusy];

#[component]
pub fn Fields(
    /// What the ids of the fields begin with.
    id: String,
    fields: LinkFields,
    /// Those that the viewer can publish.
    calendars: Vec<(CalendarId, String)>,
    refusal: Option<Refusal>,
) -> impl IntoView {
    let at = |field: &str| refusal.as_ref().and_then(|refusal| refusal.at(&[field]));
    let (name_id, end_id, calendars_id) = (format!("{id}-name"), format!("{id}-ends"), format!("{id}-calendars"));
    let (name_error, level_error, end_error, calendars_error) = (at("name"), at("access"), at("end"), at("calendars"));
    let described = name_error.is_some().then(|| error_id(&name_id));
    let wrong = name_error.is_some().then_some("true");
    let name_message = field_error(&name_id, name_error);
    let levels = LEVELS.map(|level| {
        let what = match level {
            Level::FreeBusy => words::server_links_busy_what(),
            _ => words::server_links_read_what(),
        };
        (level.value(), level.words().0.to_owned(), what.to_owned())
    });
    let chosen: Vec<_> = calendars
        .into_iter()
        .map(|(calendar, name)| {
            let checked = fields.calendars.contains(&calendar);
            view! {
                <label class="choice">
                    <input class="checkbox" type="checkbox" name="calendar" value=calendar checked=checked />
                    <span dir="auto">{name}</span>
                </label>
            }
        })
        .collect();
    view! {
        <div class="field">
            <label class="label" for=name_id.clone()>{words::server_links_name()}</label>
            <input id=name_id class="input" name="name" dir="auto" required maxlength="100" value=fields.name aria-describedby=described aria-invalid=wrong />
            {name_message}
        </div>
        <fieldset class="field">
            <legend class="label">{words::common_calendars()}</legend>
            {chosen}
            {field_error(&calendars_id, calendars_error)}
        </fieldset>
        <Radios name="level" legend=words::server_links_level() chosen=fields.level options=levels.to_vec() error=level_error />
        <DayField id=end_id name="ends" label=words::server_sharing_ends() value=fields.ends hint=words::server_links_ends_hint() error=end_error />
    }
}
