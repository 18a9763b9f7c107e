//! The text of an event, which Graph has as HTML (<https://learn.microsoft.com/graph/api/resources/itembody>), whatever it was given: a plain
//! text comes back as HTML that says no more than it. From others comes any HTML, and none is kept that is not sanitised.

use super::super::wire;
use super::Unfit;
use super::held::HeldBody;
use kalends_ical::syntax::{Component, Property};
use serde_json::{Value, json};

/// Elements that say no more than where a line ends.
const PLAIN: [&str; 4] = ["div", "p", "span", "br"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 24] = [
    "div",
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "blockquote",
    "pre",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "dl",
    "dt",
    "dd",
    "center",
    "header",
    "footer",
    "section",
    "article",
];

impl HeldBody {
    pub fn of_graph(body: Option<&wire::Body>) -> Self {
        match body {
            None => HeldBody::default(),
            Some(body) if body.content_type.eq_ignore_ascii_case("text") => HeldBody::of_text(&body.content),
            Some(body) => HeldBody::of_html(&body.content),
        }
    }

    fn of_text(text: &str) -> Self {
        HeldBody { text: settled(text), html: None }
    }

    fn of_html(html: &str) -> Self {
        let clean = sanitised(html);
        let text = text_of(&clean);
        let html = (!is_plain(&clean)).then(|| clean.trim_ascii().replace("\r\n", "\n"));
        HeldBody { text, html }
    }

