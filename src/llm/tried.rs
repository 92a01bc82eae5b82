//! What kept providers from answering one question.

use super::call::Turned;
use super::{LlmError, Provider};
use crate::model::OverBudget;
use jiff::Timestamp;

/// What kept providers from answering.
#[derive(Default)]
pub(super) struct Tried {
    reasons: Vec<(String, String)>,
    pub(super) retry_at: Option<Timestamp>,
    pub(super) over: Option<OverBudget>,
    failed: Option<LlmError>,
}

impl Tried {
    pub(super) fn add(&mut self, provider: &Provider, turned: Turned) -> Result<(), LlmError> {
        match turned {
            Turned::Stop(error) => return Err(error),
            Turned::Failed(error) => self.failed = Some(error),
            Turned::Aside { why, retry_at, over } => {
                self.reasons.push((provider.settings.name.clone(), why));
                self.retry_at = [self.retry_at, retry_at].into_iter().flatten().min();
                self.over = self.over.or(over);
            }
        }
        Ok(())
    }

    pub(super) fn into_error(self, task: &str) -> LlmError {
        let task = task.to_owned();
        // What waits comes first: the same question may be answered later as it is.
        match (self.over, self.failed) {
            (Some(over), _) => LlmError::Budget { task, over },
            (None, Some(failed)) if self.reasons.is_empty() => failed,
            (None, None) if self.reasons.is_empty() => LlmError::NotConfigured { task },
            (None, _) => {
                LlmError::Unavailable { task, tried: self.reasons, retry_at: self.retry_at }
            }
        }
    }
}
