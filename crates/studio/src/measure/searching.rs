//! How quickly a library of a given size is searched, and how exactly.
//!
//! The passages are made from those of a brand that is there, the same every time. A passage's text is sentences of
//! several of them in another order; its vector lies somewhere between those of two of them, a third of its length aside
//! in a direction of its own. So words are as frequent as in real text and near passages as near as real ones.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures::stream;
use quillhouse_domain::{BrandId, DocumentFormat, DocumentId, DocumentState, PassageId};
use quillhouse_knowledge::{
    index::{Index, IndexRow},
    retrieve::{DocumentFilter, Query, Retriever, SearchOptions, SearchRequest},
};
use quillhouse_llm::{EmbedError, Embedder};
use quillhouse_store::{BrandRow, BrandStore, DocumentFinish, DocumentRow, PassageRow};
use uuid::Uuid;

use crate::{CommandError, Studio};

/// Passages of a document that is made: those of a paper of ten pages.
const PASSAGES_PER_DOCUMENT: usize = 20;
/// Documents written in one transaction.
const DOCUMENTS_AT_ONCE: usize = 100;
/// Characters of a passage that is made, at least; about 180 tokens.
const PASSAGE_CHARACTERS: usize = 800;
/// Length of what a vector has of its own, beside the length one of what it has from others.
const OWN_DIRECTION: f32 = 0.3;
/// Hits looked at for recall.
const PLACES: usize = 10;
/// Hits of a search as the library's search field asks for them.
const HITS: usize = 20;
/// Queries asked of the table on disk, which is slow and only there to compare.
const DISK_QUERIES: usize = 20;
const MADE_AT: &str = "2026-01-01T00:00:00Z";

/// Times of one kind of search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// Half of the searches take no longer, in milliseconds.
    pub p50_ms: f64,
    /// Nor do 99 of 100 take longer than this.
    pub p99_ms: f64,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: f64| {
            let place = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
            times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
        };
        Self { p50_ms: at(0.5), p99_ms: at(0.99) }
    }
}

/// What searching a library of one size takes, without embedding the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Searching {
    /// Passages there are.
    pub passages: usize,
    /// Searches timed.
    pub queries: usize,
    /// The ten nearest by the index.
    pub vectors: Times,
    /// The same by the table on disk.
    pub vectors_on_disk: Times,
    /// Share of the exactly ten nearest that the index finds.
    pub recall_10: f64,
    /// Twenty hits by meaning and words, with marks and reasons.
    pub hybrid: Times,
    /// Bringing the vectors and, in a large library, the words into memory, once, in milliseconds.
    pub load_ms: f64,
}

/// Gives vectors that were made before.
struct Known(HashMap<String, Vec<f32>>, String, usize);

#[async_trait]
impl Embedder for Known {
    fn id(&self) -> &str {
        &self.1
    }

    fn dimensions(&self) -> usize {
        self.2
    }

    fn max_tokens(&self) -> usize {
        256
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        texts
            .iter()
            .map(|text| {
                let vector = self.0.get(text).cloned();
                vector.ok_or_else(|| EmbedError::Failed { reason: "this query was not embedded before".to_owned() })
            })
            .collect()
    }
}

/// Numbers without a pattern, the same every time (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit.max(1)
    }

    /// Zero to one.
    fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }
}

fn normalised(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt().max(f32::EPSILON);
    for number in &mut vector {
        *number /= length;
    }
    vector
}

/// What passages are made from.
struct Source {
    sentences: Vec<String>,
    vectors: Vec<Vec<f32>>,
}

impl Source {
    fn vector(&self, numbers: &mut Numbers) -> Vec<f32> {
        let left = &self.vectors[numbers.below(self.vectors.len())];
        let right = &self.vectors[numbers.below(self.vectors.len())];
        let share = numbers.share();
        let between = normalised(left.iter().zip(right).map(|(a, b)| share * a + (1.0 - share) * b).collect());
        let own = normalised(between.iter().map(|_| numbers.share() - 0.5).collect());
        normalised(between.iter().zip(own).map(|(number, own)| number + OWN_DIRECTION * own).collect())
    }

