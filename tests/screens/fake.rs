//! A store in memory that answers commands at once.

use crate::sample::{item, now, row};
use reservoir::model::*;
use reservoir::tui::*;
use std::sync::Arc;

pub(crate) struct Fake {
    pub(crate) items: Vec<ItemView>,
    pub(crate) jobs: JobsView,
    pub(crate) is_empty: bool,
    /// Writes fail with this, while it is set.
    pub(crate) failure: Option<String>,
    /// Writes are not answered, while it is set.
    pub(crate) holds: bool,
    pub(crate) done_today: u64,
    pub(crate) searches: Vec<FoundSearch>,
    pub(crate) sources: Vec<SourceRow>,
    pub(crate) ideas: Vec<Idea>,
    /// What was decided, newest first.
    pub(crate) today: Vec<DecisionRow>,
    apart: Vec<(AutomationId, AutomationId)>,
    journal: Vec<Vec<(usize, Automation)>>,
    undone: Vec<Vec<(usize, Automation)>>,
}

impl Fake {
    pub(crate) fn new(count: usize) -> Self {
        let mut items: Vec<ItemView> = (0..count).map(item).collect();
        if items.len() > 8 {
            let behind = vec![row(&items[7]), row(&items[8])];
            items[0].duplicates = behind;
            make_variants(&mut items);
        }
        Self {
            items,
            jobs: JobsView::default(),
            is_empty: count == 0,
            failure: None,
            holds: false,
            done_today: 38,
            searches: Vec::new(),
            sources: crate::figures::sources(),
            ideas: Vec::new(),
            today: Vec::new(),
            apart: Vec::new(),
            journal: Vec::new(),
            undone: Vec::new(),
        }
    }

    pub(crate) fn status(&self, id: i64) -> Status {
        self.items[id as usize - 1].automation.status
    }

    /// Somebody else gives a verdict.
    pub(crate) fn others_decide(&mut self, id: i64, status: Status, reviewer: &str) {
        let view = &mut self.items[id as usize - 1];
        view.automation.status = status;
        view.automation.revision += 1;
        let row = decision(view, status.name(), reviewer);
        view.history.insert(0, row);
    }

    fn fits(&self, view: &ItemView, filter: &QueueFilter) -> bool {
        let automation = &view.automation;
        let text = automation.content.title.to_lowercase();
        filter.status.is_none_or(|status| status == automation.status)
            && filter.words.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
            && filter.facets.iter().all(|(field, value)| self.has(view, *field, value))
    }

    fn has(&self, view: &ItemView, field: FacetField, value: &str) -> bool {
        let content = &view.automation.content;
        match field {
            FacetField::Function => content.functions.first().is_some_and(|f| f.label == value),
            FacetField::Tag => content.tags.iter().any(|tag| tag == value),
            FacetField::Kind => view.document.as_ref().is_some_and(|d| d.kind.name() == value),
            _ => true,
        }
    }

    fn ids(&self, filter: &QueueFilter) -> Arc<[AutomationId]> {
        let mut ids: Vec<AutomationId> = self
            .items
            .iter()
            .filter(|view| self.fits(view, filter))
            .map(|v| v.automation.id)
            .collect();
        if filter.order == Order::Uncertain {
            ids.reverse();
        }
        ids.into()
    }

    fn rows(&self, ids: &[AutomationId]) -> Vec<InboxRow> {
        ids.iter().filter_map(|id| self.items.get(id.0 as usize - 1)).map(row).collect()
    }

    /// A pair, and three of which the last is alike to the second only.
    fn groups(&self) -> Vec<LookAlikes> {
        let joined = |id, through: Option<i64>, p| Joined {
            id: AutomationId(id),
            through: through.map(AutomationId),
            p,
        };
        let all = [
            vec![joined(2, None, 1.0), joined(12, None, 0.99)],
            vec![joined(1, None, 1.0), joined(8, None, 0.97), joined(9, Some(8), 0.88)],
        ];
        let is_open = |member: &Joined| {
            let view = self.items.get(member.id.0 as usize - 1);
            view.is_some_and(|view| {
                !matches!(view.automation.status, Status::Rejected | Status::Merged)
            })
        };
        let is_apart = |id: AutomationId| self.apart.iter().any(|(a, b)| *a == id || *b == id);
        let mut groups = Vec::new();
        for mut members in all {
            let lead = members[0].id;
            members.retain(|member| is_open(member) && (member.id == lead || !is_apart(member.id)));
            if members.len() > 1 {
                groups.push(LookAlikes { members });
            }
        }
        groups
    }

