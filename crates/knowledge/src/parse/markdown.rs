//! Markdown: comrak's tree to blocks; front matter, templating tags and inline markup do not become text.

use comrak::{
    Arena, Options,
    arena_tree::NodeEdge,
    nodes::{AstNode, ListType, NodeValue},
    parse_document,
};
use quillhouse_domain::{BlockKind, DocumentFormat, ParsedDocument};

use super::{
    assemble::{Assembler, mark},
    html,
};

mod template;

/// Deepest nesting that is walked; deeper text is taken without structure.
const DEPTH_LIMIT: usize = 200;

/// Reads decoded Markdown.
pub(crate) fn read(text: &str) -> ParsedDocument {
    let normal = text.replace("\r\n", "\n");
    let (front_matter, body) = split_front_matter(&normal);
    let body = template::strip(body);
    let arena = Arena::new();
    let root = parse_document(&arena, &body, &options());
    let mut walker = Walker { assembler: Assembler::new() };
    walker.blocks(root, 0, Inside::Nothing);
    let title = front_matter.and_then(front_matter_title);
    let document = walker.assembler.finish(DocumentFormat::Markdown, title.as_deref(), Vec::new());
    ParsedDocument { tags: front_matter.map(front_matter_tags).unwrap_or_default(), ..document }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.description_lists = true;
    options.extension.alerts = true;
    options.extension.superscript = false;
    options
}

/// `--- … ---` (or `+++`) at the very beginning. A rule that never closes is no front matter.
fn split_front_matter(text: &str) -> (Option<&str>, &str) {
    let start = text.trim_start_matches(['\u{FEFF}', '\n', ' ']);
    for fence in ["---", "+++"] {
        let Some(rest) =
            start.strip_prefix(fence).and_then(|rest| rest.trim_start_matches([' ', '\t']).strip_prefix('\n'))
        else {
            continue;
        };
        let mut offset = 0;
        for line in rest.split_inclusive('\n') {
            let bare = line.trim_end();
            if bare == fence || (fence == "---" && bare == "...") {
                return (Some(&rest[..offset]), &rest[offset + line.len()..]);
            }
            // Front matter is keys, lists, comments and their indented values; prose between two rules is not.
            let is_data = bare.is_empty()
                || bare.starts_with([' ', '\t', '#', '-', '[', ']', '{', '}'])
                || bare.contains([':', '=']);
            if !is_data {
                break;
            }
            offset += line.len();
        }
    }
    (None, text)
}

fn front_matter_title(front_matter: &str) -> Option<String> {
    front_matter.lines().find_map(|line| {
        let (key, value) = line.split_once([':', '='])?;
        (key.trim().eq_ignore_ascii_case("title") && !line.starts_with([' ', '\t']))
            .then(|| value.trim().trim_matches(['"', '\'']).to_owned())
            .filter(|title| !title.is_empty())
    })
}

/// `tags: [a, b]`, `tags: a, b`, a list of lines that begin with `-`, or `tags = ["a", "b"]`.
fn front_matter_tags(front_matter: &str) -> Vec<String> {
    let mut lines = front_matter.lines().skip_while(|line| {
        let key = line.split_once([':', '=']).map_or("", |(key, _)| key);
        line.starts_with([' ', '\t']) || !key.trim().eq_ignore_ascii_case("tags")
    });
    let Some((_, first)) = lines.next().and_then(|line| line.split_once([':', '='])) else { return Vec::new() };
    let bare = |tag: &str| tag.trim().trim_matches(['"', '\'']).trim().to_owned();
    let mut value = first.trim().to_owned();
    if value.is_empty() {
        let items = lines.map(str::trim).take_while(|line| line.starts_with('-'));
        return items.map(|item| bare(item.trim_start_matches('-'))).filter(|tag| !tag.is_empty()).collect();
    }
    if value.starts_with('[') {
        // A list may go on over several lines; one that never ends is no list.
        while !value.ends_with(']') {
            let Some(line) = lines.next() else { return Vec::new() };
            value.push_str(line.trim());
        }
    }
    let value = value.trim_start_matches('[').trim_end_matches(']');
    value.split(',').map(bare).filter(|tag| !tag.is_empty()).collect()
}

/// What a paragraph stands in, which decides what kind of block it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Item,
    Quote,
}

struct Walker {
    assembler: Assembler,
}

