//! The edit form: every field of an item, typed over; kept as a draft until saved or discarded.

mod steps;

use super::frame::{on_panel, panel};
use super::{After, Layer};
use crate::model::{Edit, ItemView};
use crate::settings::{Action, Key, Role};
use crate::text::sheet::Sheet;
use crate::tui::draft;
use crate::tui::input::Input;
use crate::tui::message::Level;
use crate::tui::paint::{Painter, fitted};
use crate::tui::state::State;
use ratatui::layout::Rect;
use std::sync::Arc;
use steps::{read_steps, step_line};

/// Columns of the form.
const WIDTH: u16 = 96;
/// Columns of the labels.
const LABEL: u16 = 13;

#[derive(Debug)]
pub(in crate::tui) struct Form {
    view: Arc<ItemView>,
    fields: Vec<(Name, Input)>,
    at: usize,
    /// The revision at which what is typed began.
    began: u32,
    /// What becomes of what was typed.
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Kept as a draft.
    Kept,
    /// On its way to the disk; a draft until it is there.
    Saved,
    Dropped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Title,
    Description,
    TriggerKind,
    TriggerText,
    TriggerTool,
    Steps,
    Tools,
    Mentioned,
    Industries,
    Functions,
    Problem,
    Complexity,
    Tags,
}

const NAMES: [Name; 13] = [
    Name::Title,
    Name::Description,
    Name::TriggerKind,
    Name::TriggerText,
    Name::TriggerTool,
    Name::Steps,
    Name::Tools,
    Name::Mentioned,
    Name::Industries,
    Name::Functions,
    Name::Problem,
    Name::Complexity,
    Name::Tags,
];

impl Name {
    fn label(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::TriggerKind => "trigger kind",
            Self::TriggerText => "trigger",
            Self::TriggerTool => "noticed by",
            Self::Steps => "steps",
            Self::Tools => "tools",
            Self::Mentioned => "mentioned",
            Self::Industries => "industries",
            Self::Functions => "functions",
            Self::Problem => "problem",
            Self::Complexity => "complexity",
            Self::Tags => "tags",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::TriggerKind => {
                "schedule, webhook, form, message, email, file, feed, event or manual"
            }
            Self::Steps => "one step a line: [outcome] what is done | tool",
            Self::Complexity => "simple, moderate or complex; empty where unknown",
            Self::Tools | Self::Mentioned | Self::Industries | Self::Functions | Self::Tags => {
                "commas between"
            }
            _ => "",
        }
    }

    fn has_lines(self) -> bool {
        matches!(self, Self::Description | Self::Steps | Self::Problem)
    }

    fn read(self, sheet: &Sheet) -> String {
        match self {
            Self::Title => sheet.title.clone(),
            Self::Description => sheet.description.clone(),
            Self::TriggerKind => sheet.trigger.kind.clone(),
            Self::TriggerText => sheet.trigger.text.clone(),
            Self::TriggerTool => sheet.trigger.tool.clone(),
            Self::Steps => sheet.steps.iter().map(step_line).collect::<Vec<_>>().join("\n"),
            Self::Tools => sheet.tools.join(", "),
            Self::Mentioned => sheet.mentioned.join(", "),
            Self::Industries => sheet.industries.join(", "),
            Self::Functions => sheet.functions.join(", "),
            Self::Problem => sheet.problem.clone(),
            Self::Complexity => sheet.complexity.clone(),
            Self::Tags => sheet.tags.join(", "),
        }
    }

    fn write(self, sheet: &mut Sheet, text: String) {
        let list = |text: &str| -> Vec<String> {
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        match self {
            Self::Title => sheet.title = text,
            Self::Description => sheet.description = text,
            Self::TriggerKind => sheet.trigger.kind = text,
            Self::TriggerText => sheet.trigger.text = text,
            Self::TriggerTool => sheet.trigger.tool = text,
            Self::Steps => sheet.steps = read_steps(&text, &sheet.steps),
            Self::Tools => sheet.tools = list(&text),
            Self::Mentioned => sheet.mentioned = list(&text),
            Self::Industries => sheet.industries = list(&text),
            Self::Functions => sheet.functions = list(&text),
            Self::Problem => sheet.problem = text,
            Self::Complexity => sheet.complexity = text,
            Self::Tags => sheet.tags = list(&text),
        }
    }
}

