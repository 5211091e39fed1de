//! Situations of routing.
