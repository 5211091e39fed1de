//! Finding passages: by meaning and by words, fused, thinned, joined, with the reasons.
//!
//! Invariants
//! - It answers without the vector index and without an embedder; what is missing shows in [`Hit::why`].
//! - The same library and queries give the same hits in the same order. In a library of more than
//!   [`terms::MOST_RANKED`] passages that holds once its words are in memory ([`Retriever::load`]); until then a search
//!   looks only for the words that tell most apart.
//! - Relevance has an absolute part: the best hit of a library that says nothing about the topic stays weak, and
//!   [`Found::strength`] says so.
//! - A hit's blocks are clipped to its text, and its text is verbatim the document's text at its offsets.

mod assemble;
mod candidates;
mod expand;
mod fusion;
mod join;
mod rerank;
mod strength;
mod terms;
mod thin;
mod words;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use quillhouse_domain::{Block, Coded, DocumentId, ErrorCode, PassageId};
use quillhouse_llm::Embedder;
use quillhouse_store::{BrandStore, FoundPassage, StoreError};

use self::{
    candidates::Frequencies,
    expand::{FEEDBACK_PASSAGES, FEEDBACK_WEIGHT},
    fusion::{Fused, Ranking, Source, fuse},
    terms::{QueryTerms, Stems, search_terms},
    thin::{Bounds, Candidate, cosine, likeness, thin},
    words::Words,
};
pub use self::{
    expand::{Query, of_brief},
    fusion::Why,
    rerank::Reranker,
    strength::{Nearness, Strength},
    terms::Mark,
};
pub use crate::index::DocumentFilter;
use crate::index::Index;
pub use quillhouse_store::DocumentChoice;

/// Candidates a ranking gives for each hit that is wanted, so that thinning has something to choose from.
const CANDIDATES_PER_HIT: usize = 4;
/// Of these, read before it is known whether more are needed.
const READ_FIRST_PER_HIT: usize = 2;
/// And at least so many.
const FEWEST_CANDIDATES: usize = 50;
/// Passages from which on two connections read half of them each: every one is at a place of its own on the disk.
const FEWEST_READ_APART: usize = 16;
/// Meaning of the feedback passages below which they say nothing about the question, so that feedback would only lead
/// farther away from it. No question that Cranfield's abstracts or a style guide do not answer reached it.
const FEEDBACK_COSINE: f32 = 0.3;

/// How many hits, how many of one document, and what comes with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own, named where it is made")]
pub struct SearchOptions {
    /// Hits at most.
    pub limit: usize,
    /// Passages of one document at most.
    pub per_document_cap: usize,
    /// Tokens of all hits together at most.
    pub budget_tokens: Option<u32>,
    /// Whether words are added that the best passages share.
    pub expand: bool,
    /// Whether neighbouring passages of a document become one hit.
    pub join: bool,
    /// Whether hits bring their blocks, for which whole documents are read.
    pub blocks: bool,
    /// Whether hits bring the sentences beside them.
    pub around: bool,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            limit: 20,
            per_document_cap: 5,
            budget_tokens: None,
            expand: false,
            join: true,
            blocks: true,
            around: false,
        }
    }
}

/// What is searched for, and where.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchRequest {
    /// Each is searched by itself; the results are fused.
    pub queries: Vec<Query>,
    /// Documents in or out.
    pub documents: DocumentFilter,
    /// What documents have to be.
    pub choice: DocumentChoice,
    /// How many, and what comes with them.
    pub options: SearchOptions,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// What the library has to say about it: that of the best hit.
    pub strength: Strength,
}

/// A passage that was found, or several that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The passage; of several the best.
    pub passage: PassageId,
    /// All of them, in their order.
    pub passages: Vec<PassageId>,
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
    /// Headings above all of it, outermost first.
    pub heading_path: Vec<String>,
    /// Its text, verbatim.
    pub text: String,
    /// The sentence before it; empty when there is none or none was asked for.
    pub before: String,
    /// The sentence after it, likewise.
    pub after: String,
    /// Its structure: the document's blocks, clipped to the hit; offsets are the document's.
    pub blocks: Vec<Block>,
    /// Its length in the embedder's tokens.
    pub token_count: u32,
    /// Strength as evidence, 0 to 1; comparable between searches.
    pub relevance: f32,
    /// Best cosine of its vector with a query's, on the scale of the shipped embedder; `None` without vectors.
    pub best_cosine: Option<f32>,
    /// Words of the queries that it holds, in any inflection, as they stand in the queries.
    pub matched_terms: Vec<String>,
    /// Where they stand in `text`, in characters.
    pub marks: Vec<Mark>,
    /// How it was found.
    pub why: Why,
    /// How near its meaning is, when that is why it is here.
    pub nearness: Option<Nearness>,
    /// Why it is here, in a sentence.
    pub reason: String,
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
    reranker: Option<Arc<dyn Reranker>>,
    frequencies: Arc<Mutex<Frequencies>>,
    stems: Arc<Mutex<Stems>>,
    words: Arc<Words>,
}

