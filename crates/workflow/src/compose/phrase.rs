//! The brief's words as they stand inside our sentences.

use quillhouse_domain::{Brief, Language};

use super::{
    language::{LanguagePack, fill},
    terms::words,
};

/// Topic, keyphrase and audience in the forms that patterns take.
#[derive(Debug, Clone)]
pub(super) struct Phrases {
    pub(super) keyphrase: String,
    /// The keyphrase where only a noun can stand: `how to write` becomes `writing`.
    subject: String,
    /// What the reader may ask about: the topic when it is a phrase, the keyphrase otherwise.
    matter: String,
    keyphrase_capital: String,
    pub(super) topic: String,
    pub(super) topic_capital: String,
    pub(super) audience: String,
}

impl Phrases {
    /// Reads them from the brief.
    pub(super) fn of(brief: &Brief, pack: &LanguagePack) -> Self {
        let keyphrase = inside(brief.keyphrase(), pack);
        let topic = inside(brief.topic(), pack);
        Self {
            keyphrase_capital: capital(brief.keyphrase().trim_end_matches(['.', '!', '?', ':', ' '])),
            topic_capital: capital(brief.topic().trim_end_matches(['.', '!', '?', ':', ' '])),
            audience: inside(brief.audience(), pack),
            matter: matter(&topic, &keyphrase, pack),
            subject: subject(&keyphrase, pack),
            keyphrase,
            topic,
        }
    }

    /// Fills a pattern; `more` comes before the brief's own values.
    pub(super) fn fill(&self, pattern: &str, more: &[(&str, &str)]) -> String {
        let mut values = more.to_vec();
        values.extend([
            ("keyphrase", self.keyphrase.as_str()),
            ("Keyphrase", self.keyphrase_capital.as_str()),
            ("subject", self.subject.as_str()),
            ("matter", self.matter.as_str()),
            ("topic", self.topic.as_str()),
            ("Topic", self.topic_capital.as_str()),
            ("audience", self.audience.as_str()),
        ]);
        fill(pattern, &values)
    }
}

/// A topic may be a sentence, a question or a title with a colon; none of them stands behind `about`.
fn matter(topic: &str, keyphrase: &str, pack: &LanguagePack) -> String {
    const MOST_CHARACTERS: usize = 60;
    let first = words(topic).into_iter().next().unwrap_or_default();
    let phrase = topic.chars().count() <= MOST_CHARACTERS
        && !topic.contains([':', '?', '!', '.', ';'])
        && !pack.style.imperatives.contains(&first)
        && !matches!(first.as_str(), "why" | "what" | "when" | "where" | "who" | "is" | "are");
    if !phrase {
        return subject(keyphrase, pack);
    }
    // Beside names further on the first word keeps its capital; it is one itself only when nothing says otherwise.
    let begins_with_keyphrase = topic.to_lowercase().starts_with(&keyphrase.to_lowercase());
    let plain = begins_with_keyphrase && keyphrase.starts_with(char::is_lowercase) || first.ends_with("ing");
    let mut characters = topic.chars();
    match characters.next() {
        Some(begin) if plain && pack.connective.headings_lower => {
            subject(&begin.to_lowercase().chain(characters).collect::<String>(), pack)
        }
        Some(begin)
            if begin.is_uppercase() && topic.split(' ').skip(1).any(|word| word.starts_with(char::is_uppercase)) =>
        {
            subject(keyphrase, pack)
        }
        _ => subject(topic, pack),
    }
}

/// English keyphrases that begin with `how to` need a noun behind a preposition; every other phrase is one.
pub(super) fn subject(keyphrase: &str, pack: &LanguagePack) -> String {
    let Some(rest) = keyphrase.strip_prefix("how to ").filter(|_| pack.language == Language::En) else {
        return keyphrase.to_owned();
    };
    let (verb, object) = rest.split_once(' ').unwrap_or((rest, ""));
    let letters: Vec<char> = verb.chars().collect();
    let vowel = |at: usize| letters.get(at).is_some_and(|letter| "aeiou".contains(*letter));
    let count = letters.len();
    let doubled = (3..=4).contains(&count)
        && !vowel(count - 1)
        && vowel(count - 2)
        && !vowel(count - 3)
        && !matches!(letters[count - 1], 'w' | 'x' | 'y');
    let gerund = if verb.ends_with('e') && !verb.ends_with("ee") && count > 2 {
        format!("{}ing", &verb[..verb.len() - 1])
    } else if doubled {
        format!("{verb}{}ing", letters[count - 1])
    } else {
        format!("{verb}ing")
    };
    format!("{gerund} {object}").trim_end().to_owned()
}

