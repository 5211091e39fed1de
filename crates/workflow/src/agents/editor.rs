//! The editor: puts the article together, and improves it round by round, keeping only what is better.

use quillhouse_domain::{ArticleNote, DraftReason, Language, SectionOrigin, SupportCounts, WayOfWorking};
use quillhouse_quality::{
    article::ArticleReport,
    brand::TermRules,
    check::CheckId,
    readability::{is_passive, long_sentence_words},
    text,
};
use serde::Deserialize;

use super::{
    ask::{Answer, Standing, ask, json_object, schema_of, standing, told},
    check, done, evidence_of, given, kit, plan_of, seo_of,
};
use crate::{
    compose,
    draft::{ArticleDraft, DraftBlock, DraftSentence, Outline, SectionDraft, SeoPlan},
    machine::{best_article, standing_section},
    prompt::context::RewriteContext,
    step::{Evidence, StepContext, StepOutput, Work, WorkResult},
};

/// Most sentences in one request; a small model loses its way in longer lists.
const MOST_REWRITES: usize = 6;

/// Failing checks that are told to the model.
const MOST_PROBLEMS: usize = 4;

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RewriteAnswer {
    rewrites: Vec<Rewrite>,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Rewrite {
    number: usize,
    #[schemars(length(min = 5, max = 400))]
    text: String,
}

struct Desk<'a> {
    seo: &'a SeoPlan,
    outline: &'a Outline,
    evidence: &'a Evidence,
}

/// The article from its parts, with its first score.
pub(super) fn assemble(context: &StepContext) -> Work {
    let desk = Desk {
        seo: given!(seo_of(context), "seo"),
        outline: given!(plan_of(context), "outline"),
        evidence: given!(evidence_of(context), "research"),
    };
    let brief = context.brief;
    let part = |key: &str| standing_section(context.outputs, key).cloned();
    let introduction =
        part("introduction").unwrap_or_else(|| compose::introduction(brief, desk.outline, desk.evidence));
    let sections = (0..desk.outline.sections.len())
        .map(|index| {
            part(&format!("section-{}", index + 1))
                .unwrap_or_else(|| compose::section(brief, desk.outline, index, desk.evidence))
        })
        .collect();
    let close = part("close").unwrap_or_else(|| compose::close(brief, desk.outline, desk.evidence));
    let mut article = compose::assemble(brief, desk.outline, introduction, sections, close);
    let dropped = without_repeats(context, &mut article);
    let score = score_of(&compose::score(brief, desk.seo, &article, desk.evidence));
    let note = (dropped > 0)
        .then(|| ArticleNote { reason: Some(DraftReason::RepeatsRemoved { count: told(dropped) }), unchanged: false });
    done(StepOutput::Article { article, score, score_before: None, note })
}

/// Takes out sentences a model wrote that say what an earlier section says; a section keeps at least two sentences.
fn without_repeats(context: &StepContext, article: &mut ArticleDraft) -> usize {
    let language = context.brief.language();
    let mut earlier: Vec<String> = Vec::new();
    let mut dropped = 0;
    for section in &mut article.sections {
        let mut left = section.sentences().count();
        if section.origin == SectionOrigin::Written {
            for block in &mut section.blocks {
                let (DraftBlock::Paragraph { sentences } | DraftBlock::List { items: sentences }) = block;
                sentences.retain(|sentence| {
                    let repeated =
                        left > 2 && check::repeats(&sentence.text, earlier.iter().map(String::as_str), language);
                    if repeated {
                        left -= 1;
                        dropped += 1;
                    }
                    !repeated
                });
            }
            section.blocks.retain(|block| !block.sentences().is_empty());
        }
        earlier.extend(section.sentences().map(|sentence| sentence.text.clone()));
    }
    dropped
}

