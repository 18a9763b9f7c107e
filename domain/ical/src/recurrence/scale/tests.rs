#![allow(clippy::unwrap_used)]

use super::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The month and the day of the month.
fn of(scale: Scale, date: NaiveDate) -> (i32, String, u32) {
    let month = scale.month_of(date);
    (month.year, month.month.to_string(), month.day(date))
}

#[test]
fn days_have_the_dates_that_are_known_of_them() {
    let is = |scale: Scale, date: (i32, u32, u32), year: i32, month: &str, of_month: u32| {
        assert_eq!(of(scale, day(date.0, date.1, date.2)), (year, month.to_owned(), of_month), "{scale:?} {date:?}");
    };
    is(Scale::Chinese, (2026, 2, 17), 2026, "1", 1);
    is(Scale::Chinese, (2026, 2, 16), 2025, "12", 29);
    // 2025 has two sixth months, 2020 two fourth ones.
    is(Scale::Chinese, (2025, 7, 25), 2025, "6L", 1);
    is(Scale::Chinese, (2020, 5, 23), 2020, "4L", 1);
    is(Scale::Dangi, (2017, 6, 24), 2017, "5L", 1);
    // In China that leap month was the sixth.
    is(Scale::Chinese, (2017, 7, 23), 2017, "6L", 1);
    is(Scale::Hebrew, (2023, 9, 16), 5784, "1", 1);
    is(Scale::Hebrew, (2024, 2, 10), 5784, "5L", 1);
    is(Scale::Hebrew, (2024, 3, 24), 5784, "6", 14);
    is(Scale::Hebrew, (2024, 4, 23), 5784, "7", 15);
    is(Scale::Coptic, (2023, 9, 12), 1740, "1", 1);
    is(Scale::Ethiopic, (2023, 9, 11), 1739, "13", 6);
    is(Scale::Persian, (2025, 3, 21), 1404, "1", 1);
    is(Scale::Persian, (2025, 3, 20), 1403, "12", 30);
    is(Scale::Indian, (2024, 3, 21), 1946, "1", 1);
    is(Scale::IslamicCivil, (2013, 7, 9), 1434, "9", 1);
    is(Scale::IslamicTbla, (2013, 7, 8), 1434, "9", 1);
    is(Scale::IslamicUmalqura, (2024, 7, 7), 1446, "1", 1);
}

/// Two and a half millennia, month by month: names, places and numbers agree, and no day is in none or in two.
#[test]
fn months_follow_one_another() {
    for scale in Scale::all() {
        let mut month = scale.month_of(day(1, 1, 1));
        let mut number = scale.month_number(month.first);
        while month.first.year() < 2600 {
            let (first, last) = (month.first, month.end().unwrap().pred_opt().unwrap());
            assert_eq!(scale.month_of(last), month, "{scale:?}");
            assert_eq!(scale.month_number(last), number, "{scale:?} {first}");
            assert_eq!(scale.numbered_month(number), Some((first, last)), "{scale:?} {first}");
            assert_eq!(scale.year_first(month.year), month.year_first(), "{scale:?} {first}");
            assert_eq!(scale.year_first(month.year + 1), month.year_end(), "{scale:?} {first}");
            assert!(scale.has_month(month.month), "{scale:?} {first}");
            assert!(month.length >= scale.shortest_month(0), "{scale:?} {first}");
            let year = i64::from(month.year_length);
            assert!((scale.shortest_year().into()..=scale.longest_year().into()).contains(&year), "{scale:?} {first}");
            let next = scale.month_of(month.end().unwrap());
            assert_eq!(next.first, month.end().unwrap(), "{scale:?}");
            match next.month {
                Month { number, is_leap: true } => assert_eq!(number, month.month.number, "{scale:?} {first}"),
                Month { number: 1, .. } => assert_eq!(Some(next.first), month.year_end(), "{scale:?} {first}"),
                Month { number, .. } => assert_eq!(number, month.month.number + 1, "{scale:?} {first}"),
            }
            (month, number) = (next, number + 1);
        }
    }
}

/// The last years that a date can name.
#[test]
fn months_far_away_have_numbers_too() {
    for scale in Scale::all() {
        for first in [day(0, 1, 1), day(9995, 1, 1)] {
            for number in (scale.month_number(first)..).take(62) {
                let (first, last) = scale.numbered_month(number).unwrap();
                assert_eq!(scale.month_number(first), number, "{scale:?} {first}");
                assert_eq!(scale.month_number(last.succ_opt().unwrap()), number + 1, "{scale:?} {first}");
                assert_eq!(scale.year_first(scale.year_of(first)), scale.month_of(first).year_first(), "{scale:?}");
            }
        }
    }
}

#[test]
fn the_gregorian_calendar_is_that_of_the_library() {
    for date in day(1895, 1, 1).iter_days().take(15_000).step_by(7) {
        assert_eq!(Scale::Gregorian.month_of(date), month_in(icu_calendar::Gregorian, date), "{date}");
    }
    for year in [0, 1, 1600, 1900, 2024, 9999] {
        assert_eq!(Scale::Gregorian.first_of(year, 3), first_in(icu_calendar::Gregorian, year, 3));
    }
}

#[test]
fn systems_have_names() {
    for scale in Scale::all() {
        assert_eq!(Scale::named(scale.name()), Some(scale));
        assert_eq!(Scale::named(&scale.name().to_lowercase()), Some(scale));
    }
    assert_eq!(Scale::named("ethioaa"), Some(Scale::EthiopicAmeteAlem));
    assert_eq!(Scale::named("ISO8601"), Some(Scale::Gregorian));
    // By the sight of the moon: nobody can compute it.
    assert_eq!(Scale::named("ISLAMIC"), None);
    assert_eq!(Scale::named(""), None);
}
