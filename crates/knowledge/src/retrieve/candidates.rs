//! The nearest passages and those that hold words, from index or database.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use quillhouse_domain::PassageId;
use quillhouse_store::{BrandReader, StoreError, VectorRow};

use super::{
    DocumentFilter, RetrieveError, Retriever,
    terms::{MOST_RANKED, choose},
    thin::cosine,
    words::Asked,
};

/// Passages up to which every vector in SQLite is compared when the index cannot be used: 75 MB are read.
const BRUTE_FORCE_PASSAGES: u32 = 50_000;
/// Passages read at once for that.
const BRUTE_FORCE_BATCH: u32 = 2_048;
/// Words whose frequency is remembered.
const KNOWN_FREQUENCIES: usize = 8_192;

impl Retriever {
    /// For each vector the passages nearest to it; none for an empty vector.
    pub(super) async fn nearest(
        &self,
        vectors: Vec<Vec<f32>>,
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<Vec<PassageId>>, RetrieveError> {
        if vectors.iter().all(Vec::is_empty) {
            return Ok(vec![Vec::new(); vectors.len()]);
        }
        let Some(index) = &self.index else { return self.nearest_by_brute_force(vectors, filter, depth).await };
        let mut rankings = Vec::with_capacity(vectors.len());
        for vector in &vectors {
            if vector.is_empty() {
                rankings.push(Vec::new());
                continue;
            }
            match index.search(vector, depth, filter).await {
                Ok(hits) => rankings.push(hits.into_iter().map(|(passage, _)| passage).collect()),
                Err(error) => {
                    tracing::warn!(%error, "the index does not answer; the library's own vectors are compared");
                    return self.nearest_by_brute_force(vectors, filter, depth).await;
                }
            }
        }
        Ok(rankings)
    }

    async fn nearest_by_brute_force(
        &self,
        vectors: Vec<Vec<f32>>,
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<Vec<PassageId>>, RetrieveError> {
        let Some(embedder) = &self.embedder else { return Ok(vec![Vec::new(); vectors.len()]) };
        let (filter, embedder) = (filter.clone(), embedder.id().to_owned());
        let nearest = self
            .store
            .read(move |brand| {
                let mut nearest: Vec<Vec<(f32, PassageId)>> = vec![Vec::new(); vectors.len()];
                if brand.passages().count()? > BRUTE_FORCE_PASSAGES {
                    return Ok(nearest);
                }
                let mut from = Some(0);
                while let Some(start) = from {
                    let batch = brand.embeddings().batch(&embedder, start, BRUTE_FORCE_BATCH)?;
                    from = batch.next;
                    for VectorRow { passage, document, vector } in &batch.rows {
                        if !filter.admits(*document) {
                            continue;
                        }
                        for (query, nearest) in vectors.iter().zip(&mut nearest) {
                            if !query.is_empty() {
                                nearest.push((cosine(query, vector), *passage));
                            }
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
        Ok(nearest.into_iter().map(|near| near.into_iter().map(|(_, passage)| passage).collect()).collect())
    }

    /// For each list of words the passages that hold them, best first.
    pub(super) async fn holding(
        &self,
        terms: Vec<Vec<String>>,
        filter: &DocumentFilter,
        depth: usize,
    ) -> Result<Vec<Vec<PassageId>>, RetrieveError> {
        let (given, known, words) = (filter.clone(), Arc::clone(&self.frequencies), Arc::clone(&self.words));
        let writes = self.store.writes();
        let (rankings, is_loaded) = self
            .store
            .read(move |brand| match words.search(writes, *brand, &terms, &given, depth)? {
                Asked::Answered(rankings) => Ok((rankings, true)),
                Asked::NotLoaded => Ok((by_full_text(*brand, &known, &terms, &given, depth)?, false)),
                Asked::NotWanted => Ok((by_full_text(*brand, &known, &terms, &given, depth)?, true)),
            })
            .await?;
        if !is_loaded {
            self.start_loading();
        }
        Ok(rankings)
    }

    /// In how many passages each word occurs, counted up to [`MOST_RANKED`], and the most passages there can be.
    pub(super) async fn frequencies(&self, terms: Vec<Vec<String>>) -> Result<(Vec<Vec<u32>>, u32), RetrieveError> {
        let known = Arc::clone(&self.frequencies);
        Ok(self.store.read(move |brand| frequencies(*brand, &known, &terms)).await?)
    }
}

/// In how many passages words occur, as long as the library stays as it is.
#[derive(Default)]
pub(super) struct Frequencies {
    extent: (u32, u32),
    of: HashMap<String, u32>,
}

/// What SQLite's full-text index finds; in large libraries only by the words that tell most apart.
fn by_full_text(
    brand: BrandReader<'_>,
    known: &Mutex<Frequencies>,
    terms: &[Vec<String>],
    filter: &DocumentFilter,
    depth: usize,
) -> Result<Vec<Vec<PassageId>>, StoreError> {
    let (frequencies, passages) = frequencies(brand, known, terms)?;
    let mut rankings = Vec::with_capacity(terms.len());
    for (terms, frequencies) in terms.iter().zip(&frequencies) {
        let mut scores: Vec<(PassageId, f64)> = Vec::new();
        for (words, most) in choose(terms, frequencies, passages) {
            let found = brand.passages().search_words(&words, &filter.include, &filter.exclude, most, depth as u32)?;
            add(&mut scores, found);
        }
        rankings.push(scores.into_iter().take(depth).map(|(passage, _)| passage).collect());
    }
    Ok(rankings)
}

fn frequencies(
    brand: BrandReader<'_>,
    known: &Mutex<Frequencies>,
    terms: &[Vec<String>],
) -> Result<(Vec<Vec<u32>>, u32), StoreError> {
    let locked = || known.lock().unwrap_or_else(PoisonError::into_inner);
    let extent = brand.passages().extent()?;
    let mut unknown: Vec<String> = Vec::new();
    {
        let mut known = locked();
        if known.extent != extent || known.of.len() > KNOWN_FREQUENCIES {
            *known = Frequencies { extent, of: HashMap::new() };
        }
        unknown.extend(terms.iter().flatten().filter(|term| !known.of.contains_key(*term)).cloned());
    }
    unknown.sort_unstable();
    unknown.dedup();
    let counted = brand.passages().frequencies(&unknown, MOST_RANKED)?;
    let mut known = locked();
    known.of.extend(unknown.into_iter().zip(counted));
    let of = |term: &String| known.of.get(term).copied().unwrap_or(0);
    Ok((terms.iter().map(|terms| terms.iter().map(of).collect()).collect(), extent.0))
}

/// Adds scores up, best first; the first list is as it came when there is no other.
fn add(scores: &mut Vec<(PassageId, f64)>, more: Vec<(PassageId, f64)>) {
    if scores.is_empty() {
        *scores = more;
        return;
    }
    for (passage, score) in more {
        match scores.iter_mut().find(|(known, _)| *known == passage) {
            Some((_, known)) => *known += score,
            None => scores.push((passage, score)),
        }
    }
    scores.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
}
