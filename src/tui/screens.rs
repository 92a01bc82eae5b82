//! The screens, one a file.

pub(super) mod duplicates;
pub(super) mod ideas;
pub(super) mod inbox;
pub(super) mod library;
pub(super) mod overview;
pub(super) mod pipeline;
pub(super) mod report;
pub(super) mod sources;
pub(super) mod welcome;