/// One edit round over the best article so far.
pub(super) fn improve(context: &StepContext, results: &[WorkResult]) -> Work {
    let desk = Desk {
        seo: given!(seo_of(context), "seo"),
        outline: given!(plan_of(context), "outline"),
        evidence: given!(evidence_of(context), "research"),
    };
    let (article, score_before) = given!(best_article(context.outputs), "assemble");
    let report = compose::score(context.brief, desk.seo, article, desk.evidence);
    let weak = if context.way == WayOfWorking::Free {
        weak_sentences(article, &report, desk.evidence, context.brief.language())
    } else {
        Vec::new()
    };
    if weak.is_empty() {
        return best_of(context, &desk, (article, score_before), &report, None, None);
    }
    let language = context.brief.language();
    match standing(results) {
        Standing::Open(refusals) => {
            let count = weak.len().min(MOST_REWRITES) >> refusals.len().min(4);
            if count == 0 {
                let reason = DraftReason::RewritesDoNotFit;
                return best_of(context, &desk, (article, score_before), &report, None, Some(reason));
            }
            let lines: Vec<String> = weak
                .iter()
                .take(count)
                .enumerate()
                .map(|(index, sentence)| format!("{}. {}", index + 1, sentence.text))
                .collect();
            let problems = problems_of(&report, language);
            let sentences = context.prompts.fence("sentences", &lines.join("\n"));
            match context.prompts.render(&RewriteContext { kit: kit(context), problems, sentences }) {
                Ok(prompt) => {
                    let max_tokens = u32::try_from(lines.iter().map(|line| text::word_count(line)).sum::<usize>())
                        .unwrap_or(600)
                        * 2
                        + 80;
                    let schema = Some(schema_of::<RewriteAnswer>());
                    let left_out = super::ask::left_out(weak.len().min(MOST_REWRITES), count);
                    ask(prompt, Answer { max_tokens, temperature: 0.0, schema, left_out })
                }
                Err(_) => best_of(context, &desk, (article, score_before), &report, None, None),
            }
        }
        Standing::Failed(reason) => {
            best_of(context, &desk, (article, score_before), &report, None, Some(reason.clone()))
        }
        Standing::Ranked(_) => best_of(context, &desk, (article, score_before), &report, None, None),
        Standing::Answered(answer, after) => {
            let Some(answer) = json_object::<RewriteAnswer>(answer) else {
                let reason = DraftReason::WrongForm;
                return best_of(context, &desk, (article, score_before), &report, None, Some(reason));
            };
            let texts: Vec<&str> = article.sentences().map(|sentence| sentence.text.as_str()).collect();
            let mut taken: Vec<(&DraftSentence, Vec<String>)> = Vec::new();
            for rewrite in answer.rewrites.iter().take(MOST_REWRITES) {
                let Some(source) = rewrite.number.checked_sub(1).and_then(|index| weak.get(index)) else { continue };
                let others = texts.iter().copied().filter(|text| *text != source.text);
                if !taken.iter().any(|(known, _)| known.text == source.text)
                    && let Ok(sentences) = check::rewrite_in_form(&source.text, &rewrite.text, others, language)
                {
                    taken.push((source, sentences));
                }
            }
            let offered = told(answer.rewrites.len());
            if taken.is_empty() {
                let reason = DraftReason::NoRewritePassed { count: offered };
                return best_of(context, &desk, (article, score_before), &report, None, Some(reason));
            }
            let Some(WorkResult::Embedded(vectors)) = after.first() else {
                let texts = taken.iter().flat_map(|(source, new)| [source.text.clone(), new.join(" ")]);
                return Work::Embed { texts: texts.collect() };
            };
            let mut index = 0;
            taken.retain(|(source, new)| {
                let pair = vectors.get(index).zip(vectors.get(index + 1));
                index += 2;
                let pair = pair.map(|(left, right)| (left.as_slice(), right.as_slice()));
                check::means_the_same(&source.text, &new.join(" "), pair, language)
            });
            let reason = DraftReason::RewritesPassed { found: told(taken.len()), count: offered };
            let rewritten = (!taken.is_empty()).then(|| with_rewrites(article, &taken));
            best_of(context, &desk, (article, score_before), &report, rewritten, Some(reason))
        }
    }
}

