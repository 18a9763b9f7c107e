//! The server's side of what somebody follows.

use super::{BroughtFile, ChosenCountry, SubscriptionInfo, SubscriptionsState, Wish};
use crate::history::words_of::Reader;
use crate::wire::ApiError;
use crate::words;
use kalends_domain::accounts::User;
use kalends_domain::holidays::{Country, Pack, countries};
use kalends_domain::subscriptions::{Subscription, Unsubscribed};
use kalends_domain::sync::connector::FindError;
use kalends_domain::sync::feed::FeedSource;
use kalends_domain::sync::provider::ProviderError;
use kalends_domain::sync::{LinkState, RemoteAccountId};
use kalends_domain::{Error, Kalends};

pub async fn state(kalends: &Kalends, user: &User, country: Option<&str>) -> Result<SubscriptionsState, ApiError> {
    let caller = user.on_a_page();
    // Before the subscriptions: what comes in between is looked up once more.
    let follows = kalends.told(caller).await?.to_string();
    let (reader, language) = (Reader::of(user), words::language());
    let subscriptions = kalends.subscriptions(caller).await?;
    let subscriptions = subscriptions.into_iter().map(|subscription| info(&reader, subscription)).collect();
    let mut named: Vec<(String, String)> =
        countries().iter().map(|country| (country.code.to_owned(), country.name(language).to_owned())).collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    let chosen = country.and_then(Country::by_code).map(|country| chosen(country, language));
    Ok(SubscriptionsState { subscriptions, countries: named, chosen, refused: None, follows })
}

fn chosen(country: &Country, language: &str) -> ChosenCountry {
    let owned = |(code, name): &(&str, &str)| ((*code).to_owned(), (*name).to_owned());
    let spoken = if country.languages.contains(&language) {
        language
    } else {
        country.languages.first().copied().unwrap_or_default()
    };
    ChosenCountry {
        code: country.code.to_owned(),
        name: country.name(language).to_owned(),
        regions: country.regions.iter().map(owned).collect(),
        languages: country.languages.iter().map(|code| ((*code).to_owned(), language_name(code))).collect(),
        language: spoken.to_owned(),
    }
}

/// What a language calls itself, where that is known here; else its code.
fn language_name(code: &str) -> String {
    let name = match code {
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fr" => "Français",
        "it" => "Italiano",
        "lb" => "Lëtzebuergesch",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        code => code,
    };
    name.to_owned()
}

fn info(reader: &Reader, subscription: Subscription) -> SubscriptionInfo {
    let Subscription { account, source, link } = subscription;
    let is_file = matches!(source, FeedSource::File { .. });
    let source = match &source {
        FeedSource::Address { host } => words::server_subscriptions_at(host),
        FeedSource::Holidays(_) => words::server_subscriptions_by_program().to_owned(),
        FeedSource::File { name } => words::server_subscriptions_file_of(name),
    };
    let (state, is_troubled) = match &link {
        None => (words::server_subscriptions_no_calendar().to_owned(), true),
        Some(link) => {
            let why = link.why.clone().unwrap_or_default();
            let when = |at: Option<_>| at.map(|at| reader.moment(reader.local(at))).unwrap_or_default();
            match link.state {
                LinkState::New | LinkState::Syncing => (words::server_subscriptions_reading().to_owned(), false),
                LinkState::InStep => (words::server_subscriptions_in_step(&when(link.in_step_at)), false),
                LinkState::Waiting => (words::server_subscriptions_waiting(&when(link.next_run_at), &why), true),
                LinkState::Paused => (words::server_subscriptions_paused().to_owned(), false),
                LinkState::Asks => (words::server_subscriptions_asks().to_owned(), true),
                LinkState::Attention | LinkState::Gone => (words::server_subscriptions_attention(&why), true),
            }
        }
    };
    let calendar = link.map(|link| link.calendar.0);
    SubscriptionInfo { id: account.id.0, name: account.name, source, calendar, state, is_troubled, is_file }
}

/// Why a calendar cannot be followed, where it is said otherwise of an account.
fn refused(error: Error) -> ApiError {
    let message = match error {
        Error::Remote(FindError::Provider(ProviderError::Unreadable(why))) => {
            words::server_subscriptions_unreadable(&why)
        }
        Error::Remote(FindError::Provider(ProviderError::Unauthenticated(why))) => {
            words::server_subscriptions_password(&why)
        }
        Error::Remote(FindError::Provider(ProviderError::Missing(why))) => words::server_subscriptions_missing(&why),
        Error::Remote(FindError::Address(_)) => words::server_subscriptions_wrong_address().to_owned(),
        other => return other.into(),
    };
    ApiError::BadInput { field: "address".to_owned(), message }
}

/// Follows a file that somebody brought, or takes another version of one. Yields what the next page says of it.
///
/// # Errors
/// What is wrong with it.
pub async fn bring(kalends: &Kalends, user: &User, brought: BroughtFile) -> Result<&'static str, ApiError> {
    let (caller, BroughtFile { id, name, file_name, content }) = (user.on_a_page(), brought);
    let wrong = |message: String| ApiError::BadInput { field: "file".to_owned(), message };
    if content.is_empty() {
        return Err(wrong(words::server_import_choose_file().to_owned()));
    }
    let done = match id {
        Some(id) => kalends.bring_file_anew(caller, RemoteAccountId(id), &file_name, content).await.map(|_| "brought"),
        None => kalends.subscribe_to_file(caller, &file_name, content, name.as_str()).await.map(|_| "subscribed"),
    };
    done.map_err(|error| match error {
        Error::Remote(FindError::Provider(ProviderError::Unreadable(why) | ProviderError::Refused(why))) => {
            wrong(words::server_subscriptions_no_file(&why))
        }
        other => other.into(),
    })
}

/// Does what a form asked for. Yields what the next page says of it.
pub async fn fulfil(kalends: &Kalends, user: &User, wish: Wish) -> Result<&'static str, ApiError> {
    let caller = user.on_a_page();
    match wish {
        Wish::Subscribe { address, name } => {
            kalends.subscribe(caller, &address, name.as_str()).await.map_err(refused)?;
            Ok("subscribed")
        }
        Wish::Holidays { country, region, language } => {
            let pack = Pack { country, region, language };
            let name = pack.name(words::language()).unwrap_or_default();
            kalends
                .subscribe_to_holidays(caller, &pack, words::server_subscriptions_holidays_of(&name).as_str())
                .await?;
            Ok("subscribed")
        }
        Wish::Refresh(id) => {
            kalends.refresh_subscription(caller, RemoteAccountId(id)).await?;
            Ok("refreshed")
        }
        Wish::Unsubscribe { id, keep } => {
            let becomes = if keep { Unsubscribed::Kept } else { Unsubscribed::Binned };
            kalends.unsubscribe(caller, RemoteAccountId(id), becomes).await?;
            Ok("unsubscribed")
        }
    }
}
