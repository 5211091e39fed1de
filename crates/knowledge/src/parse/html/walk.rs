//! From an element tree to blocks.

use std::collections::HashMap;

use dom_query::NodeRef;
use quillhouse_domain::BlockKind;

use crate::parse::assemble::mark;

/// A block in the making, before its text is folded.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// What it is.
    pub(super) kind: BlockKind,
    /// Its raw text.
    pub(super) text: String,
    /// Words in it.
    pub(super) words: usize,
    /// Words of it that stand in links.
    pub(super) link_words: usize,
}

impl Piece {
    /// True when it is nothing but a link of a few words.
    pub(super) fn is_menu(&self) -> bool {
        self.words > 0 && self.words <= 8 && self.link_words * 10 >= self.words * 9
    }
}

const NEVER_TEXT: &[&str] = &[
    "script",
    "style",
    "head",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "canvas",
    "video",
    "audio",
    "select",
    "button",
    "input",
    "textarea",
    "datalist",
    "map",
    "dialog",
    "rt",
    "rp",
    "annotation",
    "annotation-xml",
];

const BREAKS_BLOCK: &[&str] = &[
    "address",
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "main",
    "menu",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "ul",
    "td",
    "th",
    "tr",
    "colgroup",
    "search",
    "nav",
    "label",
];

/// Longest cell of a table that holds data; longer ones hold a page's layout.
const CELL_LIMIT_CHARACTERS: usize = 1_500;

/// Most rows or columns one cell is spread over, and most places all cells of one table are spread over.
const SPAN_LIMIT: usize = 64;
const SPREAD_LIMIT_CELLS: usize = 50_000;

/// Reads all blocks below a node. `page` leaves out navigation and imprint.
pub(super) fn pieces(root: &NodeRef<'_>, page: bool) -> Vec<Piece> {
    let mut walker = Walker { pieces: Vec::new(), text: String::new(), link_words: 0, page };
    walker.children(root, Place { kind: BlockKind::Paragraph, in_article: false, in_link: false });
    walker.flush(BlockKind::Paragraph);
    walker.pieces
}

#[derive(Debug, Clone, Copy)]
struct Place {
    kind: BlockKind,
    in_article: bool,
    in_link: bool,
}

struct Walker {
    pieces: Vec<Piece>,
    text: String,
    link_words: usize,
    page: bool,
}

impl Walker {
    fn flush(&mut self, kind: BlockKind) {
        let words = self.text.split_whitespace().count();
        let text = std::mem::take(&mut self.text);
        let link_words = std::mem::take(&mut self.link_words);
        if words > 0 {
            self.pieces.push(Piece { kind, text, words, link_words });
        }
    }

    fn children(&mut self, node: &NodeRef<'_>, place: Place) {
        for child in node.children_it(false) {
            self.node(&child, place);
        }
    }

