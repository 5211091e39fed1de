//! What is told about a person's health: record and insurance numbers, dates, ages, diagnoses, medication.
//!
//! A disease or a medicine alone is no secret: half of all texts about health are full of them. They are taken out only
//! where the sentence is about one person.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Confidence, GuardClass, GuardReason, Hit, checksum,
    scan::{Scan, Words, pattern},
};

/// How far a sentence reaches around a value, in bytes.
const SENTENCE: usize = 160;
/// How far before a date a word is looked for, in bytes.
const NEAR: usize = 40;

static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:mrn|medical record|patient(?:en)?(?:[ -]?(?:id|number|no\.?|nr\.?|nummer))|pat\.? ?(?:id|nr)\.?|chart|case|fall-?(?:nr|nummer)|aufnahme-?(?:nr|nummer)|encounter|accession|specimen|health record|dossier(?: patient)?|historia cl[ií]nica|hospital)(?:[ -]?(?:number|num|no\.?|nr\.?|nummer|id|#))?[ :#=.]{0,4}(?:is |lautet |ist )?((?:[A-Z]{1,5}[- ]?)?[0-9][A-Z0-9-]{3,19})(?-u:\b)",
    )
});
static PLAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:member|subscriber|beneficiary|policy|insurance|health plan|group|medicare|medicaid|mbi|hicn|versicherten?|versicherungs|krankenversicherten|kvnr|npi|dea|carte vitale)[ -]?(?:id|number|num|no\.?|nr\.?|nummer|#)?[ :#=.]{0,4}(?:is |lautet |ist )?([A-Z]{0,4}[- ]?[0-9][A-Z0-9-]{4,19})(?-u:\b)",
    )
});
static MBI: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u)\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2}\b",
    )
});
static PRESCRIBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)\b[ABFGMPR][A-Z9][0-9]{7}\b"));
static GERMAN_INSURED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)\b[A-Z][0-9]{9}\b"));

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?-u:\b)(?:[0-9]{4}-[01]?[0-9]-[0-3]?[0-9]|[0-3]?[0-9][./-] ?[0-3]?[0-9][./-] ?(?:19|20)?[0-9]{2}",
        r"|[0-3]?[0-9](?:st|nd|rd|th|\.)? (?:of )?(?:jan|feb|mar|m[aä]r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|janvier|f[eé]vrier|mars|avril|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[eé]cembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)[a-zä]{0,7}\.?,? (?:19|20)[0-9]{2}",
        r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? [0-3]?[0-9](?:st|nd|rd|th)?,? (?:19|20)[0-9]{2})(?-u:\b)"
    ))
});
static BORN: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:born|birth|birthday|birthdate|dob|d\.o\.b|date of birth|geboren|geb|geburtsdatum|geburtstag|née?|naissance|nacid[oa]|nacimiento|nato|nata|nascita|nascid[oa])(?-u:\b)",
    )
});
static CARED: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:admitted|admission|discharged?|diagnosed|surgery|operated|died|death|deceased|appointment|hospitali[sz]ed|vaccinated|aufgenommen|aufnahme|entlassen|entlassung|operiert|verstorben|gestorben|untersucht|hospitalisée?|ingresad[oa])(?-u:\b)",
    )
});
static AGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:aged?|im alter von|âgée? de) ((?:9[0-9]|1[0-2][0-9])(?: (?:years?|jahren?|ans))?)(?-u:\b)|(?-u:\b)((?:9[0-9]|1[0-2][0-9])[ -]?(?:years?[ -]old|year-old|y/?o|jährigen?r?|jahre alt|ans))(?-u:\b)",
    )
});

