//! From passages to hits: neighbours joined, words marked, sentences beside them, structure.

use std::{collections::HashMap, sync::PoisonError};

use quillhouse_domain::{Block, DocumentId, Language};
use quillhouse_quality::text::sentences;
use quillhouse_store::{Around, BrandReader, FoundPassage, StoreError};

use super::{
    Hit, RetrieveError, Retriever, SearchOptions,
    fusion::{Fused, Why},
    join::{Place, common_path, join},
    strength::{nearness, reason, relevance},
    terms::{QueryTerms, held},
};

/// A passage that was kept.
pub(super) struct Part<'a> {
    pub(super) found: &'a FoundPassage,
    pub(super) place: &'a Fused,
    pub(super) best_cosine: Option<f32>,
    /// Of all candidates, kept or not.
    pub(super) best_score: f32,
}

/// Languages of documents.
pub(super) struct Languages(HashMap<DocumentId, Language>);

impl Languages {
    /// English when it is not known.
    pub(super) fn of(&self, document: DocumentId) -> Language {
        self.0.get(&document).copied().unwrap_or(Language::En)
    }
}

/// What is read for hits, all of one moment.
struct Beside {
    /// For each group; `None` where its document has gone.
    texts: Vec<Option<String>>,
    languages: Languages,
    /// For each group the passages before and after it; empty unless asked for.
    around: Vec<Around>,
}

fn languages(brand: BrandReader<'_>, mut ids: Vec<DocumentId>) -> Result<Languages, StoreError> {
    ids.sort_unstable();
    ids.dedup();
    let known = brand.documents().languages_of(&ids)?.into_iter();
    Ok(Languages(known.filter_map(|(id, code)| Some((id, code.parse().ok()?))).collect()))
}

impl Retriever {
    pub(super) async fn languages(&self, ids: Vec<DocumentId>) -> Result<Languages, RetrieveError> {
        Ok(self.store.read(move |brand| languages(*brand, ids)).await?)
    }

    /// The hits that these parts make, in the order of their best parts.
    pub(super) async fn assembled(
        &self,
        terms: &[QueryTerms],
        parts: Vec<Part<'_>>,
        options: SearchOptions,
        filtered: bool,
    ) -> Result<Vec<Hit>, RetrieveError> {
        let places: Vec<Place> = parts
            .iter()
            .map(|part| Place {
                document: part.found.passage.document_id,
                ordinal: part.found.passage.ordinal,
                heading_path: part.found.passage.heading_path.clone(),
            })
            .collect();
        let groups = if options.join { join(&places) } else { (0..parts.len()).map(|part| vec![part]).collect() };
        let Beside { texts, languages, mut around } = self.beside(&groups, &parts, options.around).await?;
        around.resize(groups.len(), (None, None));
        let mut hits: Vec<Hit> = Vec::with_capacity(groups.len());
        // Whoever searches at the same time begins with none.
        let mut stems = std::mem::take(&mut *self.stems.lock().unwrap_or_else(PoisonError::into_inner));
        for ((group, text), (before, after)) in groups.iter().zip(texts).zip(around) {
            // A text that was removed or replaced meanwhile cannot be cited.
            let Some(text) = text else { continue };
            // Groups are never empty; their best part was given first.
            let Some(best) = group.iter().copied().min() else { continue };
            let passage = &parts[best].found.passage;
            let members: Vec<&Part<'_>> = group.iter().map(|&part| &parts[part]).collect();
            let heading_path = common_path(members.iter().map(|part| &part.found.passage.heading_path[..]));
            let held = held(terms, &text, &heading_path, languages.of(passage.document_id), &mut stems);
            let best_cosine = members.iter().filter_map(|part| part.best_cosine).reduce(f32::max);
            let score = members.iter().map(|part| part.place.score).fold(0.0, f32::max);
            let why = members.iter().map(|part| part.place.why).reduce(better).unwrap_or_default();
            let (first, last) = (&members[0].found.passage, &members[members.len() - 1].found.passage);
            let language = languages.of(passage.document_id);
            hits.push(Hit {
                passage: passage.id,
                passages: members.iter().map(|part| part.found.passage.id).collect(),
                document: passage.document_id,
                document_name: parts[best].found.document_name.clone(),
                page: first.page,
                start: first.start_character,
                end: last.end_character,
                heading_path,
                before: before.and_then(|text| last_sentence(&text, language)).unwrap_or_default(),
                after: after.and_then(|text| first_sentence(&text, language)).unwrap_or_default(),
                blocks: Vec::new(),
                token_count: members.iter().map(|part| part.found.passage.token_count).sum(),
                relevance: relevance(best_cosine, held.share, score, parts[best].best_score),
                best_cosine,
                nearness: nearness(&why, best_cosine, !held.words.is_empty()),
                reason: reason(&why, best_cosine, &held.words, filtered),
                matched_terms: held.words,
                marks: held.marks,
                why,
                text,
            });
        }
        *self.stems.lock().unwrap_or_else(PoisonError::into_inner) = stems;
        if options.blocks {
            self.add_blocks(&mut hits).await?;
        }
        Ok(hits)
    }