    fn counts(&self) -> Counts {
        let of =
            |status| self.items.iter().filter(|v| v.automation.status == status).count() as u64;
        Counts {
            inbox: of(Status::Inbox),
            approved: of(Status::Approved),
            rejected: of(Status::Rejected),
            deferred: of(Status::Deferred),
            merged: of(Status::Merged),
            documents: self.items.len() as u64,
            done_today: self.done_today,
            dead_letters: self.jobs.dead_letters.len() as u64,
            failing_sources: 2,
        }
    }

    fn write(
        &mut self,
        ids: &[AutomationId],
        change: impl Fn(&mut Automation),
    ) -> Result<DecidedItems, String> {
        if let Some(why) = self.failure.clone() {
            return Err(why);
        }
        let mut before = Vec::new();
        let mut done = Vec::new();
        for id in ids {
            let at = id.0 as usize - 1;
            let automation = &mut self.items[at].automation;
            before.push((at, automation.clone()));
            change(automation);
            automation.revision += 1;
            automation.decided = Some(now());
            done.push((*id, automation.revision));
        }
        self.done_today += ids.len() as u64;
        self.journal.push(before);
        self.undone.clear();
        Ok(DecidedItems { done, ..DecidedItems::default() })
    }

    fn decide(&mut self, items: &[Seen], verdict: &Verdict) -> Result<DecidedItems, String> {
        let mut conflicts = Vec::new();
        let fits = items.iter().filter(|(id, revision)| {
            let view = &self.items[id.0 as usize - 1];
            let automation = &view.automation;
            let is_stale = revision.is_some_and(|seen| seen != automation.revision);
            if is_stale {
                conflicts.push(Conflict {
                    id: *id,
                    title: automation.content.title.clone(),
                    revision: automation.revision,
                    status: automation.status,
                    last: view.history.first().cloned(),
                });
            }
            !is_stale
        });
        let ids: Vec<AutomationId> = fits.map(|(id, _)| *id).collect();
        let verdict = verdict.clone();
        let batch = BatchId(self.journal.len() as i64 + 1);
        for id in &ids {
            let mut row = decision(&self.items[id.0 as usize - 1], verdict.status().name(), "ada");
            (row.id, row.batch) = (DecisionId(self.today.len() as i64 + 1), batch);
            self.today.insert(0, row);
        }
        let mut decided = self.write(&ids, |automation| {
            automation.status = verdict.status();
            if let Verdict::Reject { reason } = &verdict {
                automation.reason.clone_from(reason);
            }
        })?;
        decided.conflicts = conflicts;
        Ok(decided)
    }

    fn reverse(&mut self, is_redo: bool) -> Loaded {
        let batch = if is_redo { self.undone.pop() } else { self.journal.pop() };
        let outcome = match batch {
            None => Err(format!("nothing to {}", if is_redo { "redo" } else { "undo" })),
            Some(batch) => {
                let mut now = Vec::new();
                let mut done = Vec::new();
                for (at, before) in batch {
                    let revision = self.items[at].automation.revision + 1;
                    now.push((at, self.items[at].automation.clone()));
                    self.items[at].automation = Automation { revision, ..before };
                    done.push((self.items[at].automation.id, revision));
                }
                let summary = format!("verdict on {} item(s)", done.len());
                if is_redo {
                    self.journal.push(now)
                } else {
                    self.undone.push(now)
                }
                Ok(ReversedItems { summary, done, refused: Vec::new() })
            }
        };
        Loaded::Reversed { is_redo, outcome }
    }

    fn facets(&self) -> Vec<Facet> {
        let mut facets: Vec<Facet> = Vec::new();
        for view in self.items.iter().filter(|v| v.automation.status == Status::Approved) {
            let function = view.automation.content.functions.first().map(|f| f.label.clone());
            let kind = view.document.as_ref().map(|d| d.kind.name().to_owned());
            for (field, value) in [(FacetField::Function, function), (FacetField::Kind, kind)] {
                let Some(value) = value else { continue };
                match facets.iter_mut().find(|f| f.field == field && f.value == value) {
                    Some(facet) => facet.count += 1,
                    None => facets.push(Facet { field, value, count: 1 }),
                }
            }
        }
        for status in [Status::Approved, Status::Inbox, Status::Rejected] {
            let count = self.items.iter().filter(|v| v.automation.status == status).count() as u64;
            facets.push(Facet { field: FacetField::Status, value: status.to_string(), count });
        }
        facets
    }