/// One person, not people in general.
static PERSON: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:he|she|his|her|him|i|i'm|i've|my|me|mr|mrs|ms|mx|dr|the patient|this patient|our patient|patient:|pt|mother|father|son|daughter|wife|husband|brother|sister|employee|colleague|client|er|sie|ihr|ihre|sein|seine|ich|mein|meine|herr|frau|der patient|die patientin|patientin|mutter|vater|elle|il|je|mon|ma|le patient|la patiente|mme|ella|él|mi|el paciente|la paciente)(?-u:\b)",
    )
});
/// Told of many, or of nobody.
static GENERAL: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:patients|people|adults|children|million|percent|prevalence|research|study|studies|awareness|treatments?|menschen|erwachsene|studien?|millionen|prozent|their)(?-u:\b)",
    )
});
static TOLD: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:diagnos\w*|suffer\w*|has|had|have|having|with|treated|treatment for|history of|positive for|tested|contracted|developed|takes?|taking|took|prescribed|on|uses?|using|receives?|received|died of|leidet|litt|erkrankt\w*|hat|hatte|habe|nimmt|nehme|bekommt|bekam|wegen|an|behandelt|souffre|atteinte?|prend|tiene|toma|padece|is|was|dose)(?-u:\b)",
    )
});
/// Directly before: whose it is.
static OWN: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:his|her|my|your|the patient's|ihre?[rn]?|seine?[rn]?|meine?[rn]?|mon|ma|sa|son|su|mi)(?: \p{L}{2,16})? $",
    )
});
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?-u:\b)(?:(?:type [12i]{1,2}|chronic|acute|stage (?:[0-4]|i{1,3}v?)|metastatic|severe|major|bipolar|terminal|chronische?[rmn]?|akute?[rmn]?) )?",
        r"(?:diabet\w+(?: mellitus)?(?: type [12])?|hypertension|bluthochdruck|cancer|carcinoma|karzinom|brustkrebs|lungenkrebs|\w{0,12}krebs|(?:breast|lung|colon|prostate|skin|ovarian|pancreatic) cancer|leuk[aä]?emia|leuk[aä]mie|lymphoma|melanoma|tumou?r|hiv(?:[ -]positive)?|aids|hepatitis(?: [abc])?|tuberculosis|tuberkulose|syphilis|chlamydia|gonorrh\w+|herpes|covid(?:-19)?|pneumonia|lungenentz\w+|asthma|copd|epilep\w+|seizures?|multiple sclerosis|multipler? sklerose|parkinson(?:'s)?(?: disease)?|alzheimer(?:'s)?(?: disease)?|dementia|demenz|depress\w+(?: disorder)?|anxiety(?: disorder)?|angstst\w+|disorder|schizophreni\w+|ptsd|adhd|adhs|autism|autismus|anorexia|bulimia|alcoholism|addiction|suicidal|stroke|schlaganfall|heart (?:failure|attack|disease)|herzinfarkt|arrhythmia|migraines?|migr[aä]ne|arthritis|lupus|crohn(?:'s)?(?: disease)?|colitis|ulcer|endometriosis|miscarriage|abortion|pregnan\w+|schwanger\w*|infertil\w+|kidney (?:failure|disease)|renal failure|cirrhosis|anemia|an[aä]mie|obesity|adipositas|sleep apn\w+|fracture|concussion|diabète|dépression|cáncer|depresión)(?-u:\b)"
    ))
});
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:ICD(?:-?1[01])?(?:-?(?:CM|GM))?(?: code)?|[Dd]iagnos(?:is|e)(?: code)?|Dx)[ :=]{1,3}([A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?)(?-u:\b)",
    )
});
static MEDICINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?-u:\b)(?:[0-9]{1,4}(?:[.,][0-9]{1,2})? ?(?:mg|mcg|µg|g|ml|units?|einheiten|iu|ie) (?:of |de |d')?)?",
        r"(?:metformin\w{0,2}|insulin|lisinopril|atorvastatin|simvastatin|amlodipin\w?|metoprolol|bisoprolol|ramipril|omeprazol\w?|pantoprazol\w?|levothyroxin\w?|l-thyroxin|albuterol|salbutamol|prednison\w?|prednisolon\w?|sertralin\w?|fluoxetin\w?|citalopram|escitalopram|venlafaxin\w?|bupropion|mirtazapin\w?|quetiapin\w?|olanzapin\w?|risperidon\w?|aripiprazol\w?|lithium|lorazepam|diazepam|alprazolam|xanax|valium|zoloft|prozac|lexapro|ritalin|adderall|methylphenidat\w?|oxycodon\w?|hydrocodon\w?|morphin\w?|fentanyl|tramadol|methadon\w?|buprenorphin\w?|naloxon\w?|warfarin|marcumar|apixaban|rivaroxaban|eliquis|clopidogrel|tamoxifen|methotrexat\w?|adalimumab|humira|truvada|descovy|biktarvy|antiretrovirals?|ozempic|semaglutid\w?|wegovy|gabapentin|pregabalin|lamotrigin\w?|levetiracetam|carbamazepin\w?|valproat\w?|chemotherap\w+|chemo|dialysis|dialyse)(?-u:\b)",
        r"(?: [0-9]{1,4}(?:[.,][0-9]{1,2})? ?(?:mg|mcg|µg|g|ml|units?|einheiten|iu|ie)(?-u:\b))?"
    ))
});
static DOSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:takes?|taking|prescribed|nimmt|prend|toma)(?: (?:daily|täglich))? (\p{L}[\p{L}-]{3,24} [0-9]{1,4}(?:[.,][0-9]{1,2})? ?(?:mg|mcg|µg|ml|units?|einheiten))(?-u:\b)",
    )
});

