//! The questions: small, with answers that code can judge.

use serde_json::json;

use crate::chat::{ChatRequest, Message};

/// Which question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AskKind {
    /// Three items in a given form.
    List,
    /// Four values of a text, as JSON.
    Json,
    /// A shorter sentence with the same number and name.
    Rewrite,
    /// One sentence and nothing around it.
    OnlyTheSentence,
    /// Three sentences from two facts.
    Paragraph,
    /// A sentence in German.
    German,
    /// Three sentences from a longer text; its length also shows the speed of reading.
    Summary,
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Which.
    pub kind: AskKind,
    /// How it is put.
    pub request: ChatRequest,
}

/// All questions, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbePlan {
    /// Deterministic requests.
    pub asks: Vec<Ask>,
}

pub(super) const REWRITE_SOURCE: &str =
    "Customers who hold an account at Marlow Bank are able to withdraw up to 350 pounds per day at any cash machine.";

pub(super) const PARAGRAPH_FACTS: &str = "The library in Ashford opens at 8 in the morning. It has 40 quiet desks.";

pub(super) const SUMMARY_SOURCE: &str = "Every spring the gardeners of Kelso Park plant 600 tulips along the main path. \
The bulbs are ordered in autumn from a grower in Holland and kept in a cool cellar until the ground is soft. Volunteers \
meet on the first Saturday of March, bring their own gloves, and work in pairs: one digs a hole as deep as a hand, the \
other sets the bulb with its tip upwards and covers it with earth. The park lends spades and offers hot tea at noon. \
Children are welcome when an adult stays with them. After the planting the beds are watered and covered with bark, which \
keeps the soil moist and the weeds away. The tulips flower in May for about three weeks. When the petals have fallen, the \
heads are cut off so that the bulbs keep their strength, and the leaves stay until they are yellow. Visitors may walk \
between the beds but are asked not to pick the flowers. In June the bulbs are dug up, dried on wooden frames and sorted by \
size, and the small ones are given away to schools in the neighbourhood.";

impl ProbePlan {
    /// The seven standard questions.
    pub fn standard() -> Self {
        let mut json = ask(
            AskKind::Json,
            "Read the text and fill in the form.\n\nText: The Harbour Bakery in Leeds opened in 1987 and employs 24 people.",
            80,
        );
        json.request.schema = Some(json!({
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": 40},
                "city": {"type": "string", "maxLength": 40},
                "opened": {"type": "integer"},
                "employees": {"type": "integer"}
            },
            "required": ["name", "city", "opened", "employees"],
            "additionalProperties": false
        }));
        let asks = vec![
            ask(
                AskKind::List,
                "List exactly three fruits. Write each one on its own line, beginning with a hyphen and a space. Write \
                 nothing else.",
                60,
            ),
            json,
            ask(
                AskKind::Rewrite,
                &format!(
                    "Rewrite this sentence so that it is shorter and speaks to the reader as \"you\". Keep every number and \
                     name. Answer with the new sentence only.\n\n{REWRITE_SOURCE}"
                ),
                80,
            ),
            ask(
                AskKind::OnlyTheSentence,
                "Write one sentence that invites people to the spring sale of a garden shop. Answer with the sentence only.",
                80,
            ),
            ask(
                AskKind::Paragraph,
                &format!(
                    "Write one paragraph of exactly three sentences. Use both facts, and add no other facts, names or \
                     numbers.\n\nFacts: {PARAGRAPH_FACTS}"
                ),
                120,
            ),
            ask(
                AskKind::German,
                "Schreibe einen einzigen Satz auf Deutsch über frisches Brot. Antworte nur mit dem Satz.",
                60,
            ),
            ask(
                AskKind::Summary,
                &format!(
                    "Summarise this text in exactly two sentences. Keep to what it says and add nothing.\n\n{SUMMARY_SOURCE}"
                ),
                120,
            ),
        ];
        Self { asks }
    }
}

fn ask(kind: AskKind, question: &str, max_tokens: u32) -> Ask {
    let messages = vec![
        Message::system("You are a careful editor. You do exactly what is asked and nothing more."),
        Message::user(question),
    ];
    Ask { kind, request: ChatRequest::new(messages, max_tokens) }
}
