//! The plan of an article: how many sections, what each says, in which order, under which name.
//!
//! Invariants
//! - No evidence stands in two places of the plan.
//! - With enough evidence there are at least three sections and the budgets add up to the brief's length.

use quillhouse_domain::{Brief, EvidenceSentence};

use super::{
    clean::{Standing, has_early_pronoun, is_imperative, is_negative, lowered, opens_with, standing},
    cluster::{Cluster, clusters},
    front,
    heading::{Headings, Names, Naming, headings, is_beneath},
    language::{LanguagePack, pack},
    phrase::Phrases,
    run::{Run, runs},
    select::are_neighbours,
    space::Space,
    terms::{term_set, word_count},
    weak,
};
use crate::{
    draft::{Outline, SectionPlan, SeoPlan},
    step::Evidence,
};

/// Words of the introduction and of the close.
const FRAME_WORDS: usize = 105;

/// Plans the article.
pub(super) fn outline(brief: &Brief, _seo: &SeoPlan, evidence: &Evidence) -> Outline {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    if evidence.weak || evidence.sentences.is_empty() {
        return weak::outline(brief, evidence);
    }
    let sentences = &evidence.sentences;
    let space = Space::over(sentences, pack);
    let wanted = brief.words() as usize;
    let hook = hook(sentences, &phrases, pack);
    let close = closing(sentences, &hook, &space, pack);
    let taken: Vec<u32> = hook.iter().chain(&close).copied().collect();
    let runs = runs(sentences, &space, pack, &taken);
    let frame = FRAME_WORDS.min(wanted / 4);
    let body = wanted.saturating_sub(frame).max(60);
    let available: usize = runs.iter().map(|run| run.words).sum();
    let count = ((body.min(available) as f32 / 30.0).sqrt().round() as usize).clamp(3, 12);
    let mut clusters = clusters(&runs, &space, count, body);
    let budget = body / clusters.len().max(1);
    order(&mut clusters, &runs, sentences, pack);
    let Headings { mut names, sources, core } =
        headings(&Naming { clusters: &clusters, runs: &runs, sentences, phrases: &phrases, pack });
    for (cluster, source) in clusters.iter_mut().zip(&sources) {
        // What the heading promises comes first; a stable order keeps the rest as it was.
        cluster.runs.sort_by_key(|&run| {
            let beneath = runs[run].sentences.iter().any(|&id| is_beneath(&sentences[id as usize], source, pack));
            !beneath
        });
    }
    if let Some(core) = core {
        // The section about the keyphrase itself is the most general one.
        clusters[..=core].rotate_right(1);
        names[..=core].rotate_right(1);
    }
    let title = front::title(brief, &phrases, pack);
    let description = Names::over(sentences, pack).restored(&front::description(&phrases, &names, &title, pack));
    let slug = front::slug(&phrases, &title, pack);
    let sections = names
        .into_iter()
        .zip(&clusters)
        .map(|(heading, cluster)| SectionPlan {
            heading,
            budget_words: budget as u32,
            claims: cluster.runs.iter().flat_map(|&run| runs[run].sentences.iter().copied()).collect(),
        })
        .collect();
    Outline { title, description, slug, introduction: hook, sections, close }
}