/// A query on its way.
struct Asked {
    text: String,
    weight: f32,
    /// Of length one; empty when there is no embedder.
    vector: Vec<f32>,
}

impl Retriever {
    /// Searches with what there is: without an index the vectors in SQLite are compared one by one, without an embedder
    /// only words count.
    pub fn new(store: Arc<BrandStore>, index: Option<Arc<Index>>, embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self {
            store,
            index,
            embedder,
            reranker: None,
            frequencies: Arc::default(),
            stems: Arc::default(),
            words: Arc::default(),
        }
    }

    /// The same, and the best candidates are read together with the query before they are put in order.
    #[must_use]
    pub fn reranked_by(self, reranker: Option<Arc<dyn Reranker>>) -> Self {
        Self { reranker, ..self }
    }

    /// True when candidates are read together with the query.
    pub fn is_reranked(&self) -> bool {
        self.reranker.is_some()
    }

    /// The passages that answer any of the queries, best first. Empty queries find nothing.
    pub async fn search(
        &self,
        queries: &[String],
        documents: &DocumentFilter,
        options: SearchOptions,
    ) -> Result<Vec<Hit>, RetrieveError> {
        let queries = queries.iter().map(Query::asked).collect();
        let request = SearchRequest { queries, documents: documents.clone(), options, ..SearchRequest::default() };
        Ok(self.find(&request).await?.hits)
    }

    /// What the library says about the queries. Empty queries find nothing.
    pub async fn find(&self, request: &SearchRequest) -> Result<Found, RetrieveError> {
        let nothing = Found { hits: Vec::new(), strength: Strength::None };
        let options = request.options;
        let queries = distinct(&request.queries);
        if queries.is_empty() || options.limit == 0 || options.per_document_cap == 0 {
            return Ok(nothing);
        }
        let Some(filter) = self.filter(request).await? else { return Ok(nothing) };
        let depth = (options.limit * CANDIDATES_PER_HIT).max(FEWEST_CANDIDATES);
        let asked = self.embedded(queries).await;
        // Words are looked for on a thread of their own meanwhile.
        let (words, meaning) =
            tokio::try_join!(self.by_words(&asked, &filter, depth), self.by_meaning(&asked, &filter, depth))?;
        let mut rankings = meaning;
        rankings.extend(words);
        let feedback = self.by_likeness(&asked, &rankings, &filter, options, depth).await?;
        let mut fused = fuse(rankings.iter().flatten().chain(&feedback));
        // Thinning drops some; what stands lower than this could not move up far enough to matter.
        fused.truncate(depth);
        let mut found;
        let mut read = fused.len();
        if let Some(reranker) = &self.reranker {
            found = self.passages(&fused).await?;
            rerank::rerank(reranker.as_ref(), &asked[0].text, &mut fused, &mut found).await;
        } else {
            // The rest is read only when thinning drops so many that it is needed.
            read = read.min(options.limit * READ_FIRST_PER_HIT);
            found = self.passages(&fused[..read]).await?;
        }
        let mut kept = self.kept(&found, options);
        if read < fused.len() && kept.len() < options.limit {
            found.extend(self.passages(&fused[read..]).await?);
            kept = self.kept(&found, options);
        }
        let filtered = !request.documents.include.is_empty() || !request.choice.is_everything();
        self.hits(&asked, &fused, kept.into_iter().map(|position| &found[position]), options, filtered).await
    }

    /// The documents that are searched; `None` when there is none.
    async fn filter(&self, request: &SearchRequest) -> Result<Option<DocumentFilter>, RetrieveError> {
        if request.choice.is_everything() {
            return Ok(Some(request.documents.clone()));
        }
        let choice = request.choice.clone();
        let mut include = self.store.read(move |brand| brand.passages().documents_of(&choice)).await?;
        if !request.documents.include.is_empty() {
            let wanted: HashSet<DocumentId> = request.documents.include.iter().copied().collect();
            include.retain(|document| wanted.contains(document));
        }
        let exclude = request.documents.exclude.clone();
        Ok((!include.is_empty()).then_some(DocumentFilter { include, exclude }))
    }

