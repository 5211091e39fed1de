//! Introduction and close: the strongest claims, and the few sentences of ours that tell the reader what comes and what to do.
//!
//! Invariants
//! - The first sentence carries the keyphrase; the close ends with a call to action.

use quillhouse_domain::Brief;

use super::{
    clean::{addresses_reader, is_imperative, lowered},
    heading::Names,
    language::{LanguagePack, choose, pack},
    phrase::{Phrases, enumerate, point},
    section::{composed, ours, taken},
    terms::{word_count, words},
    weak,
};
use crate::{
    draft::{DraftBlock, DraftSentence, Outline, SectionDraft},
    step::Evidence,
};

/// Most headings that a promise enumerates.
const MOST_POINTS: usize = 5;
/// A longer heading is a clause of its own.
const MOST_POINT_WORDS: usize = 7;

/// What the article is about and what the reader gets.
pub(super) fn introduction(brief: &Brief, outline: &Outline, evidence: &Evidence) -> SectionDraft {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    if evidence.weak || evidence.sentences.is_empty() {
        return weak::introduction(brief, outline, evidence);
    }
    let mut sentences: Vec<DraftSentence> =
        outline.introduction.iter().filter_map(|&id| evidence.sentences.get(id as usize)).map(taken).collect();
    let carries = sentences.first().is_some_and(|first| lowered(&first.text).contains(&lowered(&phrases.keyphrase)));
    if !carries {
        let questions = if phrases.audience.is_empty() {
            &pack.introduction.question
        } else {
            &pack.introduction.question_audience
        };
        sentences.insert(0, ours(phrases.fill(choose(questions, &outline.slug), &[])));
    }
    sentences.extend(brief.facts().iter().take(2).map(|fact| ours(closed(fact))));
    let names = Names::over(&evidence.sentences, pack);
    sentences.extend(promise(outline, &phrases, &names, pack).map(ours));
    composed(String::new(), vec![DraftBlock::Paragraph { sentences }])
}

/// A statement with its closing mark.
fn closed(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Says what follows: by the headings where they stand in one sentence together, without them otherwise.
fn promise(outline: &Outline, phrases: &Phrases, names: &Names, pack: &LanguagePack) -> Option<String> {
    let points: Vec<String> =
        outline.sections.iter().map(|section| names.restored(&point(&section.heading, phrases, pack))).collect();
    // `Bread and rolls and storing` is one `and` too many; behind a colon commas are enough.
    let heavy = points.iter().any(|point| point.contains(pack.connective.join_and.as_str()));
    let enumerable = (2..=MOST_POINTS).contains(&points.len())
        && points.iter().all(|point| !point.contains(['?', ':', ',']) && word_count(point) <= MOST_POINT_WORDS);
    let deeds = points.iter().filter(|point| is_imperative(point, pack)).count();
    let mut patterns: &[String] = if !enumerable {
        &[]
    } else if deeds == 0 {
        &pack.introduction.promise_nouns
    } else if deeds == points.len() {
        &pack.introduction.promise_deeds
    } else {
        &[]
    };
    if patterns.is_empty() || heavy && !patterns.iter().all(|pattern| pattern.contains(": {points}")) {
        let audience = !phrases.audience.is_empty();
        patterns = if audience { &pack.introduction.promise_audience } else { &pack.introduction.promise };
    }
    let joined = if heavy { points.join(", ") } else { enumerate(&points, pack) };
    let promise = phrases.fill(choose(patterns, &outline.title), &[("points", &joined)]);
    (!promise.is_empty()).then_some(promise)
}

/// What remains, and what to do now.
pub(super) fn close(brief: &Brief, outline: &Outline, evidence: &Evidence) -> SectionDraft {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    if evidence.weak || evidence.sentences.is_empty() {
        return weak::close(brief);
    }
    let mut sentences: Vec<DraftSentence> =
        outline.close.iter().filter_map(|&id| evidence.sentences.get(id as usize)).map(taken).collect();
    sentences.push(ours(phrases.fill(choose(actions(outline, evidence, pack), &outline.title), &[])));
    composed(String::new(), vec![DraftBlock::Paragraph { sentences }])
}

/// Advice asks the reader to try it; everything else offers an answer.
pub(super) fn actions<'a>(outline: &Outline, evidence: &Evidence, pack: &'a LanguagePack) -> &'a [String] {
    if is_advice(outline, evidence, pack) { &pack.close.action_advice } else { &pack.close.action_offer }
}

/// True when the chosen sentences mostly tell the reader what to do, and do not sell.
pub(super) fn is_advice(outline: &Outline, evidence: &Evidence, pack: &LanguagePack) -> bool {
    let texts: Vec<&str> = outline
        .sections
        .iter()
        .flat_map(|section| &section.claims)
        .filter_map(|&id| evidence.sentences.get(id as usize))
        .map(|sentence| sentence.text.as_str())
        .collect();
    let telling = texts.iter().filter(|text| is_imperative(text, pack)).count();
    let speaking = texts.iter().filter(|text| addresses_reader(text, pack)).count();
    let selling = texts.iter().filter(|text| words(text).iter().any(|word| pack.style.offers.contains(word))).count();
    speaking * 10 >= texts.len() * 3 && telling * 8 >= texts.len() && selling * 7 < texts.len()
}
