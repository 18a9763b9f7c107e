//! The dashboard: what comes next.

pub mod api;
pub mod days;
mod page;

pub use page::DashboardPage;
