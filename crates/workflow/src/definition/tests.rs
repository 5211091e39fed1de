//! Definitions: the built-in one is sound, and each kind of mistake is refused with a sentence that names its place.

use quillhouse_domain::{Coded, ErrorCode};

use super::*;

#[test]
fn the_builtin_definition_is_sound_and_has_every_task() {
    let definition = WorkflowDefinition::builtin();
    assert_eq!(definition.steps().len(), RULES.len(), "each task stands in the built-in workflow");
    assert_eq!(definition.name(), "article");
    assert!(definition.fingerprint().starts_with("article:1:"), "name and version are readable in the fingerprint");
}

#[test]
fn a_changed_copy_without_specialists_is_accepted() {
    let mut text = String::from("name = \"short\"\nversion = 3\n");
    for (key, agent, task, needs) in [
        ("seo", "seo", "plan", ""),
        ("research", "researcher", "evidence", "\"seo\""),
        ("outline", "writer", "outline", "\"research\""),
        ("audio", "audio", "script", "\"outline\""),
        ("finalise", "editor", "finalise", "\"audio\""),
    ] {
        text.push_str(&format!(
            "[[steps]]\nkey = \"{key}\"\nagent = \"{agent}\"\ntask = \"{task}\"\nneeds = [{needs}]\n"
        ));
    }
    let definition = WorkflowDefinition::parse(&text).unwrap();
    assert_eq!((definition.name(), definition.version()), ("short", 3));
    assert_eq!(definition.steps()[3].title, "audio", "a step without a title is called by its key");
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let builtin = BUILTIN;
    let swap = |from: &str, to: &str| {
        assert!(builtin.contains(from), "the built-in workflow has `{from}`");
        builtin.replacen(from, to, 1)
    };
    let cases = [
        ("no TOML", "name = ".to_owned(), "Line 1 of the workflow cannot be read"),
        ("unknown field", swap("threshold = 8.0\noptional", "threshold = 8.0\nmaybe"), "unknown field `maybe`"),
        ("version 0", swap("version = 1", "version = 0"), "needs a `name` and a `version`"),
        ("no steps", "name = \"a\"\nversion = 1\n".to_owned(), "has no steps"),
        (
            "unknown agent",
            swap("agent = \"social\"", "agent = \"poet\""),
            "step `social` names the unknown agent `poet`",
        ),
        ("unknown task", swap("task = \"plan\"", "task = \"dream\""), "the unknown task `dream`; it knows plan"),
        ("foreign key", swap("key = \"audio\"", "key = \"sound\""), "must have the key `audio`"),
        (
            "twice",
            swap(
                "key = \"outline\"\nagent = \"writer\"\ntask = \"outline\"",
                "key = \"seo\"\nagent = \"seo\"\ntask = \"plan\"",
            ),
            "`seo` is there twice",
        ),
        (
            "missing need",
            swap("needs = [\"assemble\"]", "needs = [\"assembly\"]"),
            "step `edit` needs `assembly`, and there is no such step",
        ),
        (
            "circle",
            swap("title = \"Find keyphrase and queries\"", "needs = [\"outline\"]"),
            "wait for each other in a circle",
        ),
        (
            "source missing",
            swap("needs = [\"introduction\", \"section\", \"close\"]", "needs = [\"introduction\", \"close\"]"),
            "step `assemble` reads what `section` makes",
        ),
        (
            "unreachable",
            swap("\"social\", \"audio\", \"video\"]", "\"social\", \"audio\"]"),
            "nothing leads from step `video` to `finalise`",
        ),
        (
            "wrong content type",
            swap("when = [\"blog\"]\nrounds", "when = [\"blog\", \"audio\"]\nrounds"),
            "step `edit` also runs for audio, where `assemble` does not run",
        ),
        ("too many rounds", swap("\nrounds = 2", "\nrounds = 3"), "`rounds` is at most 2"),
        ("threshold", swap("threshold = 8.0", "threshold = 80.0"), "score from 0 to 10"),
        ("repeat missing", swap("when = [\"social\"]\nrepeat = \"network\"", ""), "posts need `repeat"),
        ("repair elsewhere", swap("rounds = 2", "repair = true"), "remove `repair`"),
    ];
    for (case, text, sentence) in cases {
        let error = WorkflowDefinition::parse(&text).expect_err(case);
        assert!(error.to_string().contains(sentence), "{case}: `{error}` should say `{sentence}`");
        assert_eq!(error.code(), ErrorCode::InvalidInput, "{case}");
    }
}

#[test]
fn a_mistake_is_named_with_the_line_of_its_step() {
    let text = BUILTIN.replacen("agent = \"seo\"", "agent = \"poet\"", 1);
    let line = 1 + text.lines().position(|line| line == "key = \"seo\"").unwrap();
    let error = WorkflowDefinition::parse(&text).unwrap_err().to_string();
    assert!(error.starts_with(&format!("Line {line}:")), "the reader finds the step: {error}");
}
