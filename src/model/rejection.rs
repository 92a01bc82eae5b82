//! Why items are rejected, and what that teaches.

use super::automation::named;

named! {
    /// A usual reason for a rejection; a reviewer may give any other in words of their own.
    Rejection {
        OffTopic = "off topic",
        NotAutomation = "not an automation",
        Duplicate = "duplicate",
        TooVague = "too vague",
        Outdated = "outdated",
        Spam = "spam",
    }
}

impl Rejection {
    /// When it is meant: a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::OffTopic => "of no use to us",
            Self::NotAutomation => "news, an opinion, a list: nothing that runs",
            Self::Duplicate => "the same as another; teaches nothing of its worth",
            Self::TooVague => "too little said to build it",
            Self::Outdated => "good once; teaches little of its worth",
            Self::Spam => "it sells or lures, and tells nothing",
        }
    }

    /// How much such a rejection says of the worth of items like it, 0..=1.
    pub fn lesson(self) -> f32 {
        match self {
            Self::OffTopic | Self::NotAutomation | Self::Spam => 1.0,
            // How it was told is more to blame than what it is.
            Self::TooVague => 0.7,
            Self::Outdated => 0.25,
            Self::Duplicate => 0.0,
        }
    }

    /// The usual reason that a reason in words begins with: `duplicate of #12` is a duplicate.
    pub fn of(reason: &str) -> Option<Self> {
        let reason = reason.trim().to_lowercase();
        Self::ALL.iter().copied().find(|usual| reason.starts_with(usual.name()))
    }

    /// How much a rejection for `reason` says, 0..=1; one of its own words, or none, says all.
    pub fn lesson_of(reason: Option<&str>) -> f32 {
        reason.and_then(Self::of).map_or(1.0, Self::lesson)
    }

    /// The name as one word, as the command line takes it: `off-topic`.
    pub fn word(self) -> &'static str {
        match self {
            Self::OffTopic => "off-topic",
            Self::NotAutomation => "not-an-automation",
            Self::TooVague => "too-vague",
            Self::Duplicate | Self::Outdated | Self::Spam => self.name(),
        }
    }

    /// A reason as it is kept: that of a usual one, by its name or its word, else as it stands.
    pub fn kept(reason: &str) -> String {
        let usual = Self::ALL.iter().find(|usual| {
            let is = |name: &str| name.eq_ignore_ascii_case(reason.trim());
            is(usual.name()) || is(usual.word())
        });
        usual.map_or_else(|| reason.trim().to_owned(), |usual| usual.name().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(None, 1.0)]
    #[case(Some("only a list"), 1.0)]
    #[case(Some("Duplicate of #12"), 0.0)]
    #[case(Some("duplicates another"), 0.0)]
    #[case(Some("outdated"), 0.25)]
    fn a_rejection_teaches_by_its_reason(#[case] reason: Option<&str>, #[case] wanted: f32) {
        assert_eq!(Rejection::lesson_of(reason), wanted);
    }

    #[test]
    fn a_word_is_the_name_with_dashes() {
        for usual in Rejection::ALL {
            assert_eq!(usual.word(), usual.name().replace(' ', "-"));
        }
    }

    #[rstest]
    #[case("off-topic", "off topic")]
    #[case(" Too Vague ", "too vague")]
    #[case("not ours", "not ours")]
    fn a_usual_reason_is_kept_by_its_name(#[case] typed: &str, #[case] kept: &str) {
        assert_eq!(Rejection::kept(typed), kept);
    }
}
