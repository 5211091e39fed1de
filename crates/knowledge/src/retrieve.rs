//! Finding passages: by meaning and by words, fused, thinned, with the reasons.
//!
//! Invariants
//! - It answers without the vector index and without an embedder; what is missing shows in [`Hit::why`].
//! - The same library and queries give the same hits in the same order.
//! - Relevance has an absolute part: the best hit of a library that says nothing about the topic stays weak.
//! - A hit's blocks are clipped to its passage and its text is verbatim the document's text at its offsets.

mod fusion;
mod terms;

use std::{collections::HashMap, sync::Arc};

use quillhouse_domain::{Block, Coded, DocumentId, ErrorCode, Language, PassageId};
use quillhouse_llm::Embedder;
use quillhouse_store::{BrandStore, FoundPassage, PassageRow, StoreError};

pub use self::fusion::Why;
use self::{
    fusion::{Candidate, Fused, Source, cosine, fuse, relevance, thin},
    terms::{QueryTerms, search_terms},
};
pub use crate::index::DocumentFilter;
use crate::index::Index;

/// Passages up to which every vector in SQLite is compared when the index cannot be used: 75 MB are read.
pub const BRUTE_FORCE_PASSAGES: u32 = 50_000;
/// Passages read at once for that.
const BRUTE_FORCE_BATCH: u32 = 2_048;
/// Candidates a ranking gives for each hit that is wanted, so that thinning has something to choose from.
const CANDIDATES_PER_HIT: usize = 4;
/// And at least so many.
const FEWEST_CANDIDATES: usize = 50;

/// How many hits, and how many of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchOptions {
    /// Hits at most.
    pub limit: usize,
    /// Hits from one document at most.
    pub per_document_cap: usize,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { limit: 20, per_document_cap: 5 }
    }
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// The document's name as the user knows it.
    pub document_name: String,
    /// Page of its first character, counted from 1.
    pub page: u32,
    /// First character in the document's text.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// Headings above it, outermost first.
    pub heading_path: Vec<String>,
    /// Its text, verbatim.
    pub text: String,
    /// Its structure: the document's blocks, clipped to the passage; offsets are the document's.
    pub blocks: Vec<Block>,
    /// Its length in the embedder's tokens.
    pub token_count: u32,
    /// Strength as evidence, 0 to 1; comparable between searches.
    pub relevance: f32,
    /// Best cosine of its vector with a query's; `None` without vectors.
    pub best_cosine: Option<f32>,
    /// Words of the queries that it holds, in any inflection, as they stand in the queries.
    pub matched_terms: Vec<String>,
    /// How it was found.
    pub why: Why,
}

/// Why nothing could be searched.
#[derive(Debug, thiserror::Error)]
pub enum RetrieveError {
    /// The library could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for RetrieveError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Store(error) => error.code(),
        }
    }
}

/// Searches one brand's library. Cloning shares everything.
#[derive(Clone)]
pub struct Retriever {
    store: Arc<BrandStore>,
    index: Option<Arc<Index>>,
    embedder: Option<Arc<dyn Embedder>>,
}

impl Retriever {
    /// Searches with what there is: without an index the vectors in SQLite are compared one by one, without an embedder
    /// only words count.
    pub fn new(store: Arc<BrandStore>, index: Option<Arc<Index>>, embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self { store, index, embedder }
    }

    /// The passages that answer any of the queries, best first. Empty queries find nothing.
    pub async fn search(
        &self,
        queries: &[String],
        filter: &DocumentFilter,
        options: SearchOptions,
    ) -> Result<Vec<Hit>, RetrieveError> {
        let queries = distinct(queries);
        if queries.is_empty() || options.limit == 0 || options.per_document_cap == 0 {
            return Ok(Vec::new());
        }
        let depth = (options.limit * CANDIDATES_PER_HIT).max(FEWEST_CANDIDATES);
        let vectors = self.embed(&queries).await;
        let mut rankings = self.by_meaning(&vectors, filter, depth).await?;
        rankings.extend(self.by_words(&queries, filter, depth).await?);
        let mut fused = fuse(&rankings);
        // Thinning drops some; what stands lower than this could not move up far enough to matter.
        fused.truncate(depth.saturating_mul(2));
        self.hits(&queries, &vectors, &fused, options).await
    }

