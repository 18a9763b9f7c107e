//! What mail about meetings says, in the language that whoever gets it is known to read, else of whoever sends it.

use crate::agenda::format::title_or_none;
use crate::event::details::when_words;
use crate::event::rule_words::rule_in_words;
use crate::event::seen::when;
use crate::letters::in_language_of;
use crate::locale;
use crate::notation::Format;
use crate::session::Site;
use crate::ui::Markup;
use crate::words;
use chrono::NaiveDate;
use chrono_tz::Tz;
use kalends_domain::scheduling::{InstanceChange, MeetingFacts, MeetingLetter, MeetingWords, MeetingWriter};
use kalends_ical::edit::{EventDraft, Timing};
use kalends_ical::itip::Method;
use kalends_ical::value::Moment;

/// The words of an installation that people reach at `site`.
pub struct MeetingTexts(pub Site);

/// How dates and times are written in a letter.
pub(crate) struct Notation {
    pub format: Format,
    pub zone: Tz,
}

impl Notation {
    pub fn of(locale: Option<&str>, zone: Tz) -> Self {
        let locale = locale.unwrap_or("en-GB");
        let format = Format { hour12: locale::hour12(locale), month_first: locale::month_first(locale) };
        Notation { format, zone }
    }

    /// In the event's own zone, which is named: nobody knows in which one it is read. With the year, as mail is kept.
    pub fn when(&self, timing: Timing) -> String {
        let zone = match timing {
            Timing::Timed { zone: Some(zone), .. } if zone != Tz::UTC => zone,
            _ => self.zone,
        };
        let text = when_words(when(timing, zone).0, self.format, NaiveDate::MIN);
        match timing {
            Timing::Timed { zone: Some(_), .. } => words::server_imip_in_zone(&text, zone.name()),
            _ => text,
        }
    }

    /// When an instance of a series would have been, by which it is known.
    fn instance(&self, at: &Moment) -> String {
        let timed = |at, zone| Timing::Timed { start: at, end: at, zone };
        self.when(match at {
            Moment::Date(day) => Timing::AllDay { first: *day, last: *day },
            Moment::Floating(local) => timed(*local, None),
            Moment::Utc(at) => timed(*at, Some(Tz::UTC)),
            Moment::Zoned { local, tzid } => timed(*local, tzid.parse().ok()),
        })
    }

    fn start(&self, facts: &MeetingFacts) -> String {
        facts.draft.as_ref().map(|draft| self.when(draft.timing)).unwrap_or_default()
    }
}

/// A field with what it says, and what it said before where that is otherwise.
struct Line {
    name: &'static str,
    value: String,
    before: Option<String>,
}

pub(crate) fn fields(facts: &MeetingFacts, notation: &Notation) -> Vec<(&'static str, String)> {
    let draft = facts.draft.as_ref();
    let text = |text: fn(&EventDraft) -> Option<&String>| draft.and_then(text).map(|text| text.trim().to_owned());
    // Of one instance it does not matter how the series goes on.
    let repeats = draft.filter(|_| facts.instance.is_none()).map(|draft| rule_in_words(&draft.repeat, notation.format));
    vec![
        (words::server_imip_title(), title_or_none(&facts.title).to_owned()),
        (words::server_imip_when(), notation.start(facts)),
        (words::server_imip_repeats(), repeats.flatten().unwrap_or_default()),
        (words::server_imip_where(), text(|draft| draft.location.as_ref()).unwrap_or_default()),
        (words::server_imip_description(), text(|draft| draft.description.as_ref()).unwrap_or_default()),
    ]
}

fn lines(letter: &MeetingLetter, notation: &Notation) -> Vec<Line> {
    let before = letter.before.as_ref().map(|before| fields(before, notation));
    let fields = fields(&letter.event, notation).into_iter().enumerate().map(|(place, (name, value))| {
        let before = before.as_ref().map(|before| before[place].1.clone()).filter(|before| *before != value);
        Line { name, value, before }
    });
    let mut lines: Vec<Line> = fields.filter(|line| !line.value.is_empty() || line.before.is_some()).collect();
    let comment = letter.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
    lines.extend(comment.map(|comment| Line {
        name: words::server_imip_word(),
        value: comment.to_owned(),
        before: None,
    }));
    lines
}

