//! The panels of the Overview.

use crate::model::{Agreement, Figures, Judged, Money, Status, Today};
use crate::settings::Role;
use crate::text::sanitize_line;
use crate::tui::message::OverviewView;
use crate::tui::phrases::{percent, size, thousands};
use crate::tui::sheet::{Panel, Row};

/// Origins that are told each for itself.
const MOST_ORIGINS: usize = 10;
/// Rows of costs.
const MOST_COSTS: usize = 6;
/// Fewer judged items make no share worth a bar.
const LEAST_JUDGED: u64 = 3;

pub(super) fn approvals(figures: &Figures) -> Panel {
    let most = figures.approvals.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let row = |(week, count): &(crate::model::Week, u64)| {
        let bar = Some(*count as f64 / most as f64);
        Row::chart(format!("W{:02}", week.number()), bar, vec![thousands(*count)])
    };
    Panel::new("Approved a week", &[], figures.approvals.iter().map(row).collect())
}

pub(super) fn today(today: &Today, agreement: &Agreement) -> Panel {
    let row = |name: &str, count: u64| Row::chart(name, None, vec![thousands(count)]);
    let pace = today.pace.map_or_else(|| "–".to_owned(), |pace| format!("{pace:.0}/min"));
    let mut rows = vec![
        row("approved", today.approved),
        row("rejected", today.rejected),
        row("deferred", today.deferred),
        row("merged", today.merged),
        Row::chart("pace", None, vec![pace]),
    ];
    if agreement.items + agreement.waiting + agreement.disputed > 0 {
        let kappa = agreement.kappa.map_or_else(|| "–".to_owned(), |kappa| format!("{kappa:.2}"));
        rows.extend([
            Row::chart("agreement, κ", None, vec![kappa]),
            row("judged by two", agreement.items),
            row("differ", agreement.disputed),
            row("wait for a second", agreement.waiting),
        ]);
    }
    Panel::new("Decided today, by everybody", &[], rows)
}

pub(super) fn queue(figures: &Figures) -> Panel {
    let most = figures.statuses.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let row = |(status, count): &(Status, u64)| {
        let bar = Some(*count as f64 / most as f64);
        Row::chart(status.name(), bar, vec![thousands(*count)])
    };
    Panel::new("By status", &[], figures.statuses.iter().map(row).collect())
}

pub(super) fn yields(figures: &Figures) -> Panel {
    let shown = figures.yields.iter().take(MOST_ORIGINS);
    let mut rows: Vec<Row> = shown
        .map(|one| {
            let name = match one.origin.as_str() {
                "" => "no origin told".to_owned(),
                origin => sanitize_line(origin).into_owned(),
            };
            let bar = Some(one.approved as f64 / one.found.max(1) as f64);
            Row::chart(name, bar, vec![thousands(one.found), thousands(one.approved)])
        })
        .collect();
    let rest = figures.yields.get(MOST_ORIGINS..).unwrap_or_default();
    if !rest.is_empty() {
        let (found, approved) =
            rest.iter().fold((0, 0), |sum, one| (sum.0 + one.found, sum.1 + one.approved));
        let bar = Some(approved as f64 / found.max(1) as f64);
        let name = format!("{} others", thousands(rest.len() as u64));
        rows.push(Row::chart(name, bar, vec![thousands(found), thousands(approved)]));
    }
    if rows.is_empty() {
        rows.push(Row::words("nothing was found yet", Role::Dim));
    }
    Panel::new("Yield by source", &["found", "approved"], rows)
}

pub(super) fn confidence(figures: &Figures) -> Panel {
    let row = |(at, bin): (usize, &Judged)| {
        let name = if at == 9 { ".9 to 1".to_owned() } else { format!(".{at} to .{}", at + 1) };
        let share = bin.share().filter(|_| bin.judged >= LEAST_JUDGED);
        let told = share.map_or_else(|| "–".to_owned(), percent);
        Row::chart(name, share, vec![thousands(bin.judged), told])
    };
    // The surest first, as lists have it.
    let rows = figures.bins.iter().enumerate().rev().map(row).collect();
    Panel::new("Confidence and what became of it", &["judged", "approved"], rows)
}

pub(super) fn corrections(figures: &Figures) -> Panel {
    let of = figures.approved_as_read;
    let mut rows: Vec<Row> = figures
        .corrections
        .iter()
        .map(|(field, changed)| {
            let share = *changed as f64 / of.max(1) as f64;
            Row::chart(field.name(), Some(share), vec![thousands(*changed), percent(share)])
        })
        .collect();
    if of == 0 {
        rows = vec![Row::words("known once items were approved", Role::Dim)];
    }
    let title = format!("Corrected by hand, of {} approved", thousands(of));
    Panel::new(title, &["items", "share"], rows)
}

pub(super) fn spending(view: &OverviewView) -> Panel {
    let Some(budgets) = view.budgets else {
        let said = "none configured: nothing is sent or spent";
        return Panel::new("Models", &[], vec![Row::words(said, Role::Dim)]);
    };
    let spending = &view.figures.spending;
    let share = |spent: Money, limit: Money| {
        (limit > Money::ZERO).then(|| spent.micros() as f64 / limit.micros() as f64)
    };
    let row = |name: &str, spent: Money, limit: Money| {
        Row::chart(name, share(spent, limit), vec![short(spent), short(limit)])
    };
    let mut rows = vec![
        row("today", spending.day, budgets.day),
        row("this month", spending.month, budgets.month),
    ];
    let costs = view.figures.costs.iter().take(MOST_COSTS);
    if !view.figures.costs.is_empty() {
        rows.push(Row::words("", Role::Dim));
    }
    rows.extend(costs.map(|cost| {
        let tier = view.tiers.iter().find(|(model, _)| *model == cost.model);
        let tier = tier.map(|(_, tier)| format!(", {tier}")).unwrap_or_default();
        let model = sanitize_line(&cost.model);
        let name = format!("{} · {model}{tier}", sanitize_line(&cost.task));
        Row::chart(name, None, vec![thousands(cost.calls), short(cost.month)])
    }));
    Panel::new(format!("Models, {}", sanitize_line(&view.currency)), &["spent", "of"], rows)
}

/// A sum in few columns.
fn short(money: Money) -> String {
    format!("{:.2}", money.micros() as f64 / 1e6)
}

pub(super) fn disk(view: &OverviewView) -> Panel {
    let row = |name: &str, bytes: u64| Row::chart(name, None, vec![size(bytes)]);
    let rows = vec![row("store", view.figures.store_bytes), row("search index", view.index_bytes)];
    Panel::new("Disk", &[], rows)
}
