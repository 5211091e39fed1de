//! The writer: the outline is computed, sections are composed, and a model improves or writes them under check.

use std::collections::BTreeSet;

use quillhouse_domain::{DraftReason, EvidenceSentence, Language, SectionOrigin, WayOfWorking};
use quillhouse_quality::{leans_on_outside, readability::long_sentence_words, text, without_connective};

use super::{
    ask::{Answer, Standing, ask, clear_winner, first_guess, left_out, sources_to_send, standing, told},
    check, done, evidence_of, given, kit, plan_of, seo_of,
};
use crate::{
    compose,
    definition::StepTask,
    draft::{DraftBlock, DraftSentence, Outline, SectionDraft},
    machine::StepSpec,
    prompt::{
        FencedSource, InlineSource, RenderedPrompt,
        context::{CloseContext, EditContext, IntroductionContext, SectionContext, SectionText, TitleContext},
        strip_hidden,
    },
    step::{Evidence, StepContext, StepKey, StepOutput, Work, WorkResult},
};

/// Fewest and most words a model is asked for in an introduction or a close.
const FRAME_WORDS: (u32, u32) = (30, 120);

/// Fewest words a model is asked for in a section.
const FEWEST_SECTION_WORDS: u32 = 40;

/// Most characters of a title, as search results show it.
const TITLE_CHARACTERS: usize = 60;

/// Documents whose neighbouring sentences go along with the claims.
const MOST_PASSAGES: usize = 4;

/// The outline; of several computed titles the model's likelihood may choose.
pub(super) fn outline(context: &StepContext, results: &[WorkResult]) -> Work {
    let seo = given!(seo_of(context), "seo");
    let evidence = given!(evidence_of(context), "research");
    let mut outline = compose::outline(context.brief, seo, evidence);
    let titles = titles(context, &outline);
    if context.way == WayOfWorking::Composed || titles.len() < 2 {
        return done(StepOutput::Outline(outline));
    }
    match standing(results) {
        Standing::Open(refusals) if refusals.is_empty() => {
            match context.prompts.render(&TitleContext { kit: kit(context) }) {
                Ok(prompt) => Work::Rank {
                    prompt: prompt.continuation(),
                    continuations: titles.iter().map(|title| format!(" {title}")).collect(),
                },
                Err(_) => done(StepOutput::Outline(outline)),
            }
        }
        Standing::Ranked(numbers) => {
            outline.title.clone_from(&titles[clear_winner(numbers, titles.len())]);
            done(StepOutput::Outline(outline))
        }
        Standing::Open(_) | Standing::Answered(..) | Standing::Failed(_) => done(StepOutput::Outline(outline)),
    }
}

/// The composer's title first, then others that hold the keyphrase as far to the front and are not longer than they may
/// be.
fn titles(context: &StepContext, outline: &Outline) -> Vec<String> {
    let keyphrase = text::fold(context.brief.keyphrase());
    let capital = |phrase: &str| {
        let mut characters = phrase.chars();
        characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
    };
    let topic = capital(context.brief.topic());
    let own = text::fold(&outline.title);
    let mut titles = vec![outline.title.clone()];
    for title in [topic.clone(), format!("{}: {}", capital(context.brief.keyphrase()), context.brief.topic())] {
        let folded = text::fold(&title);
        let repeated = folded.matches(&keyphrase).count() > 1;
        let opens_alike = folded.starts_with(&keyphrase) || !own.starts_with(&keyphrase);
        if title.chars().count() <= TITLE_CHARACTERS
            && text::word_count(&title) >= 3
            && folded.contains(&keyphrase)
            && opens_alike
            && !repeated
            && !titles.iter().any(|known| text::fold(known) == folded)
        {
            titles.push(title);
        }
    }
    titles
}

/// The introduction, a section or the close.
pub(super) fn section(spec: &StepSpec, context: &StepContext, results: &[WorkResult]) -> Work {
    let outline = given!(plan_of(context), "outline");
    let evidence = given!(evidence_of(context), "research");
    let part = given!(Part::new(spec, outline), "outline");
    let composed = part.composed(context, outline, evidence);
    match context.way {
        WayOfWorking::Composed => done(StepOutput::Section(composed)),
        WayOfWorking::Guided => guided(context, composed, results),
        WayOfWorking::Free => {
            free(&part.measured_by(&composed, outline), spec, context, outline, evidence, composed, results)
        }
    }
}

/// Which part of the article is written.
struct Part<'a> {
    task: StepTask,
    index: usize,
    heading: &'a str,
    claims: &'a [u32],
    words: u32,
}

