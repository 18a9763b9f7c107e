//! Where the pages of accounts are.

/// Where the page is.
pub const PATH: &str = "/settings/accounts";

/// The page that adds an account at this service.
pub fn add_path(service: &str) -> String {
    match service {
        service if SIGNED_IN.contains(&service) => format!("{PATH}/{service}"),
        service => format!("{PATH}/new/{service}"),
    }
}

/// Services at which people sign in instead of giving a password here.
pub const MICROSOFT: &str = "microsoft";
pub const GOOGLE: &str = "google";
pub const SIGNED_IN: [&str; 2] = [MICROSOFT, GOOGLE];

/// Where such a service sends people back to, as it is registered there, behind the public address.
pub fn callback_path(service: &str) -> String {
    format!("{PATH}/{service}/callback")
}

/// The page of an account.
pub fn account_path(id: i64) -> String {
    format!("{PATH}/{id}")
}

/// The page with the calendars that an account has.
pub fn calendars_path(id: i64) -> String {
    format!("{PATH}/{id}/calendars")
}
