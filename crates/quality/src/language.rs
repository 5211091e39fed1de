//! Which language a text is written in.

use quillhouse_domain::Language;
use whatlang::Lang;

/// Shorter texts give letters too few to be sure of.
pub const CERTAIN_CHARACTERS: usize = 80;
/// Confidence of the detector from which it is believed. Below, neighbours such as Spanish and Portuguese get confused.
const CERTAIN_CONFIDENCE: f64 = 0.75;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The language; `None` when the text has no words or is in a language that is not known here.
    pub language: Option<Language>,
    /// True when the text is long and clear enough to act on the answer.
    pub certain: bool,
}

/// Detects the language of running text.
pub fn detect(text: &str) -> Detected {
    let Some(info) = whatlang::detect(text) else { return Detected { language: None, certain: false } };
    let language = match info.lang() {
        Lang::Eng => Some(Language::En),
        Lang::Deu => Some(Language::De),
        Lang::Fra => Some(Language::Fr),
        Lang::Spa => Some(Language::Es),
        Lang::Ita => Some(Language::It),
        Lang::Nld => Some(Language::Nl),
        Lang::Por => Some(Language::Pt),
        _ => None,
    };
    let letters = text.chars().filter(|character| !character.is_whitespace()).count();
    let certain = letters >= CERTAIN_CHARACTERS && (info.is_reliable() || info.confidence() >= CERTAIN_CONFIDENCE);
    Detected { language, certain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_when_there_is_enough_text() {
        let table = [
            (
                Language::En,
                "Readers scan pages until they find the information they need, so put the most important information first and keep sentences short.",
            ),
            (
                Language::De,
                "Menschen überfliegen Seiten, bis sie die Informationen finden, die sie brauchen; deshalb steht das Wichtigste am Anfang jeder Seite.",
            ),
            (
                Language::Fr,
                "Les lecteurs parcourent les pages jusqu’à ce qu’ils trouvent les informations dont ils ont besoin, alors commencez par le plus important.",
            ),
            (
                Language::Es,
                "Los lectores hojean las páginas hasta que encuentran la información que necesitan, así que ponga primero lo más importante de todo.",
            ),
            (
                Language::It,
                "I lettori scorrono le pagine finché non trovano le informazioni di cui hanno bisogno, quindi metti per prima la cosa più importante.",
            ),
            (
                Language::Nl,
                "Lezers scannen pagina’s tot ze de informatie vinden die ze nodig hebben, dus zet de belangrijkste informatie altijd bovenaan de pagina.",
            ),
            (
                Language::Pt,
                "Os leitores percorrem as páginas até encontrarem as informações de que precisam, por isso coloque primeiro o que é mais importante.",
            ),
        ];
        for (language, text) in table {
            assert_eq!(detect(text), Detected { language: Some(language), certain: true }, "{text:?}");
        }
    }

    #[test]
    fn short_or_foreign_text_is_not_acted_on() {
        assert!(!detect("Hello there").certain, "two words prove nothing");
        assert_eq!(detect("Быстрая коричневая лиса прыгает через ленивую собаку каждый день").language, None);
        assert_eq!(detect("123 456"), Detected { language: None, certain: false });
    }
}
