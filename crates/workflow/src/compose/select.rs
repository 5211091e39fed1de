//! Which sentences carry the brief, and whether they carry it at all.
//!
//! Invariants
//! - The id of a kept sentence is its index.
//! - Units stay whole: a leaning sentence has its antecedent, a lead-in its list.
//! - Of two sentences that say the same only the more relevant stays.

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::{BrandKit, Brief, DocumentId, EvidenceSentence};

use super::{
    clean::{Standing, has_early_pronoun, standing},
    language::{LanguagePack, pack},
    space::cosine,
    terms::{Rarity, containment, overlap, term_set, word_count},
};
use crate::step::Evidence;

/// Two sentences this alike say the same. Cosine of MiniLM vectors; the prototype over brand-18f used 0.82 for paragraphs.
const SAME_COSINE: f32 = 0.90;
/// The same by shared content terms, when there are no vectors.
const SAME_OVERLAP: f32 = 0.72;
/// A sentence this near to a query speaks of it. MiniLM over brand-18f: on-topic briefs reach 0.5 to 0.8, a topic that the
/// documents say nothing about stays at 0.12.
const SURE_COSINE: f32 = 0.42;
/// This near it counts when it also shares some of the keyphrase.
const LIKELY_COSINE: f32 = 0.30;
const SOME_COVERAGE: f32 = 0.25;
/// This near it counts when it shares most of the keyphrase.
const POSSIBLE_COSINE: f32 = 0.20;
const MOST_COVERAGE: f32 = 0.6;
/// Without vectors: share of the keyphrase, weighted by rarity, that one sentence and its headings must hold.
const TERM_COVERAGE: f32 = 0.5;
/// The same for keyphrases of three terms and more, which no sentence holds in full.
const LONG_TERM_COVERAGE: f32 = 0.34;
/// How much of a sentence's relevance comes from what stands under the same heading.
const CONTEXT_SHARE: f32 = 0.3;
/// Words of evidence for each word of the article, so that there is a choice.
const CHOICE: usize = 3;
/// Evidence is never more than this: a bound for the time of everything behind it.
const MOST_SENTENCES: usize = 240;

/// How near one sentence is to the brief.
struct Nearness {
    relevance: f32,
    cosine: f32,
    coverage: f32,
}

/// A stretch of neighbouring sentences that must stay together.
pub(super) fn units(sentences: &[EvidenceSentence], pack: &LanguagePack) -> Vec<std::ops::Range<usize>> {
    let mut units: Vec<std::ops::Range<usize>> = Vec::new();
    let mut in_list = false;
    for (index, sentence) in sentences.iter().enumerate() {
        let previous = index.checked_sub(1).map(|before| &sentences[before]);
        let neighbour = previous.is_some_and(|previous| are_neighbours(previous, sentence));
        let item = neighbour
            && sentence.list_item
            && (in_list || previous.is_some_and(|previous| previous.text.ends_with(':')));
        let leans = neighbour
            && !sentence.list_item
            && previous.is_some_and(|previous| previous.block == sentence.block)
            && (standing(&sentence.text, pack) == Standing::AfterPrevious || has_early_pronoun(&sentence.text, pack));
        match units.last_mut() {
            Some(last) if item || leans => last.end = index + 1,
            _ => units.push(index..index + 1),
        }
        in_list = item;
    }
    units
}

/// True when `next` stands right behind `previous`: next in its block, or first of the next block of the same headings.
pub(super) fn are_neighbours(previous: &EvidenceSentence, next: &EvidenceSentence) -> bool {
    previous.citation.document == next.citation.document
        && (previous.block == next.block && next.position == previous.position + 1
            || next.block == previous.block + 1 && next.position == 0)
        && previous.heading_path == next.heading_path
}