    fn text(&self, numbers: &mut Numbers) -> String {
        let mut text = String::new();
        while text.len() < PASSAGE_CHARACTERS {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&self.sentences[numbers.below(self.sentences.len())]);
        }
        text
    }

    fn document(&self, number: usize, passages: usize, embedder: &str, numbers: &mut Numbers) -> Made {
        let id = DocumentId::from_uuid(numbers.id());
        let (mut text, mut rows) = (String::new(), Vec::with_capacity(passages));
        let mut at = 0;
        for ordinal in 0..passages {
            if ordinal > 0 {
                text.push_str("\n\n");
                at += 2;
            }
            let own = self.text(numbers);
            let length = own.chars().count() as u32;
            text.push_str(&own);
            rows.push(PassageRow {
                id: PassageId::from_uuid(numbers.id()),
                document_id: id,
                ordinal: ordinal as u32,
                page: ordinal as u32 / 2 + 1,
                start_character: at,
                end_character: at + length,
                heading_path: vec![format!("Part {}", ordinal / 4 + 1)],
                text: own,
                token_count: length / 4,
                embedder: Some(embedder.to_owned()),
                vector: Some(self.vector(numbers)),
            });
            at += length;
        }
        let row = DocumentRow {
            id,
            content_hash: format!("{number:064x}"),
            name: format!("made-{number}.txt"),
            source_path: None,
            file_name: format!("{number}"),
            format: DocumentFormat::Text,
            byte_count: text.len() as u64,
            state: DocumentState::Queued,
            title: None,
            language: Some("en".to_owned()),
            page_count: 0,
            passage_count: 0,
            character_count: 0,
            problems: Vec::new(),
            attempt: 1,
            added_at: MADE_AT.to_owned(),
            changed_at: MADE_AT.to_owned(),
            tags: Vec::new(),
            dated: None,
            source_url: None,
            source_modified_ns: None,
            source_missing: false,
        };
        let finish = DocumentFinish {
            id,
            title: None,
            language: row.language.clone(),
            state: DocumentState::Ready,
            problems: Vec::new(),
            text,
            pages: Vec::new(),
            blocks: Vec::new(),
            passages: rows,
            changed_at: MADE_AT.to_owned(),
        };
        (row, finish)
    }
}

type Made = (DocumentRow, DocumentFinish);

