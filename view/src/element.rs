//! Elements of HTML: one type for all of them.

use crate::attribute::{Given, Kept};
use crate::part::{Part, on_the_server};
use leptos::prelude::{
    AddAnyAttr, ClassAttribute, ElementChild, InnerHtmlAttribute, IntoRender, Mountable, NodeRefAttribute, OnAttribute,
    PropAttribute, Render, RenderHtml, StyleAttribute,
};
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::html::attribute::custom::custom_attribute;
use leptos::tachys::html::attribute::{Attribute, AttributeValue, NamedAttributeKey};
use leptos::tachys::html::class::{IntoClass, class};
use leptos::tachys::html::element::{ElementType, InnerHtmlValue};
use leptos::tachys::html::event::{EventDescriptor, on};
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::html::property::{IntoProperty, prop};
use leptos::tachys::html::style::{IntoStyle, style};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element as DomElement, Node};
use leptos::tachys::renderer::{CastFrom, Rndr};
use leptos::tachys::view::iterators::StaticVec;
use leptos::tachys::view::{Position, PositionState};
use leptos::wasm_bindgen::JsValue;
use std::marker::PhantomData;

/// An element of the kind `E`, which only says what a `NodeRef` to it yields.
pub struct Element<E> {
    any: AnyElement,
    kind: PhantomData<fn() -> E>,
}

/// An element of any kind.
pub struct AnyElement {
    tag: &'static str,
    /// Whether browsers read what is in it as text (`<noscript>`, `<textarea>`), so that no child is there to be hydrated.
    raw: bool,
    given: Vec<Given>,
    children: Vec<Part>,
}

/// What is kept of an element that was drawn.
pub struct ElementState {
    tag: &'static str,
    element: DomElement,
    given: Vec<Kept>,
    children: Option<Children>,
}

type Children = <StaticVec<Part> as Render>::State;

macro_rules! attributes {
    ($($method:ident $name:literal)*) => {
        impl<E: ElementType> Element<E> {$(
            #[doc = concat!("`", $name, "`.")]
            pub fn $method(self, value: impl AttributeValue) -> Self {
                self.given(custom_attribute($name, value))
            }
        )*}
    };
}

// What none of the pages has is a method of no element; it is added here.
attributes! {
    abbr "abbr"
    action "action"
    aria_activedescendant "aria-activedescendant"
    aria_autocomplete "aria-autocomplete"
    aria_busy "aria-busy"
    aria_controls "aria-controls"
    aria_current "aria-current"
    aria_describedby "aria-describedby"
    aria_disabled "aria-disabled"
    aria_expanded "aria-expanded"
    aria_hidden "aria-hidden"
    aria_invalid "aria-invalid"
    aria_label "aria-label"
    aria_labelledby "aria-labelledby"
    aria_live "aria-live"
    aria_selected "aria-selected"
    autocomplete "autocomplete"
    autofocus "autofocus"
    checked "checked"
    dir "dir"
    download "download"
    draggable "draggable"
    enterkeyhint "enterkeyhint"
    r#for "for"
    hidden "hidden"
    href "href"
    id "id"
    inputmode "inputmode"
    label "label"
    lang "lang"
    list "list"
    max "max"
    maxlength "maxlength"
    method "method"
    min "min"
    name "name"
    novalidate "novalidate"
    open "open"
    placeholder "placeholder"
    popover "popover"
    popovertarget "popovertarget"
    readonly "readonly"
    rel "rel"
    role "role"
    rows "rows"
    scope "scope"
    selected "selected"
    spellcheck "spellcheck"
    step "step"
    tabindex "tabindex"
    target "target"
    title "title"
    r#type "type"
    value "value"
}

impl<E: ElementType> Element<E> {
    /// An element with nothing about it.
    pub fn new() -> Self {
        Self {
            any: AnyElement { tag: E::TAG, raw: !E::ESCAPE_CHILDREN, given: Vec::new(), children: Vec::new() },
            kind: PhantomData,
        }
    }

    fn given(mut self, attribute: impl Attribute) -> Self {
        self.any.given.push(Given::new(attribute));
        self
    }
}

impl<E: ElementType, C: IntoRender<Output: RenderHtml>> ElementChild<C> for Element<E> {
    type Output = Self;

    fn child(mut self, child: C) -> Self {
        self.any.children.push(Part::new(child.into_render()));
        self
    }
}

impl<E: ElementType, C: IntoClass> ClassAttribute<C> for Element<E> {
    type Output = Self;

    fn class(self, value: C) -> Self {
        self.given(class(value))
    }
}

impl<E: ElementType, S: IntoStyle> StyleAttribute<S> for Element<E> {
    type Output = Self;

