//! HTML of mails, of which nothing runs and nothing is fetched from elsewhere unless somebody wants the pictures.

use super::html_bounds::is_bounded;
use ammonia::{Builder, UrlRelative};
use mail_parser::decoders::html::html_to_text;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

/// Longest text that is taken apart, in octets; what is longer is cut.
const MAX_HTML: usize = 4 * 1024 * 1024;

/// HTML that may be shown in a frame without scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeHtml {
    pub html: String,
    /// How many pictures are elsewhere and are not shown.
    pub blocked_pictures: usize,
}

/// Properties that change how text looks, and nothing that places it over something else or fetches something.
static STYLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    HashSet::from([
        "background-color",
        "border",
        "border-bottom",
        "border-collapse",
        "border-color",
        "border-left",
        "border-radius",
        "border-right",
        "border-spacing",
        "border-style",
        "border-top",
        "border-width",
        "color",
        "display",
        "font-family",
        "font-size",
        "font-style",
        "font-variant",
        "font-weight",
        "height",
        "letter-spacing",
        "line-height",
        "list-style-type",
        "margin",
        "margin-bottom",
        "margin-left",
        "margin-right",
        "margin-top",
        "max-width",
        "min-width",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "table-layout",
        "text-align",
        "text-decoration",
        "text-indent",
        "text-transform",
        "vertical-align",
        "white-space",
        "width",
        "word-break",
        "word-wrap",
    ])
});

/// What stands on tables and cells in mails that are older than style sheets.
const TABLE: [&str; 10] =
    ["align", "bgcolor", "border", "cellpadding", "cellspacing", "colspan", "height", "rowspan", "valign", "width"];

fn tag_attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    let mut attributes: HashMap<&str, HashSet<&str>> = HashMap::new();
    for tag in ["table", "tbody", "thead", "tfoot", "tr", "td", "th"] {
        attributes.insert(tag, HashSet::from(TABLE));
    }
    attributes.insert("a", HashSet::from(["href"]));
    attributes.insert("img", HashSet::from(["src", "alt", "width", "height", "border"]));
    attributes.insert("font", HashSet::from(["color", "face", "size"]));
    attributes.insert("ol", HashSet::from(["start", "type"]));
    attributes
}

fn builder() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .add_tags(["font", "center", "u", "big", "tt", "main"])
        .tag_attributes(tag_attributes())
        .generic_attributes(HashSet::from(["style", "title", "dir", "lang"]))
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "noscript", "template", "textarea", "select", "iframe", "object",
        ]))
        .filter_style_properties(STYLES.clone())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid", "data"]))
        // Where parts are served is relative; of what a mail says itself the filters leave nothing that is.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true);
    builder
}

/// Whether a style may fetch something, or is written so that one cannot tell.
fn is_suspicious(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    style.contains("url")
        || style.contains("expression")
        || style.contains('\\')
        || style.contains('@')
        || style.contains("/*")
}

/// Whether an address holds the picture itself.
fn is_picture_in_place(url: &str) -> bool {
    let url = url.trim_start().to_ascii_lowercase();
    ["data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"]
        .iter()
        .any(|start| url.starts_with(start))
}

