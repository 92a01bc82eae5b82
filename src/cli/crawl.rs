//! `reservoir crawl`.

use super::{CliError, Context};
use crate::jobs::Plan;
use crate::model::Stage;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Visit these, due or not; the enabled and due ones when none is named.
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
}

pub async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let plan = Plan { stages: vec![Stage::Crawl], sources: args.sources, with_sample: false };
    super::run::carry_out(context, plan).await
}
