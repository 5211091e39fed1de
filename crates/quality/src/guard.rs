//! The guard: finds what tells about persons, and secrets, in a text, and takes it out before the text leaves the machine.
//!
//! Each rule is a pattern with a checksum where the number has one, and with words around it where the pattern alone says
//! little. It is a second line: a brand that must not leak is local-only. What it cannot know — names without a title or a
//! label, facts told in other words — it does not find.
//!
//! Invariants
//! - Spans count Unicode scalar values of the text as it was given; they are in order and do not touch each other's letters.
//! - A value is covered whole: spans grow to the ends of their words, and overlapping ones become one.
//! - Look-alike digits, invisible characters and marks between the letters of a value do not hide it.
//! - Time is linear in the length of the text.
//! - `restore(redact(text))` is the text again.

mod checksum;
mod contact;
mod health;
mod national;
mod network;
mod payment;
mod redact;
mod scan;

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use redact::{Redacted, RedactionMap, Restored, redact, restore};

use scan::Scan;

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GuardClass {
    /// E-mail address.
    Email,
    /// Telephone or fax number.
    Phone,
    /// Postal address or a part of it.
    Address,
    /// Name of a person with a title or a label.
    PersonName,
    /// Page of a person in a social network.
    Profile,
    /// International bank account number.
    Iban,
    /// Other bank account number.
    BankAccount,
    /// Payment card number.
    Card,
    /// Number that a state gave a person: social security, tax, identity.
    NationalId,
    /// Passport, driving licence.
    Document,
    /// Date of birth, or of something that happened to a patient.
    PersonalDate,
    /// An age of ninety and more.
    Age,
    /// Number of a medical record, patient or case.
    MedicalRecord,
    /// Number with a health insurer or of a prescriber.
    HealthPlan,
    /// Diagnosis or medication of a person.
    HealthFact,
    /// Address of a device in a network.
    IpAddress,
    /// Hardware address or serial number of a device.
    Device,
    /// Identification number of a vehicle.
    Vehicle,
    /// Key, token, password.
    Secret,
}

impl GuardClass {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 19] = [
        Self::Email,
        Self::Phone,
        Self::Address,
        Self::PersonName,
        Self::Profile,
        Self::Iban,
        Self::BankAccount,
        Self::Card,
        Self::NationalId,
        Self::Document,
        Self::PersonalDate,
        Self::Age,
        Self::MedicalRecord,
        Self::HealthPlan,
        Self::HealthFact,
        Self::IpAddress,
        Self::Device,
        Self::Vehicle,
        Self::Secret,
    ];

    /// The word in a placeholder: capital letters only.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
            Self::Address => "ADDRESS",
            Self::PersonName => "NAME",
            Self::Profile => "PROFILE",
            Self::Iban => "IBAN",
            Self::BankAccount => "ACCOUNT",
            Self::Card => "CARD",
            Self::NationalId => "ID",
            Self::Document => "DOCUMENT",
            Self::PersonalDate => "DATE",
            Self::Age => "AGE",
            Self::MedicalRecord => "RECORD",
            Self::HealthPlan => "INSURANCE",
            Self::HealthFact => "HEALTH",
            Self::IpAddress => "IP",
            Self::Device => "DEVICE",
            Self::Vehicle => "VEHICLE",
            Self::Secret => "SECRET",
        }
    }

    /// The word for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "e-mail address",
            Self::Phone => "telephone number",
            Self::Address => "address",
            Self::PersonName => "name",
            Self::Profile => "profile page",
            Self::Iban => "IBAN",
            Self::BankAccount => "bank account",
            Self::Card => "card number",
            Self::NationalId => "national number",
            Self::Document => "passport or licence",
            Self::PersonalDate => "personal date",
            Self::Age => "age",
            Self::MedicalRecord => "medical record number",
            Self::HealthPlan => "insurance number",
            Self::HealthFact => "diagnosis or medication",
            Self::IpAddress => "IP address",
            Self::Device => "device number",
            Self::Vehicle => "vehicle number",
            Self::Secret => "key or password",
        }
    }
}

impl fmt::Display for GuardClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// How sure the guard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The shape fits, and fits many other things too. Shown, not taken out unless asked for.
    Low,
    /// The shape and something beside it fit.
    Medium,
    /// A checksum, a label, or a shape that nothing else has.
    High,
}

/// Why something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GuardReason {
    /// Only such things look like this.
    Shape,
    /// Its checksum is right.
    Checksum,
    /// Its checksum is right, and a word near it says what it is.
    ChecksumAndContext,
    /// Its shape fits, and a word near it says what it is.
    Context,
    /// A label stands before it.
    Label,
    /// It is told about a person.
    AboutPerson,
}

impl fmt::Display for GuardReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Shape => "Only such values look like this",
            Self::Checksum => "Its checksum is right",
            Self::ChecksumAndContext => "Its checksum is right, and a word near it says what it is",
            Self::Context => "It looks like one, and a word near it says what it is",
            Self::Label => "A label before it says what it is",
            Self::AboutPerson => "It is told about a person",
        })
    }
}

/// Something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct GuardFinding {
    /// First character.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// What it is.
    pub class: GuardClass,
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub reason: GuardReason,
}

/// A finding before places are translated: bytes of the scanned form.
#[derive(Debug, Clone, Copy)]
struct Hit {
    start: usize,
    end: usize,
    class: GuardClass,
    confidence: Confidence,
    reason: GuardReason,
}

impl Hit {
    const fn new((start, end): (usize, usize), class: GuardClass, confidence: Confidence, reason: GuardReason) -> Self {
        Self { start, end, class, confidence, reason }
    }
}

/// Everything that tells about persons, and secrets, in the order of the text.
pub fn find(text: &str) -> Vec<GuardFinding> {
    let scan = Scan::new(text);
    let mut hits = Vec::new();
    network::find(&scan, &mut hits);
    payment::find(&scan, &mut hits);
    national::find(&scan, &mut hits);
    contact::find(&scan, &mut hits);
    health::find(&scan, &mut hits);
    for hit in &mut hits {
        (hit.start, hit.end) = scan.grown(hit.start, hit.end);
    }
    merged(hits).into_iter().map(|hit| scan.finding(hit)).collect()
}

/// Overlapping hits become one that covers all of them and is called after the surest, the longest of the equally sure.
fn merged(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
    let mut merged: Vec<(Hit, usize)> = Vec::new();
    for hit in hits {
        let length = hit.end - hit.start;
        match merged.last_mut() {
            Some((last, named_by)) if hit.start < last.end => {
                let end = last.end.max(hit.end);
                if (hit.confidence, length) > (last.confidence, *named_by) {
                    *named_by = length;
                    *last = Hit { start: last.start, ..hit };
                }
                last.end = end;
            }
            _ => merged.push((hit, length)),
        }
    }
    merged.into_iter().map(|(hit, _)| hit).collect()
}

#[cfg(test)]
mod tests;
