//! Names of sections: the source's own headings where they say something, patterns with the keyphrase otherwise.
//!
//! Invariants
//! - Unique within an outline by their content terms, 2 to 9 words, no closing mark, no page names.

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::{EvidenceSentence, Language};

use super::{
    clean::{is_dirty, is_imperative, lowered},
    cluster::Cluster,
    language::{LanguagePack, choose},
    phrase::{Phrases, capital, inside, subject},
    run::Run,
    terms::{stem, term_set, word_count, words},
};

/// Share of a section that must stand beneath a heading to name it at once, and when nothing better is found.
const SURE_SHARE: f32 = 0.45;
const LEAST_SHARE: f32 = 0.2;
/// Longest heading in characters; longer ones break on phones and in search results.
const MOST_CHARACTERS: usize = 60;

/// What the naming may look at.
pub(super) struct Naming<'a> {
    pub(super) clusters: &'a [Cluster],
    pub(super) runs: &'a [Run],
    pub(super) sentences: &'a [EvidenceSentence],
    pub(super) phrases: &'a Phrases,
    pub(super) pack: &'a LanguagePack,
}

impl Naming<'_> {
    fn members<'b>(&'b self, cluster: &'b Cluster) -> impl Iterator<Item = &'b EvidenceSentence> + 'b {
        cluster.runs.iter().flat_map(|&run| &self.runs[run].sentences).filter_map(|&id| self.sentences.get(id as usize))
    }
}

/// The names of all sections.
pub(super) struct Headings {
    /// In the sections' order.
    pub(super) names: Vec<String>,
    /// The same as their documents have them.
    pub(super) sources: Vec<String>,
    /// Which section is about the keyphrase itself.
    pub(super) core: Option<usize>,
}

/// A name for every section.
pub(super) fn headings(naming: &Naming<'_>) -> Headings {
    let mut chosen: Vec<String> = Vec::new();
    let mut used_patterns: BTreeSet<usize> = BTreeSet::new();
    let keyphrase = term_set(&naming.phrases.keyphrase, naming.pack);
    // What the title says already names no part.
    let known: BTreeSet<String> = keyphrase.union(&term_set(&naming.phrases.topic, naming.pack)).cloned().collect();
    let core_name = naming.phrases.fill(choose(&naming.pack.heading.core, &naming.phrases.topic), &[]);
    let core = naming
        .clusters
        .iter()
        .position(|cluster| is_core(naming, cluster, &keyphrase))
        .filter(|_| core_name.chars().count() <= MOST_CHARACTERS);
    for (index, cluster) in naming.clusters.iter().enumerate() {
        let heading = if core == Some(index) {
            core_name.clone()
        } else {
            from_source(naming, cluster, &known, &chosen, SURE_SHARE)
                .or_else(|| from_source(naming, cluster, &known, &chosen, LEAST_SHARE))
                .or_else(|| from_terms(naming, cluster, &keyphrase, &chosen, &mut used_patterns))
                .unwrap_or_else(|| plain(index, &chosen, naming.pack))
        };
        chosen.push(heading);
    }
    let sources = chosen.clone();
    let names = Names::over(naming.sentences, naming.pack);
    for heading in &mut chosen {
        *heading = names.restored(heading);
    }
    make_parallel(&mut chosen, naming.pack);
    Headings { names: chosen, sources, core }
}

/// True when the sentence stands beneath the heading, or in the file of that name.
pub(super) fn is_beneath(sentence: &EvidenceSentence, heading: &str, pack: &LanguagePack) -> bool {
    sentence.heading_path.iter().any(|above| clean(above, pack).as_deref() == Some(heading))
        || from_file_name(&sentence.citation.document_name, pack).as_deref() == Some(heading)
}

