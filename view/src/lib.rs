//! Leptos as the pages use it. `kalends-app` has this crate under the name `leptos`, so that what `view!` writes out means
//! the names here.
//!
//! On the server it is Leptos and nothing else. In the browser two things are Kalends' own, because there Leptos compiles much
//! code anew for each type of view, all of which is downloaded: an element of HTML is one type (`element`), not one for
//! each tag, attribute and child; and a view of any kind becomes one type (`part`) that can be built, hydrated and rebuilt,
//! and neither written as HTML nor hydrated bit by bit as the code of its parts arrives, which no page here does.

#[cfg(feature = "hydrate")]
mod attribute;
#[cfg(feature = "hydrate")]
mod children_as_parts;
#[cfg(feature = "hydrate")]
mod element;
#[cfg(feature = "hydrate")]
mod part;
#[cfg(feature = "hydrate")]
#[doc(hidden)]
pub mod tags;

pub use leptos::*;

/// What every module with a view imports.
pub mod prelude {
    #[cfg(feature = "hydrate")]
    pub use crate::children::ToChildren;
    #[cfg(feature = "hydrate")]
    pub use crate::part::{IntoAny, IntoMaybeErased, Part as AnyView};
    pub use leptos::prelude::*;
}

/// What components take between their tags.
#[cfg(feature = "hydrate")]
pub mod children {
    pub use crate::children_as_parts::ToChildren;
    pub use leptos::children::*;
}

/// The renderer.
#[cfg(feature = "hydrate")]
pub mod tachys {
    pub use leptos::tachys::*;

    /// What pages are made of.
    pub mod html {
        pub use crate::tags as element;
        pub use leptos::tachys::html::*;
    }
}
