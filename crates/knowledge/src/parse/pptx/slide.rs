//! One slide: its shapes in drawing order, the title first.

use std::{collections::HashMap, ops::ControlFlow};

use quick_xml::events::BytesStart;
use quillhouse_domain::{BlockKind, Problem};

use crate::parse::{
    archive::Archive,
    assemble::Assembler,
    xml::{Walk, Xml, attribute, name},
};

/// Most columns a cell is spread over.
const SPAN_LIMIT: usize = 64;

/// What a placeholder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Role {
    /// Not a placeholder.
    #[default]
    Free,
    Title,
    Subtitle,
    /// Running text, with bullets by custom.
    Body,
    /// Date, footer, number, picture of the slide: not what it says.
    Furniture,
}

impl Role {
    fn of(element: &BytesStart<'_>) -> Self {
        match attribute(element, "type").as_deref() {
            Some("title" | "ctrTitle") => Self::Title,
            Some("subTitle") => Self::Subtitle,
            Some("dt" | "ftr" | "sldNum" | "hdr" | "sldImg") => Self::Furniture,
            Some("pic" | "clipArt" | "media") => Self::Free,
            _ => Self::Body,
        }
    }
}

/// Levels without bullets, for each placeholder of a layout and for running text in general.
#[derive(Debug, Clone, Default)]
pub(super) struct Bullets {
    general: u16,
    by_index: HashMap<String, (u16, u16)>,
}

impl Bullets {
    /// Adds what a master or layout says; a layout counts for more, so it is read last.
    pub(super) fn read(&mut self, archive: &mut Archive<'_>, part: &str) -> Result<(), Problem> {
        let (mut in_body_style, mut level) = (false, 0_u32);
        let mut index: Option<String> = None;
        archive.walk(part, &mut |event| {
            match event {
                Xml::Start(element) => match name(element) {
                    "bodyStyle" => in_body_style = true,
                    "sp" => index = None,
                    "ph" => index = Some(attribute(element, "idx").unwrap_or_default()),
                    "buNone" if in_body_style => self.general |= 1 << level,
                    step @ ("buNone" | "buChar" | "buAutoNum" | "buBlip") => {
                        if let Some(index) = &index {
                            let (off, on) = self.by_index.entry(index.clone()).or_default();
                            *(if step == "buNone" { off } else { on }) |= 1 << level;
                        }
                    }
                    step if step.starts_with("lvl") && step.ends_with("pPr") => {
                        level = step[3..4].parse::<u32>().unwrap_or(1).saturating_sub(1).min(8);
                    }
                    _ => {}
                },
                Xml::End("bodyStyle") => in_body_style = false,
                Xml::End("sp") => index = None,
                _ => {}
            }
            ControlFlow::Continue(())
        })?;
        Ok(())
    }

    fn has(&self, index: &str, level: u32) -> bool {
        let bit = 1 << level.min(8);
        let (off, on) = self.by_index.get(index).copied().unwrap_or_default();
        on & bit != 0 || (off & bit == 0 && self.general & bit == 0)
    }
}

/// What was read from a slide or a page of notes.
#[derive(Debug, Default)]
pub(super) struct Slide {
    pub(super) hidden: bool,
    shapes: Vec<Shape>,
    open: Vec<Shape>,
    paragraph: Option<Paragraph>,
    table: Option<Table>,
    in_text: bool,
    /// For each open choice between drawings: whether one was taken.
    alternatives: Vec<bool>,
    skipping: u32,
}

#[derive(Debug, Default)]
struct Shape {
    role: Role,
    index: String,
    /// Levels whose bullets the shape itself turns off or on.
    off: u16,
    on: u16,
    list_level: Option<u32>,
    blocks: Vec<(BlockKind, String)>,
}

#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    level: u32,
    bullet: Option<bool>,
}

#[derive(Debug, Default)]
struct Table {
    above: Vec<String>,
    row: Vec<String>,
    cell: String,
    merged: Option<bool>,
}

/// Reads the shapes of a part. False when its XML broke off.
pub(super) fn read_part(
    archive: &mut Archive<'_>,
    part: &str,
    bullets: &Bullets,
    slide: &mut Slide,
) -> Result<bool, Problem> {
    let walked = archive.walk(part, &mut |event| {
        match event {
            Xml::Start(element) => slide.start(element),
            Xml::End(name) => slide.end(name, bullets),
            Xml::Text(text) => slide.text(text),
        }
        ControlFlow::Continue(())
    })?;
    // A slide that breaks off keeps what it had begun.
    if slide.paragraph.is_some() {
        slide.end("p", bullets);
    }
    while let Some(shape) = slide.open.pop() {
        slide.shapes.push(shape);
    }
    Ok(!matches!(walked, Some(Walk::Broken)))
}

