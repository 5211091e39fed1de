//! Walks the XML of a text part and collects its blocks.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use quillhouse_domain::BlockKind;

use super::{
    numbering::Numbering,
    styles::{self, Meaning, Styles},
};
use crate::parse::{
    assemble::{mark, unmarked},
    xml::{DEPTH_LIMIT, attribute, entity, is_on, local},
};

/// Longest paragraph kept, in bytes; a longer one is an attack or a data dump.
const PARAGRAPH_LIMIT_BYTES: usize = 4 << 20;

/// Most columns one cell is spread over.
const SPAN_LIMIT: usize = 64;

/// A block with the page it begins on, as the last program that laid the document out saw it.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) kind: BlockKind,
    /// Still raw.
    pub(super) text: String,
    /// Counted from 1.
    pub(super) page: u32,
}

/// What was read from one part.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Blocks in order.
    pub(super) blocks: Vec<Piece>,
    /// The paragraph in the style `Title`.
    pub(super) title: Option<String>,
    /// True when some heading has a heading's style or level.
    pub(super) has_styled_headings: bool,
    /// Indexes of paragraphs that are bold from beginning to end.
    pub(super) bold_lines: Vec<usize>,
    /// Visible characters that became text.
    pub(super) kept_characters: usize,
    /// Visible characters left out on purpose.
    pub(super) dropped_characters: usize,
    /// True when the XML ended in an error.
    pub(super) broken: bool,
    /// True when the part must not be read: its own entities, or nesting without end.
    pub(super) refused: bool,
}

#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    /// What is open of it is set off; `true` for strongly.
    set_off: Option<bool>,
    style: Option<String>,
    outline_level: Option<u8>,
    list: Option<String>,
    list_level: Option<usize>,
    page: Option<u32>,
    plain_characters: usize,
}

/// A table row in the making.
#[derive(Debug, Default)]
struct Row {
    cells: Vec<Cell>,
}

#[derive(Debug)]
struct Cell {
    blocks: Vec<Piece>,
    columns: usize,
    /// True when it goes on from the cell above.
    continues: bool,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent state of the walk")]
struct Walker<'a> {
    styles: Option<&'a Styles>,
    read: Read,
    numbering: Option<&'a mut Numbering>,
    paragraphs: Vec<Paragraph>,
    rows: Vec<Row>,
    /// For each open table: the row above, cell by cell.
    above: Vec<Vec<String>>,
    page: u32,
    breaks_are_rendered: bool,
    /// For each open `mc:AlternateContent`: whether a choice was already taken.
    alternatives: Vec<bool>,
    run_hidden: bool,
    run_bold: bool,
    run_italic: bool,
    in_text: bool,
    in_run_properties: bool,
}

impl Paragraph {
    /// What follows is set off like this.
    fn set_off(&mut self, wanted: Option<bool>) {
        if self.set_off == wanted {
            return;
        }
        if let Some(strong) = self.set_off {
            self.text.push(mark(strong, false));
        }
        if let Some(strong) = wanted {
            self.text.push(mark(strong, true));
        }
        self.set_off = wanted;
    }
}

fn is_mark(character: char) -> bool {
    [mark(false, true), mark(false, false), mark(true, true), mark(true, false)].contains(&character)
}

