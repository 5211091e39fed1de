//! The brand kit in what is composed: preferred and hidden facts, the brand's words, its voice in a line.
//!
//! Invariants
//! - A sentence's citation stays the document's own words, whatever the brand's words make of the sentence.
//! - Only replacements that are sure are made; everything else is told by the score.

use quillhouse_domain::{BrandKit, EvidenceSentence, KitPlace, Language, TermRule, VoiceKind};
use quillhouse_quality::{
    brand::{TermRules, tone_words},
    leans_on_outside,
    text::{fold, stems},
};

use crate::{
    draft::{ArticleDraft, DraftBlock},
    step::Evidence,
};

/// What a fact that the user vouches for gains in relevance, and what a sentence loses that says what the brand does not.
const PREFERRED: f32 = 0.25;
const AGAINST_THE_WORDS: f32 = 0.15;

/// What a fact loses that is possibly out of date: enough for a fresh one of the same topic to come first.
const AGED: f32 = 0.2;

/// Words of tone that a prompt names.
const MOST_TONES: usize = 5;

/// Words that a prompt names; more would crowd out the sources.
const MOST_NAMED_RULES: usize = 10;

fn touches(places: &[KitPlace], sentence: &EvidenceSentence) -> bool {
    let cited = &sentence.citation;
    places.iter().any(|place| place.touches(cited.document, cited.start, cited.end))
}

/// Before the choice: hidden facts go, with what leans on them; preferred ones count as found first.
pub(super) fn prepare(kit: &BrandKit, sentences: &mut Vec<EvidenceSentence>, language: Language) {
    let mut gone: Option<(quillhouse_domain::DocumentId, u32, u32)> = None;
    sentences.retain(|sentence| {
        let place = (sentence.citation.document, sentence.block, sentence.position);
        let follows = gone.is_some_and(|(document, block, position)| {
            document == place.0 && block == place.1 && position + 1 == place.2
        });
        let hidden = touches(&kit.hidden, sentence) || follows && leans_on_outside(&sentence.text, language).is_some();
        if hidden {
            gone = Some(place);
        }
        !hidden
    });
    let best = sentences.iter().map(|sentence| sentence.relevance).fold(0.0, f32::max);
    for sentence in sentences.iter_mut().filter(|sentence| touches(&kit.preferred, sentence)) {
        sentence.relevance = best;
    }
    for sentence in sentences.iter_mut().filter(|sentence| touches(&kit.aged, sentence)) {
        sentence.relevance = (sentence.relevance - AGED).max(0.0);
    }
    for (index, sentence) in sentences.iter_mut().enumerate() {
        sentence.id = index as u32;
    }
}

/// After the choice: preferred facts weigh more, the brand's words are put in, and the kit stays with the evidence.
pub(super) fn settle(kit: &BrandKit, evidence: &mut Evidence, language: Language) {
    let rules = TermRules::new(&kit.terms, language);
    for sentence in &mut evidence.sentences {
        if touches(&kit.preferred, sentence) {
            sentence.relevance = (sentence.relevance + PREFERRED).min(1.0);
        }
        if let Some(text) = rules.fixed(&sentence.text) {
            sentence.text = text;
        }
        if rules.hits(&sentence.text).iter().any(|hit| !kit.terms[hit.rule].conditional) {
            sentence.relevance = (sentence.relevance - AGAINST_THE_WORDS).max(0.0);
        }
    }
    evidence.kit = BrandKit { preferred: Vec::new(), hidden: Vec::new(), aged: Vec::new(), ..kit.clone() };
}

/// The article with the brand's words wherever that is sure.
pub(super) fn with_words(article: &ArticleDraft, rules: &TermRules) -> ArticleDraft {
    let mut draft = article.clone();
    let put = |text: &mut String| {
        if let Some(fixed) = rules.fixed(text) {
            *text = fixed;
        }
    };
    put(&mut draft.title);
    put(&mut draft.description);
    for section in &mut draft.sections {
        put(&mut section.heading);
        for block in &mut section.blocks {
            let (DraftBlock::Paragraph { sentences } | DraftBlock::List { items: sentences }) = block;
            for sentence in sentences {
                put(&mut sentence.text);
            }
        }
    }
    draft
}

/// True when a sentence says what the brand never says.
pub(super) fn offends(rules: &TermRules, kit: &BrandKit, text: &str) -> bool {
    rules.hits(text).iter().any(|hit| !kit.terms[hit.rule].conditional)
}

/// The rules that a prompt names, as lines: those whose words stand in the evidence first.
pub(crate) fn named_rules(evidence: &Evidence, language: Language) -> Vec<String> {
    let spoken: std::collections::BTreeSet<String> =
        evidence.sentences.iter().flat_map(|sentence| stems(&sentence.text, language)).collect();
    let near = |rule: &TermRule| {
        rule.say.iter().chain(&rule.not).any(|term| stems(term, language).iter().any(|stem| spoken.contains(stem)))
    };
    let told = evidence.kit.terms.iter().filter(|rule| !rule.not.is_empty() && !rule.conditional);
    let (first, rest): (Vec<&TermRule>, Vec<&TermRule>) = told.partition(|rule| near(rule));
    first
        .into_iter()
        .chain(rest)
        .take(MOST_NAMED_RULES)
        .filter(|rule| !fold(&rule.not.join(" ")).is_empty())
        .map(|rule| match rule.say.first() {
            Some(say) => format!("say \"{say}\", not \"{}\"", rule.not.join("\" or \"")),
            None => format!("never say \"{}\"", rule.not.join("\" or \"")),
        })
        .collect()
}

