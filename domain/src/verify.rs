//! Whether what is stored is whole: each text against its ETag and its index, the log against the objects, each version readable, and
//! what is kept of calendars elsewhere.

mod links;

use crate::model::calendar::CalendarId;
use crate::model::principal::PrincipalId;
use crate::model::version::Digest;
use crate::objects::index_of;
use crate::parsed::PAGE_OCTETS;
use crate::store::{CheckedCalendar, Database, Index, ObjectId, StoredObject, Transaction, minutes};
use crate::thread::on_a_thread;
use crate::versions;
use crate::{Error, Limits, Result};
use kalends_ical::CalendarObject;
use kalends_ical::personal::Personal;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// How many damages are named; more are counted.
const MAX_NAMED: usize = 100;
/// How many objects are looked up at once for their versions.
const PAGE_OBJECTS: usize = 1000;
/// A revision that counting from 0 does not reach: the calendar was restored, and its revision went on from the clock
/// (`Transaction::lift_numbers`), in Unix milliseconds.
const FIRST_OF_CLOCK: i64 = 1_500_000_000_000;

/// What was checked, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    pub calendars: u64,
    pub objects: u64,
    pub versions: u64,
    /// Rows of the log.
    pub changes: u64,
    /// Calendars that are to be in step with others elsewhere.
    pub links: u64,
    /// The first hundred.
    pub damages: Vec<Damage>,
    /// How many there are beyond those.
    pub more_damages: u64,
    /// Whether one of them concerns what cannot be derived anew.
    pub is_content_damaged: bool,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where: the calendar as `owner/slug`, and the object where it is one; empty: the database as a whole.
    pub place: String,
    pub what: String,
    pub harm: Harm,
}

/// What a damage concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Texts, versions or the log.
    Content,
    /// What `kalends reindex` derives anew.
    Index,
    /// What is kept of calendars elsewhere: a link that is made again has it anew.
    Sync,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.what)
    }
}

impl Verification {
    pub fn is_whole(&self) -> bool {
        self.damages.is_empty()
    }

    fn add(&mut self, place: impl Into<String>, harm: Harm, what: impl Into<String>) {
        self.is_content_damaged |= harm == Harm::Content;
        if self.damages.len() < MAX_NAMED {
            self.damages.push(Damage { place: place.into(), what: what.into(), harm });
        } else {
            self.more_damages += 1;
        }
    }
}

/// Says how much was checked, and how much is damaged.
impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verification { calendars, objects, versions, changes, links, .. } = self;
        let what = format!("{calendars} calendars, {objects} objects, {versions} former versions");
        match links {
            0 => write!(f, "{what} and {changes} rows of the log: ")?,
            1 => write!(f, "{what}, {changes} rows of the log and 1 link: ")?,
            links => write!(f, "{what}, {changes} rows of the log and {links} links: ")?,
        }
        match self.damages.len() as u64 + self.more_damages {
            0 => f.write_str("all whole"),
            1 => f.write_str("1 damage"),
            damages => write!(f, "{damages} damages"),
        }
    }
}

/// Checks everything in `database`, whose tables are of this version, as it is at this moment. Nobody waits for it.
///
/// # Errors
/// `Unavailable`; `Internal` where not even the list of calendars can be read.
pub async fn verify(database: &Database, limits: &Limits) -> Result<Verification> {
    let mut tx = database.read().await?;
    let mut found = Verification::default();
    for problem in tx.integrity_problems().await? {
        found.add("", Harm::Content, problem);
    }
    let calendars = tx.checked_calendars().await?;
    for calendar in &calendars {
        check_calendar(calendar, &mut found);
    }
    let calendars = Arc::new(calendars.into_iter().map(|calendar| (calendar.id, calendar)).collect());
    go_on(check_objects(&mut tx, &calendars, limits, &mut found).await, "the objects", &mut found)?;
    go_on(check_personal(&mut tx, &calendars, &mut found).await, "what people have for themselves", &mut found)?;
    go_on(check_extents(&mut tx, &mut found).await, "the index of extents", &mut found)?;
    go_on(check_versions(&mut tx, &calendars, &mut found).await, "the former versions", &mut found)?;
    go_on(links::check(&mut tx, &mut found).await, "what is kept of calendars elsewhere", &mut found)?;
    Ok(found)
}

