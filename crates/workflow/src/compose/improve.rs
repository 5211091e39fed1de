//! One round of deterministic repairs: each is tried alone and kept only when the score rises.
//!
//! Invariants
//! - The result never scores lower than what was given, and cites nothing that is not evidence.
//! - At most [`MOST_TRIALS`] drafts are scored, so that a round stays within a fraction of a second.

use std::collections::BTreeSet;

use quillhouse_domain::{Brief, Support};
use quillhouse_quality::{
    article::{ArticleReport, CheckId},
    brand::TermRules,
};

use super::{
    brand::{offends, with_words},
    clean::{Standing, is_imperative, standing},
    front,
    label::labels,
    language::{LanguagePack, pack},
    phrase::Phrases,
    run::runs,
    section::{blocks, prefixed},
    space::Space,
    terms::word_count,
};
use crate::{
    draft::{ArticleDraft, DraftBlock, DraftSentence, Outline, SectionDraft, SeoPlan},
    step::Evidence,
};

/// Drafts that one round scores.
const MOST_TRIALS: usize = 14;

/// What every repair may look at.
struct Bench<'a> {
    brief: &'a Brief,
    seo: &'a SeoPlan,
    outline: &'a Outline,
    evidence: &'a Evidence,
    pack: &'a LanguagePack,
}

/// Tries the repairs that the failing checks ask for.
pub(super) fn improve(
    brief: &Brief,
    seo: &SeoPlan,
    outline: &Outline,
    evidence: &Evidence,
    article: &ArticleDraft,
    report: &ArticleReport,
) -> ArticleDraft {
    if evidence.weak || evidence.sentences.is_empty() {
        return article.clone();
    }
    let bench = Bench { brief, seo, outline, evidence, pack: pack(brief.language()) };
    let mut best = article.clone();
    let mut report = report.clone();
    let mut tried: BTreeSet<CheckId> = BTreeSet::new();
    let mut trials = 0;
    while let Some(id) = report.problems().iter().map(|check| check.id).find(|id| !tried.contains(id)) {
        tried.insert(id);
        for candidate in repairs(&bench, &best, id) {
            if trials == MOST_TRIALS {
                return best;
            }
            trials += 1;
            let scored = super::score(bench.brief, bench.seo, &candidate, bench.evidence);
            if scored.score > report.score {
                best = candidate;
                report = scored;
                break;
            }
        }
    }
    best
}

/// Drafts in which one check may be better.
fn repairs(bench: &Bench<'_>, article: &ArticleDraft, id: CheckId) -> Vec<ArticleDraft> {
    match id {
        CheckId::RepeatedSentences | CheckId::UnsupportedShare => without_faulty(bench, article),
        CheckId::TextLength => of_length(bench, article),
        CheckId::TransitionWords => vec![with_connectives(bench, article)],
        CheckId::RepeatedOpenings => {
            vec![with_connectives(bench, article), without_repeated_openings(article, bench.pack)]
        }
        CheckId::ParagraphLength => vec![with_short_paragraphs(article, bench.pack)],
        CheckId::SentenceLength | CheckId::ReadingEase | CheckId::PassiveVoice => without_heavy(bench, article),
        CheckId::BrandTerms => in_brand_words(bench, article),
        CheckId::TitleWidth
        | CheckId::KeyphraseTitle
        | CheckId::DescriptionLength
        | CheckId::KeyphraseDescription
        | CheckId::KeyphraseSlug => with_front(bench, article),
        _ => Vec::new(),
    }
}

/// Sentences repeated or backed by nobody go, with everything that leans on them.
fn without_faulty(bench: &Bench<'_>, article: &ArticleDraft) -> Vec<ArticleDraft> {
    let support = labels(bench.brief, bench.evidence, article.sentences());
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let faulty: Vec<bool> = article
        .sentences()
        .zip(&support)
        .map(|(sentence, label)| {
            let repeated = !seen.insert(sentence.text.to_lowercase());
            repeated || matches!(label, Support::Unsupported { .. })
        })
        .collect();
    let mut at = 0;
    vec![kept(article, bench.pack, |_| {
        at += 1;
        !faulty.get(at - 1).copied().unwrap_or(false)
    })]
}