/// Words that the evidence writes with a capital inside its sentences, such as the name of the brand.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Counts the words; none are names where every noun has a capital.
    pub(super) fn over(sentences: &[EvidenceSentence], pack: &LanguagePack) -> Self {
        if !pack.connective.headings_lower {
            return Self(BTreeSet::new());
        }
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for word in sentences.iter().flat_map(|sentence| sentence.text.split_whitespace().skip(1)) {
            let bare = bare_word(word);
            let Some(first) = bare.chars().next() else { continue };
            let count = counts.entry(lowered(&bare)).or_default();
            if first.is_uppercase() {
                count.0 += 1;
            } else {
                count.1 += 1;
            }
        }
        Self(counts.into_iter().filter(|(_, (name, plain))| name > plain).map(|(word, _)| word).collect())
    }

    /// Gives names the capital back that writing like a sentence took from them.
    pub(super) fn restored(&self, heading: &str) -> String {
        let parts: Vec<String> = heading
            .split(' ')
            .map(|word| if self.0.contains(&lowered(&bare_word(word))) { capital(word) } else { word.to_owned() })
            .collect();
        parts.join(" ")
    }
}

/// Where some headings name things and others give orders, the orders become names: `Structuring the content`.
fn make_parallel(headings: &mut [String], pack: &LanguagePack) {
    // Their last consonant doubles, or they are no verbs.
    const UNBENDING: [&str; 9] = ["begin", "refer", "submit", "prefer", "don't", "never", "always", "please", "note"];
    let orders = headings.iter().filter(|heading| is_imperative(heading, pack)).count();
    if pack.language != Language::En || orders == headings.len() {
        return;
    }
    for heading in headings.iter_mut().filter(|heading| is_imperative(heading, pack)) {
        let first = words(heading).into_iter().next().unwrap_or_default();
        let second = words(heading).into_iter().nth(1).unwrap_or_default();
        if !UNBENDING.contains(&first.as_str()) && !second.ends_with("ing") && !heading.contains([',', '.']) {
            *heading = capital(&subject(&format!("how to {}", inside(heading, pack)), pack));
        }
    }
}

/// True when the section grew from a place whose heading or file is called as the keyphrase or a part of it.
fn is_core(naming: &Naming<'_>, cluster: &Cluster, keyphrase: &BTreeSet<String>) -> bool {
    let named = |name: Option<String>| {
        name.is_some_and(|name| {
            let terms = term_set(&name, naming.pack);
            !terms.is_empty() && terms.is_subset(keyphrase) && terms.len() * 2 >= keyphrase.len()
        })
    };
    let own_name = cluster.seed.heading_path.last().map(|heading| clean(heading, naming.pack));
    let file =
        naming.members(cluster).next().and_then(|first| from_file_name(&first.citation.document_name, naming.pack));
    match own_name {
        Some(own) if named(own.clone()) => true,
        // A sub-heading of its own is more exact than the file's name.
        Some(Some(_)) => false,
        _ => named(file),
    }
}

