//! What code makes of a model's text: cleaned, cut into sentences, each labelled by who stands behind it.

use quillhouse_domain::{DraftReason, Language, Support};
use quillhouse_quality::{
    LeaningKind, is_meta, language, leans_on_outside, originality, support, support::SupportIndex, text,
};

use crate::{
    draft::DraftSentence,
    prompt::strip_hidden,
    step::{Evidence, StepContext},
};

/// Likeness above which a sentence says again what another has said.
const REPEATS: f32 = 0.85;

/// Cosine below which a rewrite has left its source. Paraphrases in `MiniLM` lie above 0.7, shortened sentences above 0.8.
const NEAR_COSINE: f32 = 0.8;

/// Likeness by words that is asked for when there are no vectors.
const NEAR_WORDS: f32 = 0.6;

/// Parts of prompts, templates and chat formats that must not stand in a text.
const LEFTOVERS: [&str; 20] = [
    "<|",
    "|>",
    "‹",
    "›",
    "[inst",
    "{{",
    "}}",
    "{%",
    "```",
    "###",
    "lorem ipsum",
    "[insert",
    "[your",
    "[brand",
    "[name",
    "as an ai",
    "language model",
    "begin with the text",
    "end source",
    "</",
];

/// Openings by which a model speaks about its answer instead of giving it, folded.
const META_OPENINGS: [&str; 34] = [
    "here is",
    "here are",
    "here s",
    "heres",
    "here's",
    "sure",
    "certainly",
    "of course here",
    "i hope",
    "i can",
    "i am",
    "i will",
    "i have",
    "let me know",
    "note that this",
    "this section",
    "in this section",
    "in this article",
    "this article",
    "this post",
    "the article",
    "the section",
    "the text",
    "the source",
    "the sources",
    "according to the source",
    "in conclusion",
    "hier ist",
    "in diesem abschnitt",
    "voici",
    "dans cet article",
    "aqui esta",
    "ecco",
    "hier is",
];

/// What of a prompt or template is left in the text.
pub(super) fn leftover(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    LEFTOVERS.into_iter().find(|part| lower.contains(part))
}

