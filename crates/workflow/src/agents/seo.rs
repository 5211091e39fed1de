//! The SEO researcher: keyphrase and queries are computed; a model may add related phrases that belong to the brief.

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
    step::{StepContext, StepOutput, Work, WorkResult},
};

/// Most phrases taken from a model.
const MOST_PHRASES: usize = 6;

/// Most phrases that also become queries; more would drown the brief's own words in the fused ranking.
const MOST_QUERIES: usize = 2;

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
        Standing::Answered(answer, _) => {
            if let Some(answer) = json_object::<RelatedAnswer>(answer) {
                add(context, &mut plan, answer.related);
            }
            done(StepOutput::Seo(plan))
        }
        Standing::Open(_) | Standing::Ranked(_) | Standing::Failed(_) => done(StepOutput::Seo(plan)),
    }
}

/// Adds the phrases that belong to the brief. Only a model that has shown that it follows instructions may add queries.
fn add(context: &StepContext, plan: &mut SeoPlan, phrases: Vec<String>) {
    let brief = context.brief;
    let free = context.way == WayOfWorking::Free;
    let mut known: BTreeSet<String> =
        plan.related.iter().chain([&plan.keyphrase]).map(|phrase| text::fold(phrase)).collect();
    let mut queries = 0;
    let mut taken = 0;
    for phrase in phrases {
        let phrase = phrase.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if taken == MOST_PHRASES || !belongs(brief, &phrase, free) || !known.insert(text::fold(&phrase)) {
            continue;
        }
        if free && queries < MOST_QUERIES {
            plan.queries.push(phrase.clone());
            queries += 1;
        }
        plan.related.push(phrase);
        taken += 1;
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
