//! The calendars of an account (<https://learn.microsoft.com/graph/api/user-list-calendars>) and the groups in which Outlook shows them
//! (<https://learn.microsoft.com/graph/api/user-list-calendargroups>).

use super::Graph;
use super::convert::same_address;
use super::wire::{Calendar, CalendarGroup, Page};
use kalends_domain::sync::provider::{Following, ProviderError, RemoteCalendar, RemoteCalendarId};
use serde::Deserialize;
use std::collections::HashMap;

const SELECT: &str = "id,name,color,hexColor,canEdit,isDefaultCalendar,owner";
/// Colours that Outlook has by name, where it says nothing but the name.
const COLORS: [(&str, &str); 9] = [
    ("lightBlue", "#A6D1F5"),
    ("lightGreen", "#4FA83D"),
    ("lightOrange", "#F7C07A"),
    ("lightGray", "#BFBFBF"),
    ("lightYellow", "#F4E27A"),
    ("lightTeal", "#7AD3CE"),
    ("lightPink", "#F3A6C8"),
    ("lightBrown", "#C9A98B"),
    ("lightRed", "#EE9A9A"),
];

#[derive(Deserialize)]
struct Member {
    id: String,
}

impl Graph {
    pub(super) async fn list_calendars(&self) -> Result<Vec<RemoteCalendar>, ProviderError> {
        let url = self.client.url(&["me", "calendars"], &[("$select", SELECT), ("$top", "100")]);
        let calendars: Vec<Calendar> = self.client.list(url).await?;
        let groups = self.groups().await?;
        let default_first = |calendar: &Calendar| !calendar.is_default_calendar;
        let mut ordered: Vec<Calendar> = calendars;
        ordered.sort_by_key(default_first);
        Ok(ordered.into_iter().zip(0..).map(|(calendar, order)| self.calendar(calendar, order, &groups)).collect())
    }

    /// Whether it is in somebody else's mailbox.
    pub(super) fn is_anothers(&self, calendar: &Calendar) -> bool {
        let owner = calendar.owner.address.trim();
        !owner.is_empty() && !self.account.addresses.iter().any(|address| same_address(address, owner))
    }

    fn calendar(&self, calendar: Calendar, order: i64, groups: &HashMap<String, String>) -> RemoteCalendar {
        let is_shared = self.is_anothers(&calendar);
        let name = match calendar.name.trim() {
            "" => "Calendar".to_owned(),
            name => name.to_owned(),
        };
        RemoteCalendar {
            description: groups.get(&calendar.id).cloned(),
            color: color(&calendar),
            id: RemoteCalendarId(calendar.id),
            name,
            order: Some(order),
            components: Some(vec!["VEVENT".to_owned()]),
            is_writable: calendar.can_edit.unwrap_or(false),
            is_shared,
            // Graph knows one for the mailbox and none for a calendar.
            time_zone: None,
            following: Following::Changes,
        }
    }

    /// The names of groups by calendar, where there is more than one group.
    async fn groups(&self) -> Result<HashMap<String, String>, ProviderError> {
        let url = self.client.url(&["me", "calendarGroups"], &[("$select", "id,name"), ("$top", "100")]);
        let groups: Vec<CalendarGroup> = match self.client.list(url).await {
            Ok(groups) => groups,
            // A name beside the calendars is not worth all of them.
            Err(ProviderError::Missing(_) | ProviderError::Forbidden(_) | ProviderError::Rejected(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut named = HashMap::new();
        if groups.len() < 2 {
            return Ok(named);
        }
        let options = [("$select", "id"), ("$top", "100")];
        let urls: Vec<_> = groups
            .iter()
            .map(|group| self.client.url(&["me", "calendarGroups", &group.id, "calendars"], &options))
            .collect();
        for (group, answer) in groups.iter().zip(self.client.batch(&urls).await?) {
            let Ok(page) = serde_json::from_value::<Page<Member>>(answer.body) else { continue };
            named.extend(page.value.into_iter().map(|member| (member.id, group.name.clone())));
        }
        Ok(named)
    }
}

/// `#RRGGBB`; `None`: Outlook chooses one by itself.
fn color(calendar: &Calendar) -> Option<String> {
    let digits = calendar.hex_color.trim().trim_start_matches('#');
    if digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Some(format!("#{}", digits.to_ascii_uppercase()));
    }
    COLORS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&calendar.color)).map(|(_, color)| (*color).to_owned())
}
