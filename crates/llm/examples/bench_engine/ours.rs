//! The engine's side: the same calls as the application makes, through the child process.

use std::time::Instant;

use futures::future::try_join_all;
use quillhouse_llm::{
    CancelToken, ChatEvent, ChatModel, ChatReply, ChatRequest, EmbeddedConfig, EmbeddedModel, Message,
};

use crate::{Options, Outcome};

/// The argument that makes this program its own child.
pub(crate) const WORKER: &str = "worker-infer-child";
/// Prompt and answer of one call.
pub(crate) const CONTEXT_TOKENS: u32 = 2048;

pub(crate) struct Engine {
    model: EmbeddedModel,
}

/// Several calls.
pub(crate) struct Calls {
    pub(crate) seconds: f64,
    /// Of each answer.
    pub(crate) tokens: Vec<u32>,
    /// Of all prompts' tokens.
    pub(crate) reused_share: f64,
}

/// A call for a long answer; each number another.
pub(crate) fn story(number: usize) -> Vec<Message> {
    let about =
        ["a fox in a snowy forest", "a baker in a small town", "a ship on a long voyage", "a king without a crown"];
    vec![
        Message::system("You are a helpful assistant."),
        Message::user(format!("Tell a very long story about {}, with many characters.", about[number % about.len()])),
    ]
}

/// The calls of a run: long material and a short question each. Without a common beginning every call's first words differ.
pub(crate) fn run(calls: usize, round: usize, common: bool) -> Vec<Vec<Message>> {
    let questions =
        ["What is sold?", "Who buys it?", "Which stores are there?", "Who sells pears?", "Where is it?", "Why?"];
    (0..calls)
        .map(|call| {
            let first = if common { format!("Run {round}, step 0.") } else { format!("Run {round}, call {call}.") };
            let head = format!("{first} Use only this: {}", material(40));
            vec![Message::system(head), Message::user(questions[call % questions.len()])]
        })
        .collect()
}

fn material(sentences: usize) -> String {
    (0..sentences)
        .map(|index| format!("Store number {index} sells apples, pears and plums to the people of the town. "))
        .collect()
}

impl Engine {
    pub(crate) async fn start(options: &Options, slots: u32) -> Outcome<Self> {
        let model = EmbeddedModel::new(EmbeddedConfig {
            id: "local/bench".parse()?,
            program: std::env::current_exe()?,
            arguments: vec![WORKER.into()],
            environment: Vec::new(),
            path: options.model.clone(),
            sha256: None,
            context_tokens: CONTEXT_TOKENS,
            slots,
            cache_bytes: u64::MAX,
            gpu_layers: 0,
            threads: options.threads,
        });
        model.load(&CancelToken::new()).await?;
        Ok(Self { model })
    }

    pub(crate) async fn count(&self, messages: &[Message]) -> Outcome<u32> {
        Ok(self.model.count_tokens(messages).await?)
    }

    /// A text whose prompt has about so many tokens.
    pub(crate) async fn prompt_of(&self, tokens: u32) -> Outcome<String> {
        let mut sentences = 1;
        while self.count(&[Message::user(material(sentences))]).await? < tokens {
            sentences += 1;
        }
        Ok(material(sentences))
    }

    /// Reads a prompt that nothing is known of; gives its tokens, and tokens a second until the first of the answer.
    pub(crate) async fn read(&self, text: &str, round: usize) -> Outcome<(u32, f64)> {
        let started = Instant::now();
        let reply = self.say(vec![Message::user(format!("{round}. {text}"))], 1).await?;
        let seconds = started.elapsed().as_secs_f64();
        // What the template begins with is less than a block.
        assert_eq!(reply.reused_tokens, 0, "the prompt was known already");
        Ok((reply.prompt_tokens, f64::from(reply.prompt_tokens) / seconds))
    }

    /// Writes an answer; gives its tokens without the first, and those a second.
    pub(crate) async fn write(&self, messages: &[Message], max_tokens: u32) -> Outcome<(u32, f64)> {
        let mut first = None;
        let mut at_first = |event| {
            if first.is_none() && matches!(event, ChatEvent::Token(_)) {
                first = Some(Instant::now());
            }
        };
        let request = ChatRequest::new(messages.to_vec(), max_tokens);
        let reply = self.model.chat(request, &mut at_first, &CancelToken::new()).await?;
        let seconds = first.ok_or("the answer is empty")?.elapsed().as_secs_f64();
        let tokens = reply.completion_tokens - 1;
        Ok((tokens, f64::from(tokens) / seconds))
    }

    pub(crate) async fn in_turn(&self, calls: &[Vec<Message>], max_tokens: u32) -> Outcome<Calls> {
        let started = Instant::now();
        let mut replies = Vec::new();
        for messages in calls {
            replies.push(self.say(messages.clone(), max_tokens).await?);
        }
        Ok(Calls::of(&replies, started))
    }

    pub(crate) async fn together(&self, calls: &[Vec<Message>], max_tokens: u32) -> Outcome<Calls> {
        let started = Instant::now();
        let replies = try_join_all(calls.iter().map(|messages| self.say(messages.clone(), max_tokens))).await?;
        Ok(Calls::of(&replies, started))
    }

    async fn say(&self, messages: Vec<Message>, max_tokens: u32) -> Outcome<ChatReply> {
        let request = ChatRequest::new(messages, max_tokens);
        Ok(self.model.chat(request, &mut |_| {}, &CancelToken::new()).await?)
    }
}

impl Calls {
    fn of(replies: &[ChatReply], started: Instant) -> Self {
        let sum = |part: fn(&ChatReply) -> u32| f64::from(replies.iter().map(part).sum::<u32>());
        Self {
            seconds: started.elapsed().as_secs_f64(),
            tokens: replies.iter().map(|reply| reply.completion_tokens).collect(),
            reused_share: sum(|reply| reply.reused_tokens) / sum(|reply| reply.prompt_tokens),
        }
    }
}
