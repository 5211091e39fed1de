//! The SEO researcher: keyphrase and queries are computed; a model may add related phrases that belong to the brief and
//! stand in the library.

use std::collections::BTreeSet;

use quillhouse_domain::{Brief, WayOfWorking};
use quillhouse_quality::text;
use serde::Deserialize;

use super::{
    ask::{Answer, Standing, ask, json_object, schema_of, standing},
    done, kit,
};
use crate::{
    compose,
    draft::SeoPlan,
    prompt::context::RelatedContext,
    step::{RetrievedPassage, StepContext, StepOutput, Work, WorkResult},
};

/// Most phrases taken from a model.
const MOST_PHRASES: usize = 6;

/// Most phrases that also become queries; more would drown the brief's own words in the fused ranking.
const MOST_QUERIES: usize = 2;

/// Passages in which the phrases are looked for.
const PASSAGES: u32 = 24;

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RelatedAnswer {
    /// Phrases of one to five words.
    #[schemars(length(min = 1, max = 8), inner(length(min = 3, max = 60)))]
    related: Vec<String>,
}

pub(super) fn next(context: &StepContext, results: &[WorkResult]) -> Work {
    let mut plan = compose::seo(context.brief);
    if context.way == WayOfWorking::Composed {
        return done(StepOutput::Seo(plan));
    }
    match standing(results) {
        Standing::Open(refusals) if refusals.is_empty() => {
            match context.prompts.render(&RelatedContext { kit: kit(context) }) {
                Ok(prompt) => ask(
                    prompt,
                    Answer {
                        max_tokens: 160,
                        temperature: 0.0,
                        schema: Some(schema_of::<RelatedAnswer>()),
                        left_out: None,
                    },
                ),
                Err(_) => done(StepOutput::Seo(plan)),
            }
        }
        Standing::Answered(answer, after) => {
            let phrases = json_object::<RelatedAnswer>(answer)
                .map_or_else(Vec::new, |answer| belonging(context, &plan, answer.related));
            if phrases.is_empty() {
                return done(StepOutput::Seo(plan));
            }
            let Some(WorkResult::Retrieved(passages)) = after.first() else {
                return Work::Retrieve { queries: phrases, limit: PASSAGES };
            };
            add(context, &mut plan, phrases, passages);
            done(StepOutput::Seo(plan))
        }
        Standing::Open(_) | Standing::Ranked(_) | Standing::Failed(_) => done(StepOutput::Seo(plan)),
    }
}

/// The phrases that belong to the brief and are new.
fn belonging(context: &StepContext, plan: &SeoPlan, phrases: Vec<String>) -> Vec<String> {
    let free = context.way == WayOfWorking::Free;
    let mut known: BTreeSet<String> =
        plan.related.iter().chain([&plan.keyphrase]).map(|phrase| text::fold(phrase)).collect();
    phrases
        .into_iter()
        .map(|phrase| phrase.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
        .filter(|phrase| belongs(context.brief, phrase, free) && known.insert(text::fold(phrase)))
        .take(MOST_PHRASES)
        .collect()
}

/// Adds the phrases whose words stand together in a passage: a phrase the documents cannot carry would only be a
/// promise the article breaks. Only a model that has shown that it follows instructions may add queries.
fn add(context: &StepContext, plan: &mut SeoPlan, phrases: Vec<String>, passages: &[RetrievedPassage]) {
    let language = context.brief.language();
    let passages: Vec<BTreeSet<String>> =
        passages.iter().map(|passage| text::stems(&passage.text, language).into_iter().collect()).collect();
    let mut queries = 0;
    for phrase in phrases {
        let stems = text::content_stems(&phrase, language);
        if !passages.iter().any(|passage| stems.iter().all(|stem| passage.contains(stem))) {
            continue;
        }
        if context.way == WayOfWorking::Free && queries < MOST_QUERIES {
            plan.queries.push(phrase.clone());
            queries += 1;
        }
        plan.related.push(phrase);
    }
}

/// True for a phrase of one to five plain words of which at least one (of a weak model: half) stands in the brief.
fn belongs(brief: &Brief, phrase: &str, free: bool) -> bool {
    let language = brief.language();
    let plain = phrase.chars().all(|character| character.is_alphabetic() || " -'’".contains(character));
    if !plain || phrase.chars().count() > 60 || !(1..=5).contains(&text::word_count(phrase)) {
        return false;
    }
    let stems: BTreeSet<String> = text::content_stems(phrase, language).into_iter().collect();
    let own: BTreeSet<String> = std::iter::once(brief.topic())
        .chain(brief.keywords().iter().map(String::as_str))
        .flat_map(|text| text::content_stems(text, language))
        .collect();
    let shared = stems.intersection(&own).count();
    shared > 0 && (free || shared * 2 >= stems.len())
}