    fn node(&mut self, node: &NodeRef<'_>, place: Place) {
        if node.is_text() {
            let text = node.text();
            if place.in_link {
                self.link_words += text.split_whitespace().count();
            }
            self.text.push_str(&text);
            return;
        }
        if !node.is_element() {
            return;
        }
        let Some(name) = node.node_name() else { return };
        let name: &str = &name;
        if self.is_left_out(node, name, place) {
            return;
        }
        let place =
            Place { in_article: place.in_article || matches!(name, "article" | "main" | "blockquote"), ..place };
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush(place.kind);
                let level = name.as_bytes()[1] - b'0';
                self.children(node, Place { kind: BlockKind::Heading { level }, ..place });
                self.flush(BlockKind::Heading { level });
            }
            "li" | "dd" | "dt" => {
                self.flush(place.kind);
                self.children(node, Place { kind: BlockKind::ListItem, ..place });
                self.flush(BlockKind::ListItem);
            }
            "blockquote" => {
                self.flush(place.kind);
                self.children(node, Place { kind: BlockKind::Quote, ..place });
                self.flush(BlockKind::Quote);
            }
            "pre" | "listing" => {
                self.flush(place.kind);
                self.text = preformatted(node);
                self.flush(BlockKind::Code);
            }
            "table" => {
                self.flush(place.kind);
                if is_layout(node) {
                    self.children(node, place);
                } else {
                    self.table(node, place);
                }
                self.flush(place.kind);
            }
            "br" => self.text.push('\n'),
            "a" => self.children(node, Place { in_link: true, ..place }),
            "img" => self.picture(node),
            "wbr" => {}
            "q" => {
                self.text.push('"');
                self.children(node, place);
                self.text.push('"');
            }
            _ if BREAKS_BLOCK.contains(&name) => {
                self.flush(place.kind);
                self.children(node, place);
                self.flush(place.kind);
            }
            "em" | "i" | "cite" | "code" | "kbd" | "dfn" | "mark" | "s" | "strike" | "del" => {
                self.set_off(node, place, false);
            }
            "strong" | "b" => self.set_off(node, place, true),
            _ => self.children(node, place),
        }
    }

    fn set_off(&mut self, node: &NodeRef<'_>, place: Place, strong: bool) {
        self.text.push(mark(strong, true));
        self.children(node, place);
        self.text.push(mark(strong, false));
    }

    fn is_left_out(&self, node: &NodeRef<'_>, name: &str, place: Place) -> bool {
        if NEVER_TEXT.contains(&name) || is_hidden(node) {
            return true;
        }
        if !self.page {
            return false;
        }
        let role = node.attr("role");
        let role = role.as_deref().unwrap_or("");
        name == "nav"
            || (name == "footer" && !place.in_article)
            || matches!(
                role,
                "navigation" | "search" | "menu" | "menubar" | "contentinfo" | "toolbar" | "tablist" | "alertdialog"
            )
            || node.has_class("mw-editsection")
            || (name == "sup" && node.has_class("reference"))
    }

    /// What a picture shows in words, unless a caption beside it says so already.
    fn picture(&mut self, node: &NodeRef<'_>) {
        let Some(words) = node.attr("alt") else { return };
        let is_file = words.rsplit_once('.').is_some_and(|(_, ending)| {
            matches!(ending.to_ascii_lowercase().as_str(), "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp")
        });
        let mut around = node.parent();
        for _ in 0..3 {
            let Some(parent) = around else { break };
            if parent.has_name("figure") && parent.children_it(false).any(|child| child.has_name("figcaption")) {
                return;
            }
            around = parent.parent();
        }
        if !is_file && words.chars().any(char::is_alphabetic) {
            self.text.push(' ');
            self.text.push_str(&words);
            self.text.push(' ');
        }
    }

    /// The rows of a table; a cell that covers several places stands in each of them.
    fn table(&mut self, table: &NodeRef<'_>, place: Place) {
        // Cells of rows above that reach down: rows left and text, by column.
        let mut reaching: HashMap<usize, (usize, String)> = HashMap::new();
        let mut spread = SPREAD_LIMIT_CELLS;
        for node in rows_of(table) {
            if node.has_name("caption") {
                self.children(&node, place);
                self.flush(BlockKind::Paragraph);
            }
            if !node.has_name("tr") || is_hidden(&node) {
                continue;
            }
            let mut cells: Vec<String> = Vec::new();
            let mut link_words = 0;
            let take_reaching = |cells: &mut Vec<String>, reaching: &mut HashMap<usize, (usize, String)>| {
                while let Some((rows, text)) = reaching.get_mut(&cells.len()) {
                    *rows -= 1;
                    let (gone, text) = (*rows == 0, text.clone());
                    if gone {
                        reaching.remove(&cells.len());
                    }
                    cells.push(text);
                }
            };
            for cell in node.children_it(false).filter(|cell| cell.has_name("td") || cell.has_name("th")) {
                let mut inner = Walker { pieces: Vec::new(), text: String::new(), link_words: 0, page: self.page };
                inner.children(&cell, place);
                inner.flush(BlockKind::Paragraph);
                link_words += inner.pieces.iter().map(|piece| piece.link_words).sum::<usize>();
                let text: Vec<&str> = inner.pieces.iter().flat_map(|piece| piece.text.split_whitespace()).collect();
                let text = text.join(" ");
                take_reaching(&mut cells, &mut reaching);
                let (mut rows, mut columns) = (span(&cell, "rowspan"), span(&cell, "colspan"));
                if rows * columns > spread {
                    (rows, columns) = (1, 1);
                }
                spread -= rows * columns - 1;
                for _ in 0..columns {
                    if rows > 1 && cells.len() < SPAN_LIMIT * 16 {
                        reaching.insert(cells.len(), (rows - 1, text.clone()));
                    }
                    cells.push(text.clone());
                }
                cells.truncate(SPAN_LIMIT * 16);
            }
            take_reaching(&mut cells, &mut reaching);
            if cells.iter().any(|cell| !cell.is_empty()) {
                self.text = cells.join(" | ");
                self.link_words = link_words;
                self.flush(BlockKind::TableRow);
            }
        }
    }
}

/// Captions and rows of a table itself, not those of tables in its cells.
fn rows_of<'a>(table: &NodeRef<'a>) -> Vec<NodeRef<'a>> {
    let mut rows = Vec::new();
    for child in table.children_it(false) {
        if child.has_name("thead") || child.has_name("tbody") || child.has_name("tfoot") {
            rows.extend(child.children_it(false));
        } else {
            rows.push(child);
        }
    }
    rows
}

fn span(cell: &NodeRef<'_>, name: &str) -> usize {
    cell.attr(name).and_then(|value| value.trim().parse().ok()).unwrap_or(1).clamp(1, SPAN_LIMIT)
}

/// Tables that arrange a page instead of holding data.
fn is_layout(table: &NodeRef<'_>) -> bool {
    if table.attr("role").is_some_and(|role| matches!(&*role, "presentation" | "none")) {
        return true;
    }
    let mut widest = 0;
    let mut names_its_data = false;
    let mut holds_parts = false;
    for row in rows_of(table) {
        names_its_data |= row.has_name("caption");
        let mut count = 0;
        for cell in row.children_it(false).filter(|cell| cell.has_name("td") || cell.has_name("th")) {
            count += span(&cell, "colspan");
            names_its_data |= cell.has_name("th");
            if cell.normalized_char_count() > CELL_LIMIT_CHARACTERS {
                return true;
            }
            holds_parts |= cell
                .descendants_it()
                .any(|inner| inner.has_name("table") || inner.has_name("ul") && inner.children_it(false).count() > 20);
        }
        widest = widest.max(count);
    }
    widest < 2 || holds_parts && !names_its_data
}

fn is_hidden(node: &NodeRef<'_>) -> bool {
    if node.has_attr("hidden") || node.attr("aria-hidden").is_some_and(|value| &*value == "true") {
        return true;
    }
    node.attr("style").is_some_and(|style| {
        let style: String =
            style.chars().filter(|character| !character.is_whitespace()).collect::<String>().to_ascii_lowercase();
        ["display:none", "visibility:hidden", "opacity:0;", "font-size:0;", "font-size:0px"]
            .iter()
            .any(|hides| style.contains(hides))
            || style.ends_with("opacity:0")
            || style.ends_with("font-size:0")
    })
}

fn preformatted(node: &NodeRef<'_>) -> String {
    let mut text = String::new();
    for inner in node.descendants_it() {
        if inner.is_text() {
            text.push_str(&inner.text());
        } else if inner.has_name("br") {
            text.push('\n');
        }
    }
    text
}
