//! The server's side of removing an account.

use super::PATH;
use super::removal::{RemovalAsked, RemovalChoice};
use crate::sync_links::{Removal, states};
use crate::wire::ApiError;
use crate::words;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use kalends_domain::sync::{AccountRemoval, LinkRemoval, RemoteAccountId, RemovalPreview};

fn of_domain(removal: Removal) -> LinkRemoval {
    match removal {
        Removal::Keep => LinkRemoval::KeepBoth,
        Removal::Bin => LinkRemoval::BinHere,
        Removal::DeleteThere => LinkRemoval::DeleteThere,
    }
}

impl RemovalChoice {
    fn removal(&self) -> AccountRemoval {
        let of = self.of.iter().map(|(calendar, removal)| (CalendarId(*calendar), of_domain(*removal)));
        AccountRemoval { otherwise: of_domain(self.otherwise), of: of.collect() }
    }
}

fn line(preview: RemovalPreview) -> (String, String) {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let what = match preview.removal {
        LinkRemoval::KeepBoth => words::server_accounts_will_keep().to_owned(),
        LinkRemoval::BinHere => words::server_accounts_will_bin(number(preview.here)),
        LinkRemoval::DeleteThere => {
            words::server_accounts_will_delete(number(preview.there), number(preview.here), &preview.remote_name)
        }
    };
    (preview.name, what)
}

/// What removing an account would do.
///
/// # Errors
/// `NotFound`; what is wrong with what was chosen.
pub async fn look(
    kalends: &Kalends,
    user: &User,
    id: RemoteAccountId,
    choice: RemovalChoice,
) -> Result<RemovalAsked, ApiError> {
    let previews = kalends.removal_preview(user.on_a_page(), id, &choice.removal()).await?;
    let deletes_there = previews.iter().any(|preview| preview.removal == LinkRemoval::DeleteThere);
    Ok(RemovalAsked { choice, lines: previews.into_iter().map(line).collect(), deletes_there, wrong: None })
}

/// Removes an account. `typed`: its name, where something is deleted at the service. Yields where to go on, and what is said there; or
/// the question once more.
///
/// # Errors
/// As [`look`].
pub async fn remove(
    kalends: &Kalends,
    user: &User,
    id: RemoteAccountId,
    choice: RemovalChoice,
    typed: &str,
) -> Result<Result<(String, String), RemovalAsked>, ApiError> {
    let caller = user.on_a_page();
    let name = kalends.remote_account(caller, id).await?.name;
    let asked = look(kalends, user, id, choice).await?;
    if asked.deletes_there && typed.trim() != name.trim() {
        let wrong = Some(words::server_accounts_remove_confirm_wrong(&name));
        return Ok(Err(RemovalAsked { wrong, ..asked }));
    }
    let is_gone = kalends.remove_account_and(caller, id, &asked.choice.removal(), |_| Ok(())).await?;
    let said = match is_gone {
        true => words::server_accounts_removed(&name),
        false => words::server_accounts_removing(&name),
    };
    // The page of the account may have gone before it is shown.
    Ok(Ok((PATH.to_owned(), said)))
}

/// How far emptying the calendars there has come, of an account that is being removed.
///
/// # Errors
/// `NotFound`
pub async fn progress(kalends: &Kalends, user: &User, id: RemoteAccountId) -> Result<Option<Vec<String>>, ApiError> {
    let Some(links) = kalends.removal_progress(user.on_a_page(), id).await? else { return Ok(None) };
    let reader = crate::history::words_of::Reader::of(user);
    let lines = links.iter().map(|link| format!("{}: {}", link.remote_name, states::whole_line(link, &reader)));
    Ok(Some(lines.collect()))
}
