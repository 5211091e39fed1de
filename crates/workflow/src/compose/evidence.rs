//! From retrieved passages to clean sentences that know where they stand.
//!
//! Invariants
//! - A citation's `quote` is the characters at `start..end` of the document; `text` differs from it only by folded white
//!   space, list marks, the closing mark and the capital of what stood behind `Yes,`.
//! - A sentence that leans on its neighbour is kept only with it; a lead-in only with its whole list.
//! - Sentences come document by document in reading order; `block` grows, and two neighbours differ by at most one.

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::{BlockKind, Brief, Citation, DocumentId, EvidenceSentence, Language};

use super::{
    clean::{Standing, fold, has_pronoun, item_is_usable, lowered, opens_with, standing},
    language::{LanguagePack, pack, packs},
    split::sentences,
    terms::{word_count, words},
};
use crate::step::RetrievedPassage;

/// Shortest and longest list that reads well in an article.
const LIST_ITEMS: std::ops::RangeInclusive<usize> = 2..=8;

/// A block pieced together from every passage that shows a part of it.
struct Piece {
    kind: BlockKind,
    start: u32,
    end: u32,
    page: u32,
    text: Vec<char>,
    heading_path: Vec<String>,
    relevance: f32,
    number: u32,
    cut_before: bool,
    cut_after: bool,
}

/// Clean sentences of the passages' blocks; vectors are empty, relevance is the passage's.
pub(super) fn evidence(brief: &Brief, passages: &[RetrievedPassage]) -> Vec<EvidenceSentence> {
    let pack = pack(brief.language());
    let mut documents: BTreeMap<DocumentId, Vec<&RetrievedPassage>> = BTreeMap::new();
    let mut order: Vec<DocumentId> = Vec::new();
    for passage in passages {
        let known = documents.entry(passage.document).or_default();
        if known.is_empty() {
            order.push(passage.document);
        }
        known.push(passage);
    }
    let mut found: Vec<EvidenceSentence> = Vec::new();
    let about_writing = asks_about_writing(brief, pack);
    for document in order {
        let mut passages = documents.remove(&document).unwrap_or_default();
        passages.sort_by_key(|passage| (passage.start, passage.end));
        let pieces = pieces(&passages);
        if speaks_another_language(&pieces, brief.language()) {
            continue;
        }
        let Some(name) = passages.first().map(|passage| passage.document_name.as_str()) else { continue };
        let before = found.len();
        collect(&pieces, pack, document, name, &mut found);
        if !about_writing {
            let kept = found.split_off(before).into_iter().filter(|sentence| !is_writing_rule(sentence, pack));
            found.extend(kept);
        }
    }
    for (index, sentence) in found.iter_mut().enumerate() {
        sentence.id = index as u32;
    }
    found
}

/// True when the brief is about writing itself, so that rules for writers are its matter.
fn asks_about_writing(brief: &Brief, pack: &LanguagePack) -> bool {
    std::iter::once(brief.topic())
        .chain(brief.keywords().iter().map(String::as_str))
        .flat_map(words)
        .any(|word| pack.style.writing_terms.contains(&word))
}

/// A rule for the brand's writers: by its place, or by an opening such as `We write` with a specimen in quotation marks.
fn is_writing_rule(sentence: &EvidenceSentence, pack: &LanguagePack) -> bool {
    let name = sentence.citation.document_name.rsplit_once('.').map_or("", |(stem, _)| stem).replace(['-', '_'], " ");
    let in_place = sentence.heading_path.iter().chain(std::iter::once(&name)).any(|place| {
        let place = lowered(place.trim());
        pack.style.writing_titles.contains(&place)
            || pack.style.writing_headings.iter().any(|heading| place.contains(heading.as_str()))
    });
    let specimen = sentence.text.contains(['"', '“', '„', '«', '‘']);
    in_place || specimen && opens_with(&lowered(&sentence.text), &pack.style.writing_openers)
}