    /// What stands beside the passages. A single passage has its own text, several have the document's, so that what stands
    /// between them is there as well.
    async fn beside(
        &self,
        groups: &[Vec<usize>],
        parts: &[Part<'_>],
        with_around: bool,
    ) -> Result<Beside, RetrieveError> {
        let ends = |group: &[usize]| {
            let (first, last) = (&parts[*group.first()?].found.passage, &parts[*group.last()?].found.passage);
            Some((first, last))
        };
        let joined: Vec<(DocumentId, u32, u32)> = groups
            .iter()
            .filter(|group| group.len() > 1)
            .filter_map(|group| ends(group))
            .map(|(first, last)| (first.document_id, first.start_character, last.end_character))
            .collect();
        let stretches: Vec<(DocumentId, u32, u32)> = groups
            .iter()
            .filter(|_| with_around)
            .filter_map(|group| ends(group))
            .map(|(first, last)| (first.document_id, first.ordinal, last.ordinal))
            .collect();
        let documents: Vec<DocumentId> = parts.iter().map(|part| part.found.passage.document_id).collect();
        let (slices, languages, around) = self
            .store
            .read(move |brand| {
                let passages = brand.passages();
                Ok((passages.slices(&joined)?, languages(*brand, documents)?, passages.around(&stretches)?))
            })
            .await?;
        let mut slices = slices.into_iter();
        let texts = groups
            .iter()
            .map(|group| match &group[..] {
                [one] => Some(parts[*one].found.passage.text.clone()),
                _ => slices.next().flatten(),
            })
            .collect();
        Ok(Beside { texts, languages, around })
    }

    async fn add_blocks(&self, hits: &mut [Hit]) -> Result<(), RetrieveError> {
        let mut documents: Vec<DocumentId> = hits.iter().map(|hit| hit.document).collect();
        documents.sort_unstable();
        documents.dedup();
        let blocks: HashMap<DocumentId, Vec<Block>> = self
            .store
            .read(move |brand| {
                documents
                    .into_iter()
                    .map(|id| Ok((id, brand.documents().text(id)?.map_or_else(Vec::new, |text| text.blocks))))
                    .collect()
            })
            .await?;
        for hit in hits {
            let of_document = blocks.get(&hit.document).map_or(&[][..], |blocks| blocks);
            hit.blocks = of_document
                .iter()
                .filter(|block| block.start < hit.end && block.end > hit.start)
                .map(|block| Block { start: block.start.max(hit.start), end: block.end.min(hit.end), ..block.clone() })
                .collect();
        }
        Ok(())
    }
}

/// Characters of a passage in which its first or last sentence is looked for.
const STRETCH_CHARACTERS: usize = 400;

/// The first sentence of a text. In a stretch of it the first of two is whole.
fn first_sentence(text: &str, language: Language) -> Option<String> {
    if let Some((end, _)) = text.char_indices().nth(STRETCH_CHARACTERS)
        && let [first, _, ..] = &sentences(&text[..end], language)[..]
    {
        return Some(first.text.to_owned());
    }
    sentences(text, language).first().map(|sentence| sentence.text.to_owned())
}

/// The last sentence of a text. In a stretch of it the last of two is whole.
fn last_sentence(text: &str, language: Language) -> Option<String> {
    if let Some((start, _)) = text.char_indices().nth_back(STRETCH_CHARACTERS)
        && let [.., _, last] = &sentences(&text[start..], language)[..]
    {
        return Some(last.text.to_owned());
    }
    sentences(text, language).last().map(|sentence| sentence.text.to_owned())
}

/// The better place in each ranking.
fn better(left: Why, right: Why) -> Why {
    let least = |left: Option<u32>, right: Option<u32>| match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (one, other) => one.or(other),
    };
    Why {
        vector_rank: least(left.vector_rank, right.vector_rank),
        text_rank: least(left.text_rank, right.text_rank),
        likeness_rank: least(left.likeness_rank, right.likeness_rank),
        reranked: least(left.reranked, right.reranked),
    }
}
