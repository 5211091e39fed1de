//! Makes tag soup well-nested and shallow, in one pass over the characters, before a tree is built from it.
//!
//! A tree builder without a depth limit takes time that grows with the square of the nesting, and one that re-opens
//! unclosed formatting multiplies elements. After `tame` no element is deeper than `DEPTH_LIMIT`, every start tag has
//! its end tag in the right place, and no text is lost.

use std::collections::HashMap;

/// Deepest element; browsers stop at the same depth.
const DEPTH_LIMIT: usize = 512;

/// Longest tag whose attributes are kept: attributes are compared with each other.
const TAG_LIMIT_BYTES: usize = 4 << 10;

/// How far up an unclosed element is looked for when a sibling closes it.
const SIBLING_SEARCH: usize = 48;

const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "frame", "keygen",
];

/// Elements whose contents are no markup; those of the first group hold no text for readers either.
const DROPPED: &[&str] = &["script", "style", "noembed", "noframes", "iframe", "template"];
const RAW: &[&str] = &["title", "textarea", "xmp"];

/// Start tags that end an open paragraph.
const ENDS_PARAGRAPH: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
    "li",
    "dt",
    "dd",
];

/// The same page, safe to build a tree from.
pub(super) fn tame(source: &str) -> String {
    let mut tamer =
        Tamer { output: String::with_capacity(source.len()), open: Vec::new(), counts: HashMap::new(), emitted: 0 };
    let mut rest = source;
    while let Some(position) = rest.find('<') {
        tamer.output.push_str(&rest[..position]);
        rest = tamer.tag(&rest[position..]);
    }
    tamer.output.push_str(rest);
    while !tamer.open.is_empty() {
        tamer.close_innermost();
    }
    tamer.output
}

struct Open {
    name: String,
    emitted: bool,
}

struct Tamer {
    output: String,
    open: Vec<Open>,
    counts: HashMap<String, usize>,
    emitted: usize,
}