/// Opens the form on an item, with its draft where there is one.
pub(in crate::tui) fn open(state: &mut State, view: &Arc<ItemView>) {
    let id = view.automation.id;
    let text = state.drafts.get(&id.0);
    let began = text.and_then(|text| draft::revision_of(text)).unwrap_or(view.automation.revision);
    let sheet = match text.map(|text| Sheet::from_text(text)) {
        Some(Ok(sheet)) => {
            let discard = state.keymap.shown_key(Action::FormDiscard);
            let mut said = format!("this is your draft; {discard} throws it away");
            if began != view.automation.revision {
                said.push_str("; the item was changed since you began: compare before you save");
            }
            state.tell(Level::Info, said);
            sheet
        }
        Some(Err(why)) => {
            let key = state.keymap.shown_key(Action::EditInEditor);
            let said = format!("your draft cannot be read: {why}; {key} mends it in the editor");
            return state.tell(Level::Warning, said);
        }
        None => Sheet::of(&view.automation),
    };
    let fields = NAMES.map(|name| {
        let text = name.read(&sheet);
        (name, if name.has_lines() { Input::lines(&text) } else { Input::line(&text) })
    });
    let fate = Fate::Kept;
    let form = Form { view: view.clone(), fields: fields.into(), at: 0, began, fate };
    state.open(Layer::Form(Box::new(form)));
}

/// The form was left: what was typed is kept as a draft, unless it was saved or discarded.
pub(super) fn closed(state: &mut State, form: &Form) {
    let id = form.view.automation.id.0;
    match form.draft().filter(|_| form.fate != Fate::Dropped) {
        Some((id, text)) => {
            state.drafts.insert(id, text);
            if form.fate == Fate::Kept {
                state.tell(Level::Info, "kept as a draft; edit the item again to go on");
            }
        }
        None => {
            state.drafts.remove(&id);
        }
    }
    state.touch();
}

