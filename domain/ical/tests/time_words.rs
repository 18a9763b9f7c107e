//! Times in words: phrases of each language with their reading, and that whatever is written is read in time that grows with it.

#![allow(clippy::unwrap_used)]

use chrono::{NaiveDate, NaiveDateTime, Weekday};
use kalends_ical::edit::{Pattern, Repeat, RepeatEnd};
use kalends_ical::time_words::{
    Language, MAX_LINE_OCTETS, MAX_TEXT_OCTETS, Part, QuickAdd, Reference, TimeWordsError, When, place_in_text,
    quick_add, times_in_text,
};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Wednesday, the 4th of March 2026, at 9:00.
fn reference() -> Reference {
    let now = NaiveDate::from_ymd_opt(2026, 3, 4).unwrap().and_hms_opt(9, 0, 0).unwrap();
    Reference { now, is_month_first: false }
}

fn weekday(day: Weekday) -> &'static str {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day.num_days_from_monday() as usize]
}

fn time(moment: NaiveDateTime) -> String {
    moment.format("%Y-%m-%d %H:%M").to_string()
}

/// As the files have it.
fn when(when: Option<&When>) -> String {
    match when {
        None => "-".to_owned(),
        Some(When::Days { first, last }) if first == last => first.to_string(),
        Some(When::Days { first, last }) => format!("{first}..{last}"),
        Some(When::Times { start, end, zone }) => {
            let end = match end {
                None => String::new(),
                Some(end) if end.date() == start.date() => format!("-{}", end.format("%H:%M")),
                Some(end) => format!(" - {}", time(*end)),
            };
            let zone = zone.map_or(String::new(), |zone| format!(" {zone}"));
            format!("{}{end}{zone}", time(*start))
        }
    }
}

fn repeat(repeat: &Repeat) -> Option<String> {
    let Repeat::Every { interval, pattern, until } = repeat else { return None };
    let (name, days) = match pattern {
        Pattern::Daily => ("daily", String::new()),
        Pattern::Weekly(days) => {
            ("weekly", format!(" {}", days.iter().map(|day| weekday(*day)).collect::<Vec<_>>().join(",")))
        }
        Pattern::MonthlyByDate => ("monthly", String::new()),
        Pattern::MonthlyByWeekday { nth, weekday: day } => ("monthly", format!(" {nth}{}", weekday(*day))),
        Pattern::Yearly => ("yearly", String::new()),
    };
    let interval = if *interval == 1 { String::new() } else { format!("/{interval}") };
    let until = match until {
        RepeatEnd::Never => String::new(),
        RepeatEnd::On(day) => format!(" until {day}"),
        RepeatEnd::After(count) => format!(" x{count}"),
    };
    Some(format!("{name}{interval}{days}{until}"))
}

/// A line's reading, without what is said of nothing.
fn line(found: &QuickAdd) -> String {
    let mut parts = vec![when(found.when.as_ref())];
    parts.push(if found.title.is_empty() { "-".to_owned() } else { found.title.clone() });
    parts.extend(repeat(&found.repeat));
    parts.extend(found.place.as_ref().map(|place| format!("@{place}")));
    parts.extend(found.calendar.as_ref().map(|calendar| format!("/{calendar}")));
    parts.extend(found.attendees.iter().map(|attendee| format!("<{attendee}>")));
    if parts.len() == 2 && found.title.is_empty() {
        parts.pop();
    }
    parts.join(" | ")
}

