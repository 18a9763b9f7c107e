//! Everything that somebody has, to be taken along.

use super::{Administrator, NOT_THERE, User};
use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::accounts::Picture;
use crate::transfer::Export;
use crate::{Kalends, Result};

/// What a person has: their account and their own calendars.
pub struct TakeOut {
    pub user: User,
    pub picture: Option<Picture>,
    /// In display order.
    pub calendars: Vec<Held>,
    kalends: Kalends,
    /// The person, who reads.
    reader: Caller,
}

impl Kalends {
    /// Everything that `of` has, for themselves on a page and for administrators.
    ///
    /// # Errors
    /// `NotFound` for an account that is not there, and for whoever may not have it.
    pub async fn take_out(&self, by: Administrator, of: PrincipalId) -> Result<TakeOut> {
        let mut tx = self.db.read().await?;
        let is_own = matches!(by, Administrator::Person(caller) if caller == Caller::page(of));
        if !is_own {
            by.check(&mut tx).await?;
        }
        let user = tx.user(of).await?.ok_or(NOT_THERE)?;
        let picture = tx.picture(of).await?;
        let reader = Caller { ceiling: Access::Read, ..Caller::page(of) };
        let listed = access::listed_calendars(&mut tx, reader).await?;
        let calendars = listed.into_iter().filter(|held| held.owner().id == of).collect();
        Ok(TakeOut { user, picture, calendars, kalends: self.clone(), reader })
    }
}

impl TakeOut {
    /// One of the calendars as a file.
    ///
    /// # Errors
    /// `NotFound` when it has gone meanwhile.
    pub async fn export(&self, calendar: &Held) -> Result<Export> {
        self.kalends.export(self.reader, calendar.id).await
    }
}