fn starts(text: &str, scheme: &str) -> bool {
    text.trim_start().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// Whether an address is of something that a link may lead to.
fn is_link(url: &str) -> bool {
    ["http:", "https:", "mailto:", "tel:"].iter().any(|scheme| starts(url, scheme))
}

/// At most [`MAX_HTML`] octets.
fn cut(html: &str) -> &str {
    let mut end = html.len().min(MAX_HTML);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    &html[..end]
}

/// HTML that would cost much to take apart, as its text.
fn simple(html: &str) -> String {
    of_text(&html_to_text(html))
}

/// The HTML of a mail. `parts`: where the part with a Content-ID is served; `pictures`: those that are elsewhere are
/// wanted.
pub(super) fn sanitised(html: &str, parts: HashMap<String, String>, pictures: bool) -> SafeHtml {
    let html = cut(html);
    if !is_bounded(html) {
        return SafeHtml { html: simple(html), blocked_pictures: 0 };
    }
    let blocked = Arc::new(AtomicUsize::new(0));
    let count = blocked.clone();
    let mut builder = builder();
    builder.attribute_filter(move |element, attribute, value| match (element, attribute) {
        (_, "style") => (!is_suspicious(value)).then_some(Cow::Borrowed(value)),
        ("img", "src") if starts(value, "cid:") => {
            parts.get(value.trim()[4..].trim_matches(['<', '>'])).cloned().map(Cow::Owned)
        }
        ("img", "src") if starts(value, "http:") || starts(value, "https:") => match pictures {
            true => Some(Cow::Borrowed(value)),
            false => {
                count.fetch_add(1, Ordering::Relaxed);
                None
            }
        },
        ("img", "src") => is_picture_in_place(value).then_some(Cow::Borrowed(value)),
        ("a", "href") => is_link(value).then_some(Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    });
    builder.set_tag_attribute_value("a", "target", "_blank");
    let html = builder.clean(html).to_string();
    SafeHtml { html, blocked_pictures: blocked.load(Ordering::Relaxed) }
}

/// The HTML of a draft: what goes out has no more in it than what is shown.
pub(super) fn sanitised_draft(html: &str) -> String {
    let html = cut(html);
    if !is_bounded(html) {
        return simple(html);
    }
    let mut builder = builder();
    builder.attribute_filter(|element, attribute, value| match (element, attribute) {
        (_, "style") => (!is_suspicious(value)).then_some(Cow::Borrowed(value)),
        ("img", "src") => (is_picture_in_place(value) || starts(value, "https:")).then_some(Cow::Borrowed(value)),
        ("a", "href") => is_link(value).then_some(Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    });
    builder.clean(html).to_string()
}

/// Plain text as HTML.
pub(super) fn of_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("\r\n", "\n").replace('\n', "<br>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> HashMap<String, String> {
        HashMap::from([("pic@x".to_owned(), "/parts/2".to_owned())])
    }

    fn clean(html: &str) -> String {
        sanitised(html, parts(), false).html
    }

    #[test]
    fn nothing_of_a_hostile_mail_runs_or_fetches() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)><script>1</script></svg>",
            "<iframe src='https://evil.example'></iframe>",
            "<object data='https://evil.example'></object><embed src='https://evil.example'>",
            "<link rel=stylesheet href='https://evil.example/x.css'>",
            "<style>@import 'https://evil.example/x.css'; p { background: url(https://evil.example/x) }</style>",
            "<p style=\"background:url('https://evil.example/x')\">x</p>",
            "<p style='background-color: red; background-image: \\75 rl(https://evil.example/x)'>x</p>",
            "<table background='https://evil.example/x'><tr><td background='https://evil.example/x'>x</td></tr></table>",
            "<img srcset='https://evil.example/x 2x' src='https://evil.example/x'>",
            "<img src='//evil.example/x'>",
            "<img src=' HTTPS://evil.example/x'>",
            "<video poster='https://evil.example/x' src='https://evil.example/y' autoplay></video>",
            "<input type=image src='https://evil.example/x'>",
            "<form action='https://evil.example'><button>go</button></form>",
            "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=https://evil.example'>",
            "<a href='javascript:alert(1)'>x</a>",
            "<a href='//evil.example'>x</a><a href='/evil.example'>x</a><a href='evil.example'>x</a>",
            "<img src='/evil.example'><img src='evil.example'><img src='\u{1}cid:pic@x/evil.example'>",
            "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
            "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
            "<div style='position:fixed;top:0;left:0;width:100%;height:100%'>over all</div>",
        ] {
            let html = clean(hostile);
            for wrong in ["evil.example", "alert", "onerror", "onload", "<script", "<style", "position"] {
                assert!(!html.contains(wrong), "{hostile}\n{html}");
            }
        }
    }

    #[test]
    fn what_is_harmless_stays() {
        let html = clean(
            "<p style='color:red;font-size:12px'>Hi <a href='https://example.org'>there</a></p><font color=blue>x</font>",
        );
        assert!(html.contains("color:red") && html.contains("font-size:12px"), "{html}");
        assert!(html.contains("href=\"https://example.org\"") && html.contains("target=\"_blank\""), "{html}");
        assert!(html.contains("noreferrer") && html.contains("<font color=\"blue\">"), "{html}");
    }

    #[test]
    fn pictures_of_the_mail_are_shown_and_others_when_they_are_wanted() {
        let mail = "<img src='cid:pic@x' alt=a><img src='cid:none@x'><img src='https://example.org/p.png' alt=b>";
        let safe = sanitised(mail, parts(), false);
        assert!(safe.html.contains("src=\"/parts/2\""), "{}", safe.html);
        assert!(!safe.html.contains("cid:") && !safe.html.contains("example.org"), "{}", safe.html);
        assert_eq!(safe.blocked_pictures, 1);
        let shown = sanitised(mail, HashMap::new(), true);
        assert!(shown.html.contains("https://example.org/p.png") && shown.blocked_pictures == 0, "{}", shown.html);
    }

    #[test]
    fn very_long_and_deep_texts_end() {
        let deep = "<div>".repeat(200_000);
        assert_eq!(clean(&format!("{deep}Hello")).trim(), "Hello");
        assert_eq!(sanitised_draft(&format!("{deep}Hello")).trim(), "Hello");
    }
}