/// Blocks of one document's passages, overlapping parts joined, with headings above each.
fn pieces(passages: &[&RetrievedPassage]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut reached = 0_u32;
    let mut number = 0_u32;
    for passage in passages {
        let characters: Vec<char> = passage.text.chars().collect();
        let mut headings: Vec<(u8, String)> =
            passage.heading_path.iter().enumerate().map(|(depth, text)| (depth as u8 + 1, text.clone())).collect();
        // A gap in the text must be a gap in the numbers, or strangers would count as neighbours.
        if passage.start > reached + 3 {
            number += 2;
        }
        for block in &passage.blocks {
            let from = block.start.saturating_sub(passage.start) as usize;
            let to = (block.end.saturating_sub(passage.start) as usize).min(characters.len());
            if block.start < passage.start || from >= to {
                continue;
            }
            let text = &characters[from..to];
            if let BlockKind::Heading { level } = block.kind {
                let heading = fold(&text.iter().collect::<String>());
                if headings.last().is_none_or(|(_, last)| *last != heading) {
                    headings.retain(|(above, known)| *above < level && *known != heading);
                    headings.push((level, heading));
                }
                number += u32::from(block.end > reached);
                reached = reached.max(block.end);
                continue;
            }
            if let Some(last) = pieces.last_mut()
                && block.start < last.end
            {
                if block.end > last.end {
                    let known = (last.end - block.start) as usize;
                    last.text.extend_from_slice(&text[known.min(text.len())..]);
                    last.end = block.end;
                    last.cut_after = to == characters.len();
                }
                last.relevance = last.relevance.max(passage.relevance);
                reached = reached.max(block.end);
                continue;
            }
            number += 1;
            pieces.push(Piece {
                kind: block.kind,
                start: block.start,
                end: block.start + text.len() as u32,
                page: block.page,
                text: text.to_vec(),
                heading_path: headings.iter().map(|(_, text)| text.clone()).collect(),
                relevance: passage.relevance,
                number,
                cut_before: from == 0,
                cut_after: to == characters.len(),
            });
            reached = reached.max(block.end);
        }
        reached = reached.max(passage.end);
    }
    pieces
}

/// True when everyday words of another language are much more frequent than those of the wanted one.
fn speaks_another_language(pieces: &[Piece], wanted: Language) -> bool {
    let mut all: Vec<String> = Vec::new();
    for piece in pieces.iter().take(40) {
        all.extend(words(&piece.text.iter().collect::<String>()));
    }
    if all.len() < 30 {
        return false;
    }
    let hits = |pack: &LanguagePack| all.iter().filter(|word| pack.words.stop.contains(*word)).count();
    let own = hits(pack(wanted));
    packs().filter(|(language, _)| *language != wanted).any(|(_, pack)| hits(pack) * 2 > own * 3 + 10)
}

fn collect(pieces: &[Piece], pack: &LanguagePack, document: DocumentId, name: &str, found: &mut Vec<EvidenceSentence>) {
    let mut whole_lists: BTreeSet<usize> = BTreeSet::new();
    let mut index = 0;
    while index < pieces.len() {
        let piece = &pieces[index];
        match piece.kind {
            BlockKind::Paragraph => {
                let items = list_behind(pieces, index, pack);
                let before = found.len();
                paragraph(piece, pack, document, name, items > 0, found);
                let led = found.len() > before && found.last().is_some_and(|sentence| sentence.text.ends_with(':'));
                if led {
                    for (offset, item) in pieces[index + 1..=index + items].iter().enumerate() {
                        whole_lists.insert(index + 1 + offset);
                        list_item(item, document, name, found);
                    }
                    even_out_items(found, items);
                    index += items;
                }
            }
            BlockKind::ListItem if !whole_lists.contains(&index) => {
                let before = found.len();
                paragraph(piece, pack, document, name, false, found);
                for sentence in &mut found[before..] {
                    sentence.list_item = true;
                }
            }
            BlockKind::ListItem
            | BlockKind::Heading { .. }
            | BlockKind::TableRow
            | BlockKind::Code
            | BlockKind::Quote => {}
        }
        index += 1;
    }
}

/// Number of items of the whole usable list right behind a paragraph; 0 when there is none.
fn list_behind(pieces: &[Piece], paragraph: usize, pack: &LanguagePack) -> usize {
    let mut count = 0;
    let mut longest = 0;
    let mut total = 0;
    for (offset, piece) in pieces[paragraph + 1..].iter().enumerate() {
        if piece.kind != BlockKind::ListItem || piece.number != pieces[paragraph].number + offset as u32 + 1 {
            break;
        }
        let text = fold(&piece.text.iter().collect::<String>());
        if !item_is_usable(&text, pack) || piece.cut_after && !text.ends_with('.') {
            return 0;
        }
        let words = word_count(&text);
        longest = longest.max(words);
        total += words;
        count += 1;
    }
    if LIST_ITEMS.contains(&count) && total <= 110 && longest <= 28 { count } else { 0 }
}

