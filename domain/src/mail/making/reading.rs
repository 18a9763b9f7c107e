//! What a message says of an event: what it is called, when and where it is.

use super::{MAX_CONFERENCE, MAX_TIMES, MailTime, is_web_address};
use crate::mail::answers::bare;
use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use kalends_ical::edit::Timing;
use kalends_ical::time_words::{Language, MAX_TEXT_OCTETS, Reference, When, place_in_text, times_in_text};
use std::ops::Range;

/// Longest title, in characters.
const MAX_TITLE: usize = 255;
/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 2_000;
/// How much of a subject is looked at for times, in octets.
const MAX_SUBJECT_OCTETS: usize = 1_000;
/// Longest passage that is shown of where a time stands, in octets; and how much before the time of a longer line.
const MAX_QUOTE_OCTETS: usize = 160;
const BEFORE_OCTETS: usize = 50;
/// What is less certain is not offered: “next week”, or a number that may be anything.
const MIN_SCORE: u8 = 15;
/// How much of the HTML is looked through for where people meet, in octets.
const MAX_HTML_OCTETS: usize = 512 * 1024;

/// At most so many octets from the beginning.
fn beginning(text: &str, octets: usize) -> &str {
    &text[..text.floor_char_boundary(octets.min(text.len()))]
}

