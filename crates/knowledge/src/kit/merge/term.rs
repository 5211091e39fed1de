//! Rules for words of all documents: one entry a word to say, the places of all who say it.

use std::collections::{HashMap, HashSet};

use quillhouse_domain::{KitKind, TermRule};

use super::{
    super::{extract::What, fact::FactDate, usage::habits},
    Candidate, Place, ReadDocument, fingerprint, place,
};

/// Places of a rule that are kept; a house style may be repeated in every document.
const MOST_PLACES: usize = 12;

fn say_text(rule: &TermRule) -> String {
    rule.say.join(", ")
}

/// A rule is known by its first word to say, or by the first not to say.
pub(super) fn term_key(rule: &TermRule) -> String {
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
    if candidate.places.len() < MOST_PLACES {
        candidate.places.push(place);
    }
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
            because: "always written like this".to_owned(),
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
            date: FactDate::default(),
            term: Some(rule),
        });
    }
    found
}

pub(super) fn terms(documents: &[&ReadDocument]) -> Vec<Candidate> {
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
                date: FactDate::default(),
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
