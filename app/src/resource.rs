//! Resources, and how their values travel with the page.

use crate::json::JsonText;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

pub type Resource<T> = leptos::prelude::Resource<T, JsonText>;

/// What `fetch` yields for `source`: fetched by the server for the page's first state, by the browser from then on.
pub fn resource<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> Resource<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, fetch, false)
}
