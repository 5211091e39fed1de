//! Title, meta description and slug.
//!
//! Invariants
//! - A title has at most 60 characters, a description at most 156; neither is cut inside a word.

use quillhouse_domain::Brief;

use super::{
    clean::lowered,
    language::{LanguagePack, choose},
    phrase::{Phrases, enumerate},
    terms::term_set,
};

/// What search results show of a title.
pub(super) const TITLE_CHARACTERS: usize = 60;
/// What search results show of a description, and the least that fills its two lines.
pub(super) const DESCRIPTION_CHARACTERS: std::ops::RangeInclusive<usize> = 121..=156;

/// The topic when it carries the keyphrase and fits, else the keyphrase with what fits behind it.
pub(super) fn title(brief: &Brief, phrases: &Phrases, pack: &LanguagePack) -> String {
    let topic = &phrases.topic_capital;
    let keyphrase = lowered(&phrases.keyphrase);
    let carries = lowered(topic).find(&keyphrase).is_some_and(|at| at <= topic.len() / 2);
    let same = lowered(topic) == keyphrase;
    let length = topic.chars().count();
    if carries && length <= TITLE_CHARACTERS && (!same || length >= 30) {
        return topic.clone();
    }
    let shares = !term_set(topic, pack).is_disjoint(&term_set(&phrases.keyphrase, pack));
    let fitting = pack.title.patterns.iter().find_map(|pattern| {
        let missing = pattern.contains("{audience}") && brief.audience().is_empty();
        let repeats = pattern.contains("{topic}") && (shares || same);
        let title = phrases.fill(pattern, &[]);
        (!missing && !repeats && title.chars().count() <= TITLE_CHARACTERS).then_some(title)
    });
    fitting.unwrap_or_else(|| shortened(if carries || same { topic } else { &phrases.keyphrase }, TITLE_CHARACTERS))
}

/// The first whole words that fit.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return super::phrase::capital(text);
    }
    let mut short = String::new();
    for word in text.split_whitespace() {
        if short.chars().count() + word.chars().count() + 1 > limit {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    if short.is_empty() {
        short = text.chars().take(limit).collect();
    }
    super::phrase::capital(short.trim_end_matches([',', ';', ':', '–', '-', ' ']))
}

/// Keyphrase, what the article covers and a tail, at 120 to 156 characters when the parts allow it.
pub(super) fn description(phrases: &Phrases, headings: &[String], title: &str, pack: &LanguagePack) -> String {
    let inner: Vec<String> = headings
        .iter()
        .filter(|heading| !heading.ends_with('?'))
        .map(|heading| super::phrase::point(heading, phrases, pack))
        .collect();
    let mut best = String::new();
    for pattern in &pack.title.description {
        if pattern.contains("{audience}") && phrases.audience.is_empty() {
            continue;
        }
        let needs_points = pattern.contains("{points}");
        for count in (1..=inner.len().max(1)).rev() {
            let points = enumerate(&inner[..count.min(inner.len())], pack);
            if needs_points && points.is_empty() {
                continue;
            }
            let head = phrases.fill(pattern, &[("points", &points), ("Title", title)]);
            for tail in std::iter::once("").chain(pack.title.description_tail.iter().map(String::as_str)) {
                let text = if tail.is_empty() { head.clone() } else { format!("{head} {tail}") };
                let length = text.chars().count();
                if DESCRIPTION_CHARACTERS.contains(&length) {
                    return text;
                }
                if length <= *DESCRIPTION_CHARACTERS.end() && length > best.chars().count() {
                    best = text;
                }
            }
            if !needs_points {
                break;
            }
        }
    }
    if best.is_empty() {
        best = shortened(&phrases.topic, *DESCRIPTION_CHARACTERS.end());
    }
    best
}

/// Lower-case ASCII words of the keyphrase and what else of the title matters, joined by `-`.
pub(super) fn slug(phrases: &Phrases, title: &str, pack: &LanguagePack) -> String {
    const MOST_WORDS: usize = 7;
    // What a pattern added to the keyphrase says nothing in an address.
    let own = lowered(title) == lowered(&phrases.topic) && lowered(title).contains(&lowered(&phrases.keyphrase));
    let source = if own { title } else { phrases.keyphrase.as_str() };
    let mut parts: Vec<String> = ascii(source).split('-').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if parts.len() > MOST_WORDS {
        let keyphrase = ascii(&phrases.keyphrase);
        let own: Vec<&str> = keyphrase.split('-').collect();
        parts.retain(|part| own.contains(&part.as_str()) || !pack.words.stop.contains(part));
        parts.truncate(MOST_WORDS.max(own.len()));
    }
    let slug = parts.join("-");
    if slug.is_empty() { choose(&["article".to_owned()], "slug").to_owned() } else { slug }
}

fn ascii(text: &str) -> String {
    let mut plain = String::new();
    for character in text.to_lowercase().chars() {
        match character {
            'a'..='z' | '0'..='9' => plain.push(character),
            'ä' | 'æ' => plain.push_str("ae"),
            'ö' | 'œ' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' => plain.push('a'),
            'è' | 'é' | 'ê' | 'ë' => plain.push('e'),
            'ì' | 'í' | 'î' | 'ï' => plain.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ø' => plain.push('o'),
            'ù' | 'ú' | 'û' => plain.push('u'),
            'ç' => plain.push('c'),
            'ñ' => plain.push('n'),
            '\'' | '’' => {}
            _ => plain.push('-'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::{BriefRequest, Language};

    use super::{super::language::pack, *};

    fn brief(topic: &str, keywords: &[&str]) -> Brief {
        Brief::parse(BriefRequest {
            topic: topic.to_owned(),
            keywords: keywords.iter().map(|&keyword| keyword.to_owned()).collect(),
            audience: "content designers".to_owned(),
            ..BriefRequest::default()
        })
        .unwrap()
    }

    #[test]
    fn titles_fit_and_begin_with_the_keyphrase() {
        let pack = pack(Language::En);
        for (topic, keywords, expected) in [
            (
                "Plain language for government websites",
                vec!["plain language"],
                "Plain language for government websites",
            ),
            ("Inclusive language", vec![], "Inclusive language: a guide for content designers"),
        ] {
            let brief = brief(topic, &keywords);
            assert_eq!(title(&brief, &Phrases::of(&brief, pack), pack), expected);
        }
        let long = brief(&"very long topic ".repeat(12), &[]);
        assert!(title(&long, &Phrases::of(&long, pack), pack).chars().count() <= TITLE_CHARACTERS);
    }

    #[test]
    fn descriptions_fill_two_lines() {
        let pack = pack(Language::En);
        let brief = brief("Plain language for government websites", &["plain language"]);
        let headings: Vec<String> =
            ["Words to avoid", "Descriptive headings", "Keep sentences short and sweet"].map(str::to_owned).to_vec();
        let text = description(&Phrases::of(&brief, pack), &headings, "Plain language", pack);
        assert!(DESCRIPTION_CHARACTERS.contains(&text.chars().count()), "{text}");
        assert!(lowered(&text).contains("plain language"));
    }

    #[test]
    fn slugs_are_plain_ascii() {
        let pack = pack(Language::De);
        let brief = brief("Brötchen & süße Kuchen für Gäste", &[]);
        assert_eq!(
            slug(&Phrases::of(&brief, pack), "Brötchen & süße Kuchen für Gäste", pack),
            "broetchen-suesse-kuchen-fuer-gaeste"
        );
    }
}
