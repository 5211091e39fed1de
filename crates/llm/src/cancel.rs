//! The stop button of a model call: set once, seen by everybody who holds a clone.
//!
//! A token that was cancelled stays cancelled; waiting for it after that returns at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

/// Shared wish to stop. Cloning shares it; a new one is not cancelled.
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    notify: Notify,
}

impl CancelToken {
    /// A token nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks everybody who holds a clone to stop. May be called many times.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::SeqCst);
        self.inner.notify.notify_waiters();
    }

    /// True once [`Self::cancel`] was called on any clone.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::SeqCst)
    }

    /// Waits until somebody cancels.
    pub async fn cancelled(&self) {
        loop {
            let notified = self.inner.notify.notified();
            if self.is_cancelled() {
                return;
            }
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_ends_for_every_clone_when_one_is_cancelled() {
        let token = CancelToken::new();
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let clone = token.clone();
                tokio::spawn(async move { clone.cancelled().await })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(!token.is_cancelled(), "nobody has asked to stop");
        token.cancel();
        for waiter in waiters {
            waiter.await.unwrap();
        }
    }

    #[tokio::test]
    async fn waiting_for_a_token_cancelled_before_returns_at_once() {
        let token = CancelToken::new();
        token.cancel();
        token.cancelled().await;
        assert!(token.clone().is_cancelled(), "a clone shares the wish");
    }
}