/// The source heading, or the subject in a file's name, that most of a section stands beneath. The title of a document
/// counts less than what it divides the document into.
fn from_source(
    naming: &Naming<'_>,
    cluster: &Cluster,
    known: &BTreeSet<String>,
    chosen: &[String],
    share: f32,
) -> Option<String> {
    let pack = naming.pack;
    let mut candidates: Vec<(String, f32)> = Vec::new();
    let mut add = |heading: Option<String>, weight: f32| {
        if let Some(heading) = heading
            && !candidates.iter().any(|(known, _)| *known == heading)
        {
            candidates.push((heading, weight));
        }
    };
    for sentence in naming.members(cluster) {
        for (depth, heading) in sentence.heading_path.iter().enumerate() {
            // `Shop handbook` names the document, not what it says.
            let is_title = depth == 0;
            let of_document = words(heading).iter().any(|word| pack.style.document_words.contains(word));
            if !(is_title && of_document) {
                add(clean(heading, pack), if is_title { 0.8 } else { 1.0 + 0.05 * depth as f32 });
            }
        }
        add(from_file_name(&sentence.citation.document_name, pack), 0.7);
    }
    let all = naming.members(cluster).map(|sentence| word_count(&sentence.text)).sum::<usize>().max(1) as f32;
    candidates
        .into_iter()
        .filter_map(|(heading, weight)| {
            let terms = term_set(&heading, pack);
            if terms.is_subset(known) || chosen.iter().any(|other| alike(&terms, &term_set(other, pack))) {
                return None;
            }
            let mut covered = 0.0;
            let mut beneath = 0.0;
            let mut first_beneath = false;
            let mut said = false;
            // The verb of an order says little: `Use contractions` is about contractions.
            let order = words(&heading).into_iter().next().filter(|_| is_imperative(&heading, pack));
            let own: BTreeSet<String> =
                terms.iter().filter(|term| order.as_deref().map(stem).as_ref() != Some(term)).cloned().collect();
            for (order, sentence) in naming.members(cluster).enumerate() {
                let words = word_count(&sentence.text) as f32;
                let shares = !terms.is_disjoint(&term_set(&sentence.text, pack));
                let below = is_beneath(sentence, &heading, pack);
                said |= !own.is_disjoint(&term_set(&sentence.text, pack));
                first_beneath |= order == 0 && below;
                beneath += if below { words } else { 0.0 };
                covered += words
                    * if below {
                        1.0
                    } else if shares {
                        0.6
                    } else {
                        0.0
                    };
            }
            // The opening paragraph must stand beneath it, or a reader looks for what the heading promised.
            let score = covered / all * weight * if first_beneath { 1.0 } else { 0.7 };
            let surely = first_beneath || beneath * 2.0 > all;
            (beneath > all * share && said && (surely || share < SURE_SHARE)).then_some((score, heading))
        })
        .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)))
        .map(|(_, heading)| heading)
}

/// `our-approach--be-concise.md` speaks of being concise; `scan_final_v2.pdf` of nothing.
pub(super) fn from_file_name(name: &str, pack: &LanguagePack) -> Option<String> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let last = stem.rsplit("--").next()?.rsplit('/').next()?;
    let parts: Vec<&str> = last.split(['-', '_', ' ']).filter(|part| !part.is_empty()).collect();
    let plain = parts.iter().all(|part| part.chars().all(char::is_alphabetic))
        && !parts.iter().any(|part| pack.style.document_words.contains(&part.to_lowercase()));
    if !plain || !(2..=6).contains(&parts.len()) {
        return None;
    }
    clean(&parts.join(" "), pack)
}

/// A heading without numbering and marks, or nothing when it says nothing.
pub(super) fn clean(heading: &str, pack: &LanguagePack) -> Option<String> {
    let folded = heading.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = folded
        .trim_start_matches(|character: char| {
            character.is_ascii_digit() || matches!(character, '.' | ')' | '#' | '§' | '–' | '-' | ' ')
        })
        .trim_end_matches(['.', ':', ';', ',', '!', '?', ' ', '¶', '#']);
    let bare = if folded.starts_with(|character: char| character.is_ascii_digit())
        && folded.chars().nth(1).is_some_and(char::is_alphabetic)
    {
        folded.trim_end_matches(['.', ':', ' '])
    } else {
        bare
    };
    let lower = lowered(bare);
    let count = words(bare).len();
    let one_word_is_enough = count == 1 && bare.chars().count() >= 5;
    let page_like = pack.style.empty_headings.contains(lower.trim_end_matches('?'))
        || super::clean::opens_with(&lower, &pack.style.page_openers)
        || pack.sentence.page_phrases.iter().any(|phrase| lower.contains(phrase.as_str()))
        || is_file_name(bare);
    if !(one_word_is_enough || (2..=10).contains(&count))
        || bare.chars().count() > MOST_CHARACTERS
        || page_like
        || is_dirty(bare)
    {
        return None;
    }
    let named = sentence_case(bare, pack);
    Some(if folded.ends_with('?') && !named.ends_with('?') { format!("{named}?") } else { named })
}