type Calendars = HashMap<CalendarId, CheckedCalendar>;

/// What cannot be read is damaged; that the database went away says nothing about it.
fn go_on(checked: Result<()>, what: &str, found: &mut Verification) -> Result<()> {
    match checked {
        Err(Error::Internal(why)) => {
            found.add("", Harm::Content, format!("{what} cannot be read to the end: {why}"));
            Ok(())
        }
        checked => checked,
    }
}

fn check_calendar(calendar: &CheckedCalendar, found: &mut Verification) {
    found.calendars += 1;
    found.changes += calendar.changes;
    let revision = calendar.revision.0;
    let newest = calendar.newest.map_or(0, |newest| newest.0);
    if newest > revision || (newest < revision && revision < FIRST_OF_CLOCK) {
        let what = format!("its log ends with revision {newest}, and it is at {revision}");
        found.add(&calendar.place, Harm::Content, what);
    }
    for (what, kept, counted) in
        [("objects", calendar.objects, calendar.counted_objects), ("octets", calendar.octets, calendar.counted_octets)]
    {
        if kept != counted {
            found.add(&calendar.place, Harm::Content, format!("it has {counted} {what}, and counts {kept}"));
        }
    }
}

async fn check_objects(
    tx: &mut Transaction,
    calendars: &Arc<Calendars>,
    limits: &Limits,
    found: &mut Verification,
) -> Result<()> {
    let mut after = ObjectId(0);
    loop {
        let page = tx.stored_objects_after(after, PAGE_OCTETS).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        found.objects += page.len() as u64;
        let (calendars, limits) = (calendars.clone(), limits.text);
        let damages = on_a_thread(move || {
            let mut damages = Vec::new();
            for (id, object) in page {
                match object {
                    Ok(object) => check_object(&object, &calendars, &limits, &mut damages),
                    Err(error) => {
                        let why = reason(&error);
                        damages.push((
                            format!("the object {}", id.0),
                            Harm::Content,
                            format!("its row cannot be read: {why}"),
                        ));
                    }
                }
            }
            Ok(damages)
        });
        for (place, harm, what) in damages.await? {
            found.add(place, harm, what);
        }
    }
}