    fn style(self, value: S) -> Self {
        self.given(style(value))
    }
}

impl<E: ElementType, K: AsRef<str> + Send, P: IntoProperty> PropAttribute<K, P> for Element<E> {
    type Output = Self;

    fn prop(self, key: K, value: P) -> Self {
        self.given(prop(key, value))
    }
}

impl<E, V, F> OnAttribute<V, F> for Element<E>
where
    E: ElementType,
    V: EventDescriptor<EventType: From<JsValue> + 'static> + Send + 'static,
    F: FnMut(V::EventType) + 'static,
{
    type Output = Self;

    fn on(self, event: V, handler: F) -> Self {
        self.given(on(event, handler))
    }
}

impl<E: ElementType, T: InnerHtmlValue> InnerHtmlAttribute<T> for Element<E> {}

impl<E: ElementType, C: NodeRefContainer<E>> NodeRefAttribute<E, C> for Element<E> {}

impl<E: ElementType> AddAnyAttr for Element<E> {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, attribute: NewAttr) -> Self::Output<NewAttr> {
        self.given(attribute)
    }
}

impl AddAnyAttr for AnyElement {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(mut self, attribute: NewAttr) -> Self {
        self.given.push(Given::new(attribute));
        self
    }
}

impl<E: ElementType> Render for Element<E> {
    type State = ElementState;

    fn build(self) -> ElementState {
        self.any.build()
    }

    fn rebuild(self, state: &mut ElementState) {
        self.any.rebuild(state);
    }
}

impl Render for AnyElement {
    type State = ElementState;

    fn build(self) -> ElementState {
        let element = Rndr::create_element(self.tag, None);
        let given = bind(self.given, &element, false);
        let children = (!self.children.is_empty()).then(|| {
            let mut children = StaticVec::from(self.children).build();
            children.mount(&element, None);
            children
        });
        ElementState { tag: self.tag, element, given, children }
    }

    fn rebuild(self, old: &mut ElementState) {
        let of_a_kind = self.tag == old.tag && (self.raw || self.children.is_empty() == old.children.is_none());
        if !of_a_kind {
            let mut new = self.build();
            old.insert_before_this(&mut new);
            old.unmount();
            *old = new;
            return;
        }
        // As Leptos does with attributes whose types are erased: other ones may come in their place.
        old.given.drain(..).for_each(|kept| kept.keys().iter().for_each(|key| remove(&old.element, key)));
        old.given = bind(self.given, &old.element, false);
        if let Some(children) = &mut old.children {
            StaticVec::from(self.children).rebuild(children);
        }
    }
}

fn bind(given: Vec<Given>, element: &DomElement, from_server: bool) -> Vec<Kept> {
    given.into_iter().map(|given| given.bind(element, from_server)).collect()
}

fn remove(element: &DomElement, key: &NamedAttributeKey) {
    match key {
        NamedAttributeKey::Attribute(name) => Rndr::remove_attribute(element, name),
        NamedAttributeKey::Property(name) => Rndr::set_property(element, name, &JsValue::UNDEFINED),
        NamedAttributeKey::InnerHtml => Rndr::set_inner_html(element, ""),
    }
}

impl<E: ElementType> RenderHtml for Element<E> {
    type AsyncOutput = Self;
    type Owned = AnyElement;

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

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> ElementState {
        self.any.hydrate::<true>(cursor, position)
    }

    fn into_owned(self) -> AnyElement {
        self.any
    }
}

impl RenderHtml for AnyElement {
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

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> ElementState {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        let node = cursor.current();
        let found = node.node_name();
        let Some(element) = DomElement::cast_from(node) else {
            panic!("<{}> was to be hydrated, and {found} is there", self.tag)
        };
        let given = bind(self.given, &element, true);
        let children = (!self.raw && !self.children.is_empty()).then(|| {
            position.set(Position::FirstChild);
            StaticVec::from(self.children).hydrate::<true>(cursor, position)
        });
        cursor.set(element.clone().into());
        position.set(Position::NextChild);
        ElementState { tag: self.tag, element, given, children }
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl Mountable for ElementState {
    fn unmount(&mut self) {
        Rndr::remove(&self.element);
    }

    fn mount(&mut self, parent: &DomElement, marker: Option<&Node>) {
        Rndr::insert_node(parent, &self.element, marker);
    }

    fn try_mount(&mut self, parent: &DomElement, marker: Option<&Node>) -> bool {
        Rndr::try_insert_node(parent, &self.element, marker)
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = Rndr::get_parent(&self.element).and_then(DomElement::cast_from);
        parent.inspect(|parent| child.mount(parent, Some(&self.element))).is_some()
    }

    fn elements(&self) -> Vec<DomElement> {
        vec![self.element.clone()]
    }
}
