//! The video agent: scenes are composed; a model that follows instructions may choose the words on screen from what is
//! spoken in the scene.

use std::collections::BTreeSet;

use quillhouse_domain::{DraftReason, Language, SectionOrigin, WayOfWorking};
use quillhouse_quality::text;
use serde::Deserialize;

use super::{
    ask::{Answer, Standing, ask, json_object, schema_of, standing},
    check, done, evidence_of, given, kit, plan_of,
};
use crate::{
    compose,
    draft::{VideoDraft, VideoScene},
    machine::best_article,
    prompt::context::OnScreenContext,
    step::{StepContext, StepOutput, Work, WorkResult},
};

/// Most words on screen.
const MOST_WORDS: usize = 7;

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct OnScreenAnswer {
    scenes: Vec<SceneWords>,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SceneWords {
    number: u32,
    #[schemars(length(min = 2, max = 60))]
    text: String,
}

pub(super) fn next(context: &StepContext, results: &[WorkResult]) -> Work {
    let outline = given!(plan_of(context), "outline");
    let evidence = given!(evidence_of(context), "research");
    let article = best_article(context.outputs).map(|(article, _)| article);
    let mut video = compose::video(context.brief, outline, article, evidence);
    if context.way != WayOfWorking::Free || video.scenes.is_empty() {
        return done(StepOutput::Video(video));
    }
    match standing(results) {
        Standing::Open(refusals) if refusals.is_empty() => {
            let lines: Vec<String> =
                video.scenes.iter().map(|scene| format!("{}. {}", scene.number, spoken(scene))).collect();
            let scenes = context.prompts.fence("voice-over", &lines.join("\n"));
            let Ok(prompt) = context.prompts.render(&OnScreenContext { kit: kit(context), scenes }) else {
                return done(StepOutput::Video(video));
            };
            let max_tokens = 40 * u32::try_from(video.scenes.len()).unwrap_or(40) + 40;
            ask(
                prompt,
                Answer { max_tokens, temperature: 0.0, schema: Some(schema_of::<OnScreenAnswer>()), left_out: None },
            )
        }
        Standing::Open(_) => with_reason(video, DraftReason::PromptDoesNotFit),
        Standing::Answered(answer, _) => match json_object::<OnScreenAnswer>(answer) {
            Some(answer) => {
                take(&mut video, &answer, context.brief.language());
                done(StepOutput::Video(video))
            }
            None => with_reason(video, DraftReason::WrongForm),
        },
        Standing::Failed(reason) => with_reason(video, reason.clone()),
        Standing::Ranked(_) => done(StepOutput::Video(video)),
    }
}

fn with_reason(mut video: VideoDraft, reason: DraftReason) -> Work {
    video.reason = Some(reason);
    done(StepOutput::Video(video))
}

fn spoken(scene: &VideoScene) -> String {
    scene.voice_over.iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Takes the words that fit and that the scene says.
fn take(video: &mut VideoDraft, answer: &OnScreenAnswer, language: Language) {
    let mut taken = 0;
    for scene in &mut video.scenes {
        let said: BTreeSet<String> = text::stems(&spoken(scene), language).into_iter().collect();
        let words = answer.scenes.iter().find(|words| words.number == scene.number).map(|words| words.text.trim());
        if let Some(words) = words
            && (2..=MOST_WORDS).contains(&text::word_count(words))
            && check::leftover(words).is_none()
            && text::stems(words, language).iter().all(|stem| said.contains(stem))
        {
            scene.on_screen_text = words.trim_end_matches('.').to_owned();
            taken += 1;
        }
    }
    if taken > 0 {
        video.origin = SectionOrigin::Edited;
    } else {
        video.reason = Some(DraftReason::OnScreenNotSaid);
    }
}
