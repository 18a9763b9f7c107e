//! HTML as text, for what a page has by the hundred: browsers read it many times faster than a program makes elements one by one.

/// For a `noscript`: has the page loaded again every so many seconds. As an element of a view it would be put into the head, where it counts
/// with scripts as well.
#[cfg(feature = "ssr")]
pub fn refresh(seconds: &str) -> String {
    let mut markup = Markup::default();
    markup.raw("<meta http-equiv=\"refresh\"").attribute("content", seconds).raw(">");
    markup.0
}

/// HTML that is being written. What is not a part of the program is escaped: there is no way to write it otherwise.
#[derive(Default)]
pub struct Markup(String);

impl Markup {
    /// Tags and attributes as they are.
    pub fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Text between tags.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                c => self.0.push(c),
            }
        }
        self
    }

    /// ` name="value"` within a tag.
    pub fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"").text(value).raw("\"")
    }

    /// The same for a value that there may not be.
    pub fn maybe(&mut self, name: &'static str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// What stands in an element and is written anew when a signal changes that `html` read. Behind a pointer, as in [`crate::thin`].
pub fn written(html: impl Fn() -> String + Send + 'static) -> Box<dyn FnMut() -> String + Send> {
    Box::new(html)
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn what_is_written_stays_text() {
        let mut html = Markup::default();
        html.raw("<a").attribute("title", "\"><b x='1'>").maybe("lang", None).raw(">").text("<i>&amp;</i>").raw("</a>");
        assert_eq!(html.finish(), "<a title=\"&quot;&gt;&lt;b x='1'&gt;\">&lt;i&gt;&amp;amp;&lt;/i&gt;</a>");
    }
}
