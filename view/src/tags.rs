//! What `view!` calls for the tags of the pages. Another tag is Leptos' own element, which works the same and is code of its
//! own; it is added here.

use crate::element::Element;
pub use leptos::tachys::html::element::*;

macro_rules! elements {
    ($($tag:ident $kind:ident)*) => {$(
        #[doc = concat!("`<", stringify!($tag), ">`.")]
        pub fn $tag() -> Element<$kind> {
            Element::new()
        }
    )*};
}

elements! {
    a A
    aside Aside
    button Button
    datalist Datalist
    details Details
    dialog Dialog
    div Div
    fieldset Fieldset
    form Form
    h1 H1
    h2 H2
    h3 H3
    header Header
    input Input
    label Label
    li Li
    main Main
    nav Nav
    noscript Noscript
    option Option_
    p P
    section Section
    select Select
    span Span
    strong Strong
    table Table
    tbody Tbody
    td Td
    textarea Textarea
    th Th
    thead Thead
    tr Tr
    ul Ul
}
