//! Addresses of devices, and secrets: keys, tokens, passwords.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use regex::Regex;

use super::{
    Confidence, GuardClass, GuardReason, Hit, checksum,
    scan::{Scan, Words, pattern},
};

/// How far before a value a word is looked for, in bytes.
const NEAR: usize = 32;

static IPV4: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)\b[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\b"));
static IPV6: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,43}[0-9A-Fa-f:]"));
static MAC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u)\b[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})\b|\b(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\b",
    )
});
static IP_WORD: Words =
    Words::new(|| pattern(r"(?-u:\b)(?:ip|ipv4|address|adresse|host|server|client|login|from)(?-u:\b)"));
static VERSION_WORD: Words = Words::new(|| {
    pattern(
        r"(?:(?-u:\b)(?:version|v|ver|release|build|section|chapter|clause|abschnitt|kapitel|rfc|chrome|firefox)[ .:/]*|[§v])$",
    )
});
static DEVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i-u)\b(?:imei|meid|iccid|device id|serial (?:number|no\.?)|seriennummer|android id|udid|pacemaker(?: serial)?)[ :#=]{0,4}(?:is )?([A-Z0-9][A-Z0-9-]{6,30}[A-Z0-9])\b",
    )
});

/// Tokens by the beginnings that their makers gave them so that they are recognised.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u)\b(?:",
        r"sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{16,}|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}",
        r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}",
        r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}",
        r"|AIza[0-9A-Za-z_-]{30,}|ya29\.[0-9A-Za-z_-]{20,}|hf_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}",
        r"|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|gsk_[A-Za-z0-9]{20,}",
        r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|dop_v1_[a-f0-9]{40,}|whsec_[A-Za-z0-9]{16,}",
        r")"
    ))
});
static NAMED_SECRET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(?:[a-z0-9]{1,24}[_-]){0,4}(?:pass(?:word|wort|phrase|code)|kennwort|pwd|mot de passe|contrase[ñn]a|(?:api|access|secret|private|auth)[ _-]?(?:key|token|secret)|client[ _-]?secret|bearer|pin code|one-time code)(?:["']?[ ]?[:=][ ]?|[ ](?:is|ist|lautet|est|es)[ :]{1,2}|[ ])["']?([^\s"',;<>`]{4,200})"#,
    )
});
static PRIVATE_KEY: LazyLock<Regex> = LazyLock::new(|| pattern(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"));
static URL_SECRET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,64}:([^\s/@]{1,128})@"));

pub(super) fn find(scan: &Scan, hits: &mut Vec<Hit>) {
    addresses(scan, hits);
    devices(scan, hits);
    secrets(scan, hits);
}

fn addresses(scan: &Scan, hits: &mut Vec<Hit>) {
    for found in IPV4.find_iter(&scan.text) {
        let Ok(address) = found.as_str().parse::<Ipv4Addr>() else { continue };
        let rest = &scan.text[found.end()..];
        let longer = rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()))
            || matches!(scan.before(found.start()), Some('.' | '-'));
        if longer || address.is_loopback() || address.is_unspecified() || address.is_broadcast() {
            continue;
        }
        let near = scan.left(found.start(), NEAR);
        if VERSION_WORD.stand_in(near) {
            continue;
        }
        let named = IP_WORD.stand_in(near);
        // Four small numbers are as often a version or a section.
        let small = address.octets().iter().all(|octet| *octet < 30);
        let (confidence, reason) = match (named, small) {
            (true, _) => (Confidence::High, GuardReason::Context),
            (false, false) => (Confidence::Medium, GuardReason::Shape),
            (false, true) => (Confidence::Low, GuardReason::Shape),
        };
        hits.push(Hit::new((found.start(), found.end()), GuardClass::IpAddress, confidence, reason));
    }
    for found in IPV6.find_iter(&scan.text) {
        let text = found.as_str().trim_end_matches(['.', ':']);
        let address = text.parse::<Ipv6Addr>().or_else(|_| found.as_str().parse());
        let Ok(address) = address else { continue };
        // `a::b` is a path in a program.
        let segments = address.segments().iter().filter(|segment| **segment != 0).count();
        let long = text.split(':').any(|part| part.len() == 4 && part.contains(|digit: char| digit.is_ascii_digit()));
        if address.is_loopback()
            || address.is_unspecified()
            || (segments < 3 && !long)
            || !scan.is_whole(found.start(), found.end())
        {
            continue;
        }
        hits.push(Hit::new((found.start(), found.end()), GuardClass::IpAddress, Confidence::High, GuardReason::Shape));
    }
}

fn devices(scan: &Scan, hits: &mut Vec<Hit>) {
    hits.extend(
        MAC.find_iter(&scan.text)
            .filter(|found| {
                let next = scan.after(found.end());
                !matches!(next, Some(':' | '-')) && !matches!(scan.before(found.start()), Some(':' | '-'))
            })
            .map(|found| {
                Hit::new((found.start(), found.end()), GuardClass::Device, Confidence::High, GuardReason::Shape)
            }),
    );
    hits.extend(DEVICE.captures_iter(&scan.text).filter_map(|found| {
        let value = found.get(1)?;
        let digits: String = value.as_str().chars().filter(char::is_ascii_digit).collect();
        if digits.len() < 4 {
            return None;
        }
        let is_imei = digits.len() == 15 && checksum::luhn(&digits);
        let reason = if is_imei { GuardReason::ChecksumAndContext } else { GuardReason::Label };
        Some(Hit::new((value.start(), value.end()), GuardClass::Device, Confidence::High, reason))
    }));
}

fn secrets(scan: &Scan, hits: &mut Vec<Hit>) {
    let secret = |span, reason| Hit::new(span, GuardClass::Secret, Confidence::High, reason);
    hits.extend(TOKEN.find_iter(&scan.text).map(|found| secret((found.start(), found.end()), GuardReason::Shape)));
    let mut done = 0;
    for found in PRIVATE_KEY.find_iter(&scan.text) {
        if found.start() < done {
            continue;
        }
        let rest = &scan.text[found.end()..];
        // One that has no end is taken as far as it looks like a key.
        let end = match rest.find("-----END") {
            Some(at) => rest[at + 8..].find("-----").map_or(rest.len(), |close| at + 8 + close + 5),
            None => rest.len(),
        };
        done = found.end() + end;
        hits.push(secret((found.start(), done), GuardReason::Shape));
    }
    for found in NAMED_SECRET.captures_iter(&scan.text) {
        let (Some(whole), Some(value)) = (found.get(0), found.get(1)) else { continue };
        let assigned = whole.as_str()[..value.start() - whole.start()].contains(['=', ':']);
        // After a sign of assignment the end of a sentence may belong to it: rather one mark too many.
        let marks: &[char] = if assigned { &[] } else { &['.', '!', '?', ')', ']'] };
        let text = value.as_str().trim_end_matches(marks);
        if is_secret(text, assigned) {
            hits.push(secret((value.start(), value.start() + text.len()), GuardReason::Label));
        }
    }
    hits.extend(URL_SECRET.captures_iter(&scan.text).filter_map(|found| {
        let value = found.get(1)?;
        Some(secret((value.start(), value.end()), GuardReason::Shape))
    }));
}

/// After a sign of assignment nearly everything is one; after a mere word it must not look like the next word of a sentence.
fn is_secret(text: &str, assigned: bool) -> bool {
    let has = |test: fn(char) -> bool| text.chars().any(test);
    let digits = has(|character| character.is_ascii_digit());
    let signs = text.chars().any(|character| !character.is_alphanumeric() && character != '-' && character != '\'');
    let mixed = text.chars().skip(1).any(char::is_uppercase) && has(char::is_lowercase);
    let masked = text.chars().all(|character| matches!(character, '*' | '•' | '.' | 'x' | 'X' | '_' | '[' | ']'));
    if masked || text.chars().count() < 4 {
        return false;
    }
    if assigned {
        digits || signs || mixed || text.chars().count() >= 8
    } else {
        text.chars().count() >= 6 && digits && (signs || has(char::is_alphabetic))
    }
}
