//! Whether HTML of a mail can be taken apart with little time and memory. A few octets of it can make many elements, and each may have to
//! be compared with all that are open or all that a tag says: `<p>x` has every `<b>` of the paragraph before once more.

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_fragment};
use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Most elements of a mail.
const MAX_ELEMENTS: usize = 200_000;
/// How deep they may be in each other.
const MAX_DEPTH: usize = 1_000;
/// What is read between two looks at how many there are, in octets.
const PIECE: usize = 512;
/// For what costs much without making elements, as thousands of attributes.
const MAX_TIME: Duration = Duration::from_secs(3);

struct Node {
    name: QualName,
    depth: Cell<usize>,
}

type Handle = Rc<Node>;

/// Keeps nothing of what is read but how much it is.
struct Measure {
    document: Handle,
    elements: Cell<usize>,
    deepest: Cell<usize>,
}

impl Measure {
    fn place(&self, child: NodeOrText<Handle>, depth: usize) {
        if let NodeOrText::AppendNode(node) = child {
            node.depth.set(depth);
            self.deepest.set(self.deepest.get().max(depth));
        }
    }

    fn node(&self, name: QualName) -> Handle {
        self.elements.set(self.elements.get() + 1);
        Rc::new(Node { name, depth: Cell::new(0) })
    }

    fn is_too_much(&self) -> bool {
        self.elements.get() > MAX_ELEMENTS || self.deepest.get() > MAX_DEPTH
    }
}

impl TreeSink for Measure {
    type Handle = Handle;
    type Output = Self;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.document.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Handle {
        self.node(name)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.node(nothing())
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.node(nothing())
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.place(child, parent.depth.get() + 1);
    }

    fn append_based_on_parent_node(&self, element: &Handle, before: &Handle, child: NodeOrText<Handle>) {
        self.place(child, element.depth.get().max(before.depth.get() + 1));
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.place(child, sibling.depth.get());
    }

    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Handle) {}

    fn reparent_children(&self, _: &Handle, _: &Handle) {}
}

fn nothing() -> QualName {
    QualName::new(None, ns!(), local_name!(""))
}

/// Whether HTML has no more in it than a mail may have.
pub(super) fn is_bounded(html: &str) -> bool {
    is_bounded_within(html, MAX_TIME)
}

fn is_bounded_within(html: &str, time: Duration) -> bool {
    let document = Rc::new(Node { name: nothing(), depth: Cell::new(0) });
    let measure = Measure { document, elements: Cell::new(0), deepest: Cell::new(0) };
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(measure, ParseOpts::default(), context, Vec::new(), false);
    let began = Instant::now();
    let mut rest = html;
    while !rest.is_empty() {
        let mut end = rest.len().min(PIECE);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, after) = rest.split_at(end);
        parser.process(StrTendril::from_slice(piece));
        if parser.tokenizer.sink.sink.is_too_much() || began.elapsed() > time {
            return false;
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read() {
        let quoted = format!("{}<p>Hi{}", "<div><blockquote>".repeat(200), "</p></blockquote></div>".repeat(200));
        let rows = format!("<table>{}</table>", "<tr><td>1<td><b>2</b></tr>".repeat(20_000));
        for html in
            ["", "Hi", "<p>Hi", "<!DOCTYPE html><html><head><style>p{}</style></head><body>ä</body>", &quoted, &rows]
        {
            // However busy the machine is.
            assert!(is_bounded_within(html, 100 * MAX_TIME), "{}", &html[..html.len().min(60)]);
        }
    }

    #[test]
    fn what_costs_much_is_not() {
        let many: String = (0..500).map(|number| format!("<b id={number}>")).collect();
        let attributes: String = (0..500_000).map(|number| format!(" a{number}")).collect();
        for html in [
            "<div>".repeat(200_000),
            "<br>".repeat(MAX_ELEMENTS + 1_000),
            format!("<p>{many}{}", "<p>x".repeat(500_000)),
            format!("<a{attributes}>"),
            "<table><tr><td><b>".repeat(50_000),
        ] {
            let began = Instant::now();
            assert!(!is_bounded(&html), "{}", &html[..60]);
            assert!(began.elapsed() < 20 * MAX_TIME, "{}: {:?}", &html[..60], began.elapsed());
        }
    }
}