    /// DESCRIPTION, and the HTML beside it where that is still the same text.
    pub fn of_component(component: &Component) -> Self {
        let described = component.property("DESCRIPTION").map(Property::text);
        let is_html =
            |property: &&Property| property.param("FMTTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"));
        let styled = ["X-ALT-DESC", "STYLED-DESCRIPTION"];
        let html = styled.iter().find_map(|name| component.properties(name).find(is_html));
        let html = html.map(|property| HeldBody::of_html(&property.text()));
        match (described, html) {
            (None, Some(html)) => html,
            // Whoever changed the one and not the other knew of the text alone.
            (Some(text), Some(html)) if words(&text).eq(words(&html.text)) => HeldBody { text: settled(&text), ..html },
            (text, _) => HeldBody::of_text(&text.unwrap_or_default()),
        }
    }

    pub fn json(&self) -> Value {
        match &self.html {
            Some(html) => json!({ "contentType": "html", "content": html }),
            None => json!({ "contentType": "text", "content": self.text }),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// Lines without blanks at their ends, and without empty ones around them.
fn settled(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}'], "\n").replace('\u{a0}', " ");
    let printable = |character: &char| *character == '\n' || *character == '\t' || !character.is_control();
    let text: String = text.chars().filter(printable).collect();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

fn sanitised(html: &str) -> String {
    // An end that is not closed would take the rest of the text along.
    ammonia::Builder::default().link_rel(None).clean(html).to_string()
}

/// The text of HTML, sanitised or not.
fn plain_text(html: &str) -> String {
    text_of(&sanitised(html))
}

/// A piece of sanitised HTML: all its tags are closed, and all that could be one is escaped.
enum Piece<'h> {
    Text(&'h str),
    /// The name, and `href` where it has one.
    Open(&'h str, Option<String>),
    Close(&'h str),
}

fn pieces(clean: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = clean;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(inner) = rest.strip_prefix('<') else {
            let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            rest = after;
            return Some(Piece::Text(text));
        };
        // A `>` in a value is not escaped, and is between quotes.
        let mut is_quoted = false;
        let end = inner.find(|character: char| {
            is_quoted ^= character == '"';
            character == '>' && !is_quoted
        });
        let (tag, after) = inner.split_at(end.unwrap_or(inner.len()));
        rest = after.strip_prefix('>').unwrap_or(after);
        if let Some(name) = tag.strip_prefix('/') {
            return Some(Piece::Close(name));
        }
        let name =
            tag.split(|character: char| character.is_ascii_whitespace() || character == '/').next().unwrap_or_default();
        let href =
            tag.split_once("href=\"").and_then(|(_, value)| value.split_once('"')).map(|(value, _)| unescaped(value));
        Some(Piece::Open(name, href))
    })
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

fn is_plain(clean: &str) -> bool {
    let mut link: Option<String> = None;
    pieces(clean).all(|piece| match piece {
        // Exchange makes links of addresses in a plain text.
        Piece::Open("a", Some(href)) => {
            link = Some(href);
            true
        }
        Piece::Text(text) => match link.take() {
            Some(href) => is_address(&href, unescaped(text).trim()),
            None => true,
        },
        Piece::Close("a") => link.is_none(),
        Piece::Open(name, _) | Piece::Close(name) => link.is_none() && PLAIN.contains(&name),
    })
}

/// Whether a link says nothing but its text.
fn is_address(href: &str, text: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim_end_matches('/');
        ["mailto:", "http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .unwrap_or(text)
            .to_owned()
    };
    bare(href) == bare(text)
}

fn text_of(clean: &str) -> String {
    let mut text = String::with_capacity(clean.len());
    let mut preformatted = 0_usize;
    let mut links: Vec<(Option<String>, usize)> = Vec::new();
    let end_line = |text: &mut String| {
        while text.ends_with(' ') {
            text.pop();
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
    };
    for piece in pieces(clean) {
        match piece {
            Piece::Text(written) if preformatted > 0 => text.push_str(&unescaped(written)),
            Piece::Text(written) => {
                for character in unescaped(written).chars() {
                    // Blanks are one; only those that may not be broken are as many as they are.
                    match character {
                        ' ' | '\t' | '\n' | '\r' => {
                            if !text.is_empty() && !text.ends_with([' ', '\n']) {
                                text.push(' ');
                            }
                        }
                        character => text.push(character),
                    }
                }
            }
            Piece::Open("br", _) => {
                while text.ends_with(' ') {
                    text.pop();
                }
                text.push('\n');
            }
            Piece::Open("a", href) => links.push((href, text.len())),
            Piece::Close("a") => {
                if let Some((Some(href), from)) = links.pop() {
                    let named = text.get(from..).unwrap_or_default().trim().to_owned();
                    if !is_address(&href, &named) {
                        text.push_str(&format!(" <{href}>"));
                    }
                }
            }
            Piece::Open(name, _) if BLOCKS.contains(&name) => {
                end_line(&mut text);
                match name {
                    "pre" => preformatted += 1,
                    "li" => text.push_str("- "),
                    _ => {}
                }
            }
            Piece::Close(name) if BLOCKS.contains(&name) => {
                if name == "pre" {
                    preformatted = preformatted.saturating_sub(1);
                }
                end_line(&mut text);
            }
            Piece::Close("td" | "th") => text.push(' '),
            Piece::Open(..) | Piece::Close(_) => {}
        }
    }
    settled(&text)
}

fn html_of(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>")
}

/// The body of an online meeting with another text. What makes it one stands in its HTML and must stay there
/// (<https://learn.microsoft.com/graph/api/event-update>, "body property and online meetings"), so that a text may only be written before and
/// after it.
///
/// # Errors
/// For any other change.
pub fn for_online_meeting(html: &str, wanted: &HeldBody) -> Result<Value, Unfit> {
    let old = plain_text(html);
    let unfit = || {
        Unfit::new(
            "another text in the place of the one by which people join an online meeting; write before or after it",
        )
    };
    let (before, after) = wanted.text.split_once(&old).filter(|_| !old.is_empty()).ok_or_else(unfit)?;
    let block = |text: &str| match text.trim() {
        "" => String::new(),
        text => format!("<div>{}</div>", html_of(text)),
    };
    let lower = html.to_ascii_lowercase();
    let begin = lower.find("<body").and_then(|at| Some(at + lower.get(at..)?.find('>')? + 1)).unwrap_or(0);
    let end = lower.rfind("</body").filter(|end| *end >= begin).unwrap_or(html.len());
    let parts = (html.get(..begin), html.get(begin..end), html.get(end..));
    let (Some(head), Some(kept), Some(tail)) = parts else { return Err(unfit()) };
    Ok(json!({ "contentType": "html", "content": format!("{head}{}{kept}{}{tail}", block(before), block(after)) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn html_that_says_no_more_than_its_text_is_text() {
        let exchange = "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\
            <style><!-- .EmailQuote { margin-left: 1pt } --></style></head>\r\n<body>\r\n<font size=\"2\"><span style=\"font-size:11pt;\">\
            <div class=\"PlainText\">Bring&nbsp; two:<br>\r\n&nbsp; - ä &amp; &lt;b&gt;<br>\r\n<br>\r\n\
            <a href=\"https://example.org/x\">https://example.org/x</a></div></span></font>\r\n</body></html>";
        let body = HeldBody::of_html(exchange);
        assert_eq!(body.text, "Bring  two:\n  - ä & <b>\n\nhttps://example.org/x");
        assert_eq!(body.html, None);
    }

    #[test]
    fn what_is_set_is_kept_and_what_harms_is_not() {
        let body = HeldBody::of_html(
            "<body><p>A <b>bold</b> word<script>alert(1)</script></p><ul><li>one</li><li>two</li></ul>\
             <a href=\"https://example.org/\" onclick=\"x()\">here</a><a href=\"javascript:x()\">there</a></body>",
        );
        assert_eq!(body.text, "A bold word\n- one\n- two\nhere <https://example.org/>there");
        let html = body.html.unwrap_or_default();
        assert!(html.contains("<b>bold</b>") && html.contains("https://example.org/"), "{html}");
        assert!(!html.contains("script") && !html.contains("onclick"), "{html}");
        // And it is what it is the second time.
        assert_eq!(HeldBody::of_html(&html).html, Some(html));
    }

    #[test]
    fn a_text_is_written_around_what_makes_a_meeting_online() {
        let old = "<html><body lang=\"en\"><div>Join <a href=\"https://teams.example/1\">here</a></div></body></html>";
        let wanted = |text: &str| HeldBody::of_text(text);
        let body = for_online_meeting(old, &wanted("Agenda\n\nJoin here <https://teams.example/1>\nBring it"))
            .unwrap_or_default();
        assert_eq!(
            body["content"],
            "<html><body lang=\"en\"><div>Agenda</div><div>Join <a href=\"https://teams.example/1\">here</a></div>\
             <div>Bring it</div></body></html>"
        );
        assert!(for_online_meeting(old, &wanted("Something else")).is_err());
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_html(text in "[a-z<>&\"' .\\n-]{0,80}") {
            let body = HeldBody::of_text(&text);
            let lines: Vec<String> = body.text.lines().map(ammonia_text).collect();
            let back = HeldBody::of_html(&format!("<html><body><div class=\"PlainText\">{}</div></body></html>", lines.join("<br>\r\n")));
            prop_assert_eq!(back, body);
        }

        #[test]
        fn any_html_is_read(html in "(<(b|p|div|a href=\"x\"|a href='>'|!--|/div|br/|td)?>?|[a-z&;\\PC ]){0,60}") {
            let body = HeldBody::of_html(&html);
            if let Some(clean) = &body.html {
                prop_assert_eq!(HeldBody::of_html(clean).text, body.text);
            }
        }
    }

    /// As Exchange writes a line of text.
    fn ammonia_text(line: &str) -> String {
        line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(' ', "&nbsp;")
    }
}
