//! How somebody wants to see what a link shows: what the address says, else what their browser does.

use crate::agenda::days::{Span, View, first_of_month, months_on, parse_date, plus, shown};
use crate::locale;
use crate::notation::Format;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};
use chrono_tz::Tz;
use leptos_router::location::Url;

/// How many days a list has.
const LIST_DAYS: i64 = 28;
/// How many events a list of the next ones has, where nobody says, and at the most.
const USUAL_EVENTS: usize = 7;
const MAX_EVENTS: usize = 50;

/// What the events stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Month,
    Week,
    List,
}

impl Shape {
    pub const ALL: [Shape; 3] = [Shape::Month, Shape::Week, Shape::List];

    /// In addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Shape::Month => "month",
            Shape::Week => "week",
            Shape::List => "list",
        }
    }

    fn from_slug(slug: &str) -> Option<Self> {
        Shape::ALL.into_iter().find(|shape| shape.slug() == slug)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub shape: Shape,
    pub date: NaiveDate,
    pub zone: Tz,
    /// Wall-clock time in `zone`.
    pub now: NaiveDateTime,
    pub week_start: Weekday,
    pub format: Format,
    /// Most events of a list of the next ones.
    pub limit: usize,
    /// `light` or `dark`; else as the browser has it.
    pub theme: Option<&'static str>,
    /// What the address says of these, and those of the pages that it leads to say again.
    lang: Option<String>,
    said_zone: bool,
}

impl Look {
    /// `query`: names and values of the address, of which those that are not understood mean nothing. `accepted`: Accept-Language.
    /// `zone`: where the calendar is.
    pub fn read(
        query: &[(String, String)],
        accepted: Option<&str>,
        usual: Shape,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let said_zone = value("zone").and_then(|name| name.parse::<Tz>().ok());
        let zone = said_zone.unwrap_or(zone);
        let lang = value("lang").and_then(locale::preferred_locale);
        let locale = lang.clone().or_else(|| accepted.and_then(locale::preferred_locale));
        let locale = locale.unwrap_or_else(|| "en-GB".to_owned());
        let now = now.with_timezone(&zone).naive_local();
        Look {
            shape: value("view").or(value("layout")).and_then(Shape::from_slug).unwrap_or(usual),
            date: value("date").and_then(parse_date).unwrap_or(now.date()),
            week_start: locale::week_start(&locale),
            format: Format { hour12: locale::hour12(&locale), month_first: locale::month_first(&locale) },
            limit: value("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL_EVENTS).clamp(1, MAX_EVENTS),
            theme: ["light", "dark"].into_iter().find(|theme| value("theme") == Some(theme)),
            zone,
            now,
            lang,
            said_zone: said_zone.is_some(),
        }
    }

    /// The language that the address asks for.
    pub fn lang(&self) -> Option<&str> {
        self.lang.as_deref()
    }

    pub fn today(&self) -> NaiveDate {
        self.now.date()
    }

    /// The days that are shown.
    pub fn span(&self) -> Span {
        match self.shape {
            Shape::Month => shown(View::Month, self.date, self.week_start),
            Shape::Week => shown(View::Week, self.date, self.week_start),
            Shape::List => Span { from: self.date, to: plus(self.date, LIST_DAYS) },
        }
    }

    /// The date that the same shape has `steps` forward, or back.
    pub fn step(&self, steps: i32) -> NaiveDate {
        match self.shape {
            Shape::Month => months_on(first_of_month(self.date), steps),
            Shape::Week => plus(self.date, 7 * i64::from(steps)),
            Shape::List => plus(self.date, LIST_DAYS * i64::from(steps)),
        }
    }

    /// The query that leads to another shape or date and keeps the rest. `parameter`: what the shape is called in it.
    pub fn at(&self, parameter: &str, shape: Shape, date: NaiveDate) -> String {
        let mut query = format!("?{parameter}={}", shape.slug());
        if date != self.today() {
            query.push_str(&format!("&date={date}"));
        }
        for (name, value) in self.kept() {
            query.push_str(&format!("&{name}={}", Url::escape(&value)));
        }
        query
    }

    /// What the address says beside shape and date.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        let zone = self.said_zone.then(|| ("zone", self.zone.name().to_owned()));
        let lang = self.lang.clone().map(|lang| ("lang", lang));
        let theme = self.theme.map(|theme| ("theme", theme.to_owned()));
        zone.into_iter().chain(lang).chain(theme).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn look(query: &[(&str, &str)]) -> Look {
        let query: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let now = "2026-11-27T23:30:00Z".parse().unwrap();
        Look::read(&query, Some("de-CH,de;q=0.9"), Shape::Month, Tz::UTC, now)
    }

    #[test]
    fn the_address_says_how_and_what_is_not_understood_means_nothing() {
        let usual = look(&[]);
        assert_eq!(
            (usual.shape, usual.date.to_string(), usual.limit),
            (Shape::Month, "2026-11-27".into(), USUAL_EVENTS)
        );
        assert!(!usual.format.hour12 && usual.week_start == Weekday::Mon);
        assert_eq!(usual.at("view", Shape::Week, usual.date), "?view=week");
        let said = look(&[
            ("view", "list"),
            ("date", "2027-01-31"),
            ("zone", "Etc/GMT+1"),
            ("lang", "en-US"),
            ("limit", "900"),
        ]);
        assert_eq!((said.shape, said.zone.name(), said.limit), (Shape::List, "Etc/GMT+1", MAX_EVENTS));
        assert!(said.format.hour12);
        assert_eq!(
            said.at("view", Shape::List, said.date),
            "?view=list&date=2027-01-31&zone=Etc%2FGMT%2B1&lang=en%2DUS"
        );
        let odd =
            [("view", "decade"), ("date", "x"), ("zone", "Moon"), ("lang", "<b>"), ("limit", "-1"), ("theme", "pink")];
        assert_eq!(look(&odd), usual);
    }

    #[test]
    fn a_zone_decides_which_day_it_is() {
        assert_eq!(look(&[("zone", "Europe/Zurich")]).today().to_string(), "2026-11-28");
    }

    #[test]
    fn a_month_is_stepped_through_from_its_first_day() {
        let month = look(&[("date", "2027-01-31")]);
        assert_eq!([month.step(1).to_string(), month.step(-1).to_string()], ["2027-02-01", "2026-12-01"]);
        let list = look(&[("view", "list"), ("date", "2027-01-31")]);
        assert_eq!((list.span().from, list.step(1)), (list.date, list.span().to));
    }
}
