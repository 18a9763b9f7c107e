//! Who can own calendars, and what they may do with one.

use super::calendar_id::{CalendarId, DeliveryId};

/// Identifies a principal (RFC 3744 section 2) in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId(pub i64);

impl PrincipalId {
    /// All who have an account, as somebody to share with.
    pub const EVERYONE: Self = PrincipalId(0);
}

/// A person, group or mission that can own calendars and be granted access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub id: PrincipalId,
    /// The name in URLs and the sign-in name: lower-case letters, digits, `.`, `_`, `-`.
    pub slug: String,
    pub display_name: String,
    /// Used for CALDAV:calendar-user-address-set (RFC 6638 section 2.4.1).
    pub email: Option<String>,
}

/// What a principal may do with a calendar, from nothing to everything; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    None,
    /// Learn when the calendar's owner is busy, and nothing else.
    FreeBusy,
    Read,
    /// Change what is in the calendar.
    Write,
    /// Change the calendar itself: its name, its colour, who else has access.
    Administer,
    /// Delete it.
    Owner,
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Access::None => "no",
            Access::FreeBusy => "free-busy",
            Access::Read => "read",
            Access::Write => "write",
            Access::Administer => "administer",
            Access::Owner => "owner",
        })
    }
}

/// Every level with the number that stands for it in the database, where the highest of several grants counts.
const LEVELS: [(Access, i64); 6] = [
    (Access::None, 0),
    (Access::FreeBusy, 10),
    (Access::Read, 20),
    (Access::Write, 30),
    (Access::Administer, 40),
    (Access::Owner, 50),
];

impl Access {
    /// What stands for it in the database.
    pub(crate) fn number(self) -> i64 {
        LEVELS.iter().find(|(access, _)| *access == self).map_or(0, |(_, number)| *number)
    }

    /// The highest level that `number` reaches.
    pub(crate) fn from_number(number: i64) -> Self {
        LEVELS.iter().rev().find(|(_, least)| number >= *least).map_or(Access::None, |(access, _)| *access)
    }

    /// Whether whoever has it may change what is there.
    pub fn may_write(self) -> bool {
        self >= Access::Write
    }

    /// The level of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        LEVELS.iter().map(|(access, _)| *access).find(|access| access.to_string() == name)
    }
}

/// Who asks for something, and through what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    pub principal: PrincipalId,
    /// The most that the credential may be used for, whatever the principal may do.
    ceiling: Access,
    /// Of a credential for one calendar, the only one that there is for it.
    only: Option<CalendarId>,
    pub way: Way,
}

/// The way on which a caller came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// A page in a browser, with a session.
    Page,
    /// Another program, with the app password or the token of this id.
    AppPassword(i64),
    /// A command on the server's own machine.
    Command,
    /// Somebody unknown, by the address of the public link of this id, for whoever made it.
    Link(i64),
    /// A run of the link of this id with a calendar elsewhere, for whoever has the account there.
    Sync(i64),
    /// A message from this person, or from nobody here, about what the principal is invited to or organizes.
    Invitation(Option<PrincipalId>),
    /// What became of messages that the principal sent elsewhere.
    Delivery,
    /// Somebody without an account, by the address in an invitation of the principal's; with the message that has what they say, where there
    /// is one.
    AnswerLink(DeliveryId),
    /// A message that came by mail to one of the principal's mail accounts, as it was put into their inbox.
    Mail(DeliveryId),
}

impl Caller {
    /// The principal through a page in a browser.
    pub fn page(principal: PrincipalId) -> Self {
        Caller { principal, ceiling: Access::Owner, only: None, way: Way::Page }
    }

    /// The principal through another program, with a credential for at most `ceiling` and, if it is for one calendar, `only` that.
    pub fn program(principal: PrincipalId, id: i64, ceiling: Access, only: Option<CalendarId>) -> Self {
        Caller { principal, ceiling, only, way: Way::AppPassword(id) }
    }

    /// Whoever has the address of a public link that `maker` made: at most for `ceiling`, and for one of its calendars.
    pub fn link(maker: PrincipalId, id: i64, ceiling: Access, only: CalendarId) -> Self {
        Caller { principal: maker, ceiling: ceiling.min(Access::Read), only: Some(only), way: Way::Link(id) }
    }

    /// What keeps `only` in step with a calendar elsewhere by the link of this id, for whoever has the account there.
    pub fn sync(principal: PrincipalId, id: i64, only: CalendarId) -> Self {
        Caller { principal, ceiling: Access::Owner, only: Some(only), way: Way::Sync(id) }
    }

    /// The principal, for whom a message from `sender` is taken up.
    pub fn invitation(principal: PrincipalId, sender: Option<PrincipalId>) -> Self {
        Caller { principal, ceiling: Access::Owner, only: None, way: Way::Invitation(sender) }
    }

    /// Whoever has an address by which an invitation of the principal's is answered, and the message with what they say.
    pub fn answer_link(principal: PrincipalId, message: DeliveryId) -> Self {
        Caller { principal, ceiling: Access::Owner, only: None, way: Way::AnswerLink(message) }
    }

    /// The principal, for whom what came to one of their mail accounts is taken up.
    pub fn mail(principal: PrincipalId, message: DeliveryId) -> Self {
        Caller { principal, ceiling: Access::Owner, only: None, way: Way::Mail(message) }
    }

    /// The principal, for whom it is noted what became of messages that went elsewhere.
    pub fn delivery(principal: PrincipalId) -> Self {
        Caller { principal, ceiling: Access::Owner, only: None, way: Way::Delivery }
    }

    /// The principal through a command of whoever runs the server.
    pub fn command(principal: PrincipalId) -> Self {
        Caller { principal, ceiling: Access::Owner, only: None, way: Way::Command }
    }

    /// The same, as by a credential for at most `ceiling` and, if it is for one calendar, `only` that.
    #[must_use]
    pub fn narrowed(self, ceiling: Access, only: Option<CalendarId>) -> Self {
        Caller { ceiling: self.ceiling.min(ceiling), only: self.only.or(only), ..self }
    }

    /// Whether the credential is for one calendar: nothing of the account beside that is there for it.
    pub fn is_for_one_calendar(self) -> bool {
        self.only.is_some()
    }

    /// The most that the credential is for, in a calendar that is there for it.
    pub(crate) fn ceiling_in(self, calendar: CalendarId) -> Access {
        if self.only.is_none_or(|only| only == calendar) { self.ceiling } else { Access::None }
    }

    /// The most that the credential is for, in the calendars that are there for it.
    pub(crate) fn ceiling(self) -> Access {
        self.ceiling
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_back() {
        for (access, number) in LEVELS {
            assert_eq!((Access::from_number(number), Access::from_number(number + 5)), (access, access));
            assert_eq!(access.number(), number);
        }
        assert_eq!(Access::from_number(-1), Access::None);
    }
}
