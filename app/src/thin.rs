//! The same as `leptos` has, with a closure behind a pointer.
//!
//! `leptos` compiles what is around a closure anew for each closure. Behind a pointer all closures of a kind are one type,
//! and the program that browsers download has that code once. Where a file imports a name from here beside `leptos::prelude`,
//! the name from here is meant; nothing else about the file changes.

use leptos::ev::EventDescriptor;
use leptos::prelude::{Effect as LeptosEffect, LocalStorage, OnAttribute as LeptosOnAttribute};

/// Effects.
pub struct Effect;

impl Effect {
    /// Runs `effect` now and whenever a signal changes that it read; it gets what it yielded the time before.
    #[expect(clippy::new_ret_no_self, reason = "written as leptos' own")]
    pub fn new<T: 'static>(effect: impl FnMut(Option<T>) -> T + 'static) -> LeptosEffect<LocalStorage> {
        LeptosEffect::new(Box::new(effect) as Box<dyn FnMut(Option<T>) -> T>)
    }
}

/// Event handlers: what `on:click=…` in a view calls.
pub trait OnAttribute<E: EventDescriptor, F>: Sized {
    type Output;

    /// Has `handler` called at each `event`.
    fn on(self, event: E, handler: F) -> Self::Output;
}

impl<El, E, F> OnAttribute<E, F> for El
where
    E: EventDescriptor,
    F: FnMut(E::EventType) + 'static,
    El: LeptosOnAttribute<E, Box<dyn FnMut(E::EventType)>>,
{
    type Output = <El as LeptosOnAttribute<E, Box<dyn FnMut(E::EventType)>>>::Output;

    fn on(self, event: E, handler: F) -> Self::Output {
        LeptosOnAttribute::on(self, event, Box::new(handler))
    }
}