impl Studio {
    /// Makes a brand with so many passages out of the passages of another, and searches it.
    pub async fn searching(&self, brand: &str, queries: &[String], passages: usize) -> Result<Searching, CommandError> {
        // As the retriever writes them, so that their vectors are known to it.
        let queries: Vec<String> =
            queries.iter().map(|query| query.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let (_, from) = self.brand(brand).await?;
        let embedder = self.embedder().await?;
        let (id, dimensions) = (embedder.id().to_owned(), embedder.dimensions());
        let source = source(&from, &id).await?;
        if source.vectors.is_empty() || source.sentences.is_empty() || queries.is_empty() {
            return Err(CommandError::invalid_input("There is nothing to make passages from, or nothing to ask"));
        }
        let row = BrandRow {
            id: BrandId::from_uuid(self.host().new_id()),
            name: format!("{passages} passages"),
            color: 0,
            created_at: self.host().now(),
            local_only: false,
        };
        let store = self.data().create_brand(row.clone()).await?;
        let rows = fill(&store, &source, &id, passages).await?;
        let index = Arc::new(Index::open_or_create(&self.data().index_folder(row.id), &id, dimensions).await?);
        index
            .rebuild(stream::iter(rows.chunks(4_096).map(|rows| Ok::<_, std::convert::Infallible>(rows.to_vec()))))
            .await?;

        let vectors = embedder.embed(queries.clone()).await?;
        let everything = DocumentFilter::default();
        let mut on_disk = Vec::new();
        for vector in vectors.iter().take(DISK_QUERIES) {
            let began = Instant::now();
            index.search_on_disk(vector, PLACES, &everything).await?;
            on_disk.push(began.elapsed());
        }
        let began = Instant::now();
        index.load().await?;
        let load_ms = began.elapsed().as_secs_f64() * 1_000.0;
        let (mut times, mut answers) = (Vec::new(), Vec::new());
        for vector in &vectors {
            let began = Instant::now();
            let hits = index.search(vector, PLACES, &everything).await?;
            times.push(began.elapsed());
            answers.push(hits);
        }
        // Comparing every vector in full would empty the processor's caches between two searches.
        let mut found = 0;
        for (vector, hits) in vectors.iter().zip(answers) {
            let exact = exactly(&rows, vector);
            found += hits.iter().filter(|(passage, _)| exact.contains(passage)).count();
        }
        let wanted = queries.len() * PLACES.min(rows.len());
        drop(rows);
        let known = Known(queries.iter().cloned().zip(vectors).collect(), id, dimensions);
        let retriever = Retriever::new(store, Some(index), Some(Arc::new(known)));
        let began = Instant::now();
        retriever.load().await?;
        let words_load_ms = began.elapsed().as_secs_f64() * 1_000.0;
        let mut hybrid = Vec::new();
        for query in &queries {
            let options = SearchOptions { limit: HITS, blocks: false, around: true, ..SearchOptions::default() };
            let request = SearchRequest { queries: vec![Query::asked(query)], options, ..SearchRequest::default() };
            let began = Instant::now();
            retriever.find(&request).await?;
            hybrid.push(began.elapsed());
        }
        Ok(Searching {
            passages,
            queries: queries.len(),
            vectors: Times::of(times),
            vectors_on_disk: Times::of(on_disk),
            recall_10: found as f64 / wanted.max(1) as f64,
            hybrid: Times::of(hybrid),
            load_ms: load_ms + words_load_ms,
        })
    }
}

async fn source(store: &BrandStore, embedder: &str) -> Result<Source, CommandError> {
    let embedder = embedder.to_owned();
    Ok(store
        .read(move |brand| {
            let mut source = Source { sentences: Vec::new(), vectors: Vec::new() };
            let mut from = Some(0);
            while let Some(start) = from {
                let batch = brand.passages().batch(start, 1_024)?;
                from = batch.next;
                for passage in batch.passages {
                    let sentences = passage.text.split_inclusive(". ").map(|sentence| sentence.trim().to_owned());
                    source.sentences.extend(sentences.filter(|sentence| sentence.len() > 20));
                    if passage.embedder.as_deref() == Some(&embedder) {
                        source.vectors.extend(passage.vector);
                    }
                }
            }
            Ok(source)
        })
        .await?)
}

async fn fill(
    store: &BrandStore,
    source: &Source,
    embedder: &str,
    passages: usize,
) -> Result<Vec<IndexRow>, CommandError> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut rows: Vec<IndexRow> = Vec::with_capacity(passages);
    let mut number = 0;
    while rows.len() < passages {
        let mut documents: Vec<Made> = Vec::new();
        while documents.len() < DOCUMENTS_AT_ONCE && rows.len() < passages {
            number += 1;
            let many = PASSAGES_PER_DOCUMENT.min(passages - rows.len());
            let made = source.document(number, many, embedder, &mut numbers);
            rows.extend(made.1.passages.iter().map(|passage| IndexRow {
                passage: passage.id,
                document: passage.document_id,
                vector: passage.vector.clone().unwrap_or_default(),
            }));
            documents.push(made);
        }
        store
            .write(move |brand| {
                for (row, finish) in &documents {
                    brand.documents().insert(row)?;
                    brand.documents().finish(finish)?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(rows)
}

/// The passages that are nearest when every vector is compared in full.
fn exactly(rows: &[IndexRow], query: &[f32]) -> Vec<PassageId> {
    let mut near: Vec<(f32, PassageId)> =
        rows.iter().map(|row| (row.vector.iter().zip(query).map(|(a, b)| a * b).sum(), row.passage)).collect();
    near.sort_unstable_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    near.into_iter().take(PLACES).map(|(_, passage)| passage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_their_place() {
        let times = |count: u64| Times::of((1..=count).rev().map(Duration::from_millis).collect());
        for (count, p50_ms, p99_ms) in [(0, 0.0, 0.0), (1, 1.0, 1.0), (100, 50.0, 99.0), (200, 100.0, 198.0)] {
            assert_eq!(times(count), Times { p50_ms, p99_ms }, "{count} times");
        }
    }

    #[test]
    fn what_is_made_is_the_same_every_time_and_cited_right() {
        let source = Source {
            sentences: (0..9).map(|number| format!("Sentence {number} is — as ever — long enough.")).collect(),
            vectors: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
        };
        let make = || source.document(1, 3, "test", &mut Numbers(7));
        let (row, finish) = make();
        assert_eq!((&row, &finish), (&make().0, &make().1));
        for passage in &finish.passages {
            let (start, end) = (passage.start_character as usize, passage.end_character as usize);
            let slice: String = finish.text.chars().skip(start).take(end - start).collect();
            assert_eq!(slice, passage.text);
            let length: f32 = passage.vector.iter().flatten().map(|number| number * number).sum();
            assert!((length - 1.0).abs() < 1e-5, "a vector has length one");
        }
    }
}
