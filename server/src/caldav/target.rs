//! What an address leads to for whoever asks: looked up once, before the method is carried out.

use super::resource::{Address, Resource, Tree};
use kalends_domain::access::{Caller, Held, Principal};
use kalends_domain::{Error, Kalends};

/// A resource as it is for the caller. What they may not know of is [`Target::Missing`], like what is not there.
#[derive(Debug)]
pub enum Target {
    /// The root, the collection of principals and the collection of homes: they only lead on.
    Signpost,
    /// The caller as a principal.
    Principal,
    /// The caller's calendar home.
    Home,
    Calendar(Held),
    /// A name in the caller's home that no calendar has.
    Vacant {
        slug: String,
    },
    /// A name in a calendar, whether or not an object has it.
    Object {
        calendar: Held,
        name: String,
    },
    /// A collection inside of a calendar, where none can be.
    Inner,
    Missing,
}

impl Target {
    /// Looks up what `address` leads to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resolve(kalends: &Kalends, who: &Principal, caller: Caller, address: &Address) -> Result<Self, Error> {
        let found = |calendar: Result<Held, Error>| match calendar {
            Ok(held) => Ok(Some(held)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        };
        Ok(match &address.resource {
            Resource::Root | Resource::Principals | Resource::Homes => Target::Signpost,
            Resource::Principal { slug } if *slug == who.slug => Target::Principal,
            Resource::Home { owner } if *owner == who.slug => Target::Home,
            Resource::Calendar { owner, slug } => match found(kalends.calendar(caller, owner, slug).await)? {
                Some(calendar) => Target::Calendar(calendar),
                None if *owner == who.slug => Target::Vacant { slug: slug.clone() },
                // Another's home, which may or may not be there, is not a place to put anything.
                None => Target::Missing,
            },
            Resource::Object { owner, calendar, name } => {
                match found(kalends.calendar(caller, owner, calendar).await)? {
                    Some(calendar) => {
                        let name = object_name(kalends, &calendar, name, address.tree).await?;
                        Target::Object { calendar, name }
                    }
                    None => Target::Missing,
                }
            }
            Resource::Inner { owner, calendar } => {
                let calendar = found(kalends.calendar(caller, owner, calendar).await)?;
                calendar.map_or(Target::Missing, |_| Target::Inner)
            }
            Resource::Principal { .. } | Resource::Home { .. } | Resource::Nowhere => Target::Missing,
        })
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
