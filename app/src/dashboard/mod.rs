//! The dashboard: what comes next.

pub mod api;
mod page;

pub use page::DashboardPage;
