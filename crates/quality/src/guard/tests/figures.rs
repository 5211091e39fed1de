//! Precision and recall on a set made for it: values in sentences, and things that only look like them.
//!
//! Values are generated with a fixed seed, check digits computed by other code than the guard's where that is short. A value
//! counts as found when all of it is covered; a finding counts as right when it touches a value.

use std::collections::BTreeMap;

use super::*;

/// A generator of numbers after Knuth; the set is the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    fn of<'a>(&mut self, some: &[&'a str]) -> &'a str {
        some[self.below(some.len() as u64) as usize]
    }

    fn filled(&mut self, shape: &str) -> String {
        shape
            .chars()
            .map(|character| match character {
                '#' => char::from(b'0' + self.below(10) as u8),
                '%' => char::from(b'2' + self.below(8) as u8),
                '^' => char::from(b'A' + self.below(26) as u8),
                '~' => char::from(b'a' + self.below(26) as u8),
                other => other,
            })
            .collect()
    }
}

fn grouped(text: &str, sizes: &[usize], between: &str) -> String {
    let mut at = 0;
    let parts = sizes.iter().map(|size| {
        at += size;
        &text[at - size..at.min(text.len())]
    });
    parts.collect::<Vec<_>>().join(between)
}

/// The digit that makes a whole pass a test, appended.
fn with_check(body: &str, alphabet: &str, is_right: fn(&str) -> bool) -> Option<String> {
    alphabet.chars().map(|check| format!("{body}{check}")).find(|whole| is_right(whole))
}

fn german_iban(numbers: &mut Numbers) -> String {
    let body = numbers.digits(18);
    // D is 13, E is 14; the check digits are 98 less the rest of the whole with 00.
    let rest = format!("{body}131400").bytes().fold(0_u32, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 97);
    format!("DE{:02}{body}", 98 - rest)
}

const FIRST: [&str; 12] =
    ["Anna", "Bernd", "Chloé", "David", "Emine", "François", "Grażyna", "Hiro", "Inés", "Jürgen", "Kwame", "Lucía"];
const LAST: [&str; 12] = [
    "Müller", "Smith", "García", "Dubois", "Kowalski", "Yılmaz", "O'Brien", "van Dijk", "Okafor", "Schmidt", "Rossi",
    "Nguyen",
];