/// Reads `document.xml`, `footnotes.xml` or `endnotes.xml`.
pub(super) fn read_body(xml: &str, styles: &Styles, numbering: &mut Numbering) -> Read {
    let mut walker = Walker {
        styles: Some(styles),
        numbering: Some(numbering),
        page: 1,
        breaks_are_rendered: xml.contains("lastRenderedPageBreak"),
        ..Walker::default()
    };
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    // Depth of the element whose contents are skipped.
    let mut skipping: Option<(usize, bool)> = None;
    loop {
        let Ok(event) = reader.read_event() else {
            walker.read.broken = true;
            break;
        };
        match event {
            Event::DocType(_) => {
                walker.read.refused = true;
                break;
            }
            Event::Eof => break,
            Event::Start(element) => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    walker.read.refused = true;
                    break;
                }
                if skipping.is_none() {
                    match walker.start(&element) {
                        Enter::Yes => {}
                        Enter::No { counts } => skipping = Some((depth, counts)),
                    }
                } else if local(element.name().as_ref()) == "t" {
                    walker.in_text = true;
                }
            }
            Event::End(element) => {
                let name = element.name();
                let name = local(name.as_ref());
                match skipping {
                    Some((at, _)) if at == depth => skipping = None,
                    Some(_) => {}
                    None => {
                        walker.end_of_math(element.name().as_ref());
                        walker.end(name);
                    }
                }
                if name == "t" {
                    walker.in_text = false;
                }
                depth = depth.saturating_sub(1);
            }
            Event::Empty(element) if skipping.is_none() => {
                if matches!(walker.start(&element), Enter::Yes) {
                    walker.end(local(element.name().as_ref()));
                }
            }
            Event::Text(text) if walker.in_text => walker.text(&text, skipping),
            Event::CData(text) if walker.in_text => walker.text(&text, skipping),
            Event::GeneralRef(reference) if walker.in_text => {
                if let Some(character) = entity(&reference) {
                    walker.text(character.encode_utf8(&mut [0; 4]), skipping);
                }
            }
            _ => {}
        }
    }
    // A part that breaks off keeps what it had begun.
    while !walker.paragraphs.is_empty() {
        walker.end("p");
    }
    while let Some(row) = walker.rows.pop() {
        walker.finish_row(row);
    }
    walker.read
}

/// Whether an element's contents are walked; `counts` when its text was left out on purpose.
enum Enter {
    Yes,
    No { counts: bool },
}