/// What became of single instances of a series.
fn moved(changes: &[InstanceChange], notation: &Notation) -> Vec<String> {
    let place = |location: &Option<String>| location.as_deref().map(str::trim).unwrap_or_default().to_owned();
    let line = |InstanceChange { was, is }: &InstanceChange| {
        let before = notation.when(was.timing);
        let Some(is) = is else { return words::server_imip_instance_gone(&before) };
        let (old_place, new_place) = (place(&was.location), place(&is.location));
        match (is.timing != was.timing, old_place != new_place && !new_place.is_empty()) {
            (true, true) => words::server_imip_instance_moved_to(&before, &notation.when(is.timing), &new_place),
            (true, false) => words::server_imip_instance_moved(&before, &notation.when(is.timing)),
            (false, true) => words::server_imip_instance_place(&before, &new_place),
            (false, false) => words::server_imip_instance_no_place(&before),
        }
    };
    changes.iter().map(line).collect()
}

/// A title as it stands in a subject: a line that is not too long.
fn short(title: &str) -> String {
    const MAX: usize = 100;
    let line: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX { line } else { line.chars().take(MAX - 1).chain(['…']).collect() }
}

/// Subject, and what has happened.
fn headed(letter: &MeetingLetter, lines: &[Line], sender: &str, notation: &Notation) -> (String, String) {
    let (title, when) = (short(title_or_none(&letter.event.title)), notation.start(&letter.event));
    let answered = |answer: &str| match answer {
        "ACCEPTED" => (words::server_imip_accepted_subject(&title), words::server_imip_accepted(sender)),
        "TENTATIVE" => (words::server_imip_tentative_subject(&title), words::server_imip_tentative(sender)),
        "DECLINED" => (words::server_imip_declined_subject(&title), words::server_imip_declined(sender)),
        "DELEGATED" => (words::server_imip_delegated_subject(&title), words::server_imip_delegated(sender)),
        _ => (words::server_imip_answer_subject(&title), words::server_imip_answer(sender)),
    };
    match letter.method {
        Method::Reply => answered(letter.answer.as_deref().unwrap_or_default()),
        Method::Cancel => {
            (words::server_imip_cancellation_subject(&title, &when), words::server_imip_cancellation(sender))
        }
        Method::Counter => (words::server_imip_counter_subject(&title), words::server_imip_counter(sender)),
        Method::DeclineCounter => {
            (words::server_imip_decline_counter_subject(&title), words::server_imip_decline_counter(sender))
        }
        Method::Refresh => (words::server_imip_refresh_subject(&title), words::server_imip_refresh(sender)),
        Method::Request | Method::Publish | Method::Add if letter.before.is_some() => {
            let has_marked = lines.iter().any(|line| line.before.is_some());
            let what = match has_marked {
                true => words::server_imip_update(sender),
                false => words::server_imip_update_other(sender),
            };
            (words::server_imip_update_subject(&title, &when), what)
        }
        Method::Request | Method::Publish | Method::Add => {
            (words::server_imip_invitation_subject(&title, &when), words::server_imip_invitation(sender))
        }
    }
}

impl Line {
    /// What is otherwise about it.
    fn news(&self) -> Option<String> {
        let before = self.before.as_deref()?;
        Some(match before {
            "" => words::server_imip_new().to_owned(),
            before => words::server_imip_before(before),
        })
    }

    fn text(&self) -> String {
        let value = self.value.replace('\n', "\n  ");
        let gap = if value.contains('\n') { "\n  " } else { " " };
        let news = self.news().map(|news| format!("\n  * {}", news.replace('\n', "\n    "))).unwrap_or_default();
        format!("{}:{gap}{value}{news}", self.name)
    }
}

const TABLE: &str = "<table cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse;margin:0 0 16px\">";
const BUTTON: &str = " style=\"display:inline-block;margin:0 8px 8px 0;padding:8px 16px;border:1px solid #888;border-radius:8px;text-decoration:none\">";
const NAME: &str =
    "<tr><th scope=\"row\" align=\"left\" valign=\"top\" style=\"padding:4px 16px 4px 0;font-weight:600\">";
