//! How much of a text reads like words.
//!
//! Fonts without a mapping to letters yield text in a wrong alphabet or with symbols inside words. Counting letters does not
//! see that; counting words of a plausible shape does.

/// Longest plausible word without spaces; German compounds stay below, missing spaces go above.
const WORD_LIMIT_CHARACTERS: usize = 36;

/// Below this share of plausible characters a page is nonsense. Honest pages of formulas and part numbers stay above 0.5.
const GARBLED_SHARE: f64 = 0.4;

/// Below this share a second engine is asked.
const DOUBTFUL_SHARE: f64 = 0.75;

/// Fewest words that allow to say that they fell apart.
const SPACED_WORDS: usize = 20;

/// Fewest characters that allow a judgement.
const JUDGED_CHARACTERS: usize = 20;

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Quality {
    /// Letters and digits.
    pub(super) characters: usize,
    /// Characters that are no white space.
    pub(super) visible: usize,
    /// Visible characters in words of a plausible shape.
    pub(super) plausible_characters: usize,
    /// Codes on the page that no letter is known for.
    pub(super) unknown: usize,
    /// Words in an alphabet, and those of them that are one letter.
    words: usize,
    single_letters: usize,
}

impl Quality {
    pub(super) fn of(text: &str) -> Self {
        let mut quality = Self::default();
        for token in text.split_whitespace() {
            // Leaders of a table of contents and lines to write on are neither words nor nonsense.
            if token.chars().count() > 3 && token.chars().all(|character| "._-–—…·*=~".contains(character)) {
                continue;
            }
            let visible = token.chars().count();
            if token.chars().any(|character| character.is_alphabetic() && !is_wide(character)) {
                quality.words += 1;
                quality.single_letters += usize::from(visible == 1);
            }
            quality.visible += visible;
            quality.characters += token.chars().filter(|character| character.is_alphanumeric()).count();
            if is_plausible(token) {
                quality.plausible_characters += visible;
            }
        }
        quality
    }

    /// The same text, with the number of codes that gave no letter.
    pub(super) const fn with_unknown(self, unknown: usize) -> Self {
        Self { unknown, ..self }
    }

    /// Share of what was drawn that stands in plausible words.
    pub(super) fn share(self) -> f64 {
        let drawn = self.visible + self.unknown;
        if drawn == 0 { 0.0 } else { self.plausible_characters as f64 / drawn as f64 }
    }

    /// True when words fell apart into letters.
    pub(super) const fn is_spaced_out(self) -> bool {
        self.words >= SPACED_WORDS && self.single_letters * 2 > self.words
    }

    /// True when another engine may read the page better.
    pub(super) fn is_doubtful(self) -> bool {
        self.visible + self.unknown >= JUDGED_CHARACTERS && self.share() < DOUBTFUL_SHARE || self.is_spaced_out()
    }

    /// Orders readings of the same page: more plausible text is better, nonsense beside it is worse.
    pub(super) fn value(self) -> f64 {
        let spaced = if self.is_spaced_out() { 0.4 } else { 1.0 };
        self.plausible_characters as f64 * (0.3 + 0.7 * self.share()) * spaced
    }

    pub(super) fn is_garbled(self) -> bool {
        self.visible + self.unknown >= JUDGED_CHARACTERS && self.share() < GARBLED_SHARE
    }
}

fn is_plausible(token: &str) -> bool {
    let core = token.trim_matches(|character: char| !character.is_alphanumeric());
    if core.is_empty() {
        // Dashes, bullets and quotes alone are fine; rows of symbols are not.
        return token.chars().count() <= 3 && token.chars().all(|character| !is_broken(character));
    }
    // Parts of `and/or`, `e-mail`, `it's`, `18F@gsa.gov`, `3.14` are words of their own.
    core.split(|character: char| {
        matches!(
            character,
            '-' | '/'
                | '\''
                | '’'
                | '.'
                | ','
                | ':'
                | '@'
                | '_'
                | '&'
                | '+'
                | '='
                | '('
                | ')'
                | '–'
                | '—'
                | '\u{2010}'
                | '\u{AD}'
                | '#'
                | '?'
                | '%'
                | '*'
                | ';'
                | '<'
                | '>'
        )
    })
    .all(is_plausible_word)
}

