//! The page of all groups and missions of the viewer: a list, and the form of a new one.

use super::api::load_teams;
use super::details::{Badges, DetailsForm};
use super::{NewTeamRefused, TeamFields, TeamInfo, TeamList, path};
use crate::notation::Format;
use crate::sharing::fields::Came;
use crate::ui::Failed;
use crate::ui::frame::{Frame, SignedIn};
use crate::wire::Viewer;
use crate::words;
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn TeamsPage() -> impl IntoView {
    let teams = Resource::new(|| (), |()| load_teams());
    view! {
        <Title text=words::server_teams_title() />
        <SignedIn page=move |viewer: Viewer| {
            let (format, today) = (Format::of(&viewer), viewer.now.date());
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match teams.await {
                                Ok(teams) => view! { <Loaded teams=teams format=format today=today /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

#[component]
fn Loaded(teams: TeamList, format: Format, today: NaiveDate) -> impl IntoView {
    let TeamList { cursor, teams, said, refused } = teams;
    let is_empty = teams.is_empty();
    let rows: Vec<_> = teams.into_iter().map(|team| view! { <Row team=team format=format today=today /> }).collect();
    let group = TeamFields { kind: "group".into(), ..TeamFields::default() };
    let (fields, refusal) = match refused {
        Some(NewTeamRefused { fields, refusal }) => (fields, Some(refusal)),
        None => (group, None),
    };
    let fields_shown = ["name", "description", "start", "end", "kind"];
    let error = refusal.as_ref().and_then(|refusal| refusal.other_than(&fields_shown));
    view! {
        <h1>{words::server_teams_title()}</h1>
        <p class="lead">{words::server_teams_lead()}</p>
        <Came said=said refused=error />
        <div data-follows=cursor>
            {if is_empty {
                view! { <p class="card card--padded lead">{words::server_teams_none()}</p> }.into_any()
            } else {
                view! { <ul class="card bin" aria-label=words::server_teams_title()>{rows}</ul> }.into_any()
            }}
        </div>
        <section class="card section" aria-labelledby="new">
            <h2 id="new">{words::server_teams_new()}</h2>
            <DetailsForm fields=fields slug=None refusal=refusal />
        </section>
    }
}

#[component]
fn Row(team: TeamInfo, format: Format, today: NaiveDate) -> impl IntoView {
    let (role, _) = team.role.words();
    let description = (!team.description.is_empty()).then(|| team.description.clone());
    view! {
        <li class="bin__row">
            <div class="bin__text">
                <a href=path(&team.party.slug)><strong dir="auto">{team.party.name.clone()}</strong></a>
                {description.map(|text| view! { <span dir="auto">{text}</span> })}
                <span><Badges team=team format=format today=today /></span>
            </div>
            <span class="hint">{role}</span>
        </li>
    }
}
