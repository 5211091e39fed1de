//! Progress on stderr: bars on a terminal, nothing else where there is none.

use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use quillhouse_studio::rpc::EventSink;
use quillhouse_studio::views::{
    document::IngestEventView, kit::KitBuildEventView, model::ModelProgressView, run::RunEventView,
};
use serde_json::Value;

/// A bar that is fed by a command's events.
#[derive(Clone)]
pub(crate) struct Bar {
    bar: Arc<Mutex<ProgressBar>>,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3} % {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        Self { bar: Arc::new(Mutex::new(bar)) }
    }

    fn with(&self, change: impl FnOnce(&ProgressBar)) {
        change(&self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn finish(&self) {
        self.with(ProgressBar::finish_and_clear);
    }

    /// So much of so many brands has been embedded anew.
    pub(crate) fn share(&self, done: f32, brands: usize, name: &str) {
        self.with(|bar| {
            bar.set_length(100 * brands.max(1) as u64);
            bar.set_position((done * 100.0) as u64);
            bar.set_message(format!("{name} is embedded anew"));
        });
    }

    /// Takes the events of `document_add`.
    pub(crate) fn ingest(&self) -> EventSink {
        let this = self.clone();
        Arc::new(move |event: Value| {
            let Ok(event) = serde_json::from_value::<IngestEventView>(event) else { return };
            this.with(|bar| {
                bar.set_length(u64::from(event.total.max(1)));
                bar.set_position(u64::from(event.done));
                let left = event.seconds_left.map(|seconds| format!("{seconds:.0} s left, ")).unwrap_or_default();
                bar.set_message(format!(
                    "{left}{} pages, {:.0} passages/s  {}",
                    event.pages_done, event.passages_per_second, event.name
                ));
                if event.state.is_final()
                    && let Some(problem) = &event.problem
                {
                    bar.println(format!("{}: {problem}", event.name));
                }
            });
        })
    }

    /// Takes the events of `model_fetch` and `model_import`.
    pub(crate) fn bytes(&self) -> EventSink {
        let this = self.clone();
        Arc::new(move |event: Value| {
            let Ok(event) = serde_json::from_value::<ModelProgressView>(event) else { return };
            this.with(|bar| {
                let total = event.total_bytes.unwrap_or(event.done_bytes).max(1.0);
                bar.set_length(total as u64);
                bar.set_position(event.done_bytes as u64);
                let left = event.seconds_left.map(|seconds| format!(", {seconds:.0} s left")).unwrap_or_default();
                bar.set_message(format!("{:.1} of {:.1} MB{left}", event.done_bytes / 1e6, total / 1e6));
            });
        })
    }

    /// Takes the events of `kit_build`.
    pub(crate) fn kit(&self) -> EventSink {
        let this = self.clone();
        Arc::new(move |event: Value| {
            let Ok(event) = serde_json::from_value::<KitBuildEventView>(event) else { return };
            this.with(|bar| {
                bar.set_length(u64::from(event.total.max(1)));
                bar.set_position(u64::from(event.done));
                bar.set_message(format!("{} of {} documents, {} found", event.done, event.total, event.entries));
            });
        })
    }

    /// Takes the events of `run_watch`.
    pub(crate) fn run(&self) -> EventSink {
        let this = self.clone();
        Arc::new(move |event: Value| {
            let Ok(event) = serde_json::from_value::<RunEventView>(event) else { return };
            this.with(|bar| match event {
                RunEventView::Run { run } => bar.set_position((run.progress * 100.0) as u64),
                RunEventView::Step { step } if step.state == quillhouse_domain::StepState::Running => {
                    bar.set_message(step.title);
                }
                RunEventView::Step { .. }
                | RunEventView::Token { .. }
                | RunEventView::Draft { .. }
                | RunEventView::Ended { .. } => {}
            });
        })
    }
}