#[expect(clippy::too_many_lines, reason = "a table of sentences is read as one")]
fn values(numbers: &mut Numbers) -> Vec<(GuardClass, String)> {
    use GuardClass::*;
    let mut set = Vec::new();
    for _ in 0..40 {
        let host = numbers.of(&[
            "example.org",
            "mail.example.co.uk",
            "müller-bau.de",
            "dept.university.edu",
            "xn--80ak6aa.com",
        ]);
        let shape = numbers.of(&["~~~~.~~~~~", "~~~~+~~~", "~_~~~~##", "~~~~~~", "~.~-~~~"]);
        let local = numbers.filled(shape);
        let frame = numbers.of(&[
            "Write to ⟦@⟧ before Friday.",
            "E-Mail: ⟦@⟧",
            "(⟦@⟧)",
            "Contact <⟦@⟧>, please",
            "mailto:⟦@⟧?subject=Hi",
            "Fragen? ⟦@⟧!",
        ]);
        set.push((Email, frame.replace('@', &format!("{local}@{host}"))));
    }
    for _ in 0..60 {
        let shape = numbers.of(&[
            "+49 30 #######",
            "+1 (%##) %##-####",
            "+44 20 #### ####",
            "+33 1 ## ## ## ##",
            "+34 6## ### ###",
            "+41 44 ### ## ##",
            "+919#########",
            "+49 (0)89 ######",
            "+55 11 9####-####",
        ]);
        let number = numbers.filled(shape);
        let frame =
            numbers.of(&["My number is ⟦@⟧.", "Call ⟦@⟧ after six", "⟦@⟧", "Tel. ⟦@⟧, Fax on request", "Ruf an: ⟦@⟧"]);
        set.push((Phone, frame.replace('@', &number)));
        let number = numbers.filled("(%##) %##-####");
        set.push((Phone, format!("You can reach me at ⟦{number}⟧ today")));
        let number = numbers.filled("%##-%##-####");
        set.push((Phone, format!("phone ⟦{number}⟧")));
        let shape = numbers.of(&[
            "030 ########",
            "0171 #######",
            "089/######",
            "0049 30 #######",
            "01 ## ## ## ##",
            "020 7### ####",
        ]);
        let number = numbers.filled(shape);
        let frame = numbers.of(&[
            "Telefon: ⟦@⟧",
            "Fax ⟦@⟧",
            "Handy-Nr. ⟦@⟧",
            "phone number is ⟦@⟧",
            "Tél. : ⟦@⟧",
            "mobile: ⟦@⟧",
        ]);
        set.push((Phone, frame.replace('@', &number)));
    }
    for _ in 0..30 {
        let iban = german_iban(numbers);
        set.push((Iban, format!("Bitte auf ⟦{}⟧ überweisen", grouped(&iban, &[4, 4, 4, 4, 4, 2], " "))));
        set.push((Iban, format!("IBAN: ⟦{iban}⟧.")));
        set.push((Iban, format!("iban ⟦{}⟧", iban.to_lowercase())));
    }
    for real in [
        "GB82 WEST 1234 5698 7654 32",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NL91ABNA0417164300",
        "CH93 0076 2011 6238 5295 7",
        "ES91 2100 0418 4502 0005 1332",
        "AT61 1904 3002 3457 3201",
        "IT60 X054 2811 1010 0000 0123 456",
        "PL61109010140000071219812874",
    ] {
        set.push((Iban, format!("The money goes to ⟦{real}⟧ as agreed.")));
    }
    for _ in 0..30 {
        let prefix = numbers.of(&["4", "51", "55", "2221", "6011"]);
        let body = format!("{prefix}{}", numbers.digits(15 - prefix.len()));
        let card = with_check(&body, "0123456789", checksum::luhn).unwrap();
        set.push((Card, format!("Card ⟦{}⟧ expires soon", grouped(&card, &[4, 4, 4, 4], " "))));
        set.push((Card, format!("paid with ⟦{}⟧", grouped(&card, &[4, 4, 4, 4], "-"))));
        set.push((Card, format!("Visa: ⟦{card}⟧")));
    }
    for real in ["3782 822463 10005", "371449635398431", "5555555555554444", "30569309025904", "3530111333300000"] {
        set.push((Card, format!("He read me his number, ⟦{real}⟧, on the way")));
    }
    for _ in 0..25 {
        let (area, group, serial) = (100 + numbers.below(500), 10 + numbers.below(80), 1_000 + numbers.below(8_000));
        set.push((NationalId, format!("SSN ⟦{area}-{group}-{serial}⟧ on file")));
        set.push((NationalId, format!("He gave ⟦{area}-{group}-{serial}⟧ as well")));
        set.push((NationalId, format!("social security number: ⟦{area}{group}{serial}⟧")));
        let body = format!("4{}", numbers.digits(8));
        if let Some(nhs) = with_check(&body, "0123456789", checksum::nhs) {
            set.push((NationalId, format!("NHS number ⟦{}⟧", grouped(&nhs, &[3, 3, 4], " "))));
        }
        let body = numbers.digits(8);
        let letter = char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[body.parse::<usize>().unwrap() % 23]);
        set.push((NationalId, format!("con DNI ⟦{body}{letter}⟧ y domicilio")));
        let body = format!("1{}{}", numbers.filled("##0%%"), numbers.digits(7));
        let key = 97 - body.parse::<u64>().unwrap() % 97;
        set.push((NationalId, format!("Sécurité sociale : ⟦{body}{key:02}⟧")));
        let body = format!("{}{}", 2 + numbers.below(8), numbers.digits(10));
        let aadhaar = with_check(&body, "0123456789", checksum::verhoeff).unwrap();
        set.push((NationalId, format!("Aadhaar ⟦{}⟧", grouped(&aadhaar, &[4, 4, 4], " "))));
        let nino = numbers.filled("JK ## ## ## A");
        set.push((NationalId, format!("His NI number is ⟦{nino}⟧.")));
        let body = numbers.digits(9);
        let cpf = (0..100).map(|check| format!("{body}{check:02}")).find(|cpf| checksum::brazilian(cpf));
        if let Some(cpf) = cpf {
            set.push((NationalId, format!("CPF ⟦{}.{}.{}-{}⟧", &cpf[..3], &cpf[3..6], &cpf[6..9], &cpf[9..])));
        }
    }
    for real in [
        "Steuer-ID ⟦86 095 742 719⟧",
        "Steueridentifikationsnummer: ⟦47036892816⟧",
        "codice fiscale ⟦RSSMRA85T10A562S⟧",
        "PESEL: ⟦44051401359⟧",
        "hetu ⟦131052-308T⟧",
        "AHV ⟦756.9217.0769.85⟧",
        "BSN ⟦111222333⟧",
        "SIN ⟦046 454 286⟧",
        "身份证 ⟦11010519491231002X⟧",
        "personnummer ⟦811228-9874⟧",
        "NIE ⟦X1234567L⟧",
        "Registre national ⟦85.07.30-033.28⟧",
    ] {
        set.push((NationalId, real.to_owned()));
    }
    for _ in 0..20 {
        let passport = numbers.filled("^########");
        set.push((Document, format!("Passport number: ⟦{passport}⟧")));
        let licence = numbers.filled("^###-####-####");
        set.push((Document, format!("driver's license ⟦{licence}⟧ was shown")));
        let (day, month, year) = (1 + numbers.below(28), 1 + numbers.below(12), 1_930 + numbers.below(75));
        set.push((PersonalDate, format!("She was born on ⟦{year}-{month:02}-{day:02}⟧ in Leeds")));
        set.push((PersonalDate, format!("DOB: ⟦{month:02}/{day:02}/{year}⟧")));
        set.push((PersonalDate, format!("geboren am ⟦{day}.{month}.{year}⟧")));
        let name = numbers.of(&["March", "August", "December"]);
        set.push((PersonalDate, format!("Date of birth ⟦{day} {name} {year}⟧")));
        set.push((PersonalDate, format!("The patient was admitted on ⟦{name} {day}, 2024⟧ with pain")));
        let age = 90 + numbers.below(15);
        set.push((Age, format!("The ⟦{age}-year-old⟧ lives alone")));
        set.push((Age, format!("aged ⟦{age}⟧ and well")));
    }
    for _ in 0..25 {
        let number = 1 + numbers.below(9_000);
        let street = numbers.of(&[
            "Maple Street",
            "N. Highland Ave",
            "St. James Road",
            "42nd Street",
            "Old Mill Lane",
            "Ocean Blvd",
        ]);
        set.push((Address, format!("She moved to ⟦{number} {street}⟧ last May")));
        let zip = numbers.digits(5);
        set.push((Address, format!("Ship to ⟦{number} {street}, Springfield, IL {zip}⟧ please")));
        let street = numbers.of(&[
            "Hauptstraße",
            "Goethestr.",
            "Lindenweg",
            "Schillerplatz",
            "Bergmann-Allee",
            "Am Bahnhofsplatz",
        ]);
        let house = 1 + numbers.below(200);
        set.push((Address, format!("Ich wohne in der ⟦{street} {house}a⟧ im dritten Stock")));
        set.push((Address, format!("Anschrift: ⟦{street} {house}, {zip} Köln⟧")));
        set.push((Address, format!("au ⟦{house}, rue de la République⟧.")));
        set.push((Address, format!("vive en ⟦Calle de Alcalá, {house}⟧.")));
        set.push((Address, format!("P.O. mail: ⟦PO Box {number}⟧")));
    }
    for _ in 0..40 {
        let (first, last) = (numbers.of(&FIRST), numbers.of(&LAST));
        let frame = numbers.of(&[
            "Mr ⟦@⟧ called twice.",
            "Dear Ms. ⟦@⟧,",
            "Dr. ⟦@⟧ will see you",
            "Frau ⟦@⟧ hat gekündigt",
            "Name: ⟦@⟧\n",
            "Patient: ⟦@⟧, room 4",
            "my name is ⟦@⟧ and I",
            "the patient ⟦@⟧ came in",
            "Mme ⟦@⟧ est partie",
            "Sra. ⟦@⟧ llegó",
            "Herr Dr. med. ⟦@⟧ ist da",
        ]);
        set.push((PersonName, frame.replace('@', &format!("{first} {last}"))));
    }
    for _ in 0..20 {
        let mrn = numbers.filled("########");
        let frame = numbers.of(&[
            "MRN ⟦@⟧",
            "Medical record number: ⟦@⟧",
            "Patient ID: ⟦@⟧",
            "Patientennummer ⟦@⟧",
            "MRN#⟦@⟧",
            "chart no. ⟦@⟧",
        ]);
        set.push((MedicalRecord, frame.replace('@', &mrn)));
        let member = numbers.filled("^^^#########");
        let frame = numbers.of(&[
            "Member ID: ⟦@⟧",
            "policy number ⟦@⟧",
            "Subscriber no. ⟦@⟧",
            "Versichertennummer: ⟦@⟧",
            "Insurance ID ⟦@⟧",
        ]);
        set.push((HealthPlan, frame.replace('@', &member)));
        let account = numbers.digits(10);
        set.push((BankAccount, format!("Account number: ⟦{account}⟧")));
        set.push((BankAccount, format!("Kontonummer ⟦{account}⟧")));
    }
    for told in [
        "She was diagnosed with ⟦breast cancer⟧ in spring.",
        "He takes ⟦metformin 500 mg⟧ twice a day.",
        "My mother suffers from ⟦dementia⟧.",
        "Mr. Adams has ⟦type 2 diabetes⟧.".replacen("Mr. Adams", "The patient", 1).as_str(),
        "Er leidet an ⟦Depressionen⟧.",
        "I am on ⟦sertraline⟧ now.",
        "The patient tested positive for ⟦HIV⟧.",
        "Her history of ⟦epilepsy⟧ is known.",
        "Die Patientin nimmt ⟦Ramipril 5 mg⟧.",
        "My husband had a ⟦stroke⟧ last year.",
        "Diagnosis: ⟦F32.1⟧",
        "ICD-10: ⟦E11.9⟧",
        "She is taking ⟦lithium⟧ and sleeps badly.",
        "Our employee has ⟦multiple sclerosis⟧.",
        "Elle souffre de ⟦migraine⟧.",
        "He was treated for ⟦hepatitis C⟧.",
        "I have ⟦asthma⟧.",
        "My daughter was prescribed ⟦Ritalin⟧.",
        "His ⟦Parkinson's disease⟧ has got worse.",
        "she had a ⟦miscarriage⟧ in June",
    ] {
        set.push((HealthFact, told.to_owned()));
    }
    for _ in 0..20 {
        let octets = [60 + numbers.below(160), numbers.below(255), numbers.below(255), 1 + numbers.below(254)]
            .map(|octet| octet.to_string());
        set.push((IpAddress, format!("login from ⟦{}⟧ failed", octets.join("."))));
        set.push((
            IpAddress,
            format!("seen at ⟦2001:db8:{:x}::{:x}⟧ today", 1 + numbers.below(60_000), 1 + numbers.below(60_000)),
        ));
        let octets = (0..6).map(|_| format!("{:02x}", numbers.below(256))).collect::<Vec<_>>();
        set.push((Device, format!("adapter ⟦{}⟧", octets.join(":"))));
        let imei = with_check(&format!("35{}", numbers.digits(12)), "0123456789", checksum::luhn).unwrap();
        set.push((Device, format!("IMEI ⟦{imei}⟧")));
        let body = numbers.filled("1HGCM82633A######");
        let vehicle = "0123456789X"
            .chars()
            .map(|check| format!("{}{check}{}", &body[..8], &body[9..]))
            .find(|text| checksum::vehicle(text));
        set.push((Vehicle, format!("the car (VIN ⟦{}⟧) is hers", vehicle.unwrap())));
        let alphanumeric: String = (0..36).map(|_| numbers.filled(["#", "^", "~"][numbers.0 as usize % 3])).collect();
        let frame = numbers.of(&[
            "use sk-@ for it",
            "token ghp_@",
            "export KEY=hf_@",
            "password: Tr0ub4dor&@",
            "api_key = \"@\"",
            "Bearer @",
            "https://joe:@@db.example.org/x",
        ]);
        let text = match frame {
            "https://joe:@@db.example.org/x" => format!("https://joe:⟦{alphanumeric}⟧@db.example.org/x"),
            frame => {
                let at = frame.find(['s', 'g', 'h', 'T', '@']).unwrap();
                let start = ["sk-", "ghp_", "hf_", "Tr0"]
                    .iter()
                    .filter_map(|head| frame.find(head))
                    .min()
                    .unwrap_or_else(|| frame.find('@').unwrap());
                let _ = at;
                let end = frame[start..].find([' ', '"']).map_or(frame.len(), |length| start + length);
                let value = frame[start..end].replace('@', &alphanumeric);
                format!("{}⟦{value}⟧{}", &frame[..start], &frame[end..])
            }
        };
        set.push((Secret, text));
        let handle = numbers.filled("~~~~~-~~~~##");
        set.push((Profile, format!("see ⟦linkedin.com/in/{handle}⟧")));
    }
    set
}

