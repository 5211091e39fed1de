//! What a connection was for, as the ledger tells it: which run, which document, which brand.
//!
//! It goes with the task, so that a model behind a trait needs no parameter for it.

use serde::{Deserialize, Serialize};

/// Ids, which the ledger keeps after what they name is gone; never a name or a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Context {
    /// The brand it was for.
    pub brand: Option<String>,
    /// The run it was for.
    pub run: Option<String>,
    /// The document it was for, or whose passages were sent.
    pub document: Option<String>,
}

tokio::task_local! {
    static CONTEXT: Context;
}

/// Does `work`; every connection that this task makes in it is written down with `context`. A task that `work` spawns has to
/// say it again.
pub async fn about<F: Future>(context: Context, work: F) -> F::Output {
    CONTEXT.scope(context, work).await
}

/// What the running task said.
pub(crate) fn current() -> Context {
    CONTEXT.try_with(Clone::clone).unwrap_or_default()
}
