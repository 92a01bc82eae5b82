//! How providers stand, asked without spending anything.

use super::{BreakerState, CallError, Models, Provider};

/// How a provider stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    pub name: String,
    pub address: String,
    pub breaker: BreakerState,
    pub keys: usize,
    /// Why a key could not be had.
    pub trouble: Option<String>,
    /// The models that it is asked for and does not list; `None` where it lists none.
    pub missing: Option<Vec<String>>,
    /// What each key met with.
    pub refusals: Vec<CallError>,
}

impl Models {
    /// Looks at each provider without spending anything.
    pub async fn list_status(&self) -> Vec<ProviderStatus> {
        let mut all = Vec::with_capacity(self.providers().len());
        for provider in self.providers() {
            let (mut missing, mut refusals) = (None, Vec::new());
            for model in provider.models() {
                match model.list_models().await {
                    Ok(known) if known.is_empty() => {}
                    Ok(known) => missing = Some(unknown(provider, &known)),
                    // Listing is no part of what every endpoint has.
                    Err(CallError::NotOffered { .. }) => {}
                    Err(error) => refusals.push(error),
                }
            }
            all.push(ProviderStatus {
                name: provider.settings.name.clone(),
                address: provider.settings.address.clone(),
                breaker: provider.breaker.state(self.now()),
                keys: provider.count_seats(),
                trouble: provider.trouble().map(str::to_owned),
                missing,
                refusals,
            });
        }
        all
    }
}

/// The models that a provider is asked for and does not know.
fn unknown(provider: &Provider, known: &[String]) -> Vec<String> {
    let settings = &provider.settings;
    [&settings.cheap, &settings.strong, &settings.embedding]
        .into_iter()
        .filter(|model| !model.is_empty() && !known.contains(model))
        .cloned()
        .collect()
}
