//! Sentences that cannot stand alone: they point at their surroundings, speak about the page, or are not whole.

use quillhouse_domain::Language;

use crate::{
    lexicon::{Lexicon, lexicon},
    text::{
        token::{Token, tokens},
        token_stems,
    },
};

/// Why a sentence needs something outside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeaningKind {
    /// Opens with a word that stands for something named before: `This`, `They`, `Others`.
    Pronoun,
    /// Points at something near it: `as above`, `the following`, `in this case`, `today's`.
    Pointer,
    /// Opens with a word that continues the sentence before: `However`, `For example`.
    Connective,
    /// Asks instead of stating.
    Question,
    /// About the page, the site or its navigation.
    Meta,
    /// Announces what follows it: ends with a colon, semicolon or comma.
    OpenEnd,
    /// Not a whole sentence.
    Fragment,
    /// A quotation or bracket is opened and not closed, or the other way round.
    Unbalanced,
}

/// The first reason why a sentence cannot be used without its surroundings; `None` when it can stand alone.
pub fn leans_on_outside(sentence: &str, language: Language) -> Option<LeaningKind> {
    let sentence = sentence.trim();
    let lexicon = lexicon(language);
    let tokens = tokens(sentence);
    let bare = sentence.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '”' | '"' | ')' | '’'));
    if tokens.is_empty() {
        return Some(LeaningKind::Fragment);
    }
    if bare.ends_with([':', ';', ',', '–', '—']) {
        return Some(LeaningKind::OpenEnd);
    }
    if bare.ends_with('?') || sentence.contains("? ") {
        return Some(LeaningKind::Question);
    }
    if is_unbalanced(sentence) {
        return Some(LeaningKind::Unbalanced);
    }
    if is_meta_of(sentence, &tokens, lexicon) {
        return Some(LeaningKind::Meta);
    }
    let opens_with_pronoun = lexicon.pronouns.contains(tokens[0].lower.as_str()) && !opens_by_itself(&tokens, language);
    if opens_with_pronoun || (language == Language::En && stands_for_nothing(&tokens, lexicon)) {
        return Some(LeaningKind::Pronoun);
    }
    // A sentence that is one bracket is an aside to the one before.
    let aside = sentence.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    if aside.is_some_and(|inner| !inner.contains(['(', ')'])) {
        return Some(LeaningKind::Connective);
    }
    if connective_length(sentence, &tokens, language).is_some() {
        return Some(LeaningKind::Connective);
    }
    if lexicon.pointers.any(&tokens) || points_inside(&tokens, language) || points_by_article(&tokens, language) {
        return Some(LeaningKind::Pointer);
    }
    is_fragment_of(sentence, &tokens, language).then_some(LeaningKind::Fragment)
}

/// True when the sentence speaks about the page, the site, its navigation or its publisher's notices.
pub fn is_meta(sentence: &str, language: Language) -> bool {
    is_meta_of(sentence, &tokens(sentence), lexicon(language))
}

