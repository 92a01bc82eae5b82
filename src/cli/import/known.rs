//! Which rows of a sheet were brought in before.

use super::super::{CliError, Context};
use crate::model::{Automation, AutomationId, Content, Order, QueueFilter, Status};
use crate::store::{Reading, Store, StoreError};
use crate::text::fold;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The setting that remembers imported rows: what they said, whatever became of the items since.
const SETTING: &str = "imported_rows";
/// Rows loaded at a time.
const BATCH: usize = 500;

/// What a row says, in 32 hexadecimal digits; white space and case do not count.
pub fn key(content: &Content) -> String {
    let trigger = content.trigger.iter().map(|trigger| trigger.text.as_str());
    let steps = content.steps.iter().map(|step| step.text.as_str());
    let mut hasher = blake3::Hasher::new();
    for part in [content.title.as_str()].into_iter().chain(trigger).chain(steps) {
        let part = fold(&part.split_whitespace().collect::<Vec<_>>().join(" "));
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// The items that rows with these contents were or would be, by key.
pub async fn find(
    store: &Store,
    contents: &[&Content],
) -> Result<HashMap<String, (AutomationId, Status)>, CliError> {
    let wanted: HashSet<String> = contents.iter().map(|content| key(content)).collect();
    let titles: HashSet<String> = contents.iter().map(|content| fold(&content.title)).collect();
    let found = store.read(move |reading| look(reading, &wanted, &titles)).await?;
    Ok(found)
}

fn look(
    reading: &Reading<'_>,
    wanted: &HashSet<String>,
    titles: &HashSet<String>,
) -> Result<HashMap<String, (AutomationId, Status)>, StoreError> {
    let mut found = HashMap::new();
    let filter = QueueFilter {
        status: None,
        folds_duplicates: false,
        order: Order::Newest,
        ..QueueFilter::default()
    };
    for ids in reading.list_queue(&filter)?.chunks(BATCH) {
        for row in reading.load_rows(ids)?.iter().filter(|row| titles.contains(&fold(&row.title))) {
            let Some(item) = reading.find_automation(row.id)? else { continue };
            found.insert(key(&item.content), (item.id, item.status));
        }
    }
    let remembered: BTreeMap<String, AutomationId> =
        reading.find_setting(SETTING)?.unwrap_or_default();
    for (key, id) in remembered.into_iter().filter(|(key, _)| wanted.contains(key)) {
        if let Some(item) = reading.find_automation(id)? {
            found.insert(key, (id, item.status));
        }
    }
    Ok(found)
}

/// Remembers that these items came from rows: an edit must not make the row new again.
pub async fn remember(context: &Context, added: &[Automation]) -> Result<(), CliError> {
    let new: Vec<(String, AutomationId)> =
        added.iter().map(|item| (key(&item.content), item.id)).collect();
    let store = context.open_store()?;
    store
        .write(move |writing| {
            let mut all: BTreeMap<String, AutomationId> =
                writing.find_setting(SETTING)?.unwrap_or_default();
            all.extend(new);
            writing.save_setting(SETTING, &all, Timestamp::now())
        })
        .await?;
    Ok(())
}
