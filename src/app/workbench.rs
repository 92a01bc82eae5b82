//! The event loop: wait, drain, update, draw once if something changed.

use super::backend::Backend;
use super::input::Input;
use super::looks::{self, First, Looks};
use super::stops::Stops;
use super::terminal::Screen;
use super::{carry, company, log, scribe, session, watch};
use crate::cli::{CliError, Context, Global, editor};
use crate::model::AutomationId;
use crate::tui::{self, Command, Event, Level, Loaded, State, StateSettings};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

/// How long the first frame waits for the queue, so that the first thing seen is useful.
const FIRST_ANSWERS: Duration = Duration::from_millis(40);

/// Opens the workbench and stays until the reviewer leaves.
///
/// # Errors
/// Where there is no terminal, or the store cannot be opened.
pub async fn open(global: Global) -> Result<(), CliError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(CliError::Usage {
            what: "the workbench needs a terminal".into(),
            hint: Some("`reservoir --help` lists commands that need none".into()),
        });
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(CliError::Usage {
            what: "this terminal (TERM=dumb) cannot place text on the screen".into(),
            hint: Some("use another terminal, or the commands in `reservoir --help`".into()),
        });
    }
    let context = Context::new(global)?;
    let tail = log::to_file(&context.home.log_folder());
    let (send, answers) = mpsc::unbounded_channel();
    let backend = Backend::open(&context, tail, send)?;
    let mut bench = Workbench::new(&context, backend, answers)?;
    let outcome = bench.run().await;
    // The terminal is given back before anything is said on it.
    let unwritten = bench.close().await;
    outcome.map_err(|error| CliError::failed(&error))?;
    if unwritten.is_empty() {
        return Ok(());
    }
    Err(CliError::Failed {
        what: format!("not everything could be written: {}", unwritten.join("; ")),
        hint: Some("what is named here was not decided; everything else was".into()),
    })
}

/// How long closing waits for a run to stop.
const LAST_JOBS: Duration = Duration::from_millis(500);

/// What another program needs the terminal for.
enum Away {
    Editor { id: AutomationId, revision: u32, text: String },
    Shell,
}

struct Workbench {
    state: State,
    screen: Screen,
    backend: Backend,
    answers: mpsc::UnboundedReceiver<Loaded>,
    writes: Option<mpsc::UnboundedSender<Command>>,
    scribe: tokio::task::JoinHandle<()>,
    input: Option<Input>,
    /// What the terminal is to be given to somebody else for, in the order of the keys.
    away: VecDeque<Away>,
    session_file: PathBuf,
    /// Goes to the watch.
    looks: Option<Looks>,
    editor: String,
    is_done: bool,
}

impl Workbench {
    fn new(
        context: &Context,
        backend: Backend,
        answers: mpsc::UnboundedReceiver<Loaded>,
    ) -> Result<Self, CliError> {
        let First { config, keymap, themes, notices } = looks::load(&context.home);
        let looks = Looks::new(context.home.clone(), config.clone());
        let session_file = context.workspace.session_file(&backend.reviewer);
        let screen = Screen::enter(false, config.ui.links).map_err(|error| CliError::Failed {
            what: format!("cannot take over the terminal: {error}"),
            hint: None,
        })?;
        let settings = StateSettings {
            keymap,
            themes,
            theme: config.ui.theme.clone(),
            reviewer: backend.reviewer.clone(),
            accessible: config.ui.accessible,
            mouse: config.ui.mouse,
            size: screen.size().unwrap_or((80, 24)),
            weight: config.search.weight,
            has_tour: true,
            now: Timestamp::now(),
        };
        let state = State::new(settings, session::load(&session_file));
        for text in notices {
            backend.notice(Level::Warning, text);
        }
        let (writes, scribe) = scribe::start(backend.clone());
        Ok(Self {
            state,
            screen,
            backend,
            answers,
            writes: Some(writes),
            scribe,
            input: None,
            away: VecDeque::new(),
            session_file,
            looks: Some(looks),
            editor: config.ui.editor,
            is_done: false,
        })
    }

