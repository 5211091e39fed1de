//! What paragraph styles mean: names are localised and derived, so the chain of `basedOn` decides.

use std::collections::HashMap;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use quillhouse_domain::BlockKind;

use crate::parse::xml::{attribute, local};

/// Longest chain of styles that is followed.
const CHAIN_LIMIT: usize = 16;

#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline_level: Option<u8>,
    list: Option<String>,
    list_level: Option<usize>,
}

/// All styles by their id.
#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

/// What a paragraph of a style is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A block of this kind.
    Kind(BlockKind),
    /// The document's title.
    Title,
    /// A line of a table of contents.
    Contents,
}

/// Reads `styles.xml`; a broken one means fewer headings, never less text.
pub(super) fn read(xml: &str) -> Styles {
    let mut styles = HashMap::new();
    let mut reader = Reader::from_str(xml);
    let mut current: Option<(String, Style)> = None;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => {
                if local(element.name().as_ref()) == "style" {
                    current = attribute(&element, "styleId").map(|id| (id, Style::default()));
                } else if let Some((_, style)) = &mut current {
                    note(style, &element);
                }
            }
            Event::Empty(element) => {
                if let Some((_, style)) = &mut current {
                    note(style, &element);
                }
            }
            Event::End(element) if local(element.name().as_ref()) == "style" => {
                if let Some((id, style)) = current.take() {
                    styles.insert(id, style);
                }
            }
            Event::DocType(_) | Event::Eof => break,
            _ => {}
        }
    }
    Styles(styles)
}

fn note(style: &mut Style, element: &BytesStart<'_>) {
    match local(element.name().as_ref()) {
        "name" => style.name = attribute(element, "val").unwrap_or_default().to_lowercase(),
        "basedOn" => style.based_on = attribute(element, "val"),
        "outlineLvl" => style.outline_level = attribute(element, "val").and_then(|value| value.parse().ok()),
        "numId" => style.list = attribute(element, "val"),
        "ilvl" => style.list_level = attribute(element, "val").and_then(|value| value.parse().ok()),
        _ => {}
    }
}

impl Styles {
    /// The list that a style or one it is derived from belongs to.
    pub(super) fn list<'a>(&'a self, id: &'a str) -> Option<StyleList<'a>> {
        let mut id = id;
        let mut level = None;
        for _ in 0..CHAIN_LIMIT {
            let style = self.0.get(id)?;
            level = level.or(style.list_level);
            if let Some(list) = &style.list {
                return Some(StyleList { list, level, style: id });
            }
            id = style.based_on.as_deref()?;
        }
        None
    }

    /// What a style stands for, if it is anything but running text.
    pub(super) fn meaning(&self, id: &str) -> Option<Meaning> {
        let mut id = id;
        let mut numbered = false;
        for _ in 0..CHAIN_LIMIT {
            let Some(style) = self.0.get(id) else { return by_name(&id.to_lowercase()).or_else(|| list(numbered)) };
            if let Some(meaning) = by_name(&style.name) {
                return Some(meaning);
            }
            if let Some(level) = style.outline_level.filter(|level| *level < 9) {
                return Some(Meaning::Kind(heading(level)));
            }
            numbered |= style.list.as_ref().is_some_and(|list| list != "0");
            let Some(parent) = &style.based_on else { break };
            id = parent;
        }
        list(numbered)
    }
}

/// The list a style puts its paragraphs in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StyleList<'a> {
    /// Id of the list; `0` for none.
    pub(super) list: &'a str,
    /// Its level, when the style says one.
    pub(super) level: Option<usize>,
    /// The style that says so, which the list may know.
    pub(super) style: &'a str,
}

/// A heading of an outline level counted from 0.
pub(super) fn heading(outline_level: u8) -> BlockKind {
    BlockKind::Heading { level: (outline_level + 1).clamp(1, 6) }
}

fn list(numbered: bool) -> Option<Meaning> {
    numbered.then_some(Meaning::Kind(BlockKind::ListItem))
}

/// Built-in styles keep their English names in the file whatever language the writer's program speaks.
fn by_name(name: &str) -> Option<Meaning> {
    if let Some(level) = name.strip_prefix("heading").map(str::trim).and_then(|level| level.parse::<u8>().ok())
        && level > 0
    {
        return Some(Meaning::Kind(heading(level - 1)));
    }
    match name {
        "title" => Some(Meaning::Title),
        "subtitle" => Some(Meaning::Kind(BlockKind::Heading { level: 2 })),
        "quote" | "intense quote" | "block text" => Some(Meaning::Kind(BlockKind::Quote)),
        "html preformatted" | "source code" | "code" | "macro text" | "plain code" => {
            Some(Meaning::Kind(BlockKind::Code))
        }
        _ if name.starts_with("toc ") && name != "toc heading" || name == "table of figures" => Some(Meaning::Contents),
        _ if name.starts_with("list bullet") || name.starts_with("list number") => {
            Some(Meaning::Kind(BlockKind::ListItem))
        }
        _ => None,
    }
}