/// White space as one space each, and nothing that is not seen.
fn on_one_line(text: &str) -> String {
    let seen = text.replace(|c: char| c.is_control(), " ");
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The subject without the marks of answers.
pub(super) fn title(subject: &str) -> String {
    bare(&on_one_line(beginning(subject, MAX_TITLE * 8))).chars().take(MAX_TITLE).collect()
}

/// How the text begins: what its writer says, without what they answer to.
pub(super) fn description(text: &str) -> Option<String> {
    let text = beginning(text, MAX_DESCRIPTION * 8).replace("\r\n", "\n");
    let kept = |text: &str| -> String {
        text.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "").trim().to_owned()
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_of_others = |at: usize| lines[at].starts_with('>') || is_attribution(lines[at]);
    let end = (0..lines.len()).find(|at| is_of_others(*at)).unwrap_or(lines.len());
    let own = kept(&lines[..end].concat());
    let said = if own.is_empty() { kept(&text) } else { own };
    if said.is_empty() {
        return None;
    }
    if said.chars().count() <= MAX_DESCRIPTION {
        return Some(said);
    }
    let cut: String = said.chars().take(MAX_DESCRIPTION - 1).collect();
    // Between words, where there are some.
    let whole = cut.rfind(char::is_whitespace).filter(|at| *at > cut.len() / 2).map_or(cut.as_str(), |at| &cut[..at]);
    Some(format!("{}…", whole.trim_end()))
}

/// What a line says before its colon, in small letters.
fn label(line: &str) -> Option<String> {
    let (label, _) = line.trim_start_matches(['>', '*', ' ', '\t']).split_once(':')?;
    let label = label.trim_matches(|c: char| c.is_whitespace() || c == '*');
    (label.len() <= 12).then(|| label.to_lowercase())
}

/// “On … Ada wrote:”, « Le … Ada a écrit : », „Am … schrieb Ada:“
fn is_attribution(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let Some(said) = line.strip_suffix(':').map(str::trim_end) else { return false };
    said.ends_with("wrote") || said.ends_with("a écrit") || said.contains("schrieb")
}

/// The text with spaces for the times at which other messages were sent that it quotes.
fn without_times_of_others(text: &str) -> String {
    const DATES: [&str; 6] = ["date", "sent", "datum", "gesendet", "envoyé", "envoyé le"];
    const HEADS: [&str; 12] =
        ["from", "to", "cc", "subject", "de", "à", "objet", "von", "an", "betreff", "reply-to", "répondre à"];
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let labels: Vec<Option<String>> = lines.iter().map(|line| label(line)).collect();
    let is_one_of = |at: usize, names: &[&str]| labels[at].as_deref().is_some_and(|label| names.contains(&label));
    let mut is_left_out = vec![false; lines.len()];
    for at in 0..lines.len() {
        let mut near = at.saturating_sub(2)..lines.len().min(at + 3);
        if is_one_of(at, &DATES) && near.any(|at| is_one_of(at, &HEADS)) {
            is_left_out[at] = true;
        }
        if is_attribution(lines[at]) {
            is_left_out[at] = true;
            // Programs break it into two lines.
            let begins =
                ["on ", "le ", "am "].iter().any(|begin| lines[at].trim_start().to_lowercase().starts_with(begin));
            if !begins && at > 0 {
                is_left_out[at - 1] = true;
            }
        }
    }
    let line = |(line, left_out): (&&str, &bool)| match (left_out, line.strip_suffix('\n')) {
        (false, _) => (*line).to_owned(),
        (true, Some(said)) => " ".repeat(said.len()) + "\n",
        (true, None) => " ".repeat(line.len()),
    };
    lines.iter().zip(&is_left_out).map(line).collect()
}

/// The times that subject and text name, the most certain first. What was over when the message was written is none.
pub(super) fn times(subject: &str, text: &str, reference: &Reference, zone: Tz) -> Vec<MailTime> {
    let mut all = format!("{}\n\n", beginning(subject, MAX_SUBJECT_OCTETS).replace(['\r', '\n'], " "));
    all.push_str(beginning(text, MAX_TEXT_OCTETS - all.len()));
    let read = without_times_of_others(&all);
    let found = times_in_text(&read, &Language::ALL, reference).unwrap_or_default();
    let now_in = |named: Option<Tz>| match (named, reference.now.and_local_timezone(zone).earliest()) {
        (Some(named), Some(now)) => now.with_timezone(&named).naive_local(),
        _ => reference.now,
    };
    let is_over = |when: &When| match when {
        When::Days { last, .. } => *last < reference.now.date(),
        When::Times { start, end, zone: named } => end.unwrap_or(*start) < now_in(*named),
    };
    let found = found.into_iter().filter(|time| time.score >= MIN_SCORE && !is_over(&time.when));
    found
        .take(MAX_TIMES)
        .map(|time| MailTime { timing: timing(time.when, zone), quote: quote(&all, &time.span) })
        .collect()
}

fn timing(when: When, zone: Tz) -> Timing {
    let later = |start: NaiveDateTime| start.checked_add_signed(TimeDelta::hours(1)).unwrap_or(start);
    match when {
        When::Days { first, last } => Timing::AllDay { first, last },
        When::Times { start, end, zone: named } => {
            Timing::Timed { start, end: end.unwrap_or_else(|| later(start)), zone: Some(named.unwrap_or(zone)) }
        }
    }
}

/// The line that a time stands in; of a long one what is around it.
fn quote(text: &str, span: &Range<usize>) -> String {
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |at| span.end + at);
    if end - start <= MAX_QUOTE_OCTETS {
        return on_one_line(&text[start..end]);
    }
    let from = text.floor_char_boundary(span.start.saturating_sub(BEFORE_OCTETS)).max(start);
    let to =
        text.floor_char_boundary((from + MAX_QUOTE_OCTETS).max(span.end.min(from + 2 * MAX_QUOTE_OCTETS))).min(end);
    let mark = |is_cut: bool| if is_cut { "…" } else { "" };
    format!("{}{}{}", mark(from > start), on_one_line(&text[from..to]), mark(to < end))
}

/// The place that a line names, and where people meet by video.
pub(super) fn places(text: &str, html: Option<&str>) -> (Option<String>, Option<String>) {
    let text = beginning(text, MAX_TEXT_OCTETS);
    let place = place_in_text(text).ok().flatten().map(on_one_line).filter(|place| !place.is_empty());
    let by_html = || {
        let html = beginning(html?, MAX_HTML_OCTETS).replace("&amp;", "&");
        meeting(&html)
    };
    let found = meeting(text).or_else(by_html);
    match place {
        // „Ort: https://…“ is where people meet, whoever offers it.
        Some(place) if place.starts_with("https://") || place.starts_with("http://") => {
            let named = place.split_whitespace().next().filter(|url| is_web_address(url)).map(str::to_owned);
            (None, found.or(named))
        }
        place => (place, found),
    }
}

