//! What words can mean where times are read.

use chrono::Weekday;

/// A language in which times are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    French,
    German,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::English, Language::French, Language::German];

    /// The language of a tag such as `de-CH` (BCP 47), if times are read in it.
    pub fn of_tag(tag: &str) -> Option<Language> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Language::English),
            "fr" => Some(Language::French),
            "de" => Some(Language::German),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayPart {
    Morning,
    Afternoon,
    Evening,
    Night,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    WorkDay,
    Week,
    Weekend,
    Month,
    Year,
}

/// What an item says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A word that says nothing of time.
    Other,
    /// An address of the web, or another run of signs that is not read.
    Opaque,
    /// An e-mail address.
    Address,
    Sign(char),
    /// `digits`: how many there are.
    Digits {
        value: u32,
        digits: usize,
    },
    /// In words.
    Number(u32),
    /// “a”: one, where something is counted.
    Article,
    /// In words; -1: the last.
    Ordinal(i8),
    Day(Weekday),
    /// “Mondays”.
    Days(Weekday),
    Month(u32),
    /// How many days from today.
    Relative(i64),
    /// “now”, after how long from it.
    FromNow,
    Noon,
    Midnight,
    Part(DayPart),
    /// “tonight”.
    TodayPart(DayPart),
    Unit(Unit),
    /// So many minutes.
    Minutes(u32),
    Every,
    /// “other”, after “every”.
    Alternate,
    /// “one in two”.
    OneInTwo,
    Next,
    This,
    /// “daily”; every so many.
    Frequency(Unit, u32),
    /// “h”, “Uhr”, “o'clock”.
    HourMark,
    /// “pm”, or “am”.
    Meridiem {
        is_after: bool,
    },
    Half,
    Quarter,
    ThreeQuarters,
    Past,
    Before,
    /// “times”, after how many.
    Times,
    /// What follows a length of time and says that it is one: “lang”.
    Long,
    Link(Links),
}

/// How a small word can join what stands beside it; one word can do so in several ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Links(u16);

impl Links {
    pub(super) const ON: Links = Links(1);
    pub(super) const AT: Links = Links(1 << 1);
    pub(super) const FROM: Links = Links(1 << 2);
    pub(super) const TO: Links = Links(1 << 3);
    pub(super) const UNTIL: Links = Links(1 << 4);
    pub(super) const BETWEEN: Links = Links(1 << 5);
    pub(super) const AND: Links = Links(1 << 6);
    pub(super) const FOR: Links = Links(1 << 7);
    pub(super) const IN: Links = Links(1 << 8);
    pub(super) const OF: Links = Links(1 << 9);
    pub(super) const THE: Links = Links(1 << 10);
    /// “by Friday”.
    pub(super) const BY: Links = Links(1 << 11);
    /// Somebody or somewhere may follow.
    pub(super) const PLACE: Links = Links(1 << 12);
    /// A place follows for certain: “chez”.
    pub(super) const SURELY_PLACE: Links = Links(1 << 13);
    pub(super) const WITH: Links = Links(1 << 14);
    /// A comma, a bracket or another sign that parts.
    pub(super) const SIGN: Links = Links(1 << 15);

    pub(super) const fn and(self, other: Links) -> Links {
        Links(self.0 | other.0)
    }

    /// Whether it has one of them.
    pub(super) const fn has(self, some: Links) -> bool {
        self.0 & some.0 != 0
    }
}
