//! Runs of items as terms, and what may be one.

use super::{
    super::{
        rules::Vocabulary,
        scan::{Item, ItemKind, TERM_WORDS},
    },
    FoundTerm,
};

/// Terms in a row with the items they took.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) terms: Vec<String>,
    /// One past the last item.
    pub(super) end: usize,
    /// First item.
    pub(super) start: usize,
    /// True when the terms were set off.
    pub(super) marked: bool,
}

/// Words of a term that nobody set off.
const PLAIN_WORDS: usize = 4;

/// True when the phrase's words begin at the item; the items it took.
pub(super) fn phrase_at<S: AsRef<str>>(items: &[Item], at: usize, phrases: &[S]) -> Option<usize> {
    phrases
        .iter()
        .filter_map(|phrase| {
            let mut end = at;
            for word in phrase.as_ref().split(' ') {
                if !items.get(end)?.is_word(word) {
                    return None;
                }
                end += 1;
            }
            Some(end - at)
        })
        .max()
}

fn is_separator(item: &Item, words: &Vocabulary) -> bool {
    matches!(item.kind, ItemKind::Mark(',' | '/' | ';')) || item.is_one_of(&words.or)
}

/// Terms that were set off, from `at` on: `X`, `X, Y or Z`. Articles before a term are passed over.
pub(super) fn marked_after(items: &[Item], at: usize, words: &Vocabulary) -> Option<Run> {
    let mut terms = Vec::new();
    let (mut next, mut end) = (at, at);
    loop {
        if items.get(next).is_some_and(|item| item.is_one_of(&words.articles)) {
            next += 1;
        }
        let Some(item) = items.get(next).filter(|item| item.is_term()) else { break };
        terms.push(item.text.clone());
        end = next + 1;
        next = end;
        let mut separators = 0;
        while separators < 2 && items.get(next).is_some_and(|item| is_separator(item, words)) {
            next += 1;
            separators += 1;
        }
        if separators == 0 {
            break;
        }
    }
    (!terms.is_empty()).then_some(Run { terms, start: at, end, marked: true })
}

/// Terms that were set off, from `floor` on, ending right before `at`.
pub(super) fn marked_before(items: &[Item], at: usize, floor: usize, words: &Vocabulary) -> Option<Run> {
    let mut terms = Vec::new();
    let mut start = at;
    let mut next = at;
    while next > floor && items[next - 1].is_term() {
        terms.insert(0, items[next - 1].text.clone());
        next -= 1;
        start = next;
        let mut separators = 0;
        while separators < 2 && next > floor && is_separator(&items[next - 1], words) {
            next -= 1;
            separators += 1;
        }
        if separators == 0 {
            break;
        }
    }
    (!terms.is_empty()).then_some(Run { terms, start, end: at, marked: true })
}

/// Words that nobody set off, from `at` on, up to a stop word or a mark; `X, Y or Z` when `lists`.
pub(super) fn plain_after(items: &[Item], at: usize, lists: bool, words: &Vocabulary) -> Option<Run> {
    let mut terms = Vec::new();
    let mut current: Vec<&str> = Vec::new();
    let mut next = at;
    let mut end = at;
    while let Some(item) = items.get(next) {
        let separates = lists && is_separator(item, words);
        if item.kind == ItemKind::Word && !item.is_one_of(&words.stops) {
            current.push(&item.text);
            next += 1;
            end = next;
            continue;
        }
        if !separates || current.is_empty() && terms.is_empty() {
            break;
        }
        if !current.is_empty() {
            terms.push(current.join(" "));
            current.clear();
        }
        next += 1;
    }
    if !current.is_empty() {
        terms.push(current.join(" "));
    }
    let fits = !terms.is_empty() && terms.iter().all(|term| is_plain_term(term, words));
    fits.then_some(Run { terms, start: at, end, marked: false })
}

/// Words that nobody set off, ending right before `at`, back to a stop word, a mark or one of `openers`.
pub(super) fn plain_before(items: &[Item], at: usize, openers: &[String], words: &Vocabulary) -> Option<Run> {
    let mut start = at;
    while start > 0 {
        let item = &items[start - 1];
        if item.kind != ItemKind::Word || item.is_one_of(&words.stops) || item.is_one_of(openers) {
            break;
        }
        start -= 1;
    }
    let text: Vec<&str> = items[start..at].iter().map(|item| item.text.as_str()).collect();
    let term = text.join(" ");
    is_plain_term(&term, words).then_some(Run { terms: vec![term], start, end: at, marked: false })
}