/// Reads every phrase of a file, and yields how many there are.
fn read_all(file: &str, language: Language) -> usize {
    let (mut count, mut is_text, mut wrong) = (0, false, String::new());
    for (number, entry) in file.lines().enumerate() {
        match entry.trim() {
            "[line]" => is_text = false,
            "[text]" => is_text = true,
            entry if entry.is_empty() || entry.starts_with('#') => {}
            entry => {
                let (phrase, expected) =
                    entry.split_once(" => ").unwrap_or_else(|| panic!("line {}: no =>", number + 1));
                count += 1;
                let read = match is_text {
                    false => line(&quick_add(phrase, &[language], &reference()).unwrap()),
                    true => {
                        let found = times_in_text(phrase, &[language], &reference()).unwrap();
                        let found: Vec<_> = found.iter().map(|found| when(Some(&found.when))).collect();
                        if found.is_empty() { "-".to_owned() } else { found.join(" ; ") }
                    }
                };
                let read_again = read.trim_end_matches(" | -");
                if read != expected && read_again != expected.trim() {
                    writeln!(wrong, "{}: {phrase}\n   expected {expected}\n   read     {read}", number + 1).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    count
}

/// How many phrases each language has at least.
const MIN_PHRASES: usize = 300;

#[test]
fn english_phrases_are_read() {
    assert!(read_all(include_str!("time_words/english.txt"), Language::English) >= MIN_PHRASES);
}

#[test]
fn french_phrases_are_read() {
    assert!(read_all(include_str!("time_words/french.txt"), Language::French) >= MIN_PHRASES);
}

#[test]
fn german_phrases_are_read() {
    assert!(read_all(include_str!("time_words/german.txt"), Language::German) >= MIN_PHRASES);
}

#[test]
fn a_line_is_read_in_the_first_language_in_which_it_names_a_time() {
    let read = |text: &str, languages: &[Language]| quick_add(text, languages, &reference()).unwrap();
    let mixed = read("mardi 14h réunion", &[Language::English, Language::French]);
    assert_eq!((mixed.language, mixed.title.as_str()), (Language::French, "réunion"));
    assert_eq!(read("Tuesday 2pm", &[Language::German, Language::English]).language, Language::English);
    assert_eq!(read("Nothing at all", &[Language::German, Language::English]).language, Language::German);
    assert_eq!(read("tomorrow", &[]).language, Language::English);
}

#[test]
fn what_was_understood_is_said_with_where_it_stands() {
    let text = "Déjeuner avec anna@example.org mardi à 12h30 à la salle 3 /équipe chaque semaine";
    let found = quick_add(text, &[Language::French], &reference()).unwrap();
    let parts: Vec<_> = found.understood.iter().map(|part| (part.part, &text[part.span.clone()])).collect();
    let expected = [
        (Part::Attendee, "anna@example.org"),
        (Part::Time, "mardi à 12h30"),
        (Part::Place, "à la salle 3"),
        (Part::Calendar, "/équipe"),
        (Part::Repetition, "chaque semaine"),
    ];
    assert_eq!(parts, expected);
    assert_eq!(found.title, "Déjeuner");
}

#[test]
fn the_order_of_day_and_month_can_be_that_of_america() {
    let american = Reference { is_month_first: true, ..reference() };
    let read = |text: &str, language| when(quick_add(text, &[language], &american).unwrap().when.as_ref());
    assert_eq!(read("5/6", Language::English), "2026-05-06");
    assert_eq!(read("25/12", Language::English), "2026-12-25");
    assert_eq!(read("5/6", Language::French), "2026-06-05");
}

#[test]
fn what_is_too_long_is_refused() {
    let (line, text) = ("a".repeat(MAX_LINE_OCTETS + 1), "a".repeat(MAX_TEXT_OCTETS + 1));
    let too_long = |max_octets| TimeWordsError::TooLong { max_octets };
    assert_eq!(quick_add(&line, &Language::ALL, &reference()).unwrap_err(), too_long(MAX_LINE_OCTETS));
    assert_eq!(times_in_text(&text, &Language::ALL, &reference()).unwrap_err(), too_long(MAX_TEXT_OCTETS));
    assert_eq!(place_in_text(&text).unwrap_err(), too_long(MAX_TEXT_OCTETS));
    assert!(quick_add(&line[1..], &Language::ALL, &reference()).is_ok());
}

#[test]
fn a_place_is_what_a_line_calls_one() {
    let place = |text: &str| place_in_text(text).unwrap().map(str::to_owned);
    assert_eq!(place("Hello\nWhere: Room 3\n").as_deref(), Some("Room 3"));
    assert_eq!(place("Bonjour,\n * Lieu : salle des fêtes\n").as_deref(), Some("salle des fêtes"));
    assert_eq!(place("Ort: Rathaus, Saal 2").as_deref(), Some("Rathaus, Saal 2"));
    assert_eq!(place("Wo:\nWir treffen uns"), None);
    assert_eq!(place("The place: it is"), None);
}

#[test]
fn a_text_in_two_languages_names_times_in_both() {
    let text =
        "Liebe Anna, passt dir der 12. März um 14 Uhr? Sonst nächste Woche.\n\nShall we say on April 2 at 3pm instead?";
    let found = times_in_text(text, &Language::ALL, &reference()).unwrap();
    let found: Vec<_> = found.iter().map(|found| (when(Some(&found.when)), &text[found.span.clone()])).collect();
    assert_eq!(found[0].0, "2026-03-12 14:00");
    assert!(found.iter().any(|(when, _)| when == "2026-04-02 15:00"), "{found:?}");
}

/// Pieces of phrases in any order, which meet more of the rules than letters at random.
fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "every",
        "until",
        "2pm",
        "halb",
        "drei",
        "moins",
        "le quart",
        "next",
        "Friday",
        "3-5",
        "March",
        "31",
        "30",
        "February",
        "à",
        "14h",
        "bis",
        "Uhr",
        ":",
        "-",
        ".",
        "/",
        "(",
        ")",
        ",",
        "@",
        "jeden zweiten",
        "Dienstag",
        "chaque",
        "dernier",
        "vendredi",
        "99999999999",
        "2026-03-05",
        "T",
        "10:00",
        "UTC",
        "+",
        "14",
        "in",
        "1000",
        "weeks",
        "years",
        "for",
        "an hour",
        "ann@example.org",
        "/team",
        "24",
        "12am",
        "Mitternacht",
        "\n",
        ">",
        "\u{301}",
        "ß",
        "١٢",
        "9999",
        "29.2.",
        "von",
        "from",
        "to",
        "9",
        "pm",
        "sept",
    ];
    prop::collection::vec((prop::sample::select(words.to_vec()), prop::bool::ANY), 0..40).prop_map(|words| {
        let mut text = String::new();
        for (word, is_spaced) in words {
            text.push_str(word);
            text.push_str(if is_spaced { " " } else { "" });
        }
        text
    })
}

/// What holds for every reading of a line and a text.
fn holds(text: &str, reference: &Reference) {
    for language in Language::ALL {
        let found = quick_add(text, &[language], reference).unwrap();
        let mut end = 0;
        for part in &found.understood {
            assert!(part.span.start >= end && part.span.start < part.span.end, "{text:?}: {:?}", found.understood);
            assert!(text.get(part.span.clone()).is_some());
            end = part.span.end;
        }
        if let Some(When::Times { start, end: Some(end), .. }) = found.when {
            assert!(start < end);
        }
        if let Some(When::Days { first, last }) = found.when {
            assert!(first <= last);
        }
        assert!(found.when.is_some() || found.repeat == Repeat::Never);
    }
    let found = times_in_text(text, &Language::ALL, reference).unwrap();
    for found in &found {
        assert!(text.get(found.span.clone()).is_some_and(|span| !span.is_empty()));
    }
    assert!(found.windows(2).all(|two| two[0].score >= two[1].score));
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>(), days in 0i64..3_000_000) {
        let now = NaiveDate::from_ymd_opt(1, 1, 1).unwrap() + chrono::TimeDelta::days(days);
        holds(&text, &Reference { now: now.and_hms_opt(23, 59, 59).unwrap(), is_month_first: days % 2 == 0 });
    }

    #[test]
    fn pieces_of_phrases_are_read_in_any_order(text in pieces()) {
        holds(&text, &reference());
    }
}

#[test]
fn a_text_at_the_ends_of_time_is_read() {
    for now in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
        for text in [
            "tomorrow 25:00 in 1000 years",
            "every last Friday until June",
            "29 February",
            "next week",
            "in 1000 minutes",
            "12/25",
        ] {
            holds(text, &Reference { now, is_month_first: false });
        }
    }
}

#[test]
fn a_text_is_read_in_time_that_grows_with_it() {
    let took = |text: &str| {
        let begun = Instant::now();
        times_in_text(text, &Language::ALL, &reference()).unwrap();
        begun.elapsed().max(Duration::from_millis(1))
    };
    for piece in ["Monday to ", "10:00-", "a", "3.", "on the ", "(", "every ", "in 2 ", "\n", "le 3 mars et ", "ä@"] {
        let short = took(&piece.repeat(MAX_TEXT_OCTETS / 8 / piece.len()));
        let long = took(&piece.repeat(MAX_TEXT_OCTETS / piece.len()));
        // Eight times the text; there is room for a machine that has other things to do.
        assert!(long < short * 40 + Duration::from_millis(500), "{piece:?}: {short:?}, then {long:?}");
    }
}
