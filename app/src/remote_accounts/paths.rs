//! Where the pages of accounts are.

/// Where the page is.
pub const PATH: &str = "/settings/accounts";

/// The page that adds an account at this service.
pub fn add_path(service: &str) -> String {
    format!("{PATH}/new/{service}")
}

/// The page of an account.
pub fn account_path(id: i64) -> String {
    format!("{PATH}/{id}")
}

/// The page with the calendars that an account has.
pub fn calendars_path(id: i64) -> String {
    format!("{PATH}/{id}/calendars")
}