/// Things that only look like values: with the class they are mistaken for.
const NOTHING: &[(GuardClass, &str)] = &[
    (GuardClass::Email, "Follow @quillhouse and mention me @home."),
    (GuardClass::Email, "npm i react@18.2.0 and lodash@4.17.21"),
    (GuardClass::Email, "clone git@github.com:acme/site.git"),
    (GuardClass::Email, "save it as logo@2x.png and icon@3x.webp"),
    (GuardClass::Email, "buy 3 @ 4.50 each"),
    (GuardClass::Email, "user@localhost is not an address to write to"),
    (GuardClass::Phone, "Order 4512-889-2210 has shipped."),
    (GuardClass::Phone, "Part no. 555-867-5309 is out of stock"),
    (GuardClass::Phone, "ISBN 978-3-16-148410-0"),
    (GuardClass::Phone, "ISBN 0-306-40615-2 is a classic"),
    (GuardClass::Phone, "Version 2024.11.21 build 4711"),
    (GuardClass::Phone, "from 2019 to 2024 sales rose by 1,250,000"),
    (GuardClass::Phone, "Invoice 030 1234567 is due"),
    (GuardClass::Phone, "The score was 110 120 130 after three rounds"),
    (GuardClass::Phone, "12 345 678 people live there"),
    (GuardClass::Phone, "Call off the 2024-2025 season of 1000 games"),
    (GuardClass::Phone, "Bestellnummer 0171 2345678"),
    (GuardClass::Phone, "doi:10.1000/182-2234-5678"),
    (GuardClass::Phone, "between 10:30 and 11:45 on 21.11.2026"),
    (GuardClass::Phone, "a temperature of +15 degrees, +2000 users"),
    (GuardClass::Phone, "$212-555-1234 is no price"),
    (GuardClass::Phone, "3.14159265358979 and 2.718281828"),
    (GuardClass::Phone, "SKU 415 555 0123 in blue"),
    (GuardClass::Phone, "ticket #408-555-0199"),
    (GuardClass::Iban, "DE89 is a model, DE89 3704 0044 0532 0130 01 has wrong check digits"),
    (GuardClass::Iban, "The code AB12 CDEF 3456 7890 1234 is a voucher"),
    (GuardClass::Iban, "GB2024 report of the year with figures"),
    (GuardClass::Card, "Order 4111 1111 1111 1112 arrives on Monday"),
    (GuardClass::Card, "tracking number 4012888888881881"),
    (GuardClass::Card, "0000 0000 0000 0000"),
    (GuardClass::Card, "1234 5678 9012 3456 is an example"),
    (GuardClass::Card, "in 2001 2002 2003 2004 and 2005"),
    (GuardClass::Card, "item 5555-5555-5555-5557"),
    (GuardClass::Card, "uuid 550e8400-e29b-41d4-a716-446655440000"),
    (GuardClass::Card, "EAN 4006381333931"),
    (GuardClass::NationalId, "Order 123-45-6789 was sent"),
    (GuardClass::NationalId, "000-12-3456 and 666-12-3456 were never given"),
    (GuardClass::NationalId, "the part AB 12 34 56 Z"),
    (GuardClass::NationalId, "12345678A is a flight code"),
    (GuardClass::NationalId, "call sign 943 476 5919 without a word"),
    (GuardClass::NationalId, "a run of 12345678901 steps"),
    (GuardClass::NationalId, "coordinates 123 456 789 and 987 654 321"),
    (GuardClass::NationalId, "Artikel 86095742719 ist neu"),
    (GuardClass::NationalId, "hash 9f86d081884c7d659a2feaa0c55ad015"),
    (GuardClass::NationalId, "111.222.333-44 is no number of anybody"),
    (GuardClass::Document, "Passport control opens at 8"),
    (GuardClass::Document, "A driving licence costs 43 pounds"),
    (GuardClass::PersonalDate, "The company was founded on 12 March 1975."),
    (GuardClass::PersonalDate, "Published 2024-05-01, updated 2024-06-30"),
    (GuardClass::PersonalDate, "Am 3.10.1990 endete die Teilung"),
    (GuardClass::PersonalDate, "The sale ends 12/31/2026"),
    (GuardClass::Age, "Aged 30 months in oak, 89-year-old vines"),
    (GuardClass::Age, "95 years of experience"),
    (GuardClass::Address, "10 Best Ways to Save Money"),
    (GuardClass::Address, "In 2024 Wall Street rose"),
    (GuardClass::Address, "The 3 Best Places"),
    (GuardClass::Address, "Chapter 5 of the Way of Kings"),
    (GuardClass::Address, "Wir sind auf dem richtigen Weg und 2024 geht es weiter"),
    (GuardClass::Address, "Platz 3 im Ring der Meister"),
    (GuardClass::Address, "500 Million Drive sales"),
    (GuardClass::Address, "HTTP 404 and ISO 9001 and RFC 12345"),
    (GuardClass::PersonName, "The Doctor is in, and Mr is a title"),
    (GuardClass::PersonName, "Customer: the most important person"),
    (GuardClass::PersonName, "Frau und Mann sind gleich"),
    (GuardClass::PersonName, "Dr. Oetker makes pizza"),
    (GuardClass::PersonName, "Patient Care and Patient Safety come first"),
    (GuardClass::PersonName, "name: the field is required"),
    (GuardClass::MedicalRecord, "In this case 12345 people came"),
    (GuardClass::MedicalRecord, "The chart 2024 shows growth"),
    (GuardClass::MedicalRecord, "use case 1001 of the plan"),
    (GuardClass::HealthPlan, "Group 7 members met"),
    (GuardClass::HealthPlan, "our policy 2024 on travel"),
    (GuardClass::HealthPlan, "an insurance 10000 people trust"),
    (GuardClass::HealthFact, "Diabetes affects 500 million people."),
    (GuardClass::HealthFact, "Asthma is common among children, and research goes on."),
    (GuardClass::HealthFact, "A new treatment for breast cancer was approved."),
    (GuardClass::HealthFact, "Patients with diabetes should eat well."),
    (GuardClass::HealthFact, "Metformin 500 mg is sold in boxes of 100."),
    (GuardClass::HealthFact, "Depression: Symptome und Hilfe"),
    (GuardClass::HealthFact, "The ulcer of bureaucracy. Stroke play in golf."),
    (GuardClass::HealthFact, "The study on dementia had 300 participants."),
    (GuardClass::IpAddress, "Version 10.15.7.1 of the system"),
    (GuardClass::IpAddress, "section 3.2.1.4 says so"),
    (GuardClass::IpAddress, "v2.14.300.1"),
    (GuardClass::IpAddress, "listens on 127.0.0.1 and 0.0.0.0"),
    (GuardClass::IpAddress, "at 12:30:45 the ratio was 3:2:1"),
    (GuardClass::IpAddress, "std::fmt::Display and a::b"),
    (GuardClass::IpAddress, "1.2.3.4.5.6 is a long section"),
    (GuardClass::IpAddress, "Chrome/124.0.6367.60 on Linux"),
    (GuardClass::Device, "serial no. of the drama: episode one"),
    (GuardClass::Device, "12:34:56:78 is a time code"),
    (GuardClass::Vehicle, "ABCDEFGHJKLMNPRST and 12345678901234567"),
    (GuardClass::Secret, "Your password must have eight characters."),
    (GuardClass::Secret, "password: ********"),
    (GuardClass::Secret, "The secret is patience. A token of love."),
    (GuardClass::Secret, "the key to success and api keys in general"),
    (GuardClass::Secret, "sk-ip this line, ghp is short"),
    (GuardClass::Secret, "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
    (GuardClass::Secret, "task-based learning-outcomes-for-everyone"),
    (GuardClass::Profile, "our page linkedin.com/company/acme"),
    (GuardClass::BankAccount, "on account of 12345 complaints"),
    (GuardClass::BankAccount, "an account number is required"),
];

#[expect(clippy::print_stdout, reason = "the figures are read by people with `--nocapture`")]
pub(super) fn print(told: &str) {
    println!("{told}");
}

#[derive(Default)]
struct Tally {
    values: u32,
    found: u32,
    named: u32,
    findings: u32,
    right: u32,
}

#[test]
fn recall_and_precision_of_every_class_are_what_was_measured() {
    let mut tallies: BTreeMap<GuardClass, Tally> = BTreeMap::new();
    let (mut missed, mut wrong) = (Vec::new(), Vec::new());
    let set: Vec<_> = (7..11).flat_map(|seed| values(&mut Numbers(seed))).collect();
    let nothing = NOTHING.iter().map(|(class, text)| (*class, (*text).to_owned()));
    for (class, text) in set.iter().cloned().chain(nothing) {
        let (plain, spans) = marked(&text);
        let findings: Vec<_> =
            find(&plain).into_iter().filter(|finding| finding.confidence >= Confidence::Medium).collect();
        for (start, end) in &spans {
            let tally = tallies.entry(class).or_default();
            tally.values += 1;
            let covering = findings.iter().find(|finding| finding.start <= *start && *end <= finding.end);
            tally.found += u32::from(covering.is_some());
            tally.named += u32::from(covering.is_some_and(|finding| finding.class == class));
            if covering.is_none_or(|finding| finding.class != class) {
                missed.push(format!("{class:?}: {text} -> {:?}", shown(&plain, &findings)));
            }
        }
        for finding in &findings {
            let tally = tallies.entry(finding.class).or_default();
            let touches = spans.iter().any(|(start, end)| finding.start < *end && *start < finding.end);
            tally.findings += 1;
            tally.right += u32::from(touches);
            if !touches {
                wrong.push(format!("{text} -> {:?}", shown(&plain, std::slice::from_ref(finding))));
            }
        }
    }
    let mut report = String::new();
    for (class, tally) in &tallies {
        report += &format!(
            "{class:?}: recall {}/{} (class right {}), precision {}/{}\n",
            tally.found, tally.values, tally.named, tally.right, tally.findings
        );
    }
    let told = format!("{report}\nmissed or called otherwise:\n{}\nwrong:\n{}", missed.join("\n"), wrong.join("\n"));
    assert!(set.len() + NOTHING.len() >= 5_000, "{} texts", set.len() + NOTHING.len());
    for class in GuardClass::ALL {
        let tally = tallies.get(&class).unwrap_or_else(|| panic!("nothing of {class} was tried"));
        assert!(tally.values >= 20, "{class}: {} values are too few", tally.values);
        // What has a shape or a checksum is found; names, places and facts are found where they are told as such.
        let least = match class {
            GuardClass::PersonName | GuardClass::Address | GuardClass::HealthFact => 95,
            _ => 99,
        };
        assert!(tally.found * 100 >= tally.values * least, "{class} is missed too often\n{told}");
        assert!(tally.named * 100 >= tally.values * 95, "{class} is called something else\n{told}");
        assert!(tally.right * 100 >= tally.findings * 95, "{class} is found where it is not\n{told}");
    }
    print(&told);
}