impl Walker {
    fn blocks<'a>(&mut self, parent: &'a AstNode<'a>, depth: usize, inside: Inside) {
        if depth > DEPTH_LIMIT {
            let text = inline_text(parent);
            self.assembler.push(BlockKind::Paragraph, &text);
            return;
        }
        for node in parent.children() {
            let value = node.data.borrow().value.clone();
            match value {
                NodeValue::Heading(heading) => {
                    self.assembler.push(BlockKind::Heading { level: heading.level.clamp(1, 6) }, &inline_text(node));
                }
                NodeValue::Paragraph | NodeValue::DescriptionTerm => {
                    let kind = match inside {
                        Inside::Nothing => BlockKind::Paragraph,
                        Inside::Item => BlockKind::ListItem,
                        Inside::Quote => BlockKind::Quote,
                    };
                    self.assembler.push(kind, &inline_text(node));
                }
                NodeValue::CodeBlock(code) => self.assembler.push(BlockKind::Code, &code.literal),
                NodeValue::HtmlBlock(block) => {
                    for (kind, text) in html::fragment_blocks(&block.literal) {
                        self.assembler.push(kind, &text);
                    }
                }
                NodeValue::Item(_) | NodeValue::TaskItem(_) => self.item(node, depth),
                NodeValue::List(list) => {
                    debug_assert!(matches!(list.list_type, ListType::Bullet | ListType::Ordered));
                    self.blocks(node, depth + 1, inside);
                }
                NodeValue::BlockQuote | NodeValue::MultilineBlockQuote(_) | NodeValue::Alert(_) => {
                    self.blocks(node, depth + 1, Inside::Quote);
                }
                NodeValue::TableRow(_) => {
                    let cells: Vec<String> =
                        node.children().map(inline_text).map(|cell| cell.trim().to_owned()).collect();
                    if cells.iter().any(|cell| !cell.is_empty()) {
                        self.assembler.push(BlockKind::TableRow, &cells.join(" | "));
                    }
                }
                NodeValue::FrontMatter(_) | NodeValue::ThematicBreak => {}
                NodeValue::DescriptionDetails => self.blocks(node, depth + 1, Inside::Item),
                _ => self.blocks(node, depth + 1, inside),
            }
        }
    }

    /// The first paragraph of an item is the item; what follows in it (more paragraphs, lists, code) comes after.
    fn item<'a>(&mut self, node: &'a AstNode<'a>, depth: usize) {
        self.blocks(node, depth + 1, Inside::Item);
    }
}

/// The visible words of a node: link texts, code spans and picture descriptions stay, addresses and tags go. Marks stand
/// around what is set off.
fn inline_text<'a>(node: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for edge in node.traverse() {
        let (inner, opens) = match edge {
            NodeEdge::Start(inner) => (inner, true),
            NodeEdge::End(inner) => (inner, false),
        };
        match &inner.data.borrow().value {
            NodeValue::Emph => text.push(mark(false, opens)),
            NodeValue::Strong => text.push(mark(true, opens)),
            _ if !opens => {}
            NodeValue::Text(words) => text.push_str(words),
            NodeValue::Code(code) => {
                text.push(mark(false, true));
                text.push_str(&code.literal);
                text.push(mark(false, false));
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            NodeValue::HtmlInline(tag) if is_break(tag) => text.push(' '),
            NodeValue::Math(math) => text.push_str(&math.literal),
            NodeValue::Paragraph if !text.is_empty() => text.push(' '),
            _ => {}
        }
    }
    text
}

fn is_break(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']).trim_end_matches(['>', '/', ' ']).to_ascii_lowercase();
    matches!(name.split_whitespace().next(), Some("br" | "p" | "div" | "li" | "tr" | "td"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Vec<(BlockKind, String)> {
        let document = read(text);
        document
            .blocks
            .iter()
            .map(|block| {
                (
                    block.kind,
                    document.text.chars().skip(block.start as usize).take((block.end - block.start) as usize).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn markdown_becomes_clean_blocks() {
        let text = "---\ntitle: \"Voice: plain\"\npermalink: /x/\n---\n\n# Voice {#voice}\n{: .usa-heading}\n\nAddress the user as _you_, see [terms]({{ '/terms/' | relative_url }}) &amp; **more**.\n\n{% include note.html %}\n\n> Quoted `code` here.\n\n- one\n  1. inner\n- [x] two\n\n| Word | Use |\n|---|---|\n| email | e-mail |\n\n```rust\nlet x = 1;\n```\n<div class=\"box\"><p>Inside HTML</p></div>\n";
        let wanted = [
            (BlockKind::Heading { level: 1 }, "Voice"),
            (BlockKind::Paragraph, "Address the user as you, see terms & more."),
            (BlockKind::Quote, "Quoted code here."),
            (BlockKind::ListItem, "one"),
            (BlockKind::ListItem, "inner"),
            (BlockKind::ListItem, "two"),
            (BlockKind::TableRow, "Word | Use"),
            (BlockKind::TableRow, "email | e-mail"),
            (BlockKind::Code, "let x = 1;"),
            (BlockKind::Paragraph, "Inside HTML"),
        ];
        let wanted: Vec<(BlockKind, String)> = wanted.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
        assert_eq!(shape(text), wanted, "no markup, tag or address may reach the text");
        assert_eq!(read(text).title.as_deref(), Some("Voice: plain"), "front matter is dropped, its title kept");
    }

    #[test]
    fn tags_of_front_matter_are_kept_however_they_are_written() {
        for (front_matter, expected) in [
            ("---\ntags: [Prices, \"Winter 2026\"]\n---\n", &["Prices", "Winter 2026"][..]),
            (
                "---\ntitle: A\ntags:\n  - prices\n  - 'tone of voice'\ndate: 2026-01-01\n---\n",
                &["prices", "tone of voice"],
            ),
            ("---\nTags: prices, tone\n---\n", &["prices", "tone"]),
            ("+++\ntags = [\"prices\",\n  \"tone\"]\n+++\n", &["prices", "tone"]),
            ("---\nmeta:\n  tags: [hidden]\n---\n", &[]),
            ("---\ntags: [never, closed\n---\n", &[]),
            ("---\ntags:\n---\n", &[]),
            ("", &[]),
        ] {
            let document = read(&format!("{front_matter}\n# Guide\n\nUse plain words.\n"));
            assert_eq!(document.tags, expected, "{front_matter}");
            assert_eq!(document.text, "Guide\n\nUse plain words.", "and none of them becomes text: {front_matter}");
        }
    }

    #[test]
    fn a_rule_at_the_start_is_not_front_matter() {
        assert_eq!(shape("---\n\nPlain prose here\n\n---\n").len(), 1, "text between two rules is text");
    }
}
