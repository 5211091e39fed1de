//! How persons are reached and called: e-mail, telephone, postal address, profile pages, names with a title or a label.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Confidence, GuardClass, GuardReason, Hit,
    scan::{Scan, Words, pattern},
};

/// How far before a value a word is looked for, in bytes.
const NEAR: usize = 40;
/// The longest local part that mail allows, and more.
const LOCAL_BYTES: usize = 128;
/// The longest host name.
const HOST_BYTES: usize = 255;
/// What files end in that are written like addresses: `logo@2x.png`.
const FILE_ENDS: [&str; 14] =
    ["png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "json", "html", "pdf", "md", "mp4"];

pub(super) fn find(scan: &Scan, hits: &mut Vec<Hit>) {
    mails(scan, hits);
    phones(scan, hits);
    addresses(scan, hits);
    persons(scan, hits);
}

static SPELLED_MAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)[\p{L}0-9._%+-]{1,64} ?[\[({<] ?(?:at|ät|@) ?[\])}>] ?[a-z0-9-]{1,63}(?: ?[\[({<] ?(?:dot|punkt|\.) ?[\])}>] ?[a-z0-9-]{1,63}|\.[a-z0-9-]{1,63}){1,4}",
    )
});
static PROFILE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:https?://)?(?:[a-z]{2,3}\.)?(?:linkedin\.com/(?:in|pub)|xing\.com/profile|facebook\.com/(?:profile\.php\?id=)?|instagram\.com|github\.com|(?:x|twitter)\.com|t\.me|tiktok\.com)/@?[\p{L}0-9._%-]{2,80}/?",
    )
});

fn mails(scan: &Scan, hits: &mut Vec<Hit>) {
    let bytes = scan.text.as_bytes();
    for (at, _) in scan.text.match_indices('@') {
        let is_local = |character: &char| character.is_alphanumeric() || "._%+'-!#$&*=?^`{|}~/".contains(*character);
        let floor = scan.text.floor_char_boundary(at.saturating_sub(LOCAL_BYTES));
        let local: usize = scan.text[floor..at].chars().rev().take_while(is_local).map(char::len_utf8).sum();
        let local =
            scan.text[at - local..at].trim_start_matches(|first: char| !first.is_alphanumeric() && first != '_');
        let is_host = |character: &char| character.is_alphanumeric() || matches!(character, '.' | '-');
        let ceiling = scan.text.floor_char_boundary((at + 1 + HOST_BYTES).min(bytes.len()));
        let host: usize = scan.text[at + 1..ceiling].chars().take_while(is_host).map(char::len_utf8).sum();
        let host = scan.text[at + 1..at + 1 + host].trim_end_matches(['.', '-']);
        let Some((name, end)) = host.rsplit_once('.') else { continue };
        let is_end = end.chars().count() >= 2 && end.chars().all(char::is_alphabetic) || end.starts_with("xn--");
        let is_file = FILE_ENDS.iter().any(|file| end.eq_ignore_ascii_case(file));
        let stop = at + 1 + host.len();
        // `git@host:path` names a repository.
        let is_repository =
            bytes.get(stop) == Some(&b':') && bytes.get(stop + 1).is_some_and(|next| *next != b' ' && *next != b'\n');
        let is_package = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        // The password of `https://name:password@host` is a secret and no mail.
        let from = at - local.len();
        let is_password = scan.before(from) == Some(':') && scan.left(from, LOCAL_BYTES).contains("://");
        if is_password
            || local.is_empty()
            || name.is_empty()
            || name.starts_with('.')
            || !is_end
            || is_file
            || is_repository
            || is_package
        {
            continue;
        }
        hits.push(Hit::new((at - local.len(), stop), GuardClass::Email, Confidence::High, GuardReason::Shape));
    }
    hits.extend(SPELLED_MAIL.find_iter(&scan.text).map(|found| {
        Hit::new((found.start(), found.end()), GuardClass::Email, Confidence::Medium, GuardReason::Shape)
    }));
    hits.extend(PROFILE.find_iter(&scan.text).filter(|found| is_page(scan, found)).map(|found| {
        Hit::new((found.start(), found.end()), GuardClass::Profile, Confidence::Medium, GuardReason::Shape)
    }));
}

