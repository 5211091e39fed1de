//! The wire formats: how each provider writes an answer, its end, and its errors.

use quillhouse_domain::ProviderKind;
use serde_json::{Value, json};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Ollama,
    Cloud(ProviderKind),
}

pub(crate) const ALL: [Wire; 7] = [
    Wire::Ollama,
    Wire::Cloud(ProviderKind::OpenAi),
    Wire::Cloud(ProviderKind::OpenAiCompatible),
    Wire::Cloud(ProviderKind::Anthropic),
    Wire::Cloud(ProviderKind::Mistral),
    Wire::Cloud(ProviderKind::Gemini),
    Wire::Cloud(ProviderKind::Xai),
];

impl Wire {
    pub(crate) fn is_ollama(self) -> bool {
        self == Self::Ollama
    }

    pub(crate) fn is_gemini(self) -> bool {
        self == Self::Cloud(ProviderKind::Gemini)
    }

    pub(crate) fn is_anthropic(self) -> bool {
        self == Self::Cloud(ProviderKind::Anthropic)
    }

    /// Part of the path of a chat, as it is in the first line of a request.
    pub(crate) fn chat_path(self) -> &'static str {
        match self {
            Self::Ollama => "POST /api/chat",
            Self::Cloud(ProviderKind::Anthropic) => "POST /v1/messages",
            Self::Cloud(ProviderKind::Gemini) => "POST /v1beta/models/tiny:streamGenerateContent?alt=sse",
            Self::Cloud(_) => "POST /v1/chat/completions",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        if self.is_ollama() { "content-type: application/x-ndjson\r\n" } else { "content-type: text/event-stream\r\n" }
    }

    /// One event or line.
    pub(crate) fn event(self, value: &Value) -> String {
        match self {
            Self::Ollama => format!("{value}\n"),
            Self::Cloud(ProviderKind::Anthropic) => {
                format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap_or("unknown"))
            }
            Self::Cloud(_) => format!("data: {value}\n\n"),
        }
    }

    /// What comes before the text.
    pub(crate) fn beginning(self, prompt_tokens: Option<u32>) -> String {
        match self {
            Self::Cloud(ProviderKind::Anthropic) => {
                let usage =
                    prompt_tokens.map_or(json!({}), |tokens| json!({"input_tokens": tokens, "output_tokens": 1}));
                self.event(&json!({"type": "message_start", "message": {"id": "m", "role": "assistant", "content": [], "usage": usage}}))
                    + &self.event(&json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}))
                    + &self.event(&json!({"type": "ping"}))
            }
            Self::Ollama | Self::Cloud(ProviderKind::Gemini) => String::new(),
            Self::Cloud(_) => self.choice(&json!({"role": "assistant", "content": ""}), None),
        }
    }

    pub(crate) fn choice(self, delta: &Value, finish: Option<&str>) -> String {
        self.event(&json!({"id": "c", "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}))
    }

    /// A piece of the answer.
    pub(crate) fn text(self, text: &str) -> String {
        match self {
            Self::Ollama => {
                self.event(&json!({"model": "tiny", "message": {"role": "assistant", "content": text}, "done": false}))
            }
            Self::Cloud(ProviderKind::Anthropic) => self.event(
                &json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
            ),
            Self::Cloud(ProviderKind::Gemini) => self
                .event(&json!({"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}]})),
            Self::Cloud(_) => self.choice(&json!({"content": text}), None),
        }
    }

    /// A piece of thinking, which is not part of the answer.
    pub(crate) fn thought(self, text: &str) -> String {
        match self {
            Self::Ollama => self.event(
                &json!({"message": {"role": "assistant", "content": "", "thinking": text}, "done": false}),
            ),
            Self::Cloud(ProviderKind::Anthropic) => self.event(
                &json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": text}}),
            ),
            Self::Cloud(ProviderKind::Gemini) => self.event(
                &json!({"candidates": [{"content": {"parts": [{"text": text, "thought": true}]}, "index": 0}]}),
            ),
            Self::Cloud(ProviderKind::Mistral) => self.choice(
                &json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}),
                None,
            ),
            Self::Cloud(_) => self.choice(&json!({"reasoning_content": text}), None),
        }
    }

    /// Why it ended, in the provider's word.
    pub(crate) fn finish(self, length: bool, prompt_tokens: Option<u32>) -> String {
        match self {
            Self::Ollama => {
                let mut line = json!({"message": {"role": "assistant", "content": ""}, "done": true,
                    "done_reason": if length { "length" } else { "stop" }, "eval_count": 2});
                if let Some(tokens) = prompt_tokens {
                    line["prompt_eval_count"] = tokens.into();
                }
                self.event(&line)
            }
            Self::Cloud(ProviderKind::Anthropic) => {
                let reason = if length { "max_tokens" } else { "end_turn" };
                let usage = if prompt_tokens.is_some() { json!({"output_tokens": 2}) } else { json!({}) };
                self.event(&json!({"type": "content_block_stop", "index": 0}))
                    + &self.event(&json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}))
            }
            Self::Cloud(ProviderKind::Gemini) => {
                let mut value = json!({"candidates": [{"content": {"parts": [{"text": ""}]}, "index": 0,
                    "finishReason": if length { "MAX_TOKENS" } else { "STOP" }}]});
                if let Some(tokens) = prompt_tokens {
                    value["usageMetadata"] = json!({"promptTokenCount": tokens, "candidatesTokenCount": 2});
                }
                self.event(&value)
            }
            Self::Cloud(_) => {
                let finish = self.choice(&json!({}), Some(if length { "length" } else { "stop" }));
                let usage = prompt_tokens.map(|tokens| {
                    self.event(&json!({"choices": [], "usage": {"prompt_tokens": tokens, "completion_tokens": 2}}))
                });
                finish + &usage.unwrap_or_default()
            }
        }
    }

    /// The mark after which nothing comes, where there is one.
    pub(crate) fn end_mark(self) -> Option<String> {
        match self {
            Self::Ollama | Self::Cloud(ProviderKind::Gemini) => None,
            Self::Cloud(ProviderKind::Anthropic) => Some(self.event(&json!({"type": "message_stop"}))),
            Self::Cloud(_) => Some("data: [DONE]\n\n".to_owned()),
        }
    }

    /// A whole answer of these pieces.
    pub(crate) fn whole(self, pieces: &[&str]) -> String {
        let text: String = pieces.iter().map(|piece| self.text(piece)).collect();
        self.beginning(Some(30)) + &text + &self.finish(false, Some(30)) + &self.end_mark().unwrap_or_default()
    }

    /// An error, as it stands in the body of a refusal.
    pub(crate) fn error(self, code: &str, message: &str) -> Value {
        match self {
            Self::Ollama => json!({"error": message}),
            Self::Cloud(ProviderKind::Anthropic) => {
                json!({"type": "error", "error": {"type": code, "message": message}})
            }
            Self::Cloud(ProviderKind::Mistral) => {
                json!({"object": "error", "message": message, "type": code, "param": null, "code": "1000"})
            }
            Self::Cloud(ProviderKind::Gemini) => {
                json!({"error": {"code": 0, "message": message, "status": code.to_uppercase()}})
            }
            Self::Cloud(ProviderKind::Xai) => json!({"code": code, "error": message}),
            Self::Cloud(_) => json!({"error": {"message": message, "type": code, "param": null, "code": code}}),
        }
    }
}