/// True for a sentence about the answer, the page or the article instead of the topic.
pub(super) fn is_meta_talk(sentence: &str, language: Language) -> bool {
    let folded = text::fold(sentence);
    is_meta(sentence, language)
        || META_OPENINGS
            .iter()
            .any(|opening| folded.strip_prefix(opening).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

/// The answer without what models put around a text: code fences, headings, marks of emphasis and lists, quotation marks
/// around the whole, a line that announces the text.
pub(super) fn tidy(answer: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in strip_hidden(answer).lines() {
        let line = line.trim();
        if line.starts_with("```") || line.starts_with('#') || line.starts_with("---") {
            continue;
        }
        let line = line.trim_start_matches(['-', '*', '•', '>']).replace("**", "").replace("__", "");
        lines.push(line.trim().to_owned());
    }
    let announces = |line: &String| line.ends_with(':') && text::word_count(line) <= 20;
    if let Some(first) = lines.iter().position(|line| !line.is_empty())
        && announces(&lines[first])
    {
        lines.drain(..=first);
    }
    let text = lines.join("\n").trim().to_owned();
    match text.strip_prefix(['"', '“', '„', '«']).and_then(|rest| rest.strip_suffix(['"', '”', '“', '»'])) {
        Some(inner) if !inner.contains(['"', '“', '”']) => inner.trim().to_owned(),
        _ => text,
    }
}

/// Paragraphs of whole sentences; a last sentence without its closing mark was cut off and is left out.
pub(super) fn paragraphs(answer: &str, language: Language) -> Vec<Vec<String>> {
    tidy(answer)
        .split("\n\n")
        .map(|paragraph| {
            let folded = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            text::sentences(&folded, language)
                .into_iter()
                .map(|sentence| sentence.text.trim().to_owned())
                .filter(|sentence| sentence.trim_end_matches(['"', '”', '»', ')', '’']).ends_with(['.', '!', '?', '…']))
                .collect::<Vec<_>>()
        })
        .filter(|sentences| !sentences.is_empty())
        .collect()
}

/// A model's text after the check.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// What stands, with the evidence of each sentence.
    pub(super) paragraphs: Vec<Vec<DraftSentence>>,
    /// Sentences the brief stands behind.
    pub(super) from_brief: usize,
    pub(super) removed: usize,
    /// What was missing a source, in words, the first few.
    pub(super) missing: Vec<String>,
}

impl Checked {
    pub(super) fn words(&self) -> usize {
        self.paragraphs.iter().flatten().map(|sentence| text::word_count(&sentence.text)).sum()
    }

    pub(super) fn text(&self) -> String {
        self.paragraphs.iter().flatten().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn sentences(&self) -> usize {
        self.paragraphs.iter().map(Vec::len).sum()
    }
}

/// True when the text is surely not in the language of the brief.
pub(super) fn is_in_another_language(text: &str, wanted: Language) -> bool {
    let detected = language::detect(text);
    detected.certain && detected.language != Some(wanted)
}

/// The index by which sentences are labelled; the brand and the brief's own words are no claims.
pub(super) fn support_index(context: &StepContext, evidence: &Evidence) -> SupportIndex {
    let brief = context.brief;
    let mut names: Vec<&str> = vec![context.brand_name, brief.topic(), brief.audience()];
    names.extend(brief.keywords().iter().map(String::as_str));
    names.retain(|name| !name.is_empty());
    SupportIndex::new(&evidence.sentences, brief.facts(), brief.language()).with_known_names(&names)
}

/// True when the sentence cannot be understood without the one before it.
fn hangs(sentence: &str, language: Language) -> bool {
    matches!(
        leans_on_outside(sentence, language),
        Some(LeaningKind::Pronoun | LeaningKind::Connective | LeaningKind::Pointer)
    )
}

/// True when the sentence is not whole: it announces something that does not come, or its quotation is not closed.
fn is_broken(sentence: &str, language: Language) -> bool {
    matches!(leans_on_outside(sentence, language), Some(LeaningKind::OpenEnd | LeaningKind::Unbalanced))
}

/// True when the sentence says what one of the others says.
pub(super) fn repeats<'a>(sentence: &str, others: impl IntoIterator<Item = &'a str>, language: Language) -> bool {
    others.into_iter().any(|other| {
        originality::near_duplicate(sentence, other) || support::similarity(sentence, other, language) > REPEATS
    })
}

/// Labels each sentence and keeps what a document or the brief stands behind, and general sentences among them.
/// `vectors` has one vector a sentence or is empty.
pub(super) fn checked(
    context: &StepContext,
    evidence: &Evidence,
    paragraphs: &[Vec<String>],
    vectors: &[Vec<i8>],
) -> Checked {
    let language = context.brief.language();
    let index = support_index(context, evidence);
    let mut checked = Checked::default();
    let mut kept_texts: Vec<String> = Vec::new();
    let mut number = 0;
    let mut before_stands = false;
    for paragraph in paragraphs {
        let mut kept = Vec::new();
        for sentence in paragraph {
            let vector = vectors.get(number).map(Vec::as_slice).filter(|vector| !vector.is_empty());
            number += 1;
            if is_broken(sentence, language)
                || (!before_stands && hangs(sentence, language))
                || is_meta_talk(sentence, language)
                || leftover(sentence).is_some()
                || repeats(sentence, kept_texts.iter().map(String::as_str), language)
            {
                checked.removed += 1;
                before_stands = false;
                continue;
            }
            let evidence_id = match index.label(sentence, vector, None) {
                Support::Fact { citation, .. } => {
                    evidence.sentences.iter().find(|known| known.citation == citation).map(|known| known.id)
                }
                Support::User => {
                    checked.from_brief += 1;
                    None
                }
                Support::General => None,
                Support::Unsupported { missing } => {
                    checked.removed += 1;
                    checked.missing.extend(missing.into_iter().take(3));
                    before_stands = false;
                    continue;
                }
            };
            before_stands = true;
            kept_texts.push(sentence.clone());
            kept.push(DraftSentence { text: sentence.clone(), evidence: evidence_id });
        }
        if !kept.is_empty() {
            checked.paragraphs.push(kept);
        }
    }
    checked
}

/// Cosine of two quantised vectors; `None` when they cannot be compared.
fn cosine(left: &[i8], right: &[i8]) -> Option<f32> {
    if left.is_empty() || left.len() != right.len() {
        return None;
    }
    let (mut dot, mut left_square, mut right_square) = (0_i64, 0_i64, 0_i64);
    for (&a, &b) in left.iter().zip(right) {
        let (a, b) = (i64::from(a), i64::from(b));
        dot += a * b;
        left_square += a * a;
        right_square += b * b;
    }
    let length = (left_square as f64).sqrt() * (right_square as f64).sqrt();
    (length > 0.0).then(|| (dot as f64 / length) as f32)
}

/// Checks a rewrite of one sentence without its meaning: form, facts, length, repetition. The sentences of the rewrite,
/// or why it cannot stand.
pub(super) fn rewrite_in_form<'a>(
    source: &str,
    answer: &str,
    others: impl IntoIterator<Item = &'a str>,
    language: Language,
) -> Result<Vec<String>, DraftReason> {
    if let Some(part) = leftover(answer) {
        return Err(DraftReason::Leftover { part: part.to_owned() });
    }
    let rewritten: Vec<String> = paragraphs(answer, language).into_iter().flatten().collect();
    let whole = rewritten.join(" ");
    if rewritten.is_empty() || rewritten.len() > 3 {
        return Err(DraftReason::NoSentence);
    }
    if text::fold(&whole) == text::fold(source) {
        return Err(DraftReason::NothingChanged);
    }
    if text::word_count(&whole) > text::word_count(source) + 3 {
        return Err(DraftReason::Longer);
    }
    if rewritten.iter().any(|sentence| is_meta_talk(sentence, language)) {
        return Err(DraftReason::SpokeAboutAnswer);
    }
    if hangs(&rewritten[0], language) && !hangs(source, language) {
        return Err(DraftReason::LeansOutside);
    }
    if is_in_another_language(&whole, language) {
        return Err(DraftReason::OtherLanguage);
    }
    if let Err(disagreements) = support::agrees(source, &whole, language) {
        let parts = disagreements.iter().take(3).map(support::Disagreement::part).collect();
        return Err(DraftReason::Disagrees { parts });
    }
    let others: Vec<&str> = others.into_iter().collect();
    if rewritten.iter().any(|sentence| repeats(sentence, others.iter().copied(), language)) {
        return Err(DraftReason::Repeats);
    }
    Ok(rewritten)
}

/// True when a rewrite means what its source means, by vectors or, without these, by words.
pub(super) fn means_the_same(source: &str, rewrite: &str, vectors: Option<(&[i8], &[i8])>, language: Language) -> bool {
    match vectors.and_then(|(left, right)| cosine(left, right)) {
        Some(cosine) => cosine >= NEAR_COSINE,
        None => support::similarity(source, rewrite, language) >= NEAR_WORDS,
    }
}
