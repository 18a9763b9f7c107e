//! What holds for every edit of every series.

#![allow(clippy::unwrap_used)]

use super::tests::{all, date, edit, edited, event, local, move_by, now, opened, parse, shown};
use super::*;
use crate::time::Zone;
use chrono::{Datelike, NaiveDateTime, TimeDelta};
use proptest::prelude::*;
use proptest::sample::Index;

/// A series with exceptions, and one of its instances.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) text: String,
    /// RECURRENCE-ID of the instance, as [`shown`] says it.
    id: String,
    form: Moment,
}

impl Sample {
    fn id(&self) -> Moment {
        match &self.form {
            Moment::Date(_) => Moment::Date(date(&self.id)),
            form => form.at(local(self.id.trim_end_matches('Z'))),
        }
    }

    fn is_override(&self) -> bool {
        self.text.lines().any(|line| line.starts_with("RECURRENCE-ID") && line.ends_with(&format!(":{}", self.id)))
    }
}

fn line(name: &str, moment: &Moment) -> String {
    match moment {
        Moment::Date(_) => format!("{name};VALUE=DATE:{}", moment.value()),
        Moment::Zoned { tzid, .. } => format!("{name};TZID={tzid}:{}", moment.value()),
        _ => format!("{name}:{}", moment.value()),
    }
}

fn forms() -> impl Strategy<Value = Moment> {
    (0..5_usize, 0..700_i64, 0..96_i64).prop_map(|(form, day, quarter)| {
        let local = local("20250101T000000") + TimeDelta::days(day) + TimeDelta::minutes(quarter * 15);
        match form {
            0 => Moment::Date(local.date()),
            1 => Moment::Floating(local),
            2 => Moment::Utc(local),
            3 => Moment::Zoned { local, tzid: "Europe/Berlin".into() },
            _ => Moment::Zoned { local, tzid: "America/New_York".into() },
        }
    })
}

/// A rule that yields its start, without an end.
fn rule(start: NaiveDate, kind: usize, interval: u32) -> String {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let own = start.weekday().num_days_from_monday() as usize;
    let rule = match kind {
        0 => "FREQ=DAILY".to_owned(),
        1 => "FREQ=WEEKLY".to_owned(),
        2 => format!("FREQ=WEEKLY;BYDAY={},{}", names[own], names[(own + 3) % 7]),
        3 => "FREQ=MONTHLY".to_owned(),
        4 => format!("FREQ=MONTHLY;BYDAY={}{}", (start.day() - 1) / 7 + 1, names[own]),
        5 => format!("FREQ=MONTHLY;BYMONTHDAY={},-1", start.day()),
        _ => "FREQ=YEARLY".to_owned(),
    };
    if interval == 1 { rule } else { format!("{rule};INTERVAL={interval}") }
}