/// True when words that nobody set off may be a term.
pub(super) fn is_plain_term(term: &str, words: &Vocabulary) -> bool {
    let parts: Vec<String> = term.split_whitespace().map(|part| part.to_lowercase().replace('’', "'")).collect();
    let content = if parts.first().is_some_and(|first| words.articles.has(first)) { &parts[1..] } else { &parts[..] };
    !content.is_empty()
        && content.len() <= PLAIN_WORDS
        && !content.iter().any(|part| words.strangers.has(part) || words.grammar.has(part))
}

/// True when the words are spoken of as grammar, by their last one: `Avoid **jargon**`, but not `tone deaf`.
pub(super) fn is_grammar(term: &str, words: &Vocabulary) -> bool {
    term.split_whitespace().last().is_some_and(|part| words.grammar.has(&part.to_lowercase()))
}

/// True for paths and addresses, which are no words.
fn is_address(term: &str) -> bool {
    const ENDINGS: [&str; 16] =
        ["gov", "com", "org", "net", "html", "htm", "pdf", "md", "jpg", "png", "edu", "php", "aspx", "txt", "de", "uk"];
    let ending = term.rsplit_once('.').map(|(_, ending)| ending.trim_end_matches('/').to_lowercase());
    term.starts_with(['/', '.', '<', '{', '['])
        || term.contains("://")
        || !term.contains(' ') && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The rule with clean terms; `None` when nothing of it is left.
pub(super) fn settled(mut found: FoundTerm) -> Option<FoundTerm> {
    let clean = |terms: &mut Vec<String>| {
        let mut kept: Vec<String> = Vec::new();
        for term in terms.iter() {
            let term = term.split_whitespace().collect::<Vec<_>>().join(" ");
            let term = term.trim_matches(|character: char| {
                character.is_whitespace()
                    || matches!(
                        character,
                        '"' | '“'
                            | '”'
                            | '„'
                            | '\''
                            | '‘'
                            | '’'
                            | '*'
                            | '_'
                            | '`'
                            | ','
                            | ';'
                            | ':'
                            | '|'
                            | '('
                            | ')'
                            | '['
                            | ']'
                    )
            });
            let fits = term.chars().any(char::is_alphanumeric) || matches!(term, "&" | "%");
            if fits && term.split(' ').count() <= TERM_WORDS && !kept.iter().any(|known| known == term) {
                kept.push(term.to_owned());
            }
        }
        *terms = kept;
    };
    clean(&mut found.rule.say);
    clean(&mut found.rule.not);
    let say = found.rule.say.clone();
    found.rule.not.retain(|term| !say.contains(term));
    let addressed = found.rule.say.iter().chain(&found.rule.not).any(|term| is_address(term));
    if found.rule.say.is_empty() && found.rule.not.is_empty() || addressed || found.start >= found.end {
        return None;
    }
    found.rule.because = shortened(&found.rule.because);
    Some(found)
}

/// Characters of a note that a table can show.
const NOTE_CHARACTERS: usize = 160;

fn shortened(note: &str) -> String {
    let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
    let edge = |character: char| {
        character.is_whitespace() || matches!(character, ',' | ';' | ':' | '–' | '—' | '-' | '.' | '|')
    };
    let mut note = note.trim_matches(edge);
    // `noun) and to-do (adjective`: cut out of the middle.
    if note.find(')').is_some_and(|close| note.find('(').is_some_and(|open| close < open)) {
        return String::new();
    }
    // A parenthesis around the whole, or a half of one, says nothing.
    let (opened, closed) = (note.matches('(').count(), note.matches(')').count());
    if opened < closed {
        note = note.trim_end_matches(')');
    } else if note.starts_with('(') && (opened > closed || note.ends_with(')') && opened == 1) {
        note = note.trim_start_matches('(').trim_end_matches(')');
    }
    let note = note.trim_matches(edge).to_owned();
    if note.chars().count() <= NOTE_CHARACTERS {
        return note;
    }
    let cut: String = note.chars().take(NOTE_CHARACTERS).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{}…", cut.trim_end_matches([',', ';', ':', '.']))
}

/// True when the text says that the rule holds in some places only.
pub(super) fn is_conditional(text: &str, words: &Vocabulary) -> bool {
    let text = format!(" {} ", text.to_lowercase().replace('’', "'").replace([',', '.', '(', ')', ';', ':'], " "));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = format!(" {text} ");
    words.conditions.iter().any(|condition| text.contains(&format!(" {condition} ")))
}
