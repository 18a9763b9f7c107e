//! Views of any kind as one type.

use leptos::prelude::{
    AddAnyAttr, AnyView, IntoAny as IntoLeptosAny, IntoMaybeErased as IntoLeptosErased, Mountable, Render, RenderHtml,
};
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::view::{Position, PositionState};
use leptos_router::any_nested_route::AnyNestedRoute;
use std::any::{Any, TypeId};

/// A view of any kind. Takes the place of Leptos' `AnyView`: the server writes that one where the browser hydrates this one.
pub struct Part(Box<dyn Drawn>);

/// What a [`Part`] can do with what is in it.
trait Drawn: Send {
    fn build(self: Box<Self>) -> PartState;
    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> PartState;
    /// Brings up to date what was drawn of a view. What another kind of view drew gives way to what this one builds.
    fn rebuild(self: Box<Self>, state: &mut PartState);
}

/// What is kept of a view that was drawn.
trait Kept: Mountable + Any {}

impl<T: Mountable + 'static> Kept for T {}

/// What is kept of a [`Part`] that was drawn.
pub struct PartState {
    kind: TypeId,
    state: Box<dyn Kept>,
    /// Holds the place of a view that draws nothing.
    placeholder: Option<Placeholder>,
}

impl Part {
    /// Erases the type of `view`.
    pub fn new<T: RenderHtml>(view: T) -> Self {
        let mut owned = Some(view.into_owned());
        match (&mut owned as &mut dyn Any).downcast_mut::<Option<Part>>() {
            Some(part) => part.take(),
            None => owned.map(|view| Part(Box::new(view))),
        }
        .unwrap_or_else(|| Part(Box::new(())))
    }
}

impl<T: RenderHtml + 'static> Drawn for T {
    fn build(self: Box<Self>) -> PartState {
        let state = Box::new(Render::build(*self));
        PartState { kind: TypeId::of::<T>(), state, placeholder: (!T::EXISTS).then(Rndr::create_placeholder) }
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> PartState {
        let state = Box::new(RenderHtml::hydrate::<true>(*self, cursor, position));
        let placeholder = (!T::EXISTS).then(|| cursor.next_placeholder(position));
        PartState { kind: TypeId::of::<T>(), state, placeholder }
    }

    fn rebuild(self: Box<Self>, old: &mut PartState) {
        let state: &mut dyn Any = &mut *old.state;
        match state.downcast_mut::<T::State>() {
            Some(state) if old.kind == TypeId::of::<T>() => Render::rebuild(*self, state),
            _ => old.give_way(Drawn::build(self)),
        }
    }
}

impl PartState {
    fn give_way(&mut self, mut new: PartState) {
        self.insert_before_this(&mut new);
        self.unmount();
        *self = new;
    }
}

impl Mountable for PartState {
    fn unmount(&mut self) {
        self.state.unmount();
        if let Some(placeholder) = &mut self.placeholder {
            placeholder.unmount();
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.state.mount(parent, marker);
        if let Some(placeholder) = &mut self.placeholder {
            placeholder.mount(parent, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.state.insert_before_this(child)
            || self.placeholder.as_ref().is_some_and(|placeholder| placeholder.insert_before_this(child))
    }

    fn elements(&self) -> Vec<Element> {
        self.state.elements()
    }
}

impl Render for Part {
    type State = PartState;

    fn build(self) -> PartState {
        self.0.build()
    }

    fn rebuild(self, state: &mut PartState) {
        self.0.rebuild(state);
    }
}

impl RenderHtml for Part {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        on_the_server()
    }

    async fn resolve(self) -> Self {
        on_the_server()
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {
        on_the_server()
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> PartState {
        self.0.hydrate(cursor, position)
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl AddAnyAttr for Part {
    type Output<NewAttr: Attribute> = <AnyView as AddAnyAttr>::Output<NewAttr>;

    fn add_any_attr<NewAttr: Attribute>(self, attribute: NewAttr) -> Self::Output<NewAttr> {
        IntoLeptosAny::into_any(self).add_any_attr(attribute)
    }
}

/// Where Leptos asks a view in the browser for its HTML.
pub fn on_the_server() -> ! {
    unreachable!("the server alone writes HTML")
}

/// Every view as a [`Part`].
pub trait IntoAny {
    /// Erases the type of the view.
    fn into_any(self) -> Part;
}

impl<T: RenderHtml> IntoAny for T {
    fn into_any(self) -> Part {
        Part::new(self)
    }
}

/// What `view!` and `#[component]` call for each child and each component.
pub trait IntoMaybeErased {
    /// What it becomes.
    type Output;

    /// Erases the type.
    fn into_maybe_erased(self) -> Self::Output;
}

impl<T: IntoLeptosErased<Output: Erased<T>>> IntoMaybeErased for T {
    type Output = <T::Output as Erased<T>>::Instead;

    fn into_maybe_erased(self) -> Self::Output {
        <T::Output as Erased<T>>::erase(self)
    }
}

/// What Leptos makes of a `T` whose type it erases.
pub trait Erased<T> {
    /// What is made of it here.
    type Instead;

    /// Erases the type.
    fn erase(from: T) -> Self::Instead;
}

impl<T: RenderHtml> Erased<T> for AnyView {
    type Instead = Part;

    fn erase(view: T) -> Part {
        Part::new(view)
    }
}

impl<T: IntoLeptosErased<Output = Self>> Erased<T> for AnyNestedRoute {
    type Instead = Self;

    fn erase(route: T) -> Self {
        route.into_maybe_erased()
    }
}
