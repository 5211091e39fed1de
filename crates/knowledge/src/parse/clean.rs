//! Makes extracted text plain: no hidden characters, one kind of space, no typographic ligatures.

/// Folds white space to single spaces, trims, and drops what nobody can see.
pub(crate) fn fold(raw: &str) -> String {
    let mut clean = String::with_capacity(raw.len());
    for word in visible(raw).split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    clean
}

/// Keeps line breaks and inner spaces of preformatted text; trailing spaces and empty lines go.
pub(crate) fn fold_code(raw: &str) -> String {
    let visible = visible(raw);
    let lines: Vec<&str> = visible.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let indent = lines.iter().map(|line| line.len() - line.trim_start_matches([' ', '\t']).len()).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or(line)).collect();
    // A first line that is deeper than the rest begins the block all the same.
    lines.join("\n").trim().to_owned()
}

/// The text without characters that are invisible, reorder what is seen, or mean nothing outside one font.
fn visible(raw: &str) -> String {
    let mut clean = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{200C}' | '\u{200D}' => {
                let joins = clean.chars().next_back().is_some_and(needs_joiners)
                    && characters.peek().is_some_and(|next| needs_joiners(*next));
                if joins {
                    clean.push(character);
                }
            }
            '\u{FB00}' => clean.push_str("ff"),
            '\u{FB01}' => clean.push_str("fi"),
            '\u{FB02}' => clean.push_str("fl"),
            '\u{FB03}' => clean.push_str("ffi"),
            '\u{FB04}' => clean.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => clean.push_str("st"),
            '\u{0C}' | '\u{0B}' | '\u{2028}' | '\u{2029}' | '\u{85}' => clean.push('\n'),
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            other if is_hidden(other) => {}
            other => clean.push(other),
        }
    }
    clean
}

/// True for characters that must never reach a prompt, a search index or the screen.
pub(crate) fn is_hidden(character: char) -> bool {
    if matches!(character, '\n' | '\t') {
        return false;
    }
    character.is_control()
        || matches!(character,
            '\u{AD}'                      // soft hyphen
            | '\u{34F}'                   // combining grapheme joiner
            | '\u{61C}'                   // Arabic letter mark
            | '\u{115F}' | '\u{1160}'     // Hangul fillers
            | '\u{17B4}' | '\u{17B5}'     // Khmer inherent vowels
            | '\u{180B}'..='\u{180F}'     // Mongolian selectors and separator
            | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{202A}'..='\u{202E}'     // direction embeddings and overrides
            | '\u{2060}'..='\u{206F}'     // word joiner, invisible operators, isolates
            | '\u{2800}'                  // empty Braille cell
            | '\u{3164}' | '\u{FFA0}'     // Hangul fillers
            | '\u{E000}'..='\u{F8FF}'     // private use: a glyph of one font
            | '\u{FE00}'..='\u{FE0E}'     // variation selectors; U+FE0F keeps emoji coloured
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{10FFFF}') // tags, further selectors, private planes
        || (character as u32) & 0xFFFE == 0xFFFE
}

/// Scripts and emoji in which a zero-width joiner changes what is written.
fn needs_joiners(character: char) -> bool {
    matches!(character, '\u{600}'..='\u{DFF}' | '\u{2600}'..='\u{27BF}' | '\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_leaves_what_a_reader_sees() {
        let cases = [
            ("  two \t\n words ", "two words", "white space is folded"),
            ("of\u{FB01}ce", "office", "ligatures hide words from search"),
            ("pay\u{200B}pal \u{202E}evil\u{202C}", "paypal evil", "zero width and direction overrides are hidden"),
            ("a\u{E0041}\u{E0042}b", "ab", "tag characters carry hidden instructions"),
            ("co\u{AD}operate\u{FFFE}", "cooperate", "soft hyphens and noncharacters are layout"),
            ("non\u{A0}breaking", "non breaking", "every space is a space"),
            ("👩\u{200D}💻", "👩\u{200D}💻", "a joiner inside an emoji is visible"),
            ("\u{F0B7} item", "item", "private glyphs mean nothing outside their font"),
        ];
        for (raw, wanted, why) in cases {
            assert_eq!(fold(raw), wanted, "{why}");
        }
    }

    #[test]
    fn code_keeps_its_lines_and_loses_common_indent() {
        assert_eq!(
            fold_code("  if x:\n\n      y\n  \n"),
            "if x:\n    y",
            "the inner shape matters, the outer does not"
        );
        assert_eq!(fold_code("    deep\nflat"), "deep\nflat", "a block begins with what is seen");
    }
}
