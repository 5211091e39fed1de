//! Products, audiences and words of tone of all documents.

use std::collections::{BTreeMap, HashSet};

use quillhouse_domain::{DocumentId, KitKind};
use quillhouse_quality::text::fold;

use super::{
    super::{extract::What, fact::FactDate},
    Candidate, ReadDocument, fingerprint, place,
};

/// Places of an entry that are kept.
const MOST_PLACES: usize = 5;

pub(super) fn names(documents: &[&ReadDocument], brand: &str, kind: KitKind, most: usize) -> Vec<Candidate> {
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
                    date: FactDate::default(),
                };
                (candidate, HashSet::new(), false)
            });
            entry.0.count += 1;
            entry.1.insert(document.id);
            // The sentence that says what it is comes first.
            if name.defined && !entry.2 {
                entry.0.places.insert(0, place);
            } else if entry.0.places.len() < MOST_PLACES {
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

/// What the guides say of the tone: one entry a word. Of a word that is both wanted and refused the more frequent holds.
pub(super) fn tones(documents: &[&ReadDocument]) -> Vec<Candidate> {
    let mut merged: BTreeMap<(&str, bool), Candidate> = BTreeMap::new();
    for document in documents {
        for found in &document.extract.found {
            let What::Tone { word, refused } = &found.what else { continue };
            let text = if *refused { format!("not {word}") } else { word.clone() };
            let place = place(document, found, text.clone(), None);
            let entry = merged.entry((word, *refused)).or_insert_with(|| Candidate {
                kind: KitKind::Tone,
                fingerprint: fingerprint(&[&fold(&text)]),
                text,
                term: None,
                rank: 0.0,
                count: 0,
                places: Vec::new(),
                date: FactDate::default(),
            });
            entry.count += 1;
            if entry.places.len() < MOST_PLACES {
                entry.places.push(place);
            }
        }
    }
    let counts: BTreeMap<(&str, bool), u32> = merged.iter().map(|(key, entry)| (*key, entry.count)).collect();
    let mut kept: Vec<Candidate> = merged
        .into_iter()
        .filter(|((word, refused), entry)| match counts.get(&(*word, !refused)) {
            Some(other) => entry.count > *other || entry.count == *other && !refused,
            None => true,
        })
        .map(|((_, refused), mut entry)| {
            entry.rank = f64::from(entry.count) + if refused { 0.0 } else { 0.5 };
            entry
        })
        .collect();
    kept.sort_by(|left, right| right.rank.total_cmp(&left.rank).then(left.text.cmp(&right.text)));
    kept
}