/// A page of a person, and not something below it (a repository, a post) or another host (`help.github.com`).
fn is_page(scan: &Scan, found: &regex::Match<'_>) -> bool {
    let inside =
        |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '.');
    let below = found.as_str().ends_with('/') && scan.after(found.end()).is_some_and(char::is_alphanumeric);
    !below && !inside(scan.before(found.start()))
}

static WORLD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u)\+ ?[1-9][0-9]{0,3}(?: ?\(0?\) ?)?(?:[ ().\-/]{0,2}[0-9]{1,12}){1,7}"));
static NANP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u)(?:\b1[ .-])?(?:\([2-9][0-9]{2}\) ?|\b[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}\b(?:,? ?(?:x|ext\.?|extension) ?[0-9]{1,6}\b)?",
    )
});
static PLAIN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u)\(?\b[0-9]{2,15}(?:\)? ?[ .\-/]? ?\(?[0-9]{1,12}){0,6}"));
static LABELLED: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:tel|telephone|telefon|phone|mobile|mobil|cell|fax|telefax|handy|whatsapp|hotline|durchwahl|rufnummer|telefonnummer|tél|téléphone|teléfono|móvil|telefono)(?:-?(?:nr|no|number|nummer)\.?| number| no\.?| line)?\.?(?: (?:is|ist|lautet|unter|at|on|me|her|him|us|them|est|es|number))?[ :#=(]{0,4}$",
    )
});
static CALLED: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:call|phone|ring|text|dial|reach|telefon|tel|phone number|anrufen|rufen|anruf|mobile|mobil|cell|fax|whatsapp|sms|voicemail|appelez|llame|llamar|chiama)(?-u:\b)",
    )
});
static THING: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:orders?|invoice|tracking|serial|sku|isbn|issn|ean|part|article|item|ticket|version|model|doi|case|id|ref|reference|catalog\w*|bestell\w*|rechnung\w*|artikel\w*|kunden\w*|auftrag\w*|version|page|pages|seite\w*)[ .:#-]{0,3}(?:no|nr|number|num|nummer)?[ .:#]{0,3}[a-z]{0,4}-?$",
    )
});

fn phones(scan: &Scan, hits: &mut Vec<Hit>) {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let phone = |start: usize, text: &str, confidence, reason| {
        let text = text.trim_end_matches([' ', '.', '-', '/', '(']);
        Hit::new((start, start + text.len()), GuardClass::Phone, confidence, reason)
    };
    for found in WORLD.find_iter(&scan.text) {
        let inside = scan.before(found.start()).is_some_and(char::is_alphanumeric);
        if (8..=15).contains(&digits(found.as_str())) && !inside && scan.is_whole(found.start(), found.end()) {
            hits.push(phone(found.start(), found.as_str(), Confidence::High, GuardReason::Shape));
        }
    }
    let joined = |start: usize, end: usize| {
        let number = |text: &str| text.starts_with(|next: char| next.is_ascii_digit());
        let after = scan.text[end..].strip_prefix(['-', '.', '/']).is_some_and(number);
        after || matches!(scan.before(start), Some('-' | '.' | '/' | '$' | '€' | '£' | '#'))
    };
    for found in NANP.find_iter(&scan.text) {
        let near = scan.left(found.start(), NEAR);
        if joined(found.start(), found.end()) || THING.stand_in(near) {
            continue;
        }
        let named = CALLED.stand_in(near) || LABELLED.stand_in(near);
        let reason = if named { GuardReason::Context } else { GuardReason::Shape };
        let confidence = if named { Confidence::High } else { Confidence::Medium };
        hits.push(phone(found.start(), found.as_str(), confidence, reason));
    }
    for found in PLAIN.find_iter(&scan.text) {
        if !(6..=15).contains(&digits(found.as_str())) || !scan.is_whole(found.start(), found.end()) {
            continue;
        }
        let near = scan.left(found.start(), NEAR);
        if LABELLED.stand_in(near) {
            hits.push(phone(found.start(), found.as_str(), Confidence::High, GuardReason::Label));
        } else if is_national(found.as_str())
            && CALLED.stand_in(near)
            && !THING.stand_in(near)
            && !joined(found.start(), found.end())
        {
            hits.push(phone(found.start(), found.as_str(), Confidence::Medium, GuardReason::Context));
        }
    }
}

