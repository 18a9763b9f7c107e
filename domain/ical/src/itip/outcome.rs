//! What became of a message.

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub why: Why,
    /// The text that the object has now; `None`: that which it had.
    pub text: Option<String>,
    /// Attendees who are to be sent a REQUEST with what there is now, as addresses.
    pub request_to: Vec<String>,
}

/// Why an object is, or is not, another after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// There was none.
    Created,
    Updated,
    Cancelled,
    Answered,
    /// It says what stands there already.
    Same,
    /// A later message was there before it.
    Outdated,
    /// There is no such object, or no such instance.
    Unknown,
    /// It is not from whoever organizes what stands there.
    OtherOrganizer,
    /// Whoever answers was not invited.
    NotInvited,
    /// A person has to decide what becomes of it.
    ForPerson,
    /// It asks for what there is now.
    Refreshed,
    /// It adds to what is not there as it has to be; the organizer has to send all of it.
    Incomplete,
    /// Nothing is done with a message of this METHOD, or with one that asks for more than anybody does who means it.
    Ignored,
}

impl Why {
    const ALL: [(Why, &'static str); 13] = [
        (Why::Created, "created"),
        (Why::Updated, "updated"),
        (Why::Cancelled, "cancelled"),
        (Why::Answered, "answered"),
        (Why::Same, "same"),
        (Why::Outdated, "outdated"),
        (Why::Unknown, "unknown"),
        (Why::OtherOrganizer, "other-organizer"),
        (Why::NotInvited, "not-invited"),
        (Why::ForPerson, "for-person"),
        (Why::Refreshed, "refreshed"),
        (Why::Incomplete, "incomplete"),
        (Why::Ignored, "ignored"),
    ];

    /// As it is kept.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(why, _)| *why == self).map_or("ignored", |(_, name)| name)
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(why, _)| *why)
    }
}

impl Outcome {
    pub(super) fn nothing(why: Why) -> Self {
        Outcome { why, text: None, request_to: Vec::new() }
    }

    /// `text` in the place of `before`.
    pub(super) fn of(why: Why, text: String, before: Option<&str>) -> Self {
        match before == Some(text.as_str()) {
            true => Outcome::nothing(Why::Same),
            false => Outcome { why, text: Some(text), request_to: Vec::new() },
        }
    }
}
