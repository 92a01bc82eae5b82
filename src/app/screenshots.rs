//! `reservoir screenshots`: the real screens over the sample week, drawn as SVG and PNG.
//!
//! The same loop as in a terminal (state, commands, answers), with a buffer for a screen and a clock
//! that stands still, so that the pictures change only when the screens do.

use super::backend::Backend;
use super::log::Tail;
use super::picture::{self, Paper};
use super::{carry, scribe};
use crate::cli::{CliError, Context, Global, ScreenshotArgs};
use crate::jobs::Plan;
use crate::model::{JobId, JobRow, JobState, Progress, QueueFilter, RunId, Stage, Verdict};
use crate::review;
use crate::settings::{self, ColorDepth, Key, Role, Theme};
use crate::tui::{self, Command, Event, JobsView, Loaded, State, StateSettings};
use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The Sunday on which the sample week ends.
const NOW: &str = "2026-11-22T09:00:00Z";
/// A scene is drawn when nothing has been answered for so long.
const QUIET: Duration = Duration::from_millis(250);

/// Items approved before the pictures are drawn.
const APPROVED: usize = 24;

/// What a picture shows: its name, size, theme, and the keys that lead there.
struct Scene {
    name: &'static str,
    size: (u16, u16),
    theme: &'static str,
    keys: &'static str,
    is_store_empty: bool,
}

const fn scene(name: &'static str, size: (u16, u16), keys: &'static str) -> Scene {
    Scene { name, size, theme: "dark", keys, is_store_empty: false }
}

const WIDE: (u16, u16) = (160, 48);
const SMALL: (u16, u16) = (80, 24);

/// Keys are single characters; words in angle brackets are named keys.
const SCENES: &[Scene] = &[
    Scene { is_store_empty: true, ..scene("welcome-80x24", SMALL, "") },
    scene("inbox-160x48", WIDE, "jj"),
    scene("inbox-80x24", SMALL, "jj"),
    Scene { theme: "light", ..scene("inbox-light-160x48", WIDE, "jj") },
    Scene { theme: "high-contrast", ..scene("inbox-high-contrast-80x24", SMALL, "jj") },
    scene("library-160x48", WIDE, "2/missed appointment<enter>"),
    scene("library-80x24", SMALL, "2/missed appointment<enter>"),
    scene("pipeline-160x48", WIDE, "5"),
    scene("palette-80x24", SMALL, ":appr"),
    scene("help-160x48", WIDE, "?"),
];

/// Draws every scene into `args.out`, or with `--check` compares with what is there.
///
/// # Errors
/// Where the sample cannot be loaded, a file cannot be written, or a picture is out of date.
pub async fn run(global: &Global, args: &ScreenshotArgs) -> Result<(), CliError> {
    let home = std::env::temp_dir().join(format!("reservoir-screenshots-{}", std::process::id()));
    let outcome = draw_all(global, args, &home).await;
    // A home of our own making; what is left of it on failure is only clutter.
    let _ = std::fs::remove_dir_all(&home);
    outcome
}

