//! Candidates of all documents as entries: the same thing said twice is one entry with two places, the most telling first.
//!
//! Invariants
//! - The same extracts give the same entries, whatever order they come in.
//! - An entry's text is that of its first place.

mod fact;
mod name;
mod term;

use std::collections::HashMap;

use quillhouse_domain::{DocumentId, KitKind, Language, TermRule, VoiceProfile};
use quillhouse_quality::{
    brand::{manner, profile},
    text::fold,
};

use super::{
    extract::{Extract, Found},
    fact::FactDate,
};

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
    pub(super) date: FactDate,
}

/// Unit vectors of texts.
pub type Vectors = HashMap<String, Vec<f32>>;

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

fn in_order(documents: &[ReadDocument]) -> Vec<&ReadDocument> {
    let mut documents: Vec<&ReadDocument> = documents.iter().collect();
    documents.sort_by_key(|document| document.id);
    documents
}

/// Texts whose vectors [`merge`] asks for; none when words tell enough.
pub fn doubtful(documents: &[ReadDocument], brand: &str) -> Vec<String> {
    fact::doubtful(&in_order(documents), brand)
}

/// Puts the extracts together. `brand` is the brand's name, which is no product of its own; `vectors` those of the texts
/// that are [`doubtful`], or none.
pub fn merge(documents: &[ReadDocument], brand: &str, vectors: &Vectors) -> Kit {
    let documents = in_order(documents);
    let mut entries = term::terms(&documents);
    entries.extend(fact::facts(&documents, brand, vectors));
    entries.extend(name::names(&documents, brand, KitKind::Product, MOST_PRODUCTS));
    entries.extend(name::names(&documents, brand, KitKind::Audience, MOST_AUDIENCES));
    entries.extend(name::tones(&documents));
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
        Some(rule) => term::term_key(rule),
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
                manner: manner(counts.iter().filter_map(|counts| counts.tone.as_ref()), language),
            })
        })
        .collect();
    profiles.sort_by_key(|profile| std::cmp::Reverse(profile.documents));
    profiles
}
