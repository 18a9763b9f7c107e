//! The agenda's pages, server functions and static files.

pub mod assets;

use axum::Router;
use kalends_app::{App, Assets, shell};
use kalends_domain::Kalends;
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list};
use std::path::Path;
use tower_http::services::ServeDir;

/// Pages, server functions under `/fn/`, and the files that the front-end build made in `dist`.
pub fn router(kalends: Kalends, assets: Assets, dist: &Path) -> Router {
    let options = LeptosOptions::builder().output_name("kalends").build();
    let routes = generate_route_list(App);
    let context = {
        let kalends = kalends.clone();
        move || provide_context(kalends.clone())
    };
    Router::new()
        .leptos_routes_with_context(&options, routes, context, move || shell(&assets))
        .fallback_service(ServeDir::new(dist).precompressed_br().precompressed_gzip())
        .with_state(options)
}
