//! Public holidays by country, offline: read from a file that is written anew for each release from a source that is kept
//! (`domain/holidays/update.py`), and given out as calendars that people subscribe to.

mod pack;

pub use pack::{HolidayCalendar, Pack};

use chrono::{Datelike, NaiveDate};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

const DATA: &str = include_str!("../../holidays/holidays.txt");

/// The languages in which countries have names here.
const SPOKEN: [&str; 3] = ["en", "fr", "de"];

/// A country of which the holidays are known.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2
    pub code: &'static str,
    /// In which its holidays have names, the country's own first. An empty one is the only one, and is its own.
    pub languages: Vec<&'static str>,
    /// In the languages of [`SPOKEN`].
    names: [&'static str; 3],
    /// With the code (mostly of ISO 3166-2) and the name of each, by their names.
    pub regions: Vec<(&'static str, &'static str)>,
    lines: Vec<&'static str>,
}

/// A day that is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holiday {
    pub day: NaiveDate,
    pub name: &'static str,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let mut countries: Vec<Country> = Vec::new();
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("=|") {
            Some(line) => countries.extend(Country::read(line)),
            None => {
                if let Some(country) = countries.last_mut() {
                    country.lines.push(line);
                }
            }
        }
    }
    countries
});

/// All of them, by their codes.
pub fn countries() -> &'static [Country] {
    &COUNTRIES
}

impl Country {
    pub fn by_code(code: &str) -> Option<&'static Country> {
        countries().iter().find(|country| country.code == code)
    }

    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('|');
        let (code, languages) = (fields.next()?, fields.next()?);
        let names = [fields.next()?, fields.next()?, fields.next()?];
        let mut regions: Vec<_> = fields.next()?.split(';').filter_map(|region| region.split_once('=')).collect();
        regions.sort_by_key(|(_, name)| *name);
        let languages = languages.split(' ').collect();
        Some(Country { code, languages, names, regions, lines: Vec::new() })
    }

    /// In a language of pages, such as `de`; in English where it has none in that.
    pub fn name(&self, language: &str) -> &'static str {
        let at = SPOKEN.iter().position(|spoken| *spoken == language).unwrap_or_default();
        self.names[at]
    }

    pub fn region(&self, code: &str) -> Option<&'static str> {
        self.regions.iter().find(|(region, _)| *region == code).map(|(_, name)| *name)
    }

    /// The holidays of the whole country, or of a region of it, by their days. In a language that they have no names in they have
    /// those of the country.
    pub fn holidays(&self, region: Option<&str>, language: &str, years: &RangeInclusive<i32>) -> Vec<Holiday> {
        let at = self.languages.iter().position(|known| *known == language).unwrap_or_default();
        let mut found = Vec::new();
        for line in &self.lines {
            let mut fields = line.split('|');
            let has_it =
                |regions: &str| regions == "*" || regions.split(';').any(|one| one == region.unwrap_or_default());
            if !fields.next().is_some_and(has_it) {
                continue;
            }
            let fields: Vec<&'static str> = fields.collect();
            let (Some(name), Some(days)) = (fields.get(at), fields.last()) else { continue };
            let days = days.split(' ').filter_map(day).filter(|day| years.contains(&day.year()));
            found.extend(days.map(|day| Holiday { day, name }));
        }
        found.sort_unstable();
        found
    }
}

/// `YYMMDD`
fn day(written: &str) -> Option<NaiveDate> {
    let number: u32 = written.parse().ok()?;
    NaiveDate::from_ymd_opt(2000 + i32::try_from(number / 10_000).ok()?, number / 100 % 100, number % 100)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(code: &str, region: Option<&str>, language: &str, day: &str) -> Vec<&'static str> {
        let day: NaiveDate = day.parse().unwrap();
        let country = Country::by_code(code).unwrap();
        let found = country.holidays(region, language, &(day.year()..=day.year()));
        found.into_iter().filter(|holiday| holiday.day == day).map(|holiday| holiday.name).collect()
    }

    #[test]
    fn days_are_what_calendars_have_in_these_countries() {
        for (code, region, language, day, name) in [
            ("CH", None, "de", "2026-08-01", Some("Nationalfeiertag")),
            ("CH", Some("ZH"), "fr", "2027-03-29", Some("Lundi de Pâques")),
            ("CH", Some("VS"), "de", "2027-03-29", None),
            ("CH", Some("VS"), "de", "2026-03-19", Some("Josefstag")),
            ("CH", Some("GE"), "fr", "2026-12-31", Some("Restauration de la République")),
            ("CH", None, "it", "2026-01-01", Some("Capodanno")),
            ("FR", None, "fr", "2026-07-14", Some("Fête nationale")),
            ("FR", Some("6AE"), "fr", "2026-12-26", Some("Saint-Étienne")),
            ("FR", None, "fr", "2026-12-26", None),
            ("DE", Some("BY"), "de", "2026-06-04", Some("Fronleichnam")),
            ("DE", Some("BE"), "de", "2026-06-04", None),
            ("US", None, "en", "2026-11-26", Some("Thanksgiving Day")),
            ("GB", Some("SCT"), "en", "2026-11-30", Some("Saint Andrew's Day")),
            ("JP", None, "en", "2026-05-05", Some("Children's Day")),
        ] {
            assert_eq!(names(code, region, language, day), Vec::from_iter(name), "{code} {region:?} {day}");
        }
        // What is not spoken there is called as it is called there.
        assert_eq!(names("CH", None, "ja", "2026-08-01"), ["Nationalfeiertag"]);
    }

    #[test]
    fn all_that_is_in_the_file_can_be_read() {
        assert!(countries().len() > 200, "{}", countries().len());
        for country in countries() {
            assert!(!country.lines.is_empty() && !country.languages.is_empty(), "{}", country.code);
            for line in &country.lines {
                let fields: Vec<&str> = line.split('|').collect();
                assert_eq!(fields.len(), country.languages.len() + 2, "{line}");
                assert!(fields[1..=country.languages.len()].iter().all(|name| !name.is_empty()), "{line}");
                assert!(fields.last().unwrap().split(' ').all(|written| day(written).is_some()), "{line}");
            }
            let regions = country.regions.iter().map(|(code, _)| Some(*code)).chain([None]);
            for region in regions {
                let found = country.holidays(region, "en", &(2024..=2099));
                // One a day: this is what their UIDs are made of.
                assert!(found.windows(2).all(|pair| pair[0].day < pair[1].day), "{} {region:?}", country.code);
            }
        }
        let switzerland = Country::by_code("CH").unwrap();
        assert_eq!([switzerland.name("fr"), switzerland.name("rm")], ["Suisse", "Switzerland"]);
        assert_eq!((switzerland.region("TI"), switzerland.region("XX")), (Some("Ticino"), None));
        assert!(Country::by_code("ch").is_none());
    }
}