fn cited(
    piece: &Piece,
    document: DocumentId,
    name: &str,
    start: usize,
    end: usize,
    text: String,
    position: u32,
) -> EvidenceSentence {
    EvidenceSentence {
        id: 0,
        citation: Citation {
            document,
            document_name: name.to_owned(),
            page: piece.page,
            start: piece.start + start as u32,
            end: piece.start + end as u32,
            quote: piece.text[start..end].iter().collect(),
        },
        text,
        heading_path: piece.heading_path.clone(),
        block: piece.number,
        position,
        list_item: false,
        relevance: piece.relevance,
        vector: Vec::new(),
    }
}

fn paragraph(
    piece: &Piece,
    pack: &LanguagePack,
    document: DocumentId,
    name: &str,
    has_list: bool,
    found: &mut Vec<EvidenceSentence>,
) {
    let spans = sentences(&piece.text);
    let last = spans.len().saturating_sub(1);
    let mut previous_kept = false;
    let mut answered = false;
    let answers = piece.heading_path.last().is_some_and(|heading| heading.ends_with('?'));
    for (position, span) in spans.iter().enumerate() {
        let mut start = span.start;
        if answers && position == 0 {
            start += answer_length(&piece.text[span.start..span.end], pack);
            answered = start == span.end;
        }
        let quote: String = piece.text[start..span.end].iter().collect();
        let text = if start > span.start { super::phrase::capital(&fold(&quote)) } else { fold(&quote) };
        let torn = position == last && piece.cut_after && !text.ends_with(['.', '!', '?', ':'])
            || position == 0 && piece.cut_before && text.starts_with(char::is_lowercase);
        let keep = !torn
            && match standing(&text, pack) {
                // What the dropped sentence before named is gone.
                Standing::Alone => {
                    position == 0 || previous_kept || answered && position == 1 || !has_pronoun(&text, pack)
                }
                Standing::AfterPrevious => previous_kept,
                Standing::Lead => has_list && position == last,
                Standing::Never => false,
            };
        if keep {
            found.push(cited(piece, document, name, start, span.end, text, position as u32));
        }
        previous_kept = keep;
    }
}

/// Characters of `Yes, ` or `No. ` before what stands without it; `No, ` turns the rest round and stays.
fn answer_length(text: &[char], pack: &LanguagePack) -> usize {
    let whole: String = text.iter().collect();
    let lower = lowered(&whole);
    for (at, answer) in pack.style.answers.iter().enumerate() {
        let Some(rest) = lower.strip_prefix(answer.as_str()) else { continue };
        let affirms = at != 1;
        let length = answer.chars().count();
        if rest.trim_matches(['.', '!', ' ']).is_empty() {
            return text.len();
        }
        if rest.starts_with(". ") || rest.starts_with("! ") || affirms && rest.starts_with(", ") {
            return length + 2;
        }
    }
    0
}

fn list_item(piece: &Piece, document: DocumentId, name: &str, found: &mut Vec<EvidenceSentence>) {
    let text = fold(&piece.text.iter().collect::<String>());
    let start = piece.text.iter().position(|character| !character.is_whitespace()).unwrap_or(0);
    let end =
        piece.text.iter().rposition(|character| !character.is_whitespace()).map_or(piece.text.len(), |last| last + 1);
    let mut sentence = cited(piece, document, name, start, end, text, 0);
    sentence.list_item = true;
    found.push(sentence);
}

/// Gives the items of one list the same closing: all a full stop when most are sentences, none otherwise.
fn even_out_items(found: &mut [EvidenceSentence], items: usize) {
    let from = found.len() - items;
    let closed = found[from..].iter().filter(|item| item.text.ends_with(['.', '!'])).count();
    let several = found[from..].iter().any(|item| item.text.trim_end_matches('.').contains(". "));
    for item in &mut found[from..] {
        let bare = item.text.trim_end_matches([';', ',', ' ']).to_owned();
        item.text = if closed * 2 > items || several {
            if bare.ends_with(['.', '!', '”', '"']) { bare } else { format!("{bare}.") }
        } else {
            bare.strip_suffix('.').map_or(bare.clone(), str::to_owned)
        };
    }
}
