//! The social agent: posts are composed; a model may choose among hooks or, when it follows instructions, write the post.

use quillhouse_domain::{DraftReason, Network, SectionOrigin, WayOfWorking};
use quillhouse_quality::{leans_on_outside, network, text};

use super::{
    ask::{Answer, Standing, ask, clear_winner, first_guess, left_out, sources_to_send, standing, told},
    check, done, evidence_of, given, kit, plan_of,
};
use crate::{
    compose,
    draft::{DraftSentence, Outline, PostDraft},
    machine::{StepSpec, best_article, network_label},
    prompt::context::{HookContext, PostContext},
    step::{Evidence, StepContext, StepOutput, Work, WorkResult},
};

/// Hooks to choose from.
const MOST_HOOKS: usize = 5;

/// Claims a post is written from.
const MOST_CLAIMS: usize = 6;

/// A hook is a sentence of so many words: shorter says nothing, longer is cut by the network's fold.
const HOOK_WORDS: std::ops::RangeInclusive<usize> = 6..=22;

pub(super) fn next(spec: &StepSpec, context: &StepContext, results: &[WorkResult]) -> Work {
    let outline = given!(plan_of(context), "outline");
    let evidence = given!(evidence_of(context), "research");
    let network = given!(spec.network, "social");
    let article = best_article(context.outputs).map(|(article, _)| article);
    let composed = compose::post(context.brief, network, outline, article, evidence);
    match context.way {
        WayOfWorking::Composed => done(StepOutput::Post(composed)),
        WayOfWorking::Guided => guided(context, outline, evidence, composed, results),
        WayOfWorking::Free => free(context, outline, evidence, composed, results),
    }
}

fn refused(mut composed: PostDraft, reason: DraftReason) -> Work {
    composed.reason = Some(reason);
    done(StepOutput::Post(composed))
}

/// The claims of the plan, one of each part before the second of any.
fn planned_claims<'a>(outline: &'a Outline, evidence: &'a Evidence) -> Vec<&'a quillhouse_domain::EvidenceSentence> {
    let parts: Vec<&[u32]> = std::iter::once(outline.introduction.as_slice())
        .chain(outline.sections.iter().map(|section| section.claims.as_slice()))
        .collect();
    let longest = parts.iter().map(|part| part.len()).max().unwrap_or(0);
    (0..longest)
        .flat_map(|turn| parts.iter().filter_map(move |part| part.get(turn)))
        .filter_map(|id| evidence.sentences.get(*id as usize).filter(|sentence| sentence.id == *id))
        .collect()
}

/// Hooks that could stand instead of the composed one, that first.
fn hooks(context: &StepContext, outline: &Outline, evidence: &Evidence, post: &PostDraft) -> Vec<DraftSentence> {
    let language = context.brief.language();
    let Some(first) = post.paragraphs.first().and_then(|paragraph| paragraph.first()) else { return Vec::new() };
    let Some(own) = first.evidence.and_then(|id| evidence.sentences.get(id as usize)) else { return Vec::new() };
    let mut hooks = vec![first.clone()];
    for claim in planned_claims(outline, evidence) {
        if hooks.len() == MOST_HOOKS {
            break;
        }
        let good = !claim.list_item
            && claim.relevance >= own.relevance * 0.9
            && HOOK_WORDS.contains(&text::word_count(&claim.text))
            && leans_on_outside(&claim.text, language).is_none()
            && !check::is_meta_talk(&claim.text, language)
            && !check::repeats(&claim.text, post.sentences().map(|sentence| sentence.text.as_str()), language)
            && !check::repeats(&claim.text, hooks.iter().map(|hook| hook.text.as_str()), language)
            && fits(&with_hook(post, &DraftSentence { text: claim.text.clone(), evidence: Some(claim.id) }));
        if good {
            hooks.push(DraftSentence { text: claim.text.clone(), evidence: Some(claim.id) });
        }
    }
    hooks
}

fn with_hook(post: &PostDraft, hook: &DraftSentence) -> PostDraft {
    let mut post = post.clone();
    if let Some(first) = post.paragraphs.first_mut().and_then(|paragraph| paragraph.first_mut()) {
        *first = hook.clone();
    }
    post
}

