//! Which words stand in which passages, in memory: every word of a query counts, whatever the size of the library.
//!
//! SQLite's full-text index ranks about 300 passages in a millisecond, and a common word stands in tens of thousands; here
//! all of them are added up in less than one. Its ranking is BM25 as FTS5 has it (k1 = 1.2, b = 0.75, an inverse document
//! frequency that never goes below zero), over the text and its headings together.
//!
//! Invariants
//! - It answers only when it is up to date with the library. A few changed documents are read before a search, more in the
//!   background, in slices; meanwhile FTS5 answers.
//! - What a search finds depends on the passages and not on the order in which they came.
//! - Libraries of up to [`MOST_RANKED`] passages are left to FTS5, which ranks all of them quickly, and so are those that
//!   would take more than [`MOST_POSTINGS`].

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{
        Mutex, PoisonError, TryLockError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use quillhouse_domain::{DocumentId, Language, PassageId};
use quillhouse_quality::text::{stems, words};
use quillhouse_store::{BrandReader, DocumentEdition, StoreError};

use super::{DocumentFilter, RetrieveError, Retriever, terms::MOST_RANKED};

/// Entries of all lists together, five bytes each: about 160,000 passages.
const MOST_POSTINGS: usize = 16 << 20;
/// FTS5's constants, which are those of Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
const SATURATION: f32 = 1.2;
const LENGTH_SHARE: f32 = 0.75;
/// What FTS5 gives a word that stands in more than half of all passages.
const LEAST_IDF: f32 = 1e-6;
/// Share of rows that are gone, beyond which everything is read anew.
const MOST_GONE: f32 = 0.3;
/// Changed documents that are read before a search; with more, the search does not wait.
const DOCUMENTS_BEFORE_SEARCH: usize = 16;
/// Documents of one slice in the background: some tens of milliseconds, in which a search uses FTS5.
const DOCUMENTS_A_SLICE: usize = 32;

/// The passages that hold a stem.
#[derive(Default)]
struct Postings {
    rows: Vec<u32>,
    /// How often, up to 255.
    counts: Vec<u8>,
}

struct Row {
    passage: PassageId,
    /// Place in `documents`.
    document: u32,
    is_gone: bool,
}

struct Document {
    edition: DocumentEdition,
    rows: Vec<u32>,
}

/// The words of a library.
#[derive(Default)]
struct WordIndex {
    seen: Option<(u64, u64, u64, String)>,
    /// [`BrandStore::writes`] when it was last found to be up to date; until the next write there is nothing to look up.
    up_to_date_at: Option<u64>,
    documents: Vec<Document>,
    place_of: HashMap<DocumentId, u32>,
    rows: Vec<Row>,
    /// Words of each row. A search reads these of every row it scores, and of the rows themselves only the best.
    lengths: Vec<u32>,
    gone: usize,
    words: u64,
    /// Stems of a word as it stands in a text, as places in `postings`.
    stems_of: HashMap<Language, HashMap<String, Box<[u32]>>>,
    stem_of: HashMap<String, u32>,
    postings: Vec<Postings>,
    held: usize,
}

impl WordIndex {
    /// Reads at most so many documents that are new and forgets those that are gone. False when more are to be read.
    fn read_some(&mut self, brand: BrandReader<'_>, most: usize) -> Result<bool, StoreError> {
        let now = brand.passages().state()?;
        if self.seen.as_ref() == Some(&now) {
            return Ok(true);
        }
        self.seen = None;
        if self.gone as f32 > self.rows.len() as f32 * MOST_GONE {
            *self = Self::default();
        }
        let editions = brand.documents().editions()?;
        let there: HashSet<DocumentId> = editions.iter().map(|edition| edition.id).collect();
        let left: Vec<DocumentId> = self.place_of.keys().filter(|id| !there.contains(id)).copied().collect();
        for id in left {
            if let Some(place) = self.place_of.remove(&id) {
                self.empty(place);
            }
        }
        let mut read = 0;
        for edition in editions {
            if self.is_too_large() {
                break;
            }
            let known = self.place_of.get(&edition.id).copied();
            if known.is_some_and(|place| self.documents[place as usize].edition == edition) {
                continue;
            }
            if read == most {
                return Ok(false);
            }
            read += 1;
            if let Some(place) = known {
                self.empty(place);
            }
            let place = self.documents.len() as u32;
            self.place_of.insert(edition.id, place);
            let (id, language) = (edition.id, edition.language.clone());
            self.documents.push(Document { edition, rows: Vec::new() });
            let language = language.and_then(|code| code.parse().ok()).unwrap_or(Language::En);
            brand.passages().each_text(id, |passage, text, headings| {
                self.add(place, passage, text, headings, language);
            })?;
        }
        self.seen = Some(now);
        Ok(true)
    }

    const fn is_too_large(&self) -> bool {
        self.held > MOST_POSTINGS
    }

    fn empty(&mut self, place: u32) {
        for row in std::mem::take(&mut self.documents[place as usize].rows) {
            self.rows[row as usize].is_gone = true;
            self.gone += 1;
            self.words -= u64::from(self.lengths[row as usize]);
        }
    }

    fn add(&mut self, document: u32, passage: PassageId, text: &str, headings: &str, language: Language) {
        let row = self.rows.len() as u32;
        let mut found: Vec<u32> = Vec::new();
        let mut count = 0;
        for word in words(text).into_iter().chain(words(headings)) {
            count += 1;
            found.extend(self.stems(word, language).iter());
        }
        found.sort_unstable();
        for same in found.chunk_by(|left, right| left == right) {
            let postings = &mut self.postings[same[0] as usize];
            postings.rows.push(row);
            postings.counts.push(same.len().min(255) as u8);
            self.held += 1;
        }
        self.rows.push(Row { passage, document, is_gone: false });
        self.lengths.push(count);
        self.words += u64::from(count);
        self.documents[document as usize].rows.push(row);
    }

    fn stems(&mut self, word: &str, language: Language) -> &[u32] {
        let known = self.stems_of.entry(language).or_default();
        if !known.contains_key(word) {
            let mut places: Vec<u32> = Vec::new();
            for stem in stems(word, language) {
                let next = self.postings.len() as u32;
                let place = *self.stem_of.entry(stem).or_insert(next);
                if place == next {
                    self.postings.push(Postings::default());
                }
                places.push(place);
            }
            known.insert(word.to_owned(), places.into());
        }
        known.get(word).map_or(&[], |places| places)
    }

    /// The passages in which any of the words occurs, in any inflection, best first.
    fn search(&self, terms: &[String], filter: &DocumentFilter, depth: usize) -> Vec<PassageId> {
        let there = self.rows.len() - self.gone;
        if there == 0 {
            return Vec::new();
        }
        // By the alphabet, so that sums are the same to the last bit.
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for language in self.stems_of.keys() {
            wanted.extend(terms.iter().flat_map(|term| stems(term, *language)));
        }
        let (include, exclude): (HashSet<_>, HashSet<_>) =
            (filter.include.iter().collect(), filter.exclude.iter().collect());
        let admits = |id: &DocumentId| (include.is_empty() || include.contains(id)) && !exclude.contains(id);
        let admitted: Vec<bool> = self.documents.iter().map(|document| admits(&document.edition.id)).collect();
        let is_wanted = |row: u32| {
            let row = &self.rows[row as usize];
            !row.is_gone && admitted[row.document as usize]
        };
        let scores = self.scores(&wanted, there);
        let better = |left: &(f32, u32), right: &(f32, u32)| {
            let passage = |row: u32| self.rows[row as usize].passage;
            right.0.total_cmp(&left.0).then_with(|| passage(left.1).cmp(&passage(right.1)))
        };
        // Of a hundred thousand rows most are below the best so far, and cost one comparison.
        let most = depth.saturating_mul(2).max(1);
        let mut best: Vec<(f32, u32)> = Vec::with_capacity(most);
        let mut least = f32::MIN_POSITIVE;
        for (row, score) in (0_u32..).zip(scores) {
            if score >= least && is_wanted(row) {
                best.push((score, row));
                if best.len() == most && depth > 0 {
                    best.select_nth_unstable_by(depth - 1, better);
                    best.truncate(depth);
                    least = best[depth - 1].0;
                }
            }
        }
        best.sort_unstable_by(better);
        best.truncate(depth);
        best.into_iter().map(|(_, row)| self.rows[row as usize].passage).collect()
    }

    /// BM25 of every row; rows that hold none of the stems have zero.
    fn scores(&self, wanted: &BTreeSet<String>, there: usize) -> Vec<f32> {
        let mean = self.words as f32 / there as f32;
        let share = |&length: &u32| SATURATION * (1.0 - LENGTH_SHARE + LENGTH_SHARE * (length as f32 / mean));
        let shares: Vec<f32> = self.lengths.iter().map(share).collect();
        let mut scores = vec![0.0_f32; self.rows.len()];
        for place in wanted.iter().filter_map(|stem| self.stem_of.get(stem)) {
            let Postings { rows, counts } = &self.postings[*place as usize];
            let gone =
                if self.gone == 0 { 0 } else { rows.iter().filter(|&&row| self.rows[row as usize].is_gone).count() };
            let (all, holding) = (there as f32, (rows.len() - gone) as f32);
            let idf = ((all - holding + 0.5) / (holding + 0.5)).max(f32::MIN_POSITIVE).ln().max(LEAST_IDF);
            let weight = idf * (SATURATION + 1.0);
            for (&row, &count) in rows.iter().zip(counts) {
                let count = f32::from(count);
                scores[row as usize] += weight * count / (count + shares[row as usize]);
            }
        }
        scores
    }
}

/// The words of a library, shared by its searches.
pub(super) struct Words {
    index: Mutex<WordIndex>,
    is_loading: AtomicBool,
    /// Writes at which the library was last found to be left to FTS5.
    is_small_at: AtomicU64,
}

impl Default for Words {
    fn default() -> Self {
        Self { index: Mutex::default(), is_loading: AtomicBool::default(), is_small_at: AtomicU64::new(u64::MAX) }
    }
}

/// What became of a question.
pub(super) enum Asked {
    /// For each list of words the passages, best first.
    Answered(Vec<Vec<PassageId>>),
    /// There is more to read than a search waits for.
    NotLoaded,
    /// FTS5 is to answer, now and later.
    NotWanted,
}

impl Words {
    /// `writes` are those of the store before the read began.
    pub(super) fn search(
        &self,
        writes: u64,
        brand: BrandReader<'_>,
        terms: &[Vec<String>],
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Asked, StoreError> {
        if self.is_small_at.load(Ordering::Relaxed) == writes {
            return Ok(Asked::NotWanted);
        }
        let mut index = match self.index.try_lock() {
            Ok(index) => index,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(Asked::NotLoaded),
        };
        if index.up_to_date_at != Some(writes) {
            if brand.passages().extent()?.0 <= MOST_RANKED {
                self.is_small_at.store(writes, Ordering::Relaxed);
                return Ok(Asked::NotWanted);
            }
            if index.is_too_large() {
                return Ok(Asked::NotWanted);
            }
            if !index.read_some(brand, DOCUMENTS_BEFORE_SEARCH)? {
                return Ok(Asked::NotLoaded);
            }
            index.up_to_date_at = Some(writes);
        }
        if index.is_too_large() {
            return Ok(Asked::NotWanted);
        }
        Ok(Asked::Answered(terms.iter().map(|terms| index.search(terms, filter, depth)).collect()))
    }

    /// Reads a slice. True when there is no more to read.
    fn read_slice(&self, brand: BrandReader<'_>) -> Result<bool, StoreError> {
        if brand.passages().extent()?.0 <= MOST_RANKED {
            return Ok(true);
        }
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if index.is_too_large() {
            return Ok(true);
        }
        index.read_some(brand, DOCUMENTS_A_SLICE)
    }
}

impl Retriever {
    /// Brings the words of a large library into memory, unless they are there; returns when that is done.
    pub async fn load(&self) -> Result<(), RetrieveError> {
        loop {
            let words = std::sync::Arc::clone(&self.words);
            if self.store.read(move |brand| words.read_slice(*brand)).await? {
                return Ok(());
            }
        }
    }

    /// The same in the background, once at a time.
    pub(super) fn start_loading(&self) {
        if self.words.is_loading.swap(true, Ordering::AcqRel) {
            return;
        }
        let loading = self.clone();
        tokio::spawn(async move {
            if let Err(error) = loading.load().await {
                tracing::warn!(%error, "the words of the library could not be read into memory; searches go on without");
            }
            loading.words.is_loading.store(false, Ordering::Release);
        });
    }
}

#[cfg(test)]
mod tests;
