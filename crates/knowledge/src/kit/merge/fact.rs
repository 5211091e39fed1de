//! Facts and claims of all documents: what is said twice, in the same words or in others, is one entry with two places.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use quillhouse_domain::{DocumentId, Language};
use quillhouse_quality::{
    support::{Disagreement, agrees},
    text::{content_stems, fold, names, numbers},
};

use super::{
    super::{
        extract::{Found, What},
        fact::FoundFact,
    },
    Candidate, ReadDocument, Vectors, fingerprint, place,
};

/// Most facts and claims in a kit; a person reads it.
const MOST_FACTS: usize = 240;
/// Most of one document.
const MOST_A_DOCUMENT: usize = 24;
/// Candidates that are compared at all.
const MOST_COMPARED: usize = 2_000;
/// Places of an entry that are kept.
const MOST_PLACES: usize = 5;
/// Share of words in common from which two sentences that agree say the same.
const SAME: f64 = 0.72;
/// Share of words in common from which vectors are asked.
const DOUBTFUL: f64 = 0.2;
/// Most texts that are embedded for one kit; a second of work.
const MOST_DOUBTFUL: usize = 200;
/// Cosine from which two sentences that agree in numbers, names and negations mean the same.
const SAME_MEANING: f32 = 0.8;

/// A sentence with what it is compared by.
struct Compared<'a> {
    document: &'a ReadDocument,
    found: &'a Found,
    fact: &'a FoundFact,
    /// What it says, on one line.
    text: String,
    stems: Vec<u64>,
    numbers: Vec<String>,
    score: f64,
}

fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The sentences of all documents in the order of their worth, at most as many as are compared.
fn ranked<'a>(documents: &[&'a ReadDocument], brand: &str) -> Vec<Compared<'a>> {
    let brand = fold(brand);
    let mut compared: Vec<Compared<'_>> = Vec::new();
    let mut spread: HashMap<u64, u32> = HashMap::new();
    for document in documents {
        let language = document.extract.language;
        let mut own: HashSet<u64> = HashSet::new();
        for found in &document.extract.found {
            let What::Fact(fact) = &found.what else { continue };
            let text = fact.text.clone().unwrap_or_else(|| clean(&found.quote));
            let mut stems: Vec<u64> = content_stems(&text, language).iter().map(|stem| hash(stem)).collect();
            stems.sort_unstable();
            stems.dedup();
            own.extend(&stems);
            let mut numbers: Vec<String> = numbers(&text, language).into_iter().map(|number| number.value).collect();
            numbers.sort();
            compared.push(Compared { document, found, fact, text, stems, numbers, score: f64::from(fact.weight) });
        }
        for stem in own {
            *spread.entry(stem).or_default() += 1;
        }
    }
    // What many documents speak of is what the brand is about; a sentence about it is worth more.
    let widest = f64::from(spread.values().copied().max().unwrap_or(1)).ln_1p();
    for sentence in &mut compared {
        let sum: f64 = sentence.stems.iter().map(|stem| f64::from(spread[stem]).ln_1p() / widest).sum();
        let central = sum / sentence.stems.len().max(1) as f64;
        let named = !brand.is_empty() && fold(&sentence.text).contains(&brand);
        sentence.score *= 0.6 + 0.5 * central + if named { 0.25 } else { 0.0 };
    }
    compared.sort_by(|left, right| {
        let by_place = (left.document.id, left.found.start).cmp(&(right.document.id, right.found.start));
        right.score.total_cmp(&left.score).then(by_place)
    });
    compared.truncate(MOST_COMPARED);
    compared
}

/// Texts whose vectors decide whether two sentences say the same: equal in numbers, names and negations, alike in words.
pub(super) fn doubtful(documents: &[&ReadDocument], brand: &str) -> Vec<String> {
    let compared = ranked(documents, brand);
    // Only sentences with equal numbers can be the same.
    let mut kept: HashMap<&[String], Vec<usize>> = HashMap::new();
    let mut count = 0;
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for (index, sentence) in compared.iter().enumerate() {
        let mut known = false;
        for &other in kept.get(sentence.numbers.as_slice()).into_iter().flatten() {
            match likeness(sentence, &compared[other]) {
                Likeness::Same => {
                    known = true;
                    break;
                }
                Likeness::Doubtful if wanted.len() < MOST_DOUBTFUL => {
                    wanted.extend([sentence.text.as_str(), compared[other].text.as_str()]);
                }
                _ => {}
            }
        }
        if !known && count < MOST_FACTS {
            count += 1;
            kept.entry(&sentence.numbers).or_default().push(index);
        }
    }
    wanted.into_iter().map(str::to_owned).collect()
}

