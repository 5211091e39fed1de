//! What a GGUF file says about its model: read from the header only, in bounded steps.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::catalogue::Geometry;

/// Most values and tensors that are looked at; the largest models have some thousands, vocabularies up to 300,000 entries.
const MOST_ITEMS: u64 = 4_000_000;
/// Longest text that is kept.
const MOST_TEXT_BYTES: u64 = 1 << 20;
/// Longest text that is skipped.
const MOST_SKIPPED_BYTES: u64 = 16 << 20;
/// Longest header.
const MOST_HEADER_BYTES: u64 = 256 << 20;
/// Architectures that read and do not write.
const READERS: [&str; 9] = [
    "bert",
    "nomic-bert",
    "nomic-bert-moe",
    "jina-bert-v2",
    "modern-bert",
    "neo-bert",
    "t5encoder",
    "clip",
    "gemma-embedding",
];

/// What is known of a file's model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GgufFacts {
    /// How it is built: `llama`, `qwen3`.
    pub architecture: String,
    /// Its name, when the file says one.
    pub name: Option<String>,
    /// Its licence, when the file says one.
    pub licence: Option<String>,
    /// How its numbers are stored, when that is one of the usual ways.
    pub quantisation: Option<String>,
    /// What it was trained for, in tokens.
    pub context_tokens: Option<u32>,
    /// For the memory of its context.
    pub geometry: Option<Geometry>,
    /// Parameters, counted over the tensors.
    pub parameters: u64,
    /// True when it brings a chat template.
    pub chat_template: bool,
    /// True for embedders and the like, which do not write.
    pub reads_only: bool,
    /// Files that the model is split into; 1 for a whole one.
    pub files: u32,
}