    /// The queries with their vectors; without when there is no embedder or it fails, and then words decide.
    async fn embedded(&self, queries: Vec<Query>) -> Vec<Asked> {
        let mut vectors = Vec::new();
        if let Some(embedder) = &self.embedder {
            let texts = queries.iter().map(|query| query.text.clone()).collect();
            vectors = embedder.embed_queries(texts).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "searching by words only");
                Vec::new()
            });
        }
        let mut vectors = vectors.into_iter();
        queries
            .into_iter()
            .map(|Query { text, weight }| Asked { text, weight, vector: vectors.next().unwrap_or_default() })
            .collect()
    }

    /// One ranking for each query that has a vector; the outer list is that of the queries.
    async fn by_meaning(
        &self,
        asked: &[Asked],
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<Vec<Ranking>>, RetrieveError> {
        let vectors: Vec<Vec<f32>> = asked.iter().map(|asked| asked.vector.clone()).collect();
        let nearest = self.nearest(vectors, filter, depth).await?;
        Ok(asked
            .iter()
            .zip(nearest)
            .map(|(asked, passages)| vec![Ranking { source: Source::Vector, weight: asked.weight, passages }])
            .collect())
    }

    /// The same by words.
    async fn by_words(
        &self,
        asked: &[Asked],
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<Vec<Ranking>>, RetrieveError> {
        let terms: Vec<Vec<String>> = asked.iter().map(|asked| search_terms(&asked.text)).collect();
        let holding = self.holding(terms, filter, depth).await?;
        Ok(asked
            .iter()
            .zip(holding)
            .map(|(asked, passages)| vec![Ranking { source: Source::Text, weight: asked.weight, passages }])
            .collect())
    }

    /// Rankings by what the best passages of each query have in common.
    async fn by_likeness(
        &self,
        asked: &[Asked],
        rankings: &[Vec<Ranking>],
        filter: &DocumentFilter,
        options: SearchOptions,
        depth: usize,
    ) -> Result<Vec<Ranking>, RetrieveError> {
        let mut best: Vec<Vec<Fused>> = Vec::new();
        for query in 0..asked.len() {
            let own = rankings.iter().skip(query).step_by(asked.len()).flatten();
            let mut fused = fuse(own);
            fused.truncate(FEEDBACK_PASSAGES);
            best.push(fused);
        }
        let passages = self.passages(&best.concat()).await?;
        let by_id: HashMap<PassageId, &FoundPassage> = passages.iter().map(|found| (found.passage.id, found)).collect();
        let (mut vectors, mut weights, mut words) = (Vec::new(), Vec::new(), Vec::new());
        for (asked, best) in asked.iter().zip(&best) {
            let relevant: Vec<&FoundPassage> = best
                .iter()
                .filter_map(|fused| by_id.get(&fused.passage).copied())
                .filter(|found| self.likeness(&asked.vector, self.vector_of(found)) >= FEEDBACK_COSINE)
                .collect();
            let Some(vector) = expand::towards(&asked.vector, relevant.iter().map(|found| self.vector_of(found)))
            else {
                continue;
            };
            vectors.push(vector);
            weights.push(asked.weight * FEEDBACK_WEIGHT);
            if options.expand {
                words.push((search_terms(&asked.text), relevant));
            }
        }
        let mut all: Vec<Vec<PassageId>> = self.nearest(vectors, filter, depth).await?;
        let mut all_weights = weights.clone();
        if !words.is_empty() {
            let terms = self.with_promising(words).await?;
            all.extend(self.holding(terms, filter, depth).await?);
            all_weights.extend(weights);
        }
        Ok(all
            .into_iter()
            .zip(all_weights)
            .map(|(passages, weight)| Ranking { source: Source::Likeness, weight, passages })
            .collect())
    }

    /// The words of each query with those that its best passages share.
    async fn with_promising(
        &self,
        queries: Vec<(Vec<String>, Vec<&FoundPassage>)>,
    ) -> Result<Vec<Vec<String>>, RetrieveError> {
        let mut expanded = Vec::with_capacity(queries.len());
        for (mut terms, relevant) in queries {
            let documents = relevant.iter().map(|found| found.passage.document_id).collect();
            let languages = self.languages(documents).await?;
            let texts: Vec<_> = relevant
                .iter()
                .map(|found| (found.passage.text.as_str(), languages.of(found.passage.document_id)))
                .collect();
            let promising = expand::promising(&terms, &texts);
            let words: Vec<String> = promising.iter().map(|(word, _)| word.clone()).collect();
            let (frequencies, passages) = self.frequencies(vec![words]).await?;
            let of_words = frequencies.into_iter().next().unwrap_or_default();
            terms.extend(expand::chosen(promising, &of_words, passages));
            expanded.push(terms);
        }
        Ok(expanded)
    }

    async fn passages(&self, fused: &[Fused]) -> Result<Vec<FoundPassage>, RetrieveError> {
        let mut ids: Vec<PassageId> = Vec::with_capacity(fused.len());
        let mut seen = HashSet::new();
        ids.extend(fused.iter().map(|entry| entry.passage).filter(|passage| seen.insert(*passage)));
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        if ids.len() < FEWEST_READ_APART {
            return Ok(self.store.read(move |brand| brand.passages().by_ids(&ids)).await?);
        }
        let rest = ids.split_off(ids.len() / 2);
        let (mut passages, rest) = tokio::try_join!(
            self.store.read(move |brand| brand.passages().by_ids(&ids)),
            self.store.read(move |brand| brand.passages().by_ids(&rest)),
        )?;
        passages.extend(rest);
        Ok(passages)
    }

    /// The vector of a passage when it is of this embedder; empty otherwise.
    fn vector_of<'a>(&self, found: &'a FoundPassage) -> &'a [f32] {
        let embedder = self.embedder.as_ref().map(|embedder| embedder.id());
        let of_this = embedder.is_some() && found.passage.embedder.as_deref() == embedder;
        found.passage.vector.as_deref().filter(|_| of_this).unwrap_or_default()
    }

    fn unrelated_cosine(&self) -> f32 {
        self.embedder.as_ref().map_or(0.0, |embedder| embedder.unrelated_cosine())
    }

    /// How much alike two texts are, whichever embedder says so.
    fn likeness(&self, left: &[f32], right: &[f32]) -> f32 {
        if left.is_empty() || left.len() != right.len() {
            return 0.0;
        }
        likeness(cosine(left, right), self.unrelated_cosine())
    }

    /// Positions of the passages that thinning keeps.
    fn kept(&self, found: &[FoundPassage], options: SearchOptions) -> Vec<usize> {
        let candidates: Vec<Candidate<'_>> = found
            .iter()
            .map(|found| Candidate {
                document: found.passage.document_id,
                text: &found.passage.text,
                vector: self.vector_of(found),
                tokens: found.passage.token_count,
            })
            .collect();
        let bounds = Bounds {
            limit: options.limit,
            per_document: options.per_document_cap,
            tokens: options.budget_tokens,
            unrelated_cosine: self.unrelated_cosine(),
        };
        thin(&candidates, bounds)
    }

    async fn hits(
        &self,
        asked: &[Asked],
        fused: &[Fused],
        kept: impl Iterator<Item = &FoundPassage>,
        options: SearchOptions,
        filtered: bool,
    ) -> Result<Found, RetrieveError> {
        let places: HashMap<PassageId, &Fused> = fused.iter().map(|entry| (entry.passage, entry)).collect();
        let best_score = fused.iter().map(|entry| entry.score).fold(0.0, f32::max);
        let terms: Vec<QueryTerms> = asked.iter().map(|asked| QueryTerms::of(&asked.text)).collect();
        let mut parts: Vec<assemble::Part<'_>> = Vec::with_capacity(options.limit);
        for found in kept {
            let Some(place) = places.get(&found.passage.id) else { continue };
            let vector = self.vector_of(found);
            let best_cosine = asked
                .iter()
                .filter(|asked| !vector.is_empty() && asked.vector.len() == vector.len())
                .map(|asked| self.likeness(&asked.vector, vector))
                .reduce(f32::max);
            parts.push(assemble::Part { found, place, best_cosine, best_score });
        }
        let hits = self.assembled(&terms, parts, options, filtered).await?;
        let best = hits.iter().map(|hit| hit.relevance).fold(0.0, f32::max);
        Ok(Found { strength: if hits.is_empty() { Strength::None } else { Strength::of(best) }, hits })
    }
}

/// Queries without white space around them, without empty ones and repetitions; of two the same the greater weight counts.
fn distinct(queries: &[Query]) -> Vec<Query> {
    let mut kept: Vec<Query> = Vec::new();
    for query in queries {
        let text = query.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match kept.iter_mut().find(|known| known.text == text) {
            Some(known) => known.weight = known.weight.max(query.weight),
            None if text.is_empty() => {}
            None => kept.push(Query { text, weight: query.weight }),
        }
    }
    kept
}
