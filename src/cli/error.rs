//! What a command ends with when it does not succeed.

/// A failed command: what went wrong, its hint, and the exit status that tells scripts which kind.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("{what}")]
    Failed { what: String, hint: Option<String> },
    #[error("{what}")]
    Usage { what: String, hint: Option<String> },
    #[error("{what}")]
    NotFound { what: String, hint: Option<String> },
    #[error("{what}")]
    Busy { what: String, hint: Option<String> },
}

impl CliError {
    /// A plain failure, its causes joined into one sentence.
    pub fn failed(error: &dyn std::error::Error) -> Self {
        let what = crate::text::with_causes(error);
        Self::Failed { what, hint: None }
    }

    /// The same error with the next step to take.
    #[must_use]
    pub fn with_hint(mut self, text: impl Into<String>) -> Self {
        let (Self::Failed { hint, .. }
        | Self::Usage { hint, .. }
        | Self::NotFound { hint, .. }
        | Self::Busy { hint, .. }) = &mut self;
        *hint = Some(text.into());
        self
    }

    pub fn hint(&self) -> Option<&str> {
        let (Self::Failed { hint, .. }
        | Self::Usage { hint, .. }
        | Self::NotFound { hint, .. }
        | Self::Busy { hint, .. }) = self;
        hint.as_deref()
    }

    /// 1 failed, 2 usage, 3 not found, 4 busy.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Failed { .. } => 1,
            Self::Usage { .. } => 2,
            Self::NotFound { .. } => 3,
            Self::Busy { .. } => 4,
        }
    }
}
