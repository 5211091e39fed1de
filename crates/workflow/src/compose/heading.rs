//! Names of sections: the source's own headings where they say something, patterns with the keyphrase otherwise.
//!
//! Invariants
//! - Unique within an outline by their content terms, 2 to 9 words, no closing mark, no page names.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    clean::{is_dirty, lowered},
    cluster::Cluster,
    language::{LanguagePack, choose},
    phrase::{Phrases, capital, inside},
    run::Run,
    terms::{stem, term_set, words},
};

/// Longest heading in characters; longer ones break on phones and in search results.
const MOST_CHARACTERS: usize = 60;

/// A name for every section, in their order.
pub(super) fn headings(
    clusters: &[Cluster],
    runs: &[Run],
    texts: &dyn Fn(u32) -> String,
    phrases: &Phrases,
    pack: &LanguagePack,
) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    let mut used_patterns: BTreeSet<usize> = BTreeSet::new();
    let keyphrase_terms = term_set(&phrases.keyphrase, pack);
    for (index, cluster) in clusters.iter().enumerate() {
        let content: BTreeSet<String> = cluster
            .runs
            .iter()
            .flat_map(|&run| runs[run].sentences.iter())
            .flat_map(|&sentence| term_set(&texts(sentence), pack))
            .collect();
        let heading = from_source(cluster, runs, &chosen, &content, pack)
            .or_else(|| from_terms(cluster, runs, texts, phrases, &keyphrase_terms, &chosen, &mut used_patterns, pack))
            .unwrap_or_else(|| plain(index, &chosen, pack));
        chosen.push(heading);
    }
    with_keyphrase(&mut chosen, clusters, runs, texts, phrases, &keyphrase_terms, pack);
    chosen
}

/// The seed's innermost telling heading, then those of the other runs.
fn from_source(cluster: &Cluster, runs: &[Run], chosen: &[String], content: &BTreeSet<String>, pack: &LanguagePack) -> Option<String> {
    let seed = cluster.seed.heading_path.iter().rev();
    let others = cluster.runs.iter().flat_map(|&run| runs[run].heading_path.iter().rev());
    seed.chain(others)
        .filter_map(|heading| clean(heading, pack))
        .find(|heading| {
            let terms = term_set(heading, pack);
            // A heading that shares no word with its section would be named after something else.
            let fits = terms.iter().any(|term| content.contains(term));
            fits && chosen.iter().all(|other| !alike(&terms, &term_set(other, pack)))
        })
}

/// A heading without numbering and marks, or nothing when it says nothing.
pub(super) fn clean(heading: &str, pack: &LanguagePack) -> Option<String> {
    let folded = heading.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = folded
        .trim_start_matches(|character: char| character.is_ascii_digit() || matches!(character, '.' | ')' | '#' | '§' | '–' | '-' | ' '))
        .trim_end_matches(['.', ':', ';', ',', '!', ' ', '¶', '#']);
    let bare = if folded.starts_with(|character: char| character.is_ascii_digit())
        && folded.chars().nth(1).is_some_and(char::is_alphabetic)
    {
        folded.trim_end_matches(['.', ':', ' '])
    } else {
        bare
    };
    let lower = lowered(bare);
    let count = words(bare).len();
    let one_word_is_enough = count == 1 && bare.chars().count() >= 7;
    let page_like = pack.style.empty_headings.contains(lower.trim_end_matches('?'))
        || pack.sentence.page_phrases.iter().any(|phrase| lower.contains(phrase.as_str()))
        || is_file_name(bare);
    if !(one_word_is_enough || (2..=10).contains(&count)) || bare.chars().count() > MOST_CHARACTERS || page_like || is_dirty(bare) {
        return None;
    }
    Some(sentence_case(bare, pack))
}

fn is_file_name(text: &str) -> bool {
    text.contains('_') || text.rsplit_once('.').is_some_and(|(_, ending)| (2..=4).contains(&ending.len()) && !ending.contains(' '))
}

/// `Our Service Promise` and `OUR PROMISE` become `Our service promise` where headings are written like sentences.
fn sentence_case(heading: &str, pack: &LanguagePack) -> String {
    let letters = heading.chars().filter(|character| character.is_alphabetic()).count();
    let capitals = heading.chars().filter(|character| character.is_uppercase()).count();
    let shouted = letters > 4 && capitals * 10 > letters * 8;
    if shouted {
        let lower = heading.to_lowercase();
        return capital(&lower);
    }
    if !pack.connective.headings_lower {
        return capital(heading);
    }
    let long: Vec<&str> = heading.split_whitespace().filter(|word| word.chars().count() > 3).collect();
    let titled = long.iter().filter(|word| word.chars().next().is_some_and(char::is_uppercase)).count();
    if long.len() < 3 || titled < long.len() {
        return capital(heading);
    }
    let mut parts: Vec<String> = Vec::new();
    for (index, word) in heading.split_whitespace().enumerate() {
        let own_capital = word.chars().skip(1).any(char::is_uppercase);
        parts.push(if index == 0 || own_capital { word.to_owned() } else { word.to_lowercase() });
    }
    capital(&parts.join(" "))
}

fn alike(left: &BTreeSet<String>, right: &BTreeSet<String>) -> bool {
    super::terms::overlap(left, right) > 0.6 || (!left.is_empty() && left == right)
}