pub(super) fn find(scan: &Scan, hits: &mut Vec<Hit>) {
    numbers(scan, hits);
    dates(scan, hits);
    facts(scan, hits);
}

fn numbers(scan: &Scan, hits: &mut Vec<Hit>) {
    for (rule, class) in [(&*RECORD, GuardClass::MedicalRecord), (&*PLAN, GuardClass::HealthPlan)] {
        for found in rule.captures_iter(&scan.text) {
            let (Some(whole), Some(value)) = (found.get(0), found.get(1)) else { continue };
            let label = &whole.as_str()[..value.start() - whole.start()];
            // A weak word needs the sign that a number follows.
            let weak = ["case", "hospital", "chart", "group", "member", "policy", "insurance"];
            let is_weak = weak.iter().any(|word| label.trim_end().eq_ignore_ascii_case(word));
            let digits = value.as_str().bytes().filter(u8::is_ascii_digit).count();
            let of_patient =
                label.to_ascii_lowercase().starts_with("case") && !PATIENT.stand_in(scan.left(whole.start(), SENTENCE));
            if !is_weak && digits >= 4 && !of_patient {
                hits.push(Hit::new((value.start(), value.end()), class, Confidence::High, GuardReason::Label));
            }
        }
    }
    let plan = |found: regex::Match<'_>, confidence, reason| {
        Hit::new((found.start(), found.end()), GuardClass::HealthPlan, confidence, reason)
    };
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphabetic).count();
    hits.extend(
        MBI.find_iter(&scan.text)
            .filter(|found| letters(found.as_str()) >= 4)
            .map(|found| plan(found, Confidence::High, GuardReason::Shape)),
    );
    hits.extend(
        PRESCRIBER
            .find_iter(&scan.text)
            .filter(|found| {
                checksum::prescriber(&found.as_str()[2..]) && scan.left(found.start(), NEAR).contains("dea")
            })
            .map(|found| plan(found, Confidence::High, GuardReason::ChecksumAndContext)),
    );
    hits.extend(
        GERMAN_INSURED
            .find_iter(&scan.text)
            .filter(|found| is_german_insured(found.as_str()))
            .filter(|found| INSURED.stand_in(scan.left(found.start(), SENTENCE)))
            .map(|found| plan(found, Confidence::High, GuardReason::ChecksumAndContext)),
    );
}

static PATIENT: Words =
    Words::new(|| pattern(r"(?-u:\b)(?:patient\w*|hospital|clinic|klinik|krankenhaus|medical|doctor)(?-u:\b)"));