/// Keeps what carries the brief and says whether that is enough.
pub(super) fn select(brief: &Brief, sentences: Vec<EvidenceSentence>, query_vectors: &[Vec<i8>]) -> Evidence {
    let pack = pack(brief.language());
    let passages = {
        let blocks: BTreeSet<_> =
            sentences.iter().map(|sentence| (sentence.citation.document, &sentence.heading_path)).collect();
        blocks.len() as u32
    };
    let own: Vec<BTreeSet<String>> = sentences.iter().map(|sentence| term_set(&sentence.text, pack)).collect();
    let around: Vec<BTreeSet<String>> = sentences.iter().map(|sentence| surroundings(sentence, pack)).collect();
    let rarity = Rarity::over(own.iter());
    let mut near = nearness(brief, &sentences, &own, &around, &rarity, query_vectors, pack);
    in_context(&sentences, &mut near);
    let mut sentences = sentences;
    for (sentence, near) in sentences.iter_mut().zip(&near) {
        sentence.relevance = near.relevance;
    }
    let has_vectors = sentences.iter().any(|sentence| !sentence.vector.is_empty()) && !query_vectors.is_empty();
    let long = term_set(brief.keyphrase(), pack).len() >= 3;
    let related = |index: usize| is_related(&near[index], has_vectors, long);
    let weak = carrying_words(&sentences, &related) < 60.min(brief.words() as usize / 4);

    let units = units(&sentences, pack);
    let score = |unit: &std::ops::Range<usize>| {
        let best = sentences[unit.clone()].iter().map(|sentence| sentence.relevance).fold(0.0, f32::max);
        let mean = sentences[unit.clone()].iter().map(|sentence| sentence.relevance).sum::<f32>() / unit.len() as f32;
        0.6 * best + 0.4 * mean
    };
    let mut ranked: Vec<(f32, std::ops::Range<usize>)> =
        units.into_iter().filter(|unit| !weak || unit.clone().all(related)).map(|unit| (score(&unit), unit)).collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.start.cmp(&right.1.start)));
    let best = ranked.first().map_or(0.0, |(score, _)| *score);
    let (floor, wanted) = if weak { (0.0, 160) } else { (best * 0.3, (brief.words() as usize * CHOICE).max(600)) };

    let mut kept: Vec<std::ops::Range<usize>> = Vec::new();
    let (mut words, mut count) = (0_usize, 0_usize);
    for (score, unit) in ranked {
        if words >= wanted || score < floor || count + unit.len() > MOST_SENTENCES {
            break;
        }
        let repeats = unit.clone().any(|index| {
            kept.iter()
                .flat_map(Clone::clone)
                .any(|other| says_the_same(&sentences[index], &sentences[other], &own[index], &own[other]))
        });
        if repeats {
            continue;
        }
        words += sentences[unit.clone()].iter().map(|sentence| word_count(&sentence.text)).sum::<usize>();
        count += unit.len();
        kept.push(unit);
    }
    let chosen: BTreeSet<usize> = kept.into_iter().flatten().collect();
    let mut sentences: Vec<EvidenceSentence> = sentences
        .into_iter()
        .enumerate()
        .filter(|(index, _)| chosen.contains(index))
        .map(|(_, sentence)| sentence)
        .collect();
    for (index, sentence) in sentences.iter_mut().enumerate() {
        sentence.id = index as u32;
    }
    let documents = sentences.iter().map(|sentence| sentence.citation.document).collect::<BTreeSet<_>>().len() as u32;
    Evidence { sentences, passages, documents, weak, kit: BrandKit::default() }
}

/// Words under all headings under which some sentence is related: what is said there belongs to the topic.
fn carrying_words(sentences: &[EvidenceSentence], related: &dyn Fn(usize) -> bool) -> usize {
    let place = |sentence: &EvidenceSentence| (sentence.citation.document, sentence.heading_path.clone());
    let places: BTreeSet<_> = sentences
        .iter()
        .enumerate()
        .filter(|(index, _)| related(*index))
        .map(|(_, sentence)| place(sentence))
        .collect();
    sentences
        .iter()
        .filter(|sentence| places.contains(&place(sentence)))
        .map(|sentence| word_count(&sentence.text))
        .sum()
}

/// Terms of the headings above a sentence and of its document's name.
fn surroundings(sentence: &EvidenceSentence, pack: &LanguagePack) -> BTreeSet<String> {
    let mut terms = term_set(&sentence.heading_path.join(" "), pack);
    let name = sentence
        .citation
        .document_name
        .rsplit_once('.')
        .map_or(sentence.citation.document_name.as_str(), |(stem, _)| stem);
    terms.extend(term_set(&name.replace(['-', '_'], " "), pack));
    terms
}