impl<'a> Part<'a> {
    fn new(spec: &StepSpec, outline: &'a Outline) -> Option<Self> {
        let (index, heading, claims): (usize, &str, &[u32]) = match spec.task {
            StepTask::Section => {
                let index = spec.section?;
                let plan = outline.sections.get(index)?;
                (index, &plan.heading, &plan.claims)
            }
            StepTask::Introduction => (0, "", &outline.introduction),
            _ => (0, "", &outline.close),
        };
        Some(Self { task: spec.task, index, heading, claims, words: FEWEST_SECTION_WORDS })
    }

    /// Asks for as many words as the composed text has, because that is what the evidence carries; more would invite
    /// invention.
    fn measured_by(mut self, composed: &SectionDraft, outline: &Outline) -> Self {
        let words = composed.sentences().map(|sentence| text::word_count(&sentence.text)).sum::<usize>();
        let words = u32::try_from(words).unwrap_or(u32::MAX);
        self.words = match self.task {
            StepTask::Section => {
                let budget = outline.sections.get(self.index).map_or(0, |plan| plan.budget_words);
                words.clamp(FEWEST_SECTION_WORDS, budget.max(FEWEST_SECTION_WORDS))
            }
            _ => words.clamp(FRAME_WORDS.0, FRAME_WORDS.1),
        };
        self
    }

    fn composed(&self, context: &StepContext, outline: &Outline, evidence: &Evidence) -> SectionDraft {
        match self.task {
            StepTask::Section => compose::section(context.brief, outline, self.index, evidence),
            StepTask::Introduction => compose::introduction(context.brief, outline, evidence),
            _ => compose::close(context.brief, outline, evidence),
        }
    }

    fn render(&self, context: &StepContext, outline: &Outline, sources: SectionSources) -> Option<RenderedPrompt> {
        let heading = |index: Option<usize>| {
            index
                .and_then(|index| outline.sections.get(index))
                .map_or_else(InlineSource::default, |plan| InlineSource::new(&plan.heading))
        };
        let (previous, next) = match self.task {
            StepTask::Section => (heading(self.index.checked_sub(1)), heading(Some(self.index + 1))),
            StepTask::Introduction => (InlineSource::default(), heading(Some(0))),
            _ => (heading(outline.sections.len().checked_sub(1)), InlineSource::default()),
        };
        let text = SectionText {
            kit: kit(context),
            title: InlineSource::new(&outline.title),
            heading: InlineSource::new(self.heading),
            words: self.words,
            previous,
            next,
            claims: sources.claims,
            passages: sources.passages,
            complaint: sources.complaint,
        };
        match self.task {
            StepTask::Section => context.prompts.render(&SectionContext(text)),
            StepTask::Introduction => context.prompts.render(&IntroductionContext(text)),
            _ => context.prompts.render(&CloseContext(text)),
        }
        .ok()
    }
}

struct SectionSources {
    claims: Option<FencedSource>,
    passages: Vec<FencedSource>,
    complaint: Option<InlineSource>,
}

fn refused(mut composed: SectionDraft, reason: DraftReason) -> Work {
    composed.reason = Some(reason);
    done(StepOutput::Section(composed))
}

/// One small edit of the longest sentence, or the choice among orders of paragraphs; nothing when neither is needed.
pub(super) fn guided(context: &StepContext, composed: SectionDraft, results: &[WorkResult]) -> Work {
    if let Some((block, position)) = longest_sentence(&composed, context.brief.language()) {
        return shorten(context, composed, (block, position), results);
    }
    let orders = orders(context, &composed);
    if orders.len() < 2 {
        return done(StepOutput::Section(composed));
    }
    match standing(results) {
        Standing::Open(refusals) if refusals.is_empty() => Work::Rank {
            // Ranking writes nothing, so the text stands as it would be read, without hidden characters.
            prompt: strip_hidden(&format!("{}\n\n{}", composed.heading, block_text(&composed.blocks[0]))),
            continuations: orders
                .iter()
                .map(|order| {
                    let texts: Vec<String> = order.iter().map(|block| block_text(&composed.blocks[*block])).collect();
                    strip_hidden(&format!("\n\n{}", texts.join("\n\n")))
                })
                .collect(),
        },
        Standing::Ranked(numbers) => {
            let order = &orders[clear_winner(numbers, orders.len())];
            let mut section = composed;
            let rest: Vec<DraftBlock> = order.iter().map(|block| section.blocks[*block].clone()).collect();
            section.blocks.truncate(1);
            section.blocks.extend(rest);
            done(StepOutput::Section(section))
        }
        Standing::Failed(reason) => refused(composed, reason.clone()),
        Standing::Open(_) => refused(composed, DraftReason::SectionDoesNotFit),
        Standing::Answered(..) => done(StepOutput::Section(composed)),
    }
}

