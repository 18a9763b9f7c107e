//! The calendar that the matrix is about, and those who look at it.

use super::{CLASSES, FREE};
use kalends_domain::Kalends;
use kalends_domain::access::{Access, Caller, PrincipalId};
use kalends_domain::calendars::{CalendarDetails, CalendarId};
use kalends_domain::links::{LinkDetails, LinkId};
use kalends_domain::objects::Precondition;
use kalends_domain::sharing::{Answer, PartyKind};
use kalends_domain::teams::{Role, TeamDetails};
use kalends_test_support::browser::Person;
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, component};

/// How they came by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    Person,
    SharedGroup,
    SharedMission,
    Everyone,
    OwningGroup,
    OwningMission,
    /// They act for its owner.
    Delegate,
}

impl Through {
    pub fn levels(self) -> Vec<Access> {
        use Access::{Administer, FreeBusy, None, Owner, Read, Write};
        match self {
            Through::Person => vec![None, FreeBusy, Read, Write, Administer, Owner],
            Through::SharedGroup | Through::SharedMission => vec![None, FreeBusy, Read, Write, Administer],
            Through::Everyone => vec![FreeBusy, Read, Write, Administer],
            Through::OwningGroup | Through::OwningMission => vec![None, Read, Write, Owner],
            Through::Delegate => vec![None, Read, Write],
        }
    }

    fn owns(self) -> bool {
        matches!(self, Through::OwningGroup | Through::OwningMission)
    }

    fn kind(self) -> PartyKind {
        match self {
            Through::SharedMission | Through::OwningMission => PartyKind::Mission,
            _ => PartyKind::Group,
        }
    }
}

/// A server with the calendar and its owner.
pub struct World {
    pub server: Server,
    pub owner: Person,
    pub owner_client: Client,
    pub calendar: CalendarId,
    /// The segments of its address.
    pub home: String,
    pub slug: String,
    /// The tokens of its public links: for reading, and for busy times.
    pub link: String,
    pub link_id: LinkId,
    pub busy_link: String,
    through: Through,
    team: Option<PrincipalId>,
}

/// What there is to bring back.
pub struct Resting {
    /// In the bin, by its number there.
    pub object: i64,
    /// The revision that took it away.
    pub removal: i64,
}

/// Somebody with a session and an app password.
#[derive(Clone)]
pub struct Viewer {
    pub name: String,
    pub level: Access,
    /// Whether what is private is shown to them as anything else is.
    pub sees_private: bool,
    pub person: Person,
    pub client: Client,
    /// Where the calendar is in their home.
    pub path: String,
}

fn text(class: &str, word: &str, name: &str) -> String {
    let free = if name == FREE { "TRANSP:TRANSPARENT\n" } else { "" };
    let lines = format!(
        "{free}DTSTART:20270302T090000Z\nDTEND:20270302T100000Z\nCLASS:{class}\nSUMMARY:The {word}\nLOCATION:At {word}\nDESCRIPTION:{word}"
    );
    calendar(&component("VEVENT", &format!("uid-of-{name}"), &lines))
}

/// Those in the bin of whoever asks.
async fn bin_calendars(kalends: &Kalends, of: Caller) -> Vec<CalendarId> {
    kalends.bin(of, 0).await.unwrap().calendars.iter().map(|resting| resting.id).collect()
}

async fn app_password(server: &Server, person: &Person, name: &str) -> Client {
    let (_, secret) = server.kalends.create_app_password(person.caller.principal, "matrix").await.unwrap();
    Client::new(server.address, name, &secret.0)
}

