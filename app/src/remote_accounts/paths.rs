//! Where the pages of accounts are.

/// Where the page is.
pub const PATH: &str = "/settings/accounts";

/// The page that adds an account at this service.
pub fn add_path(service: &str) -> String {
    match service {
        MICROSOFT => format!("{PATH}/{MICROSOFT}"),
        service => format!("{PATH}/new/{service}"),
    }
}

/// The service at which people sign in instead of giving a password here.
pub const MICROSOFT: &str = "microsoft";

/// The page of an account.
pub fn account_path(id: i64) -> String {
    format!("{PATH}/{id}")
}

/// The page with the calendars that an account has.
pub fn calendars_path(id: i64) -> String {
    format!("{PATH}/{id}/calendars")
}