fn block_text(block: &DraftBlock) -> String {
    block.sentences().iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The longest sentence of the paragraphs when it is a long one from a document.
fn longest_sentence(section: &SectionDraft, language: Language) -> Option<(usize, usize)> {
    let mut longest: Option<(usize, (usize, usize))> = None;
    for (block_index, block) in section.blocks.iter().enumerate() {
        let DraftBlock::Paragraph { sentences } = block else { continue };
        for (position, sentence) in sentences.iter().enumerate() {
            let words = text::word_count(&sentence.text);
            if words > long_sentence_words(language)
                && sentence.evidence.is_some()
                && longest.is_none_or(|(known, _)| words > known)
            {
                longest = Some((words, (block_index, position)));
            }
        }
    }
    longest.map(|(_, place)| place)
}

fn shorten(
    context: &StepContext,
    composed: SectionDraft,
    (block, position): (usize, usize),
    results: &[WorkResult],
) -> Work {
    let language = context.brief.language();
    let source = composed.blocks[block].sentences()[position].clone();
    match standing(results) {
        Standing::Open(refusals) if refusals.is_empty() => {
            let sentence = context.prompts.fence("", &source.text);
            let Ok(prompt) = context.prompts.render(&EditContext { kit: kit(context), sentence }) else {
                return done(StepOutput::Section(composed));
            };
            let max_tokens = u32::try_from(text::word_count(&source.text)).unwrap_or(100) * 2 + 20;
            ask(prompt, Answer { max_tokens, temperature: 0.0, schema: None, left_out: None })
        }
        Standing::Open(_) => refused(composed, DraftReason::SentenceDoesNotFit),
        Standing::Failed(reason) => refused(composed, reason.clone()),
        Standing::Ranked(_) => done(StepOutput::Section(composed)),
        Standing::Answered(answer, after) => {
            let others = composed.sentences().filter(|sentence| **sentence != source).map(|other| other.text.as_str());
            let rewritten = match check::rewrite_in_form(&source.text, answer, others, language) {
                Ok(rewritten) => rewritten,
                Err(reason) => return refused(composed, reason),
            };
            if rewritten.iter().any(|sentence| text::word_count(sentence) > long_sentence_words(language)) {
                return refused(composed, DraftReason::StillLong);
            }
            let whole = rewritten.join(" ");
            let Some(WorkResult::Embedded(vectors)) = after.first() else {
                return Work::Embed { texts: vec![source.text, whole] };
            };
            let pair = match vectors.as_slice() {
                [left, right] => Some((left.as_slice(), right.as_slice())),
                _ => None,
            };
            if !check::means_the_same(&source.text, &whole, pair, language) {
                return refused(composed, DraftReason::MovedAway);
            }
            let mut section = composed;
            if let DraftBlock::Paragraph { sentences } = &mut section.blocks[block] {
                let new = rewritten.into_iter().map(|text| DraftSentence { text, evidence: source.evidence });
                sentences.splice(position..=position, new);
            }
            section.origin = SectionOrigin::Edited;
            done(StepOutput::Section(section))
        }
    }
}

/// Orders of the paragraphs after the first, the composer's own first; none when one of them hangs on what is before it.
fn orders(context: &StepContext, section: &SectionDraft) -> Vec<Vec<usize>> {
    let language = context.brief.language();
    let count = section.blocks.len();
    let free = (1..count).all(|index| {
        matches!(&section.blocks[index], DraftBlock::Paragraph { sentences }
        if sentences.first().is_some_and(|first| {
            first.evidence.is_some()
                && leans_on_outside(&first.text, language).is_none()
                && without_connective(&first.text, language).is_none()
        }))
    });
    if !(3..=6).contains(&count) || !free {
        return Vec::new();
    }
    let own: Vec<usize> = (1..count).collect();
    let mut orders = vec![own.clone()];
    for turn in 1..own.len().min(4) {
        let mut order = own.clone();
        order.rotate_left(turn);
        orders.push(order);
    }
    orders
}

/// The claims in their order, then what stands around them in their documents.
fn ranked_sources(part: &Part, outline: &Outline, evidence: &Evidence) -> (Vec<String>, Vec<(String, String)>) {
    let of_id = |id: &u32| evidence.sentences.get(*id as usize).filter(|sentence| sentence.id == *id);
    let claims: Vec<&EvidenceSentence> = part.claims.iter().filter_map(of_id).collect();
    let planned: BTreeSet<u32> = outline
        .sections
        .iter()
        .flat_map(|section| &section.claims)
        .chain(&outline.introduction)
        .chain(&outline.close)
        .copied()
        .collect();
    let mut passages: Vec<(String, String)> = Vec::new();
    for claim in &claims {
        let name = &claim.citation.document_name;
        if passages.len() == MOST_PASSAGES || passages.iter().any(|(known, _)| known == name) {
            continue;
        }
        let around: Vec<&str> = evidence
            .sentences
            .iter()
            .filter(|other| {
                other.citation.document == claim.citation.document
                    && other.heading_path == claim.heading_path
                    && !planned.contains(&other.id)
            })
            .take(4)
            .map(|other| other.text.as_str())
            .collect();
        if !around.is_empty() {
            passages.push((name.clone(), around.join(" ")));
        }
    }
    (claims.iter().map(|claim| claim.text.clone()).collect(), passages)
}

fn free(
    part: &Part,
    spec: &StepSpec,
    context: &StepContext,
    outline: &Outline,
    evidence: &Evidence,
    composed: SectionDraft,
    results: &[WorkResult],
) -> Work {
    let (claims, passages) = ranked_sources(part, outline, evidence);
    if claims.is_empty() {
        return done(StepOutput::Section(composed));
    }
    let language = context.brief.language();
    match standing(results) {
        Standing::Open(refusals) => {
            let max_tokens = part.words * 2 + 80;
            let mut texts = claims.clone();
            texts.extend(passages.iter().map(|(_, text)| text.clone()));
            // Instructions and kit are about 1,500 characters; the exact count is the model's.
            let guess = first_guess(context, max_tokens, 1_500, &texts);
            let Some(keep) = sources_to_send(texts.len(), guess, &refusals) else {
                return refused(composed, DraftReason::SectionSourcesDoNotFit);
            };
            let numbered: Vec<String> =
                claims.iter().take(keep).enumerate().map(|(index, claim)| format!("{}. {claim}", index + 1)).collect();
            let sources = SectionSources {
                claims: Some(context.prompts.fence("claims", &numbered.join("\n"))),
                passages: passages
                    .iter()
                    .take(keep.saturating_sub(claims.len()))
                    .map(|(name, text)| context.prompts.fence(name, text))
                    .collect(),
                complaint: if spec.repair { complaint(spec, context) } else { None },
            };
            match part.render(context, outline, sources) {
                Some(prompt) => ask(
                    prompt,
                    Answer { max_tokens, temperature: 0.3, schema: None, left_out: left_out(texts.len(), keep) },
                ),
                None => done(StepOutput::Section(composed)),
            }
        }
        Standing::Failed(reason) => refused(composed, reason.clone()),
        Standing::Ranked(_) => done(StepOutput::Section(composed)),
        Standing::Answered(answer, after) => {
            let paragraphs = check::paragraphs(answer, language);
            if paragraphs.is_empty() {
                return refused(composed, DraftReason::NoWholeSentence);
            }
            let Some(WorkResult::Embedded(vectors)) = after.first() else {
                return Work::Embed { texts: paragraphs.into_iter().flatten().collect() };
            };
            let checked = check::checked(context, evidence, &paragraphs, vectors);
            if check::is_in_another_language(&checked.text(), language) {
                return refused(composed, DraftReason::OtherLanguage);
            }
            match written(part, &composed, checked) {
                Ok(section) => done(StepOutput::Section(section)),
                Err(reason) => refused(composed, reason),
            }
        }
    }
}

/// Why the first try of this repair was refused.
fn complaint(spec: &StepSpec, context: &StepContext) -> Option<InlineSource> {
    let first = spec.key.as_str().strip_suffix("-repair")?;
    match context.outputs.get(&StepKey::new(first)) {
        Some(StepOutput::Section(section)) => {
            section.reason.as_ref().map(|reason| InlineSource::new(&reason.to_string()))
        }
        _ => None,
    }
}

/// The written section when enough of it stands.
fn written(part: &Part, composed: &SectionDraft, mut checked: check::Checked) -> Result<SectionDraft, DraftReason> {
    let most_words = part.words as usize * 3 / 2 + 20;
    while checked.words() > most_words && checked.sentences() > 2 {
        if let Some(last) = checked.paragraphs.last_mut() {
            last.pop();
            if last.is_empty() {
                checked.paragraphs.pop();
            }
        }
    }
    let cited = checked.paragraphs.iter().flatten().filter(|sentence| sentence.evidence.is_some()).count();
    let supported = cited + checked.from_brief;
    let sentences = checked.sentences();
    let words = checked.words();
    let removed = told(checked.removed);
    let missing = || checked.missing.iter().take(3).cloned().collect();
    if words * 2 < part.words as usize {
        return Err(DraftReason::FewWords { found: told(words), count: part.words, removed, missing: missing() });
    }
    if supported * 2 < sentences || cited < 2.min(part.claims.len()) {
        let (found, count) = (told(supported), told(sentences));
        return Err(DraftReason::FewSources { found, count, removed, missing: missing() });
    }
    Ok(SectionDraft {
        heading: composed.heading.clone(),
        blocks: checked.paragraphs.into_iter().map(|sentences| DraftBlock::Paragraph { sentences }).collect(),
        origin: SectionOrigin::Written,
        reason: None,
    })
}
