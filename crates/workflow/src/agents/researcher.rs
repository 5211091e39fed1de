//! The researcher: passages from the library, clean sentences from them, and the choice among these. Never asks a model.

use quillhouse_domain::EvidenceSentence;

use super::{done, given, seo_of};
use crate::{
    compose,
    step::{StepContext, StepOutput, Work, WorkResult},
};

/// Passages to read; about 15 to 40 sentences come from ten of them, more than the longest article uses.
const PASSAGES: u32 = 60;

pub(super) fn next(context: &StepContext, results: &[WorkResult]) -> Work {
    let seo = given!(seo_of(context), "seo");
    let Some(WorkResult::Retrieved(passages)) = results.first() else {
        return Work::Retrieve { queries: seo.queries.clone(), limit: PASSAGES };
    };
    let mut sentences = compose::prepare(context.kit, context.brief, compose::evidence(context.brief, passages));
    if sentences.is_empty() {
        return chosen(context, sentences, &[], passages.len());
    }
    let Some(WorkResult::Embedded(vectors)) = results.get(1) else {
        let texts = sentences.iter().map(|sentence| sentence.text.clone()).chain(seo.queries.iter().cloned());
        return Work::Embed { texts: texts.collect() };
    };
    let queries = if vectors.len() == sentences.len() + seo.queries.len() {
        let (of_sentences, of_queries) = vectors.split_at(sentences.len());
        for (sentence, vector) in sentences.iter_mut().zip(of_sentences) {
            sentence.vector.clone_from(vector);
        }
        of_queries
    } else {
        &[]
    };
    chosen(context, sentences, queries, passages.len())
}

fn chosen(context: &StepContext, sentences: Vec<EvidenceSentence>, queries: &[Vec<i8>], passages: usize) -> Work {
    let evidence = compose::select(context.brief, sentences, queries);
    let mut evidence = compose::settle(context.kit, context.brief, evidence);
    evidence.passages = u32::try_from(passages).unwrap_or(u32::MAX);
    done(StepOutput::Research(evidence))
}
