//! What percent signs, currencies and units are called.
//!
//! Invariants
//! - An unknown sign has no name; the caller leaves it as it is.

use quillhouse_domain::Language;

/// What signs are called.
pub(super) struct Signs {
    pub(super) and: &'static str,
    pub(super) or: &'static str,
    pub(super) to: &'static str,
    pub(super) percent: &'static str,
    pub(super) euro: &'static str,
    pub(super) dollar: &'static str,
    pub(super) pound: &'static str,
    pub(super) scales: &'static [&'static str],
}

/// One of a currency; only English changes the word.
pub(super) fn singular(unit: &str) -> String {
    match unit {
        "dollars" => "dollar".to_owned(),
        "euros" => "euro".to_owned(),
        "pounds" => "pound".to_owned(),
        other => other.to_owned(),
    }
}

/// The words of a language.
pub(super) const fn signs(language: Language) -> Signs {
    match language {
        Language::En => Signs {
            and: "and",
            or: "or",
            to: "to",
            percent: "percent",
            euro: "euros",
            dollar: "dollars",
            pound: "pounds",
            scales: &["thousand", "million", "billion", "trillion"],
        },
        Language::De => Signs {
            and: "und",
            or: "oder",
            to: "bis",
            percent: "Prozent",
            euro: "Euro",
            dollar: "Dollar",
            pound: "Pfund",
            scales: &["tausend", "million", "millionen", "milliarde", "milliarden"],
        },
        Language::Fr => Signs {
            and: "et",
            or: "ou",
            to: "à",
            percent: "pour cent",
            euro: "euros",
            dollar: "dollars",
            pound: "livres",
            scales: &["million", "millions", "milliards"],
        },
        Language::Es => Signs {
            and: "y",
            or: "o",
            to: "a",
            percent: "por ciento",
            euro: "euros",
            dollar: "dólares",
            pound: "libras",
            scales: &["millón", "millones"],
        },
        Language::It => Signs {
            and: "e",
            or: "o",
            to: "a",
            percent: "per cento",
            euro: "euro",
            dollar: "dollari",
            pound: "sterline",
            scales: &["milione", "milioni", "miliardi"],
        },
        Language::Nl => Signs {
            and: "en",
            or: "of",
            to: "tot",
            percent: "procent",
            euro: "euro",
            dollar: "dollar",
            pound: "pond",
            scales: &["miljoen", "miljard"],
        },
        Language::Pt => Signs {
            and: "e",
            or: "ou",
            to: "a",
            percent: "por cento",
            euro: "euros",
            dollar: "dólares",
            pound: "libras",
            scales: &["milhão", "milhões"],
        },
    }
}

/// A unit sign behind a number.
pub(super) fn unit(sign: &str, one: bool, language: Language) -> Option<&'static str> {
    let known: &[(&str, &str, &str)] = match language {
        Language::En => &[
            ("%", "percent", "percent"),
            ("km", "kilometre", "kilometres"),
            ("m", "metre", "metres"),
            ("cm", "centimetre", "centimetres"),
            ("mm", "millimetre", "millimetres"),
            ("kg", "kilogram", "kilograms"),
            ("g", "gram", "grams"),
            ("mg", "milligram", "milligrams"),
            ("l", "litre", "litres"),
            ("ml", "millilitre", "millilitres"),
            ("h", "hour", "hours"),
            ("min", "minute", "minutes"),
            ("km/h", "kilometre an hour", "kilometres an hour"),
            ("mph", "mile an hour", "miles an hour"),
            ("kW", "kilowatt", "kilowatts"),
            ("kWh", "kilowatt hour", "kilowatt hours"),
            ("W", "watt", "watts"),
            ("V", "volt", "volts"),
            ("GB", "gigabyte", "gigabytes"),
            ("MB", "megabyte", "megabytes"),
            ("TB", "terabyte", "terabytes"),
            ("°C", "degree Celsius", "degrees Celsius"),
            ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
            ("€", "euro", "euros"),
            ("EUR", "euro", "euros"),
            ("USD", "dollar", "dollars"),
            ("ft", "foot", "feet"),
            ("lb", "pound", "pounds"),
            ("m²", "square metre", "square metres"),
        ],
        Language::De => &[
            ("%", "Prozent", "Prozent"),
            ("km", "Kilometer", "Kilometer"),
            ("m", "Meter", "Meter"),
            ("cm", "Zentimeter", "Zentimeter"),
            ("mm", "Millimeter", "Millimeter"),
            ("kg", "Kilogramm", "Kilogramm"),
            ("g", "Gramm", "Gramm"),
            ("l", "Liter", "Liter"),
            ("ml", "Milliliter", "Milliliter"),
            ("h", "Stunde", "Stunden"),
            ("Std", "Stunde", "Stunden"),
            ("min", "Minute", "Minuten"),
            ("km/h", "Kilometer pro Stunde", "Kilometer pro Stunde"),
            ("kW", "Kilowatt", "Kilowatt"),
            ("kWh", "Kilowattstunde", "Kilowattstunden"),
            ("°C", "Grad Celsius", "Grad Celsius"),
            ("€", "Euro", "Euro"),
            ("EUR", "Euro", "Euro"),
            ("GB", "Gigabyte", "Gigabyte"),
            ("m²", "Quadratmeter", "Quadratmeter"),
        ],
        _ => &[("%", "%", "%")],
    };
    let found = known.iter().find(|(short, _, _)| *short == sign)?;
    if found.1 == "%" {
        return Some(signs(language).percent);
    }
    Some(if one { found.1 } else { found.2 })
}
