//! The page of one group or mission: who belongs to it, its calendars, and forms for those who manage it.

use super::api::load_team;
use super::details::{Badges, DetailsForm};
use super::{MemberInfo, TeamCalendar, TeamContents, TeamFields, TeamInfo, TeamRefused, TeamRole, TeamWish, path};
use crate::notation::Format;
use crate::sharing::fields::{Came, NameField, Radios, Sure, error_id, field_error};
use crate::sharing::{self, Refusal, Wanted};
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Avatar, Failed};
use crate::wire::Viewer;
use crate::words;
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn TeamPage() -> impl IntoView {
    let params = use_params_map();
    let team = Resource::new(move || params.read().get("slug").unwrap_or_default(), load_team);
    view! {
        <Title text=words::server_teams_title() />
        <SignedIn page=move |viewer: Viewer| {
            let (format, today) = (Format::of(&viewer), viewer.now.date());
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match team.await {
                                Ok(team) => view! { <Loaded contents=team format=format today=today /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

/// What of a refused form is shown where.
#[derive(Clone)]
struct Refused(Option<TeamRefused>);

impl Refused {
    /// What is wrong with one form: that which `is` asks for.
    fn of(&self, is: impl Fn(&TeamWish) -> bool) -> Option<Refusal> {
        self.0.as_ref().filter(|refused| is(&refused.wish)).map(|refused| refused.refusal.clone())
    }

    fn wish(&self) -> Option<&TeamWish> {
        self.0.as_ref().map(|refused| &refused.wish)
    }
}

#[component]
fn Loaded(contents: TeamContents, format: Format, today: NaiveDate) -> impl IntoView {
    let TeamContents { cursor, team, members, calendars, said, refused } = contents;
    let is_manager = team.role == TeamRole::Manager;
    // Each form shows what is wrong with its own fields.
    let shown: &[&str] = match refused.as_ref().map(|refused| &refused.wish) {
        Some(TeamWish::Update(_)) => &["name", "description", "start", "end"],
        Some(TeamWish::Add { .. }) => &["name", "role"],
        Some(TeamWish::SetRole { .. }) => &["role"],
        Some(TeamWish::CreateCalendar { .. }) => &["name"],
        Some(TeamWish::Delete) => &["calendars"],
        Some(TeamWish::Remove { .. }) | None => &[],
    };
    let error = refused.as_ref().and_then(|refused| refused.refusal.other_than(shown));
    let refused = Refused(refused);
    let slug = team.party.slug.clone();
    let forms = is_manager.then(|| view! { <Details team=team.clone() refused=refused.clone() /> });
    view! {
        <div class="stack">
            <h1 dir="auto">{team.party.name.clone()}</h1>
            <p><Badges team=team.clone() format=format today=today /></p>
            {(!team.description.is_empty()).then(|| view! { <p class="lead team__description" dir="auto">{team.description.clone()}</p> })}
        </div>
        <Came said=said refused=error />
        <section class="card section" aria-labelledby="members">
            <h2 id="members">{words::server_teams_members()}</h2>
            <Members slug=slug.clone() members=members is_manager=is_manager cursor=cursor.clone() refused=refused.clone() />
            {is_manager.then(|| view! { <Add slug=slug.clone() refused=refused.clone() /> })}
        </section>
        <section class="card section" aria-labelledby="calendars">
            <h2 id="calendars">{words::common_calendars()}</h2>
            <Calendars calendars=calendars cursor=cursor />
            {is_manager.then(|| view! { <NewCalendar slug=slug refused=refused /> })}
        </section>
        {forms}
    }
}

#[component]
fn Members(
    slug: String,
    members: Vec<MemberInfo>,
    is_manager: bool,
    cursor: String,
    refused: Refused,
) -> impl IntoView {
    let rows: Vec<_> = members
        .into_iter()
        .map(|member| {
            let refusal = refused.of(|wish| matches!(wish, TeamWish::SetRole { who, .. } if *who == member.id));
            view! { <Row slug=slug.clone() member=member is_manager=is_manager refusal=refusal /> }
        })
        .collect();
    view! {
        <div data-follows=cursor>
            <ul class="list" aria-labelledby="members">{rows}</ul>
        </div>
    }
}

#[component]
fn Row(slug: String, member: MemberInfo, is_manager: bool, refusal: Option<Refusal>) -> impl IntoView {
    let MemberInfo { id, person, is_viewer, role } = member;
    let (title, what) = role.words();
    let about = person.name.clone();
    let (remove, remove_what) = if is_viewer {
        (words::server_teams_leave(), words::server_teams_leave_what())
    } else {
        (words::server_teams_remove(), words::server_teams_remove_what())
    };
    let fields = vec![("do", "remove".to_owned()), ("who", id.to_string())];
    let here = path(&slug);
    let you = is_viewer.then(|| view! { <span class="hint">" · " {words::server_sharing_you()}</span> });
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title named">
                    <Avatar name=person.name.clone() picture=person.picture />
                    <span><bdi>{person.name}</bdi> {you}</span>
                </div>
                <div>{title}</div>
                <div class="hint">{what}</div>
            </div>
            {is_manager.then(|| view! { <ChangeRole slug=slug id=id about=about.clone() role=role refusal=refusal /> })}
            {(is_manager || is_viewer).then(|| view! { <Sure action=here label=remove what=remove_what about=about fields=fields /> })}
        </li>
    }
}

#[component]
fn ChangeRole(slug: String, id: i64, about: String, role: TeamRole, refusal: Option<Refusal>) -> impl IntoView {
    let select = format!("role-{id}");
    let options: Vec<_> = TeamRole::ALL
        .into_iter()
        .map(|one| view! { <option value=one.value() selected=one == role>{one.words().0}</option> })
        .collect();
    let error = field_error(&select, refusal.as_ref().and_then(|refusal| refusal.at(&["role"])));
    view! {
        <details class="revoke share-change" name="row" open=refusal.is_some()>
            <summary class="button button--small">
                <span>{words::server_sharing_change()}</span>
                <span class="visually-hidden" dir="auto">{about}</span>
            </summary>
            <form class="share-change__form" method="post" action=path(&slug)>
                <input type="hidden" name="do" value="role" />
                <input type="hidden" name="who" value=id />
                <div class="field">
                    <label class="label" for=select.clone()>{words::server_teams_role()}</label>
                    <select id=select class="select" name="role">{options}</select>
                    {error}
                </div>
                <button class="button button--small button--primary">{words::common_save()}</button>
            </form>
        </details>
    }
}

#[component]
fn Add(slug: String, refused: Refused) -> impl IntoView {
    let refusal = refused.of(|wish| matches!(wish, TeamWish::Add { .. }));
    let (wanted, role) = match refused.wish() {
        Some(TeamWish::Add { with, role }) => (with.clone(), role.clone()),
        _ => (Wanted::default(), TeamRole::Member.value().to_owned()),
    };
    let roles = TeamRole::ALL.map(|role| {
        let (title, what) = role.words();
        (role.value().to_owned(), title.to_owned(), what.to_owned())
    });
    let role_error = refusal.as_ref().and_then(|refusal| refusal.at(&["role"]));
    view! {
        <form class="stack" method="post" action=path(&slug) aria-labelledby="add">
            <h3 id="add">{words::server_teams_add()}</h3>
            <input type="hidden" name="do" value="add" />
            <NameField id="name" wanted=wanted refusal=refusal />
            <Radios name="role" legend=words::server_teams_role() chosen=role options=roles.to_vec() error=role_error />
            <div class="row">
                <button class="button button--primary">{words::server_teams_add_button()}</button>
            </div>
        </form>
    }
}

#[component]
fn Calendars(calendars: Vec<TeamCalendar>, cursor: String) -> impl IntoView {
    let is_empty = calendars.is_empty();
    let rows: Vec<_> = calendars
        .into_iter()
        .map(|TeamCalendar { id, name, color, is_administered }| {
            let about = name.clone();
            view! {
                <li class="list__item">
                    <span class="swatch" style=format!("--calendar: {color}")></span>
                    <div class="list__text">
                        <a class="list__title" dir="auto" href=format!("/calendars/{id}")>{name}</a>
                    </div>
                    {is_administered.then(|| view! {
                        <a class="button button--small" href=sharing::path(id)>
                            {words::server_sharing_link()}
                            <span class="visually-hidden" dir="auto">" " {about}</span>
                        </a>
                    })}
                </li>
            }
        })
        .collect();
    view! {
        <div data-follows=cursor>
            {is_empty.then(|| view! { <p class="hint">{words::server_teams_no_calendars()}</p> })}
            {(!is_empty).then(|| view! { <ul class="list" aria-labelledby="calendars">{rows}</ul> })}
        </div>
    }
}

#[component]
fn NewCalendar(slug: String, refused: Refused) -> impl IntoView {
    let error =
        refused.of(|wish| matches!(wish, TeamWish::CreateCalendar { .. })).and_then(|refusal| refusal.at(&["name"]));
    let name = match refused.wish() {
        Some(TeamWish::CreateCalendar { calendar }) => calendar.clone(),
        _ => String::new(),
    };
    let (wrong, described) = (error.is_some().then_some("true"), error.as_ref().map(|_| error_id("calendar")));
    view! {
        <form class="stack" method="post" action=path(&slug)>
            <input type="hidden" name="do" value="calendar" />
            <div class="inline-form">
                <div class="field">
                    <label class="label" for="calendar">{words::server_teams_calendar_name()}</label>
                    <input id="calendar" class="input" name="calendar" dir="auto" value=name required maxlength="250" autocomplete="off" aria-invalid=wrong aria-describedby=described />
                </div>
                <button class="button">{words::server_teams_new_calendar()}</button>
            </div>
            {field_error("calendar", error)}
        </form>
    }
}

/// What it is called, and its end.
#[component]
fn Details(team: TeamInfo, refused: Refused) -> impl IntoView {
    let refusal = refused.of(|wish| matches!(wish, TeamWish::Update(_)));
    let fields = match refused.wish() {
        Some(TeamWish::Update(fields)) => {
            TeamFields { kind: super::kind_name(team.party.kind).into(), ..fields.clone() }
        }
        _ => TeamFields::of(&team),
    };
    let undeleted = refused.of(|wish| matches!(wish, TeamWish::Delete)).and_then(|refusal| refusal.at(&["calendars"]));
    let (slug, name) = (team.party.slug, team.party.name);
    let here = path(&slug);
    let delete = vec![("do", "delete".to_owned())];
    view! {
        <section class="card section" aria-labelledby="details">
            <h2 id="details">{words::server_teams_details()}</h2>
            <DetailsForm fields=fields slug=Some(slug) refusal=refusal />
        </section>
        <section class="card section" aria-labelledby="delete">
            <h2 id="delete">{words::common_delete()}</h2>
            <div class="row">
                <Sure action=here label=words::server_teams_delete() what=words::server_teams_delete_what() about=name fields=delete sure=Some(words::server_teams_delete_sure()) />
            </div>
            {field_error("delete", undeleted)}
        </section>
    }
}
