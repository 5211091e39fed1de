//! Web pages: the main text as blocks, without scripts, navigation and what is hidden.
//!
//! The tag soup is made well-nested and shallow before a tree is built. Main-text detection may choose, but it may not lose:
//! when it leaves out more than a third of the page's own words, the whole body is taken.

use std::collections::HashMap;

use dom_query::Document;
use dom_smoothie::{Config, Readability};
use quillhouse_domain::{BlockKind, DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{assemble::Assembler, clean, encoding, reader::problem};

mod nesting;
mod walk;

use walk::{Piece, pieces};

/// Largest page; a page of plain prose this long would have 1,500,000 words.
const PAGE_LIMIT_BYTES: usize = 10 << 20;

/// Share of the page's own words that the main text must hold to be believed.
const MAIN_TEXT_SHARE: f64 = 0.66;

/// Elements above which main-text detection is not tried: it walks the tree many times.
const ELEMENT_LIMIT: usize = 30_000;

/// Reads a page.
pub(crate) fn read(file_name: &str, bytes: &[u8]) -> Result<ParsedDocument, Problem> {
    if bytes.len() > PAGE_LIMIT_BYTES {
        return Err(problem(
            ProblemKind::TooLarge,
            format!(
                "`{file_name}` has {} MB; a web page may have {} MB. Save the part you need and add that",
                bytes.len().div_ceil(1 << 20),
                PAGE_LIMIT_BYTES >> 20
            ),
        ));
    }
    let source = encoding::decode_with(bytes, declared_encoding(bytes).as_deref());
    let safe = nesting::tame(&source);
    let page = Document::from(safe.as_str());
    let title = page
        .select("head title")
        .iter()
        .next()
        .map(|title| title.text().to_string())
        .filter(|title| !title.trim().is_empty())
        .or_else(|| page.select("meta[property='og:title']").attr("content").map(|title| title.to_string()));
    let whole = pieces(&page.root(), true);
    let chosen = match main_text(&safe) {
        Some(main) if share(&main, &whole) >= MAIN_TEXT_SHARE => with_headline(main, &whole),
        _ => whole,
    };
    let mut assembler = Assembler::new();
    for piece in chosen {
        assembler.push(piece.kind, &piece.text);
    }
    Ok(assembler.finish(DocumentFormat::Html, title.as_deref(), Vec::new()))
}

/// Blocks of a piece of HTML inside another format.
pub(crate) fn fragment_blocks(html: &str) -> Vec<(BlockKind, String)> {
    let page = Document::from(nesting::tame(html).as_str());
    pieces(&page.root(), false).into_iter().map(|piece| (piece.kind, piece.text)).collect()
}

fn main_text(safe: &str) -> Option<Vec<Piece>> {
    let config = Config { max_elements_to_parse: ELEMENT_LIMIT, ..Config::default() };
    let article = Readability::new(safe, None, Some(config)).ok()?.parse().ok()?;
    let main = Document::from(&*article.content);
    Some(pieces(&main.root(), true))
}

/// Words of the main text against the page's words that are not menus.
fn share(main: &[Piece], whole: &[Piece]) -> f64 {
    let words = |pieces: &[Piece]| pieces.iter().map(|piece| piece.words).sum::<usize>();
    let menus: usize = whole.iter().filter(|piece| piece.is_menu()).map(|piece| piece.words).sum();
    let own = words(whole).saturating_sub(menus);
    if own == 0 { 0.0 } else { words(main) as f64 / own as f64 }
}

/// Main-text detection drops the headline, because it knows the title, and demotes other headings of the first level.
fn with_headline(mut main: Vec<Piece>, whole: &[Piece]) -> Vec<Piece> {
    let levels: HashMap<String, BlockKind> = whole
        .iter()
        .filter(|piece| matches!(piece.kind, BlockKind::Heading { .. }))
        .map(|piece| (clean::fold(&piece.text), piece.kind))
        .collect();
    for piece in main.iter_mut().filter(|piece| matches!(piece.kind, BlockKind::Heading { .. })) {
        piece.kind = levels.get(&clean::fold(&piece.text)).copied().unwrap_or(piece.kind);
    }
    let headline = whole.iter().find(|piece| piece.kind == BlockKind::Heading { level: 1 });
    match headline {
        Some(headline) if !main.iter().any(|piece| piece.text.trim() == headline.text.trim()) => {
            std::iter::once(headline.clone()).chain(main).collect()
        }
        _ => main,
    }
}

/// `charset=` in the first bytes: the one thing a page says about itself in ASCII.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)]).to_ascii_lowercase();
    let at = head.find("charset=").map(|at| at + "charset=".len())?;
    let label: String = head[at..]
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric() || "-_:".contains(*character))
        .collect();
    (!label.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(html: &str) -> Vec<(BlockKind, String)> {
        let document = read("page.html", html.as_bytes()).unwrap();
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
    fn a_page_becomes_blocks_without_chrome() {
        let html = "<!doctype html><html><head><title>Guide</title><style>p{}</style></head><body><nav><a href=/>Home</a></nav>\
            <h1>Voice &amp; tone</h1><p>Write <b>plainly</b>.<br>Always.<p>Second &eacute;.</p><script>evil()</script>\
            <ul><li>one<ul><li>inner</li></ul></li><li>two</ul><blockquote><p>Said</p></blockquote>\
            <table><tr><th>Word</th><th>Use</th></tr><tr><td>email</td><td>e-mail</td></tr></table>\
            <pre>a\n  b</pre><p hidden>no</p><p style='display: none'>no</p><footer>imprint</footer></body></html>";
        let wanted = [
            (BlockKind::Heading { level: 1 }, "Voice & tone"),
            (BlockKind::Paragraph, "Write plainly. Always."),
            (BlockKind::Paragraph, "Second é."),
            (BlockKind::ListItem, "one"),
            (BlockKind::ListItem, "inner"),
            (BlockKind::ListItem, "two"),
            (BlockKind::Quote, "Said"),
            (BlockKind::TableRow, "Word | Use"),
            (BlockKind::TableRow, "email | e-mail"),
            (BlockKind::Code, "a\n  b"),
        ];
        let wanted: Vec<(BlockKind, String)> = wanted.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
        assert_eq!(shape(html), wanted, "structure stays, chrome and hidden text go");
        assert_eq!(read("page.html", html.as_bytes()).unwrap().title.as_deref(), Some("Guide"));
    }

    #[test]
    fn cells_that_cover_several_places_stand_in_each() {
        let html = "<html><head><meta property='og:title' content='Shared'></head><body><table><tr><th rowspan=2>A<th colspan=2>B</tr><tr><td>1<td>2</tr>\
            <tr><td><table><tr><td>in<td>ner</table><td>3<td>4</tr></table><p><img alt='A bolt' src=x></p><figure><img alt='Other'><figcaption>Nut</figcaption></figure></body></html>";
        let texts: Vec<String> = shape(html).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["A | B | B", "A | 1 | 2", "in | ner | 3 | 4", "A bolt", "Nut"]);
        assert_eq!(read("a.html", html.as_bytes()).unwrap().title.as_deref(), Some("Shared"));
    }

    #[test]
    fn deep_nesting_costs_no_time_and_no_text() {
        let hostile = format!("{}deep text{}", "<ul><li>".repeat(60_000), "</li></ul>".repeat(60_000));
        let text = shape(&hostile);
        assert!(text.iter().any(|(_, text)| text.contains("deep text")), "text below the depth limit is kept");
    }

    #[test]
    fn unclosed_formatting_does_not_multiply() {
        let hostile: String = (0..20_000).map(|number| format!("<p><b id=n{number}>w{number}")).collect();
        let document = read("page.html", hostile.as_bytes()).unwrap();
        assert_eq!(
            document.blocks.len(),
            20_000,
            "each paragraph is one block, without the tags that were never closed"
        );
    }

    #[test]
    fn a_page_may_name_its_encoding() {
        let html = b"<html><head><meta charset=\"windows-1251\"></head><body><p>\xD3\xE1</p></body></html>";
        assert_eq!(read("page.html", html).unwrap().text, "Уб");
    }
}
