//! Removes the tags of site generators before Markdown is read: Liquid and Jinja (`{% %}`, `{{ }}`, `{# #}`) and
//! attribute lists (`{: .class}`, `{#anchor}`).
//!
//! Code blocks keep theirs: there they are the subject.

/// The text without templating. Tags that never close are left as they are.
pub(super) fn strip(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    let mut outside = String::new();
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                clean.push_str(&strip_tags(&outside));
                outside.clear();
                fence = Some(mark);
                clean.push_str(line);
            }
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                clean.push_str(line);
            }
            (Some(_), _) => clean.push_str(line),
            (None, None) => outside.push_str(line),
        }
    }
    clean.push_str(&strip_tags(&outside));
    clean
}

fn strip_tags(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find('{') {
        clean.push_str(&rest[..position]);
        let tag = &rest[position..];
        if let Some(length) = tag_length(tag, clean.ends_with(['\n', ' ']) || clean.is_empty()) {
            // An address made by a template must stay an address, or the link around it falls apart.
            if clean.ends_with("](") {
                clean.push('#');
            }
            rest = &tag[length..];
        } else {
            clean.push('{');
            rest = &tag[1..];
        }
    }
    clean.push_str(rest);
    clean
}

fn tag_length(tag: &str, after_space: bool) -> Option<usize> {
    for (open, close) in [("{%", "%}"), ("{{", "}}"), ("{#", "#}")] {
        if tag.starts_with(open)
            && let Some(end) = tag[open.len()..].find(close)
            // A tag is short; without this a stray brace would eat a document.
            && end < 2_000
        {
            let whole = open.len() + end + close.len();
            if let Some(raw) = raw_block(&tag[open.len()..open.len() + end]) {
                return tag
                    .find(raw)
                    .map(|start| start + tag[start..].find("%}").map_or(raw.len(), |end| end + 2))
                    .or(Some(whole));
            }
            return Some(whole);
        }
    }
    let attributes = tag.starts_with("{:") || (after_space && (tag.starts_with("{#") || tag.starts_with("{.")));
    if attributes {
        let line = tag.split('\n').next().unwrap_or(tag);
        return line.find('}').map(|end| end + 1);
    }
    None
}

/// Blocks whose contents are no text of the page: comments and captured style sheets.
fn raw_block(inside: &str) -> Option<&'static str> {
    match inside.trim_matches(['-', ' ']) {
        "comment" => Some("{% endcomment"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_tags_go_and_code_keeps_them() {
        let cases = [
            ("a {% if x %}b{% endif %} c", "a b c", "the text inside a condition stays"),
            ("[t]({{ \"/x/\" | relative_url }})", "[t](#)", "a link keeps its words"),
            ("# H {#anchor}\n", "# H \n", "an anchor is no text"),
            ("text\n{: .note }\n", "text\n\n", "an attribute list is no text"),
            ("{% comment %}secret{% endcomment %}x", "x", "a comment is no text"),
            ("```\n{{ keep }}\n```\n", "```\n{{ keep }}\n```\n", "code is shown as written"),
            ("f(x) = {1, 2}", "f(x) = {1, 2}", "braces of prose stay"),
        ];
        for (text, wanted, why) in cases {
            assert_eq!(strip(text), wanted, "{why}");
        }
    }
}