    /// Vectors of the queries; none when there is no embedder or it fails, and then words decide.
    async fn embed(&self, queries: &[String]) -> Vec<Vec<f32>> {
        let Some(embedder) = &self.embedder else { return Vec::new() };
        embedder.embed(queries.to_vec()).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "searching by words only");
            Vec::new()
        })
    }

    async fn by_meaning(
        &self,
        vectors: &[Vec<f32>],
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<(Source, Vec<PassageId>)>, RetrieveError> {
        let mut rankings = Vec::new();
        if let Some(index) = &self.index {
            for vector in vectors {
                match index.search(vector, depth, filter).await {
                    Ok(hits) => rankings.push((Source::Vector, hits.into_iter().map(|(passage, _)| passage).collect())),
                    Err(error) => {
                        tracing::warn!(%error, "the index does not answer; the library's own vectors are compared");
                        return self.by_brute_force(vectors, filter, depth).await;
                    }
                }
            }
            return Ok(rankings);
        }
        self.by_brute_force(vectors, filter, depth).await
    }

    async fn by_brute_force(
        &self,
        vectors: &[Vec<f32>],
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<(Source, Vec<PassageId>)>, RetrieveError> {
        let Some(embedder) = &self.embedder else { return Ok(Vec::new()) };
        if vectors.is_empty() {
            return Ok(Vec::new());
        }
        let (vectors, filter, id) = (vectors.to_vec(), filter.clone(), embedder.id().to_owned());
        let rankings = self
            .store
            .read(move |brand| {
                if brand.passages().count()? > BRUTE_FORCE_PASSAGES {
                    return Ok(Vec::new());
                }
                let mut nearest: Vec<Vec<(f32, PassageId)>> = vec![Vec::new(); vectors.len()];
                let mut from = Some(0);
                while let Some(start) = from {
                    let batch = brand.passages().batch(start, BRUTE_FORCE_BATCH)?;
                    from = batch.next;
                    for passage in &batch.passages {
                        let Some(vector) = vector_of(passage, &id) else { continue };
                        if !filter.admits(passage.document_id) {
                            continue;
                        }
                        for (query, nearest) in vectors.iter().zip(&mut nearest) {
                            nearest.push((cosine(query, vector), passage.id));
                        }
                    }
                    for nearest in &mut nearest {
                        nearest.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
                        nearest.truncate(depth);
                    }
                }
                Ok(nearest)
            })
            .await?;
        Ok(rankings
            .into_iter()
            .map(|ranking| (Source::Vector, ranking.into_iter().map(|(_, passage)| passage).collect()))
            .collect())
    }

    async fn by_words(
        &self,
        queries: &[String],
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<(Source, Vec<PassageId>)>, RetrieveError> {
        let terms: Vec<Vec<String>> = queries.iter().map(|query| search_terms(query)).collect();
        let filter = filter.clone();
        let rankings = self
            .store
            .read(move |brand| {
                terms
                    .iter()
                    .map(|terms| brand.passages().search(terms, &filter.include, &filter.exclude, depth as u32))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        Ok(rankings
            .into_iter()
            .map(|ranking| (Source::Text, ranking.into_iter().map(|(passage, _)| passage).collect()))
            .collect())
    }

    async fn hits(
        &self,
        queries: &[String],
        vectors: &[Vec<f32>],
        fused: &[Fused],
        options: SearchOptions,
    ) -> Result<Vec<Hit>, RetrieveError> {
        let ids: Vec<PassageId> = fused.iter().map(|entry| entry.passage).collect();
        let found = self.store.read(move |brand| brand.passages().by_ids(&ids)).await?;
        let embedder = self.embedder.as_ref().map_or("", |embedder| embedder.id());
        let candidates: Vec<Candidate<'_>> = found
            .iter()
            .map(|found| Candidate {
                document: found.passage.document_id,
                text: &found.passage.text,
                vector: vector_of(&found.passage, embedder).unwrap_or_default(),
            })
            .collect();
        let kept = thin(&candidates, options.limit, options.per_document_cap);
        let mut documents: Vec<DocumentId> = kept.iter().map(|&position| candidates[position].document).collect();
        documents.sort_unstable();
        documents.dedup();
        let context = self.documents(documents).await?;

        let places: HashMap<PassageId, &Fused> = fused.iter().map(|entry| (entry.passage, entry)).collect();
        let best_score = fused.first().map_or(0.0, |entry| entry.score);
        let query_terms: Vec<QueryTerms> = queries.iter().map(|query| QueryTerms::of(query)).collect();
        let mut hits: Vec<Hit> = Vec::with_capacity(kept.len());
        for position in kept {
            let vector = candidates[position].vector;
            let best_cosine = (!vector.is_empty() && !vectors.is_empty())
                .then(|| vectors.iter().map(|query| cosine(query, vector)).fold(-1.0_f32, f32::max));
            let FoundPassage { passage, document_name } = &found[position];
            let Some(place) = places.get(&passage.id) else { continue };
            let (blocks, language) = context
                .get(&passage.document_id)
                .map_or((Vec::new(), Language::En), |document| (document.clipped(passage), document.language));
            let (matched_terms, word_share) = terms::matched(&query_terms, passage, language);
            hits.push(Hit {
                passage: passage.id,
                document: passage.document_id,
                document_name: document_name.clone(),
                page: passage.page,
                start: passage.start_character,
                end: passage.end_character,
                heading_path: passage.heading_path.clone(),
                text: passage.text.clone(),
                blocks,
                token_count: passage.token_count,
                relevance: relevance(best_cosine, word_share, place.score, best_score),
                best_cosine,
                matched_terms,
                why: place.why,
            });
        }
        Ok(hits)
    }

    async fn documents(&self, ids: Vec<DocumentId>) -> Result<HashMap<DocumentId, DocumentContext>, RetrieveError> {
        Ok(self
            .store
            .read(move |brand| {
                let mut context = HashMap::new();
                for id in ids {
                    let language = match brand.documents().get(id) {
                        Ok(document) => document.language,
                        // Removed since the passages were read.
                        Err(StoreError::NotFound { .. }) => continue,
                        Err(error) => return Err(error),
                    };
                    let language = language.and_then(|code| code.parse().ok()).unwrap_or(Language::En);
                    let blocks = brand.documents().text(id)?.map_or_else(Vec::new, |text| text.blocks);
                    context.insert(id, DocumentContext { blocks, language });
                }
                Ok(context)
            })
            .await?)
    }
}

struct DocumentContext {
    blocks: Vec<Block>,
    language: Language,
}

impl DocumentContext {
    fn clipped(&self, passage: &PassageRow) -> Vec<Block> {
        let (start, end) = (passage.start_character, passage.end_character);
        self.blocks
            .iter()
            .filter(|block| block.start < end && block.end > start)
            .map(|block| Block { start: block.start.max(start), end: block.end.min(end), ..block.clone() })
            .collect()
    }
}

/// The vector of a passage when it is of this embedder.
fn vector_of<'a>(passage: &'a PassageRow, embedder: &str) -> Option<&'a [f32]> {
    passage.vector.as_deref().filter(|_| passage.embedder.as_deref() == Some(embedder))
}

/// Queries without white space around them, without empty ones and repetitions.
fn distinct(queries: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for query in queries {
        let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
        if !query.is_empty() && !kept.contains(&query) {
            kept.push(query);
        }
    }
    kept
}