/// The facts and claims; what two sentences say that are the same is one entry.
pub(super) fn facts(documents: &[&ReadDocument], brand: &str, vectors: &Vectors) -> Vec<Candidate> {
    let compared = ranked(documents, brand);
    let mut kept: Vec<Candidate> = Vec::new();
    // The sentences that are kept, by their numbers: where they stand among the compared and among the kept.
    let mut by_numbers: HashMap<&[String], Vec<(usize, usize)>> = HashMap::new();
    let mut a_document: HashMap<DocumentId, usize> = HashMap::new();
    for (index, sentence) in compared.iter().enumerate() {
        let place = place(sentence.document, sentence.found, sentence.text.clone(), None);
        let known = by_numbers.get(sentence.numbers.as_slice()).into_iter().flatten().find(|(other, _)| {
            let other = &compared[*other];
            match likeness(sentence, other) {
                Likeness::Same => true,
                Likeness::Doubtful => mean_the_same(vectors, &sentence.text, &other.text),
                Likeness::Different => false,
            }
        });
        if let Some(&(_, known)) = known {
            let known = &mut kept[known];
            known.count += 1;
            if known.places.len() < MOST_PLACES {
                known.places.push(place);
            }
            continue;
        }
        let count = a_document.entry(sentence.document.id).or_default();
        if kept.len() >= MOST_FACTS || *count >= MOST_A_DOCUMENT {
            continue;
        }
        *count += 1;
        by_numbers.entry(&sentence.numbers).or_default().push((index, kept.len()));
        kept.push(Candidate {
            kind: sentence.fact.kind,
            fingerprint: fingerprint(&[&fold(&sentence.text)]),
            text: sentence.text.clone(),
            term: None,
            rank: sentence.score,
            count: 1,
            places: vec![place],
            date: sentence.fact.date.clone().unwrap_or_default(),
        });
    }
    let mut seen = HashSet::new();
    kept.into_iter().filter(|candidate| seen.insert((candidate.kind, candidate.fingerprint.clone()))).collect()
}

/// Whether two sentences say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Same,
    /// By their words they may or may not.
    Doubtful,
    Different,
}

fn likeness(left: &Compared<'_>, right: &Compared<'_>) -> Likeness {
    let language = left.document.extract.language;
    if left.numbers != right.numbers || left.stems.is_empty() || right.stems.is_empty() {
        return Likeness::Different;
    }
    if left.stems == right.stems && left.text == right.text {
        return Likeness::Same;
    }
    let shared = left.stems.iter().filter(|stem| right.stems.binary_search(stem).is_ok()).count();
    let share = shared as f64 / (left.stems.len() + right.stems.len() - shared) as f64;
    // Words alike are not enough: another name, a negation or a limit is another fact.
    if share < DOUBTFUL || language != right.document.extract.language || !agree(left, right, language) {
        return Likeness::Different;
    }
    if share >= SAME { Likeness::Same } else { Likeness::Doubtful }
}

/// True when neither sentence says a number, name, negation, limit or superlative that the other does not. Their order may
/// differ where the names keep theirs and each number counts a thing of its own, the same in both.
fn agree(left: &Compared<'_>, right: &Compared<'_>, language: Language) -> bool {
    match agrees(&left.text, &right.text, language) {
        Ok(()) => true,
        Err(differences) => {
            differences.iter().all(|difference| matches!(difference, Disagreement::OrderChanged(_)))
                && named(&left.text, language) == named(&right.text, language)
                && counted(&left.text, language).is_some_and(|own| Some(own) == counted(&right.text, language))
        }
    }
}

fn named(text: &str, language: Language) -> Vec<String> {
    names(text, language).into_iter().filter(|name| name.certain).map(|name| fold(&name.text)).collect()
}

/// Each number by the stem of the word behind it; `None` when two numbers count the same thing.
fn counted(text: &str, language: Language) -> Option<BTreeMap<String, String>> {
    let mut from = 0;
    let mut found = BTreeMap::new();
    for number in numbers(text, language) {
        let at = text[from..].find(number.text.as_str()).map_or(from, |at| from + at);
        from = (at + number.text.len()).min(text.len());
        let thing = content_stems(&text[from..], language).into_iter().next()?;
        if found.insert(thing, number.value).is_some() {
            return None;
        }
    }
    Some(found)
}

fn mean_the_same(vectors: &Vectors, left: &str, right: &str) -> bool {
    let (Some(left), Some(right)) = (vectors.get(left), vectors.get(right)) else { return false };
    left.iter().zip(right).map(|(one, other)| one * other).sum::<f32>() >= SAME_MEANING
}

/// The sentence on one line.
fn clean(quote: &str) -> String {
    quote.split_whitespace().collect::<Vec<_>>().join(" ")
}