    fn search(&self, query: &SearchQuery) -> SearchAnswer {
        let words: Vec<String> =
            query.text.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let mut hits = Vec::new();
        for view in &self.items {
            let title = view.automation.content.title.to_lowercase();
            let found = words.iter().filter(|word| title.contains(*word)).count();
            let fits = query.statuses.contains(&view.automation.status)
                && query.filters.iter().all(|(field, value)| self.has(view, *field, value));
            if found > 0 && fits {
                let share = found as f32 / words.len() as f32;
                let parts = HitParts {
                    words: share * 9.0,
                    words_share: share,
                    meaning: 0.41,
                    meaning_share: 0.62,
                    is_exact: false,
                };
                let score = query.weight * share + (1.0 - query.weight) * 0.62;
                hits.push(Hit { id: view.automation.id, score, parts });
            }
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        let total = hits.len() as u64;
        hits.truncate(query.limit);
        SearchAnswer { hits, total, facets: self.facets(), terms: words, notice: None }
    }

    pub(crate) fn tags(&self) -> Vec<(String, u64)> {
        vec![
            ("sms".to_owned(), 41),
            ("reactivation".to_owned(), 12),
            ("later".to_owned(), 10),
            ("quick-win".to_owned(), 9),
        ]
    }

    /// Answers a command, if it is one that the store answers.
    pub(crate) fn answer(&mut self, command: &Command) -> Option<Loaded> {
        if self.holds && is_write(command) {
            return None;
        }
        let ids = |items: &[Seen]| items.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        Some(match command {
            Command::LoadQueue { generation, filter } => {
                Loaded::Queue { generation: *generation, ids: self.ids(filter) }
            }
            Command::LoadRows(ids) => Loaded::Rows { asked: ids.clone(), rows: self.rows(ids) },
            Command::LoadItem { generation, id } => {
                let view = self.items.get(id.0 as usize - 1).cloned().map(Arc::new);
                Loaded::Item { generation: *generation, id: *id, view }
            }
            Command::Search { generation, query } => {
                let answer = Arc::new(self.search(query));
                let first: Vec<_> = answer.hits.iter().take(60).map(|hit| hit.id).collect();
                Loaded::Search { generation: *generation, answer, rows: self.rows(&first) }
            }
            Command::FindSimilar { generation, id, among, most } => {
                // Every twelfth is of the same kind.
                let is_like = |other: &&AutomationId| **other != *id && (other.0 - id.0) % 12 == 0;
                let found = among.iter().filter(is_like).take(*most).copied().collect();
                Loaded::Similar { generation: *generation, id: *id, found: Some(found) }
            }
            Command::LoadToday { generation } => {
                Loaded::Today { generation: *generation, rows: self.today.clone() }
            }
            Command::UndoDecision { id, .. } => {
                if let Some(row) = self.today.iter_mut().find(|row| row.id == *id) {
                    row.is_undone = true;
                }
                self.reverse(false)
            }
            Command::LoadDuplicates { generation } => {
                Loaded::Duplicates { generation: *generation, groups: self.groups() }
            }
            Command::LoadIdeas { generation } => {
                Loaded::Ideas { generation: *generation, ideas: self.ideas.clone() }
            }
            Command::LoadSources { generation } => {
                Loaded::Sources { generation: *generation, rows: self.sources.clone() }
            }
            Command::EnableSource { name, is_enabled } => {
                for row in self.sources.iter_mut().filter(|row| row.source.name == *name) {
                    row.source.is_enabled = *is_enabled;
                }
                Loaded::SourcesChanged
            }
            Command::RemoveSource { name } => {
                self.sources.retain(|row| row.source.name != *name);
                Loaded::SourcesChanged
            }
            Command::TestSource { name } => Loaded::SourceTested {
                name: name.clone(),
                outcome: Ok(SourceVisit {
                    documents: vec![("new", "A new one".into()), ("known", "An old one".into())],
                    summary: "1 new, 1 known".into(),
                }),
            },
            Command::LoadReport { generation, week } => {
                let report = Arc::new(crate::figures::report(*week));
                Loaded::Report { generation: *generation, report }
            }
            Command::LoadOverview { generation } => {
                let overview = Arc::new(crate::figures::overview());
                Loaded::Overview { generation: *generation, overview }
            }
            Command::LoadCounts => Loaded::Counts(self.counts()),
            Command::LoadJobs => Loaded::Jobs(self.jobs.clone()),
            Command::LoadSearches => Loaded::Searches(self.searches.clone()),
            Command::SaveSearch { name, query } => {
                self.searches.retain(|found| found.saved.name != *name);
                let saved = SavedSearch { name: name.clone(), query: query.clone(), seen: now() };
                self.searches.push(FoundSearch { saved, new: 0 });
                Loaded::Searches(self.searches.clone())
            }
            Command::DeleteSearch { name } => {
                self.searches.retain(|found| found.saved.name != *name);
                Loaded::Searches(self.searches.clone())
            }
            Command::LoadTags => Loaded::Tags(self.tags()),
            Command::SuggestTags(id) => {
                Loaded::SuggestedTags { id: *id, tags: vec!["quick-win".to_owned()] }
            }
            Command::Decide { token, items, verdict } => {
                Loaded::Decided { token: *token, outcome: self.decide(items, verdict) }
            }
            Command::SetTags { token, items, add, remove } => {
                let outcome = self.write(&ids(items), |automation| {
                    let tags = &mut automation.content.tags;
                    tags.retain(|tag| !remove.contains(tag));
                    tags.extend(add.iter().cloned());
                });
                Loaded::Decided { token: *token, outcome }
            }
            Command::Edit { token, edit } => {
                let outcome = self.write(&[edit.id], |automation| {
                    for (field, value) in &edit.values {
                        automation.set(*field, value).unwrap();
                    }
                });
                Loaded::Decided { token: *token, outcome }
            }
            Command::Merge { token, lead, members, .. } => {
                let lead = lead.0;
                let outcome = self.write(&ids(members), |automation| {
                    automation.status = Status::Merged;
                    automation.merged_into = Some(lead);
                });
                Loaded::Decided { token: *token, outcome }
            }
            Command::Apart { token, a, b } => {
                self.items[a.0 as usize - 1].duplicates.retain(|row| row.id != *b);
                self.apart.push((*a, *b));
                Loaded::Decided { token: *token, outcome: Ok(DecidedItems::default()) }
            }
            Command::Undo { .. } | Command::TakeApart { .. } => self.reverse(false),
            Command::Redo => self.reverse(true),
            _ => return None,
        })
    }
}

/// Look-alikes that tell of the same in other words.
fn make_variants(items: &mut [ItemView]) {
    let content = &mut items[7].automation.content;
    content.title = "No-show rescue that texts patients of dental clinics".to_owned();
    content.description =
        "Texts patients who did not come and offers the next free slots; one reply books it."
            .to_owned();
    content.steps.pop();
    content.tags = vec!["booking".to_owned(), "sms".to_owned()];
    items[8].automation.content.problem = Some("Empty chairs cost money.".to_owned());
    items[8].automation.content.title = "Rescue no-shows".to_owned();
    if let Some(twelfth) = items.get_mut(11) {
        twelfth.automation.content.title = "Invoice chaser, politely escalating".to_owned();
    }
}

/// A verdict on an item, as the journal tells it.
fn decision(view: &ItemView, summary: &str, reviewer: &str) -> DecisionRow {
    DecisionRow {
        id: DecisionId(1),
        batch: BatchId(1),
        automation: view.automation.id,
        title: view.automation.content.title.clone(),
        kind: DecisionKind::Verdict,
        summary: summary.to_owned(),
        fields: vec![Field::Status],
        reviewer: reviewer.to_owned(),
        origin: Origin::Workbench,
        at: now(),
        is_undone: false,
    }
}

fn is_write(command: &Command) -> bool {
    matches!(
        command,
        Command::Decide { .. }
            | Command::SetTags { .. }
            | Command::Edit { .. }
            | Command::Merge { .. }
    )
}
