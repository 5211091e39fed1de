//! More to search for than was asked: from the brief, and from what the best passages have in common. Pure, and the same
//! every time.
//!
//! Pseudo-relevance feedback takes the best passages of a first search as if somebody had judged them relevant. Towards
//! their vectors the query moves as Rocchio's formula has it; their words are chosen as in RM3.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use quillhouse_domain::{Brief, ContentType, Language};
use quillhouse_quality::text::{content_stems, content_words, stems};

/// Passages that count as relevant.
pub(super) const FEEDBACK_PASSAGES: usize = 5;
/// What they count beside the query (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 9.1.1:
/// "reasonable values might be α = 1, β = 0.75").
const FEEDBACK_SHARE: f32 = 0.75;
/// What a ranking by feedback counts beside one by the query itself: RM3's usual half.
pub(super) const FEEDBACK_WEIGHT: f32 = 0.5;
/// Words that are added (RM3's usual number), and how many are looked at for it.
const FEEDBACK_WORDS: usize = 10;
const FEEDBACK_CANDIDATES: usize = 30;
/// Passages that have to share a word before it is looked at: one alone says more about that passage than about the topic.
const FEEDBACK_AGREEMENT: usize = 2;
/// Queries that are made from a brief, beside those that are given.
const MOST_BRIEF_QUERIES: usize = 8;

/// A query and what it counts beside others.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What is asked, in words.
    pub text: String,
    /// 1 for what somebody asked; less for what was made from it.
    pub weight: f32,
}

impl Query {
    /// What somebody asked.
    pub fn asked(text: impl Into<String>) -> Self {
        Self { text: text.into(), weight: 1.0 }
    }
}

/// The given queries, and more that the brief suggests: its topic, the topic with each keyword that adds a word, the
/// topic for its readers, the topic with what a content type needs. None says what another says already.
pub fn of_brief(brief: &Brief, queries: &[String]) -> Vec<Query> {
    let mut all: Vec<Query> = queries.iter().map(Query::asked).collect();
    let language = brief.language();
    let topic = brief.topic();
    let mut more: Vec<Query> = vec![Query::asked(topic)];
    let of_topic: HashSet<String> = content_stems(topic, language).into_iter().collect();
    for keyword in brief.keywords() {
        if content_stems(keyword, language).iter().any(|stem| !of_topic.contains(stem)) {
            more.push(Query { text: format!("{topic} {keyword}"), weight: 0.5 });
        }
    }
    if !brief.audience().trim().is_empty() {
        more.push(Query { text: format!("{topic} {}", brief.audience()), weight: 0.25 });
    }
    let needs: BTreeSet<&str> =
        brief.content_types().iter().filter(|_| language == Language::En).map(|kind| needs(*kind)).collect();
    more.extend(needs.into_iter().map(|need| Query { text: format!("{topic} {need}"), weight: 0.25 }));
    let mut known: HashSet<Vec<String>> = queries.iter().map(|query| bag(query, language)).collect();
    all.extend(more.into_iter().filter(|query| known.insert(bag(&query.text, language))).take(MOST_BRIEF_QUERIES));
    all
}

/// The stems of a query in no order: two queries with the same find the same words.
fn bag(query: &str, language: Language) -> Vec<String> {
    stems(query, language).into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Words for the evidence that a kind of content lives on.
const fn needs(kind: ContentType) -> &'static str {
    match kind {
        ContentType::Blog => "reasons and examples",
        ContentType::Social => "figures and results",
        ContentType::Audio => "people and stories",
        ContentType::Video => "steps and process",
    }
}

/// The query, moved towards the passages that count as relevant; of length one, or `None` when there are none.
pub(super) fn towards<'a>(query: &[f32], relevant: impl IntoIterator<Item = &'a [f32]>) -> Option<Vec<f32>> {
    let mut sum = vec![0.0_f32; query.len()];
    let mut count = 0;
    for vector in relevant {
        if vector.len() == query.len() {
            sum.iter_mut().zip(vector).for_each(|(total, number)| *total += number);
            count += 1;
        }
    }
    if count == 0 {
        return None;
    }
    let share = FEEDBACK_SHARE / count as f32;
    let mut moved: Vec<f32> = query.iter().zip(&sum).map(|(asked, sum)| asked + share * sum).collect();
    let length = moved.iter().map(|number| number * number).sum::<f32>().sqrt();
    if !length.is_finite() || length <= f32::EPSILON {
        return None;
    }
    for number in &mut moved {
        *number /= length;
    }
    Some(moved)
}