/// Sentences with a source that a rewrite could mend: long ones, the longest first, then passive ones when there are too
/// many of these.
fn weak_sentences<'a>(
    article: &'a ArticleDraft,
    report: &ArticleReport,
    evidence: &Evidence,
    language: Language,
) -> Vec<&'a DraftSentence> {
    let failing = |id: CheckId| report.problems().iter().any(|check| check.id == id);
    let mut long: Vec<(usize, &DraftSentence)> = article
        .sentences()
        .filter(|sentence| sentence.evidence.is_some())
        .map(|sentence| (text::word_count(&sentence.text), sentence))
        .filter(|(words, _)| *words > long_sentence_words(language))
        .collect();
    long.sort_by_key(|(words, _)| std::cmp::Reverse(*words));
    let mut weak: Vec<&DraftSentence> = Vec::new();
    if failing(CheckId::BrandTerms) {
        // What code could replace is replaced by then; the rest needs another sentence.
        let rules = TermRules::new(&evidence.kit.terms, language);
        weak.extend(article.sentences().filter(|sentence| !rules.hits(&sentence.text).is_empty()));
    }
    let long: Vec<&DraftSentence> = long.into_iter().map(|(_, sentence)| sentence).collect();
    weak.extend(long.into_iter().filter(|sentence| !weak.contains(sentence)).collect::<Vec<_>>());
    if failing(CheckId::PassiveVoice) {
        let passive = article.sentences().filter(|sentence| {
            sentence.evidence.is_some() && is_passive(&sentence.text, language) && !weak.contains(sentence)
        });
        weak.extend(passive.collect::<Vec<_>>());
    }
    weak
}

fn with_rewrites(article: &ArticleDraft, taken: &[(&DraftSentence, Vec<String>)]) -> ArticleDraft {
    let mut article = article.clone();
    for section in &mut article.sections {
        let mut changed = false;
        for block in &mut section.blocks {
            let (DraftBlock::Paragraph { sentences } | DraftBlock::List { items: sentences }) = block;
            for (source, new) in taken {
                if let Some(position) = sentences.iter().position(|sentence| sentence == *source) {
                    let new = new.iter().map(|text| DraftSentence { text: text.clone(), evidence: source.evidence });
                    sentences.splice(position..=position, new);
                    changed = true;
                }
            }
        }
        if changed && section.origin == SectionOrigin::Composed {
            mark_edited(section);
        }
    }
    article
}

fn mark_edited(section: &mut SectionDraft) {
    section.origin = SectionOrigin::Edited;
    section.reason = None;
}

/// The best of: the article as it was, its computed repair, and the repair of the rewritten one. A candidate stands only
/// when its score rises and no claim loses its support.
fn best_of(
    context: &StepContext,
    desk: &Desk,
    (article, score_before): (&ArticleDraft, f32),
    report: &ArticleReport,
    rewritten: Option<ArticleDraft>,
    reason: Option<DraftReason>,
) -> Work {
    let brief = context.brief;
    let repaired = |article: &ArticleDraft, report: &ArticleReport| {
        compose::improve(brief, desk.seo, desk.outline, desk.evidence, article, report)
    };
    let mut candidates = vec![repaired(article, report)];
    if let Some(rewritten) = rewritten {
        let report = compose::score(brief, desk.seo, &rewritten, desk.evidence);
        candidates.push(repaired(&rewritten, &report));
        candidates.push(rewritten);
    }
    let counts =
        |article: &ArticleDraft| SupportCounts::of(&compose::labels(brief, desk.evidence, article.sentences()));
    let known = counts(article);
    let mut best = (article.clone(), score_before);
    for candidate in candidates {
        let score = score_of(&compose::score(brief, desk.seo, &candidate, desk.evidence));
        if score <= best.1 {
            continue;
        }
        let new = counts(&candidate);
        if new.unsupported <= known.unsupported && new.fact >= known.fact {
            best = (candidate, score);
        }
    }
    let (article, score) = best;
    let unchanged = score <= score_before;
    let note = (reason.is_some() || unchanged).then_some(ArticleNote { reason, unchanged });
    done(StepOutput::Article { article, score, score_before: Some(score_before), note })
}

fn score_of(report: &ArticleReport) -> f32 {
    report.score.clamp(0.0, 10.0)
}

/// What is wrong with single sentences, in words, the most telling first; other failing checks are repaired by code.
fn problems_of(report: &ArticleReport, language: Language) -> Vec<String> {
    let mut problems: Vec<String> = report
        .problems()
        .into_iter()
        .filter_map(|check| match check.id {
            CheckId::SentenceLength => Some(format!("Sentences of more than {} words", long_sentence_words(language))),
            CheckId::ReadingEase => Some("Words and sentences that are hard to read".to_owned()),
            CheckId::PassiveVoice => Some("The passive voice".to_owned()),
            CheckId::BrandTerms => Some("Words that the brand does not say".to_owned()),
            _ => None,
        })
        .collect();
    problems.truncate(MOST_PROBLEMS);
    problems
}
