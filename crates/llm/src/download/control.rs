//! Pausing and cancelling from outside.

use std::sync::Arc;

use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    GoOn,
    Pause,
    Cancel,
}

/// Pauses or cancels a download; shared by cloning.
#[derive(Debug, Clone)]
pub struct DownloadControl {
    wish: Arc<watch::Sender<Wish>>,
}

impl Default for DownloadControl {
    fn default() -> Self {
        Self { wish: Arc::new(watch::Sender::new(Wish::GoOn)) }
    }
}

impl DownloadControl {
    /// One that lets it go on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops it and keeps what came.
    pub fn pause(&self) {
        self.wish.send_if_modified(|wish| std::mem::replace(wish, Wish::Pause) == Wish::GoOn);
    }

    /// Stops it and deletes what came.
    pub fn cancel(&self) {
        self.wish.send_replace(Wish::Cancel);
    }

    pub(super) async fn stopped(&self) -> DownloadStop {
        let mut wish = self.wish.subscribe();
        let wanted = wish.wait_for(|wish| *wish != Wish::GoOn).await.map(|wish| *wish);
        match wanted {
            Ok(Wish::Pause) => DownloadStop::Pause,
            _ => DownloadStop::Cancel,
        }
    }
}

/// What the user wants instead of going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DownloadStop {
    Pause,
    Cancel,
}