impl World {
    pub async fn new(through: Through) -> Self {
        let server = Server::with_pages().await;
        let owner = server.person("olga").await;
        server.person("spare").await;
        let owner_client = app_password(&server, &owner, "olga").await;
        let kalends = &server.kalends;
        let team = match through {
            Through::Person | Through::Everyone | Through::Delegate => None,
            _ => {
                let details = TeamDetails { name: "Choir".into(), ..TeamDetails::default() };
                Some(kalends.create_team(owner.caller, through.kind(), details).await.unwrap().party)
            }
        };
        let details = CalendarDetails { display_name: "Watched".into(), ..CalendarDetails::named("watched", 0) };
        let made = match team.as_ref().filter(|_| through.owns()) {
            Some(team) => {
                kalends.create_calendar_for(owner.caller, team.id, Some("watched"), details, Vec::new()).await.unwrap()
            }
            None => kalends.create_calendar(owner.caller, Some("watched"), details, Vec::new()).await.unwrap(),
        };
        let home = made.owner_slug.clone();
        let team = team.map(|team| team.id);
        let link = async |access| {
            let details = LinkDetails { name: "Link".into(), access, ends_at: None, calendars: vec![made.id] };
            let (id, secret) = kalends.create_link(owner.caller, &details).await.unwrap();
            (id, secret.0)
        };
        let ((link_id, link), (_, busy_link)) = (link(Access::Read).await, link(Access::FreeBusy).await);
        let shared = server.person("shared").await;
        kalends.share(owner.caller, made.id, shared.caller.principal, Access::Read, None).await.unwrap();
        let (calendar, slug) = (made.id, made.slug.clone());
        let world =
            World { owner, owner_client, calendar, home, slug, link, link_id, busy_link, through, team, server };
        world.restore().await;
        world
    }

    /// Has the events as they were at the beginning.
    pub async fn restore(&self) {
        let kalends = &self.server.kalends;
        if kalends.calendar_by_id(self.owner.caller, self.calendar).await.is_err() {
            kalends.restore_calendar(self.owner.caller, self.calendar).await.unwrap();
        }
        for head in kalends.object_heads(self.owner.caller, self.calendar, "").await.unwrap() {
            kalends.delete_object(self.owner.caller, self.calendar, &head.name, Precondition::None).await.unwrap();
        }
        for (class, word, name) in [("PUBLIC", "neon", "gone.ics")].into_iter().chain(CLASSES) {
            let text = text(class, word, name);
            kalends.put_object(self.owner.caller, self.calendar, name, &text, Precondition::None).await.unwrap();
        }
        kalends.delete_object(self.owner.caller, self.calendar, "gone.ics", Precondition::None).await.unwrap();
    }

    /// One object that rests in the bin, and what it came there by.
    pub async fn resting(&self) -> Resting {
        let kalends = &self.server.kalends;
        let gone = kalends.bin(self.owner.caller, 0).await.unwrap().objects.remove(0);
        Resting { object: gone.object.0, removal: gone.revision.0 }
    }

    /// A calendar that rests in the bin, and was shared and owned as the one that is looked at.
    pub async fn resting_calendar(&self) -> CalendarId {
        let (kalends, owner) = (&self.server.kalends, self.owner.caller);
        if let Some(resting) = bin_calendars(kalends, owner).await.first() {
            return *resting;
        }
        let details = CalendarDetails::named("Whole", 1);
        let of = self.team.filter(|_| self.through.owns()).unwrap_or(owner.principal);
        let made = kalends.create_calendar_for(owner, of, None, details, Vec::new()).await.unwrap().id;
        kalends.share_with_these(owner, made, &self.shares().await).await.unwrap();
        kalends.delete_calendar(owner, made).await.unwrap();
        made
    }

    /// A link of the calendar that its owner made.
    pub async fn some_link(&self) -> LinkId {
        let (kalends, owner) = (&self.server.kalends, self.owner.caller);
        if let Some(link) = kalends.links(owner).await.unwrap().first() {
            return link.id;
        }
        let details =
            LinkDetails { name: "Link".into(), access: Access::Read, ends_at: None, calendars: vec![self.calendar] };
        kalends.create_link(owner, &details).await.unwrap().0
    }

    /// The calendar's.
    pub async fn revision(&self) -> i64 {
        self.server.kalends.calendar_by_id(self.owner.caller, self.calendar).await.unwrap().revision.0
    }

    /// When what rests in the bin was still there, as an address has it.
    pub async fn before_removal(&self) -> String {
        let gone = self.server.kalends.bin(self.owner.caller, 0).await.unwrap().objects.remove(0);
        let before = gone.deleted_at - chrono::TimeDelta::milliseconds(1);
        before.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }

    /// An event as its owner opens it in the form.
    pub async fn opened(&self, name: &str) -> serde_json::Value {
        let path = format!("/fn/event?calendar={}&name={name}", self.calendar.0);
        let answer = self.server.connect().await.get(&path, &self.owner.cookie).await;
        serde_json::from_str(&answer.text).unwrap()
    }

    /// With whom it is shared.
    pub async fn shares(&self) -> Vec<(PrincipalId, Access)> {
        let shares = self.server.kalends.shares(self.owner.caller, self.calendar).await.unwrap();
        shares.into_iter().map(|share| (share.with.id, share.access)).collect()
    }

    /// All that its owner knows of the calendar.
    pub async fn state(&self) -> String {
        let kalends = &self.server.kalends;
        let Ok(calendar) = kalends.calendar_by_id(self.owner.caller, self.calendar).await else {
            return "gone".into();
        };
        let shares = self.shares().await;
        let links = kalends.calendar_links(self.owner.caller, self.calendar).await.unwrap();
        let links: Vec<_> = links.iter().map(|link| (link.id, &link.name, link.changed_at)).collect();
        let wholes: Vec<i64> = bin_calendars(kalends, self.owner.caller).await.iter().map(|whole| whole.0).collect();
        let bin = kalends.bin(self.owner.caller, 0).await.unwrap();
        let resting: Vec<i64> = bin.objects.iter().map(|object| object.object.0).collect();
        format!(
            "{} {:?} {shares:?} {links:?} {wholes:?} {resting:?} {}",
            calendar.revision.0, calendar.details, bin.more
        )
    }

    /// Somebody with this access, who has it in their list.
    pub async fn viewer(&self, level: Access) -> Viewer {
        let slug = format!("v{}", level as u8);
        if level == Access::Owner && self.through == Through::Person {
            return Viewer {
                name: "its owner".into(),
                level,
                sees_private: true,
                person: self.owner.clone(),
                client: self.owner_client.clone(),
                path: format!("{}{}/", self.owner_client.home(), self.slug),
            };
        }
        let person = self.server.person(&slug).await;
        let client = app_password(&self.server, &person, &slug).await;
        self.give(&person, level).await;
        let path = match self.through {
            Through::Delegate => format!("{}{}/", self.owner_client.home(), self.slug),
            _ => format!("{}shared-{}/", client.home(), self.calendar.0),
        };
        let is_in_full = self.through.owns() || self.through == Through::Delegate;
        let sees_private = level >= Access::Administer || is_in_full && level > Access::None;
        Viewer { name: format!("{level:?} through {:?}", self.through), level, sees_private, person, client, path }
    }

    async fn give(&self, person: &Person, access: Access) {
        if access == Access::None {
            return;
        }
        let kalends = &self.server.kalends;
        let (owner, id) = (self.owner.caller, person.caller.principal);
        match (self.through, self.team) {
            (Through::Person, _) => {
                kalends.share(owner, self.calendar, id, access, None).await.unwrap();
                self.accept(person.caller).await;
            }
            (Through::Delegate, _) => kalends.set_delegate(owner, id, access).await.unwrap(),
            (Through::Everyone, _) => {
                kalends.share(owner, self.calendar, PrincipalId::EVERYONE, access, None).await.unwrap();
            }
            (Through::SharedGroup | Through::SharedMission, Some(team)) => {
                kalends.set_member(owner, team, id, Role::Guest).await.unwrap();
                kalends.share(owner, self.calendar, team, access, None).await.unwrap();
            }
            (_, Some(team)) => {
                let role = match access {
                    Access::Read => Role::Guest,
                    Access::Write => Role::Member,
                    _ => Role::Manager,
                };
                kalends.set_member(owner, team, id, role).await.unwrap();
            }
            (_, None) => unreachable!("a team was made"),
        }
    }

    async fn accept(&self, caller: Caller) {
        self.server.kalends.answer_share(caller, self.calendar, Answer::Accepted).await.unwrap();
    }
}
