//! The screens, one a file.

pub(super) mod duplicates;
pub(super) mod inbox;
pub(super) mod library;
pub(super) mod pipeline;
pub(super) mod welcome;