fn nearness(
    brief: &Brief,
    sentences: &[EvidenceSentence],
    own: &[BTreeSet<String>],
    around: &[BTreeSet<String>],
    rarity: &Rarity,
    query_vectors: &[Vec<i8>],
    pack: &LanguagePack,
) -> Vec<Nearness> {
    let keyphrase = term_set(brief.keyphrase(), pack);
    let mut wishes: Vec<(f32, BTreeSet<String>)> = vec![(1.0, keyphrase.clone()), (0.8, term_set(brief.topic(), pack))];
    wishes.extend(brief.keywords().iter().skip(1).take(6).map(|phrase| (0.6, term_set(phrase, pack))));
    wishes.retain(|(_, terms)| !terms.is_empty());
    let wish_weight: f32 = wishes.iter().map(|(weight, _)| weight).sum::<f32>().max(0.1);
    let top_passage = sentences.iter().map(|sentence| sentence.relevance).fold(0.0, f32::max).max(1e-6);
    sentences
        .iter()
        .enumerate()
        .map(|(index, sentence)| {
            let both: BTreeSet<String> = own[index].union(&around[index]).cloned().collect();
            let lexical = wishes
                .iter()
                .map(|(weight, terms)| {
                    weight * (0.6 * rarity.coverage(terms, &own[index]) + 0.4 * rarity.coverage(terms, &both))
                })
                .sum::<f32>()
                / wish_weight;
            let cosines: Vec<f32> = query_vectors.iter().map(|query| cosine(query, &sentence.vector)).collect();
            let best = cosines.iter().copied().fold(0.0, f32::max);
            let mean = if cosines.is_empty() { 0.0 } else { cosines.iter().sum::<f32>() / cosines.len() as f32 };
            let passage = sentence.relevance / top_passage;
            let relevance = if sentence.vector.is_empty() || query_vectors.is_empty() {
                0.65 * lexical.sqrt() + 0.35 * passage
            } else {
                let cosine = ((0.6 * best + 0.4 * mean - 0.05) / 0.6).clamp(0.0, 1.0);
                0.5 * cosine + 0.3 * lexical.sqrt() + 0.2 * passage
            };
            Nearness {
                relevance: relevance.clamp(0.0, 1.0),
                cosine: best,
                coverage: rarity.coverage(&keyphrase, &both),
            }
        })
        .collect()
}

fn is_related(near: &Nearness, has_vectors: bool, long: bool) -> bool {
    if has_vectors {
        near.cosine >= SURE_COSINE
            || near.cosine >= LIKELY_COSINE && near.coverage >= SOME_COVERAGE
            || near.cosine >= POSSIBLE_COSINE && near.coverage >= MOST_COVERAGE
    } else {
        near.coverage >= if long { LONG_TERM_COVERAGE } else { TERM_COVERAGE }
    }
}

/// Lets a sentence share in the relevance of the best three under its heading: what is said there belongs together.
fn in_context(sentences: &[EvidenceSentence], near: &mut [Nearness]) {
    let mut groups: BTreeMap<(DocumentId, &[String]), Vec<f32>> = BTreeMap::new();
    for (sentence, near) in sentences.iter().zip(near.iter()) {
        groups.entry((sentence.citation.document, sentence.heading_path.as_slice())).or_default().push(near.relevance);
    }
    for relevances in groups.values_mut() {
        relevances.sort_by(|left, right| right.total_cmp(left));
        relevances.truncate(3);
    }
    for (sentence, near) in sentences.iter().zip(near.iter_mut()) {
        if let Some(best) = groups.get(&(sentence.citation.document, sentence.heading_path.as_slice())) {
            let context = best.iter().sum::<f32>() / best.len().max(1) as f32;
            near.relevance = (1.0 - CONTEXT_SHARE) * near.relevance + CONTEXT_SHARE * context;
        }
    }
}

/// True when two sentences say the same in nearly the same words.
pub(super) fn says_the_same(
    left: &EvidenceSentence,
    right: &EvidenceSentence,
    left_terms: &BTreeSet<String>,
    right_terms: &BTreeSet<String>,
) -> bool {
    let cosine = left.similarity(right);
    cosine >= SAME_COSINE
        || overlap(left_terms, right_terms) >= SAME_OVERLAP
        || left_terms.len().min(right_terms.len()) >= 4 && containment(left_terms, right_terms) >= 0.85
        || left.text.to_lowercase() == right.text.to_lowercase()
}
