//! The fence around text that others wrote: hidden characters gone, role marks blunted, borders that the text cannot contain.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};

/// Retrieved text as it may enter a prompt. There is no other way to make one than through the fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FencedSource(String);

impl FencedSource {
    /// Strips and marks `text`. The border follows from the seed and the text, so it can be repeated by whoever knows
    /// the seed and guessed by nobody who wrote the text; it never occurs inside.
    pub(crate) fn new(seed: &str, label: &str, text: &str) -> Self {
        let text = blunt_marks(&strip_hidden(text));
        let label: String = blunt_marks(&strip_hidden(label))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(120)
            .collect();
        let mut turn = 0_u32;
        let border = loop {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&u64::try_from(seed.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(seed.as_bytes());
            hasher.update(&turn.to_le_bytes());
            hasher.update(text.as_bytes());
            let hex = hasher.finalize().to_hex();
            let border = hex[..8].to_owned();
            if !text.contains(&border) && !label.contains(&border) {
                break border;
            }
            turn += 1;
        };
        let mut fenced = format!("SOURCE {border}");
        if !label.is_empty() {
            write!(fenced, " ({label})").expect("BUG: writing to a string cannot fail");
        }
        write!(fenced, "\n{}\nEND {border}", text.trim()).expect("BUG: writing to a string cannot fail");
        Self(fenced)
    }

    /// The text with its borders.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for FencedSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A few words that come from documents or from a model, such as a heading: one line, stripped and blunted, so short
/// that it needs no border.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct InlineSource(String);

impl InlineSource {
    /// Longest line, in characters.
    const CHARACTERS: usize = 200;

    pub(crate) fn new(text: &str) -> Self {
        let folded = strip_hidden(text).split_whitespace().collect::<Vec<_>>().join(" ");
        Self(blunt_marks(&folded).chars().take(Self::CHARACTERS).collect())
    }
}

/// Characters that show nothing, change the direction of text or carry hidden tags.
fn is_hidden(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(u32::from(character),
            0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFFB | 0xE000..=0xF8FF | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF
            | 0xF0000..=0x0010_FFFF)
}

/// The text without hidden characters; line separators become line breaks.
pub(crate) fn strip_hidden(text: &str) -> String {
    text.chars()
        .map(|character| if matches!(character, '\u{2028}' | '\u{2029}' | '\u{85}') { '\n' } else { character })
        .filter(|character| !is_hidden(*character))
        .collect()
}

/// Words that chat templates put before a colon at the beginning of a turn.
const ROLES: [&str; 9] =
    ["system", "user", "assistant", "human", "developer", "tool", "ai", "instruction", "instructions"];

/// Makes harmless what a model could take for a turn, a tag, a heading of a prompt or a code fence.
fn blunt_marks(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = blunt_tags(line).replace("```", "'''").replace("[INST]", "(INST)").replace("[/INST]", "(/INST)");
        let bare = line.trim_start_matches(|character: char| character.is_whitespace() || "#*_>-".contains(character));
        if let Some((role, rest)) = bare.split_once(':')
            && ROLES.contains(&role.trim().trim_matches(['*', '_']).to_ascii_lowercase().as_str())
        {
            lines.push(format!("{} –{rest}", role.trim().trim_matches(['*', '_'])));
        } else if line.trim_start().starts_with('#') {
            lines.push(line.trim_start().trim_start_matches('#').trim_start().to_owned());
        } else {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// Angle brackets that could open or close a tag become quotation marks that no tokenizer treats as special.
fn blunt_tags(line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let touches = |neighbour: Option<&char>, marks: &str| {
        neighbour.is_some_and(|neighbour| neighbour.is_alphanumeric() || marks.contains(*neighbour))
    };
    characters
        .iter()
        .enumerate()
        .map(|(index, character)| {
            let before = index.checked_sub(1).and_then(|before| characters.get(before));
            let after = characters.get(index + 1);
            match character {
                '<' if touches(after, "/|!?<_｜") && !after.is_some_and(char::is_ascii_digit) => '‹',
                '>' if touches(before, "/|-?>_\"'｜") && !before.is_some_and(char::is_ascii_digit) => '›',
                other => *other,
            }
        })
        .collect()
}
