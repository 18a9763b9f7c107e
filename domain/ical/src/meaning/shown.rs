//! What a part says, to be shown to a person.

use super::reading::{Reading, Source, values};
use super::time::end_of;
use super::{Group, Part};
use crate::escape::unescape_text;
use crate::syntax::Property;
use crate::value::Moment;
use crate::write;

/// What a part says, to be shown to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text, its escapes resolved.
    Text(String),
    /// When something is, and how it recurs.
    Schedule {
        start: Option<Moment>,
        /// Exclusive, in the form of `start`; `None` where nothing says it.
        end: Option<Moment>,
        /// The values of RRULE.
        rules: Vec<String>,
    },
    /// Content lines, not folded: what is neither a text nor a time.
    Lines(Vec<String>),
    /// A component as a whole, such as an override.
    Component { summary: Option<String>, start: Option<Moment>, end: Option<Moment> },
}

impl Reading<'_> {
    /// What it says of a part; `None`: no more than if it were not there.
    pub(crate) fn value(&self, part: &Part) -> Option<Value> {
        self.meaning(part).is_some().then(|| Value::of(self, part))
    }

    /// What there is of the component as a whole.
    pub(crate) fn whole(&self) -> Value {
        let entry = self.entry;
        Value::Component {
            summary: entry.and_then(|entry| entry.summary.clone()),
            start: entry.and_then(|entry| entry.start.clone()),
            end: entry.and_then(|entry| end_of(self.object, entry)),
        }
    }
}

impl Value {
    fn of(reading: &Reading<'_>, part: &Part) -> Self {
        if let Part::Group(Group::Time | Group::Recurrence | Group::Series) = part {
            return Value::schedule(reading);
        }
        match reading.sources(part) {
            [Source::Line(line)] => {
                let property = &reading.component.properties[*line];
                if is_text(property) {
                    Value::Text(property.text())
                } else {
                    Value::Lines(vec![content_line(property)])
                }
            }
            [Source::Value { line, value }, ..] => {
                let property = &reading.component.properties[*line];
                let written = values(property).get(*value).copied().unwrap_or_default();
                Value::Text(unescape_text(written.trim()))
            }
            sources => Value::Lines(sources.iter().flat_map(|source| lines(reading, *source)).collect()),
        }
    }

    pub(crate) fn schedule(reading: &Reading<'_>) -> Self {
        let rules = reading.component.properties("RRULE").map(|rule| rule.value.trim().to_owned());
        let entry = reading.entry;
        Value::Schedule {
            start: entry.and_then(|entry| entry.start.clone()),
            end: entry.and_then(|entry| end_of(reading.object, entry)),
            rules: rules.collect(),
        }
    }
}

fn lines(reading: &Reading<'_>, source: Source) -> Vec<String> {
    match source {
        Source::Line(line) | Source::Value { line, .. } => vec![content_line(&reading.component.properties[line])],
        Source::Component(index) => reading.component.components[index].properties.iter().map(content_line).collect(),
    }
}

fn content_line(property: &Property) -> String {
    write::line(&property.name, &property.params, &property.value)
}

/// Whether the value is all that there is to be shown.
fn is_text(property: &Property) -> bool {
    property.params.iter().all(|parameter| matches!(parameter.name.as_str(), "LANGUAGE" | "ALTREP" | "VALUE"))
        && property.param("VALUE").is_none_or(|kind| !kind.eq_ignore_ascii_case("BINARY"))
}