impl Form {
    fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::of(&self.view.automation);
        let original = sheet.clone();
        for (name, input) in &self.fields {
            let text = input.text();
            // What was not touched stays to the letter, safe for the terminal or not.
            if text != shown(*name, &original) {
                name.write(&mut sheet, text);
            }
        }
        sheet
    }

    /// What was typed, by item, where it differs from the item.
    pub(in crate::tui) fn draft(&self) -> Option<(i64, String)> {
        let sheet = self.sheet();
        let differs = sheet != Sheet::of(&self.view.automation);
        let text = || draft::begun(&sheet.to_text(), self.began);
        differs.then(|| (self.view.automation.id.0, text()))
    }

    pub(super) fn key(&mut self, key: Key) -> bool {
        use crossterm::event::KeyCode;
        let (_, input) = &mut self.fields[self.at];
        let (line, _) = input.cursor();
        match key.code {
            KeyCode::Enter if !input.has_lines() => self.go(1),
            KeyCode::Down if line + 1 >= input.line_count() => self.go(1),
            KeyCode::Up if line == 0 => self.go(-1),
            _ => return input.key(key),
        }
        true
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.fields[self.at].1.paste(text);
    }

    fn go(&mut self, by: isize) {
        self.at = (self.at as isize + by).rem_euclid(self.fields.len() as isize) as usize;
    }

    pub(super) fn act(&mut self, state: &mut State, action: Action) -> After {
        match action {
            Action::FormNext => self.go(1),
            Action::FormPrevious => self.go(-1),
            Action::FormCancel => return After::Close,
            Action::FormDiscard => {
                self.fate = Fate::Dropped;
                state.tell(Level::Info, "draft thrown away");
                return After::Close;
            }
            Action::FormSave => return self.save(state),
            Action::FormLineUp
            | Action::FormLineDown
            | Action::FormOpenLine
            | Action::FormDropLine => {
                self.act_on_line(state, action);
            }
            _ => return After::Pass,
        }
        After::Keep
    }

    /// Moves, opens or drops the line under the cursor: steps are a list.
    fn act_on_line(&mut self, state: &mut State, action: Action) {
        let (_, input) = &mut self.fields[self.at];
        if !input.has_lines() {
            return state.tell(Level::Info, "only steps and texts have lines");
        }
        let is_done = match action {
            Action::FormLineUp => input.move_line(-1),
            Action::FormLineDown => input.move_line(1),
            Action::FormOpenLine => input.open_line(),
            _ => input.drop_line(),
        };
        if !is_done {
            state.tell(Level::Info, "no further that way");
        }
    }

    fn save(&mut self, state: &mut State) -> After {
        let automation = &self.view.automation;
        match self.sheet().changes(automation) {
            Ok(values) if values.is_empty() => {
                state.tell(Level::Info, "nothing was changed");
            }
            Ok(values) => {
                let (id, revision) = (automation.id, automation.revision);
                state.edit(Edit { id, revision, values });
            }
            Err(why) => {
                state.tell(Level::Error, format!("not saved: {why}"));
                return After::Keep;
            }
        }
        self.fate = Fate::Saved;
        After::Close
    }

    pub(super) fn paint(&self, state: &State, painter: &mut Painter<'_>) {
        let width = WIDTH.min(state.size.0).saturating_sub(LABEL + 4);
        let heights: Vec<u16> = self.fields.iter().map(|(_, input)| height(input, width)).collect();
        let total: u16 = heights.iter().sum();
        let key = |action| state.keymap.shown_key(action);
        let hint = format!("{} saves, {} leaves", key(Action::FormSave), key(Action::FormCancel));
        let id = self.view.automation.id;
        let body = panel(painter, state.size, (WIDTH, total + 2), &format!("edit #{id}"), &hint);
        let room = body.height.saturating_sub(1);
        let above: u16 = heights[..=self.at].iter().sum();
        let mut skip = above.saturating_sub(room);
        let mut y = body.y;
        for (at, (name, input)) in self.fields.iter().enumerate() {
            let lines = heights[at];
            if skip >= lines {
                skip -= lines;
                continue;
            }
            let lines = (lines - std::mem::take(&mut skip)).min((body.y + room).saturating_sub(y));
            if lines == 0 {
                break;
            }
            let is_here = at == self.at;
            let role = if is_here { Role::Accent } else { Role::Dim };
            let style = on_panel(painter.theme, role);
            painter.styled(body.x, y, LABEL - 1, name.label(), style);
            let area = Rect {
                x: body.x + LABEL,
                y,
                width: body.width.saturating_sub(LABEL),
                height: lines,
            };
            if is_here {
                painter.tint(area, Role::Input);
                input.paint(painter, area, true);
            } else if input.has_lines() {
                input.paint(painter, area, false);
            } else {
                let style = on_panel(painter.theme, Role::Text);
                let text = input.text();
                painter.styled(area.x, y, area.width, &fitted(&text, area.width), style);
            }
            y += lines;
        }
        let hint = self.fields[self.at].0.hint();
        let style = on_panel(painter.theme, Role::Dim);
        painter.styled(body.x + LABEL, body.bottom() - 1, body.width - LABEL, hint, style);
    }
}

/// A field's text as its input shows it.
fn shown(name: Name, sheet: &Sheet) -> String {
    let text = name.read(sheet);
    let input = if name.has_lines() { Input::lines(&text) } else { Input::line(&text) };
    input.text()
}

/// Rows that a field takes in `width` columns.
fn height(input: &Input, width: u16) -> u16 {
    (input.row_count(width.saturating_sub(1)) as u16).clamp(1, 6)
}