impl Tamer {
    /// Handles what begins with `<` and returns what follows it.
    fn tag<'a>(&mut self, rest: &'a str) -> &'a str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            // The kind of document changes how tables and paragraphs nest.
            if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) && end < TAG_LIMIT_BYTES {
                self.output.push_str(&rest[..end]);
            } else if let Some(data) = rest.strip_prefix("<![CDATA[") {
                let (inside, after) = data.split_once("]]>").unwrap_or((data, ""));
                self.output.push_str(&inside.replace('<', "&lt;"));
                return after;
            }
            return &rest[end..];
        }
        let closing = rest.starts_with("</");
        let name_start = if closing { 2 } else { 1 };
        let name_length = rest[name_start..]
            .find(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '-' | ':' | '_')))
            .unwrap_or(rest.len() - name_start);
        let name = rest[name_start..name_start + name_length].to_ascii_lowercase();
        if !name.starts_with(|character: char| character.is_ascii_alphabetic()) {
            self.output.push_str("&lt;");
            return &rest[1..];
        }
        let end = tag_end(rest);
        let after = &rest[end..];
        if closing {
            self.end(&name);
            return after;
        }
        if DROPPED.contains(&name.as_str()) || RAW.contains(&name.as_str()) {
            let (inside, after) = raw_contents(after, &name);
            if name == "title" && self.counts.get("svg").is_none_or(|count| *count == 0) {
                self.output.push_str("<title>");
                self.output.push_str(&inside.replace('<', "&lt;"));
                self.output.push_str("</title>");
            } else if name == "xmp" {
                self.output.push_str("<pre>");
                self.output.push_str(&inside.replace('<', "&lt;"));
                self.output.push_str("</pre>");
            }
            return after;
        }
        if name == "plaintext" {
            return after;
        }
        let attributes =
            if end <= TAG_LIMIT_BYTES { rest[name_start + name_length..end].trim_end_matches('>') } else { "" };
        self.start(name, attributes);
        after
    }

    fn start(&mut self, name: String, attributes: &str) {
        self.close_siblings(&name);
        let void = VOID.contains(&name.as_str());
        let emitted = self.emitted < DEPTH_LIMIT;
        if emitted {
            self.output.push('<');
            self.output.push_str(&name);
            // `<svg/>` closes itself only there; elsewhere the slash means nothing.
            self.output.push_str(attributes.trim_end_matches('/'));
            self.output.push('>');
        } else if !self.output.ends_with(' ') {
            // One space for any number of dropped tags: text this deep is counted by every element above it.
            self.output.push(' ');
        }
        if void {
            return;
        }
        let foreign = self.counts.get("svg").is_some_and(|count| *count > 0)
            || self.counts.get("math").is_some_and(|count| *count > 0);
        if attributes.ends_with('/') && (foreign || name == "svg") {
            if emitted {
                self.output.push_str(&format!("</{name}>"));
            }
            return;
        }
        *self.counts.entry(name.clone()).or_default() += 1;
        self.emitted += usize::from(emitted);
        self.open.push(Open { name, emitted });
    }

    fn end(&mut self, name: &str) {
        if self.counts.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        // A stray end tag inside a table cell must not close the table's surroundings.
        while let Some(innermost) = self.open.last() {
            let found = innermost.name == name;
            self.close_innermost();
            if found {
                return;
            }
        }
    }

    fn close_innermost(&mut self) {
        if let Some(open) = self.open.pop() {
            if let Some(count) = self.counts.get_mut(&open.name) {
                *count -= 1;
            }
            if open.emitted {
                self.emitted -= 1;
                self.output.push_str("</");
                self.output.push_str(&open.name);
                self.output.push('>');
            }
        }
    }

    /// Closes what a start tag ends without saying so.
    fn close_siblings(&mut self, name: &str) {
        let (closed, fences): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu", "table"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "table"]),
            "tr" => (&["tr", "td", "th"], &["table", "thead", "tbody", "tfoot"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot", "caption", "colgroup"], &["table"]),
            "option" | "optgroup" => (&["option"], &["select", "datalist"]),
            _ => (&[], &[]),
        };
        if !closed.is_empty() {
            self.close_through(closed, fences);
        }
        if ENDS_PARAGRAPH.contains(&name) {
            self.close_through(
                &["p"],
                &["td", "th", "table", "button", "li", "dd", "blockquote", "div", "section", "article"],
            );
        }
    }

    fn close_through(&mut self, wanted: &[&str], fences: &[&str]) {
        let mut outermost = None;
        for (steps, open) in self.open.iter().rev().take(SIBLING_SEARCH).enumerate() {
            if wanted.contains(&open.name.as_str()) {
                outermost = Some(steps);
            } else if fences.contains(&open.name.as_str()) {
                break;
            }
        }
        if let Some(steps) = outermost {
            for _ in 0..=steps {
                self.close_innermost();
            }
        }
    }
}

/// Length of a tag up to and with its `>`, quotes respected. A quote that never closes ends at the first `>`.
fn tag_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut quote = None;
    let mut after_equals = false;
    for (position, byte) in bytes.iter().enumerate().take(1 << 20) {
        match (quote, byte) {
            (Some(open), byte) if *byte == open => quote = None,
            (None, b'"' | b'\'') if after_equals => quote = Some(*byte),
            (None, b'>') => return position + 1,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            after_equals = *byte == b'=';
        }
    }
    rest.find('>').map_or(rest.len(), |end| end + 1)
}

/// What stands before the element's end tag, and what follows that.
fn raw_contents<'a>(rest: &'a str, name: &str) -> (&'a str, &'a str) {
    let mut from = 0;
    while let Some(position) = rest[from..].find("</") {
        let at = from + position;
        let candidate = &rest.as_bytes()[at + 2..];
        if candidate.len() >= name.len() && candidate[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
            return (&rest[..at], &rest[end..]);
        }
        from = at + 2;
    }
    (rest, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soup_becomes_well_nested() {
        let cases = [
            ("<p>a<p>b", "<p>a</p><p>b</p>", "a paragraph ends the one before"),
            ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>", "so does a list item"),
            ("<b><i>x</b></i>", "<b><i>x</i></b>", "crossed tags are uncrossed"),
            ("a < b <3", "a &lt; b &lt;3", "a lone sign is text"),
            ("<a title='x>y'>z</a>", "<a title='x>y'>z</a>", "a sign inside quotes is no end"),
            ("x<script>if(a<b)</script>y", "xy", "scripts are no text"),
            ("x<!-- <p> -->y</div>", "xy", "comments and stray ends go"),
        ];
        for (source, wanted, why) in cases {
            assert_eq!(tame(source), wanted, "{why}");
        }
    }
}