/// The article without the sentences that `keep` refuses; a leaning follower and a list without its lead-in go as well.
fn kept(article: &ArticleDraft, pack: &LanguagePack, mut keep: impl FnMut(&DraftSentence) -> bool) -> ArticleDraft {
    let mut draft = article.clone();
    for section in &mut draft.sections {
        let mut lead_lost = false;
        let mut blocks = Vec::new();
        for block in section.blocks.drain(..) {
            match block {
                DraftBlock::Paragraph { sentences } => {
                    lead_lost = false;
                    let mut lost = false;
                    let mut left = Vec::new();
                    for sentence in sentences {
                        let wanted = keep(&sentence);
                        let leans = lost && standing(&sentence.text, pack) == Standing::AfterPrevious;
                        lost = !wanted || leans;
                        if lost {
                            lead_lost = sentence.text.ends_with(':');
                        } else {
                            left.push(sentence);
                        }
                    }
                    if !left.is_empty() {
                        blocks.push(DraftBlock::Paragraph { sentences: left });
                    }
                }
                DraftBlock::List { items } => {
                    let wanted: Vec<bool> = items.iter().map(&mut keep).collect();
                    let all = wanted.into_iter().all(|one| one);
                    if all && !lead_lost {
                        blocks.push(DraftBlock::List { items });
                    } else if let Some(DraftBlock::Paragraph { sentences }) = blocks.last_mut()
                        && sentences.last().is_some_and(|last| last.text.ends_with(':'))
                    {
                        sentences.pop();
                    }
                }
            }
        }
        blocks.retain(|block| !block.sentences().is_empty());
        section.blocks = blocks;
    }
    draft.sections.retain(|section| !section.blocks.is_empty());
    draft
}

/// Adds unused runs to the shortest sections, or takes last paragraphs away, towards the wished length.
fn of_length(bench: &Bench<'_>, article: &ArticleDraft) -> Vec<ArticleDraft> {
    let wish = bench.brief.words() as usize;
    let count: usize = article.sentences().map(|sentence| word_count(&sentence.text)).sum();
    let mut draft = article.clone();
    if count > wish {
        let mut over = count - wish;
        while let Some(longest) = (1..draft.sections.len().saturating_sub(1))
            .filter(|&at| draft.sections[at].blocks.len() > 1)
            .max_by_key(|&at| words_of(&draft, at))
        {
            let Some(DraftBlock::Paragraph { sentences }) = draft.sections[longest].blocks.last() else { break };
            let words: usize = sentences.iter().map(|sentence| word_count(&sentence.text)).sum();
            if words > over + 20 {
                break;
            }
            over = over.saturating_sub(words);
            draft.sections[longest].blocks.pop();
        }
        return vec![draft];
    }
    let used: Vec<u32> = article.sentences().filter_map(|sentence| sentence.evidence).collect();
    let space = Space::over(&bench.evidence.sentences, bench.pack);
    let mut unused = runs(&bench.evidence.sentences, &space, bench.pack, &used);
    unused.retain(|run| {
        !run.list && run.sentences.iter().all(|&one| used.iter().all(|&other| space.between(one, other) < 0.8))
    });
    unused.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.sentences.cmp(&right.sentences)));
    let mut reached = count;
    for run in unused {
        if reached * 100 >= wish * 90 {
            break;
        }
        let Some(shortest) = (1..draft.sections.len().saturating_sub(1)).min_by_key(|&at| (words_of(&draft, at), at))
        else {
            break;
        };
        draft.sections[shortest].blocks.extend(blocks(&run.sentences, &bench.evidence.sentences));
        reached += run.words;
    }
    vec![draft]
}

fn words_of(article: &ArticleDraft, section: usize) -> usize {
    article.sections[section].sentences().map(|sentence| word_count(&sentence.text)).sum()
}

/// One connective a section, between two orders that stand in one paragraph of their document.
fn with_connectives(bench: &Bench<'_>, article: &ArticleDraft) -> ArticleDraft {
    let mut draft = article.clone();
    let connective = &bench.pack.connective;
    let mut free = connective
        .addition
        .iter()
        .filter(|one| !article.sentences().any(|sentence| sentence.text.starts_with(one.as_str())));
    for section in draft.sections.iter_mut().skip(1).rev().skip(1) {
        for block in &mut section.blocks {
            let DraftBlock::Paragraph { sentences } = block else { continue };
            let order = |sentence: &DraftSentence| is_imperative(&sentence.text, bench.pack);
            let follows = |before: &DraftSentence, after: &DraftSentence| {
                let source = |sentence: &DraftSentence| {
                    sentence.evidence.and_then(|id| bench.evidence.sentences.get(id as usize))
                };
                source(before).zip(source(after)).is_some_and(|(one, next)| {
                    one.citation.document == next.citation.document && one.block == next.block
                })
            };
            let second = (1..sentences.len()).find(|&at| {
                let (before, after) = (&sentences[at - 1], &sentences[at]);
                order(before) && order(after) && follows(before, after)
            });
            let Some(second) = second.map(|at| &mut sentences[at]) else { continue };
            let Some(one) = free.next() else { return draft };
            if let Some(text) = prefixed(&second.text, one, bench.pack) {
                second.text = text;
            }
            break;
        }
    }
    draft
}

