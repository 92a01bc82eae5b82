//! The screens through the real update and draw, with a fake store answering.

mod bench;
mod bytes;
mod fake;
mod flows;
mod pictures;
mod sample;
