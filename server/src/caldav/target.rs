//! What an address leads to for whoever asks: looked up once, before the method is carried out.

use super::resource::{Address, ProxyGroup, Resource, Tree};
use kalends_domain::access::{Caller, Held, Principal};
use kalends_domain::delegates::Delegation;
use kalends_domain::objects::{Place, Reads};
use kalends_domain::scheduling::InboxItem;
use kalends_domain::share_notices::ShareNotice;
pub use kalends_domain::sharing::Party;
use kalends_domain::sharing::PartyKind;
use kalends_domain::{Error, Kalends};

/// A resource as it is for the caller. What they may not know of is [`Target::Missing`], like what is not there.
#[expect(clippy::large_enum_variant, reason = "most requests are for an object, and there is one for each")]
#[derive(Clone, Debug)]
pub enum Target {
    /// The root, the collection of principals and the collection of homes: they only lead on.
    Container,
    /// The caller as a principal, or somebody else whom they may know.
    Principal(Party),
    /// Those who act for a person, to that person and to themselves.
    Proxies(Box<Proxies>),
    /// The caller's calendar home.
    Home,
    /// The home of somebody for whom the caller acts, with that person's calendars.
    HomeOf(Party, Vec<Held>),
    /// What the caller is told of shares, the oldest first.
    Notifications(Vec<ShareNotice>),
    Notification(Box<ShareNotice>),
    /// The caller's scheduling inbox.
    Inbox(Box<InboxContent>),
    InboxItem(Box<InboxItem>),
    /// The caller's scheduling outbox.
    Outbox,
    Calendar(Held),
    /// A name in the caller's home that no calendar has.
    Vacant {
        slug: String,
    },
    Object(Place),
    /// A collection inside of a calendar, where none can be.
    Inner,
    Missing,
}

impl Target {
    /// Looks up what `address` leads to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resolve(
        kalends: &Kalends,
        who: &Principal,
        caller: Caller,
        address: &Address,
        reads: Reads,
    ) -> Result<Self, Error> {
        Ok(match &address.resource {
            Resource::Root | Resource::Principals | Resource::Homes => Target::Container,
            Resource::Principal { slug } if *slug == who.slug => Target::Principal(party(who)),
            Resource::Principal { slug } => {
                found(kalends.party_named(caller, slug).await)?.map_or(Target::Missing, Target::Principal)
            }
            Resource::Proxies { slug, group } => {
                let proxies = Proxies::read(kalends, who, caller, slug, *group).await?;
                proxies.map_or(Target::Missing, |proxies| Target::Proxies(Box::new(proxies)))
            }
            Resource::Home { owner } if *owner == who.slug => Target::Home,
            Resource::Home { owner } => match found(kalends.home_acted_for(caller, owner).await)? {
                Some((party, calendars)) => Target::HomeOf(party, calendars),
                None => Target::Missing,
            },
            Resource::Notifications { owner } if *owner == who.slug && !caller.is_for_one_calendar() => {
                Target::Notifications(kalends.share_notices(caller).await?)
            }
            Resource::Notification { owner, name } if *owner == who.slug => {
                let notices = kalends.share_notices(caller).await?;
                let named = notices.into_iter().find(|notice| notification_name(notice) == *name);
                named.map_or(Target::Missing, |notice| Target::Notification(Box::new(notice)))
            }
            Resource::Inbox { owner } if *owner == who.slug && !caller.is_for_one_calendar() => {
                Target::Inbox(Box::new(InboxContent::read(kalends, who, caller).await?))
            }
            Resource::InboxItem { owner, name } if *owner == who.slug => {
                let item = found(kalends.inbox_item(caller, name).await)?;
                item.map_or(Target::Missing, |item| Target::InboxItem(Box::new(item)))
            }
            Resource::Outbox { owner } if *owner == who.slug && !caller.is_for_one_calendar() => Target::Outbox,
            Resource::Inbox { .. } | Resource::InboxItem { .. } | Resource::Outbox { .. } => Target::Missing,
            Resource::Calendar { owner, slug } => match found(kalends.calendar(caller, owner, slug).await)? {
                Some(calendar) => Target::Calendar(calendar),
                None if *owner == who.slug => Target::Vacant { slug: slug.clone() },
                // Another's home, which may or may not be there, is not a place to put anything.
                None => Target::Missing,
            },
            Resource::Object { owner, calendar, name } => {
                let look = async |name: &str| kalends.place(caller, owner, calendar, name, reads).await;
                let Some(mut place) = found(look(name).await)? else { return Ok(Target::Missing) };
                if place.head().is_err() {
                    let name = object_name(kalends, &place.calendar, name, address.tree).await?;
                    if name != place.name {
                        place = look(&name).await?;
                    }
                }
                Target::Object(place)
            }
            Resource::Inner { owner, calendar } => {
                let calendar = found(kalends.calendar(caller, owner, calendar).await)?;
                calendar.map_or(Target::Missing, |_| Target::Inner)
            }
            Resource::Notifications { .. } | Resource::Notification { .. } | Resource::Unknown => Target::Missing,
        })
    }
}