/// With the zero that leads out of a place, and enough digits.
fn is_national(text: &str) -> bool {
    let bare = text.trim_start_matches('(');
    bare.starts_with('0') && text.bytes().filter(u8::is_ascii_digit).count() >= 8
}

static STREET_EN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,4})? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?(?:(?:\p{Lu}[\p{L}'.-]{0,24}|[0-9]{1,3}(?:st|nd|rd|th)) ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Highway|Hwy|Parkway|Pkwy|Crescent|Close|Circle|Trail)(?-u:\b)\.?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Flat|#)\.? ?#?[A-Za-z0-9-]{1,6})?(?:,? (?:\p{Lu}[\p{L}'.-]{1,24} ?){1,3},? (?:[A-Z]{2} [0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}))?",
    )
});
static STREET_DE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:(?:Am|An der|Auf dem|Im|In der|Zum|Zur|Unter den|Alte|Neue|Große|Kleine|Obere|Untere) )?\p{Lu}[\p{L}.-]{1,40}?(?:[sS]tra(?:ß|ss)e|[sS]tr\.|[wW]eg|[gG]asse|[aA]llee|[pP]latz|[rR]ing|[dD]amm|[uU]fer|[cC]haussee|[hH]of|[bB]erg)(?: \p{Lu}[\p{L}-]{2,20}){0,2} [0-9]{1,4} ?[a-zA-Z]?(?-u:\b)(?:,? (?:D-|A-|CH-)?[0-9]{4,5} \p{Lu}[\p{L}-]{2,30})?",
    )
});
static STREET_ROMANCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?-u:\b)[0-9]{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|place|chemin|allée|quai|impasse|cours) (?:de la |de l'|du |des |de |d'|la |le |l')?\p{Lu}[\p{L}' -]{2,40}|(?:Calle|Avenida|Av\.|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua) (?:de la |de los |de |del |della |di |do |da )?\p{Lu}[\p{L}' -]{2,40},? (?:n\.?º? ?)?[0-9]{1,4})(?:,? [0-9]{4,5} \p{Lu}[\p{L}-]{2,30})?",
    )
});
static BOX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:p\.? ?o\.? ?box|postfach|bo[iî]te postale|apartado) [0-9]{1,6}(?-u:\b)(?:,? [0-9]{5} \p{Lu}[\p{L}-]{2,30})?",
    )
});
static POSTCODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u)\b(?:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}|(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) [0-9]{5}(?:-[0-9]{4})?)\b",
    )
});
static ADDRESS_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:home address|mailing address|postal address|residential address|address|anschrift|wohnhaft in|wohnadresse|domicilio|adresse)[ ]?:[ ]?([^\n;]{6,120})",
    )
});
static LIVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[lL]ives (?:at|in)|I live (?:at|in)|[rR]esid(?:es|ing) (?:at|in)|[wW]ohnt in|[wW]ohnhaft in|[hH]abite à) (?:[0-9]{5} )?((?:\p{Lu}[\p{L}'-]{2,24})(?: \p{Lu}[\p{L}'-]{2,24}){0,2})",
    )
});

fn addresses(scan: &Scan, hits: &mut Vec<Hit>) {
    for rule in [&*STREET_EN, &*STREET_DE, &*STREET_ROMANCE, &*BOX] {
        hits.extend(rule.find_iter(&scan.text).filter(|found| !is_counted(scan, found.start(), found.as_str())).map(
            |found| Hit::new((found.start(), found.end()), GuardClass::Address, Confidence::High, GuardReason::Shape),
        ));
    }
    hits.extend(POSTCODE.find_iter(&scan.text).map(|found| {
        Hit::new((found.start(), found.end()), GuardClass::Address, Confidence::Medium, GuardReason::Shape)
    }));
    let labelled = |rule: &'static Regex, class| {
        rule.captures_iter(&scan.text).filter_map(move |found| {
            let value = found.get(1)?;
            let text = value.as_str().trim_end();
            let place = (value.start(), value.start() + text.len());
            Some(Hit::new(place, class, Confidence::Medium, GuardReason::Label))
        })
    };
    let has_number = |hit: &Hit| scan.text[hit.start..hit.end].contains(|character: char| character.is_ascii_digit());
    hits.extend(labelled(&ADDRESS_LABEL, GuardClass::Address).filter(has_number));
    hits.extend(labelled(&LIVES, GuardClass::Address));
}

