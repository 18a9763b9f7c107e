//! Reads a body into a small tree: no entities but the five of XML, bounded in depth and in number of elements.

use crate::doctype;
use crate::encoding::{decode, is_xml_char};
use crate::error::{MAX_DEPTH, MAX_ELEMENTS, XmlError};
use crate::names::{Name, Namespace};
use quick_xml::NsReader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, PrefixDeclaration, ResolveResult};
use std::ops::Range;
use std::sync::Arc;

/// A namespace declaration in scope, linked to those around it.
#[derive(Debug)]
struct Scope {
    outer: Option<Arc<Scope>>,
    /// Empty for the default namespace.
    prefix: String,
    uri: String,
}

#[derive(Clone, Debug)]
pub struct Element {
    pub name: Name,
    /// Without namespace declarations. Names of attributes in no namespace are local names, others are `prefix:local` as written.
    attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// The character data directly in the element, joined.
    pub text: String,
    span: Range<usize>,
    scope: Option<Arc<Scope>>,
}

/// A body.
#[derive(Clone, Debug)]
pub struct Document {
    pub root: Element,
    source: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn dav(&self, local: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name.is_dav(local))
    }

    pub fn caldav(&self, local: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name.is_caldav(local))
    }

    pub fn calendar_server(&self, local: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name.is_calendar_server(local))
    }

    pub fn dav_all<'a>(&'a self, local: &'static str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name.is_dav(local))
    }

    pub fn caldav_all<'a>(&'a self, local: &'static str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name.is_caldav(local))
    }
}

impl Document {
    /// Reads `body`; `charset` is that of its Content-Type.
    pub fn parse(body: &[u8], charset: Option<&str>) -> Result<Self, XmlError> {
        let source = decode(body, charset)?;
        let root = tree(&source, None)?;
        Ok(Document { root, source })
    }

    /// The text of `element`, an element of this document, made to stand on its own: the namespaces that it uses, and the
    /// language it is in, are declared in it; everything else is as written.
    pub fn verbatim(&self, element: &Element, language: Option<&str>) -> String {
        let text = &self.source[element.span.clone()];
        // The tag's name ends before the first white space, '/' or '>'.
        let name_end = text.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(text.len());
        let tag_end = tag_end(text);
        let mut declarations = String::new();
        let mut seen: Vec<&str> = Vec::new();
        let mut scope = element.scope.as_deref();
        while let Some(declaration) = scope {
            let prefix = declaration.prefix.as_str();
            if !seen.contains(&prefix) {
                seen.push(prefix);
                let own = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
                let used = prefix.is_empty() || text.contains(&format!("{prefix}:"));
                if used
                    && !declares(&text[name_end..tag_end], &own)
                    && !(prefix.is_empty() && declaration.uri.is_empty())
                {
                    declarations.push_str(&format!(" {own}=\"{}\"", quick_xml::escape::escape(&declaration.uri)));
                }
            }
            scope = declaration.outer.as_deref();
        }
        if let Some(language) = language
            && element.attribute("xml:lang").is_none()
        {
            declarations.push_str(&format!(" xml:lang=\"{}\"", quick_xml::escape::escape(language)));
        }
        format!("{}{declarations}{}", &text[..name_end], &text[name_end..])
    }
}

/// Reads `body` and hands over what is directly in its root, one element after the other, so that no more than one is held at a time.
/// How many there may be is bounded by whoever has the body; each may hold as many elements as a document. Yields the root without them.
///
/// # Errors
/// Those of [`Document::parse`]; what comes before the mistake has been handed over.
pub fn each_child(body: &[u8], charset: Option<&str>, mut take: impl FnMut(Element)) -> Result<Element, XmlError> {
    tree(&decode(body, charset)?, Some(&mut take))
}

/// Where the start tag at the beginning of `text` ends: its '>' outside of quotes.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, octet) in text.bytes().enumerate() {
        match (quote, octet) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(octet),
            (Some(open), _) if open == octet => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Whether the attributes of a start tag include `name`.
fn declares(attributes: &str, name: &str) -> bool {
    Attributes::new(attributes, 0).with_checks(false).flatten().any(|attribute| attribute.key.0 == name)
}

