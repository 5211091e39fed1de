//! Who stands behind each sentence of a draft.
//!
//! Invariants
//! - A sentence that repeats its evidence word for word is a fact; everything else is judged by `quality`.

use std::collections::BTreeSet;

use quillhouse_domain::{Brief, EvidenceSentence, Support};
use quillhouse_quality::{support::SupportIndex, text::fold};

use super::spoken::spoken;
use crate::{draft::DraftSentence, step::Evidence};

/// Labels sentences in their order.
pub(super) fn labels<'a>(
    brief: &Brief,
    evidence: &Evidence,
    sentences: impl IntoIterator<Item = &'a DraftSentence>,
) -> Vec<Support> {
    // A heading that our own sentence announces is no claim: its section brings the sources.
    let headings: BTreeSet<&str> =
        evidence.sentences.iter().flat_map(|sentence| &sentence.heading_path).map(String::as_str).collect();
    let names: Vec<&str> = [brief.topic(), brief.keyphrase(), brief.audience()]
        .into_iter()
        .chain(brief.keywords().iter().map(String::as_str))
        .chain(headings)
        .filter(|name| !name.is_empty())
        .collect();
    let index = SupportIndex::new(&evidence.sentences, brief.facts(), brief.language()).with_known_names(&names);
    sentences
        .into_iter()
        .map(|sentence| {
            let source = sentence.evidence.and_then(|id| evidence.sentences.get(id as usize));
            match source {
                Some(source) if repeats(&sentence.text, source, brief) => {
                    Support::Fact { citation: source.citation.clone(), strength: 1.0 }
                }
                _ => index.label(&sentence.text, None, sentence.evidence),
            }
        })
        .collect()
}

/// The sentences without those that nobody stands behind: a voice says nothing that its article would not.
pub(super) fn supported(brief: &Brief, evidence: &Evidence, sentences: Vec<DraftSentence>) -> Vec<DraftSentence> {
    let labels = labels(brief, evidence, &sentences);
    let kept = sentences.into_iter().zip(labels).filter(|(_, label)| !matches!(label, Support::Unsupported { .. }));
    kept.map(|(sentence, _)| sentence).collect()
}

/// True for the evidence's own words, also behind a connective or as they are said aloud.
fn repeats(text: &str, source: &EvidenceSentence, brief: &Brief) -> bool {
    const CONNECTIVE_CHARACTERS: usize = 24;
    let said = fold(text);
    [source.text.clone(), spoken(&source.text, brief.language())].iter().any(|form| {
        let form = fold(form);
        !form.is_empty()
            && said.strip_suffix(form.as_str()).is_some_and(|before| before.chars().count() <= CONNECTIVE_CHARACTERS)
    })
}