fn is_meta_of(sentence: &str, tokens: &[Token<'_>], lexicon: &Lexicon) -> bool {
    sentence.contains('©') || lexicon.meta.any(tokens)
}

/// True when the text is no whole sentence: a heading, a caption, a list item without a verb or a subject.
pub fn is_fragment(sentence: &str, language: Language) -> bool {
    is_fragment_of(sentence.trim(), &tokens(sentence.trim()), language)
}

/// True when an English sentence opens with a verb that tells somebody what to do. False for other languages, where the
/// form of a verb tells more than its place.
pub fn is_order(sentence: &str, language: Language) -> bool {
    let (tokens, lexicon) = (tokens(sentence.trim()), lexicon(language));
    let Some(first) = tokens.first().filter(|_| language == Language::En) else { return false };
    let second = tokens.get(1).map_or("", |token| token.lower.as_str());
    match lexicon.verbs.get(first.lower.as_str()) {
        Some(false) => true,
        Some(true) => {
            second.starts_with(|digit: char| digit.is_ascii_digit())
                || lexicon.is_function_word(second) && !lexicon.auxiliaries.contains(second)
        }
        None => matches!(first.lower.as_str(), "don't" | "do" | "never" | "always" | "please" | "be" | "let's" | "try"),
    }
}

/// The sentence without an opening that joins it to the one before, with a capital letter; `None` when there is none or
/// too little is left. `However, lists help.` becomes `Lists help.`
pub fn without_connective(sentence: &str, language: Language) -> Option<String> {
    let sentence = sentence.trim();
    let tokens = tokens(sentence);
    let length = connective_length(sentence, &tokens, language)?;
    let rest = tokens.get(length)?;
    // A name or quotation mark between the two is kept by starting where the white space ends.
    let gap = &sentence[tokens[length - 1].end..rest.start];
    let start = rest.start - (gap.len() - gap.trim_start_matches([',', ' ', ':']).len()).abs_diff(gap.len());
    let body = &sentence[start..];
    if tokens.len() - length < 3 {
        return None;
    }
    let mut characters = body.chars();
    let first = characters.next()?;
    Some(first.to_uppercase().chain(characters).collect())
}

/// Words of the joining opening. A comma must follow it, except after `But`, `And` and their like.
fn connective_length(sentence: &str, tokens: &[Token<'_>], language: Language) -> Option<usize> {
    let length = lexicon(language).connectives.match_at(tokens, 0)?;
    let next = tokens.get(length)?;
    let comma = sentence[tokens[length - 1].end..next.start].contains([',', ':']);
    let bare: &[&str] = match language {
        Language::En => &[
            "but",
            "and",
            "or",
            "nor",
            "so",
            "yet",
            "also",
            "then",
            "therefore",
            "thus",
            "hence",
            "plus",
            "again",
            "otherwise",
            "conversely",
            "because of this",
            "as such",
            "so then",
            "e.g",
            "i.e",
        ],
        // German and Dutch invert the clause instead of setting a comma.
        Language::De | Language::Nl => return Some(length),
        Language::Fr => &["mais", "et", "ou", "donc", "car", "or"],
        Language::Es => &["pero", "y", "o", "pues"],
        Language::It => &["ma", "e", "o", "quindi", "però"],
        Language::Pt => &["mas", "e", "ou", "pois"],
    };
    let opening: Vec<&str> = tokens[..length].iter().map(|token| token.lower.as_str()).collect();
    (comma || bare.contains(&opening.join(" ").as_str())).then_some(length)
}

/// Openings with `it`, `that`, `who`, … that stand for nothing before: `It is important to …`, `Those who …`.
fn opens_by_itself(tokens: &[Token<'_>], language: Language) -> bool {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    match language {
        Language::En => match word(0) {
            "those" => matches!(word(1), "who" | "with" | "in" | "of"),
            "such" => word(1) == "as",
            "one" => {
                word(1) == "of" && !matches!(word(2), "them" | "these" | "those" | "this")
                    || !matches!(
                        word(1),
                        "of" | "is" | "can" | "may" | "way" | "example" | "thing" | "reason" | "option" | ""
                    )
            }
            // `Both lists and tables …` names both; `Both need time …` does not.
            "both" | "either" | "neither" => tokens
                .iter()
                .skip(1)
                .take(5)
                .take_while(|token| !token.after_break && !lexicon(language).auxiliaries.contains(token.lower.as_str()))
                .any(|token| matches!(token.lower.as_str(), "and" | "or" | "nor")),
            "it" | "it's" => expletive(tokens),
            "here" => matches!(word(1), "at" | "in"),
            _ => false,
        },
        Language::De => {
            word(0) == "es" && matches!(word(1), "gibt" | "ist" | "lohnt" | "empfiehlt") || article_in_german(tokens)
        }
        _ => false,
    }
}

/// `Sie` may be the polite form of address, and `Das Team` opens with an article.
fn article_in_german(tokens: &[Token<'_>]) -> bool {
    let second_is_noun = tokens.get(1).is_some_and(Token::is_capitalised)
        || tokens.get(2).is_some_and(Token::is_capitalised)
            && tokens.get(1).is_some_and(|token| token.lower.ends_with('e'));
    match tokens[0].lower.as_str() {
        "das" => second_is_noun,
        "sie" => tokens.get(1).is_some_and(|token| token.lower.ends_with("en") || token.lower == "sind"),
        _ => false,
    }
}

/// `It is (not) (very) important to …`, `It can be helpful to …`, `It helps to …`
fn expletive(tokens: &[Token<'_>]) -> bool {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let after_be = if word(0) == "it's" {
        1
    } else {
        match (word(1), word(2)) {
            ("is" | "was" | "isn't" | "wasn't", _) => 2,
            ("can" | "may" | "might" | "could" | "should" | "would", "be") => 3,
            ("helps" | "takes" | "pays", _) => return tokens[2..].iter().take(5).any(|token| token.lower == "to"),
            _ => return false,
        }
    };
    if matches!(word(after_be), "a" | "an") && matches!(word(after_be + 1), "good" | "bad" | "best" | "mistake") {
        return tokens.iter().skip(after_be + 2).take(3).any(|token| token.lower == "to");
    }
    if matches!(
        word(after_be),
        "a" | "an" | "the" | "our" | "your" | "one" | "because" | "here" | "why" | "what" | "like" | "meant" | "used"
    ) {
        return false;
    }
    tokens
        .iter()
        .skip(after_be + 1)
        .take(4)
        .any(|token| matches!(token.lower.as_str(), "to" | "that" | "for" | "when" | "if" | "how"))
}

/// `this`, `these`, `those`, `such` before a noun that the sentence has not named yet.
fn points_inside(tokens: &[Token<'_>], language: Language) -> bool {
    let lexicon = lexicon(language);
    let deictic = |word: &str| match language {
        Language::En => matches!(word, "this" | "these" | "those"),
        Language::De => matches!(word, "diese" | "dieser" | "dieses" | "diesen" | "diesem"),
        Language::Fr => matches!(word, "ce" | "cet" | "cette" | "ces"),
        Language::Es => matches!(word, "este" | "esta" | "estos" | "estas"),
        Language::It => matches!(word, "questo" | "questa" | "questi" | "queste"),
        Language::Nl => matches!(word, "deze" | "dit"),
        Language::Pt => matches!(word, "este" | "esta" | "estes" | "estas" | "esse" | "essa"),
    };
    tokens.iter().enumerate().skip(1).any(|(at, token)| {
        if !deictic(&token.lower) {
            return false;
        }
        let Some(next) = tokens.get(at + 1) else { return true };
        if next.after_break || lexicon.is_function_word(&next.lower) {
            // `those who`, `those with`: explained right after. `…, and this is`: explained right before.
            return at < 3 && !matches!(next.lower.as_str(), "who" | "that" | "with" | "in" | "of" | "which");
        }
        let stems = token_stems(next, language);
        !tokens[..at].iter().any(|earlier| token_stems(earlier, language).iter().any(|stem| stems.contains(stem)))
    })
}

/// `The three types …`, `The same applies …`, and invitations to look elsewhere: `For ranges, see Dashes.`
fn points_by_article(tokens: &[Token<'_>], language: Language) -> bool {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    if language != Language::En {
        return false;
    }
    let counted = word(0) == "the" && matches!(word(1), "two" | "three" | "four" | "five" | "six" | "same");
    let invited = tokens.iter().enumerate().any(|(at, token)| {
        token.lower == "see"
            && (at == 0 || token.after_break)
            && !matches!(word(at + 1), "if" | "how" | "that" | "what" | "whether" | "where" | "why" | "")
    });
    counted || invited
}

/// A pronoun before anything that it could stand for: `Replace it with words.`, `If they agree, …`
fn stands_for_nothing(tokens: &[Token<'_>], lexicon: &Lexicon) -> bool {
    let is_pronoun = |word: &str| {
        matches!(
            word,
            "it" | "it's" | "its" | "they" | "they're" | "them" | "their" | "he" | "she" | "him" | "his" | "her"
        )
    };
    let Some(at) = tokens.iter().position(|token| is_pronoun(&token.lower)) else { return false };
    let named = tokens[..at].iter().enumerate().any(|(index, token)| {
        let word = token.lower.as_str();
        let opening_verb = index == 0 && lexicon.verbs.contains_key(word);
        !lexicon.is_function_word(word) && !opening_verb && !word.ends_with("ly") && !lexicon.verbs.contains_key(word)
            || matches!(word, "everyone" | "someone" | "anyone" | "each" | "who" | "people")
    });
    !named && at <= 3 && !expletive(&tokens[at..])
}

fn is_unbalanced(sentence: &str) -> bool {
    let count = |mark: char| sentence.matches(mark).count();
    count('(') != count(')')
        || count('[') != count(']')
        || count('"') % 2 == 1
        || count('`') % 2 == 1
        || (count('„') == 0 && count('“') != count('”'))
        || (count('„') > 0 && count('„') != count('“') + count('”'))
        || count('«') != count('»')
}

/// Fewer words than a clause can have.
const FRAGMENT_WORDS: usize = 3;

fn is_fragment_of(sentence: &str, tokens: &[Token<'_>], language: Language) -> bool {
    if tokens.len() < FRAGMENT_WORDS {
        return true;
    }
    let first = &tokens[0];
    let lower_start = first.text.chars().next().is_some_and(char::is_lowercase)
        && !first.text.chars().skip(1).take(2).any(char::is_uppercase)
        && !sentence.starts_with('`')
        && !first.text.contains('.');
    if lower_start {
        return true;
    }
    let ended = sentence.trim_end_matches(|c: char| closing(c)).ends_with(['.', '!', '?', '…']);
    if language == Language::En {
        return english_fragment(&outside_brackets(sentence, tokens), ended);
    }
    let auxiliaries = &lexicon(language).auxiliaries;
    let verb = tokens.iter().any(|token| auxiliaries.contains(token.lower.as_str()));
    !verb && (!ended || tokens.len() < 5)
}

/// The words that do not stand in brackets; all of them when the whole sentence does.
fn outside_brackets<'a>(sentence: &str, tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut depth = 0_usize;
    let mut at = 0;
    let mut outside = Vec::with_capacity(tokens.len());
    for token in tokens {
        for character in sentence[at..token.start].chars() {
            match character {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        at = token.end;
        if depth == 0 {
            outside.push(token.clone());
        }
    }
    if outside.is_empty() { tokens.to_vec() } else { outside }
}

fn closing(character: char) -> bool {
    matches!(character, '"' | '”' | '’' | '“' | '»' | ')' | ']' | '*' | '_' | '`')
}

/// How a verb form was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    /// Only ever a verb.
    Clear,
    /// A noun as often.
    Doubtful,
}

fn english_verb(word: &str, lexicon: &Lexicon) -> Option<Verb> {
    let kind = |ambiguous: bool| if ambiguous { Verb::Doubtful } else { Verb::Clear };
    if let Some(&ambiguous) = lexicon.verbs.get(word) {
        return Some(kind(ambiguous));
    }
    let known = |base: &str| lexicon.verbs.get(base).copied();
    if let Some(stem) = word.strip_suffix("ies").or_else(|| word.strip_suffix("ied")) {
        return known(&format!("{stem}y")).map(kind);
    }
    if let Some(stem) = word.strip_suffix("ed") {
        let doubled =
            stem.len() > 2 && stem.is_ascii() && stem.as_bytes()[stem.len() - 1] == stem.as_bytes()[stem.len() - 2];
        let base = known(stem)
            .or_else(|| known(&format!("{stem}e")))
            .or_else(|| doubled.then(|| known(&stem[..stem.len() - 1])).flatten());
        return base.map(|_| Verb::Clear);
    }
    word.strip_suffix('s').and_then(|stem| known(stem).or_else(|| stem.strip_suffix('e').and_then(known))).map(kind)
}

fn english_fragment(tokens: &[Token<'_>], ended: bool) -> bool {
    let lexicon = lexicon(Language::En);
    let first = tokens[0].lower.as_str();
    let comma_later = tokens.iter().skip(2).any(|token| token.after_break);
    // Without a question mark these have lost their subject: `Are hard to read`.
    let starts_with_auxiliary = lexicon.auxiliaries.contains(first)
        && !first.contains('\'')
        && !matches!(first, "do" | "have" | "be" | "let's");
    if starts_with_auxiliary || matches!(first, "which" | "who" | "whose" | "whom") {
        return true;
    }
    if matches!(first, "because" | "although" | "whereas" | "unless" | "whether" | "while" | "if" | "since" | "though")
        && !comma_later
    {
        let clauses = tokens
            .iter()
            .filter(|token| {
                lexicon.auxiliaries.contains(token.lower.as_str())
                    || english_verb(&token.lower, lexicon) == Some(Verb::Clear)
            })
            .count();
        return clauses < 2;
    }
    let content: Vec<&Token<'_>> = tokens.iter().filter(|token| !lexicon.is_function_word(&token.lower)).collect();
    if !ended && content.len() >= 2 && content.iter().all(|token| token.is_capitalised()) {
        return true;
    }
    let second = tokens.get(1).map_or("", |token| token.lower.as_str());
    let imperative = match lexicon.verbs.get(first) {
        Some(false) => true,
        // `Search engine results` against `Search for results`.
        Some(true) => ended || lexicon.is_function_word(second) || tokens.len() > 5,
        None => {
            matches!(first, "don't" | "do" | "be" | "let's" | "have")
                || matches!(first, "never" | "always" | "please" | "just" | "only")
                    && english_verb(second, lexicon).is_some()
        }
    };
    if imperative {
        return false;
    }
    // A verb that has lost its subject: `Follows the domain`, `Not used here`, `Normally contains parameters`.
    let lost = if first.ends_with("ly") || matches!(first, "always" | "often" | "never") { second } else { first };
    let third_person =
        lost.ends_with('s') && !lexicon.verbs.contains_key(lost) && english_verb(lost, lexicon) == Some(Verb::Clear);
    if first == "not" || third_person || (!ended && matches!(first, "what" | "how" | "why" | "where" | "when")) {
        return true;
    }
    // Without a closing mark a verb counts only before the first subordinate clause: `Pages that help users`.
    let reach = if ended {
        tokens.len()
    } else {
        tokens
            .iter()
            .position(|token| {
                matches!(
                    token.lower.as_str(),
                    "that" | "which" | "who" | "what" | "where" | "when" | "how" | "because" | "if" | "to" | "whose"
                )
            })
            .unwrap_or(tokens.len())
    };
    let finite = tokens[..reach].iter().enumerate().skip(1).any(|(at, token)| {
        let word = token.lower.as_str();
        // `to be`, `to read` are not finite.
        if tokens[at - 1].lower == "to" {
            return false;
        }
        if lexicon.auxiliaries.contains(word) && !matches!(word, "be" | "been") {
            return true;
        }
        let before = tokens[at - 1].lower.as_str();
        match english_verb(word, lexicon) {
            Some(Verb::Clear) => ended || !word.ends_with("ed"),
            Some(Verb::Doubtful) => {
                let plural = before.ends_with('s')
                    && !before.ends_with("ss")
                    && !matches!(before, "plus" | "us" | "its" | "this");
                let subject = matches!(
                    before,
                    "i" | "you" | "we" | "they" | "who" | "that" | "which" | "people" | "he" | "she" | "it"
                );
                let third = word.ends_with('s') && !lexicon.is_function_word(before) && !plural;
                subject || ended && (plural || third || (token.after_break && lexicon.verbs.contains_key(word)))
            }
            None => false,
        }
    });
    let contracted = tokens[..reach].iter().any(|token| {
        ["'s", "'re", "'ll", "'ve", "'d", "n't"].iter().any(|ending| token.lower.ends_with(ending))
            && lexicon.auxiliaries.contains(token.lower.as_str())
    });
    !(finite || contracted)
}

#[cfg(test)]
mod tests;
