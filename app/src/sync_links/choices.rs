//! What people choose about a link, as forms have it.

use crate::words;
use chrono::TimeDelta;
use kalends_domain::sync::plan::{Brake, Direction, Policy};
use kalends_domain::sync::{LinkSettings, SyncLink};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Minutes from one run to the next that are on offer.
const MINUTES: [i64; 6] = [1, 5, 15, 60, 6 * 60, 24 * 60];
/// How it is said that the calendar elsewhere chooses.
const WISHED: &str = "wished";
/// Days of history that are on offer.
const DAYS: [u32; 4] = [30, 90, 365, 3 * 365];

/// The values of the fields; an empty one is "whatever is proposed" where there is a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    pub direction: String,
    /// Minutes, `manual`, or `wished`: as often as the calendar elsewhere wishes.
    pub interval: String,
    /// Days, or `all`.
    pub window: String,
    pub policy: String,
    /// `yes` or `no`
    pub invites: String,
    /// `yes` or `no`
    pub online_meetings: String,
    /// Percent of a side, and a number of objects: more deletions than both are asked about.
    pub brake_percent: String,
    pub brake_objects: String,
}

impl Choices {
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| value(name).unwrap_or_default();
        Choices {
            direction: text("direction"),
            interval: text("interval"),
            window: text("window"),
            policy: text("policy"),
            invites: text("invites"),
            online_meetings: text("online-meetings"),
            brake_percent: text("brake-percent"),
            brake_objects: text("brake-objects"),
        }
    }

    pub fn of(link: &SyncLink) -> Self {
        let settings = &link.settings;
        let minutes = |interval: TimeDelta| interval.num_minutes().to_string();
        Choices {
            direction: settings.direction.name().to_owned(),
            interval: match settings.interval {
                Some(_) if link.as_wished => WISHED.to_owned(),
                interval => interval.map_or("manual".to_owned(), minutes),
            },
            window: settings.window_days.map_or("all".to_owned(), |days| days.to_string()),
            policy: settings.policy.name().to_owned(),
            invites: yes_or_no(settings.invites),
            online_meetings: yes_or_no(settings.online_meetings),
            brake_percent: settings.brake.percent.to_string(),
            brake_objects: settings.brake.objects.to_string(),
        }
    }

    /// Whether it is to be looked at as often as it wishes.
    pub fn is_as_wished(&self) -> bool {
        self.interval == WISHED
    }

    /// What was chosen; where nothing was, or what cannot be, as it was `before`. Into what cannot be changed there nothing goes.
    pub fn settings(&self, before: LinkSettings, is_writable: bool) -> LinkSettings {
        let direction = Direction::from_name(&self.direction).unwrap_or(before.direction);
        LinkSettings {
            direction: if is_writable { direction } else { Direction::Pull },
            policy: Policy::from_name(&self.policy).unwrap_or(before.policy),
            interval: match (self.interval.as_str(), self.interval.parse()) {
                ("manual", _) => None,
                (_, Ok(minutes)) => TimeDelta::try_minutes(minutes),
                _ => before.interval,
            },
            window_days: match (self.window.as_str(), self.window.parse()) {
                ("all", _) => None,
                (_, Ok(days)) => Some(days),
                _ => before.window_days,
            },
            invites: is_yes(&self.invites).unwrap_or(before.invites),
            online_meetings: is_yes(&self.online_meetings).unwrap_or(before.online_meetings),
            brake: Brake {
                percent: self.brake_percent.trim().parse().unwrap_or(before.brake.percent),
                objects: self.brake_objects.trim().parse().unwrap_or(before.brake.objects),
            },
        }
    }
}

