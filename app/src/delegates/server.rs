//! The server's side of delegates.

use super::{DelegateInfo, DelegateLevel, DelegateWish, Delegations};
use crate::sharing::Refusal;
use crate::sharing::people::{info, named};
use crate::sharing::server::chosen;
use crate::wire::ApiError;
use crate::words;
use kalends_domain::access::{Access, PrincipalId};
use kalends_domain::accounts::User;
use kalends_domain::delegates::{Delegation, highest};
use kalends_domain::sharing::PartyKind;
use kalends_domain::{Error, Kalends, Missing};

/// What the forms of the page are called where it is said what became of them.
pub const FORM: &str = "delegates";

impl DelegateLevel {
    pub const ALL: [DelegateLevel; 2] = [DelegateLevel::Read, DelegateLevel::Write];

    fn of(access: Access) -> Self {
        DelegateLevel::ALL.into_iter().find(|level| level.access() == access).unwrap_or(DelegateLevel::Read)
    }

    fn access(self) -> Access {
        match self {
            DelegateLevel::Read => Access::Read,
            DelegateLevel::Write => Access::Write,
        }
    }

    /// In forms.
    pub fn value(self) -> String {
        self.access().to_string()
    }
}

pub async fn delegations(kalends: &Kalends, user: &User) -> Result<Delegations, ApiError> {
    let caller = user.on_a_page();
    let cursor = kalends.told(caller).await?.to_string();
    let infos = |of: Vec<Delegation>| highest(of).into_iter().map(delegate_info).collect();
    let (delegates, delegating) = (kalends.delegates(caller).await?, kalends.delegating(caller).await?);
    Ok(Delegations { cursor, delegates: infos(delegates), delegating: infos(delegating), said: None, refused: None })
}

fn delegate_info(delegation: Delegation) -> DelegateInfo {
    DelegateInfo { id: delegation.with.id.0, with: info(delegation.with), level: DelegateLevel::of(delegation.access) }
}

/// Does what a form asked for. Yields what is said of it.
///
/// # Errors
/// What is wrong with the form, or with asking for it.
pub async fn fulfil(kalends: &Kalends, user: &User, wish: &DelegateWish) -> Result<String, Refusal> {
    let caller = user.on_a_page();
    let name_in = |of: Vec<Delegation>, who: i64| {
        let found = of.into_iter().find(|delegation| delegation.with.id == PrincipalId(who));
        found.map(|delegation| info(delegation.with).name).ok_or(Error::NotFound(Missing::Delegate))
    };
    match wish {
        DelegateWish::Add { with, level } => {
            let access = chosen(level)?;
            let party = named(kalends, user, with, |kind| kind == PartyKind::Person).await?;
            kalends.set_delegate(caller, party.id, access).await?;
            Ok(words::server_delegates_done(&info(party).name))
        }
        DelegateWish::End { who } => {
            let name = name_in(kalends.delegates(caller).await?, *who)?;
            kalends.remove_delegate(caller, PrincipalId(*who)).await?;
            Ok(words::server_delegates_ended(&name))
        }
        DelegateWish::Stop { who } => {
            let name = name_in(kalends.delegating(caller).await?, *who)?;
            kalends.stop_acting(caller, PrincipalId(*who)).await?;
            Ok(words::server_delegates_stopped(&name))
        }
    }
}