/// The brand's voice in a line for a prompt; empty without one.
pub(crate) fn voice_line(kit: &BrandKit) -> String {
    let mut parts: Vec<String> = Vec::new();
    // What a guide asks for is surer than what is measured.
    let tone: Vec<&str> = if kit.tone.is_empty() {
        tone_words(&kit.voice)
    } else {
        kit.tone.iter().take(MOST_TONES).map(String::as_str).collect()
    };
    if !tone.is_empty() {
        parts.push(tone.join(", "));
    }
    let value = |kind| kit.measure(kind).map(|measure| measure.value);
    if let Some(length) = kit.measure(VoiceKind::SentenceLength) {
        parts.push(format!("sentences of {:.0} to {:.0} words", length.low, length.high));
    }
    match value(VoiceKind::Person) {
        Some(share) if share >= 0.4 => parts.push("speaks to \"you\" and of itself as \"we\"".to_owned()),
        Some(share) if share <= 0.08 => parts.push("no \"we\" and no \"you\"".to_owned()),
        _ => {}
    }
    match value(VoiceKind::Contractions) {
        Some(share) if share < 0.02 => parts.push("no contractions".to_owned()),
        Some(share) if share >= 0.2 => parts.push("contractions are welcome".to_owned()),
        _ => {}
    }
    if value(VoiceKind::Exclamations).is_some_and(|share| share < 0.005) {
        parts.push("no exclamation marks".to_owned());
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::{Citation, DocumentId};

    use super::*;

    fn sentence(number: u32, text: &str) -> EvidenceSentence {
        let document: DocumentId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let start = number * 100;
        EvidenceSentence {
            id: number,
            citation: Citation {
                document,
                document_name: "Plan.pdf".into(),
                page: 1,
                start,
                end: start + text.chars().count() as u32,
                quote: text.to_owned(),
            },
            text: text.to_owned(),
            heading_path: vec![],
            block: 1,
            position: number,
            list_item: false,
            relevance: 0.5,
            vector: vec![],
        }
    }

    fn place(sentence: &EvidenceSentence) -> KitPlace {
        KitPlace { document: sentence.citation.document, start: sentence.citation.start, end: sentence.citation.end }
    }

    #[test]
    fn hidden_facts_go_with_what_leans_on_them_and_preferred_ones_weigh_more() {
        let mut sentences = vec![
            sentence(0, "The pier cost 4 million kroner."),
            sentence(1, "It opened in May."),
            sentence(2, "Every voyage takes 18 minutes."),
            sentence(3, "The boats leave at noon."),
        ];
        let kit = BrandKit {
            version: 3,
            terms: vec![TermRule { say: vec!["crossing".into()], not: vec!["voyage".into()], ..TermRule::default() }],
            preferred: vec![place(&sentences[2])],
            hidden: vec![place(&sentences[0])],
            ..BrandKit::default()
        };
        prepare(&kit, &mut sentences, Language::En);
        let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        assert_eq!(texts, ["Every voyage takes 18 minutes.", "The boats leave at noon."]);
        let mut evidence = Evidence { sentences, passages: 1, documents: 1, weak: false, kit: BrandKit::default() };
        settle(&kit, &mut evidence, Language::En);
        let first = &evidence.sentences[0];
        assert_eq!(first.text, "Every crossing takes 18 minutes.", "the brand's word is put in");
        assert_eq!(first.citation.quote, "Every voyage takes 18 minutes.", "the quote stays the document's");
        assert!(first.relevance > evidence.sentences[1].relevance);
        assert_eq!(evidence.kit.version, 3, "later steps see the same kit");
        assert!(evidence.kit.preferred.is_empty() && evidence.kit.hidden.is_empty());
        assert_eq!(named_rules(&evidence, Language::En), ["say \"crossing\", not \"voyage\""]);
    }

    #[test]
    fn facts_that_may_be_out_of_date_come_after_the_others() {
        let mut sentences = vec![sentence(0, "In 2019 we carried 900 people."), sentence(1, "We carry 1,200 people.")];
        let kit = BrandKit { aged: vec![place(&sentences[0])], ..BrandKit::default() };
        prepare(&kit, &mut sentences, Language::En);
        assert!(sentences[0].relevance < sentences[1].relevance, "it stays, for it may be the only one");
    }

    #[test]
    fn the_voice_is_told_in_the_guides_words_before_the_measured_ones() {
        let measure = |kind, value| quillhouse_domain::VoiceMeasure { kind, value, low: value, high: value };
        let mut kit = BrandKit { voice: vec![measure(VoiceKind::Plainness, 0.95)], ..BrandKit::default() };
        assert_eq!(voice_line(&kit), "plain");
        kit.tone = vec!["friendly".to_owned(), "not stiff".to_owned()];
        assert_eq!(voice_line(&kit), "friendly, not stiff");
    }
}