prop_compose! {
    pub(crate) fn samples(kinds: std::ops::Range<usize>)(
        form in forms(),
        kind in kinds,
        interval in 1..4_u32,
        end in 0..4_u32,
        bound in 1..20_i64,
        length in (0..3_usize, 1..200_i64),
        exceptions in prop::collection::vec((any::<Index>(), -5000..5000_i64, 0..3_usize), 0..5),
        chosen in any::<Index>(),
    ) -> Sample {
        let rule = rule(form.local().date(), kind, interval);
        let bound = match end {
            0 => format!(";COUNT={bound}"),
            1 => {
                let until = form.at(form.local() + TimeDelta::days(bound * 20));
                let until = match &until { Moment::Zoned { local, .. } => Moment::Utc(*local), until => until.clone() };
                format!(";UNTIL={}", until.value())
            }
            _ => String::new(),
        };
        let after = |start: &Moment| start.at(start.local() + match start {
            Moment::Date(_) => TimeDelta::days(length.1 % 5 + 1),
            _ => TimeDelta::minutes(length.1 * 15),
        });
        let lasts = |start: &Moment| match (length.0, start) {
            (0, _) => String::new(),
            (1, Moment::Date(_)) => format!("DURATION:P{}D\n", length.1 % 5 + 1),
            (1, _) => format!("DURATION:PT{}M\n", length.1 * 15),
            _ => line("DTEND", &after(start)) + "\n",
        };
        let own = |n: usize| format!("X-KEEP-{n};X-Q=\"a,b\":as it is\nBEGIN:VALARM\nACTION:DISPLAY\nX-ALARM-{n}:1\nTRIGGER:-PT5M\nEND:VALARM");
        let head = format!("{}\n{}RRULE:{rule}{bound}\nSUMMARY:Base", line("DTSTART", &form), lasts(&form));
        let plain = shown(&event(&head));
        let ids: Vec<_> = plain.iter().take(25).map(|(id, ..)| id.clone()).collect();
        let moment = |id: &str| match &form {
            Moment::Date(_) => Moment::Date(date(id)),
            form => form.at(local(id.trim_end_matches('Z'))),
        };
        let (mut excluded, mut overrides, mut taken) = (String::new(), String::new(), Vec::new());
        for (number, (index, by, kind)) in exceptions.into_iter().enumerate() {
            let id = index.get(&ids).clone();
            // One must be left.
            if taken.contains(&id) || taken.len() + 1 >= ids.len() {
                continue;
            }
            if kind == 0 {
                excluded += &format!("{}\n", line("EXDATE", &moment(&id)));
            } else {
                let start = moment(&id).at(moment(&id).local() + TimeDelta::minutes(if kind == 1 { by } else { 0 }));
                overrides += &format!(
                    "\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\n{}\n{}\n{}{}SUMMARY:{}",
                    line("RECURRENCE-ID", &moment(&id)),
                    line("DTSTART", &start),
                    lasts(&start),
                    own(number + 1) + "\n",
                    if kind == 1 { format!("Own {number}") } else { "Base".into() },
                );
            }
            taken.push(id);
        }
        let text = event(&format!("{head}\n{excluded}{}{overrides}", own(0)));
        let left = shown(&text);
        let near: Vec<_> = left.iter().take(30).map(|(id, ..)| id.clone()).filter(|id| id.as_str() < "20270601").collect();
        // The first can be later than that only where it alone is left.
        let near = if near.is_empty() { vec![left[0].0.clone()] } else { near };
        let id = chosen.get(&near).clone();
        Sample { text, id, form }
    }
}

type Shown = (String, String, String, String);

fn sorted(mut list: Vec<Shown>) -> Vec<Shown> {
    list.sort();
    list
}

