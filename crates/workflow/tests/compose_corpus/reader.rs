//! A small Markdown reader and a small retriever, so that the composer can be tried on real files without the library.
//!
//! Invariants
//! - A passage's text is the document's characters at `start..end`; blocks lie inside it.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::OnceLock,
};

use quillhouse_domain::{Block, BlockKind, DocumentId};
use quillhouse_workflow::RetrievedPassage;

/// A document as the library would hold it.
pub(crate) struct Document {
    pub(crate) id: DocumentId,
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
}

/// Every Markdown file of a folder, in name order.
pub(crate) fn read_folder(folder: &Path) -> Vec<Document> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "md"));
    files.sort();
    files
        .iter()
        .enumerate()
        .map(|(index, file)| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            read(index, &name, &std::fs::read_to_string(file).unwrap())
        })
        .collect()
}

/// One Markdown text as a document.
pub(crate) fn read(index: usize, name: &str, markdown: &str) -> Document {
    let id: DocumentId = format!("00000000-0000-7000-8000-{index:012x}").parse().unwrap();
    let mut document = Document { id, name: name.to_owned(), text: String::new(), blocks: Vec::new() };
    let body =
        markdown.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(markdown, |(_, body)| body);
    let mut lines: Vec<(BlockKind, String)> = Vec::new();
    let mut open = false;
    let (mut fenced, mut table) = (false, false);
    for line in body.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            fenced = !fenced;
            open = false;
            continue;
        }
        if trimmed.starts_with("<table") {
            table = true;
        }
        if fenced || table {
            table = table && !trimmed.contains("</table>");
            open = false;
            continue;
        }
        if trimmed.is_empty()
            || trimmed.chars().all(|character| character == '-')
            || trimmed.starts_with('[') && trimmed.contains("]: ")
        {
            open = false;
            continue;
        }
        let level = trimmed.chars().take_while(|&character| character == '#').count();
        if (1..=6).contains(&level) {
            lines.push((BlockKind::Heading { level: level as u8 }, trimmed[level..].trim().to_owned()));
            open = false;
            continue;
        }
        let number = trimmed.chars().take_while(char::is_ascii_digit).count();
        let item = ["- ", "* ", "+ ", "-   "]
            .iter()
            .find_map(|mark| trimmed.strip_prefix(mark))
            .or_else(|| (number > 0).then(|| trimmed[number..].strip_prefix(". ")).flatten());
        if let Some(item) = item {
            lines.push((BlockKind::ListItem, item.trim().to_owned()));
            open = true;
        } else if let Some(quote) = trimmed.strip_prefix('>') {
            lines.push((BlockKind::Quote, quote.trim().to_owned()));
            open = false;
        } else if trimmed.starts_with('|') {
            lines.push((BlockKind::TableRow, trimmed.trim_matches('|').to_owned()));
            open = false;
        } else if open {
            let last = lines.last_mut().unwrap();
            last.1.push('\n');
            last.1.push_str(trimmed);
        } else {
            lines.push((BlockKind::Paragraph, trimmed.to_owned()));
            open = true;
        }
    }
    let mut length = 0_u32;
    for (kind, text) in lines {
        let plain = without_markup(&text);
        if plain.trim().is_empty() {
            continue;
        }
        if length > 0 {
            document.text.push_str("\n\n");
            length += 2;
        }
        let count = plain.chars().count() as u32;
        document.blocks.push(Block {
            kind,
            start: length,
            end: length + count,
            page: 1,
            anchor: None,
            marks: Vec::new(),
        });
        document.text.push_str(&plain);
        length += count;
    }
    document
}

fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, after) = rest.split_at(open);
        plain.push_str(before);
        let Some(close) = after.find(']') else {
            plain.push_str(after);
            rest = "";
            break;
        };
        plain.push_str(&after[1..close]);
        rest = &after[close + 1..];
        for (left, right) in [('(', ')'), ('[', ']')] {
            if rest.starts_with(left) {
                rest = rest.find(right).map_or(rest, |end| &rest[end + 1..]);
                break;
            }
        }
    }
    plain.push_str(rest);
    let mut clean = plain.replace("**", "").replace("__", "").replace('`', "");
    for mark in ['_', '*'] {
        clean = clean.split(mark).collect::<Vec<_>>().join("");
    }
    clean.trim().to_owned()
}