/// A pattern around the words that make this section special.
#[expect(clippy::too_many_arguments, reason = "the naming looks at everything the outline knows; a struct would only rename it")]
fn from_terms(
    cluster: &Cluster,
    runs: &[Run],
    texts: &dyn Fn(u32) -> String,
    phrases: &Phrases,
    keyphrase: &BTreeSet<String>,
    chosen: &[String],
    used: &mut BTreeSet<usize>,
    pack: &LanguagePack,
) -> Option<String> {
    let term = telling_term(cluster, runs, texts, keyphrase, chosen, pack)?;
    let (index, pattern) = pack.heading.topical.iter().enumerate().find(|(index, pattern)| {
        !used.contains(index) && phrases.fill(pattern, &[("term", &term), ("Term", &capital(&term))]).chars().count() <= MOST_CHARACTERS
    })?;
    used.insert(index);
    Some(phrases.fill(pattern, &[("term", &term), ("Term", &capital(&term))]))
}

/// The most repeated pair of neighbouring content words of a section, or its most repeated word.
fn telling_term(
    cluster: &Cluster,
    runs: &[Run],
    texts: &dyn Fn(u32) -> String,
    keyphrase: &BTreeSet<String>,
    chosen: &[String],
    pack: &LanguagePack,
) -> Option<String> {
    let taken: BTreeSet<String> = chosen.iter().flat_map(|heading| term_set(heading, pack)).collect();
    let mut counts: BTreeMap<String, (f32, String)> = BTreeMap::new();
    for &run in &cluster.runs {
        for &sentence in &runs[run].sentences {
            let text = texts(sentence);
            let list: Vec<&str> = text.split_whitespace().collect();
            for pair in list.windows(2) {
                let (left, right) = (bare_word(pair[0]), bare_word(pair[1]));
                let whole = pair[0].ends_with(|character: char| character.is_alphanumeric());
                if whole && is_content(&left, pack) && is_content(&right, pack) {
                    let key = format!("{} {}", stem(&lowered(&left)), stem(&lowered(&right)));
                    let entry = counts.entry(key).or_insert((0.0, format!("{left} {right}")));
                    entry.0 += 1.6;
                }
            }
            for word in list.iter().map(|word| bare_word(word)).filter(|word| is_content(word, pack)) {
                let entry = counts.entry(stem(&lowered(&word))).or_insert((0.0, word.clone()));
                entry.0 += 1.0;
            }
        }
    }
    counts
        .into_iter()
        .filter(|(key, (count, _))| {
            let stems: BTreeSet<String> = key.split(' ').map(str::to_owned).collect();
            *count >= 2.0 && stems.is_disjoint(keyphrase) && stems.is_disjoint(&taken)
        })
        .max_by(|left, right| left.1.0.total_cmp(&right.1.0).then(right.0.cmp(&left.0)))
        .map(|(_, (_, term))| inside(&term, pack))
}

fn bare_word(word: &str) -> String {
    word.trim_matches(|character: char| !character.is_alphanumeric()).to_owned()
}

fn is_content(word: &str, pack: &LanguagePack) -> bool {
    let lower = lowered(word);
    word.chars().count() >= 4
        && word.chars().all(|character| character.is_alphabetic() || character == '-')
        && !pack.words.stop.contains(&lower)
        && !pack.words.lowerable.contains(&lower)
        && !pack.style.imperatives.contains(&lower)
        && !lower.ends_with("ly")
}

fn plain(index: usize, chosen: &[String], pack: &LanguagePack) -> String {
    pack.heading
        .plain
        .iter()
        .cycle()
        .skip(index)
        .take(pack.heading.plain.len())
        .find(|heading| !chosen.contains(heading))
        .cloned()
        .unwrap_or_else(|| format!("{} {}", choose(&pack.heading.plain, "more"), index + 1))
}

/// At least one heading carries the keyphrase, at the section that speaks of it most.
fn with_keyphrase(
    headings: &mut [String],
    clusters: &[Cluster],
    runs: &[Run],
    texts: &dyn Fn(u32) -> String,
    phrases: &Phrases,
    keyphrase: &BTreeSet<String>,
    pack: &LanguagePack,
) {
    if keyphrase.is_empty() || headings.is_empty() {
        return;
    }
    let needle = lowered(&phrases.keyphrase);
    let carrying = headings.iter().filter(|heading| lowered(heading).contains(&needle)).count();
    let wanted = 1 + headings.len() / 4;
    let mut order: Vec<(usize, usize)> = clusters
        .iter()
        .enumerate()
        .map(|(index, cluster)| {
            let hits = cluster
                .runs
                .iter()
                .flat_map(|&run| runs[run].sentences.iter())
                .filter(|&&sentence| keyphrase.is_subset(&term_set(&texts(sentence), pack)))
                .count();
            (hits, index)
        })
        .collect();
    order.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    let mut missing = wanted.min(1).saturating_sub(carrying);
    for (_, index) in order {
        if missing == 0 {
            break;
        }
        let named = phrases.fill(&pack.heading.keyphrase_prefix, &[("heading", &inside(&headings[index], pack))]);
        let repeats = term_set(&headings[index], pack).is_subset(keyphrase);
        if named.chars().count() <= MOST_CHARACTERS && !repeats && !lowered(&headings[index]).contains(&needle) {
            headings[index] = named;
            missing -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::Language;

    use super::{super::language::pack, *};

    #[test]
    fn page_names_are_no_headings_and_numbering_goes() {
        let pack = pack(Language::En);
        for (heading, expected) in [
            ("Introduction", None),
            ("3.1 Short, punchy paragraphs", Some("Short, punchy paragraphs")),
            ("FAQs", None),
            ("How To Book Your Ticket", Some("How to book your ticket")),
            ("OUR PROMISE TO GUESTS", Some("Our promise to guests")),
            ("readme_final.md", None),
            ("Accessibility:", Some("Accessibility")),
        ] {
            assert_eq!(clean(heading, pack).as_deref(), expected, "{heading}");
        }
    }
}
