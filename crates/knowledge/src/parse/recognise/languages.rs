//! Languages of text recognition: which data Tesseract has for them, which are taken, which are missed. Pure.

/// Languages that are offered at once: each further one makes reading slower and less sure.
const LANGUAGE_LIMIT: usize = 3;

/// Code as documents have it (two letters for those that scoring knows, else three), the name of Tesseract's data, and the
/// language's name.
const LANGUAGES: [(&str, &str, &str); 60] = [
    ("ar", "ara", "Arabic"),
    ("ara", "ara", "Arabic"),
    ("bg", "bul", "Bulgarian"),
    ("bul", "bul", "Bulgarian"),
    ("cat", "cat", "Catalan"),
    ("ces", "ces", "Czech"),
    ("cmn", "chi_sim", "Chinese"),
    ("cs", "ces", "Czech"),
    ("da", "dan", "Danish"),
    ("dan", "dan", "Danish"),
    ("de", "deu", "German"),
    ("el", "ell", "Greek"),
    ("ell", "ell", "Greek"),
    ("en", "eng", "English"),
    ("es", "spa", "Spanish"),
    ("est", "est", "Estonian"),
    ("fi", "fin", "Finnish"),
    ("fin", "fin", "Finnish"),
    ("fr", "fra", "French"),
    ("he", "heb", "Hebrew"),
    ("heb", "heb", "Hebrew"),
    ("hi", "hin", "Hindi"),
    ("hin", "hin", "Hindi"),
    ("hrv", "hrv", "Croatian"),
    ("hu", "hun", "Hungarian"),
    ("hun", "hun", "Hungarian"),
    ("id", "ind", "Indonesian"),
    ("ind", "ind", "Indonesian"),
    ("it", "ita", "Italian"),
    ("ja", "jpn", "Japanese"),
    ("jpn", "jpn", "Japanese"),
    ("ko", "kor", "Korean"),
    ("kor", "kor", "Korean"),
    ("lav", "lav", "Latvian"),
    ("lit", "lit", "Lithuanian"),
    ("nl", "nld", "Dutch"),
    ("nob", "nor", "Norwegian"),
    ("no", "nor", "Norwegian"),
    ("pes", "fas", "Persian"),
    ("pl", "pol", "Polish"),
    ("pol", "pol", "Polish"),
    ("pt", "por", "Portuguese"),
    ("ro", "ron", "Romanian"),
    ("ron", "ron", "Romanian"),
    ("ru", "rus", "Russian"),
    ("rus", "rus", "Russian"),
    ("sk", "slk", "Slovak"),
    ("slk", "slk", "Slovak"),
    ("slv", "slv", "Slovenian"),
    ("srp", "srp", "Serbian"),
    ("sv", "swe", "Swedish"),
    ("swe", "swe", "Swedish"),
    ("tha", "tha", "Thai"),
    ("tr", "tur", "Turkish"),
    ("tur", "tur", "Turkish"),
    ("uk", "ukr", "Ukrainian"),
    ("ukr", "ukr", "Ukrainian"),
    ("vie", "vie", "Vietnamese"),
    ("yid", "yid", "Yiddish"),
    ("zh", "chi_sim", "Chinese"),
];

fn known(code: &str) -> Option<(&'static str, &'static str)> {
    LANGUAGES.iter().find(|(known, _, _)| *known == code).map(|(_, data, name)| (*data, *name))
}

/// What is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Names of Tesseract's data, joined as it takes them; empty when it has to decide.
    pub(crate) data: String,
    /// Codes of wanted languages whose data is not installed.
    pub(crate) missing: Vec<String>,
}