const VALUE: &str = "</th><td valign=\"top\" style=\"padding:4px 0;white-space:pre-line\" dir=\"auto\">";

/// Where each answer is given, with what it is called.
fn answers(site: &Site, token: &str) -> Vec<(&'static str, String)> {
    let named = [
        ("yes", words::server_answer_yes()),
        ("maybe", words::server_answer_maybe()),
        ("no", words::server_answer_no()),
        ("other", words::server_answer_other()),
    ];
    named.into_iter().map(|(say, name)| (name, format!("{}/answer/{token}?say={say}", site.public_url))).collect()
}

/// The letter as HTML that loads nothing and does nothing.
fn html(head: &str, lines: &[Line], moved: &[String], answers: &[(&'static str, String)], notes: &[String]) -> String {
    let mut html = Markup::default();
    html.raw("<!DOCTYPE html><html").attribute("lang", words::language()).raw("><head><meta charset=\"utf-8\">");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">");
    html.raw("</head><body style=\"font-family:system-ui,sans-serif;font-size:15px;line-height:1.5\">");
    html.raw("<p dir=\"auto\">").text(head).raw("</p>").raw(TABLE);
    for line in lines {
        html.raw(NAME).text(line.name).raw(VALUE);
        match line.news() {
            Some(news) => {
                html.raw("<strong>").text(&line.value).raw("</strong><br><small>").text(&news).raw("</small>");
            }
            None => {
                html.text(&line.value);
            }
        }
        html.raw("</td></tr>");
    }
    html.raw("</table>");
    if !moved.is_empty() {
        html.raw("<ul>");
        for line in moved {
            html.raw("<li dir=\"auto\"><strong>").text(line).raw("</strong></li>");
        }
        html.raw("</ul>");
    }
    if !answers.is_empty() {
        html.raw("<p>");
        for (name, link) in answers {
            html.raw("<a").attribute("href", link).raw(BUTTON).text(name).raw("</a> ");
        }
        html.raw("</p>");
    }
    for note in notes {
        html.raw("<p style=\"font-size:13px\" dir=\"auto\">").text(note).raw("</p>");
    }
    html.raw("</body></html>");
    html.finish()
}

impl MeetingWriter for MeetingTexts {
    fn letter(&self, letter: &MeetingLetter) -> MeetingWords {
        in_language_of(letter.locale.as_deref(), || {
            let notation = Notation::of(letter.locale.as_deref(), letter.zone);
            let address = letter.from.address.as_str();
            let sender = if letter.from.name.is_empty() { address } else { letter.from.name.as_str() };
            let lines = lines(letter, &notation);
            let (subject, head) = headed(letter, &lines, sender, &notation);
            let host = self.0.authority();
            let is_one = letter.event.instance.as_ref();
            let is_one = is_one.map(|at| words::server_imip_instance(&notation.instance(at)));
            let moved = moved(&letter.moved, &notation);
            let foot = letter.via.is_some().then(|| words::server_imip_foot(host, sender, address));
            let answers = letter.answer_token.as_deref().map(|token| answers(&self.0, token)).unwrap_or_default();
            let asks = (!answers.is_empty()).then(|| words::server_answer_mail_foot().to_owned());
            let notes: Vec<String> = is_one.into_iter().chain(asks).chain(foot).collect();
            let body = lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
            let links: String = answers.iter().map(|(name, link)| format!("{name}: {link}\n")).collect();
            let links = if links.is_empty() { links } else { format!("{}\n{links}\n", words::server_answer_mail()) };
            let instances: String = moved.iter().map(|line| format!("* {line}\n")).collect();
            let instances = if instances.is_empty() { instances } else { format!("{instances}\n") };
            let text = format!("{head}\n\n{body}\n\n{instances}{links}{}\n", notes.join("\n\n"));
            let from = match letter.via {
                Some(_) => words::server_imip_from(sender, host),
                None => letter.from.name.clone(),
            };
            MeetingWords { from, subject, html: html(&head, &lines, &moved, &answers, &notes), text }
        })
    }
}
