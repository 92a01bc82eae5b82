//! The workbench's screens: `update(state, event) → commands`, `draw(state)`.
//!
//! Does: keep what the screens show, turn events into commands, draw. Does not: read a clock, a
//! file, a store or the terminal; `app` does, and carries the commands out.
//!
//! The seam: `app` asks [`State::start`] what to load, then calls [`update`] with each event and
//! the present moment, carries out what it returns, sends the answers back as [`Event::Loaded`],
//! draws when [`State::take_dirty`] says so, and sends [`Event::Tick`] when
//! [`State::next_timer`] has passed.

mod act;
mod act_item;
mod answer;
mod chrome;
mod company;
mod conflict;
mod differences;
mod draft;
mod draw;
mod example;
mod filter;
mod fuzzy;
mod input;
mod layers;
mod layout;
mod list;
mod list_view;
mod looks;
mod markdown;
mod message;
mod mouse;
mod paint;
mod pane;
mod pane_lines;
mod pane_view;
mod phrases;
mod ready;
mod rows;
mod screens;
mod session;
mod settle;
mod sheet;
mod source_text;
mod state;
mod tour;
mod update;
mod writes;

pub use draw::{draw, draw_linked};
pub use message::{
    Command, Conflict, DeadLetterRow, DecidedItems, Event, FoundSearch, Generation, JobsView,
    Level, Link, Loaded, NewLooks, OverviewView, ReversedItems, Seen, SourceVisit, Token,
};
pub use session::{Screen, Session};
pub use state::{State, StateSettings};
pub use update::update;