fn is_file_name(text: &str) -> bool {
    text.contains('_')
        || text.rsplit_once('.').is_some_and(|(_, ending)| (2..=4).contains(&ending.len()) && !ending.contains(' '))
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
fn from_terms(
    naming: &Naming<'_>,
    cluster: &Cluster,
    keyphrase: &BTreeSet<String>,
    chosen: &[String],
    used: &mut BTreeSet<usize>,
) -> Option<String> {
    let term = telling_term(naming, cluster, keyphrase, chosen)?;
    let filled = |pattern: &str| naming.phrases.fill(pattern, &[("term", &term), ("Term", &capital(&term))]);
    // `Numbers and dates and money` is one `and` too many.
    let is_good = |heading: &str| {
        heading.chars().count() <= MOST_CHARACTERS
            && heading.matches(naming.pack.connective.join_and.as_str()).count() < 2
    };
    let patterns = &naming.pack.heading.topical;
    let index = (0..patterns.len()).find(|index| !used.contains(index) && is_good(&filled(&patterns[*index])))?;
    used.insert(index);
    Some(filled(&patterns[index]))
}

/// The most repeated pair of neighbouring content words of a section, or its most repeated word.
fn telling_term(
    naming: &Naming<'_>,
    cluster: &Cluster,
    keyphrase: &BTreeSet<String>,
    chosen: &[String],
) -> Option<String> {
    let pack = naming.pack;
    let taken: BTreeSet<String> = chosen.iter().flat_map(|heading| term_set(heading, pack)).collect();
    let mut counts: BTreeMap<String, (f32, String)> = BTreeMap::new();
    for sentence in naming.members(cluster) {
        let list: Vec<&str> = sentence.text.split_whitespace().collect();
        for pair in list.windows(2) {
            let (left, right) = (bare_word(pair[0]), bare_word(pair[1]));
            let whole = pair[0].ends_with(|character: char| character.is_alphanumeric());
            if whole && is_content(&left, pack) && is_content(&right, pack) && !lowered(&left).ends_with("ed") {
                let key = format!("{} {}", stem(&lowered(&left)), stem(&lowered(&right)));
                let entry = counts.entry(key).or_insert((0.0, format!("{left} {right}")));
                entry.0 += 1.6;
            }
        }
        for (at, pair) in list.windows(2).enumerate() {
            let (before, word) = (bare_word(pair[0]).to_lowercase(), bare_word(pair[1]));
            // Only between an article or a preposition and a pause or a joining word is a word surely a noun.
            let ends = pair[1].ends_with(|mark: char| !mark.is_alphanumeric())
                || list.get(at + 2).is_none_or(|next| pack.words.stop.contains(&lowered(&bare_word(next))));
            if !ends || !is_content(&word, pack) || !pack.words.determiners.contains(&before) {
                continue;
            }
            let entry = counts.entry(stem(&lowered(&word))).or_insert((0.0, word.clone()));
            entry.0 += 1.0;
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
    word.chars().count() >= 3
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

#[cfg(test)]
mod tests {
    use super::{super::language::pack, *};

    #[test]
    fn orders_beside_names_become_names() {
        let pack = pack(Language::En);
        let mut mixed = ["Structure the content", "Micro hubs", "Keep refining", "Set a target", "Use contractions"]
            .map(str::to_owned);
        make_parallel(&mut mixed, pack);
        assert_eq!(
            mixed,
            ["Structuring the content", "Micro hubs", "Keep refining", "Setting a target", "Using contractions"]
        );
        let mut orders = ["Structure the content", "Use contractions"].map(str::to_owned);
        make_parallel(&mut orders, pack);
        assert_eq!(orders, ["Structure the content", "Use contractions"], "orders alone are parallel");
    }

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
            ("What does it cost?", Some("What does it cost?")),
            ("About Tern Ferries", None),
            ("Costs", Some("Costs")),
        ] {
            assert_eq!(clean(heading, pack).as_deref(), expected, "{heading}");
        }
    }
}