/// The first address in a text at which people meet by video.
fn meeting(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find("https://") {
        // No longer one is taken; of many in one word each would be looked through to the end of the text.
        let from = beginning(&rest[at..], MAX_CONFERENCE + 1);
        rest = &rest[at + "https://".len()..];
        let host = rest.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '.').next().unwrap_or_default();
        if !host.contains('.') {
            continue;
        }
        let end = from.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'()[]{}|\\^`".contains(c));
        let url = from[..end.unwrap_or(from.len())].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        if is_web_address(url) && is_meeting(url) {
            return Some(url.to_owned());
        }
    }
    None
}

/// Services by their hosts, with what a path of a meeting has.
const SERVICES: [(&str, &str); 19] = [
    ("zoom.us", "/j/"),
    ("zoom.us", "/my/"),
    ("zoom.com", "/j/"),
    ("teams.microsoft.com", "meet"),
    ("teams.live.com", "meet"),
    ("meet.google.com", "-"),
    ("webex.com", "/"),
    ("whereby.com", "/"),
    ("meet.jit.si", "/"),
    ("8x8.vc", "/"),
    ("kmeet.infomaniak.com", "/"),
    ("gotomeeting.com", "/join"),
    ("gotomeet.me", "/"),
    ("gotomeet.com", "/"),
    ("bluejeans.com", "/"),
    ("join.skype.com", "/"),
    ("call.element.io", "/"),
    ("visio.numerique.gouv.fr", "/"),
    ("webconf.numerique.gouv.fr", "/"),
];
/// How hosts of one's own begin.
const OWN_HOSTS: [&str; 7] = ["meet.", "jitsi.", "bbb.", "bigbluebutton.", "visio.", "webconf.", "visioconf."];

