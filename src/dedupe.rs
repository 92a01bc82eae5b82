//! stub
use crate::embed::Vector;
use crate::model::*;
pub struct Item {
    pub id: AutomationId,
    pub title: String,
    pub text: String,
    pub trigger: Option<TriggerKind>,
    pub steps: Vec<String>,
    pub tools: Vec<String>,
    pub url: Option<String>,
    pub vector: Option<Vector>,
}
pub fn find(_i: &[Item], _n: &(dyn Fn(AutomationId) -> bool + Sync)) -> Vec<DuplicatePair> {
    vec![]
}
pub fn clusters(
    _p: &[DuplicatePair],
    _o: &dyn Fn(AutomationId, AutomationId) -> std::cmp::Ordering,
) -> Vec<(AutomationId, Vec<AutomationId>)> {
    vec![]
}
