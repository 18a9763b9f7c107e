//! What both pages have of a team: its days and its form.

use super::{PATH, TeamFields, TeamInfo, kind_name, path};
use crate::notation::Format;
use crate::sharing::fields::{DayField, Radios, error_id, field_error};
use crate::sharing::{Kind, Refusal};
use crate::words;
use chrono::NaiveDate;
use leptos::prelude::*;

/// When it is; `None` where that is not said.
pub fn days(team: &TeamInfo, format: Format) -> Option<String> {
    Some(match (team.starts_on, team.ends_on) {
        (Some(from), Some(to)) => words::server_teams_from_to(&format.date(from), &format.date(to)),
        (Some(from), None) => words::server_teams_from(&format.date(from)),
        (None, Some(to)) => words::server_teams_to(&format.date(to)),
        (None, None) => return None,
    })
}

/// What it is, and when.
#[component]
pub fn Badges(team: TeamInfo, format: Format, today: NaiveDate) -> impl IntoView {
    let is_over = team.ends_on.is_some_and(|end| end < today);
    let days = days(&team, format);
    view! {
        <span class="badge">{team.party.kind.words()}</span>
        {is_over.then(|| view! { " " <span class="badge badge--deleted">{words::server_teams_over()}</span> })}
        {days.map(|days| view! { " " <span class="hint">{days}</span> })}
    }
}

impl TeamFields {
    pub fn of(team: &TeamInfo) -> Self {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        TeamFields {
            kind: kind_name(team.party.kind).to_owned(),
            title: team.party.name.clone(),
            description: team.description.clone(),
            starts: day(team.starts_on),
            ends: day(team.ends_on),
        }
    }
}

/// The form of a new one, or of the one that has this name in URLs.
#[component]
pub fn DetailsForm(fields: TeamFields, slug: Option<String>, refusal: Option<Refusal>) -> impl IntoView {
    let TeamFields { kind, title, description, starts, ends } = fields;
    let at = |fields: &[&str]| refusal.as_ref().and_then(|refusal| refusal.at(fields));
    let (title_error, description_error) = (at(&["name"]), at(&["description"]));
    let (start_error, end_error, kind_error) = (at(&["start"]), at(&["end"]), at(&["kind"]));
    let wrong =
        |error: &Option<String>, id: &str| (error.is_some().then_some("true"), error.as_ref().map(|_| error_id(id)));
    let (title_wrong, title_described) = wrong(&title_error, "title");
    let (description_wrong, description_described) = wrong(&description_error, "description");
    let (action, wish) = slug.map_or((PATH.to_owned(), "create"), |slug| (path(&slug), "update"));
    let is_new = wish == "create";
    let has_days = is_new || kind == kind_name(Kind::Mission);
    let kinds =
        [Kind::Group, Kind::Mission].map(|kind| (kind_name(kind).to_owned(), kind.words().to_owned(), String::new()));
    view! {
        <form class="stack team-form" method="post" action=action>
            <input type="hidden" name="do" value=wish />
            {is_new.then(|| view! { <Radios name="kind" legend=words::server_teams_kind() chosen=kind options=kinds.to_vec() error=kind_error /> })}
            <div class="field">
                <label class="label" for="title">{words::server_teams_name()}</label>
                <input id="title" class="input" name="title" dir="auto" value=title required maxlength="250" autocomplete="off" aria-invalid=title_wrong aria-describedby=title_described />
                {field_error("title", title_error)}
            </div>
            <div class="field">
                <label class="label" for="description">{words::server_teams_description()}</label>
                <textarea id="description" class="textarea" name="description" dir="auto" maxlength="2000" aria-invalid=description_wrong aria-describedby=description_described>{description}</textarea>
                {field_error("description", description_error)}
            </div>
            {has_days.then(|| view! {
                <div class="grid-2 team-form__days">
                    <DayField id=String::from("starts") name="starts" label=words::server_teams_starts() value=starts error=start_error />
                    <DayField id=String::from("ends") name="ends" label=words::server_teams_ends() value=ends hint=words::server_teams_ends_hint() error=end_error />
                </div>
            })}
            <div class="row">
                <button class="button button--primary">{if is_new { words::common_create() } else { words::common_save() }}</button>
            </div>
        </form>
    }
}
