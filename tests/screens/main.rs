//! The screens through the real update and draw, with a fake store answering.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod bench;
mod bytes;
mod duplicates;
mod fake;
mod figures;
mod flows;
mod mouse;
mod pictures;
mod popups;
mod robust;
mod sample;
mod screens;