/// Reads the header of a file. The sentence says what is wrong with it.
pub fn gguf_facts(path: &Path) -> Result<GgufFacts, String> {
    let file = File::open(path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
    let mut reader = Reader { inner: BufReader::with_capacity(1 << 16, file), read: 0 };
    reader.facts().map_err(|fault| match fault {
        Fault::Io(error) => format!("`{}` cannot be read: {error}", path.display()),
        Fault::Bad(what) => format!("`{}` is not a model that can be read: {what}", path.display()),
    })
}

enum Fault {
    Io(io::Error),
    Bad(&'static str),
}

enum Value {
    Number(u64),
    Numbers(Vec<u64>),
    Text(String),
    Other,
}

struct Reader<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Reader<R> {
    fn facts(&mut self) -> Result<GgufFacts, Fault> {
        if &self.bytes::<4>()? != b"GGUF" {
            return Err(Fault::Bad("it does not begin like one"));
        }
        if !matches!(self.u32()?, 2 | 3) {
            return Err(Fault::Bad("its version is not known"));
        }
        let (tensors, pairs) = (self.u64()?, self.u64()?);
        if tensors > MOST_ITEMS || pairs > MOST_ITEMS {
            return Err(Fault::Bad("its header has no end"));
        }
        let mut values = BTreeMap::new();
        for _ in 0..pairs {
            let key = self.text(MOST_TEXT_BYTES)?;
            let kind = self.u32()?;
            let keeps = ["general.", "split.", "tokenizer.chat_template"].iter().any(|head| key.starts_with(head))
                || key.split_once('.').is_some_and(|(_, rest)| KEPT.contains(&rest));
            let value = self.value(kind, keeps, 0)?;
            if keeps {
                values.insert(key, value);
            }
        }
        let mut parameters = 0_u64;
        for _ in 0..tensors {
            self.skip_text()?;
            let dimensions = self.u32()?;
            if dimensions > 8 {
                return Err(Fault::Bad("a tensor has too many dimensions"));
            }
            let mut elements = 1_u64;
            for _ in 0..dimensions {
                elements = elements.saturating_mul(self.u64()?);
            }
            parameters = parameters.saturating_add(elements);
            self.bytes::<12>()?;
        }
        Ok(facts(&values, parameters))
    }

    fn value(&mut self, kind: u32, keeps: bool, depth: u32) -> Result<Value, Fault> {
        Ok(match kind {
            0 | 7 => Value::Number(self.bytes::<1>()?[0].into()),
            1 => self.bytes::<1>().map(|_| Value::Other)?,
            2 | 3 => Value::Number(u16::from_le_bytes(self.bytes()?).into()),
            4 | 5 => Value::Number(self.u32()?.into()),
            6 => self.bytes::<4>().map(|_| Value::Other)?,
            8 if keeps => Value::Text(self.text(MOST_SKIPPED_BYTES)?),
            8 => self.skip_text().map(|()| Value::Other)?,
            10 | 11 => Value::Number(self.u64()?),
            12 => self.bytes::<8>().map(|_| Value::Other)?,
            9 if depth < 2 => {
                let (kind, count) = (self.u32()?, self.u64()?);
                if count > MOST_ITEMS {
                    return Err(Fault::Bad("a list has no end"));
                }
                let mut numbers = Vec::new();
                for _ in 0..count {
                    if let Value::Number(number) = self.value(kind, keeps, depth + 1)?
                        && keeps
                        && numbers.len() < 10_000
                    {
                        numbers.push(number);
                    }
                }
                Value::Numbers(numbers)
            }
            _ => return Err(Fault::Bad("a value is of no known kind")),
        })
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.count(N as u64)?;
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes).map_err(Fault::from_io)?;
        Ok(bytes)
    }

    fn count(&mut self, bytes: u64) -> Result<(), Fault> {
        self.read = self.read.saturating_add(bytes);
        if self.read > MOST_HEADER_BYTES { Err(Fault::Bad("its header has no end")) } else { Ok(()) }
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn text(&mut self, most: u64) -> Result<String, Fault> {
        let length = self.u64()?;
        if length > most {
            return Err(Fault::Bad("a text has no end"));
        }
        self.count(length)?;
        let mut bytes = Vec::new();
        let read = self.inner.by_ref().take(length).read_to_end(&mut bytes).map_err(Fault::from_io)?;
        if (read as u64) < length {
            return Err(Fault::Bad("it is cut off"));
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn skip_text(&mut self) -> Result<(), Fault> {
        let length = self.u64()?;
        if length > MOST_SKIPPED_BYTES {
            return Err(Fault::Bad("a text has no end"));
        }
        self.count(length)?;
        let skipped = io::copy(&mut self.inner.by_ref().take(length), &mut io::sink()).map_err(Fault::from_io)?;
        if skipped < length { Err(Fault::Bad("it is cut off")) } else { Ok(()) }
    }
}

impl Fault {
    fn from_io(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Bad("it is cut off"),
            _ => Self::Io(error),
        }
    }
}

/// What is kept of the values that begin with the architecture.
const KEPT: [&str; 6] = [
    "context_length",
    "block_count",
    "embedding_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
];

fn facts(values: &BTreeMap<String, Value>, parameters: u64) -> GgufFacts {
    let text = |key: &str| match values.get(key) {
        Some(Value::Text(text)) => {
            Some(text.chars().filter(|character| !character.is_control()).take(200).collect::<String>())
        }
        _ => None,
    };
    let number = |key: &str| match values.get(key) {
        Some(Value::Number(number)) => u32::try_from(*number).ok(),
        // Where it differs from layer to layer the mean, rounded up, takes as much memory.
        Some(Value::Numbers(numbers)) if !numbers.is_empty() => {
            let sum = numbers.iter().fold(0_u64, |sum, number| sum.saturating_add(*number));
            u32::try_from(sum.div_ceil(numbers.len() as u64)).ok()
        }
        _ => None,
    };
    let architecture = text("general.architecture").unwrap_or_default();
    let of = |key: &str| number(&format!("{architecture}.{key}"));
    let heads = of("attention.head_count");
    let head_size = of("attention.key_length")
        .or_else(|| of("embedding_length").zip(heads).and_then(|(width, heads)| width.checked_div(heads)));
    let geometry = of("block_count").zip(of("attention.head_count_kv").or(heads)).zip(head_size);
    let geometry = geometry.map(|((layers, kv_heads), head_size)| Geometry { layers, kv_heads, head_size });
    GgufFacts {
        name: text("general.name").filter(|name| !name.is_empty()),
        licence: text("general.license").filter(|licence| !licence.is_empty()),
        quantisation: number("general.file_type").and_then(quantisation).map(str::to_owned),
        context_tokens: of("context_length"),
        geometry,
        parameters,
        chat_template: values.contains_key("tokenizer.chat_template"),
        reads_only: READERS.contains(&architecture.as_str()),
        files: number("split.count").unwrap_or(1).max(1),
        architecture,
    }
}

/// llama.cpp's names of file types.
const fn quantisation(file_type: u32) -> Option<&'static str> {
    Some(match file_type {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        32 => "BF16",
        _ => return None,
    })
}
