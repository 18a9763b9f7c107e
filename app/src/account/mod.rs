//! Who is signed in, and how.

pub mod api;
#[cfg(feature = "ssr")]
mod problem;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
mod sign_in;

#[cfg(feature = "ssr")]
pub use problem::{SignInProblem, SignInRefused};
#[cfg(feature = "ssr")]
pub use sign_in::{SignInPage, WelcomePage};
