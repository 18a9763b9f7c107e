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

/// What else there is when a meeting is, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// At the same time.
    pub same_time: Vec<String>,
    /// Else on that day.
    pub that_day: Vec<String>,
    /// How much more there is.
    pub more: usize,
    /// That there is nothing.
    pub nothing: Option<&'static str>,
    /// Of a series: at how many of its dates there is something else, and the first of them with what that is.
    pub series: Option<(String, Vec<String>)>,
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
    /// What else there is.
    pub conflicts: Conflicts,
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
