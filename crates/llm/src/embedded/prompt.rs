//! A conversation in a model's own template, and plain text, as tokens.
//!
//! Text of messages never becomes a control token, whatever it contains; only the model's own template does.

use llama_cpp_2::{
    model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel},
    token::LlamaToken,
};

use super::{
    frame::Failure,
    thinking::{EMPTY_SPAN, ThinkingFilter},
};
use crate::chat::Message;

/// What the template of a model with a switch for thinking calls it.
const SWITCH: &str = "enable_thinking";

/// How a model wants to be talked to.
pub(crate) struct Template<'model> {
    model: &'model LlamaModel,
    source: LlamaChatTemplate,
    has_switch: bool,
}

/// A conversation ready to be read.
pub(crate) struct Prompt {
    /// The tokens.
    pub(crate) tokens: Vec<LlamaToken>,
    /// Finds out what of the answer is thinking.
    pub(crate) filter: ThinkingFilter,
}

impl<'model> Template<'model> {
    /// The model's own; `ChatML` for a model without one.
    pub(crate) fn of(model: &'model LlamaModel) -> Result<Self, Failure> {
        let chatml =
            || LlamaChatTemplate::new("chatml").map_err(|error| Failure::Unavailable { reason: error.to_string() });
        let template = model.chat_template(None).or_else(|_| chatml())?;
        let has_switch = template.to_str().is_ok_and(|text| text.contains(SWITCH) && text.contains("</think>"));
        Ok(Self { model, source: template, has_switch })
    }

    /// The conversation and the opening of the answer. The template is rendered around marks, and each text is put in its
    /// mark's place as plain text, so that a text that contains `<|im_end|>` stays a text.
    pub(crate) fn prompt(&self, messages: &[Message], thinking: bool) -> Result<Prompt, Failure> {
        let broken = |reason: String| Failure::Unavailable {
            reason: format!("its chat template cannot be used ({reason}); choose another model"),
        };
        let marked = messages
            .iter()
            .enumerate()
            .map(|(index, message)| LlamaChatMessage::new(message.role.as_str().to_owned(), mark(index)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| broken(error.to_string()))?;
        let mut rendered =
            self.model.apply_chat_template(&self.source, &marked, true).map_err(|error| broken(error.to_string()))?;
        if self.has_switch && !thinking {
            rendered.push_str(EMPTY_SPAN);
        }
        let filter = ThinkingFilter::after(&rendered);
        let vocab = self.model.vocab();
        let mut tokens = self.opening();
        let mut rest = rendered.as_str();
        for (index, message) in messages.iter().enumerate() {
            let (before, after) =
                rest.split_once(&mark(index)).ok_or_else(|| broken("it leaves out a message".to_owned()))?;
            vocab.tokenize_into(before.as_bytes(), &mut tokens, false, true);
            vocab.tokenize_into(message.content.trim().as_bytes(), &mut tokens, false, false);
            rest = after;
        }
        vocab.tokenize_into(rest.as_bytes(), &mut tokens, false, true);
        Ok(Prompt { tokens, filter })
    }

    /// What a plain text begins with: the model's opening token, or, before an empty prompt, any token at all, because
    /// something must stand before the first token that is judged.
    pub(crate) fn head_of(&self, prompt: &str) -> Vec<LlamaToken> {
        let mut head = self.opening();
        if head.is_empty() && prompt.is_empty() {
            let vocab = self.model.vocab();
            head.push(if vocab.bos().0 >= 0 { vocab.bos() } else { vocab.eos() });
        }
        head
    }

    /// Plain text after a beginning; whatever it contains, it adds no control token.
    pub(crate) fn plain(&self, mut head: Vec<LlamaToken>, text: &str) -> Vec<LlamaToken> {
        self.model.vocab().tokenize_into(text.as_bytes(), &mut head, false, false);
        head
    }

    fn opening(&self) -> Vec<LlamaToken> {
        let vocab = self.model.vocab();
        if vocab.should_add_bos() && vocab.bos().0 >= 0 { vec![vocab.bos()] } else { Vec::new() }
    }
}

fn mark(index: usize) -> String {
    format!("\u{1}{index}\u{2}")
}
