//! Whom a name means, and how somebody is shown.

use super::{Kind, Level, PartyInfo, Refusal, Wanted};
use crate::ui::avatar::picture_path;
use crate::words;
use kalends_domain::access::Access;
use kalends_domain::accounts::User;
use kalends_domain::sharing::{MAX_FOUND, Party, PartyKind};
use kalends_domain::{Error, Kalends};
use std::collections::HashMap;

/// Finds whom a form names among those that `fits`. A user name, an address and a whole name that only one has are taken at once.
///
/// # Errors
/// What is wrong with the name, or those whom it may mean.
pub async fn named(
    kalends: &Kalends,
    user: &User,
    wanted: &Wanted,
    fits: fn(PartyKind) -> bool,
) -> Result<Party, Refusal> {
    let caller = user.on_a_page();
    let unknown = || Refusal::bad_input("name", words::server_person_not_found());
    let name = wanted.chosen().unwrap_or(&wanted.name);
    if name.is_empty() {
        return Err(Refusal::bad_input("name", words::server_sharing_name_missing()));
    }
    let is_typed = wanted.chosen().is_none();
    match kalends.party(caller, name).await {
        // Nobody shares with everyone by a slip of the pen.
        Ok(party) if fits(party.kind) && !(is_typed && party.kind == PartyKind::Everyone) => return Ok(party),
        Ok(_) | Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    if !is_typed {
        return Err(unknown());
    }
    let found = kalends.find_parties(caller, name).await?;
    let is_all = found.len() < MAX_FOUND;
    let mut found: Vec<Party> = found.into_iter().filter(|party| fits(party.kind)).collect();
    let is_whole = |party: &Party| party.display_name.to_lowercase() == name.to_lowercase();
    let mut whole = (0..found.len()).filter(|at| is_whole(&found[*at]));
    if let (Some(only), None, true) = (whole.next(), whole.next(), is_all) {
        return Ok(found.swap_remove(only));
    }
    if found.is_empty() {
        Err(unknown())
    } else {
        let mut found: Vec<_> = found.into_iter().map(info).collect();
        add_pictures(kalends, &mut found).await?;
        Err(Refusal::Which(found))
    }
}

pub fn info(party: Party) -> PartyInfo {
    let kind = match party.kind {
        PartyKind::Person => Kind::Person,
        PartyKind::Group => Kind::Group,
        PartyKind::Mission => Kind::Mission,
        PartyKind::Everyone => Kind::Everyone,
    };
    let name = if kind == Kind::Everyone { words::server_sharing_everyone().to_owned() } else { party.display_name };
    PartyInfo { slug: party.slug, name, kind, picture: None }
}

/// Looks up how people look who are shown.
///
/// # Errors
/// Those of [`Kalends::pictures_among`].
pub async fn add_pictures<'a>(
    kalends: &Kalends,
    shown: impl IntoIterator<Item = &'a mut PartyInfo>,
) -> Result<(), Error> {
    let mut people: Vec<&mut PartyInfo> = shown.into_iter().filter(|party| party.kind == Kind::Person).collect();
    let slugs: Vec<String> = people.iter().map(|person| person.slug.clone()).collect();
    let found: HashMap<String, [u8; 16]> = kalends.pictures_among(&slugs).await?.into_iter().collect();
    for person in &mut people {
        person.picture = found.get(&person.slug).map(|digest| picture_path(&person.slug, digest));
    }
    Ok(())
}

impl Level {
    pub const ALL: [Level; 4] = [Level::FreeBusy, Level::Read, Level::Write, Level::Administer];

    /// `None` for what is not shared: nothing, and what an owner has.
    pub fn of(access: Access) -> Option<Self> {
        Level::ALL.into_iter().find(|level| level.access() == access)
    }

    pub fn access(self) -> Access {
        match self {
            Level::FreeBusy => Access::FreeBusy,
            Level::Read => Access::Read,
            Level::Write => Access::Write,
            Level::Administer => Access::Administer,
        }
    }

    /// In forms.
    pub fn value(self) -> String {
        self.access().to_string()
    }

    /// What it is called, and what it shows.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Level::FreeBusy => (words::server_sharing_free_busy(), words::server_sharing_free_busy_what()),
            Level::Read => (words::server_sharing_read(), words::server_sharing_read_what()),
            Level::Write => (words::server_sharing_write(), words::server_sharing_write_what()),
            Level::Administer => (words::server_sharing_administer(), words::server_sharing_administer_what()),
        }
    }
}

impl Kind {
    pub fn words(self) -> &'static str {
        match self {
            Kind::Person => words::server_sharing_person(),
            Kind::Group => words::server_sharing_group(),
            Kind::Mission => words::server_sharing_mission(),
            Kind::Everyone => words::server_sharing_everyone(),
        }
    }
}