/// Every line in which nothing of the time or the title is said is still there.
fn keeps_own_lines(before: &str, after: &str) -> bool {
    before.lines().filter(|line| line.starts_with("X-")).all(|line| {
        after.lines().filter(|other| *other == line).count() >= before.lines().filter(|o| *o == line).count()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_draft_that_says_what_is_changes_nothing(sample in samples(0..7)) {
        for scope in [Scope::This(sample.id()), Scope::ThisAndFollowing(sample.id()), all(Some(sample.id())), all(None)] {
            prop_assert_eq!(edited(&sample.text, &scope, |_| {}), sample.text.clone());
        }
    }

    #[test]
    fn one_instance_changes_and_no_other(sample in samples(0..7), hours in -30..30_i64, days in -3..3_i64) {
        let by = if sample.form.is_date() { TimeDelta::days(days) } else { TimeDelta::hours(hours) };
        let scope = Scope::This(sample.id());
        let changed = edited(&sample.text, &scope, |draft| {
            move_by(by)(draft);
            draft.summary = "New".into();
        });
        let before = shown(&sample.text);
        let after = shown(&changed);
        let others = |list: &[Shown]| sorted(list.iter().filter(|(id, ..)| *id != sample.id).cloned().collect());
        prop_assert_eq!(others(&before), others(&after));
        let own = after.iter().find(|(id, ..)| *id == sample.id).unwrap();
        let old = before.iter().find(|(id, ..)| *id == sample.id).unwrap();
        let moment = |text: &str| Sample { id: text.to_owned(), ..sample.clone() }.id().local();
        prop_assert_eq!(moment(&own.1), moment(&old.1) + by);
        prop_assert_eq!(&own.3, "New");
        prop_assert!(keeps_own_lines(&sample.text, &changed));
        if !sample.is_override() {
            // All that was there is there, in one piece before and one after the new component.
            let same = sample.text.bytes().zip(changed.bytes()).take_while(|(a, b)| a == b).count();
            let rest = &sample.text[sample.text.floor_char_boundary(same)..];
            prop_assert!(changed.ends_with(rest));
        }
        let removed = super::remove(&parse(&changed), &changed, &scope, now()).unwrap().text;
        prop_assert_eq!(removed.map(|text| others(&shown(&text))).unwrap_or_default(), others(&before));
    }

    #[test]
    fn the_following_ones_change_and_no_earlier_one(sample in samples(0..7)) {
        let before = shown(&sample.text);
        let old = before.iter().find(|(id, ..)| *id == sample.id).unwrap().3.clone();
        let scope = Scope::ThisAndFollowing(sample.id());
        let edited = edit(&sample.text, &scope, |draft| draft.summary = "New".into());
        let expected = before.iter().cloned().map(|(id, start, end, summary)| {
            let changes = id >= sample.id && (summary == "Base" || summary == old);
            (id, start, end, if changes { "New".to_owned() } else { summary })
        });
        let text = edited.text.unwrap();
        let later = edited.split.as_ref().map(|split| shown(&split.text)).unwrap_or_default();
        let both: Vec<_> = shown(&text).into_iter().chain(later.clone()).collect();
        prop_assert_eq!(sorted(both), sorted(expected.collect()));
        let left = super::remove(&parse(&sample.text), &sample.text, &scope, now()).unwrap().text;
        let earlier: Vec<_> = before.iter().filter(|(id, ..)| *id < sample.id).cloned().collect();
        prop_assert_eq!(left.map(|text| sorted(shown(&text))).unwrap_or_default(), sorted(earlier));
        let together = text + edited.split.as_ref().map_or("", |split| &split.text);
        prop_assert!(keeps_own_lines(&sample.text, &together));
    }

    #[test]
    fn the_whole_series_moves_alike(sample in samples(0..3), quarters in -200..200_i64, days in -9..9_i64) {
        let by = if sample.form.is_date() { TimeDelta::days(days) } else { TimeDelta::minutes(quarters * 15) };
        let scope = all(Some(sample.id()));
        prop_assert_eq!(opened(&scope), Some(&sample.id()));
        let changed = edited(&sample.text, &scope, move_by(by));
        let at = |text: &str| Sample { id: text.to_owned(), ..sample.clone() }.id().local();
        let far = local("20270601T000000");
        // A time that the clocks leap over is after the leap, however it came about.
        let zone = match &sample.form {
            Moment::Zoned { tzid, .. } => Zone::named(tzid).unwrap(),
            _ => Zone::UTC,
        };
        let on_the_clock = |start: NaiveDateTime| zone.to_local(zone.to_utc(start));
        let places = |text: &str, by: TimeDelta| {
            let mut found: Vec<_> = shown(text)
                .into_iter()
                .filter(|(id, ..)| at(id) + by < far)
                .map(|(id, start, _, summary)| (on_the_clock(at(&id) + by), on_the_clock(at(&start) + by), summary))
                .collect();
            found.sort();
            found
        };
        prop_assert_eq!(places(&changed, TimeDelta::zero()), places(&sample.text, by));
        prop_assert!(keeps_own_lines(&sample.text, &changed));
        let back = edited(&changed, &all(None), move_by(-by));
        prop_assert_eq!(sorted(shown(&back)), sorted(shown(&sample.text)));
    }

    #[test]
    fn a_series_by_months_keeps_its_exceptions(sample in samples(3..5), days in -9..9_i64) {
        let object = parse(&sample.text);
        let mut draft = draft_of(&object, Some(&sample.id())).unwrap();
        move_by(TimeDelta::days(days))(&mut draft);
        let edited = update(&object, &sample.text, &all(Some(sample.id())), &draft, now()).unwrap().text.unwrap();
        let moved = parse(&edited);
        // Some days are not in every month; what there is stays unique and whole.
        let mut ids: Vec<_> = shown(&edited).into_iter().map(|(id, ..)| id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
        prop_assert!(moved.overrides.len() <= object.overrides.len());
    }
}
