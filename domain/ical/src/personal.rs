//! What one person has of an object that somebody else shared with them: their alarms, and whether it keeps them busy.

use super::alarms::{Alarms, split_alarms, with_alarms};
use super::object::CalendarObject;
use super::transparency::{Told, Transparency};
use crate::{Limits, Result};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Personal {
    pub alarms: Alarms,
    pub transparency: Transparency,
}

/// [`Personal`] as text: without a transparency what [`Alarms::to_text`] writes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    alarms: String,
    transparency: Transparency,
}

const VERSION: u32 = 2;

/// What somebody has written, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub own: Personal,
    /// The text as it is stored.
    pub text: String,
}

impl Personal {
    /// Whether there is nothing that would have to be kept.
    pub fn is_empty(&self) -> bool {
        self.alarms.is_empty() && self.transparency.is_empty()
    }

    /// As text, to be stored; the same for the same.
    pub fn to_text(&self) -> String {
        let alarms = self.alarms.to_text();
        if self.transparency.is_empty() {
            return alarms;
        }
        let stored = Stored { version: VERSION, alarms, transparency: self.transparency.clone() };
        // Text, numbers and truths alone: there is nothing in it that JSON cannot say.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Reads what [`Personal::to_text`] wrote. `None`: it is something else.
    pub fn from_text(text: &str) -> Option<Self> {
        if let Some(alarms) = Alarms::from_text(text) {
            return Some(Personal { alarms, transparency: Transparency::default() });
        }
        let Stored { version, alarms, transparency } = serde_json::from_str(text).ok()?;
        let is_read = version == VERSION && !transparency.is_empty();
        is_read.then_some(Personal { alarms: Alarms::from_text(&alarms)?, transparency })
    }

    /// The text of `object` as the person sees it; `text` is what `object` was read from.
    ///
    /// # Errors
    /// `InvalidCalendarData`, which what is stored does not come to.
    pub fn shown(&self, object: &CalendarObject, text: &str, limits: &Limits) -> Result<String> {
        if self.transparency.is_empty() {
            return Ok(with_alarms(object, text, &self.alarms));
        }
        let text = self.transparency.shown(object, text);
        Ok(with_alarms(&CalendarObject::parse(&text, limits)?, &text, &self.alarms))
    }

    /// Takes apart what the person has written: `object`, read from `text`, in the place of what stands there with its text (`None`: it is
    /// new, and is for everybody as they wrote it, without their alarms).
    ///
    /// # Errors
    /// `InvalidCalendarData`, which what was read once does not come to.
    pub fn written(
        &self,
        before: Option<(&CalendarObject, &str)>,
        object: &CalendarObject,
        text: &str,
        limits: &Limits,
    ) -> Result<Written> {
        let (bare, alarms) = split_alarms(object, text);
        let Some((before, before_text)) = before else {
            return Ok(Written { own: Personal { alarms, ..Personal::default() }, text: bare });
        };
        let Told { own: transparency, text } = self.transparency.told(before, object, text);
        let of_object = split_alarms(before, before_text).1;
        let text = with_alarms(&CalendarObject::parse(&text, limits)?, &text, &of_object);
        Ok(Written { own: Personal { alarms, transparency }, text })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use kalends_test_support::texts::{calendar, component};

    fn parse(text: &str) -> CalendarObject {
        CalendarObject::parse(text, &Limits::default()).unwrap()
    }

    fn event(transparency: &str, trigger: &str) -> String {
        let alarm = format!("BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:{trigger}\nEND:VALARM");
        calendar(&component(
            "VEVENT",
            "1",
            &format!("DTSTART:20260301T090000Z\nTRANSP:{transparency}\nSUMMARY:a\n{alarm}"),
        ))
    }

    #[test]
    fn what_each_has_is_apart_from_what_all_have() {
        let (stands, mine) = (event("OPAQUE", "-PT5M"), event("TRANSPARENT", "-PT1H"));
        let before = parse(&stands);
        let none = Personal::default();
        let written = none.written(Some((&before, &stands)), &parse(&mine), &mine, &Limits::default()).unwrap();
        assert_eq!(written.text, stands);
        assert_eq!(written.own.shown(&before, &stands, &Limits::default()).unwrap(), mine);
        let made = none.written(None, &parse(&mine), &mine, &Limits::default()).unwrap();
        assert!(made.text.contains("TRANSP:TRANSPARENT") && !made.text.contains("VALARM"));
        assert!(made.own.transparency.is_empty() && !made.own.alarms.is_empty());
    }

    #[test]
    fn the_stored_form_says_what_it_is() {
        let (stands, mine) = (event("OPAQUE", "-PT5M"), event("TRANSPARENT", "-PT1H"));
        let before = parse(&stands);
        let written = Personal::default().written(Some((&before, &stands)), &parse(&mine), &mine, &Limits::default());
        let own = written.unwrap().own;
        let text = own.to_text();
        assert_eq!(Personal::from_text(&text), Some(own.clone()));
        let alarms = own.alarms.to_text();
        let of_before = Personal { alarms: own.alarms, transparency: Transparency::default() };
        assert_eq!((Personal::from_text(&alarms), of_before.to_text()), (Some(of_before), alarms));
        for wrong in [
            "",
            "{}",
            "[]",
            &text[1..],
            &text.replace("\"version\":2", "\"version\":3"),
            &text.replace("VALARM", "VEVENT"),
        ] {
            assert_eq!(Personal::from_text(wrong), None, "{wrong}");
        }
    }
}
