//! The holidays of one country as a calendar: what a subscription to them has as its remote side. Each year it has a year more.

use super::{Country, Holiday};
use crate::model::version::Digest;
use crate::sync::provider::{
    Answer, Capabilities, ChangePage, Coverage, Cursor, FetchOutcome, Fetched, Provider, ProviderError, RemoteCalendar,
    RemoteCalendarId, RemoteHead, RemoteObjectId, RemoteTag,
};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use kalends_ical::ComponentKind;
use kalends_ical::escape::escape_text;
use kalends_ical::instances::Window;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The first year of which there are days.
const FIRST_YEAR: i32 = 2024;
/// How many years after this one a calendar has, as far as they are known.
const YEARS_AHEAD: i32 = 2;
/// The id of the one calendar.
const CALENDAR: &str = "holidays";

/// Which holidays, in which language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    pub country: String,
    /// `None`: what is one in the whole country.
    pub region: Option<String>,
    pub language: String,
}

/// The calendar of a [`Pack`], as it is at one time. Nothing is asked for anywhere.
pub struct HolidayCalendar {
    name: String,
    objects: BTreeMap<RemoteObjectId, (RemoteTag, String)>,
}

impl Pack {
    /// # Errors
    /// `Missing` for a country or region that there is not.
    pub fn country(&self) -> Result<&'static Country, ProviderError> {
        let country = Country::by_code(&self.country);
        let country = country.filter(|country| self.region.as_ref().is_none_or(|code| country.region(code).is_some()));
        country.ok_or_else(|| ProviderError::Missing("there are no holidays of such a country or region".into()))
    }

    /// What it is called in a language of pages: the country, and the region.
    ///
    /// # Errors
    /// Those of [`Pack::country`].
    pub fn name(&self, language: &str) -> Result<String, ProviderError> {
        let country = self.country()?;
        let name = country.name(language);
        let region = self.region.as_deref().and_then(|code| country.region(code));
        Ok(region.map_or_else(|| name.to_owned(), |region| format!("{name}, {region}")))
    }
}

impl HolidayCalendar {
    /// As it is at `now`.
    ///
    /// # Errors
    /// `Missing` for a country or region that there is not.
    pub fn new(pack: &Pack, now: DateTime<Utc>) -> Result<Self, ProviderError> {
        let country = pack.country()?;
        let years = FIRST_YEAR..=now.year() + YEARS_AHEAD;
        let days = country.holidays(pack.region.as_deref(), &pack.language, &years);
        let objects = days.into_iter().map(|holiday| object(pack, &holiday)).collect();
        Ok(HolidayCalendar { name: pack.name(&pack.language)?, objects })
    }

    fn page(&self, since: Option<&Cursor>) -> ChangePage {
        let said: String = self.objects.values().map(|(tag, _)| tag.0.as_str()).collect();
        let next = Cursor(Digest::of(&said).etag());
        let is_known = since == Some(&next);
        let head = |(id, (tag, text)): (&RemoteObjectId, &(RemoteTag, String))| RemoteHead {
            id: id.clone(),
            tag: Some(tag.clone()),
            text: Some(text.clone()),
        };
        ChangePage {
            coverage: if is_known { Coverage::Changes } else { Coverage::Everything },
            present: if is_known { Vec::new() } else { self.objects.iter().map(head).collect() },
            removed: Vec::new(),
            next,
            has_more: false,
        }
    }
}

/// The text says the same whenever it is made: another one is another holiday.
fn object(pack: &Pack, Holiday { day, name }: &Holiday) -> (RemoteObjectId, (RemoteTag, String)) {
    let place = [Some(pack.country.as_str()), pack.region.as_deref()].into_iter().flatten().collect::<Vec<_>>();
    let id = format!("{}-{}", place.join("-").replace(' ', "-"), day.format("%Y%m%d"));
    let (start, end) = (day.format("%Y%m%d"), day.succ_opt().unwrap_or(*day).format("%Y%m%d"));
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Holidays//EN\r\nBEGIN:VEVENT\r\nUID:{id}@holidays.kalends\r\n\
         DTSTAMP:20240101T000000Z\r\nDTSTART;VALUE=DATE:{start}\r\nDTEND;VALUE=DATE:{end}\r\nSUMMARY:{}\r\n\
         TRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        escape_text(name)
    );
    let tag = RemoteTag(Digest::of(&text).etag());
    (RemoteObjectId(id), (tag, text))
}

impl Provider for HolidayCalendar {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: false, keeps_texts: true }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(async {
            let calendar = RemoteCalendar::read_only(RemoteCalendarId(CALENDAR.to_owned()), self.name.clone());
            Ok(vec![RemoteCalendar { components: Some(vec![ComponentKind::Event.name().to_owned()]), ..calendar }])
        })
    }

    fn changes<'a>(&'a self, _: &'a RemoteCalendarId, since: Option<&'a Cursor>, _: Window) -> Answer<'a, ChangePage> {
        Box::pin(async move { Ok(self.page(since)) })
    }

    fn wished_interval(&self) -> Option<TimeDelta> {
        Some(TimeDelta::days(1))
    }

    fn fetch<'a>(&'a self, _: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        let outcome = |id: &RemoteObjectId| match self.objects.get(id) {
            Some((tag, text)) => FetchOutcome::Text { text: text.clone(), tag: Some(tag.clone()) },
            None => FetchOutcome::Gone,
        };
        Box::pin(async move { Ok(objects.iter().map(|id| Fetched { id: id.clone(), outcome: outcome(id) }).collect()) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use kalends_ical::{CalendarObject, Limits};

    fn at(year: i32) -> DateTime<Utc> {
        format!("{year}-06-01T00:00:00Z").parse().unwrap()
    }

    fn zurich() -> Pack {
        Pack { country: "CH".into(), region: Some("ZH".into()), language: "de".into() }
    }

    #[test]
    fn each_year_has_one_more_and_what_was_there_stays() {
        let before = HolidayCalendar::new(&zurich(), at(2026)).unwrap();
        let page = before.page(None);
        assert_eq!(page.coverage, Coverage::Everything);
        assert_eq!(before.page(Some(&page.next)).present, []);
        let after = HolidayCalendar::new(&zurich(), at(2027)).unwrap();
        let next = after.page(Some(&page.next));
        assert_eq!(next.coverage, Coverage::Everything);
        assert!(page.present.iter().all(|head| next.present.contains(head)));
        assert!(page.present.iter().all(|head| !head.id.0.contains("-2029")));
        assert!(next.present.iter().any(|head| head.id.0 == "CH-ZH-20290801"));
    }

    #[test]
    fn every_holiday_is_an_object_that_may_be_stored() {
        let limits = Limits::default();
        for country in super::super::countries() {
            let pack = Pack { country: country.code.into(), region: None, language: "en".into() };
            for (_, text) in HolidayCalendar::new(&pack, at(2026)).unwrap().objects.values() {
                let object = CalendarObject::parse(text, &limits).unwrap_or_else(|error| panic!("{error}: {text}"));
                assert!(object.uid.ends_with("@holidays.kalends"));
            }
        }
        for (country, region) in [("XX", None), ("CH", Some("XX".to_owned()))] {
            let pack = Pack { country: country.into(), region, language: "de".into() };
            assert!(matches!(HolidayCalendar::new(&pack, at(2026)), Err(ProviderError::Missing(_))));
        }
        assert_eq!(zurich().name("fr").unwrap(), "Suisse, Zürich");
    }
}
