//! What is chosen about calendars that are in step with others elsewhere.

use super::input::nullable;
use super::problem::Problem;
use chrono::TimeDelta;
use kalends_domain::sync::LinkSettings;
use kalends_domain::sync::plan::{Brake, Direction, Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is chosen about a calendar that is in step with another.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = SyncSettings)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `pull` (from there to here), `both` or `push`.
    direction: String,
    /// Who wins where both sides changed the same: `newest`, `remote`, `local` or `ask`.
    #[serde(default = "newest")]
    policy: String,
    /// Seconds from one run to the next, 60 to 86400; `null`: only when somebody says so.
    interval_seconds: Option<i64>,
    /// How many days of history; `null`: everything.
    window_days: Option<u32>,
    /// At Microsoft 365: attendees of what is written here go there, and are invited by it. Otherwise they stay here.
    #[serde(default)]
    invites: bool,
    /// At Microsoft 365: new meetings with attendees that are written here are made Teams meetings there; the address to join comes back.
    #[serde(default)]
    online_meetings: bool,
    /// A run that would delete more than this share of a side, in percent, and more than `brake_objects`, asks first: 0 to 100.
    #[serde(default = "usual_percent")]
    brake_percent: u32,
    /// 0 to 100000.
    #[serde(default = "usual_objects")]
    brake_objects: u32,
}

/// What is to be chosen otherwise; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SyncSettingsChange)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    #[serde(default)]
    direction: Option<String>,
    #[serde(default)]
    policy: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    interval_seconds: Option<Option<i64>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>)]
    window_days: Option<Option<u32>>,
    #[serde(default)]
    invites: Option<bool>,
    #[serde(default)]
    online_meetings: Option<bool>,
    #[serde(default)]
    brake_percent: Option<u32>,
    #[serde(default)]
    brake_objects: Option<u32>,
    /// `true`: as often as a calendar that is followed wishes itself.
    #[serde(default)]
    pub as_wished: bool,
}

impl SettingsChange {
    /// With what is left out as it was `before`.
    pub fn read(&self, before: &LinkSettings) -> Result<LinkSettings, Problem> {
        let before = Settings::of(before);
        let settings = Settings {
            direction: self.direction.clone().unwrap_or(before.direction),
            policy: self.policy.clone().unwrap_or(before.policy),
            interval_seconds: self.interval_seconds.unwrap_or(before.interval_seconds),
            window_days: self.window_days.unwrap_or(before.window_days),
            invites: self.invites.unwrap_or(before.invites),
            online_meetings: self.online_meetings.unwrap_or(before.online_meetings),
            brake_percent: self.brake_percent.unwrap_or(before.brake_percent),
            brake_objects: self.brake_objects.unwrap_or(before.brake_objects),
        };
        settings.read()
    }
}

pub fn newest() -> String {
    Policy::MergeThenNewest.name().to_owned()
}

fn usual_percent() -> u32 {
    Brake::default().percent
}

fn usual_objects() -> u32 {
    Brake::default().objects
}

impl Settings {
    pub fn of(settings: &LinkSettings) -> Self {
        Settings {
            direction: settings.direction.name().to_owned(),
            policy: settings.policy.name().to_owned(),
            interval_seconds: settings.interval.map(|interval| interval.num_seconds()),
            window_days: settings.window_days,
            invites: settings.invites,
            online_meetings: settings.online_meetings,
            brake_percent: settings.brake.percent,
            brake_objects: settings.brake.objects,
        }
    }

    pub fn read(&self) -> Result<LinkSettings, Problem> {
        let bad = Problem::bad_value;
        let interval = |seconds| TimeDelta::try_seconds(seconds).ok_or_else(|| bad("interval_seconds", "60 to 86400."));
        Ok(LinkSettings {
            direction: Direction::from_name(&self.direction).ok_or_else(|| bad("direction", "pull, both or push."))?,
            policy: Policy::from_name(&self.policy).ok_or_else(|| bad("policy", "newest, remote, local or ask."))?,
            interval: self.interval_seconds.map(interval).transpose()?,
            window_days: self.window_days,
            invites: self.invites,
            online_meetings: self.online_meetings,
            brake: Brake { percent: self.brake_percent, objects: self.brake_objects },
        })
    }
}