/// A phrase as it stands in the middle of a sentence: no closing mark, no capital that only marked its beginning.
pub(super) fn inside(phrase: &str, pack: &LanguagePack) -> String {
    let bare = phrase.trim_end_matches(['.', '!', '?', ':', ';', ',', ' ']);
    if !pack.connective.headings_lower {
        return bare.to_owned();
    }
    let later_capitals = bare
        .split_whitespace()
        .skip(1)
        .filter(|word| {
            word.chars().next().is_some_and(char::is_uppercase) && !word.chars().skip(1).any(char::is_uppercase)
        })
        .count();
    let all = bare.split_whitespace().count();
    let first = words(bare).into_iter().next().unwrap_or_default();
    let everyday = pack.words.lowerable.contains(&first)
        || pack.words.stop.contains(&first)
        || pack.style.imperatives.contains(&first);
    let title_case = all >= 3 && later_capitals * 3 >= all;
    if !everyday && (later_capitals > 0 || title_case) || first_is_name(bare) {
        return bare.to_owned();
    }
    let mut characters = bare.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// `API`, `iPhone`, `18F`, `Q3`: the capital belongs to the word.
fn first_is_name(phrase: &str) -> bool {
    phrase.split_whitespace().next().is_some_and(|word| {
        word.chars().skip(1).any(char::is_uppercase)
            || word.chars().any(char::is_numeric)
            || word.chars().count() == 1 && word != "A" && word != "I"
    })
}

/// The phrase with its first letter as a capital.
pub(super) fn capital(phrase: &str) -> String {
    let mut characters = phrase.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// `a, b and c`; `a, b; c; and d` when a part has a comma of its own.
pub(super) fn enumerate(parts: &[String], pack: &LanguagePack) -> String {
    let heavy = parts.iter().any(|part| part.contains(','));
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] if heavy => format!("{};{}{last}", before.join("; "), pack.connective.join_and),
        [before @ .., last] => format!("{}{}{last}", before.join(", "), pack.connective.join_and),
    }
}

/// A heading as a part of an enumeration: without the keyphrase that stands before a colon.
pub(super) fn point(heading: &str, phrases: &Phrases, pack: &LanguagePack) -> String {
    let keyphrase = phrases.keyphrase.to_lowercase();
    let bare = match heading.split_once(": ") {
        Some((before, after)) if before.to_lowercase().starts_with(&keyphrase) => after,
        _ => heading,
    };
    inside(bare, pack)
}

#[cfg(test)]
mod tests {
    use super::{super::language::pack, *};

    #[test]
    fn a_phrase_loses_only_the_capital_that_marked_its_beginning() {
        let english = pack(Language::En);
        for (phrase, expected) in [
            ("Writing in active voice", "writing in active voice"),
            ("How to write numbers", "how to write numbers"),
            ("API keys", "API keys"),
            ("Lake Constance ferries", "Lake Constance ferries"),
            ("Use Quillhouse offline", "use Quillhouse offline"),
            ("Creating URLs", "creating URLs"),
            ("plain language.", "plain language"),
        ] {
            assert_eq!(inside(phrase, english), expected, "{phrase}");
        }
        assert_eq!(
            inside("Brot und Brötchen", pack(Language::De)),
            "Brot und Brötchen",
            "German nouns keep their capital"
        );
    }

    #[test]
    fn a_keyphrase_with_how_to_becomes_a_noun() {
        for (keyphrase, expected) in [
            ("how to write numbers", "writing numbers"),
            ("how to plan a trip", "planning a trip"),
            ("how to see more", "seeing more"),
            ("how to clean", "cleaning"),
            ("plain language", "plain language"),
        ] {
            assert_eq!(subject(keyphrase, pack(Language::En)), expected);
        }
    }

    #[test]
    fn an_enumeration_reads_aloud() {
        let parts: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(enumerate(&parts, pack(Language::En)), "a, b and c");
    }
}
