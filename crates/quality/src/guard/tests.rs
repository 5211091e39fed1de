//! What the guard finds, what it leaves alone, and that nothing of a value is left behind.

mod figures;
mod held_out;
mod hostile;
mod round;

use super::*;

/// A text with values marked `⟦…⟧`: the text without marks, and the places of the values in characters.
fn marked(text: &str) -> (String, Vec<(usize, usize)>) {
    let (mut plain, mut spans, mut count, mut open) = (String::new(), Vec::new(), 0, None);
    for character in text.chars() {
        match character {
            '⟦' => open = Some(count),
            '⟧' => spans.push((open.take().expect("a mark is closed that was opened"), count)),
            other => {
                plain.push(other);
                count += 1;
            }
        }
    }
    (plain, spans)
}

fn shown(text: &str, findings: &[GuardFinding]) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let show = |finding: &GuardFinding| {
        let value: String = characters[finding.start..finding.end].iter().collect();
        format!("{:?} {:?} `{value}` ({:?})", finding.class, finding.confidence, finding.reason)
    };
    findings.iter().map(show).collect()
}
