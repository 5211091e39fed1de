//! Presentations: slides in the order they are shown. A page is a slide, named by its title.
//!
//! What is kept: titles, text of all shapes however they are grouped, tables, diagrams, numbers behind charts, and notes
//! after the slide they belong to, marked as such. What is left out: dates, slide numbers, headers and footers; comments
//! are counted and said.

use std::{collections::HashMap, time::Instant};

use quillhouse_domain::{BlockKind, DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{
    archive::Archive,
    assemble::Assembler,
    chart,
    reader::problem,
    xml::{self, Relationship, Xml, name},
};

mod slide;

use slide::{Bullets, Slide, read_part};

/// Most slides read from one deck.
const SLIDE_LIMIT: usize = 5_000;

/// What stands before the notes of a slide.
const NOTES_MARK: &str = "Speaker notes:";

/// Reads a presentation.
pub(crate) fn read(file_name: &str, bytes: &[u8], deadline: Instant) -> Result<ParsedDocument, Problem> {
    let mut archive = Archive::open(file_name, "a PowerPoint presentation", bytes)?;
    let main = archive.main_part("ppt/presentation.xml")?;
    let slides = slide_parts(&mut archive, &main)?;
    if slides.is_empty() {
        return Err(archive.damaged("it lists no slides"));
    }
    let mut layouts: HashMap<String, Bullets> = HashMap::new();
    let mut assembler = Assembler::new();
    let mut hidden = Vec::new();
    let mut broken = Vec::new();
    let mut comments = 0;
    let count = slides.len();
    let mut first_title = None;
    for (index, part) in slides.into_iter().enumerate().take(SLIDE_LIMIT) {
        let number = index as u32 + 1;
        if Instant::now() > deadline {
            broken.extend(number..=count as u32);
            break;
        }
        let links = archive.relationships(&part)?;
        let bullets = bullets_of(&mut archive, &links, &mut layouts)?;
        let mut slide = Slide::default();
        if !archive.has(&part) || !read_part(&mut archive, &part, &bullets, &mut slide)? {
            broken.push(number);
        }
        if slide.hidden {
            hidden.push(number);
        }
        let title = slide.title();
        assembler.start_named_page(number, title.as_deref().unwrap_or(""));
        if first_title.is_none() {
            first_title.clone_from(&title);
        }
        slide.write(&mut assembler);
        for link in links.iter().filter(|link| link.kind == "diagramData") {
            diagram(&mut archive, &link.target, &mut assembler)?;
        }
        for chart in chart::of_part(&mut archive, &part)? {
            chart.write(&mut assembler);
        }
        for link in &links {
            match link.kind.as_str() {
                "notesSlide" => notes(&mut archive, &link.target, &mut assembler)?,
                "comments" => comments += count_comments(&mut archive, &link.target)?,
                _ => {}
            }
        }
    }
    let problems = problems(hidden, broken, comments);
    let title = archive.part("docProps/core.xml")?.and_then(|xml| xml::first_text(&xml, "title"));
    let title = title.filter(|title| !title.starts_with("PowerPoint")).or(first_title);
    Ok(assembler.finish(DocumentFormat::Pptx, title.as_deref(), problems))
}

/// Slides in the order of the show; without one, in the order of their numbers.
fn slide_parts(archive: &mut Archive<'_>, main: &str) -> Result<Vec<String>, Problem> {
    let links = archive.relationships(main)?;
    let mut parts = Vec::new();
    archive.walk(main, &mut |event| {
        if let Xml::Start(element) = event
            && name(element) == "sldId"
        {
            // Both the slide's own number and its link are called `id`; the link has a prefix.
            let link = element.attributes().with_checks(false).flatten().find_map(|attribute| {
                let key: &str = attribute.key.as_ref();
                key.contains(':').then(|| attribute.value.to_string())
            });
            let target = links.iter().find(|known| Some(&known.id) == link.as_ref());
            parts.extend(target.map(|known| known.target.clone()));
        }
        std::ops::ControlFlow::Continue(())
    })?;
    if parts.is_empty() {
        let mut named: Vec<(u32, String)> = archive
            .names()
            .filter_map(|name| {
                let number = name.strip_prefix("ppt/slides/slide")?.strip_suffix(".xml")?.parse().ok()?;
                Some((number, name.to_owned()))
            })
            .collect();
        named.sort();
        parts = named.into_iter().map(|(_, name)| name).collect();
    }
    Ok(parts)
}

/// Which paragraphs have bullets by the slide's layout and master, read once for each layout.
fn bullets_of(
    archive: &mut Archive<'_>,
    links: &[Relationship],
    layouts: &mut HashMap<String, Bullets>,
) -> Result<Bullets, Problem> {
    let Some(layout) = links.iter().find(|link| link.kind == "slideLayout") else { return Ok(Bullets::default()) };
    if let Some(known) = layouts.get(&layout.target) {
        return Ok(known.clone());
    }
    let mut bullets = Bullets::default();
    let above = archive.relationships(&layout.target)?;
    if let Some(master) = above.iter().find(|link| link.kind == "slideMaster") {
        bullets.read(archive, &master.target)?;
    }
    bullets.read(archive, &layout.target)?;
    layouts.insert(layout.target.clone(), bullets.clone());
    Ok(bullets)
}

/// The words of a diagram, one item for each box.
fn diagram(archive: &mut Archive<'_>, part: &str, assembler: &mut Assembler) -> Result<(), Problem> {
    let mut text = String::new();
    let mut in_text = false;
    archive.walk(part, &mut |event| {
        match event {
            Xml::Start(element) if name(element) == "t" => in_text = true,
            Xml::End("t") => in_text = false,
            Xml::Text(words) if in_text => text.push_str(words),
            Xml::End("p") => text.push(' '),
            Xml::End("pt") => {
                assembler.push(BlockKind::ListItem, &text);
                text.clear();
            }
            _ => {}
        }
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(())
}

/// The speaker's notes; the picture of the slide and the page's number are not among them.
fn notes(archive: &mut Archive<'_>, part: &str, assembler: &mut Assembler) -> Result<(), Problem> {
    let mut notes = Slide::default();
    read_part(archive, part, &Bullets::default(), &mut notes)?;
    let mut first = true;
    for text in notes.body_texts() {
        let marked = if first { format!("{NOTES_MARK} {text}") } else { text };
        assembler.push(BlockKind::Paragraph, &marked);
        first = false;
    }
    Ok(())
}

fn count_comments(archive: &mut Archive<'_>, part: &str) -> Result<usize, Problem> {
    let mut count = 0;
    archive.walk(part, &mut |event| {
        count += usize::from(matches!(event, Xml::Start(element) if name(element) == "cm"));
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(count)
}

fn problems(hidden: Vec<u32>, broken: Vec<u32>, comments: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !broken.is_empty() {
        problems.push(Problem {
            kind: ProblemKind::TextMissing,
            message: format!(
                "{} could be read only in part. Save the presentation again in PowerPoint and add that",
                slides(broken.len())
            ),
            pages: broken,
        });
    }
    if !hidden.is_empty() {
        problems.push(Problem {
            kind: ProblemKind::Hidden,
            message: format!(
                "{} hidden in the show and read as well. Delete them in the presentation if they should not be found",
                if hidden.len() == 1 { "1 slide is".to_owned() } else { format!("{} slides are", hidden.len()) }
            ),
            pages: hidden,
        });
    }
    if comments > 0 {
        problems.push(problem(ProblemKind::LeftOut, format!("{comments} comments were not read")));
    }
    problems
}

fn slides(count: usize) -> String {
    if count == 1 { "1 slide".to_owned() } else { format!("{count} slides") }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Cursor, Write},
        time::Duration,
    };

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    const NAMESPACES: &str = "xmlns:a=\"a\" xmlns:p=\"p\" xmlns:r=\"r\"";

    fn relationships(links: &[(&str, &str, &str)]) -> String {
        let links: String = links
            .iter()
            .map(|(id, kind, target)| {
                format!("<Relationship Id=\"{id}\" Type=\"http://x/{kind}\" Target=\"{target}\"/>")
            })
            .collect();
        format!("<Relationships>{links}</Relationships>")
    }

    fn shape(kind: &str, paragraphs: &str) -> String {
        let placeholder = if kind.is_empty() { String::new() } else { format!("<p:ph type=\"{kind}\"/>") };
        format!("<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>")
    }

    fn p(text: &str) -> String {
        format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")
    }

    fn slide(shapes: &str, attributes: &str) -> String {
        format!("<p:sld {NAMESPACES} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>")
    }

    fn deck(parts: &[(&str, String)]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, contents) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(contents.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn parsed(bytes: &[u8]) -> ParsedDocument {
        read("deck.pptx", bytes, Instant::now() + Duration::from_secs(20)).unwrap()
    }

    fn lines(document: &ParsedDocument) -> Vec<(BlockKind, String, u32)> {
        let characters: Vec<char> = document.text.chars().collect();
        document
            .blocks
            .iter()
            .map(|block| {
                (block.kind, characters[block.start as usize..block.end as usize].iter().collect(), block.page)
            })
            .collect()
    }

    #[test]
    fn slides_come_in_the_order_of_the_show_with_titles_tables_and_notes() {
        let table = "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc gridSpan=\"2\"><a:txBody><a:p><a:r><a:t>Both</a:t></a:r></a:p></a:txBody></a:tc>\
            <a:tc hMerge=\"1\"><a:txBody><a:p/></a:txBody></a:tc></a:tr><a:tr><a:tc><a:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></a:txBody></a:tc>\
            <a:tc><a:txBody><a:p><a:r><a:t>y</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>";
        let first = slide(
            &format!(
                "{}{}<p:grpSp><p:grpSp>{}</p:grpSp></p:grpSp>{}{}",
                shape("body", &format!("{}<a:p><a:pPr lvl=\"1\"/><a:r><a:t>inner</a:t></a:r></a:p>", p("point"))),
                shape("title", &p("Why us")),
                shape("", &p("In a group")),
                shape("sldNum", &p("7")),
                table,
            ),
            "",
        );
        let second = slide(&shape("ctrTitle", &p("Hidden &amp; last")), "show=\"0\"");
        let notes = slide(&format!("{}{}", shape("sldImg", ""), shape("body", &p("Smile here"))), "");
        let bytes = deck(&[
            (
                "ppt/presentation.xml",
                format!(
                    "<p:presentation {NAMESPACES}><p:sldIdLst><p:sldId id=\"256\" r:id=\"r2\"/><p:sldId id=\"257\" r:id=\"r1\"/></p:sldIdLst></p:presentation>"
                ),
            ),
            (
                "ppt/_rels/presentation.xml.rels",
                relationships(&[("r1", "slide", "slides/slide1.xml"), ("r2", "slide", "slides/slide2.xml")]),
            ),
            ("ppt/slides/slide1.xml", second),
            ("ppt/slides/slide2.xml", first),
            (
                "ppt/slides/_rels/slide2.xml.rels",
                relationships(&[("n", "notesSlide", "../notesSlides/notesSlide1.xml")]),
            ),
            ("ppt/notesSlides/notesSlide1.xml", notes),
        ]);
        let document = parsed(&bytes);
        let wanted = [
            (BlockKind::Heading { level: 1 }, "Why us", 1),
            (BlockKind::ListItem, "point", 1),
            (BlockKind::ListItem, "inner", 1),
            (BlockKind::Paragraph, "In a group", 1),
            (BlockKind::TableRow, "Both | Both", 1),
            (BlockKind::TableRow, "x | y", 1),
            (BlockKind::Paragraph, "Speaker notes: Smile here", 1),
            (BlockKind::Heading { level: 1 }, "Hidden & last", 2),
        ];
        let wanted: Vec<_> = wanted.into_iter().map(|(kind, text, page)| (kind, text.to_owned(), page)).collect();
        assert_eq!(lines(&document), wanted);
        assert_eq!(document.pages[1].label.as_deref(), Some("Hidden & last"), "a slide is known by its title");
        let problems: Vec<_> = document.problems.iter().map(|problem| (problem.kind, problem.pages.clone())).collect();
        assert_eq!(problems, [(ProblemKind::Hidden, vec![2])], "a hidden slide is said");
    }

    #[test]
    fn a_slide_that_breaks_off_keeps_what_it_has_and_says_so() {
        let broken =
            slide(&shape("title", &p("Title")), "").replace("</p:spTree>", "").replace("</p:cSld>", "</p:wrong>");
        let bytes = deck(&[("ppt/presentation.xml", "<p/>".to_owned()), ("ppt/slides/slide1.xml", broken)]);
        let document = parsed(&bytes);
        assert_eq!(document.text, "Title");
        assert_eq!(document.problems[0].kind, ProblemKind::TextMissing);
    }
}