fn is_plausible_word(word: &str) -> bool {
    let length = word.chars().count();
    if length == 0 {
        return true;
    }
    if word.chars().any(is_broken) {
        return false;
    }
    if word.chars().all(|character| character.is_numeric() || matches!(character, '$' | '€' | '£' | '°' | '²' | '³'))
    {
        return true;
    }
    if word.chars().any(is_wide) {
        return word
            .chars()
            .all(|character| character.is_alphanumeric() || is_wide(character) || character.is_ascii_punctuation());
    }
    if length > WORD_LIMIT_CHARACTERS
        || !word.chars().all(|character| character.is_alphanumeric() || is_mark(character))
    {
        return false;
    }
    let latin = word.chars().filter(|character| is_latin(*character)).count();
    if latin == 0 {
        // Other alphabets: a word stays within one of them.
        return word.chars().all(|character| !character.is_ascii_alphabetic());
    }
    if latin != word.chars().filter(|character| character.is_alphabetic()).count() {
        return false;
    }
    let upper = word.chars().filter(|character| character.is_uppercase()).count();
    let switches = word
        .chars()
        .zip(word.chars().skip(1))
        .filter(|(left, right)| left.is_lowercase() && right.is_uppercase())
        .count();
    let foreign = word.chars().filter(|character| !character.is_ascii()).count();
    // `iPhone`, `McDonald`, `DisplayPort` switch case once or twice; ciphers do it all the time.
    let shape = switches <= 2 && (upper <= 4 || upper == latin || length <= 8);
    let vowels = word.chars().filter(|character| is_vowel(*character)).count();
    let voiced = latin < 5 || vowels * 7 >= latin || upper == latin && latin <= 6;
    shape && voiced && (length < 4 || foreign * 2 <= length)
}

fn is_latin(character: char) -> bool {
    matches!(character, 'a'..='z' | 'A'..='Z' | 'ª' | 'º' | 'À'..='ɏ' | '\u{1E00}'..='\u{1EFF}' | 'ﬀ'..='ﬆ')
}

/// Scripts written without spaces, and their punctuation.
fn is_wide(character: char) -> bool {
    matches!(character, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\u{900}'..='\u{DFF}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '™' | '®' | '©' | '"' | '“' | '”' | '»' | '«' | '!' | '[' | ']' | '…' | '•')
}

fn is_broken(character: char) -> bool {
    character == '\u{FFFD}'
        || matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{80}'..='\u{9F}')
        || (character.is_control() && !character.is_whitespace())
}

fn is_vowel(character: char) -> bool {
    matches!(
        character.to_ascii_lowercase(),
        'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'À'..='Æ' | 'È'..='Ï' | 'Ò'..='Ö' | 'Ø'..='Ý' | 'à'..='æ' | 'è'..='ï' | 'ò'..='ö' | 'ø'..='ý' | 'ÿ'..='ą' | 'Ē'..='ě' | 'Ĩ'..='ı' | 'Ō'..='œ' | 'Ũ'..='ų' | 'ﬁ' | 'ﬃ'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_nonsense() {
        let words = [
            "The brand guide says: write e-mail, not Email (see page 3).",
            "Die Donaudampfschifffahrtsgesellschaft fährt über Österreich.",
            "品牌指南：请使用简单的语言。",
            "Бренд пишет просто и ясно.",
            "HTTP 404, $3.50 and 12 % of McDonald's iPhone users",
        ];
        for text in words {
            assert!(Quality::of(text).share() > 0.85, "{text} is language: {:?}", Quality::of(text));
        }
        let contents =
            "Chapter 1 ...................................................... 2\nName ______________________";
        assert!(!Quality::of(contents).is_garbled(), "leaders and lines to write on are no nonsense");
        let nonsense = [
            "Îx~|ĄêĄ}Ąê ½Ąz|ĄĄx}Ą}Ąy||}Ą}Ą|Ąx|ĄxxzĄ{|ĄºĄÎz|Ą",
            "+HOYHWLFD/RUHPLSVXPGRORUVLWDPHWFRQVHWHWXUVDGLHOLWUVHG",
            "ÄOHFMQJEJïBÈOOFVOjCMFTLJWFSZVOC VGCPVSHVJHOPOÊPDVLÌNJMFKPVFQSåTEFM",
            "\u{FFFD}\u{FFFD}\u{FFFD} \u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD} \u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}",
        ];
        for text in nonsense {
            assert!(Quality::of(text).is_garbled(), "{text} is none: {:?}", Quality::of(text));
        }
    }
}
