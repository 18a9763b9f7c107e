//! What a mail says about a meeting, in words.

/// How a line stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Warning,
}

/// What can be done, as a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeedButton {
    /// As the form calls it.
    pub value: &'static str,
    pub label: &'static str,
    /// What stands in the calendar already, of an answer.
    pub is_given: Option<bool>,
}

/// The card of a mail about a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationCard {
    pub message: i64,
    pub asks: String,
    /// Names with values, none of them empty.
    pub facts: Vec<(&'static str, String)>,
    /// Each guest with their answer.
    pub guests: Vec<(String, String)>,
    /// How many more there are.
    pub more_guests: usize,
    pub notes: Vec<(Tone, String)>,
    /// What else there is at that time.
    pub conflicts: Vec<String>,
    /// The calendars that it can be put into, where it is in none; the first is chosen.
    pub calendars: Vec<(i64, String)>,
    pub deeds: Vec<DeedButton>,
    /// Whether a word can go with it.
    pub takes_word: bool,
    /// Where the event is.
    pub event: Option<String>,
}

/// What a mail has about a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageInvitation {
    None,
    Unreadable,
    Card(Box<InvitationCard>),
}
