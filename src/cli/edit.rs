//! `reservoir edit`.

use super::compose::{Composed, compose};
use super::input::Input;
use super::{CliError, Context, items};
use crate::model::{Automation, AutomationId, Edit, Field, Refusal};
use crate::review;
use crate::store::Store;
use crate::text::{content, sheet};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_name = "ID")]
    id: AutomationId,
    /// A field and its new value, as `title=No-show rescue`; lists as JSON or comma-separated
    /// (tags). May be given again.
    #[arg(long = "set", value_name = "FIELD=VALUE", required_unless_present_any = ["from", "editor"])]
    set: Vec<String>,
    /// A JSON object of fields and values, in the shape that `show --json` writes; `-` reads
    /// standard input.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Change it in $VISUAL or $EDITOR.
    #[arg(long, conflicts_with_all = ["set", "from"])]
    editor: bool,
    /// Refuse where the item is no longer at this revision.
    #[arg(long, value_name = "N")]
    revision: Option<u32>,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let mut values = match &args.from {
        Some(path) => read_object(&Input::read(path)?)?,
        None => Vec::new(),
    };
    for pair in &args.set {
        values.push(parse_pair(pair)?);
    }
    let store = context.open_store()?;
    let id = args.id;
    let found = store.read(move |reading| Ok::<_, CliError>(reading.find_automation(id)?)).await?;
    let item = found.ok_or(Refusal::Unknown(id))?;
    let revision = args.revision.unwrap_or(item.revision);
    if args.editor {
        if revision != item.revision {
            return Err(Refusal::Stale { id, seen: revision, now: item.revision }.into());
        }
        return edit_in_editor(context, &store, &item).await;
    }
    let edit = Edit { id, revision, values: sound(&item, &values)? };
    let outcome = review::edit(&store, edit, context.reviewer()?).await?;
    items::report(context, &outcome, "edited")
}

async fn edit_in_editor(
    context: &Context,
    store: &Store,
    item: &Automation,
) -> Result<(), CliError> {
    let read = |text: &str| {
        let values = sheet::read(text, item)?;
        let whole = |error: CliError| sheet::SheetError { line: None, what: error.to_string() };
        sound(item, &values).map_err(whole)
    };
    let name = format!("automation-{}.toml", item.id);
    match compose(context, &name, &sheet::write(item), read)? {
        Composed::Written(values, kept) if !values.is_empty() => {
            let edit = Edit { id: item.id, revision: item.revision, values };
            let who = context.reviewer().map_err(|error| kept.beside(error))?;
            let edited = review::edit(store, edit, who).await;
            let outcome = edited.map_err(|error| kept.beside(error.into()))?;
            kept.forget();
            items::report(context, &outcome, "edited")
        }
        Composed::Written(_, kept) => {
            kept.forget();
            items::report_nothing(context, "nothing was changed")
        }
        Composed::Dropped => items::report_nothing(context, "nothing was changed"),
    }
}

/// The values as they are kept: safe, and held against the bounds of their fields.
fn sound(item: &Automation, values: &[(Field, Value)]) -> Result<Vec<(Field, Value)>, CliError> {
    let mut next = item.clone();
    for (field, value) in values {
        next.set(*field, value)?;
    }
    next.content = content::clean(next.content);
    let is_touched = |field: Field| values.iter().any(|(touched, _)| *touched == field);
    let unfit = content::unfit(&next.content).into_iter().find(|unfit| is_touched(unfit.field));
    match unfit {
        Some(unfit) => Err(CliError::Usage { what: unfit.why, hint: None }),
        None => Ok(values.iter().map(|(field, _)| (*field, next.value(*field))).collect()),
    }
}

fn read_object(input: &Input) -> Result<Vec<(Field, Value)>, CliError> {
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(&input.text).map_err(|error| CliError::Usage {
            what: format!("{}:{}:{}: {error}", input.name, error.line(), error.column()),
            hint: Some("write one JSON object, as {\"title\": \"…\", \"tags\": [\"…\"]}".into()),
        })?;
    object.into_iter().map(|(key, value)| Ok((editable(&key)?, value))).collect()
}

fn parse_pair(pair: &str) -> Result<(Field, Value), CliError> {
    let (name, value) = pair.split_once('=').ok_or_else(|| CliError::Usage {
        what: format!("`{pair}` is not FIELD=VALUE"),
        hint: Some("write --set 'title=A better title'".into()),
    })?;
    let field = editable(name.trim())?;
    let value = match field {
        Field::Title | Field::Description | Field::Problem | Field::Complexity => {
            if value.is_empty() { Value::Null } else { Value::String(value.to_owned()) }
        }
        Field::Tags if !value.trim_start().starts_with('[') => {
            value.split(',').map(|tag| Value::String(tag.trim().to_owned())).collect()
        }
        _ => serde_json::from_str(value).map_err(|error| CliError::Usage {
            what: format!("the value of `{}` is not JSON: {error}", field.name()),
            hint: Some(format!("`reservoir show ID --json` shows the shape of `{}`", field.name())),
        })?,
    };
    Ok((field, value))
}

fn editable(name: &str) -> Result<Field, CliError> {
    Field::from_name(name).filter(|field| Field::EDITABLE.contains(field)).ok_or_else(|| {
        let names: Vec<_> = Field::EDITABLE.iter().map(|field| field.name()).collect();
        CliError::Usage {
            what: format!("there is no field `{name}` to edit"),
            hint: Some(format!("fields are: {}", names.join(", "))),
        }
    })
}