impl Slide {
    fn start(&mut self, element: &BytesStart<'_>) {
        let name = name(element);
        if self.skipping > 0 {
            self.skipping += 1;
            return;
        }
        match name {
            "sld" => {
                self.hidden = attribute(element, "show").is_some_and(|show| matches!(show.as_str(), "0" | "false"));
            }
            "AlternateContent" => self.alternatives.push(false),
            "Choice" => {
                if let Some(taken) = self.alternatives.last_mut() {
                    if *taken {
                        self.skipping = 1;
                    }
                    *taken = true;
                }
            }
            "Fallback" if self.alternatives.last().copied().unwrap_or(false) => self.skipping = 1,
            "sp" | "graphicFrame" | "cxnSp" | "pic" => self.open.push(Shape::default()),
            "ph" => {
                if let Some(shape) = self.open.last_mut() {
                    shape.role = Role::of(element);
                    shape.index = attribute(element, "idx").unwrap_or_default();
                }
            }
            "tbl" => self.table = Some(Table::default()),
            "tc" => {
                if let Some(table) = &mut self.table {
                    table.cell.clear();
                    table.merged = if attribute(element, "hMerge").is_some_and(|on| on == "1" || on == "true") {
                        Some(true)
                    } else if attribute(element, "vMerge").is_some_and(|on| on == "1" || on == "true") {
                        Some(false)
                    } else {
                        None
                    };
                }
            }
            "p" => self.paragraph = Some(Paragraph::default()),
            "pPr" => {
                if let Some(paragraph) = &mut self.paragraph {
                    paragraph.level = attribute(element, "lvl").and_then(|level| level.parse().ok()).unwrap_or(0);
                }
            }
            "buNone" | "buChar" | "buAutoNum" | "buBlip" => self.bullet(name != "buNone"),
            "t" => self.in_text = true,
            "br" => self.text_of_paragraph(" "),
            step if step.starts_with("lvl") && step.ends_with("pPr") => {
                if let Some(shape) = self.open.last_mut() {
                    shape.list_level = Some(step[3..4].parse::<u32>().unwrap_or(1).saturating_sub(1).min(8));
                }
            }
            _ => {}
        }
    }

    fn bullet(&mut self, on: bool) {
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.bullet = Some(on);
        } else if let Some(shape) = self.open.last_mut()
            && let Some(level) = shape.list_level
        {
            *(if on { &mut shape.on } else { &mut shape.off }) |= 1 << level;
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text && self.skipping == 0 {
            self.text_of_paragraph(text);
        }
    }

    fn text_of_paragraph(&mut self, text: &str) {
        if let Some(paragraph) = &mut self.paragraph
            && paragraph.text.len() < 1 << 20
        {
            paragraph.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str, bullets: &Bullets) {
        if self.skipping > 0 {
            self.skipping -= 1;
            return;
        }
        match name {
            "AlternateContent" => {
                self.alternatives.pop();
            }
            "t" => self.in_text = false,
            "p" => self.end_paragraph(bullets),
            "tc" => {
                if let Some(table) = &mut self.table {
                    let text = match table.merged {
                        Some(true) => table.row.last().cloned(),
                        Some(false) => table.above.get(table.row.len()).cloned(),
                        None => None,
                    };
                    let text = text.unwrap_or_else(|| std::mem::take(&mut table.cell));
                    if table.row.len() < SPAN_LIMIT * 16 {
                        table.row.push(text.trim().to_owned());
                    }
                }
            }
            "tr" => {
                if let Some(table) = &mut self.table {
                    let row = std::mem::take(&mut table.row);
                    if row.iter().any(|cell| !cell.is_empty())
                        && let Some(shape) = self.open.last_mut()
                    {
                        shape.blocks.push((BlockKind::TableRow, row.join(" | ")));
                    }
                    table.above = row;
                }
            }
            "tbl" => self.table = None,
            "sp" | "graphicFrame" | "cxnSp" | "pic" => {
                if let Some(shape) = self.open.pop() {
                    self.shapes.push(shape);
                }
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self, bullets: &Bullets) {
        let Some(paragraph) = self.paragraph.take() else { return };
        if let Some(table) = &mut self.table {
            table.cell.push_str(&paragraph.text);
            table.cell.push(' ');
            return;
        }
        if self.open.is_empty() {
            self.open.push(Shape::default());
        }
        let Some(shape) = self.open.last_mut() else { return };
        let bit = 1 << paragraph.level.min(8);
        let bulleted = paragraph.bullet.unwrap_or(if shape.on & bit != 0 {
            true
        } else if shape.off & bit != 0 {
            false
        } else {
            shape.role == Role::Body && bullets.has(&shape.index, paragraph.level)
        });
        let kind = if bulleted { BlockKind::ListItem } else { BlockKind::Paragraph };
        if !paragraph.text.trim().is_empty() {
            shape.blocks.push((kind, paragraph.text));
        }
    }

    /// The words of the title, if there is one.
    pub(super) fn title(&self) -> Option<String> {
        let shape = self.shapes.iter().find(|shape| shape.role == Role::Title && !shape.blocks.is_empty())?;
        Some(joined(shape))
    }

    /// The slide's blocks: title, then all other shapes in drawing order.
    pub(super) fn write(&self, assembler: &mut Assembler) {
        for shape in self.shapes.iter().filter(|shape| shape.role == Role::Title) {
            assembler.push(BlockKind::Heading { level: 1 }, &joined(shape));
        }
        for shape in &self.shapes {
            match shape.role {
                Role::Title | Role::Furniture => {}
                Role::Subtitle => assembler.push(BlockKind::Paragraph, &joined(shape)),
                Role::Body | Role::Free => {
                    assembler.push_all(shape.blocks.iter().map(|(kind, text)| (*kind, text.as_str())));
                }
            }
        }
    }

    /// The paragraphs of the running text, for a page of notes.
    pub(super) fn body_texts(&self) -> Vec<String> {
        let body = self.shapes.iter().filter(|shape| shape.role == Role::Body);
        body.flat_map(|shape| shape.blocks.iter().map(|(_, text)| text.trim().to_owned())).collect()
    }
}

fn joined(shape: &Shape) -> String {
    shape.blocks.iter().map(|(_, text)| text.trim()).collect::<Vec<_>>().join(" ")
}
