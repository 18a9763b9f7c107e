//! The page of a calendar's shares: a list and forms.

use super::api::load_shares;
use super::fields::{Came, DayField, NameField, Radios, Sure};
use super::links::Links;
use super::{CalendarShares, Level, PartyInfo, Refusal, Reply, ShareInfo, ShareRefused, ShareWish, Wanted, path};
use crate::notation::Format;
use crate::ui::frame::{Frame, SignedIn};
use crate::ui::{Avatar, Failed};
use crate::wire::{ApiError, CalendarId, Viewer};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// After so many seconds the page looks whether somebody has answered: no news is told of that.
const LOOK: u32 = 15;

#[component]
pub fn SharingPage() -> impl IntoView {
    let params = use_params_map();
    let shares = Resource::new(
        move || params.read().get("id"),
        |id| async move {
            match id.and_then(|id| id.parse().ok()) {
                Some(calendar) => load_shares(calendar).await,
                None => Err(ApiError::NotFound(words::errors_calendar_not_found().into())),
            }
        },
    );
    view! {
        <Title text=words::server_sharing_link() />
        <SignedIn page=move |viewer: Viewer| {
            let format = Format::of(&viewer);
            view! {
                <Frame viewer=viewer class="page--narrow settings">
                    <Suspense>
                        {move || Suspend::new(async move {
                            match shares.await {
                                Ok(shares) => view! { <Loaded shares=shares format=format /> }.into_any(),
                                Err(error) => view! { <Failed error=error /> }.into_any(),
                            }
                        })}
                    </Suspense>
                </Frame>
            }
        } />
    }
}

/// What was refused, parted by the form that shows it.
#[derive(Default)]
struct Refused {
    /// Of the form that shares with somebody new: what it said, and what is wrong.
    new: Option<(Wanted, String, String, Refusal)>,
    /// Of one share: whose, the level, the last day, what is wrong.
    row: Option<(i64, String, String, Refusal)>,
    /// Where no field is at fault.
    error: Option<ApiError>,
}

impl Refused {
    fn of(refused: Option<ShareRefused>) -> Self {
        let Some(ShareRefused { wish, refusal }) = refused else { return Refused::default() };
        // Those that the forms have.
        let error = match wish {
            ShareWish::End { .. } => refusal.other_than(&[]),
            _ => refusal.other_than(&["name", "with", "access", "end"]),
        };
        match wish {
            ShareWish::Share { with, level, ends } => {
                Refused { new: Some((with, level, ends, refusal)), error, ..Refused::default() }
            }
            ShareWish::Change { who, level, ends } if error.is_none() => {
                Refused { row: Some((who, level, ends, refusal)), ..Refused::default() }
            }
            ShareWish::Change { .. } | ShareWish::End { .. } => Refused { error, ..Refused::default() },
        }
    }
}

#[component]
fn Loaded(shares: CalendarShares, format: Format) -> impl IntoView {
    let CalendarShares { calendar, name, color, cursor, shares, teams, said, refused, links } = shares;
    let mut refused = Refused::of(refused);
    let is_empty = shares.is_empty();
    let rows: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let refused = refused.row.take_if(|(who, ..)| *who == share.id);
            let refused = refused.map(|(_, level, ends, refusal)| (level, ends, refusal));
            view! { <Row calendar=calendar share=share format=format refused=refused /> }
        })
        .collect();
    view! {
        <div class="history__head">
            <h1 dir="auto">
                <span class="swatch" style=format!("--calendar: {color}")></span>
                {words::server_sharing_title(&name)}
            </h1>
        </div>
        <p class="lead">{words::server_sharing_lead()}</p>
        <Came said=said refused=refused.error.take() />
        <section class="card section" aria-labelledby="shared-with" data-follows=cursor.clone() data-every=LOOK>
            <h2 id="shared-with">{words::server_sharing_with()}</h2>
            {is_empty.then(|| view! { <p class="hint">{words::server_sharing_with_nobody()}</p> })}
            {(!is_empty).then(|| view! { <ul class="list" aria-labelledby="shared-with">{rows}</ul> })}
        </section>
        <NewShare calendar=calendar teams=teams refused=refused.new.take() />
        <Links calendar=calendar links=links format=format cursor=cursor />
    }
}

/// Somebody it is shared with, and the forms that change that.
#[component]
fn Row(
    calendar: CalendarId,
    share: ShareInfo,
    format: Format,
    /// Level and last day as they were asked for, and what is wrong.
    refused: Option<(String, String, Refusal)>,
) -> impl IntoView {
    let ShareInfo { id, with, is_viewer, level, last_day, reply } = share;
    let (title, what) = level.words();
    let reply = reply.map(|reply| match reply {
        Reply::Asked => ("badge", words::server_sharing_asked()),
        Reply::Accepted => ("badge badge--made", words::server_sharing_accepted()),
        Reply::Declined => ("badge badge--deleted", words::server_sharing_declined()),
    });
    let until = last_day.map(|day| words::server_sharing_until(&format.date(day)));
    let heading = until.map_or_else(|| title.to_owned(), |until| format!("{title}, {until}"));
    let ends = last_day.map(|day| day.to_string()).unwrap_or_default();
    let forms = (!is_viewer).then(|| {
        let fields = vec![("do", "end".to_owned()), ("who", id.to_string())];
        let about = with.name.clone();
        view! {
            <Change calendar=calendar id=id about=about.clone() level=level ends=ends refused=refused />
            <Sure action=path(calendar) label=words::server_sharing_take_back() what=words::server_sharing_take_back_what() about=about fields=fields />
        }
    });
    view! {
        <li class="list__item">
            <div class="list__text">
                <div class="list__title">
                    <PartyName party=with is_viewer=is_viewer />
                    " "
                    {reply.map(|(class, text)| view! { <span class=class>{text}</span> })}
                </div>
                <div>{heading}</div>
                <div class="hint">{what}</div>
            </div>
            {forms}
        </li>
    }
}