/// Changes places of paragraphs' free sentences where three begin alike.
fn without_repeated_openings(article: &ArticleDraft, pack: &LanguagePack) -> ArticleDraft {
    let mut draft = article.clone();
    for section in &mut draft.sections {
        let count = section.blocks.len();
        for at in 1..count.saturating_sub(1) {
            let opening = |block: &DraftBlock| {
                block.sentences().first().and_then(|sentence| sentence.text.split(' ').next().map(str::to_lowercase))
            };
            let alone = |block: &DraftBlock| {
                block.sentences().first().is_some_and(|sentence| standing(&sentence.text, pack) == Standing::Alone)
            };
            let both = alone(&section.blocks[at])
                && alone(&section.blocks[at + 1])
                && matches!(section.blocks[at], DraftBlock::Paragraph { .. })
                && matches!(section.blocks[at + 1], DraftBlock::Paragraph { .. })
                && !section.blocks[at + 1].sentences().last().is_some_and(|last| last.text.ends_with(':'));
            if both && opening(&section.blocks[at - 1]) == opening(&section.blocks[at]) {
                section.blocks.swap(at, at + 1);
            }
        }
    }
    draft
}

/// Divides paragraphs that are too long, never before a sentence that leans.
fn with_short_paragraphs(article: &ArticleDraft, pack: &LanguagePack) -> ArticleDraft {
    let mut draft = article.clone();
    for section in &mut draft.sections {
        let mut blocks = Vec::new();
        for block in section.blocks.drain(..) {
            match block {
                DraftBlock::Paragraph { mut sentences }
                    if sentences.len() >= 4 && standing(&sentences[2].text, pack) == Standing::Alone =>
                {
                    let rest = sentences.split_off(2);
                    blocks.push(DraftBlock::Paragraph { sentences });
                    blocks.push(DraftBlock::Paragraph { sentences: rest });
                }
                other => blocks.push(other),
            }
        }
        section.blocks = blocks;
    }
    draft
}

/// Leaves the longest sentences out while the length allows it.
fn without_heavy(bench: &Bench<'_>, article: &ArticleDraft) -> Vec<ArticleDraft> {
    let wish = bench.brief.words() as usize;
    let mut lengths: Vec<(usize, u32)> = article
        .sections
        .iter()
        .skip(1)
        .flat_map(SectionDraft::sentences)
        .filter(|sentence| !sentence.text.ends_with(':'))
        .filter_map(|sentence| sentence.evidence.map(|id| (word_count(&sentence.text), id)))
        .collect();
    lengths.sort_by(|left, right| right.cmp(left));
    let count: usize = article.sentences().map(|sentence| word_count(&sentence.text)).sum();
    let mut spare = count.saturating_sub(wish * 82 / 100);
    let mut heavy: BTreeSet<u32> = BTreeSet::new();
    for (length, id) in lengths.into_iter().take_while(|(length, _)| *length > 22).take(4) {
        if length <= spare {
            spare -= length;
            heavy.insert(id);
        }
    }
    if heavy.is_empty() {
        return Vec::new();
    }
    vec![kept(article, bench.pack, |sentence| sentence.evidence.is_none_or(|id| !heavy.contains(&id)))]
}

/// The brand's words put in where that is sure; then without the sentences that still say what the brand does not.
fn in_brand_words(bench: &Bench<'_>, article: &ArticleDraft) -> Vec<ArticleDraft> {
    let kit = &bench.evidence.kit;
    let rules = TermRules::new(&kit.terms, bench.brief.language());
    let fixed = with_words(article, &rules);
    let without = kept(&fixed, bench.pack, |sentence| !offends(&rules, kit, &sentence.text));
    vec![without, fixed]
}

/// Title, description and slug made anew from the headings that stand now.
fn with_front(bench: &Bench<'_>, article: &ArticleDraft) -> Vec<ArticleDraft> {
    let phrases = Phrases::of(bench.brief, bench.pack);
    let headings: Vec<String> =
        article.sections.iter().map(|section| section.heading.clone()).filter(|heading| !heading.is_empty()).collect();
    let title = front::title(bench.brief, &phrases, bench.pack);
    let description = front::description(&phrases, &headings, &title, bench.pack);
    let slug = front::slug(&phrases, &title, bench.pack);
    let mut drafts = vec![
        ArticleDraft { description: description.clone(), ..article.clone() },
        ArticleDraft { title, description, slug, ..article.clone() },
    ];
    if article.title != bench.outline.title {
        drafts.push(ArticleDraft {
            title: bench.outline.title.clone(),
            slug: bench.outline.slug.clone(),
            ..article.clone()
        });
    }
    drafts
}
