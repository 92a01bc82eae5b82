//! The workbench's screens: `update(state, event) → commands`, `draw(state)`.
//!
//! Does: keep what the screens show, turn events into commands, draw. Does not: read a clock, a
//! file, a store or the terminal; `app` does, and carries the commands out.
//!
//! The seam: `app` calls [`update`] with each event and the present moment, carries out what it
//! returns, sends the answers back as [`Event::Loaded`], and draws when `State::take_dirty` says
//! so.

mod message;
mod session;

pub use message::{
    Command, DeadLetterRow, DecidedItems, Event, Generation, JobsView, Level, Loaded,
    ReversedItems, Seen, Token,
};
pub use session::{Screen, Session};
