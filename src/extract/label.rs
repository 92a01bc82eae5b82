//! The seam to classification: labels for a whole text.

use crate::model::{Scored, TriggerKind};

/// Labels a text with functions, industries and trigger kinds; lists stand sorted by falling `p`.
pub trait Label: Send + Sync {
    fn functions(&self, title: &str, text: &str) -> Vec<Scored>;
    fn industries(&self, title: &str, text: &str) -> Vec<Scored>;
    fn triggers(&self, title: &str, text: &str) -> Vec<(TriggerKind, f32)>;
}

/// Labels nothing: what stands in where no classifier is loaded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unlabelled;

impl Label for Unlabelled {
    fn functions(&self, _title: &str, _text: &str) -> Vec<Scored> {
        Vec::new()
    }

    fn industries(&self, _title: &str, _text: &str) -> Vec<Scored> {
        Vec::new()
    }

    fn triggers(&self, _title: &str, _text: &str) -> Vec<(TriggerKind, f32)> {
        Vec::new()
    }
}
