//! Syllables of a word, counted by vowel groups and the exceptions that matter most.

use quillhouse_domain::Language;

/// How many syllables a word has, at least one for a word with a letter or digit. Estimated by rule, not by dictionary.
pub fn syllables(word: &str, language: Language) -> usize {
    let lower: Vec<char> = word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphabetic()).collect();
    if lower.is_empty() {
        return usize::from(word.chars().any(char::is_alphanumeric));
    }
    let count = match language {
        Language::En => english(&lower),
        Language::De => grouped(&lower, &["ei", "ai", "au", "äu", "eu", "ie", "aa", "ee", "oo", "ui"]),
        Language::Nl => grouped(
            &lower,
            &[
                "aai", "ooi", "oei", "eeuw", "ieuw", "aa", "ee", "oo", "uu", "ie", "oe", "eu", "ui", "ei", "ij", "au",
                "ou",
            ],
        ),
        Language::Fr => french(&lower),
        Language::Es | Language::It | Language::Pt => romance(&lower),
    };
    count.max(1)
}

fn is_vowel(character: char) -> bool {
    matches!(
        character,
        'a' | 'e'
            | 'i'
            | 'o'
            | 'u'
            | 'y'
            | 'ä'
            | 'ö'
            | 'ü'
            | 'á'
            | 'à'
            | 'â'
            | 'ã'
            | 'å'
            | 'é'
            | 'è'
            | 'ê'
            | 'ë'
            | 'í'
            | 'ì'
            | 'î'
            | 'ï'
            | 'ó'
            | 'ò'
            | 'ô'
            | 'õ'
            | 'ú'
            | 'ù'
            | 'û'
            | 'œ'
            | 'æ'
    )
}

fn vowel_groups(letters: &[char]) -> usize {
    letters.iter().enumerate().filter(|&(at, &c)| is_vowel(c) && (at == 0 || !is_vowel(letters[at - 1]))).count()
}

fn english(letters: &[char]) -> usize {
    let word: String = letters.iter().collect();
    let mut count = vowel_groups(letters);
    let ends = |suffix: &str| word.ends_with(suffix);
    let before = |back: usize| letters.len().checked_sub(back).and_then(|at| letters.get(at)).copied().unwrap_or(' ');
    let silent = if ends("le") || ends("les") {
        // `rule` but `ta-ble`: the ending is spoken only after a consonant.
        is_vowel(before(if ends("le") { 3 } else { 4 }))
    } else if ends("e") {
        !is_vowel(before(2))
    } else if ends("es") {
        let spoken = ["ses", "zes", "xes", "ches", "shes", "ges", "ces"].iter().any(|suffix| ends(suffix));
        !is_vowel(before(3)) && !spoken
    } else {
        ends("ed") && !is_vowel(before(3)) && !matches!(before(3), 't' | 'd')
    };
    if silent && count > 1 {
        count -= 1;
    }
    let occurrences = |parts: &[&str]| parts.iter().map(|part| word.matches(part).count()).sum::<usize>();
    // Two vowels in a row that are spoken apart.
    count += occurrences(&["ia"]).saturating_sub(occurrences(&["cia", "tia"]));
    count += occurrences(&["io"]).saturating_sub(occurrences(&["tio", "sio", "cio", "gio", "xio"]));
    count += occurrences(&["eo"]).saturating_sub(occurrences(&["peo", "geo"]));
    count += occurrences(&["ua"]).saturating_sub(occurrences(&["qua", "gua"]));
    count += occurrences(&["crea", "idea", "area", "ium", "ii"]);
    if ends("ism") || ends("isms") {
        count += 1;
    }
    if word.starts_with("business") || word.starts_with("every") {
        count -= 1;
    }
    count
}

fn french(letters: &[char]) -> usize {
    let word: String = letters.iter().collect();
    let count = vowel_groups(letters);
    let mute = ["e", "es", "ent"]
        .iter()
        .any(|suffix| word.strip_suffix(suffix).is_some_and(|stem| stem.chars().last().is_some_and(|c| !is_vowel(c))));
    if mute && count > 1 { count - 1 } else { count }
}

fn romance(letters: &[char]) -> usize {
    let strong =
        |c: char| matches!(c, 'a' | 'e' | 'o' | 'á' | 'à' | 'â' | 'ã' | 'é' | 'è' | 'ê' | 'ó' | 'ò' | 'ô' | 'õ');
    let stressed_weak = |c: char| matches!(c, 'í' | 'ú' | 'ì' | 'ù');
    let mut count = 0;
    for (at, &letter) in letters.iter().enumerate() {
        if !is_vowel(letter) || (letter == 'u' && at > 0 && letters[at - 1] == 'q') {
            continue;
        }
        let before = at.checked_sub(1).map_or(' ', |index| letters[index]);
        let apart = strong(before) && strong(letter) || stressed_weak(before) || stressed_weak(letter);
        if !is_vowel(before) || apart {
            count += 1;
        }
    }
    count
}

fn grouped(letters: &[char], units: &[&str]) -> usize {
    let mut at = 0;
    let mut count = 0;
    while at < letters.len() {
        if !is_vowel(letters[at]) {
            at += 1;
            continue;
        }
        count += 1;
        let length = units
            .iter()
            .map(|unit| unit.chars().collect::<Vec<_>>())
            .filter(|unit| letters[at..].starts_with(unit))
            .map(|unit| unit.len())
            .max();
        at += length.unwrap_or(1);
    }
    count
}
