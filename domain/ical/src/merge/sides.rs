//! The versions of an object that are brought together.

use crate::edit;
use crate::instance_key;
use crate::meaning::{Context, ObjectReading};
use crate::object::CalendarObject;
use crate::value::Moment;
use crate::{Limits, Result};
use std::collections::BTreeSet;

/// A text with what it is.
pub(super) struct Version {
    pub(super) text: String,
    pub(super) object: CalendarObject,
}

impl Version {
    /// # Errors
    /// Those of [`CalendarObject::parse`].
    pub(super) fn read(text: &str, limits: &Limits) -> Result<Self> {
        Ok(Version { text: text.to_owned(), object: CalendarObject::parse(text, limits)? })
    }

    /// With an override that says what is so already for each of these instances that has none. `None`: none is wanted.
    ///
    /// # Errors
    /// `TooManyInstances`
    fn with_overrides(&self, ids: &BTreeSet<String>, reading: &ObjectReading<'_>) -> Result<Option<Version>> {
        let missing = ids.iter().filter(|id| !reading.overrides.contains_key(*id));
        let missing: Vec<Moment> = missing.filter_map(|id| instance_key::decode(id)).collect();
        if missing.is_empty() || self.object.master.is_none() {
            return Ok(None);
        }
        let text = edit::with_overrides(&self.object, &self.text, &missing)?;
        let unlimited = Limits { object_octets: usize::MAX, nesting: usize::MAX };
        Version::read(&text, &unlimited).map(Some)
    }
}

/// One version of the object.
pub(super) struct Side<'v> {
    pub(super) text: &'v str,
    pub(super) reading: ObjectReading<'v>,
    /// The object with an override for each instance that has one in another version and none in this.
    pub(super) plain: Option<(&'v str, ObjectReading<'v>)>,
}

impl<'v> Side<'v> {
    fn of(version: &'v Version, context: &Context) -> Self {
        Side { text: &version.text, reading: ObjectReading::of(&version.object, context), plain: None }
    }
}

pub(super) struct Sides<'v> {
    pub(super) base: Option<Side<'v>>,
    pub(super) ours: Side<'v>,
    pub(super) theirs: Side<'v>,
}

/// Versions in which each instance that matters is written as an override; see [`Side::plain`].
#[derive(Default)]
pub(super) struct PlainVersions {
    base: Option<Version>,
    ours: Option<Version>,
    theirs: Option<Version>,
}

impl PlainVersions {
    /// # Errors
    /// `TooManyInstances` for a series too long to be looked through.
    pub(super) fn of(base: Option<&Version>, ours: &Version, theirs: &Version, sides: &Sides<'_>) -> Result<Self> {
        let ids = sides.ids();
        let base = match (base, &sides.base) {
            (Some(version), Some(side)) => version.with_overrides(&ids, &side.reading)?,
            _ => None,
        };
        Ok(PlainVersions {
            base,
            ours: ours.with_overrides(&ids, &sides.ours.reading)?,
            theirs: theirs.with_overrides(&ids, &sides.theirs.reading)?,
        })
    }
}

impl<'v> Sides<'v> {
    pub(super) fn of(base: Option<&'v Version>, ours: &'v Version, theirs: &'v Version, context: &Context) -> Self {
        Sides {
            base: base.map(|base| Side::of(base, context)),
            ours: Side::of(ours, context),
            theirs: Side::of(theirs, context),
        }
    }

    pub(super) fn with_plain(mut self, plain: &'v PlainVersions, context: &Context) -> Self {
        let read = |version: &'v Option<Version>| {
            version.as_ref().map(|version| (version.text.as_str(), ObjectReading::of(&version.object, context)))
        };
        if let Some(base) = &mut self.base {
            base.plain = read(&plain.base);
        }
        self.ours.plain = read(&plain.ours);
        self.theirs.plain = read(&plain.theirs);
        self
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Side<'v>> {
        self.base.iter().chain([&self.ours, &self.theirs])
    }

    /// The keys of all instances with an override in some version.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        self.all().flat_map(|side| side.reading.overrides.keys().cloned()).collect()
    }
}
