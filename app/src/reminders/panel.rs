//! What stands in a corner of every page that is open: the reminders that wait for an answer.

use super::server::{starts, title};
use crate::agenda::links;
use crate::locale;
use crate::notation::Format;
use crate::ui::Markup;
use crate::words;
use axum::http::HeaderMap;
use chrono_tz::Tz;
use kalends_domain::accounts::User;
use kalends_domain::reminders::Reminder;

/// How long reminders are put off with one touch, in minutes, and how it is called.
fn snoozes() -> [(u32, String); 4] {
    [
        (5, words::server_reminders_snooze("5")),
        (15, words::server_reminders_snooze("15")),
        (60, words::server_reminders_snooze_hour().to_owned()),
        (1440, words::server_reminders_snooze_day().to_owned()),
    ]
}

/// The content of the panel; empty where nothing waits.
pub fn panel(user: &User, headers: &HeaderMap, reminders: &[Reminder]) -> String {
    let mut html = Markup::default();
    if reminders.is_empty() {
        return html.finish();
    }
    let format = Format::of(&locale::viewer(user, Some(headers)));
    let zone = user.preferences.time_zone.unwrap_or(Tz::UTC);
    html.raw("<h2>").text(words::server_reminders_title()).raw("</h2><ul>");
    for Reminder { id, of, .. } in reminders {
        let id = id.0.to_string();
        let href = links::event_of(of.calendar.0, &of.name);
        html.raw("<li><p><a").attribute("href", &href).raw(" dir=\"auto\">").text(&title(&of.title)).raw("</a></p>");
        html.raw("<p class=\"when\">").text(&starts(format, zone, of.starts_at, of.starts_on));
        if !of.location.is_empty() {
            html.raw(" · ").text(&of.location);
        }
        html.raw("</p><form method=\"post\" action=\"/reminders\"><input type=\"hidden\" name=\"id\"")
            .attribute("value", &id);
        html.raw("><input type=\"hidden\" name=\"do\" value=\"snooze\"><span>").text(words::server_reminders_put_off());
        html.raw("</span>");
        for (minutes, name) in snoozes() {
            html.raw("<button name=\"minutes\"")
                .attribute("value", &minutes.to_string())
                .raw(">")
                .text(&name)
                .raw("</button>");
        }
        html.raw("</form><form method=\"post\" action=\"/reminders\"><input type=\"hidden\" name=\"id\"")
            .attribute("value", &id);
        html.raw("><button class=\"dismiss\" name=\"do\" value=\"dismiss\">").text(words::server_reminders_dismiss());
        html.raw("</button></form></li>");
    }
    html.raw("</ul>");
    html.finish()
}