/// The installed data for the wanted languages; when none is, English or any other. Without a wish everything that is
/// installed is tried, English first.
pub(crate) fn choose(wanted: &[String], installed: &[&str]) -> Choice {
    let (mut chosen, mut missing): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    for code in wanted {
        let Some((data, _)) = known(code) else { continue };
        if !installed.contains(&data) {
            missing.push(code.clone());
        } else if !chosen.contains(&data) && chosen.len() < LANGUAGE_LIMIT {
            chosen.push(data);
        }
    }
    if chosen.is_empty() {
        let mut all = installed.to_vec();
        all.sort_by_key(|name| *name != "eng");
        chosen.extend(all.into_iter().take(if missing.is_empty() { LANGUAGE_LIMIT } else { 1 }));
    }
    Choice { data: chosen.join("+"), missing }
}

/// The languages that a list of Tesseract's names; what only finds the direction of a page, or formulas, is none.
pub(crate) fn listed(output: &str) -> Vec<&str> {
    output
        .lines()
        .skip(1)
        .map(str::trim)
        .filter(|name| !name.is_empty() && !name.contains(['/', ' ']) && !matches!(*name, "osd" | "equ"))
        .collect()
}

/// Which recognition is not installed, and how it is; `None` when nothing is missing.
pub(super) fn advice(missing: &[String]) -> Option<String> {
    let of: Vec<(&str, &str)> = missing.iter().filter_map(|code| known(code)).collect();
    let (_, first) = of.first()?;
    let names = of.iter().skip(1).fold((*first).to_owned(), |names, (_, name)| format!("{names} and {name}"));
    let how = if cfg!(target_os = "linux") {
        let packages: Vec<String> =
            of.iter().map(|(data, _)| format!("tesseract-ocr-{}", data.replace('_', "-"))).collect();
        format!("install it with `apt install {}`", packages.join(" "))
    } else if cfg!(target_os = "macos") {
        "install it with `brew install tesseract-lang`".to_owned()
    } else {
        let data: Vec<String> = of.iter().map(|(data, _)| format!("`{data}.traineddata`")).collect();
        format!("put {} into Tesseract's folder `tessdata`", data.join(" and "))
    };
    Some(format!("{names} text recognition is not installed; {how} and read the document again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn the_wanted_languages_are_taken_and_what_is_missing_is_named() {
        let installed = ["deu", "eng", "fra"];
        for (wanted, installed, data, missing) in [
            (&["de", "en"][..], &installed[..], "deu+eng", &[][..]),
            (&["de"], &installed, "deu", &[]),
            (&["ja"], &installed, "eng", &["ja"]),
            (&["ja", "fr"], &installed, "fra", &["ja"]),
            (&["rus", "ru"], &["rus"], "rus", &[]),
            (&["klingon"], &["deu", "eng"], "eng+deu", &[]),
            (&[], &["deu", "eng"], "eng+deu", &[]),
            (&[], &["rus"], "rus", &[]),
            (&["de"], &[], "", &["de"]),
        ] {
            let choice = choose(&codes(wanted), installed);
            assert_eq!(
                choice,
                Choice { data: data.to_owned(), missing: codes(missing) },
                "{wanted:?} of {installed:?}"
            );
        }
    }

    #[test]
    fn a_list_of_languages_is_read_as_tesseract_prints_it() {
        let printed =
            "List of available languages in \"/usr/share/tessdata/\" (5):\ndeu\neng\nosd\nequ\nscript/Latin\n";
        assert_eq!(listed(printed), ["deu", "eng"]);
        assert_eq!(listed(""), [] as [&str; 0]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_advice_names_language_and_package() {
        assert_eq!(
            advice(&codes(&["de"])).unwrap(),
            "German text recognition is not installed; install it with `apt install tesseract-ocr-deu` and read the document again"
        );
        let two = advice(&codes(&["cmn", "fr"])).unwrap();
        assert!(two.starts_with("Chinese and French text"), "{two}");
        assert!(two.contains("tesseract-ocr-chi-sim tesseract-ocr-fra"), "{two}");
        assert_eq!(advice(&[]), None);
        assert_eq!(advice(&codes(&["xx; rm -rf"])), None, "what the child says reaches no sentence");
    }
}
