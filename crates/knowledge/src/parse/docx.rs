//! Word documents: an own reader over the archive's XML, so that nothing in text boxes, tables or notes is lost.
//!
//! What is kept: paragraphs, headings (by style or outline level), lists, tables, text boxes, insertions, foot- and endnotes.
//! What is dropped on purpose: deletions, comments, field codes, hidden text, tables of contents, page headers and footers.

use quillhouse_domain::{BlockKind, DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{archive::Archive, assemble::Assembler, reader::problem, xml};

mod body;
mod numbering;
mod styles;

use body::{Piece, Read, read_body};

/// Share of the raw characters that must have become text.
const KEPT_SHARE: f64 = 0.95;

/// Reads a document.
pub(crate) fn read(file_name: &str, bytes: &[u8]) -> Result<ParsedDocument, Problem> {
    let mut archive = Archive::open(file_name, "a Word document", bytes)?;
    let main = archive.main_part("word/document.xml")?;
    let Some(document) = archive.part(&main)? else {
        return Err(archive.damaged("its main text is missing"));
    };
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let styles = archive.part(&format!("{folder}/styles.xml"))?.map(|xml| styles::read(&xml)).unwrap_or_default();

    let mut numbering =
        archive.part(&format!("{folder}/numbering.xml"))?.map(|xml| numbering::read(&xml)).unwrap_or_default();

    let mut body = read_body(&document, &styles, &mut numbering);
    if body.refused {
        return Err(archive.damaged("it declares its own XML entities or nests deeper than any real document"));
    }
    if body.blocks.is_empty() && body.broken {
        return Err(archive.damaged("its XML is broken"));
    }
    let mut problems = Vec::new();
    check_loss(&document, &body, &mut problems);
    for notes in ["footnotes.xml", "endnotes.xml"] {
        if let Some(xml) = archive.part(&format!("{folder}/{notes}"))? {
            let notes = read_body(&xml, &styles, &mut numbering);
            body.blocks.extend(notes.blocks.into_iter().map(|note| Piece {
                kind: BlockKind::Paragraph,
                page: u32::MAX,
                ..note
            }));
        }
    }
    let comments = archive.part(&format!("{folder}/comments.xml"))?.map_or(0, |xml| xml::count(&xml, "comment"));
    if comments > 0 {
        let what = if comments == 1 { "1 comment was".to_owned() } else { format!("{comments} comments were") };
        problems
            .push(problem(ProblemKind::LeftOut, format!("{what} left out: remarks are not what the document says")));
    }
    if !body.has_styled_headings {
        promote_bold_lines(&mut body);
    }

    let title = archive.part("docProps/core.xml")?.and_then(|xml| xml::first_text(&xml, "title"));
    let title =
        title.filter(|title| !title.contains("Microsoft Word") && !title.to_ascii_lowercase().ends_with(".docx"));
    let mut assembler = Assembler::new();
    let mut page = 1;
    for piece in &body.blocks {
        // A text box may be drawn on the page after the one its paragraph begins on; notes have no page of their own.
        if piece.page > page && piece.page != u32::MAX {
            page = piece.page;
            assembler.start_page(page);
        }
        assembler.push(piece.kind, &piece.text);
    }
    let title = title.or_else(|| body.title.clone());
    Ok(assembler.finish(DocumentFormat::Docx, title.as_deref(), problems))
}

fn check_loss(document: &str, body: &Read, problems: &mut Vec<Problem>) {
    let raw = xml::text_characters(document);
    let kept = body.kept_characters + body.dropped_characters;
    let share = if raw == 0 { 1.0 } else { kept as f64 / raw as f64 };
    if body.broken || share < KEPT_SHARE {
        let percent = (share * 100.0).clamp(0.0, 99.0) as u32;
        problems.push(problem(
            ProblemKind::TextMissing,
            format!("About {percent} % of the document's text was read; the rest could not be reached. Save it again in a word processor to get all of it"),
        ));
    }
}

/// In a document without heading styles, a short bold paragraph between others is what its writer used as a heading.
fn promote_bold_lines(body: &mut Read) {
    let bold: Vec<usize> = body.bold_lines.clone();
    if bold.len() * 2 > body.blocks.len() {
        return;
    }
    for index in bold {
        if let Some(piece) = body.blocks.get_mut(index)
            && piece.kind == BlockKind::Paragraph
            && piece.text.split_whitespace().count() <= 12
            && !piece.text.trim_end().ends_with(['.', ',', ';', ':', '!'])
        {
            piece.kind = BlockKind::Heading { level: 2 };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use docx_rs::{
        AbstractNumbering, Docx, IndentLevel, Level, LevelJc, LevelText, NumberFormat, Numbering, NumberingId,
        Paragraph, Run, Start, Style, StyleType, Table, TableCell, TableRow,
    };
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn shape(document: &ParsedDocument) -> Vec<(BlockKind, String)> {
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

    fn owned(wanted: &[(BlockKind, &str)]) -> Vec<(BlockKind, String)> {
        wanted.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect()
    }

    /// An archive with these parts, named from the root.
    fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, contents) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(contents.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn with_body(body: &str) -> Vec<u8> {
        let xml = format!(
            "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\" xmlns:mc=\"mc\" xmlns:v=\"v\"><w:body>{body}</w:body></w:document>"
        );
        zipped(&[("word/document.xml", &xml)])
    }

    #[test]
    fn what_is_bold_or_italic_inside_a_paragraph_is_marked() {
        let run = |text: &str, look: &str| {
            format!("<w:r><w:rPr>{look}</w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
        };
        let body = [
            format!("<w:p>{}{}{}</w:p>", run("We write ", ""), run("cross", "<w:b/>"), run("ing", "<w:b/>")),
            format!(
                "<w:p>{}{}{}</w:p>",
                run("Never ", ""),
                run("voyage", "<w:rStyle w:val=\"Emphasis\"/>"),
                run(" or so.", "<w:i w:val=\"0\"/>")
            ),
            format!("<w:p>{}</w:p>", run("All of it is bold.", "<w:b/>")),
        ];
        let document = read("guide.docx", &with_body(&body.concat())).unwrap();
        let marked: Vec<(String, bool)> = document
            .blocks
            .iter()
            .flat_map(|block| &block.marks)
            .map(|mark| {
                let length = (mark.end - mark.start) as usize;
                (document.text.chars().skip(mark.start as usize).take(length).collect(), mark.strong)
            })
            .collect();
        assert_eq!(
            marked,
            [("crossing".to_owned(), true), ("voyage".to_owned(), false)],
            "runs of one look are one stretch, and a paragraph of one look is none: {:?}",
            document.text
        );
        assert_eq!(document.text, "We write crossing\n\nNever voyage or so.\n\nAll of it is bold.");
    }

    #[test]
    fn a_document_of_a_real_writer_keeps_its_structure() {
        let text = |text: &str| Paragraph::new().add_run(Run::new().add_text(text));
        let docx = Docx::new()
            .add_style(Style::new("berschrift1", StyleType::Paragraph).name("heading 1"))
            .add_style(Style::new("Eigene", StyleType::Paragraph).name("Eigene").based_on("berschrift1"))
            .add_abstract_numbering(AbstractNumbering::new(2).add_level(Level::new(
                0,
                Start::new(1),
                NumberFormat::new("bullet"),
                LevelText::new("•"),
                LevelJc::new("left"),
            )))
            .add_numbering(Numbering::new(2, 2))
            .add_paragraph(text("Stimme").style("berschrift1"))
            .add_paragraph(text("Wir schreiben einfach."))
            .add_paragraph(text("erstens").numbering(NumberingId::new(2), IndentLevel::new(0)))
            .add_paragraph(text("Begriffe").style("Eigene"))
            .add_table(Table::new(vec![TableRow::new(vec![
                TableCell::new().add_paragraph(text("E-Mail")),
                TableCell::new().add_paragraph(text("nicht email")),
            ])]));
        let mut bytes = Cursor::new(Vec::new());
        docx.build().pack(&mut bytes).unwrap();
        let document = read("a.docx", &bytes.into_inner()).unwrap();
        let wanted = owned(&[
            (BlockKind::Heading { level: 1 }, "Stimme"),
            (BlockKind::Paragraph, "Wir schreiben einfach."),
            (BlockKind::ListItem, "erstens"),
            (BlockKind::Heading { level: 1 }, "Begriffe"),
            (BlockKind::TableRow, "E-Mail | nicht email"),
        ]);
        assert_eq!(shape(&document), wanted, "localised and derived heading styles count");
        assert!(document.problems.is_empty(), "nothing is missing: {:?}", document.problems);
    }

    #[test]
    fn text_boxes_insertions_and_tabs_stay_while_deletions_and_fallbacks_go() {
        let body = "<w:p><w:r><w:t>before</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p>\
            </w:txbxContent></w:drawing></mc:Choice><mc:Fallback><v:textbox><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></v:textbox>\
            </mc:Fallback></mc:AlternateContent></w:r></w:p>\
            <w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:r><w:tab/><w:t>tab &amp; more</w:t></w:r>\
            <w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>";
        let document = read("a.docx", &with_body(body)).unwrap();
        let texts: Vec<String> = shape(&document).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["boxed", "before", "new tab & more"], "each visible word once");
        assert!(document.problems.is_empty(), "what is dropped on purpose is not missing: {:?}", document.problems);
    }

    #[test]
    fn hostile_archives_are_refused() {
        let bomb = " ".repeat(70 << 20);
        let deep = format!("{}{}", "<w:sdt>".repeat(5_000), "</w:sdt>".repeat(5_000));
        let dtd = "<!DOCTYPE d [<!ENTITY a \"aaaa\">]><w:document><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>";
        let many: Vec<(String, &str)> = (0..10_001).map(|number| (format!("word/{number}.xml"), "x")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(name, contents)| (name.as_str(), *contents)).collect();
        let cases = [
            (
                "an entry that inflates past its limit",
                zipped(&[("word/document.xml", &bomb)]),
                ProblemKind::ArchiveBomb,
            ),
            ("too many entries", zipped(&many), ProblemKind::ArchiveBomb),
            ("entities of its own", zipped(&[("word/document.xml", dtd)]), ProblemKind::Damaged),
            ("nesting without end", with_body(&deep), ProblemKind::Damaged),
            ("no text part", zipped(&[("word/other.xml", "<x/>")]), ProblemKind::Damaged),
            ("half an archive", with_body("<w:p/>")[..60].to_vec(), ProblemKind::Damaged),
        ];
        for (what, bytes, kind) in cases {
            let refusal = read("a.docx", &bytes).unwrap_err();
            assert_eq!(refusal.kind, kind, "{what}: {}", refusal.message);
        }
    }

    #[test]
    fn numbers_that_word_shows_stand_before_headings_and_references() {
        let level = |level: u8, text: &str| {
            format!(
                "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"{text}\"/></w:lvl>"
            )
        };
        let numbering = format!(
            "<w:numbering><w:abstractNum w:abstractNumId=\"0\">{}{}</w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>",
            level(0, "%1."),
            level(1, "%1.%2")
        );
        let styles = "<w:styles><w:style w:styleId=\"H\"><w:name w:val=\"heading 1\"/><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr></w:style></w:styles>";
        let item = |level: u8, text: &str| {
            format!(
                "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
            )
        };
        let body = format!(
            "<w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>Scope</w:t></w:r></w:p>{}{}{}",
            item(1, "duty"),
            item(1, "right"),
            item(0, "plain item")
        );
        let document = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
        let comments = "<w:comments><w:comment><w:p><w:r><w:t>really?</w:t></w:r></w:p></w:comment></w:comments>";
        let bytes = zipped(&[
            ("word/document.xml", &document),
            ("word/numbering.xml", &numbering),
            ("word/styles.xml", styles),
            ("word/comments.xml", comments),
        ]);
        let document = read("a.docx", &bytes).unwrap();
        let wanted = owned(&[
            (BlockKind::Heading { level: 1 }, "1. Scope"),
            (BlockKind::ListItem, "1.1 duty"),
            (BlockKind::ListItem, "1.2 right"),
            (BlockKind::ListItem, "plain item"),
        ]);
        assert_eq!(shape(&document), wanted, "a number that others refer to is text, a place in a list is not");
        let kinds: Vec<ProblemKind> = document.problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::LeftOut], "comments are counted, not read");
    }

    #[test]
    fn cells_that_cover_several_places_stand_in_each_and_pages_are_counted() {
        let cell = |settings: &str, text: &str| {
            format!("<w:tc><w:tcPr>{settings}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
        };
        let body = format!(
            "<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr><w:tr>{}{}{}</w:tr></w:tbl><w:p><w:r><w:lastRenderedPageBreak/><w:t>second page</w:t></w:r></w:p>\
             <w:p><m:oMath><m:r><m:t>a</m:t></m:r></m:oMath><m:oMath><m:f><m:num><m:r><m:t>b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f></m:oMath></w:p>",
            cell("<w:vMerge w:val=\"restart\"/>", "Team"),
            cell("<w:gridSpan w:val=\"2\"/>", "wide"),
            cell("<w:vMerge/>", ""),
            cell("<w:gridSpan w:val=\"2\"/>", "below"),
            cell("", "x"),
            cell("", "y"),
            cell("", "z"),
        );
        let document = read("a.docx", &with_body(&body)).unwrap();
        let texts: Vec<String> = shape(&document).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["Team | wide | wide", "Team | below | below", "x | y | z", "second page", "a b/c"]);
        assert_eq!(document.blocks[3].page, 2, "a page begins where the word processor saw it begin");
        assert!(document.problems.is_empty(), "{:?}", document.problems);
    }
}
