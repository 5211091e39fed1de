//! Candidates of all documents as entries: the same thing said twice is one entry with two places, the most telling first.
//!
//! Invariants
//! - The same extracts give the same entries, whatever order they come in.
//! - An entry's text is that of its first place.

use std::collections::{BTreeMap, HashMap, HashSet};

use quillhouse_domain::{DocumentId, KitKind, Language, TermRule, VoiceProfile};
use quillhouse_quality::{
    brand::profile,
    text::{content_stems, fold, numbers},
};

use super::{
    extract::{Extract, Found, What},
    usage::habits,
};

/// Most facts and claims in a kit; a person reads it.
const MOST_FACTS: usize = 240;
/// Most of one document.
const MOST_A_DOCUMENT: usize = 24;
/// Candidates that are compared at all.
const MOST_COMPARED: usize = 2_000;
/// Share of words in common from which two sentences with equal numbers say the same.
const SAME: f64 = 0.72;
const MOST_PRODUCTS: usize = 40;
const MOST_AUDIENCES: usize = 15;
/// Sentences a document needs to have a voice.
const VOICE_SENTENCES: u32 = 5;

/// One document's extract with what identifies it.
#[derive(Debug, Clone)]
pub struct ReadDocument {
    /// The document.
    pub id: DocumentId,
    /// BLAKE3 of its bytes.
    pub content_hash: String,
    /// What it gave.
    pub extract: Extract,
}

/// An entry as the documents give it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What it is.
    pub kind: KitKind,
    /// By this a later build knows it again.
    pub fingerprint: String,
    /// The statement, or the words to say.
    pub text: String,
    /// The rule of a term.
    pub term: Option<TermRule>,
    /// Larger is more telling.
    pub rank: f64,
    /// How often it was found, or used.
    pub count: u32,
    /// Where it stands, the best place first.
    pub places: Vec<Place>,
}

/// A place of a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The document.
    pub document: DocumentId,
    /// BLAKE3 of its bytes.
    pub content_hash: String,
    /// Page, counted from 1.
    pub page: u32,
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// The text there.
    pub quote: String,
    /// The entry's text as this place has it.
    pub text: String,
    /// The entry's rule as this place has it.
    pub term: Option<TermRule>,
}

/// Everything the documents give.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kit {
    /// Entries of every kind.
    pub entries: Vec<Candidate>,
    /// The voice by language, that of most documents first.
    pub voice: Vec<VoiceProfile>,
}

/// Puts the extracts together. `brand` is the brand's name, which is no product of its own.
pub fn merge(documents: &[ReadDocument], brand: &str) -> Kit {
    let mut documents: Vec<&ReadDocument> = documents.iter().collect();
    documents.sort_by_key(|document| document.id);
    let mut entries = terms(&documents);
    entries.extend(facts(&documents, brand));
    entries.extend(names(&documents, brand, KitKind::Product, MOST_PRODUCTS));
    entries.extend(names(&documents, brand, KitKind::Audience, MOST_AUDIENCES));
    Kit { entries, voice: voice(&documents) }
}

fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The fingerprint of an entry that nobody found: of what a user wrote.
pub fn fingerprint_of(kind: KitKind, text: &str, term: Option<&TermRule>) -> String {
    match term {
        Some(rule) => term_key(rule),
        None if kind == KitKind::Term => fingerprint(&["say", &text.to_lowercase()]),
        None => fingerprint(&[&fold(text)]),
    }
}

fn place(document: &ReadDocument, found: &Found, text: String, term: Option<TermRule>) -> Place {
    Place {
        document: document.id,
        content_hash: document.content_hash.clone(),
        page: found.page,
        start: found.start,
        end: found.end,
        quote: found.quote.clone(),
        text,
        term,
    }
}

fn say_text(rule: &TermRule) -> String {
    rule.say.join(", ")
}

/// A rule is known by its first word to say, or by the first not to say.
fn term_key(rule: &TermRule) -> String {
    match (rule.say.first(), rule.not.first()) {
        (Some(say), _) => fingerprint(&["say", &say.to_lowercase()]),
        (None, Some(not)) => fingerprint(&["not", &not.to_lowercase()]),
        (None, None) => fingerprint(&["none"]),
    }
}

/// A rule met again: what it adds is taken up.
fn join(candidate: &mut Candidate, rule: &TermRule, place: Place) {
    if let Some(known) = &mut candidate.term {
        for (own, new) in [(&mut known.say, &rule.say), (&mut known.not, &rule.not)] {
            for term in new {
                if !own.iter().any(|known| known == term) {
                    own.push(term.clone());
                }
            }
        }
        let say = known.say.clone();
        known.not.retain(|term| !say.contains(term));
        known.conditional = known.conditional || rule.conditional && !rule.not.is_empty();
        if known.because.is_empty() {
            known.because.clone_from(&rule.because);
        }
        candidate.text = say_text(known);
    }
    candidate.count += 1;
    candidate.places.push(place);
}