async fn draw_all(global: &Global, args: &ScreenshotArgs, home: &Path) -> Result<(), CliError> {
    let mut stale = Vec::new();
    for scene in SCENES {
        let workspace = if scene.is_store_empty { "empty" } else { "main" };
        let global = Global {
            home: Some(home.to_owned()),
            workspace: workspace.to_owned(),
            ..global.clone()
        };
        let context = Context::new(global)?;
        let svg = draw(&context, scene).await?;
        let path = args.out.join(format!("{}.svg", scene.name));
        if args.check {
            if std::fs::read_to_string(&path).ok().as_deref() != Some(svg.as_str()) {
                stale.push(scene.name);
            }
            continue;
        }
        let png = picture::png(&svg).map_err(failed)?;
        std::fs::create_dir_all(&args.out)
            .and_then(|()| std::fs::write(&path, &svg))
            .and_then(|()| std::fs::write(path.with_extension("png"), png))
            .map_err(|error| failed(format!("cannot write {}: {error}", path.display())))?;
        context.output.line(&format!("drew {}", path.display()))?;
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(failed(format!("out of date: {}", stale.join(", ")))
        .with_hint("`reservoir screenshots` draws them anew"))
}

fn failed(what: impl Into<String>) -> CliError {
    CliError::Failed { what: what.into(), hint: None }
}

async fn draw(context: &Context, scene: &Scene) -> Result<String, CliError> {
    let (send, answers) = mpsc::unbounded_channel();
    let mut backend = Backend::open(context, Tail::default(), send)?;
    backend.clock = now;
    let is_fresh = backend.store.read(|reading| reading.count_automations()).await? == 0;
    if is_fresh && !scene.is_store_empty {
        let plan = Plan { with_sample: true, ..Plan::default() };
        backend.pipeline.run(plan, |_| {}, CancellationToken::new()).await?;
        approve_some(&backend).await?;
    }
    let theme = settings::load_theme(scene.theme, None, ColorDepth::True)?;
    let state = State::new(settings_for(scene, theme.clone())?, None);
    let (writes, _scribe) = scribe::start(backend.clone());
    let mut stage = Headless { state, backend, answers, writes, now: now() };
    let first = stage.state.start();
    stage.carry(first);
    stage.pause().await;
    for key in keys(scene.keys)? {
        stage.handle(Event::Key(key));
        stage.pause().await;
    }
    let (width, height) = scene.size;
    let mut terminal = match Terminal::new(TestBackend::new(width, height)) {
        Ok(terminal) => terminal,
        Err(never) => match never {},
    };
    let state = &mut stage.state;
    let drawn = terminal.draw(|frame| tui::draw(state, frame));
    drawn.map_err(|error| failed(error.to_string()))?;
    Ok(picture::svg(terminal.backend().buffer(), paper(&theme)))
}

/// Approves the first of the queue, so that the Library has something to show.
async fn approve_some(backend: &Backend) -> Result<(), CliError> {
    let queue = QueueFilter::default();
    let ids = backend.store.read(move |reading| reading.list_queue(&queue)).await?;
    let targets = ids.into_iter().step_by(3).take(APPROVED).map(|id| (id, None)).collect();
    review::decide(&backend.store, targets, Verdict::Approve, backend.who()).await?;
    Ok(())
}

fn settings_for(scene: &Scene, theme: Theme) -> Result<StateSettings, CliError> {
    Ok(StateSettings {
        keymap: settings::load_keymap("default", None)?,
        themes: vec![theme],
        theme: scene.theme.to_owned(),
        reviewer: "ada".to_owned(),
        accessible: false,
        mouse: true,
        size: scene.size,
        weight: 0.5,
        now: now(),
    })
}

fn now() -> Timestamp {
    NOW.parse().expect("invariant: the moment is written right")
}

fn paper(theme: &Theme) -> Paper {
    let ground = theme.style(Role::Text);
    Paper {
        foreground: ground.fg.unwrap_or(Color::White),
        background: ground.bg.unwrap_or(Color::Black),
    }
}

/// The loop without a terminal.
struct Headless {
    state: State,
    backend: Backend,
    answers: mpsc::UnboundedReceiver<Loaded>,
    writes: mpsc::UnboundedSender<Command>,
    /// Moves on by a second with each pause between keys, whatever the machine's clock says.
    now: Timestamp,
}

impl Headless {
    fn handle(&mut self, event: Event) {
        let commands = tui::update(&mut self.state, self.now, event);
        self.carry(commands);
    }

    fn carry(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::LoadJobs => {
                    self.handle(Event::Loaded(Box::new(Loaded::Jobs(example_jobs()))));
                }
                Command::SetMouse(_) | Command::SaveSession(_) => {}
                write if scribe::is_write(&write) => {
                    // The scribe lives as long as this sender.
                    let _ = self.writes.send(write);
                }
                other => carry::carry(&self.backend, other),
            }
        }
    }

    /// Takes answers in until none comes any more.
    async fn settle(&mut self) {
        while let Ok(Some(loaded)) = tokio::time::timeout(QUIET, self.answers.recv()).await {
            self.handle(Event::Loaded(Box::new(loaded)));
        }
    }

    /// Lets what waits for a pause (the pane, hints) come, then takes its answers in.
    async fn pause(&mut self) {
        self.settle().await;
        self.now += SignedDuration::from_secs(1);
        self.handle(Event::Tick);
        self.settle().await;
    }
}

/// A run in full swing; a real one would be drawn differently each time.
fn example_jobs() -> JobsView {
    let job = |id: i64, stage, subject: &str, state, done, total, message: Option<&str>| JobRow {
        id: JobId(id),
        run: RunId(1),
        stage,
        subject: subject.to_owned(),
        state,
        progress: Progress { done, total, failed: 0 },
        message: message.map(str::to_owned),
        attempts: 1,
        queued: now(),
        started: Some("2026-11-22T08:59:40Z".parse().unwrap_or(now())),
        finished: (state == JobState::Done).then(now),
    };
    JobsView {
        rows: vec![
            job(1, Stage::Crawl, "sample", JobState::Done, 164, 164, Some("164 new, 0 changed")),
            job(2, Stage::Extract, "", JobState::Running, 96, 164, None),
            job(3, Stage::Embed, "", JobState::Queued, 0, 0, None),
            job(4, Stage::Dedupe, "", JobState::Queued, 0, 0, None),
            job(5, Stage::Index, "", JobState::Queued, 0, 0, None),
        ],
        dead_letters: Vec::new(),
        log: vec!["2026-11-22T08:59:40Z  INFO began a run of 5 jobs".to_owned()],
    }
}

/// Reads a scene's keys: characters, and named keys in angle brackets.
fn keys(text: &str) -> Result<Vec<KeyEvent>, CliError> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|inner| inner.split_once('>'));
        let (name, after) = match named {
            Some((name, after)) => (name.to_owned(), after),
            None if first == ' ' => ("space".to_owned(), &rest[1..]),
            None => (first.to_string(), &rest[first.len_utf8()..]),
        };
        let key: Key = name.parse().map_err(|_| failed(format!("no key `{name}`")))?;
        keys.push(KeyEvent::new(key.code, key.modifiers));
        rest = after;
    }
    Ok(keys)
}