/// `take`: gets the children of the root, which otherwise stay in it.
fn tree(source: &str, mut take: Option<&mut dyn FnMut(Element)>) -> Result<Element, XmlError> {
    let mut reader = NsReader::from_str(source);
    reader.config_mut().check_comments = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut count = 0;
    let (mut first, mut has_type) = (true, false);
    loop {
        let before = reader.buffer_position() as usize;
        let event = reader.read_event()?;
        let mut ended = None;
        match event {
            Event::Start(tag) | Event::Empty(tag) if root.is_some() && open.is_empty() => {
                return Err(XmlError::Malformed(format!("a second root element <{}>", tag.name().0)));
            }
            Event::Start(tag) => {
                count += 1;
                if open.len() == MAX_DEPTH {
                    return Err(XmlError::TooDeep);
                }
                let element = element(&tag, reader.resolver(), open.last(), before)?;
                open.push(element);
            }
            Event::Empty(tag) => {
                count += 1;
                if open.len() == MAX_DEPTH {
                    return Err(XmlError::TooDeep);
                }
                ended = Some(element(&tag, reader.resolver(), open.last(), before)?);
            }
            Event::End(_) => {
                // The reader checks that the names agree, so there is one to close.
                let Some(element) = open.pop() else {
                    return Err(XmlError::Malformed("an end tag without its start".into()));
                };
                ended = Some(element);
            }
            Event::Text(text) => match open.last_mut() {
                Some(element) => element.text.push_str(&text.xml10_content()),
                None if text.trim_ascii().is_empty() => {}
                None => return Err(XmlError::Malformed("text outside of the root element".into())),
            },
            Event::CData(text) => match open.last_mut() {
                Some(element) => element.text.push_str(&text.xml10_content()),
                None => return Err(XmlError::Malformed("text outside of the root element".into())),
            },
            Event::GeneralRef(reference) => {
                let c = character(&reference)?;
                match open.last_mut() {
                    Some(element) => element.text.push(c),
                    None => return Err(XmlError::Malformed("text outside of the root element".into())),
                }
            }
            Event::DocType(_) if has_type || root.is_some() || !open.is_empty() => {
                return Err(XmlError::Malformed("a DOCTYPE that is not before the root element".into()));
            }
            Event::DocType(declaration) => {
                doctype::check(&declaration)?;
                has_type = true;
            }
            Event::Decl(_) if !first => return Err(XmlError::Malformed("the XML declaration is not first".into())),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
        if let Some(mut element) = ended {
            element.span.end = reader.buffer_position() as usize;
            match &mut take {
                Some(take) if open.len() == 1 => {
                    take(element);
                    count = 1;
                }
                _ => close(element, &mut open, &mut root),
            }
        }
        first = false;
        if count > MAX_ELEMENTS {
            return Err(XmlError::TooMany);
        }
    }
    match (root, open.last()) {
        (Some(root), None) => Ok(root),
        (_, Some(element)) => Err(XmlError::Malformed(format!("<{}> is not closed", element.name.local))),
        (None, None) => Err(XmlError::Malformed("there is no element".into())),
    }
}

fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, XmlError> {
    if let Some(c) = reference.resolve_char_ref()? {
        return if is_xml_char(c) {
            Ok(c)
        } else {
            Err(XmlError::Malformed(format!("&{}; is not allowed", &**reference)))
        };
    }
    match &**reference {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        name => Err(XmlError::Entity(name.to_owned())),
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn element(
    tag: &BytesStart<'_>,
    resolver: &NamespaceResolver,
    parent: Option<&Element>,
    start: usize,
) -> Result<Element, XmlError> {
    let (namespace, local) = resolver.resolve_element(tag.name());
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => Namespace::from_uri(namespace.0),
        ResolveResult::Unbound => Namespace::from_uri(""),
        ResolveResult::Unknown(prefix) => {
            return Err(XmlError::Malformed(format!("the namespace prefix {prefix} is not declared")));
        }
    };
    let mut scope = parent.and_then(|parent| parent.scope.clone());
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| XmlError::Malformed(error.to_string()))?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| match error {
            quick_xml::escape::EscapeError::UnrecognizedEntity(_, name) => XmlError::Entity(name),
            error => XmlError::Malformed(error.to_string()),
        })?;
        match attribute.key.as_namespace_binding() {
            Some(declaration) => {
                let prefix = match declaration {
                    PrefixDeclaration::Default => "",
                    PrefixDeclaration::Named(prefix) => prefix,
                };
                scope = Some(Arc::new(Scope { outer: scope, prefix: prefix.to_owned(), uri: value.into_owned() }));
            }
            None => attributes.push((attribute.key.0.to_owned(), value.into_owned())),
        }
    }
    let local = local.into_inner().to_owned();
    Ok(Element {
        name: Name::new(namespace, local),
        attributes,
        children: Vec::new(),
        text: String::new(),
        span: start..start,
        scope,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(text: &str) -> Result<Document, XmlError> {
        Document::parse(text.as_bytes(), None)
    }

    #[test]
    fn prefixes_do_not_matter() {
        for text in [
            r#"<propfind xmlns="DAV:"><prop><x:calendar-data xmlns:x="urn:ietf:params:xml:ns:caldav"/></prop></propfind>"#,
            r#"<?xml version="1.0"?><!-- c --><C:propfind xmlns:C="DAV:" xmlns:D="urn:ietf:params:xml:ns:caldav"><C:prop><D:calendar-data></D:calendar-data></C:prop></C:propfind>"#,
        ] {
            let document = parse(text).unwrap();
            assert!(document.root.name.is_dav("propfind"));
            assert!(document.root.dav("prop").unwrap().caldav("calendar-data").is_some());
        }
    }

    #[test]
    fn text_is_joined_over_references_and_cdata() {
        let document = parse("<a>1 &lt;&#x32;<![CDATA[<3&]]>\r\n4</a>").unwrap();
        assert_eq!(document.root.text, "1 <2<3&\n4");
    }

    #[test]
    fn dangerous_and_broken_bodies_are_refused() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>"#;
        assert_eq!(parse(bomb).unwrap_err(), XmlError::DocumentType);
        assert_eq!(parse("<a>&c;</a>").unwrap_err(), XmlError::Entity("c".into()));
        assert_eq!(parse(r#"<a b="&c;"/>"#).unwrap_err(), XmlError::Entity("c".into()));
        assert_eq!(parse(&"<a>".repeat(10_000)).unwrap_err(), XmlError::TooDeep);
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        assert_eq!(parse(&many).unwrap_err(), XmlError::TooMany);
        for text in [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "x<a/>",
            "<a/>x",
            "<p:a/>",
            "<a b='1' b='2'/>",
            "<a>\u{1}</a>",
            "<a>&#1;</a>",
            "<a",
            "</a>",
        ] {
            assert!(matches!(parse(text), Err(XmlError::Malformed(_))), "{text:?}: {:?}", parse(text));
        }
        assert_eq!(Document::parse(b"<a>\xff</a>", None).unwrap_err(), XmlError::Encoding("UTF-8".into()));
    }

    #[test]
    fn children_of_the_root_are_handed_over_one_by_one() {
        let each = |text: &str| {
            let mut names = Vec::new();
            let root = each_child(text.as_bytes(), None, |child| names.push((child.name.local, child.children.len())));
            (root.map(|root| (root.name.local, root.text, root.children.len())), names)
        };
        let (root, names) = each("<a>1<b><c/><d/></b>2<e/></a>");
        assert_eq!(root.unwrap(), ("a".into(), "12".into(), 0));
        assert_eq!(names, [("b".into(), 2), ("e".into(), 0)]);
        // More than a document has, and each of them within its bounds.
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS + 1));
        assert_eq!(each(&many).1.len(), MAX_ELEMENTS + 1);
        let wide = format!("<a><b/><b>{}</b></a>", "<c/>".repeat(MAX_ELEMENTS));
        assert_eq!(each(&wide), (Err(XmlError::TooMany), vec![("b".into(), 0)]));
        assert!(matches!(each("<a><b/>").0, Err(XmlError::Malformed(_))));
    }

    #[test]
    fn a_doctype_is_passed_over() {
        let document = parse("<?xml version='1.0'?>\n<!DOCTYPE a>\n<a>1</a>").unwrap();
        assert_eq!(document.root.text, "1");
        for misplaced in ["<!DOCTYPE a><!DOCTYPE a><a/>", "<a><!DOCTYPE a></a>", "<a/><!DOCTYPE a>"] {
            assert!(matches!(parse(misplaced), Err(XmlError::Malformed(_))), "{misplaced}");
        }
        let external = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
        assert_eq!(parse(external).unwrap_err(), XmlError::ExternalEntity);
    }

    #[test]
    fn an_element_taken_out_keeps_its_namespaces() {
        let document = parse(concat!(
            r#"<D:set xmlns:D="DAV:" xmlns:Z="urn:z" xmlns="urn:default"><D:prop>"#,
            r#"<Z:a b=">"> <i/>&amp;<D:x/></Z:a><Z:c xmlns:Z="urn:other"/></D:prop></D:set>"#
        ))
        .unwrap();
        let prop = document.root.dav("prop").unwrap();
        assert_eq!(
            document.verbatim(&prop.children[0], Some("de")),
            r#"<Z:a xmlns="urn:default" xmlns:Z="urn:z" xmlns:D="DAV:" xml:lang="de" b=">"> <i/>&amp;<D:x/></Z:a>"#
        );
        assert_eq!(document.verbatim(&prop.children[1], None), r#"<Z:c xmlns="urn:default" xmlns:Z="urn:other"/>"#);
        assert!(prop.children[1].name.is(&Namespace::from_uri("urn:other"), "c"));
    }
}
