//! Language models, where some are configured: who answers, under which key, and what money is left.

use super::{Check, unreadable};
use crate::cli::Context;
use crate::cli::output::counted;
use crate::embed::MODEL_NAME;
use crate::jobs::searched_by;
use crate::llm::{Desk, LlmError, Models, ProviderStatus, SystemClock};
use crate::model::{Money, Spending};
use crate::settings::ModelsConfig;
use crate::store::{Reading, StoreError};
use crate::text::with_causes;
use jiff::Zoned;
use std::sync::Arc;

/// Asks each provider for its models, which costs nothing; no rows without one.
pub(super) async fn check_providers(context: &Context) -> Vec<Check> {
    // What is wrong in the settings is told by itself.
    let Ok(config) = context.config() else { return Vec::new() };
    let clock = Arc::new(SystemClock);
    let variable = |name: &str| std::env::var(name).ok();
    match Models::configured(&config.models, Desk::closed(), clock, variable) {
        Ok(None) => Vec::new(),
        Ok(Some(models)) => models.list_status().await.iter().map(check_provider).collect(),
        Err(error) => vec![no_setup(&error)],
    }
}

fn no_setup(error: &LlmError) -> Check {
    Check::wrong("model", with_causes(error), "mend [models] in the config")
}

fn check_provider(status: &ProviderStatus) -> Check {
    let ProviderStatus { name, address, .. } = status;
    if let Some(trouble) = &status.trouble {
        let step = format!("give `{name}` its key where the config says, env:NAME or file:PATH");
        return Check::wrong("model", format!("{name}: {trouble}"), step);
    }
    if let Some(refusal) = status.refusals.first() {
        let found = format!("{name} at {address}: {refusal}");
        let step = "check its address, its key and the network; what it would do waits";
        return Check::wrong("model", found, step);
    }
    if let Some(missing) = status.missing.as_ref().filter(|missing| !missing.is_empty()) {
        let found = format!("{name} at {address} has no model {}", missing.join(", "));
        return Check::wrong("model", found, "name a model that it lists");
    }
    let keys = match status.keys {
        0 => "asked without a key".to_owned(),
        count => format!("{} accepted", counted(count, "key", "keys")),
    };
    Check::ok("model", format!("{name} answers at {address}, {keys}"))
}

/// What is left of the day's and the month's budget, and what the operator should hear of.
pub(super) fn check_budget(context: &Context, reading: &Reading<'_>) -> Option<Check> {
    let config = context.config().ok()?.models;
    if config.provider.is_empty() {
        return None;
    }
    let now = Zoned::now();
    Some(match reading.spending(now.date()) {
        Ok(spending) => told(&config, &spending, now.hour()),
        Err(error) => unreadable("budget", &error),
    })
}

/// What is out at providers, where anything is.
pub(super) fn check_batches(reading: &Reading<'_>) -> Option<Check> {
    let out = match reading.list_model_batches() {
        Ok(out) => out,
        Err(error) => return Some(unreadable("batches", &error)),
    };
    let oldest = out.first()?;
    let documents: u64 = out.iter().map(|batch| batch.documents).sum();
    let found = format!(
        "{} with {documents} documents out, the oldest at {} since {}",
        counted(out.len(), "batch", "batches"),
        oldest.provider,
        oldest.sent.strftime("%Y-%m-%d %H:%M UTC")
    );
    Some(Check::ok("batches", found).with_step("a later run fetches what is done"))
}

/// Whose vectors are searched by, where that is not the embedded model alone.
pub(super) fn check_vectors(context: &Context, reading: &Reading<'_>) -> Option<Check> {
    let config = context.config().ok()?.models;
    let asked = config.provider.iter().find(|provider| provider.name == config.embeddings);
    let wanted = asked.map_or_else(
        || MODEL_NAME.to_owned(),
        |provider| format!("{}/{}", provider.name, provider.embedding),
    );
    let look = || Ok::<_, StoreError>((searched_by(reading)?, reading.count_unembedded(&wanted)?));
    let (searched, left) = match look() {
        Ok(looked) => looked,
        Err(error) => return Some(unreadable("vectors", &error)),
    };
    if searched == MODEL_NAME && wanted == MODEL_NAME {
        return None;
    }
    let check = Check::ok("vectors", format!("search goes by those of {searched}"));
    Some(match searched == wanted {
        true => check,
        false => {
            check.with_step(format!("{left} items have none of {wanted} yet; a run makes them"))
        }
    })
}

fn told(config: &ModelsConfig, spending: &Spending, hour: i8) -> Check {
    let budgets = config.budgets();
    let left = |limit: Money, spent: Money| (limit - spent).max(Money::ZERO);
    let found = format!(
        "{} of {} {currency} left today, {} of {} {currency} this month",
        left(budgets.day, spending.day),
        budgets.day,
        left(budgets.month, spending.month),
        budgets.month,
        currency = config.currency,
    );
    let item_cost = Some(config.item_warning).filter(|set| *set > Money::ZERO);
    let warnings = spending.warnings(&budgets, item_cost, hour);
    let check = Check::ok("budget", found);
    match warnings.is_empty() {
        true => check,
        false => {
            let words: Vec<String> = warnings.iter().map(ToString::to_string).collect();
            check.with_step(words.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_that_is_nearly_spent_is_told_before_the_evening() {
        let config = ModelsConfig::default();
        let spending = Spending {
            day: Money::from_micros(850_000),
            month: Money::from_micros(3_000_000),
            items: 10,
            ..Spending::default()
        };
        let check = told(&config, &spending, 9);
        assert_eq!(check.found, "0.15 of 1.00 USD left today, 17.00 of 20.00 USD this month");
        assert!(check.step.is_some_and(|step| step.contains("before 18:00")));
        assert!(told(&config, &spending, 19).step.is_none());
    }
}
