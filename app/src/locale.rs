//! How a person wants dates and times, from their preferences and what their browser says.

use crate::cookies::VIEW_COOKIE;
use crate::wire::Viewer;
use axum::http::{HeaderMap, header};
use chrono::{Utc, Weekday};
use chrono_tz::Tz;
use kalends_domain::accounts::{DefaultView, User};

pub fn viewer(user: &User, headers: Option<&HeaderMap>) -> Viewer {
    let zone = user.preferences.time_zone.unwrap_or(Tz::UTC);
    let accepted =
        headers.and_then(|headers| headers.get(header::ACCEPT_LANGUAGE)).and_then(|value| value.to_str().ok());
    let locale = user
        .preferences
        .locale
        .clone()
        .or_else(|| accepted.and_then(preferred_locale))
        .unwrap_or_else(|| "en-GB".into());
    let view = headers
        .and_then(|headers| cookie(headers, VIEW_COOKIE))
        .filter(|view| matches!(*view, "month" | "week" | "day"));
    Viewer {
        name: user.principal.display_name.clone(),
        slug: user.principal.slug.clone(),
        email: user.principal.email.clone(),
        is_admin: user.is_admin,
        time_zone: zone.name().to_owned(),
        time_zone_known: user.preferences.time_zone.is_some(),
        week_start: user.preferences.week_start.unwrap_or_else(|| week_start(&locale)),
        hour12: user.preferences.hour12.unwrap_or_else(|| hour12(&locale)),
        month_first: month_first(&locale),
        locale,
        now: Utc::now().with_timezone(&zone).naive_local(),
        view: user.preferences.view.map(DefaultView::name).or(view).unwrap_or("month").to_owned(),
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The first locale of an Accept-Language value; browsers list what people prefer first.
pub fn preferred_locale(accepted: &str) -> Option<String> {
    let first = accepted.split(',').next()?.split(';').next()?.trim();
    let fits = !first.is_empty()
        && first.len() <= 35
        && first != "*"
        && first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then(|| first.to_owned())
}

/// The region of a locale, or the one where its language is spoken most (CLDR's likely subtags).
fn region(locale: &str) -> String {
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    let region = parts.find(|part| part.len() == 2 || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit())));
    match region {
        Some(region) => region.to_ascii_uppercase(),
        None => match language.as_str() {
            "en" => "US",
            "pt" => "BR",
            "ja" => "JP",
            "zh" => "CN",
            "ko" => "KR",
            "he" => "IL",
            "ar" => "EG",
            "fa" => "IR",
            "hi" => "IN",
            "th" => "TH",
            "id" => "ID",
            "vi" => "VN",
            _ => "001",
        }
        .to_owned(),
    }
}

/// The first day of the week (CLDR weekData).
pub fn week_start(locale: &str) -> Weekday {
    match region(locale).as_str() {
        "AE" | "AF" | "BH" | "DJ" | "DZ" | "EG" | "IQ" | "IR" | "JO" | "KW" | "LY" | "OM" | "QA" | "SD" | "SY" => {
            Weekday::Sat
        }
        "MV" => Weekday::Fri,
        "AG" | "AS" | "BD" | "BR" | "BS" | "BT" | "BW" | "BZ" | "CA" | "CO" | "DM" | "DO" | "ET" | "GT" | "GU"
        | "HK" | "HN" | "ID" | "IL" | "IN" | "JM" | "JP" | "KE" | "KH" | "KR" | "LA" | "MH" | "MM" | "MO" | "MT"
        | "MX" | "MZ" | "NI" | "NP" | "PA" | "PE" | "PH" | "PK" | "PR" | "PT" | "PY" | "SA" | "SG" | "SV" | "TH"
        | "TT" | "TW" | "UM" | "US" | "VE" | "VI" | "WS" | "YE" | "ZA" | "ZW" => Weekday::Sun,
        _ => Weekday::Mon,
    }
}

/// Whether times are written with AM and PM (CLDR timeData, preferred cycle).
pub fn hour12(locale: &str) -> bool {
    let language = locale.split('-').next().unwrap_or_default();
    match region(locale).as_str() {
        "US" | "AU" | "NZ" | "IN" | "PK" | "BD" | "PH" | "EG" | "SA" | "AE" | "JO" | "KW" | "QA" | "KR" | "CO"
        | "MY" | "SG" | "HK" | "PR" => true,
        "CA" => language != "fr",
        _ => false,
    }
}

/// Whether the month comes before the day (CLDR date formats; English decides where a region writes in several languages).
pub fn month_first(locale: &str) -> bool {
    let language = locale.split('-').next().unwrap_or_default();
    match (language, region(locale).as_str()) {
        ("ja" | "zh" | "ko" | "hu" | "mn" | "lt", _) => true,
        ("en", region) => matches!(region, "US" | "CA" | "PH" | "PR" | "GU" | "AS" | "VI" | "UM" | "MH" | "BZ"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn weeks_and_clocks_follow_the_region() {
        assert_eq!((week_start("en-US"), hour12("en-US")), (Weekday::Sun, true));
        assert_eq!((week_start("en"), hour12("en")), (Weekday::Sun, true));
        assert_eq!((week_start("en-GB"), hour12("en-GB")), (Weekday::Mon, false));
        assert_eq!((week_start("de"), hour12("de")), (Weekday::Mon, false));
        assert_eq!((week_start("zh-Hant-TW"), hour12("de-CH")), (Weekday::Sun, false));
        assert_eq!((week_start("fr-CA"), hour12("fr-CA")), (Weekday::Sun, false));
        assert_eq!(week_start("ar-EG"), Weekday::Sat);
    }

    #[test]
    fn the_order_of_dates_follows_language_and_region() {
        let first = ["en-US", "en", "en-CA", "ja-JP", "zh-CN", "ko-KR"];
        assert!(first.into_iter().all(month_first));
        let second = ["en-GB", "en-AU", "en-IN", "de-DE", "fr-CA", "es-MX", "es-US", "sv-SE", "ar-EG"];
        assert!(!second.into_iter().any(month_first));
    }

    #[test]
    fn the_browser_says_its_locale() {
        assert_eq!(preferred_locale("de-CH,de;q=0.9,en;q=0.8").as_deref(), Some("de-CH"));
        assert_eq!(preferred_locale("fr;q=0.9").as_deref(), Some("fr"));
        assert_eq!(preferred_locale("*"), None);
        assert_eq!(preferred_locale("<script>"), None);
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "xkalends_view=day; kalends_view=week".parse().unwrap());
        assert_eq!(cookie(&headers, VIEW_COOKIE), Some("week"));
        assert_eq!(cookie(&headers, "other"), None);
    }
}