/// The caller's inbox, with what it says of itself.
#[derive(Clone, Debug)]
pub struct InboxContent {
    pub owner: Party,
    /// The oldest first.
    pub items: Vec<InboxItem>,
    /// Another whenever something else is in it.
    pub sync_token: String,
    /// Where invitations go, in the caller's home.
    pub default_calendar: Option<String>,
    /// VAVAILABILITY.
    pub availability: Option<String>,
}

impl InboxContent {
    async fn read(kalends: &Kalends, who: &Principal, caller: Caller) -> Result<Self, Error> {
        let default = found(kalends.invitation_calendar(caller).await)?;
        Ok(InboxContent {
            owner: party(who),
            items: kalends.inbox(caller).await?,
            sync_token: kalends.inbox_token(caller).await?,
            default_calendar: default.map(|held| Tree::Calendars.calendar_href(&who.slug, &held.slug)),
            availability: kalends.availability(caller).await?,
        })
    }
}

/// Those who act for a person with one access.
#[derive(Clone, Debug)]
pub struct Proxies {
    /// For whom they act.
    pub person: Party,
    pub group: ProxyGroup,
    /// By their names in URLs; `None`: not the caller's to know.
    pub members: Option<Vec<String>>,
}

impl Proxies {
    /// `None` for those who neither are the person nor stand there.
    async fn read(
        kalends: &Kalends,
        who: &Principal,
        caller: Caller,
        slug: &str,
        group: ProxyGroup,
    ) -> Result<Option<Self>, Error> {
        if caller.is_for_one_calendar() {
            return Ok(None);
        }
        let is_of_group = |delegation: &Delegation| delegation.access == group.access();
        if slug == who.slug {
            let delegates = kalends.delegates(caller).await?.into_iter().filter(is_of_group);
            let members = Some(delegates.map(|delegation| delegation.with.slug).collect());
            return Ok(Some(Proxies { person: party(who), group, members }));
        }
        let delegating = kalends.delegating(caller).await?;
        let found = delegating.into_iter().filter(is_of_group).find(|delegation| delegation.with.slug == slug);
        Ok(found.map(|delegation| Proxies { person: delegation.with, group, members: None }))
    }
}

/// What a notice is called in its collection.
pub fn notification_name(notice: &ShareNotice) -> String {
    format!("{}.xml", notice.id)
}

/// A person who is signed in, as others see them.
pub fn party(who: &Principal) -> Party {
    Party { id: who.id, kind: PartyKind::Person, slug: who.slug.clone(), display_name: who.display_name.clone() }
}

/// What is not there, or not for the caller, is `None`.
fn found<T>(looked_up: Result<T, Error>) -> Result<Option<T>, Error> {
    match looked_up {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name of the object that `name` stands for: in the short tree one is also found by its UID, whatever it is called.
pub async fn object_name(kalends: &Kalends, calendar: &Held, name: &str, tree: Tree) -> Result<String, Error> {
    let found = match tree {
        Tree::Calendars => None,
        Tree::Short => kalends.object_name(calendar, name).await?,
    };
    Ok(found.unwrap_or_else(|| name.to_owned()))
}