/// Heading-aware passages of at most about 220 words.
pub(crate) fn passages(document: &Document) -> Vec<RetrievedPassage> {
    let characters: Vec<char> = document.text.chars().collect();
    let mut groups: Vec<(Vec<String>, Vec<Block>)> = Vec::new();
    let mut path: Vec<(u8, String)> = Vec::new();
    let mut words = 0;
    for block in &document.blocks {
        let text: String = characters[block.start as usize..block.end as usize].iter().collect();
        if let BlockKind::Heading { level } = block.kind {
            path.retain(|(above, _)| *above < level);
            path.push((level, text));
            groups.push((path.iter().map(|(_, text)| text.clone()).collect(), vec![block.clone()]));
            words = 0;
            continue;
        }
        let count = text.split_whitespace().count();
        if groups.is_empty() || words + count > 220 {
            groups.push((path.iter().map(|(_, text)| text.clone()).collect(), Vec::new()));
            words = 0;
        }
        words += count;
        groups.last_mut().unwrap().1.push(block.clone());
    }
    groups
        .into_iter()
        .filter(|(_, blocks)| blocks.iter().any(|block| !matches!(block.kind, BlockKind::Heading { .. })))
        .map(|(heading_path, blocks)| {
            let (start, end) = (blocks[0].start, blocks[blocks.len() - 1].end);
            RetrievedPassage {
                document: document.id,
                document_name: document.name.clone(),
                heading_path,
                start,
                end,
                text: characters[start as usize..end as usize].iter().collect(),
                blocks,
                relevance: 0.0,
            }
        })
        .collect()
}

/// The passages nearest to the queries by shared word beginnings, like a full text search, at most `limit`.
pub(crate) fn retrieve(documents: &[Document], queries: &[String], limit: usize) -> Vec<RetrievedPassage> {
    let stem = |text: &str| -> BTreeSet<String> {
        text.to_lowercase()
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| word.chars().count() > 3)
            .map(|word| word.chars().take(6).collect())
            .collect()
    };
    let wanted: Vec<BTreeSet<String>> = queries.iter().map(|query| stem(query)).collect();
    let mut found: Vec<RetrievedPassage> = documents.iter().flat_map(passages).collect();
    for passage in &mut found {
        let held = stem(&format!("{} {} {}", passage.document_name, passage.heading_path.join(" "), passage.text));
        let best = wanted
            .iter()
            .map(|query| query.intersection(&held).count() as f32 / query.len().max(1) as f32)
            .fold(0.0, f32::max);
        passage.relevance = 0.05 + 0.9 * best;
    }
    found.sort_by(|left, right| right.relevance.total_cmp(&left.relevance));
    found.truncate(limit);
    found
}

/// The vector of a real embedder when `QUILLHOUSE_COMPOSE_VECTORS` names a JSON file that has it (a map from text to
/// numbers), else one of hashed word beginnings, as far from a real embedding as a stand-in may be.
pub(crate) fn vector(text: &str) -> Vec<i8> {
    static KNOWN: OnceLock<HashMap<String, Vec<i8>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        std::env::var("QUILLHOUSE_COMPOSE_VECTORS")
            .ok()
            .and_then(|file| std::fs::read_to_string(file).ok())
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    });
    known.get(text).cloned().unwrap_or_else(|| pseudo_vector(text))
}

fn pseudo_vector(text: &str) -> Vec<i8> {
    let mut sums = vec![0_f32; 384];
    for word in text.to_lowercase().split(|character: char| !character.is_alphanumeric()).filter(|word| word.len() > 3)
    {
        let stem: String = word.chars().take(6).collect();
        let hash = stem
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        for part in 0..3 {
            let bits = hash >> (part * 17);
            sums[(bits % 384) as usize] += if bits & 0x1_0000 == 0 { 1.0 } else { -1.0 };
        }
    }
    let largest = sums.iter().map(|sum| sum.abs()).fold(1.0, f32::max);
    sums.iter().map(|sum| (sum / largest * 127.0) as i8).collect()
}