impl Walker<'_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Enter {
        let name = element.name();
        match local(name.as_ref()) {
            "p" => self.paragraphs.push(Paragraph::default()),
            "pStyle" => self.paragraph(|paragraph| paragraph.style = attribute(element, "val")),
            "outlineLvl" => {
                let level = attribute(element, "val").and_then(|value| value.parse().ok());
                self.paragraph(|paragraph| paragraph.outline_level = level);
            }
            "numId" => {
                let list = attribute(element, "val");
                self.paragraph(|paragraph| paragraph.list = list);
            }
            "ilvl" => {
                let level = attribute(element, "val").and_then(|value| value.parse().ok());
                self.paragraph(|paragraph| paragraph.list_level = level);
            }
            "lastRenderedPageBreak" => self.page += 1,
            "r" => (self.run_hidden, self.run_bold, self.run_italic) = (false, false, false),
            "rPr" => self.in_run_properties = true,
            "vanish" if self.in_run_properties => self.run_hidden = is_on(element),
            "b" if self.in_run_properties => self.run_bold = is_on(element),
            "i" if self.in_run_properties => self.run_italic = is_on(element),
            "rStyle" if self.in_run_properties => match attribute(element, "val").as_deref() {
                Some("Strong") => self.run_bold = true,
                Some("Emphasis") => self.run_italic = true,
                _ => {}
            },
            "t" => self.in_text = true,
            "tab" | "br" | "cr" | "ptab" if !self.in_run_properties => {
                if !self.breaks_are_rendered && attribute(element, "type").as_deref() == Some("page") {
                    self.page += 1;
                }
                self.paragraph(|paragraph| paragraph.text.push(' '));
            }
            "sym" => {
                let symbol = attribute(element, "char").and_then(|code| u32::from_str_radix(&code, 16).ok());
                if let Some(symbol) = symbol.and_then(char::from_u32) {
                    self.paragraph(|paragraph| paragraph.text.push(symbol));
                }
            }
            "noBreakHyphen" => self.paragraph(|paragraph| paragraph.text.push('-')),
            // Tab stops are settings, not text; comments, field codes and deletions are not what the document says.
            "tabs" | "instrText" | "delInstrText" | "delText" | "sectPr" | "pPrChange" | "rPrChange" => {
                return Enter::No { counts: false };
            }
            "moveFrom" | "del" => return Enter::No { counts: true },
            "rt" if !self.paragraphs.is_empty() => return Enter::No { counts: true },
            "tbl" => self.above.push(Vec::new()),
            "tr" => self.rows.push(Row::default()),
            "tc" => {
                if let Some(row) = self.rows.last_mut() {
                    row.cells.push(Cell { blocks: Vec::new(), columns: 1, continues: false });
                }
            }
            "gridSpan" => {
                let columns = attribute(element, "val").and_then(|value| value.parse().ok()).unwrap_or(1);
                self.cell(|cell| cell.columns = columns.clamp(1, SPAN_LIMIT));
            }
            "vMerge" => {
                let continues = attribute(element, "val").as_deref() != Some("restart");
                self.cell(|cell| cell.continues = continues);
            }
            "d" if element.name().as_ref().starts_with("m:") => self.paragraph(|paragraph| paragraph.text.push('(')),
            "sup" if element.name().as_ref().starts_with("m:") => self.paragraph(|paragraph| paragraph.text.push('^')),
            "sub" if element.name().as_ref().starts_with("m:") => self.paragraph(|paragraph| paragraph.text.push('_')),
            "footnote" | "endnote" if attribute(element, "type").is_some_and(|kind| kind != "normal") => {
                return Enter::No { counts: true };
            }
            "AlternateContent" => self.alternatives.push(false),
            "Choice" => match self.alternatives.last_mut() {
                Some(taken) if *taken => return Enter::No { counts: true },
                Some(taken) => *taken = true,
                None => {}
            },
            "Fallback" if self.alternatives.last().copied().unwrap_or(false) => return Enter::No { counts: false },
            _ => {}
        }
        Enter::Yes
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.finish_paragraph(paragraph);
                }
            }
            "rPr" => self.in_run_properties = false,
            "tr" => {
                if let Some(row) = self.rows.pop() {
                    self.finish_row(row);
                }
            }
            "tbl" => {
                self.above.pop();
            }
            "AlternateContent" => {
                self.alternatives.pop();
            }
            _ => {}
        }
    }

    /// Formulas are written on one line, as one would say them.
    fn end_of_math(&mut self, name: &str) {
        let sign = match name {
            "m:d" => ')',
            "m:num" => '/',
            "m:oMath" => ' ',
            _ => return,
        };
        self.paragraph(|paragraph| paragraph.text.push(sign));
    }

    fn cell(&mut self, change: impl FnOnce(&mut Cell)) {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.cells.last_mut()) {
            change(cell);
        }
    }

    fn text(&mut self, text: &str, skipping: Option<(usize, bool)>) {
        let visible = text.chars().filter(|character| !character.is_whitespace()).count();
        match skipping {
            Some((_, counts)) => self.read.dropped_characters += if counts { visible } else { 0 },
            None if self.run_hidden => self.read.dropped_characters += visible,
            None => {
                let (bold, page) = (self.run_bold, self.page);
                let set_off = if bold { Some(true) } else { self.run_italic.then_some(false) };
                self.paragraph(|paragraph| {
                    if visible > 0 {
                        paragraph.page.get_or_insert(page);
                    }
                    if paragraph.text.len() + text.len() <= PARAGRAPH_LIMIT_BYTES {
                        if visible > 0 {
                            paragraph.set_off(set_off);
                        }
                        paragraph.text.push_str(text);
                    }
                    if !bold {
                        paragraph.plain_characters += visible;
                    }
                });
            }
        }
    }

    fn paragraph(&mut self, change: impl FnOnce(&mut Paragraph)) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            change(paragraph);
        }
    }

    fn finish_paragraph(&mut self, mut paragraph: Paragraph) {
        paragraph.set_off(None);
        // What is set off as a whole is not set off against anything.
        if paragraph.plain_characters == 0 {
            paragraph.text = unmarked(&paragraph.text);
        }
        let is_visible = |character: &char| !character.is_whitespace() && !is_mark(*character);
        let visible = paragraph.text.chars().filter(is_visible).count();
        if visible == 0 {
            return;
        }
        let meaning = paragraph.style.as_deref().and_then(|style| self.styles?.meaning(style));
        if meaning == Some(Meaning::Contents) {
            self.read.dropped_characters += visible;
            return;
        }
        self.read.kept_characters += visible;
        let listed = paragraph.list.as_ref().is_some_and(|list| list != "0");
        let unlisted = paragraph.list.as_ref().is_some_and(|list| list == "0");
        let label = self.label(&paragraph);
        let kind = match meaning {
            _ if paragraph.outline_level.is_some_and(|level| level < 9) => {
                styles::heading(paragraph.outline_level.unwrap_or(0))
            }
            Some(Meaning::Title) => BlockKind::Heading { level: 1 },
            Some(Meaning::Kind(BlockKind::ListItem)) if unlisted => BlockKind::Paragraph,
            Some(Meaning::Kind(kind @ BlockKind::Heading { .. })) => kind,
            _ if listed => BlockKind::ListItem,
            Some(Meaning::Kind(kind)) => kind,
            Some(Meaning::Contents) | None => BlockKind::Paragraph,
        };
        if meaning == Some(Meaning::Title) && self.read.title.is_none() {
            self.read.title = Some(unmarked(&paragraph.text));
        }
        self.read.has_styled_headings |= matches!(kind, BlockKind::Heading { .. });
        if kind == BlockKind::Paragraph && paragraph.plain_characters == 0 && self.rows.is_empty() {
            self.read.bold_lines.push(self.read.blocks.len());
        }
        let text = match label {
            Some(label) if label.is_reference || matches!(kind, BlockKind::Heading { .. }) => {
                format!("{} {}", label.text, paragraph.text)
            }
            _ => paragraph.text,
        };
        self.emit(Piece { kind, text, page: paragraph.page.unwrap_or(self.page) });
    }

    /// Counts the paragraph in its list, named by itself or by its style.
    fn label(&mut self, paragraph: &Paragraph) -> Option<super::numbering::Label> {
        let numbering = self.numbering.as_deref_mut()?;
        let of_style = paragraph.style.as_deref().and_then(|style| self.styles?.list(style));
        let list = paragraph.list.as_deref().or(of_style.as_ref().map(|found| found.list))?;
        let level = paragraph.list_level.or_else(|| {
            let found = of_style.as_ref()?;
            found.level.or_else(|| numbering.level_of_style(list, found.style))
        });
        let level = level.or_else(|| numbering.level_of_style(list, paragraph.style.as_deref()?));
        numbering.count(list, level.unwrap_or(0))
    }

    fn emit(&mut self, piece: Piece) {
        match self.rows.last_mut().and_then(|row| row.cells.last_mut()) {
            Some(cell) => cell.blocks.push(piece),
            None => self.read.blocks.push(piece),
        }
    }

    /// A row of one cell is a box around ordinary text; any other is a row of a table, in which a cell that covers
    /// several places stands in each of them.
    fn finish_row(&mut self, row: Row) {
        let is_box = row.cells.len() == 1
            && !row.cells[0].continues
            && (row.cells[0].columns == 1 || row.cells[0].blocks.len() > 1);
        let page = row.cells.iter().flat_map(|cell| &cell.blocks).map(|piece| piece.page).next().unwrap_or(self.page);
        if is_box {
            for piece in row.cells.into_iter().flat_map(|cell| cell.blocks) {
                self.emit(piece);
            }
            return;
        }
        let above = self.above.last().cloned().unwrap_or_default();
        let mut texts: Vec<String> = Vec::new();
        for cell in row.cells {
            let joined = || cell.blocks.iter().map(|piece| piece.text.trim()).collect::<Vec<_>>().join(" ");
            let text = if cell.continues { above.get(texts.len()).cloned().unwrap_or_else(joined) } else { joined() };
            texts.extend(std::iter::repeat_n(text, cell.columns));
            texts.truncate(SPAN_LIMIT * 16);
        }
        if let Some(above) = self.above.last_mut() {
            above.clone_from(&texts);
        }
        if texts.iter().any(|text| !text.is_empty()) {
            self.emit(Piece { kind: BlockKind::TableRow, text: texts.join(" | "), page });
        }
    }
}