fn reason(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn place(calendars: &Calendars, calendar: CalendarId, object: &str) -> String {
    match calendars.get(&calendar) {
        Some(calendar) => format!("{}/{object}", calendar.place),
        None => format!("{object} of the calendar {}", calendar.0),
    }
}

type Damages = Vec<(String, Harm, String)>;

fn check_object(object: &StoredObject, calendars: &Calendars, limits: &kalends_ical::Limits, damages: &mut Damages) {
    let place = place(calendars, object.calendar, &object.name);
    let mut add = |harm, what: String| damages.push((place.clone(), harm, what));
    match calendars.get(&object.calendar) {
        Some(calendar) => check_log(object, calendar, &mut add),
        None => add(Harm::Content, "its calendar is not there".into()),
    }
    let Ok(text) = std::str::from_utf8(&object.text) else {
        return add(Harm::Content, "its text is damaged: it is not UTF-8".into());
    };
    if object.size != text.len() as i64 {
        add(Harm::Content, format!("its text has {} octets in the place of {}", text.len(), object.size));
    }
    if Digest::of(text).etag() != object.etag {
        return add(Harm::Content, format!("its text is not the one that its ETag {} stands for", object.etag));
    }
    match CalendarObject::parse(text, limits) {
        Ok(parsed) => check_index(object, &index_of(parsed, text), &mut add),
        Err(error) => add(Harm::Index, format!("its text cannot be read by this version: {error}")),
    }
}

fn check_log(object: &StoredObject, calendar: &CheckedCalendar, add: &mut impl FnMut(Harm, String)) {
    let revision = object.revision.0;
    let Some(logged) = &object.logged else {
        // Rows of long ago may have been cleaned away.
        if calendar.oldest.is_none_or(|oldest| revision >= oldest.0) {
            add(Harm::Content, format!("the log has no row for its revision {revision}"));
        }
        return;
    };
    let is_same = logged.name == object.name && !logged.removed && logged.object.is_none_or(|id| id == object.id);
    if !is_same {
        add(Harm::Content, format!("the log has another object for its revision {revision}"));
    } else if logged.after.as_ref().is_some_and(|after| etag(after) != object.etag) {
        add(Harm::Content, format!("the log has another ETag for its revision {revision} than {}", object.etag));
    }
}

fn etag(digest: &[u8]) -> String {
    let digits: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("\"{digits}\"")
}

fn check_index(object: &StoredObject, index: &Index, add: &mut impl FnMut(Harm, String)) {
    let extent = &index.extent;
    let stored = (object.first_start, object.last_end, object.recurring);
    for (what, is_same) in [
        ("UID", object.uid == index.uid),
        ("component", object.component == index.kind.name()),
        ("title", object.summary == index.summary),
        ("start, end or recurrence", stored == (extent.first_start, extent.last_end, extent.recurring)),
    ] {
        if !is_same {
            add(Harm::Index, format!("the index has another {what} than its text"));
        }
    }
    let (first, last) = minutes(extent);
    match object.extent {
        None => add(Harm::Index, "it is missing in the index of extents".into()),
        Some(stored) if stored != (object.calendar, i64::from(first), i64::from(last)) => {
            add(Harm::Index, "the index of extents has it at another time or in another calendar".into());
        }
        Some(_) => {}
    }
}

/// What people have for themselves of objects: it can be read, is where the object is, and the object says that it is shown otherwise.
async fn check_personal(tx: &mut Transaction, calendars: &Calendars, found: &mut Verification) -> Result<()> {
    let mut after = (ObjectId(0), PrincipalId(0));
    loop {
        let page = tx.stored_personal_after(after, PAGE_OBJECTS).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.object, last.principal);
        for row in page {
            let whose =
                format!("what the principal {} has for themselves of the object {}", row.principal.0, row.object.0);
            let place = place(calendars, row.calendar, "");
            let place = place.trim_end_matches('/');
            if Personal::from_text(&row.content).is_none() {
                found.add(place, Harm::Content, format!("{whose} cannot be read"));
            }
            match row.stands {
                Some((calendar, _)) if calendar != row.calendar => {
                    found.add(place, Harm::Content, format!("{whose} is in another calendar"));
                }
                Some((_, false)) => found.add(place, Harm::Index, format!("the index does not know of {whose}")),
                // It is there, in the bin, or waits for the next cleaning.
                Some((_, true)) | None => {}
            }
        }
    }
}

async fn check_extents(tx: &mut Transaction, found: &mut Verification) -> Result<()> {
    for id in tx.orphaned_extents().await? {
        found.add("", Harm::Index, format!("the index of extents has an object {} that is not there", id.0));
    }
    Ok(())
}

async fn check_versions(tx: &mut Transaction, calendars: &Calendars, found: &mut Verification) -> Result<()> {
    let mut after = (CalendarId(0), ObjectId(0));
    loop {
        let page = tx.objects_with_versions(after, PAGE_OBJECTS).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = *last;
        for (calendar, object) in page {
            // What is wrong with the text that it has now is said already.
            let current = tx.text_by_id(calendar, object).await.unwrap_or_default();
            let checked = versions::check(tx.versions(calendar, object).await?, current).await?;
            found.versions += checked.whole;
            if !checked.damages.is_empty() {
                let name = tx.logged_name(calendar, object).await?;
                let place = place(calendars, calendar, &name.unwrap_or_else(|| format!("the object {}", object.0)));
                for damage in checked.damages {
                    found.add(&place, Harm::Content, damage);
                }
            }
        }
    }
}