fn is_meeting(url: &str) -> bool {
    let rest = url.trim_start_matches("https://");
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.to_ascii_lowercase();
    if path.len() < 2 || host.contains('@') {
        return false;
    }
    let is_at = |name: &str| host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    if SERVICES.iter().any(|(name, _)| is_at(name)) {
        return SERVICES.iter().any(|(name, has)| is_at(name) && path.contains(has));
    }
    OWN_HOSTS.iter().any(|begin| host.starts_with(begin))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::NaiveDate;

    /// Wednesday, the 4th of March 2026, at 9:00.
    fn reference() -> Reference {
        Reference {
            now: NaiveDate::from_ymd_opt(2026, 3, 4).unwrap().and_hms_opt(9, 0, 0).unwrap(),
            is_month_first: false,
        }
    }

    fn read(subject: &str, text: &str) -> Vec<(String, String)> {
        let written = |timing: Timing| match timing {
            Timing::AllDay { first, last } => format!("{first}..{last}"),
            Timing::Timed { start, end, zone } => {
                format!("{}-{} {}", start.format("%F %H:%M"), end.format("%F %H:%M"), zone.unwrap().name())
            }
        };
        let times = times(subject, text, &reference(), Tz::Europe__Zurich);
        times.into_iter().map(|time| (written(time.timing), time.quote)).collect()
    }

    #[test]
    fn a_title_is_the_subject_without_marks_and_without_what_nobody_sees() {
        for (subject, expected) in [
            ("Re: AW: Fwd: Budget", "Budget"),
            ("RE :  TR : Réunion", "Réunion"),
            ("Re[2]: WG: Sitzung", "Sitzung"),
            ("Budget: the \u{0}second\r\n\tround", "Budget: the second round"),
            ("re:", ""),
        ] {
            assert_eq!(title(subject), expected, "{subject:?}");
        }
        assert_eq!(title(&"é".repeat(5_000)).chars().count(), MAX_TITLE);
    }

    #[test]
    fn times_at_which_quoted_mail_was_sent_are_none() {
        let text = "Let us meet on Friday at 10:00.\n\nOn Wed, 4 Mar 2026 at 11:30, Ada <ada@x>\nwrote:\n> Tomorrow at 8?\n\n\
            From: Ben\nSent: Thursday, 5 March 2026 14:00\nTo: Ada\n";
        let found = read("Meeting", text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            found[0],
            ("2026-03-06 10:00-2026-03-06 11:00 Europe/Zurich".into(), "Let us meet on Friday at 10:00.".into())
        );
        // A label of an announcement is none of a header.
        assert_eq!(read("x", "Date: 12 March 2026\nWhere: Room 3\n")[0].0, "2026-03-12..2026-03-12");
        for line in ["Le mer. 4 mars 2026 à 11:30, Ada a écrit :", "Am Mi., 4. März 2026 um 11:30 schrieb Ada <a@x>:"]
        {
            assert!(read("x", line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_time_in_the_subject_counts_and_a_long_line_is_cut_around_it() {
        let found = read("Lunch on 12 March at 12:30", "See you there.");
        assert_eq!(found[0].0, "2026-03-12 12:30-2026-03-12 13:30 Europe/Zurich");
        let found = read("x", &format!("{}on 12 March at 12:30{}", "words é ".repeat(100), " more é".repeat(100)));
        let quote = &found[0].1;
        assert!(quote.starts_with('…') && quote.ends_with('…') && quote.contains("12 March at 12:30"), "{quote}");
        assert!(quote.len() < 200, "{quote}");
    }

    #[test]
    fn where_people_meet_is_a_place_or_an_address() {
        let zoom = "https://example.zoom.us/j/123?pwd=a.b&x=1";
        for (text, place, conference) in [
            ("Where: Room 3\n", Some("Room 3"), None),
            ("Lieu : salle 12", Some("salle 12"), None),
            ("Join us (https://example.zoom.us/j/123?pwd=a.b&x=1).", None, Some(zoom)),
            ("Ort: https://video.example.org/room", None, Some("https://video.example.org/room")),
            ("https://zoom.us/download https://evilzoom.us/j/1 https://a@meet.example.org/x", None, None),
            ("https://meet.example.org/choir", None, Some("https://meet.example.org/choir")),
        ] {
            assert_eq!(places(text, None), (place.map(str::to_owned), conference.map(str::to_owned)), "{text}");
        }
        let html = "<a href=\"https://example.zoom.us/j/123?pwd=a.b&amp;x=1\">Join</a>";
        assert_eq!(places("Join", Some(html)).1.as_deref(), Some(zoom));
    }

    #[test]
    fn many_addresses_in_one_word_are_read_in_no_time() {
        let text = "https://".repeat(MAX_HTML_OCTETS / 8);
        let began = std::time::Instant::now();
        assert_eq!(places(&text, Some(&text)), (None, None));
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
        let last = format!("{}https://x.zoom.us/j/1 and so on", "https://".repeat(1_000));
        assert_eq!(places(&last, None).1.as_deref(), Some("https://x.zoom.us/j/1"));
    }

    #[test]
    fn a_description_is_how_the_text_begins() {
        assert_eq!(description("Hello\r\nyou\u{7}\n\nOn Monday Ada wrote:\n> x"), Some("Hello\nyou".into()));
        assert_eq!(description("> only a quote\n"), Some("> only a quote".into()));
        assert_eq!(description(" \n\u{0}"), None);
        let long = description(&"words and words ".repeat(10_000)).unwrap();
        assert!(long.chars().count() <= MAX_DESCRIPTION && long.ends_with('…'), "{}", long.len());
        assert!(description(&"é".repeat(100_000)).unwrap().chars().count() <= MAX_DESCRIPTION);
    }
}