static INSURED: Words = Words::new(|| pattern(r"(?-u:\b)(?:versich\w*|kranken\w*|kvnr|insur\w*|egk)(?-u:\b)"));

/// A letter counts as two digits; every second one twice, its digits added; the last is the check.
fn is_german_insured(text: &str) -> bool {
    let letter = u32::from(text.as_bytes()[0] - b'A' + 1);
    let digits = [letter / 10, letter % 10].into_iter().chain(text.bytes().skip(1).map(|byte| u32::from(byte - b'0')));
    let values: Vec<u32> = digits.collect();
    let (body, check) = values.split_at(values.len() - 1);
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(at, digit)| {
            let product = digit * (1 + at as u32 % 2);
            product / 10 + product % 10
        })
        .sum();
    sum % 10 == check[0]
}

fn dates(scan: &Scan, hits: &mut Vec<Hit>) {
    for found in DATE.find_iter(&scan.text) {
        let (left, right) = (scan.left(found.start(), NEAR), scan.right(found.end(), 12));
        let same_sentence = left.rsplit(['\n', ';']).next().unwrap_or(left);
        let born = BORN.stand_in(same_sentence)
            || right.trim_start().starts_with("geboren")
            || same_sentence.ends_with('*')
            || same_sentence.ends_with("* ");
        let cared = CARED.stand_in(same_sentence) && is_about_person(scan, found.start(), found.end());
        if born || cared {
            let reason = if born { GuardReason::Context } else { GuardReason::AboutPerson };
            let confidence = if born { Confidence::High } else { Confidence::Medium };
            hits.push(Hit::new((found.start(), found.end()), GuardClass::PersonalDate, confidence, reason));
        }
    }
    hits.extend(AGE.captures_iter(&scan.text).filter_map(|found| {
        let value = found.get(1).or_else(|| found.get(2))?;
        Some(Hit::new((value.start(), value.end()), GuardClass::Age, Confidence::Medium, GuardReason::Context))
    }));
}

fn facts(scan: &Scan, hits: &mut Vec<Hit>) {
    let fact = |start, end, confidence, reason| Hit::new((start, end), GuardClass::HealthFact, confidence, reason);
    for rule in [&*CONDITION, &*MEDICINE] {
        for found in rule.find_iter(&scan.text) {
            let before = sentence_before(scan, found.start());
            let told = TOLD.stand_in(before) || OWN.stand_in(before);
            if told && is_about_person(scan, found.start(), found.end()) {
                hits.push(fact(found.start(), found.end(), Confidence::Medium, GuardReason::AboutPerson));
            }
        }
    }
    for found in DOSE.captures_iter(&scan.text) {
        if let Some(value) = found.get(1)
            && is_about_person(scan, value.start(), value.end())
        {
            hits.push(fact(value.start(), value.end(), Confidence::Medium, GuardReason::AboutPerson));
        }
    }
    hits.extend(CODE.captures_iter(&scan.text).filter_map(|found| {
        let value = found.get(1)?;
        Some(fact(value.start(), value.end(), Confidence::High, GuardReason::Label))
    }));
}

/// The sentence up to a place.
fn sentence_before(scan: &Scan, start: usize) -> &str {
    let left = scan.left(start, SENTENCE);
    let mut from = 0;
    for (at, mark) in left.match_indices(['.', '!', '?', '\n', '\r']) {
        let ends = mark != "." || {
            let next = left[at + 1..].chars().next();
            let word = left[..at].rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
            next.is_some_and(char::is_whitespace) && word.chars().count() > 3
        };
        if ends {
            from = at + mark.len();
        }
    }
    &left[from..]
}

fn is_about_person(scan: &Scan, start: usize, end: usize) -> bool {
    let before = sentence_before(scan, start);
    let after = scan.right(end, SENTENCE / 2);
    let after = after.split(['.', '!', '?', '\n']).next().unwrap_or(after);
    (PERSON.stand_in(before) || (before.trim().is_empty() && PERSON.stand_in(after))) && !GENERAL.stand_in(before)
}