/// A name, with what it is the name of where that is no person.
#[component]
pub fn PartyName(
    party: PartyInfo,
    #[prop(optional)] is_viewer: bool,
    /// What is said of them, with the name in it.
    #[prop(optional)]
    said: Option<String>,
) -> impl IntoView {
    use super::Kind;
    let is_person = party.kind == Kind::Person;
    let kind = match party.kind {
        Kind::Group | Kind::Mission => Some(party.kind.words()),
        Kind::Person if is_viewer => Some(words::server_sharing_you()),
        Kind::Person | Kind::Everyone => None,
    };
    view! {
        <span class="named">
            {is_person.then(|| view! { <Avatar name=party.name.clone() picture=party.picture /> })}
            <span>
                <bdi>{said.unwrap_or(party.name)}</bdi>
                {kind.map(|kind| view! { <span class="hint">" · " {kind}</span> })}
            </span>
        </span>
    }
}

#[component]
fn Change(
    calendar: CalendarId,
    id: i64,
    about: String,
    level: Level,
    ends: String,
    refused: Option<(String, String, Refusal)>,
) -> impl IntoView {
    let is_open = refused.is_some();
    let (chosen, ends, refusal) = match refused {
        Some((level, ends, refusal)) => (level, ends, Some(refusal)),
        None => (level.value(), ends, None),
    };
    let at = |fields: &[&str]| refusal.as_ref().and_then(|refusal| refusal.at(fields));
    let (level_id, end_id) = (format!("level-{id}"), format!("ends-{id}"));
    let options: Vec<_> = Level::ALL
        .into_iter()
        .map(|level| view! { <option value=level.value() selected=level.value() == chosen>{level.words().0}</option> })
        .collect();
    let error = super::fields::field_error(&level_id, at(&["access", "with"]));
    view! {
        <details class="revoke share-change" name="row" open=is_open>
            <summary class="button button--small">
                <span>{words::server_sharing_change()}</span>
                <span class="visually-hidden" dir="auto">{about}</span>
            </summary>
            <form class="share-change__form" method="post" action=path(calendar)>
                <input type="hidden" name="do" value="change" />
                <input type="hidden" name="who" value=id />
                <div class="grid-2">
                    <div class="field">
                        <label class="label" for=level_id.clone()>{words::server_sharing_level()}</label>
                        <select id=level_id class="select" name="level">{options}</select>
                        {error}
                    </div>
                    <DayField id=end_id name="ends" label=words::server_sharing_ends() value=ends hint=words::server_sharing_ends_hint() error=at(&["end"]) />
                </div>
                <button class="button button--small button--primary">{words::common_save()}</button>
            </form>
        </details>
    }
}

/// Shares with a person, one of the viewer's groups and missions, or everyone.
#[component]
fn NewShare(
    calendar: CalendarId,
    teams: Vec<PartyInfo>,
    refused: Option<(Wanted, String, String, Refusal)>,
) -> impl IntoView {
    let (wanted, level, ends, refusal) = match refused {
        Some((wanted, level, ends, refusal)) => (wanted, level, ends, Some(refusal)),
        None => (Wanted::default(), Level::Read.value(), String::new(), None),
    };
    let at = |fields: &[&str]| refusal.as_ref().and_then(|refusal| refusal.at(fields));
    let everyone = (kalends_domain::sharing::EVERYONE.to_owned(), words::server_sharing_everyone().to_owned());
    let named = |team: PartyInfo| (team.slug, format!("{} · {}", team.name, team.kind.words()));
    let options: Vec<_> = std::iter::once((String::new(), words::server_sharing_somebody().to_owned()))
        .chain(teams.into_iter().map(named))
        .chain([everyone])
        .map(|(value, text)| {
            let selected = value == wanted.team;
            view! { <option value=value selected=selected>{text}</option> }
        })
        .collect();
    let levels = Level::ALL.map(|level| {
        let (title, what) = level.words();
        (level.value(), title.to_owned(), what.to_owned())
    });
    let (level_error, end_error) = (at(&["access"]), at(&["end"]));
    let team_error = super::fields::field_error("team", at(&["name", "with"]).filter(|_| !wanted.team.is_empty()));
    view! {
        <section class="card section" aria-labelledby="share-new">
            <h2 id="share-new">{words::server_sharing_new()}</h2>
            <form class="stack share-new" method="post" action=path(calendar)>
                <input type="hidden" name="do" value="share" />
                <div class="field">
                    <label class="label" for="team">{words::server_sharing_team()}</label>
                    <select id="team" class="select" name="team">{options}</select>
                    {team_error}
                </div>
                <NameField id="name" class="share-new__name" wanted=wanted refusal=refusal />
                <Radios name="level" legend=words::server_sharing_level() chosen=level options=levels.to_vec() error=level_error />
                <DayField id=String::from("ends") name="ends" label=words::server_sharing_ends() value=ends hint=words::server_sharing_ends_hint() error=end_error />
                <div class="row">
                    <button class="button button--primary">{words::server_sharing_share()}</button>
                </div>
            </form>
        </section>
    }
}
