//! Words as multisets, and how far two documents agree on headings, list items and table rows.

use std::collections::HashMap;

use quillhouse_domain::{BlockKind, ParsedDocument};

/// Two blocks are the same when this share of the reference's words stands in the other.
const SAME_BLOCK: f64 = 0.8;

/// Words in lower case, letters and digits only, with their counts.
pub(super) struct Words(HashMap<String, usize>);

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut counts = HashMap::new();
        for word in text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
        {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
        Self(counts)
    }

    pub(super) fn count(&self) -> usize {
        self.0.values().sum()
    }

    /// Share of these words that the other has too, each as often.
    pub(super) fn recall(&self, found: &Self) -> f64 {
        let hits: usize =
            self.0.iter().map(|(word, count)| (*count).min(found.0.get(word).copied().unwrap_or(0))).sum();
        if self.0.is_empty() { 1.0 } else { hits as f64 / self.count() as f64 }
    }
}

/// Harmonic means of precision and recall, 0 to 1; `None` where neither document has any.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Agreement {
    pub(super) headings: Option<f64>,
    pub(super) list_items: Option<f64>,
    pub(super) table_rows: Option<f64>,
}

impl Agreement {
    /// The mean over the files that have any.
    pub(super) fn mean<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let mean = |of: fn(&Self) -> Option<f64>| {
            let values: Vec<f64> = all.clone().filter_map(of).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        Self {
            headings: mean(|one| one.headings),
            list_items: mean(|one| one.list_items),
            table_rows: mean(|one| one.table_rows),
        }
    }
}

/// Compares what was found with what was expected. A document that could not be read agrees on nothing.
pub(super) fn agreement(expected: &ParsedDocument, found: Option<&ParsedDocument>) -> Agreement {
    let agree = |wanted: fn(BlockKind) -> bool| {
        let left = blocks(expected, wanted);
        let right = found.map(|found| blocks(found, wanted)).unwrap_or_default();
        if left.is_empty() && right.is_empty() {
            return None;
        }
        let mut used = vec![false; right.len()];
        let mut hits = 0;
        for words in &left {
            let same =
                right.iter().enumerate().position(|(index, other)| !used[index] && words.recall(other) >= SAME_BLOCK);
            if let Some(index) = same {
                used[index] = true;
                hits += 1;
            }
        }
        Some(2.0 * f64::from(hits) / (left.len() + right.len()) as f64)
    };
    Agreement {
        headings: agree(|kind| matches!(kind, BlockKind::Heading { .. })),
        list_items: agree(|kind| kind == BlockKind::ListItem),
        table_rows: agree(|kind| kind == BlockKind::TableRow),
    }
}

fn blocks(document: &ParsedDocument, wanted: fn(BlockKind) -> bool) -> Vec<Words> {
    let letters: Vec<char> = document.text.chars().collect();
    let text =
        |start: u32, end: u32| letters.get(start as usize..end as usize).unwrap_or(&[]).iter().collect::<String>();
    let blocks = document.blocks.iter().filter(|block| wanted(block.kind));
    blocks.map(|block| Words::of(&text(block.start, block.end))).filter(|words| words.count() > 0).collect()
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::{Block, DocumentFormat, PageSpan};

    use super::*;

    fn document(blocks: &[(BlockKind, &str)]) -> ParsedDocument {
        let mut text = String::new();
        let mut found = Vec::new();
        for (kind, words) in blocks {
            let start = text.chars().count() as u32;
            text.push_str(words);
            let end = text.chars().count() as u32;
            found.push(Block { kind: *kind, start, end, page: 1, anchor: None, marks: Vec::new() });
            text.push('\n');
        }
        let end = text.chars().count() as u32;
        let pages = vec![PageSpan { number: 1, start: 0, end, label: None }];
        ParsedDocument {
            format: DocumentFormat::Text,
            title: None,
            text,
            pages,
            blocks: found,
            problems: Vec::new(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn recall_counts_each_word_as_often_as_it_is_wanted() {
        let recall = |wanted: &str, found: &str| Words::of(wanted).recall(&Words::of(found));
        assert!((recall("The ferry, the quay", "the FERRY quay") - 0.75).abs() < 1e-9, "one `the` is missing");
        assert!((recall("a b", "b a c") - 1.0).abs() < 1e-9, "more words cost nothing");
    }

    #[test]
    fn agreement_is_lost_by_what_is_missing_and_by_what_is_too_much() {
        let heading = BlockKind::Heading { level: 2 };
        let expected = document(&[(heading, "Über uns"), (BlockKind::ListItem, "one"), (BlockKind::ListItem, "two")]);
        let found = document(&[(heading, "Über uns"), (heading, "Nothing of that kind"), (BlockKind::ListItem, "one")]);
        let agreed = agreement(&expected, Some(&found));
        assert!((agreed.headings.unwrap() - 2.0 / 3.0).abs() < 1e-9, "one heading too many");
        assert!((agreed.list_items.unwrap() - 2.0 / 3.0).abs() < 1e-9, "one item missing");
        assert_eq!(agreed.table_rows, None, "neither has a table");
        assert_eq!(agreement(&expected, None).headings, Some(0.0));
    }
}