/// Words that several of the relevant passages hold and the query does not, with their weight: the share of a passage
/// that they make up, summed. The most promising first; equal ones by the alphabet.
pub(super) fn promising(asked: &[String], relevant: &[(&str, Language)]) -> Vec<(String, f32)> {
    let mut weights: BTreeMap<String, (f32, usize)> = BTreeMap::new();
    let mut known: HashSet<String> = HashSet::new();
    for (text, language) in relevant {
        known.extend(asked.iter().flat_map(|word| stems(word, *language)));
        let words = content_words(text, *language);
        let share = 1.0 / words.len().max(1) as f32;
        let mut here: HashSet<&String> = HashSet::new();
        for word in &words {
            let entry = weights.entry(word.clone()).or_insert((0.0, 0));
            entry.0 += share;
            entry.1 += usize::from(here.insert(word));
        }
    }
    let language = relevant.first().map_or(Language::En, |(_, language)| *language);
    let mut words: Vec<(String, f32)> = weights
        .into_iter()
        .filter(|(word, (_, passages))| *passages >= FEEDBACK_AGREEMENT && word.chars().count() > 2)
        .filter(|(word, _)| word.chars().any(char::is_alphabetic))
        .filter(|(word, _)| !stems(word, language).iter().all(|stem| known.contains(stem)))
        .map(|(word, (weight, _))| (word, weight))
        .collect();
    words.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    words.truncate(FEEDBACK_CANDIDATES);
    words
}

/// Of the promising words those that are rare in the library, as far as that is known: `frequencies` out of `passages`.
pub(super) fn chosen(promising: Vec<(String, f32)>, frequencies: &[u32], passages: u32) -> Vec<String> {
    let mut words: Vec<(String, f32)> = promising
        .into_iter()
        .zip(frequencies)
        .filter(|(_, frequency)| **frequency > 0)
        .map(|((word, weight), frequency)| {
            let rarity = (passages.max(1) as f32 / *frequency as f32).max(1.0).ln();
            (word, weight * rarity)
        })
        .collect();
    words.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    words.truncate(FEEDBACK_WORDS);
    words.into_iter().map(|(word, _)| word).collect()
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::BriefRequest;

    use super::*;

    fn brief(json: &str) -> Brief {
        let request: BriefRequest = serde_json::from_str(json).unwrap();
        Brief::parse(request).unwrap()
    }

    #[test]
    fn a_brief_adds_what_its_queries_leave_out_and_nothing_twice() {
        let brief = brief(
            r#"{"topic": "Winter tyres for bicycles", "keywords": ["winter tyres", "studded tyres"],
                "audience": "commuters", "content_types": ["blog", "social"], "networks": ["linkedin"]}"#,
        );
        let queries = of_brief(&brief, &["studded tyres".to_owned(), "Bicycle tyres for winters".to_owned()]);
        let texts: Vec<(&str, f32)> = queries.iter().map(|query| (query.text.as_str(), query.weight)).collect();
        assert_eq!(
            texts,
            [
                ("studded tyres", 1.0),
                ("Bicycle tyres for winters", 1.0),
                ("Winter tyres for bicycles studded tyres", 0.5),
                ("Winter tyres for bicycles commuters", 0.25),
                ("Winter tyres for bicycles figures and results", 0.25),
                ("Winter tyres for bicycles reasons and examples", 0.25),
            ]
        );
        assert_eq!(queries, of_brief(&brief, &["studded tyres".to_owned(), "Bicycle tyres for winters".to_owned()]));
    }

    #[test]
    fn a_query_moves_towards_what_is_relevant_and_keeps_its_length() {
        let moved = towards(&[1.0, 0.0], [&[0.0, 1.0][..], &[0.0, 1.0]]).unwrap();
        assert!((moved[0] - 0.8).abs() < 1e-6 && (moved[1] - 0.6).abs() < 1e-6, "{moved:?}");
        assert_eq!(towards(&[1.0, 0.0], []), None);
        assert_eq!(towards(&[1.0, 0.0], [&[][..]]), None, "a passage without a vector moves nothing");
    }

    #[test]
    fn words_that_several_good_passages_share_are_added() {
        let relevant = [
            ("Studded tyres grip on ice. Ice is slippery for cyclists.", Language::En),
            ("On ice a cyclist needs studs; rubber compounds help too.", Language::En),
            ("The rubber of winter tyres stays soft when it is cold.", Language::En),
        ];
        let found = promising(&["winter".to_owned(), "tyre".to_owned()], &relevant);
        let words: Vec<&str> = found.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(
            words,
            ["ice", "rubber"],
            "not `tyres`, which was asked for, and nothing that one passage says alone"
        );
        assert_eq!(chosen(found.clone(), &[900, 3], 1_000), ["rubber", "ice"], "rare words first");
        assert_eq!(chosen(found, &[0, 3], 1_000), ["rubber"], "what the library does not hold is no word");
    }
}
