//! `reservoir edit`.

use super::{CliError, Context, items};
use crate::model::{AutomationId, Edit, Field, Refusal};
use crate::review;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_name = "ID")]
    id: AutomationId,
    /// A field and its new value, as `title=No-show rescue`; lists as JSON or comma-separated
    /// (tags). May be given again.
    #[arg(long = "set", value_name = "FIELD=VALUE", required_unless_present = "from")]
    set: Vec<String>,
    /// A JSON object of fields and values, in the shape that `show --json` writes.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Refuse where the item is no longer at this revision.
    #[arg(long, value_name = "N")]
    revision: Option<u32>,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let mut values = match &args.from {
        Some(path) => read_object(path)?,
        None => Vec::new(),
    };
    for pair in &args.set {
        values.push(parse_pair(pair)?);
    }
    let store = context.open_store()?;
    let id = args.id;
    let found = store.read(move |reading| Ok::<_, CliError>(reading.find_automation(id)?)).await?;
    let item = found.ok_or(Refusal::Unknown(id))?;
    let edit = Edit { id, revision: args.revision.unwrap_or(item.revision), values };
    let outcome = review::edit(&store, edit, context.reviewer()?).await?;
    items::report(context, &outcome, "edited")
}

fn read_object(path: &PathBuf) -> Result<Vec<(Field, Value)>, CliError> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| CliError::Failed {
        what: format!("cannot read {name}: {error}"),
        hint: None,
    })?;
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| CliError::Usage {
            what: format!("{name}:{}:{}: {error}", error.line(), error.column()),
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
