//! Keyphrase, related phrases and queries from the brief alone.
//!
//! Invariants
//! - There is at least one query, no two queries are the same, and there are at most eight.

use quillhouse_domain::Brief;

use super::{
    clean::lowered,
    language::pack,
    phrase::{Phrases, inside},
};
use crate::draft::SeoPlan;

/// Each query costs one embedding and one search.
const MOST_QUERIES: usize = 8;

/// Plans what to look for.
pub(super) fn seo(brief: &Brief) -> SeoPlan {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    let keyphrase = brief.keyphrase().trim_end_matches(['.', '!', '?', ':', ' ']).to_owned();
    let mut related: Vec<String> = brief.keywords().iter().skip(1).cloned().collect();
    if !brief.keywords().is_empty() && lowered(brief.topic()) != lowered(&keyphrase) {
        related.push(phrases.topic.clone());
    }
    let mut queries: Vec<String> = Vec::new();
    let mut add = |query: String| {
        let known = queries.iter().any(|known| lowered(known) == lowered(&query));
        if !query.is_empty() && !known && queries.len() < MOST_QUERIES {
            queries.push(query);
        }
    };
    add(brief.topic().to_owned());
    add(keyphrase.clone());
    for keyword in brief.keywords().iter().skip(1).take(4) {
        add(inside(keyword, pack));
    }
    if !brief.audience().is_empty() {
        add(format!("{} {}", phrases.keyphrase, phrases.audience));
    }
    SeoPlan { keyphrase, related, queries }
}
