//! File names from titles.

/// Windows refuses these names with any ending.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com1", "lpt1"];

/// A name of at most 60 characters of `a-z`, `0-9` and `-`, with the ending.
pub fn file_name(title: &str, ending: &str) -> String {
    let mut name = String::new();
    for character in title.chars().flat_map(char::to_lowercase) {
        let plain = match character {
            'ä' | 'à' | 'á' | 'â' | 'ã' | 'å' => 'a',
            'ö' | 'ò' | 'ó' | 'ô' | 'õ' => 'o',
            'ü' | 'ù' | 'ú' | 'û' => 'u',
            'è' | 'é' | 'ê' | 'ë' => 'e',
            'ì' | 'í' | 'î' | 'ï' => 'i',
            'ç' => 'c',
            'ñ' => 'n',
            'ß' => 's',
            other => other,
        };
        if plain.is_ascii_alphanumeric() {
            name.push(plain);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let mut name: String = name.chars().take(60).collect();
    while name.ends_with('-') {
        name.pop();
    }
    if name.is_empty() || RESERVED.contains(&name.as_str()) {
        name.insert_str(0, "piece");
    }
    format!("{name}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn titles_become_names_that_every_system_takes() {
        for (title, expected) in [
            ("Winter berths, explained: what changes?", "winter-berths-explained-what-changes.md"),
            ("Brötchen für Österreich", "brotchen-fur-osterreich.md"),
            ("../../etc/passwd", "etc-passwd.md"),
            ("CON", "piececon.md"),
            ("日本", "piece.md"),
        ] {
            assert_eq!(file_name(title, "md"), expected, "from `{title}`");
        }
    }
}