    async fn run(&mut self) -> io::Result<()> {
        let mut stops = Stops::listen()?;
        let first = self.state.start();
        self.carry_all(first)?;
        self.first_answers().await?;
        tokio::spawn(watch::run(self.backend.clone(), self.looks.take()));
        tokio::spawn(company::run(self.backend.clone()));
        self.input = Some(Input::open()?);
        while !self.is_done {
            if let Some(away) = self.away.pop_front() {
                self.go_away(away, &mut stops).await?;
                // Ended while the editor had the terminal: nothing may be drawn over it.
                if self.is_done {
                    break;
                }
            }
            if self.state.take_dirty() {
                let state = &mut self.state;
                self.screen.draw(|frame| tui::draw_linked(state, frame))?;
            }
            let Some(event) = self.next_event(&mut stops).await? else { break };
            self.handle(event)?;
            self.drain()?;
        }
        Ok(())
    }

    /// Takes in the answers to the first questions, so that the first frame shows the queue.
    async fn first_answers(&mut self) -> io::Result<()> {
        let deadline = tokio::time::Instant::now() + FIRST_ANSWERS;
        while !self.state.is_ready() {
            match tokio::time::timeout_at(deadline, self.answers.recv()).await {
                Ok(Some(loaded)) => self.handle(Event::Loaded(Box::new(loaded)))?,
                _ => break,
            }
        }
        Ok(())
    }

    /// Waits for the next thing to happen; `None` when it is time to leave.
    async fn next_event(&mut self, stops: &mut Stops) -> io::Result<Option<Event>> {
        let timer = self.state.next_timer();
        let input = self.input.as_mut().expect("invariant: input is open while the loop runs");
        tokio::select! {
            read = input.next() => read.transpose(),
            loaded = self.answers.recv() => {
                Ok(loaded.map(|loaded| Event::Loaded(Box::new(loaded))))
            }
            () = tokio::time::sleep(timer.unwrap_or(Duration::MAX)), if timer.is_some() => {
                Ok(Some(Event::Tick))
            }
            () = stops.wait() => Ok(None),
        }
    }

    /// Takes in everything that is already there, so that one frame shows it all.
    fn drain(&mut self) -> io::Result<()> {
        while !self.is_done && self.away.is_empty() {
            let Some(input) = self.input.as_mut() else { return Ok(()) };
            let event = match input.try_next() {
                Ok(read) => read?,
                Err(TryRecvError::Disconnected) => {
                    self.is_done = true;
                    return Ok(());
                }
                Err(TryRecvError::Empty) => match self.answers.try_recv() {
                    Ok(loaded) => Event::Loaded(Box::new(loaded)),
                    Err(_) => return Ok(()),
                },
            };
            self.handle(event)?;
        }
        Ok(())
    }

    fn handle(&mut self, event: Event) -> io::Result<()> {
        let commands = tui::update(&mut self.state, Timestamp::now(), event);
        self.backend.open_item.send_replace(self.state.open_item());
        self.carry_all(commands)
    }

    fn carry_all(&mut self, commands: Vec<Command>) -> io::Result<()> {
        for command in commands {
            self.carry(command)?;
        }
        Ok(())
    }

    fn carry(&mut self, command: Command) -> io::Result<()> {
        match command {
            write if scribe::is_write(&write) => {
                if let Some(writes) = &self.writes {
                    // The scribe outlives the loop: see `close`.
                    let _ = writes.send(write);
                }
                Ok(())
            }
            Command::Copy(text) => self.copy(&text),
            Command::Notify(text) => self.screen.send(&notification(&text)),
            Command::SetMouse(has_mouse) => self.screen.set_mouse(has_mouse),
            Command::EditInEditor { id, revision, text } => {
                self.away.push_back(Away::Editor { id, revision, text });
                Ok(())
            }
            Command::Suspend => {
                self.away.push_back(Away::Shell);
                Ok(())
            }
            Command::SaveSession(session) => {
                self.save_session(&session);
                Ok(())
            }
            Command::Quit => {
                self.is_done = true;
                Ok(())
            }
            other => {
                // The answer comes by the channel.
                drop(carry::carry(&self.backend, other));
                Ok(())
            }
        }
    }

