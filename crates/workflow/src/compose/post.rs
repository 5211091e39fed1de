//! Posts: a hook that stands alone, support, one ask, hashtags; each network gets its own choice and length.
//!
//! Invariants
//! - A post is inside its network's limit; what does not fit is left out whole, never cut.

use std::collections::BTreeSet;

use quillhouse_domain::{Brief, EvidenceSentence, Network, SectionOrigin};
use quillhouse_quality::network::fits;

use super::{
    clean::{Standing, is_negative, lowered, opens_with, standing},
    frame::is_advice,
    language::{LanguagePack, choose, pack},
    phrase::{Phrases, capital},
    section::{ours, taken},
    select::are_neighbours,
    space::Space,
    terms::{term_set, word_count},
};
use crate::{
    draft::{ArticleDraft, DraftSentence, Outline, PostDraft},
    step::Evidence,
};

/// What a network's readers are used to.
struct Shape {
    /// Words of the whole text.
    words: std::ops::RangeInclusive<usize>,
    /// Claims besides the hook; where there is room for one thought, none.
    support: usize,
    hashtags: usize,
}

/// A hook that every network takes, with room for a hashtag.
const HOOK_CHARACTERS: usize = 220;

const fn shape(network: Network) -> Shape {
    match network {
        Network::Linkedin => Shape { words: 80..=140, support: 3, hashtags: 3 },
        Network::X => Shape { words: 8..=40, support: 0, hashtags: 2 },
        Network::Facebook => Shape { words: 40..=76, support: 3, hashtags: 1 },
        Network::Instagram => Shape { words: 50..=100, support: 3, hashtags: 5 },
        Network::Threads => Shape { words: 20..=65, support: 2, hashtags: 1 },
        Network::Bluesky => Shape { words: 10..=42, support: 1, hashtags: 2 },
        Network::Mastodon => Shape { words: 25..=65, support: 2, hashtags: 3 },
    }
}

/// Composes the post of one network.
pub(super) fn post(
    brief: &Brief,
    network: Network,
    outline: &Outline,
    article: Option<&ArticleDraft>,
    evidence: &Evidence,
) -> PostDraft {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    let shape = shape(network);
    let mut draft = PostDraft {
        network,
        paragraphs: Vec::new(),
        hashtags: hashtags(brief, pack, shape.hashtags),
        origin: SectionOrigin::Composed,
        reason: None,
    };
    let candidates = if evidence.weak { Vec::new() } else { candidates(outline, article, evidence, &phrases, pack) };
    if candidates.is_empty() {
        draft.paragraphs = pack.weak.post.iter().map(|text| vec![ours(phrases.fill(text, &[]))]).collect();
        fit(&mut draft);
        return draft;
    }
    let space = Space::over(&evidence.sentences, pack);
    let hook = hook(network, &candidates, pack);
    draft.paragraphs.push(vec![taken(hook)]);
    let asks = if is_advice(outline, evidence, pack) { &pack.post.asks_advice } else { &pack.post.asks_offer };
    let ask = ours(phrases.fill(choose(asks, &format!("{}{}", network.word(), outline.slug)), &[]));
    let mut words = word_count(&hook.text) + word_count(&ask.text);
    let mut chosen: Vec<u32> = vec![hook.id];
    let mut added = 0;
    for candidate in support_order(hook, &candidates) {
        if added >= shape.support
            || words >= *shape.words.start()
                && added > 0
                && network != Network::Linkedin
                && network != Network::Instagram
        {
            break;
        }
        let pair = companion(network, candidate, evidence, pack);
        let length = word_count(&candidate.text) + pair.map_or(0, |pair| word_count(&pair.text));
        let repeats = chosen.iter().any(|&other| {
            space.between(other, candidate.id) > 0.72 || pair.is_some_and(|pair| space.between(other, pair.id) > 0.72)
        });
        if repeats || words + length > *shape.words.end() {
            continue;
        }
        let mut longer = draft.clone();
        push(&mut longer, candidate, pair);
        longer.paragraphs.push(vec![ask.clone()]);
        if !is_inside(&longer) {
            continue;
        }
        push(&mut draft, candidate, pair);
        chosen.push(candidate.id);
        chosen.extend(pair.map(|pair| pair.id));
        words += length;
        added += 1;
    }
    draft.paragraphs.push(vec![ask]);
    fit(&mut draft);
    draft
}

/// A new paragraph of a claim and what stands right behind it.
fn push(draft: &mut PostDraft, sentence: &EvidenceSentence, pair: Option<&EvidenceSentence>) {
    draft.paragraphs.push(std::iter::once(sentence).chain(pair).map(taken).collect());
}

/// The next sentence of the same block, for networks where people read paragraphs.
fn companion<'a>(
    network: Network,
    sentence: &EvidenceSentence,
    evidence: &'a Evidence,
    pack: &LanguagePack,
) -> Option<&'a EvidenceSentence> {
    const MOST_WORDS: usize = 42;
    let next = evidence.sentences.get(sentence.id as usize + 1)?;
    let fits = are_neighbours(sentence, next)
        && next.block == sentence.block
        && !next.list_item
        && !next.text.ends_with(':')
        && standing(&next.text, pack) != Standing::Never
        && word_count(&sentence.text) + word_count(&next.text) <= MOST_WORDS;
    (fits && matches!(network, Network::Linkedin | Network::Instagram | Network::Facebook)).then_some(next)
}

