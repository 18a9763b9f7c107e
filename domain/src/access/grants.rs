//! What one person may give another of a calendar.

use super::Access;
use crate::{Error, Problem, Result};

/// Whether a public link can be for it: nobody writes without an account.
pub(crate) fn is_for_links(access: Access) -> bool {
    matches!(access, Access::FreeBusy | Access::Read)
}

/// What somebody is granted who is to have `asked`, by a client to which nothing is higher than writing: whoever administers a calendar
/// goes on to.
pub(crate) fn granted_by_client(has: Option<Access>, asked: Access) -> Access {
    match (has, asked) {
        (Some(Access::Administer), Access::Write) => Access::Administer,
        _ => asked,
    }
}

/// What may be granted to others: everything below what an owner has.
///
/// # Errors
/// `BadInput` (access)
pub(crate) fn check_grantable(access: Access) -> Result<()> {
    let grantable = access > Access::None && access < Access::Owner;
    if grantable { Ok(()) } else { Err(Error::bad_input("access", Problem::Access)) }
}

/// What somebody may act for another with.
///
/// # Errors
/// `BadInput` (access)
pub(crate) fn check_delegable(access: Access) -> Result<()> {
    match access {
        Access::Read | Access::Write => Ok(()),
        _ => Err(Error::bad_input("access", Problem::Access)),
    }
}