    /// To the clipboard of the terminal, also over SSH; tmux passes it on by its own setting, or
    /// by the wrapped form.
    fn copy(&mut self, text: &str) -> io::Result<()> {
        use crossterm::Command as _;
        let mut sequence = String::new();
        let copy = crossterm::clipboard::CopyToClipboard::to_clipboard_from(text);
        copy.write_ansi(&mut sequence).map_err(io::Error::other)?;
        if std::env::var_os("TMUX").is_some() {
            let wrapped = sequence.replace('\x1b', "\x1b\x1b");
            sequence.push_str(&format!("\x1bPtmux;{wrapped}\x1b\\"));
        }
        self.screen.send(&sequence)
    }

    /// Gives the terminal to another program, whole, and takes up where it was left.
    async fn go_away(&mut self, away: Away, stops: &mut Stops) -> io::Result<()> {
        if let Some(input) = self.input.take() {
            input.close().await;
        }
        self.screen.give()?;
        let came = match away {
            Away::Shell => {
                signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
                // Here again after `fg`.
                None
            }
            Away::Editor { id, revision, text } => {
                let left = tokio::select! {
                    left = self.edit(id, text) => left,
                    () = stops.wait_while_away() => {
                        self.is_done = true;
                        return Ok(());
                    }
                };
                Some(Loaded::Edited { id, revision, text: left.text, failure: left.failure })
            }
        };
        stops.forget_keyboard()?;
        self.screen.take()?;
        self.input = Some(Input::open()?);
        let (width, height) = self.screen.size()?;
        self.handle(Event::Resize(width, height))?;
        came.map_or(Ok(()), |loaded| self.handle(Event::Loaded(Box::new(loaded))))
    }

    async fn edit(&self, id: AutomationId, text: String) -> editor::Left {
        let (folder, said) = (self.backend.edit_folder.clone(), self.editor.clone());
        let name = format!("automation-{id}.toml");
        let edited =
            tokio::task::spawn_blocking(move || editor::edit(&folder, &said, &name, &text)).await;
        match edited {
            Ok(Ok(left)) => left,
            Ok(Err(error)) => {
                tracing::error!(%error, "cannot edit in the editor");
                let failure = format!("cannot edit in the editor: {error}");
                editor::Left { text: None, failure: Some(failure) }
            }
            Err(_) => {
                let failure = "the editor's task failed; the log has details".to_owned();
                editor::Left { text: None, failure: Some(failure) }
            }
        }
    }

    fn save_session(&self, session: &tui::Session) {
        if let Err(error) = session::save(&self.session_file, session) {
            self.backend.failed("save the session", &error);
        }
    }

    /// Leaves: what was decided is written, the session saved, the terminal given back.
    /// Returns why what could not be written was not.
    async fn close(mut self) -> Vec<String> {
        self.save_session(&self.state.session());
        drop(self.screen);
        drop(self.writes.take());
        self.backend.stop.cancel();
        if self.scribe.await.is_err() {
            tracing::error!("the scribe panicked");
        }
        company::leave(&self.backend).await;
        if tokio::time::timeout(LAST_JOBS, self.backend.pipeline.idle()).await.is_err() {
            tracing::warn!("a job did not stop in time; the next run goes on with it");
        }
        let mut unwritten = Vec::new();
        while let Ok(loaded) = self.answers.try_recv() {
            match loaded {
                Loaded::Decided { outcome: Err(why), .. }
                | Loaded::Reversed { outcome: Err(why), .. } => unwritten.push(why),
                _ => {}
            }
        }
        unwritten
    }
}

/// A notification in the one form that the terminal knows, or says least about: those that know
/// both would notify twice.
fn notification(text: &str) -> String {
    let text = crate::text::sanitize_line(text).replace(';', ",");
    let term = std::env::var("TERM").unwrap_or_default();
    let is_urxvt_like = term.starts_with("rxvt") || term.starts_with("foot");
    if is_urxvt_like || std::env::var_os("VTE_VERSION").is_some() {
        format!("\x1b]777;notify;Reservoir;{text}\x07")
    } else {
        format!("\x1b]9;{text}\x07")
    }
}