/// The strongest short sentence about the keyphrase that stands alone, with its neighbour when that stands alone too.
fn hook(sentences: &[EvidenceSentence], phrases: &Phrases, pack: &LanguagePack) -> Vec<u32> {
    const MOST_WORDS: usize = 46;
    let keyphrase = term_set(&phrases.keyphrase, pack);
    let needle = lowered(&phrases.keyphrase);
    let best = free_sentences(sentences, pack)
        .filter(|(_, sentence)| (8..=30).contains(&word_count(&sentence.text)))
        .map(|(index, sentence)| {
            let held = term_set(&sentence.text, pack);
            let share = keyphrase.intersection(&held).count() as f32 / keyphrase.len().max(1) as f32;
            let exact = if lowered(&sentence.text).contains(&needle) { 1.5 } else { 0.5 + 0.5 * share };
            // An opening explains or promises; it does not forbid and does not begin with a condition.
            let tone = if is_negative(&sentence.text, pack) {
                0.6
            } else if is_imperative(&sentence.text, pack) {
                0.7
            } else {
                1.0
            };
            let condition = if opens_with(&lowered(&sentence.text), &pack.style.conditions) { 0.85 } else { 1.0 };
            // What stands first under a heading sums it up.
            let first = index.checked_sub(1).is_none_or(|before| {
                sentences[before].heading_path != sentence.heading_path
                    || sentences[before].citation.document != sentence.citation.document
            });
            let early = if first {
                1.16
            } else if sentence.position == 0 {
                1.06
            } else if sentence.position == 1 {
                1.0
            } else {
                0.85
            };
            (sentence.relevance * tone * condition * early * exact * super::run::form(&sentence.text, pack, 0.5), index)
        })
        .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)));
    let Some((_, index)) = best else { return Vec::new() };
    let mut hook = vec![index as u32];
    let next = free_sentences(sentences, pack).find(|(next, sentence)| {
        *next == index + 1
            && are_neighbours(&sentences[index], sentence)
            && !is_negative(&sentence.text, pack)
            && word_count(&sentence.text) + word_count(&sentences[index].text) <= MOST_WORDS
    });
    hook.extend(next.map(|(next, _)| next as u32));
    hook
}

/// Sentences that need nobody and that nobody needs.
fn free_sentences<'a>(
    sentences: &'a [EvidenceSentence],
    pack: &'a LanguagePack,
) -> impl Iterator<Item = (usize, &'a EvidenceSentence)> + 'a {
    sentences.iter().enumerate().filter(move |(index, sentence)| {
        let needed = sentences.get(index + 1).is_some_and(|next| {
            are_neighbours(sentence, next)
                && !next.list_item
                && next.block == sentence.block
                && (standing(&next.text, pack) == Standing::AfterPrevious || has_early_pronoun(&next.text, pack))
        });
        !needed
            && !sentence.list_item
            && standing(&sentence.text, pack) == Standing::Alone
            && (sentence.position == 0 || !has_early_pronoun(&sentence.text, pack))
    })
}

/// One relevant sentence that tells the reader what to do, best one that invites; it leads to the call to action.
fn closing(sentences: &[EvidenceSentence], hook: &[u32], space: &Space, pack: &LanguagePack) -> Vec<u32> {
    free_sentences(sentences, pack)
        .filter(|(index, sentence)| {
            !hook.contains(&(*index as u32))
                && (5..=24).contains(&word_count(&sentence.text))
                && hook.iter().all(|&hook| space.between(hook, *index as u32) < 0.7)
        })
        .filter_map(|(index, sentence)| {
            let lower = lowered(&sentence.text);
            let invites = opens_with(&lower, &pack.style.actions);
            let tells = is_imperative(&sentence.text, pack) && !is_negative(&sentence.text, pack);
            (invites || tells).then(|| {
                (
                    sentence.relevance * if invites { 1.25 } else { 1.0 } * super::run::form(&sentence.text, pack, 0.5),
                    index,
                )
            })
        })
        .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)))
        .map(|(_, index)| vec![index as u32])
        .unwrap_or_default()
}

/// General before specific: by nearness to the brief, what and why first, exceptions and aftercare last.
fn order(clusters: &mut [Cluster], runs: &[Run], sentences: &[EvidenceSentence], pack: &LanguagePack) {
    let key = |cluster: &Cluster| {
        let ids: Vec<u32> = cluster.runs.iter().flat_map(|&run| runs[run].sentences.iter().copied()).collect();
        let relevance = ids.iter().map(|&id| sentences[id as usize].relevance).sum::<f32>() / ids.len().max(1) as f32;
        let heading = cluster.seed.heading_path.last().map(|heading| lowered(heading)).unwrap_or_default();
        let place = if pack.style.late_headings.iter().any(|word| heading.contains(word.as_str())) {
            -0.25
        } else if pack.style.early_headings.iter().any(|word| heading.contains(word.as_str())) {
            0.2
        } else {
            0.0
        };
        let depth = cluster.seed.heading_path.len().min(4) as f32 * -0.03;
        relevance + place + depth
    };
    clusters.sort_by(|left, right| key(right).total_cmp(&key(left)));
}