/// A year, or a number of things: `in 2024 Wall Street`, `500 Million Drive`.
fn is_counted(scan: &Scan, start: usize, text: &str) -> bool {
    let mut words = text.split(' ');
    let year =
        words.next().and_then(|first| first.parse::<u32>().ok()).is_some_and(|year| (1_900..2_100).contains(&year));
    let counted = matches!(words.next(), Some("Million" | "Billion" | "Thousand" | "Percent" | "Best" | "Top"));
    counted || (year && YEAR_WORD.stand_in(scan.left(start, NEAR)))
}

static YEAR_WORD: Words =
    Words::new(|| pattern(r"(?-u:\b)(?:in|since|of|by|until|from|before|after|during|seit|ab|bis|en|depuis) $"));

/// A name: up to three words with capital letters, with particles between them.
macro_rules! name {
    () => {
        r"(?:(?:van|von|de|zu|di|del|da|al|el) (?:(?:der|den|la) )?)?\p{Lu}[\p{L}'.-]{0,24}(?: (?:(?:van|von|de|der|den|zu|la|le|di|del|da|bin|al|el) ){0,2}\p{Lu}[\p{L}'-]{1,24}){0,3}"
    };
}

static TITLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:\b)(?:(?:Mr|Mrs|Ms|Miss|Mx|Sir|Dame|Herrn?|Frau|Mme|Mlle|Monsieur|Madame|Sr|Sra|Señora?|Signora?|Prof(?:essor)?|Dr|Doctor|Doktor|med|phil)\.? ){1,4}(",
        name!(),
        r")"
    ))
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:\b)(?:(?:[Ff]ull |[Ff]irst |[Ll]ast |[Pp]atient |[Cc]ustomer |[Cc]lient )?[Nn]ame|Patient(?:in)?|Kund(?:e|in)|Customer|Client|Contact|Ansprechpartner(?:in)?|Vorname|Nachname|Nom|Nombre|Employee|Signed|Attn)[ ]?:[ ]?(",
        name!(),
        r")"
    ))
});
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:\b)(?:[Mm]y name is|[Hh]er name is|[Hh]is name is|[Ii]ch hei(?:ß|ss)e|[Mm]ein Name ist|[Jj]e m'appelle|[Mm]e llamo|[Pp]atient(?:in)?(?: named)?|[Oo]ur (?:colleague|employee|customer|client)|[Mm]y (?:wife|husband|son|daughter|mother|father|colleague|boss|neighbou?r)|[Kk]ollegin|[Kk]ollegen?|[Ss]ig(?:ned|natory) by) (",
        r"\p{Lu}[\p{L}'-]{1,24}(?: (?:(?:van|von|de|der|den|zu|la|le|di|del|da) ){0,2}\p{Lu}[\p{L}'.-]{0,24}){0,3}",
        r")"
    ))
});
/// What stands after a title or a label and is no name.
const NO_NAMES: [&str; 24] = [
    "Dr",
    "Prof",
    "The",
    "This",
    "That",
    "Services",
    "Service",
    "Support",
    "Information",
    "Care",
    "Name",
    "Number",
    "ID",
    "Portal",
    "Right",
    "Rights",
    "Safety",
    "President",
    "Bundeskanzler",
    "Oetker",
    "Pepper",
    "Martens",
    "None",
    "Unknown",
];

fn persons(scan: &Scan, hits: &mut Vec<Hit>) {
    let rules: [(&Regex, Confidence, GuardReason); 3] = [
        (&TITLED, Confidence::High, GuardReason::Context),
        (&NAMED, Confidence::High, GuardReason::Label),
        (&SAID, Confidence::Medium, GuardReason::Context),
    ];
    for (rule, confidence, reason) in rules {
        for found in rule.captures_iter(&scan.text) {
            let Some(value) = found.get(1) else { continue };
            let text = value.as_str().trim_end_matches(['.', '-', '\'']);
            let first = text.split([' ', '\'']).next().unwrap_or_default();
            if !text.chars().any(char::is_lowercase) || NO_NAMES.contains(&first) {
                continue;
            }
            let place = (value.start(), value.start() + text.len());
            hits.push(Hit::new(place, GuardClass::PersonName, confidence, reason));
        }
    }
}