fn yes_or_no(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

/// `None`: neither.
fn is_yes(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn minutes_in_words(minutes: i64) -> String {
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    match minutes {
        1440 => words::server_sync_daily().to_owned(),
        minutes if minutes % 60 == 0 => words::server_sync_every_hours(count(minutes / 60)),
        minutes => words::server_sync_every_minutes(count(minutes)),
    }
}

fn days_in_words(days: u32) -> String {
    let count = |number: u32| usize::try_from(number).unwrap_or_default();
    match days {
        days if days % 365 == 0 => words::server_sync_years(count(days / 365)),
        days => words::server_sync_days(count(days)),
    }
}

/// The fields of a link. `proposes`: the first of each is what is proposed for each calendar. `asks_invites`: the service invites people by
/// itself. `wishes`: the calendar elsewhere says how often it wants to be looked at.
#[component]
pub fn ChoiceFields(
    choices: Choices,
    is_writable: bool,
    asks_invites: bool,
    #[prop(optional)] proposes: bool,
    #[prop(optional)] wishes: bool,
) -> impl IntoView {
    let proposed = || proposes.then(|| (String::new(), words::server_sync_proposed().to_owned()));
    let said = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    let mut directions = vec![said("pull", words::server_sync_pull())];
    if is_writable {
        directions.insert(0, said("both", words::server_sync_both()));
        directions.push(said("push", words::server_sync_push()));
    }
    let directions = proposed().into_iter().chain(directions).collect();
    let now: Option<i64> = choices.interval.parse().ok().filter(|minutes| !MINUTES.contains(minutes));
    let intervals = MINUTES.into_iter().chain(now).map(|minutes| (minutes.to_string(), minutes_in_words(minutes)));
    let manual = [said("manual", words::server_sync_manual())];
    let wished = wishes.then(|| said(WISHED, words::server_sync_wished()));
    let intervals = proposed().into_iter().chain(wished).chain(intervals).chain(manual).collect();
    let kept: Option<u32> = choices.window.parse().ok().filter(|days| !DAYS.contains(days));
    let windows = DAYS.into_iter().chain(kept).map(|days| (days.to_string(), days_in_words(days)));
    let windows = [said("all", words::server_sync_all())].into_iter().chain(windows).collect();
    let policies = vec![
        said("newest", words::server_sync_newest()),
        said("remote", words::server_sync_remote()),
        said("local", words::server_sync_local()),
        said("ask", words::server_sync_ask()),
    ];
    let invites = (asks_invites && is_writable).then(|| {
        let yes = |chosen: &str| yes_or_no(is_yes(chosen) == Some(true));
        let (invites, online) = (yes(&choices.invites), yes(&choices.online_meetings));
        let options = vec![said("no", words::server_sync_invites_no()), said("yes", words::server_sync_invites_yes())];
        let online_options =
            vec![said("no", words::server_sync_online_no()), said("yes", words::server_sync_online_yes())];
        view! {
            <div>
                <Select id="invites" label=words::server_sync_invites() chosen=invites options=options />
                <p class="hint">{words::server_sync_invites_what()}</p>
            </div>
            <div>
                <Select id="online-meetings" label=words::server_sync_online() chosen=online options=online_options />
                <p class="hint">{words::server_sync_online_what()}</p>
            </div>
        }
    });
    view! {
        <div class="grid-2">
            <Select id="direction" label=words::server_sync_direction() chosen=choices.direction options=directions />
            <Select id="interval" label=words::server_sync_interval() chosen=choices.interval options=intervals />
        </div>
        <details>
            <summary>{words::server_sync_more()}</summary>
            <div class="grid-2">
                <Select id="window" label=words::server_sync_window() chosen=choices.window options=windows />
                <Select id="policy" label=words::server_sync_policy() chosen=choices.policy options=policies />
                {invites}
            </div>
            <p class="hint">{words::server_sync_brake_what()}</p>
            <div class="grid-2">
                <Number id="brake-percent" label=words::server_sync_brake_percent() value=choices.brake_percent usual=Brake::default().percent most=Brake::MAX_PERCENT />
                <Number id="brake-objects" label=words::server_sync_brake_objects() value=choices.brake_objects usual=Brake::default().objects most=Brake::MAX_OBJECTS />
            </div>
        </details>
    }
}

/// A number; one that is not filled in is the usual one.
#[component]
fn Number(id: &'static str, label: &'static str, value: String, usual: u32, most: u32) -> impl IntoView {
    let value = if value.is_empty() { usual.to_string() } else { value };
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <input id=id class="input" type="number" name=id min="0" max=most value=value inputmode="numeric" />
        </div>
    }
}

#[component]
fn Select(id: &'static str, label: &'static str, chosen: String, options: Vec<(String, String)>) -> impl IntoView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, text)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{text}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <select id=id class="select" name=id>{options}</select>
        </div>
    }
}