/// Spellings the brand keeps to without saying so; `known` are the terms that rules speak of, in lower case.
fn habitual(documents: &[&ReadDocument], known: &HashSet<String>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for habit in habits(documents.iter().map(|document| &document.extract.usage)) {
        if known.contains(&habit.say.to_lowercase()) {
            continue;
        }
        let rule = TermRule {
            say: vec![habit.say.to_owned()],
            not: habit.not,
            because: format!("used {} times, never the other", habit.count),
            conditional: false,
        };
        let places = documents
            .iter()
            .filter_map(|document| {
                let usage = document.extract.usage.get(habit.say)?;
                let quote = habit.say.to_owned();
                Some(Place {
                    document: document.id,
                    content_hash: document.content_hash.clone(),
                    page: 1,
                    start: usage.start,
                    end: usage.end,
                    quote,
                    text: say_text(&rule),
                    term: Some(rule.clone()),
                })
            })
            .take(5)
            .collect();
        found.push(Candidate {
            kind: KitKind::Term,
            fingerprint: term_key(&rule),
            text: say_text(&rule),
            rank: 0.5,
            count: habit.count,
            places,
            term: Some(rule),
        });
    }
    found
}

fn terms(documents: &[&ReadDocument]) -> Vec<Candidate> {
    let mut order: Vec<String> = Vec::new();
    let mut merged: HashMap<String, Candidate> = HashMap::new();
    let found = documents.iter().flat_map(|document| {
        document.extract.found.iter().filter_map(move |found| match &found.what {
            What::Term { rule } => Some((*document, found, rule)),
            _ => None,
        })
    });
    // Rules with both sides first: what only says `not` joins the one that also says what to say.
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|(_, _, rule)| rule.say.is_empty());
    for (document, found, rule) in found {
        let own = term_key(rule);
        let joined = rule.say.is_empty().then(|| {
            order.iter().find(|key| {
                merged[*key].term.as_ref().is_some_and(|known| {
                    rule.not.iter().any(|not| known.not.iter().any(|other| other.eq_ignore_ascii_case(not)))
                })
            })
        });
        let key = joined.flatten().cloned().unwrap_or(own);
        let place = place(document, found, say_text(rule), Some(rule.clone()));
        if let Some(candidate) = merged.get_mut(&key) {
            join(candidate, rule, place);
        } else {
            order.push(key.clone());
            let candidate = Candidate {
                kind: KitKind::Term,
                fingerprint: key.clone(),
                text: say_text(rule),
                term: Some(rule.clone()),
                rank: 0.0,
                count: 1,
                places: vec![place],
            };
            merged.insert(key, candidate);
        }
    }
    let known: HashSet<String> = merged
        .values()
        .filter_map(|candidate| candidate.term.as_ref())
        .flat_map(|rule| rule.say.iter().chain(&rule.not))
        .map(|term| term.to_lowercase())
        .collect();
    let mut candidates: Vec<Candidate> = order.iter().filter_map(|key| merged.remove(key)).collect();
    for candidate in &mut candidates {
        candidate.rank = candidate.term.as_ref().map_or(0.0, worth) + f64::from(candidate.count.min(9)) * 0.01;
    }
    candidates.extend(habitual(documents, &known));
    candidates
}

/// Rules that say both are the most useful, then those that refuse, then those that only spell.
fn worth(rule: &TermRule) -> f64 {
    match (rule.say.is_empty(), rule.not.is_empty()) {
        (false, false) => 3.0,
        (true, false) => 2.0,
        _ => 1.0,
    }
}

/// A sentence with what it is compared by.
struct Compared<'a> {
    document: &'a ReadDocument,
    found: &'a Found,
    kind: KitKind,
    stems: Vec<u64>,
    numbers: Vec<String>,
    score: f64,
}

fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn facts(documents: &[&ReadDocument], brand: &str) -> Vec<Candidate> {
    let brand = fold(brand);
    let mut compared: Vec<Compared<'_>> = Vec::new();
    let mut spread: HashMap<u64, u32> = HashMap::new();
    for document in documents {
        let language = document.extract.language;
        let mut own: HashSet<u64> = HashSet::new();
        for found in &document.extract.found {
            let What::Fact(fact) = &found.what else { continue };
            let mut stems: Vec<u64> = content_stems(&found.quote, language).iter().map(|stem| hash(stem)).collect();
            stems.sort_unstable();
            stems.dedup();
            own.extend(&stems);
            let mut numbers: Vec<String> =
                numbers(&found.quote, language).into_iter().map(|number| number.value).collect();
            numbers.sort();
            compared.push(Compared { document, found, kind: fact.kind, stems, numbers, score: f64::from(fact.weight) });
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
        let named = !brand.is_empty() && fold(&sentence.found.quote).contains(&brand);
        sentence.score *= 0.6 + 0.5 * central + if named { 0.25 } else { 0.0 };
    }
    compared.sort_by(|left, right| {
        let by_place = (left.document.id, left.found.start).cmp(&(right.document.id, right.found.start));
        right.score.total_cmp(&left.score).then(by_place)
    });
    compared.truncate(MOST_COMPARED);
    let mut kept: Vec<(usize, Candidate)> = Vec::new();
    let mut a_document: HashMap<DocumentId, usize> = HashMap::new();
    for (index, sentence) in compared.iter().enumerate() {
        let text = clean(&sentence.found.quote);
        let place = place(sentence.document, sentence.found, text.clone(), None);
        if let Some((_, known)) = kept.iter_mut().find(|(other, _)| same(sentence, &compared[*other])) {
            known.count += 1;
            if known.places.len() < 5 {
                known.places.push(place);
            }
            continue;
        }
        let count = a_document.entry(sentence.document.id).or_default();
        if kept.len() >= MOST_FACTS || *count >= MOST_A_DOCUMENT {
            continue;
        }
        *count += 1;
        kept.push((
            index,
            Candidate {
                kind: sentence.kind,
                fingerprint: fingerprint(&[&fold(&text)]),
                text,
                term: None,
                rank: sentence.score,
                count: 1,
                places: vec![place],
            },
        ));
    }
    let mut seen = HashSet::new();
    kept.into_iter()
        .map(|(_, candidate)| candidate)
        .filter(|candidate| seen.insert((candidate.kind, candidate.fingerprint.clone())))
        .collect()
}

/// True when two sentences have the same numbers and mostly the same words.
fn same(left: &Compared<'_>, right: &Compared<'_>) -> bool {
    if left.numbers != right.numbers || left.stems.is_empty() || right.stems.is_empty() {
        return false;
    }
    let shared = left.stems.iter().filter(|stem| right.stems.binary_search(stem).is_ok()).count();
    shared as f64 >= SAME * (left.stems.len() + right.stems.len() - shared) as f64
}

/// The sentence on one line.
fn clean(quote: &str) -> String {
    quote.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn names(documents: &[&ReadDocument], brand: &str, kind: KitKind, most: usize) -> Vec<Candidate> {
    let brand = fold(brand);
    let mut merged: BTreeMap<String, (Candidate, HashSet<DocumentId>, bool)> = BTreeMap::new();
    for document in documents {
        for found in &document.extract.found {
            let What::Name(name) = &found.what else { continue };
            let key = fold(&name.text);
            if name.kind != kind || key.is_empty() || key == brand || brand.starts_with(&format!("{key} ")) {
                continue;
            }
            let place = place(document, found, name.text.clone(), None);
            let entry = merged.entry(key.clone()).or_insert_with(|| {
                let candidate = Candidate {
                    kind,
                    fingerprint: fingerprint(&[&key]),
                    text: name.text.clone(),
                    term: None,
                    rank: 0.0,
                    count: 0,
                    places: Vec::new(),
                };
                (candidate, HashSet::new(), false)
            });
            entry.0.count += 1;
            entry.1.insert(document.id);
            // The sentence that says what it is comes first.
            if name.defined && !entry.2 {
                entry.0.places.insert(0, place);
            } else if entry.0.places.len() < 5 {
                entry.0.places.push(place);
            }
            entry.2 = entry.2 || name.defined;
        }
    }
    let mut kept: Vec<Candidate> = merged
        .into_values()
        // A product nobody defines must be named in more than one document.
        .filter(|(candidate, documents, defined)| *defined || candidate.count >= 2 && documents.len() >= 2)
        .map(|(mut candidate, documents, defined)| {
            candidate.rank = f64::from(candidate.count) + documents.len() as f64 + if defined { 2.0 } else { 0.0 };
            candidate
        })
        .collect();
    kept.sort_by(|left, right| right.rank.total_cmp(&left.rank).then(left.text.cmp(&right.text)));
    kept.truncate(most);
    kept
}

fn voice(documents: &[&ReadDocument]) -> Vec<VoiceProfile> {
    let mut profiles: Vec<VoiceProfile> = Language::ALL
        .into_iter()
        .filter_map(|language| {
            let counts: Vec<_> = documents
                .iter()
                .map(|document| &document.extract)
                .filter(|extract| extract.language == language && extract.voice.sentences >= VOICE_SENTENCES)
                .map(|extract| extract.voice.clone())
                .collect();
            let measures = profile(&counts);
            (!measures.is_empty()).then(|| VoiceProfile {
                language,
                documents: counts.len() as u32,
                sentences: counts.iter().map(|counts| counts.sentences).sum(),
                measures,
            })
        })
        .collect();
    profiles.sort_by_key(|profile| std::cmp::Reverse(profile.documents));
    profiles
}
