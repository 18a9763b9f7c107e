//! What stands between the tags of a component.

use crate::part::Part;
use leptos::children::{Children, ChildrenFn, ToChildren as ToLeptosChildren, TypedChildren, TypedChildrenFn};
use leptos::prelude::{IntoAny, RenderHtml};
use leptos_router::components::RouteChildren;
use std::sync::Arc;

/// What `view!` calls for it. Leptos' components that take children of any type get them as [`Part`]s, and so are compiled
/// once too.
pub trait ToChildren<F> {
    /// The children as the component takes them.
    fn to_children(children: F) -> Self;
}

impl<F: FnOnce() -> C + Send + 'static, C: RenderHtml> ToChildren<F> for Children {
    fn to_children(children: F) -> Self {
        Box::new(move || Part::new(children()).into_any())
    }
}

impl<F: Fn() -> C + Send + Sync + 'static, C: RenderHtml> ToChildren<F> for ChildrenFn {
    fn to_children(children: F) -> Self {
        Arc::new(move || Part::new(children()).into_any())
    }
}

impl<F: FnOnce() -> C + Send + 'static, C: RenderHtml> ToChildren<F> for TypedChildren<Part> {
    fn to_children(children: F) -> Self {
        ToLeptosChildren::to_children(move || Part::new(children()))
    }
}

impl<F: Fn() -> C + Send + Sync + 'static, C: RenderHtml> ToChildren<F> for TypedChildrenFn<Part> {
    fn to_children(children: F) -> Self {
        ToLeptosChildren::to_children(move || Part::new(children()))
    }
}

impl<F: FnOnce() -> C, C> ToChildren<F> for RouteChildren<C> {
    fn to_children(children: F) -> Self {
        ToLeptosChildren::to_children(children)
    }
}