fn guided(
    context: &StepContext,
    outline: &Outline,
    evidence: &Evidence,
    composed: PostDraft,
    results: &[WorkResult],
) -> Work {
    let alone = composed.paragraphs.first().is_some_and(|paragraph| paragraph.len() == 1);
    let hooks = if alone { hooks(context, outline, evidence, &composed) } else { Vec::new() };
    if hooks.len() < 2 {
        return done(StepOutput::Post(composed));
    }
    match standing(results) {
        Standing::Open(refusals) if refusals.is_empty() => {
            let hook_context = HookContext { kit: kit(context), network: network_label(composed.network) };
            match context.prompts.render(&hook_context) {
                Ok(prompt) => Work::Rank {
                    prompt: prompt.continuation(),
                    continuations: hooks
                        .iter()
                        .map(|hook| format!(" {}", crate::prompt::strip_hidden(&hook.text)))
                        .collect(),
                },
                Err(_) => done(StepOutput::Post(composed)),
            }
        }
        Standing::Ranked(numbers) => {
            let chosen = &hooks[clear_winner(numbers, hooks.len())];
            done(StepOutput::Post(with_hook(&composed, chosen)))
        }
        Standing::Failed(reason) => refused(composed, reason.clone()),
        Standing::Open(_) => refused(composed, DraftReason::HooksDoNotFit),
        Standing::Answered(..) => done(StepOutput::Post(composed)),
    }
}

fn free(
    context: &StepContext,
    outline: &Outline,
    evidence: &Evidence,
    composed: PostDraft,
    results: &[WorkResult],
) -> Work {
    let claims: Vec<String> =
        planned_claims(outline, evidence).into_iter().take(MOST_CLAIMS).map(|claim| claim.text.clone()).collect();
    if claims.is_empty() {
        return done(StepOutput::Post(composed));
    }
    let room = characters(composed.network);
    match standing(results) {
        Standing::Open(refusals) => {
            let max_tokens = u32::try_from(room / 3).unwrap_or(400).clamp(80, 400);
            let guess = first_guess(context, max_tokens, 1_200, &claims);
            let Some(keep) = sources_to_send(claims.len(), guess, &refusals) else {
                return refused(composed, DraftReason::PostSourcesDoNotFit);
            };
            let lines: Vec<String> =
                claims.iter().take(keep).enumerate().map(|(index, claim)| format!("{}. {claim}", index + 1)).collect();
            let post_context = PostContext {
                kit: kit(context),
                network: network_label(composed.network),
                characters: u32::try_from(room).unwrap_or(u32::MAX),
                claims: Some(context.prompts.fence("claims", &lines.join("\n"))),
            };
            match context.prompts.render(&post_context) {
                Ok(prompt) => {
                    let left_out = left_out(claims.len(), keep);
                    ask(prompt, Answer { max_tokens, temperature: 0.3, schema: None, left_out })
                }
                Err(_) => done(StepOutput::Post(composed)),
            }
        }
        Standing::Failed(reason) => refused(composed, reason.clone()),
        Standing::Ranked(_) => done(StepOutput::Post(composed)),
        Standing::Answered(answer, after) => {
            let paragraphs = check::paragraphs(answer, context.brief.language());
            if paragraphs.is_empty() {
                return refused(composed, DraftReason::NoWholeSentence);
            }
            let Some(WorkResult::Embedded(vectors)) = after.first() else {
                return Work::Embed { texts: paragraphs.into_iter().flatten().collect() };
            };
            let checked = check::checked(context, evidence, &paragraphs, vectors);
            if check::is_in_another_language(&checked.text(), context.brief.language()) {
                return refused(composed, DraftReason::OtherLanguage);
            }
            match written(&composed, checked) {
                Ok(post) => done(StepOutput::Post(post)),
                Err(reason) => refused(composed, reason),
            }
        }
    }
}

/// The written post with the composed request to the reader when it has none, as long as it fits.
fn written(composed: &PostDraft, checked: check::Checked) -> Result<PostDraft, DraftReason> {
    let cited = checked.paragraphs.iter().flatten().filter(|sentence| sentence.evidence.is_some()).count();
    let sentences = checked.sentences();
    if sentences < 2 || cited == 0 || cited * 2 < sentences {
        return Err(DraftReason::PostFewSources { found: told(cited), count: told(sentences) });
    }
    let asks = checked.paragraphs.iter().flatten().last().is_some_and(|sentence| sentence.text.ends_with('?'));
    let mut post = PostDraft {
        network: composed.network,
        paragraphs: checked.paragraphs,
        hashtags: composed.hashtags.clone(),
        origin: SectionOrigin::Written,
        reason: None,
    };
    if let Some(own_ask) = composed.paragraphs.last().filter(|_| !asks && composed.paragraphs.len() > 1)
        && own_ask.iter().all(|sentence| sentence.evidence.is_none())
    {
        post.paragraphs.push(own_ask.clone());
    }
    if fits(&post) { Ok(post) } else { Err(DraftReason::PostTooLong) }
}

/// The length a post is asked to have at most, in characters: what readers of the network are used to, with room for
/// hashtags below its limit.
const fn characters(network: Network) -> usize {
    match network {
        Network::Linkedin => 900,
        Network::X => 230,
        Network::Facebook => 450,
        Network::Instagram => 700,
        Network::Threads | Network::Mastodon => 400,
        Network::Bluesky => 240,
    }
}

/// True when the network takes the post.
fn fits(post: &PostDraft) -> bool {
    network::fits(post.network, &post.to_text())
}