/// Claims that stand alone, the best first.
fn candidates<'a>(
    outline: &Outline,
    article: Option<&ArticleDraft>,
    evidence: &'a Evidence,
    phrases: &Phrases,
    pack: &LanguagePack,
) -> Vec<&'a EvidenceSentence> {
    let ids: BTreeSet<u32> = match article {
        Some(article) => article.sentences().filter_map(|sentence| sentence.evidence).collect(),
        None => outline
            .introduction
            .iter()
            .chain(outline.sections.iter().flat_map(|section| &section.claims))
            .chain(&outline.close)
            .copied()
            .collect(),
    };
    let needle = lowered(&phrases.keyphrase);
    let mut ranked: Vec<(f32, &EvidenceSentence)> = ids
        .into_iter()
        .filter_map(|id| evidence.sentences.get(id as usize))
        .filter(|sentence| {
            !sentence.list_item
                && standing(&sentence.text, pack) == Standing::Alone
                && (5..=32).contains(&word_count(&sentence.text))
        })
        .map(|sentence| {
            let names = if lowered(&sentence.text).contains(&needle) { 1.25 } else { 1.0 };
            let condition = if opens_with(&lowered(&sentence.text), &pack.style.conditions) { 0.9 } else { 1.0 };
            let opening = if sentence.position == 0 { 1.0 } else { 0.88 };
            let negative = if is_negative(&sentence.text, pack) { 0.92 } else { 1.0 };
            (
                sentence.relevance
                    * super::run::form(&sentence.text, pack, 0.6)
                    * names
                    * condition
                    * negative
                    * opening,
                sentence,
            )
        })
        .collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.id.cmp(&right.1.id)));
    // A post has room for the core of the topic only.
    let floor = ranked.first().map_or(0.0, |(best, _)| best * 0.55);
    let core = ranked.iter().filter(|(score, _)| *score >= floor).count().max(4);
    ranked.into_iter().take(core).map(|(_, sentence)| sentence).collect()
}

/// The networks open with different claims of the best few; a hook is short.
fn hook<'a>(network: Network, candidates: &[&'a EvidenceSentence], pack: &LanguagePack) -> &'a EvidenceSentence {
    let best: Vec<&EvidenceSentence> = candidates
        .iter()
        .copied()
        .filter(|sentence| {
            word_count(&sentence.text) <= 24
                && sentence.text.chars().count() <= HOOK_CHARACTERS
                && !is_negative(&sentence.text, pack)
        })
        .take(7)
        .collect();
    let turn = match network {
        Network::Linkedin => 0,
        Network::X => 1,
        Network::Facebook => 2,
        Network::Instagram => 3,
        Network::Bluesky => 4,
        Network::Threads => 5,
        Network::Mastodon => 6,
    };
    if best.is_empty() {
        return candidates
            .iter()
            .copied()
            .min_by_key(|sentence| sentence.text.chars().count())
            .unwrap_or(candidates[0]);
    }
    best[turn % best.len()]
}

/// The other claims by rank, from ever new documents first.
fn support_order<'a>(hook: &EvidenceSentence, candidates: &[&'a EvidenceSentence]) -> Vec<&'a EvidenceSentence> {
    let mut order: Vec<&EvidenceSentence> = Vec::new();
    let mut seen = BTreeSet::from([hook.citation.document]);
    // Each network goes on from its own hook, so that their posts do not all support it with the same claim.
    let from = candidates.iter().position(|candidate| candidate.id == hook.id).unwrap_or(0);
    let turned: Vec<&EvidenceSentence> = candidates.iter().cycle().skip(from).take(candidates.len()).copied().collect();
    for &candidate in &turned {
        if candidate.id != hook.id && seen.insert(candidate.citation.document) {
            order.push(candidate);
        }
    }
    for &candidate in &turned {
        if candidate.id != hook.id && !order.iter().any(|known| known.id == candidate.id) {
            order.push(candidate);
        }
    }
    order
}

/// Leaves hashtags, then asks and supports out until the post fits.
fn fit(draft: &mut PostDraft) {
    while !is_inside(draft) && !draft.hashtags.is_empty() {
        draft.hashtags.pop();
    }
    while !is_inside(draft) && draft.paragraphs.len() > 1 {
        draft.paragraphs.pop();
    }
    if !is_inside(draft)
        && let Some(first) = draft.paragraphs.first_mut()
    {
        let mut sentence: DraftSentence = first.swap_remove(0);
        sentence.text = super::front::shortened(&sentence.text, HOOK_CHARACTERS);
        sentence.text.push('…');
        *first = vec![sentence];
    }
}

fn is_inside(draft: &PostDraft) -> bool {
    fits(draft.network, &draft.to_text())
}

/// Keyphrases as one word each, most important first.
fn hashtags(brief: &Brief, pack: &LanguagePack, most: usize) -> Vec<String> {
    let topic = brief.topic().to_owned();
    let phrases = if brief.keywords().is_empty() { std::slice::from_ref(&topic) } else { brief.keywords() };
    let mut tags: Vec<String> = Vec::new();
    for phrase in phrases {
        let parts: Vec<&str> = phrase
            .split(|character: char| !character.is_alphanumeric())
            .filter(|part| !part.is_empty() && !pack.words.stop.contains(&part.to_lowercase()))
            .collect();
        let tag: String = parts.iter().map(|part| capital(part)).collect();
        let sensible = (1..=4).contains(&parts.len())
            && (3..=32).contains(&tag.chars().count())
            && tag.chars().any(char::is_alphabetic)
            && !term_set(phrase, pack).is_empty();
        if sensible && !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag);
        }
        if tags.len() == most {
            break;
        }
    }
    tags
}
