//! The domain's types, ids, states and pure rules.
//!
//! Does: name what the product talks about, and hold the rules that need no I/O (review state
//! machine, field changes, ISO weeks). Does not: read a clock, a file, a database or a setting.

mod automation;
mod company;
mod document;
mod duplicate;
mod evidence;
mod figures;
mod id;
mod job;
mod money;
mod opinion;
mod ranking;
mod rejection;
mod review;
mod schedule;
mod search;
mod source;
mod spending;
mod view;
mod week;

pub(crate) use automation::named;

pub use automation::{
    Automation, Claim, ClaimUnit, Complexity, Content, Doubt, Draft, Location, Period, Scored,
    Step, ToolRole, ToolUse, Trigger, TriggerKind,
};
pub use company::{Claimed, Company, MergeRule};
pub use document::{Document, DocumentKind, Mark, NewDocument, RawBody};
pub use duplicate::{
    DuplicatePair, DuplicateState, DuplicateVerdict, Fold, Joined, Kept, LookAlikes, Separation,
};
pub use evidence::{Evidence, Field, Span};
pub use figures::{
    CONFIDENCE_BINS, Cost, Figures, Idea, Judged, ReportedItem, Today, WeekReport, Yield, pace,
};
pub use id::{
    AutomationId, BatchId, BodyId, CallId, DecisionId, DocumentId, JobId, ModelBatchId, RunId,
    SourceId,
};
pub use job::{JobRow, JobState, Progress, Stage};
pub use money::{Money, MoneyError};
pub use opinion::{Agreement, Opinion, is_disputed};
pub use ranking::{Candidate, Judgement, Parts, RankReason, SURE, uncertainty};
pub use rejection::Rejection;
pub use review::{
    Decision, DecisionKind, Edit, FieldChange, Origin, Refusal, Status, Verdict, normal_tags,
};
pub use schedule::{Schedule, ScheduleError};
pub use search::{
    Facet, FacetField, Hit, HitParts, SavedSearch, SearchAnswer, SearchMode, SearchQuery,
};
pub use source::{NewSource, Source, SourceHealth, SourceKind, SourceRow};
pub use spending::{
    BudgetKind, Budgets, CallOutcome, OverBudget, Permission, Price, Reservation, Settlement,
    Spending, SpendingWarning, Usage,
};
pub use view::{Counts, DecisionRow, InboxRow, ItemView, Order, QueueFilter, Rereading};
pub use week::{Week, WeekError};
