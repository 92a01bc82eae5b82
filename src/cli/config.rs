//! `reservoir config`.

use super::{CliError, Context};
use crate::settings;
use serde_json::json;

#[derive(Debug, clap::Subcommand)]
pub enum Config {
    /// Say where the files are.
    Path,
    /// Check the config, the keymaps, themes and prompts, and say what is wrong where.
    Check,
    /// Show the settings in force.
    Show,
    /// Write a commented config file with every default.
    Init {
        /// Write over the one that is there.
        #[arg(long)]
        force: bool,
    },
}

pub fn run(context: &Context, command: &Config) -> Result<(), CliError> {
    match command {
        Config::Path => path(context),
        Config::Check => check(context),
        Config::Show => show(context),
        Config::Init { force } => init(context, *force),
    }
}

fn path(context: &Context) -> Result<(), CliError> {
    let places = [
        ("config", context.home.config_file()),
        ("keymaps", context.home.keymaps_folder()),
        ("themes", context.home.themes_folder()),
        ("prompts", context.home.prompts_folder()),
        ("store", context.workspace.store_file()),
        ("index", context.workspace.index_folder()),
        ("log", context.home.log_folder()),
    ];
    if context.output.is_json {
        let map: serde_json::Map<_, _> =
            places.iter().map(|(name, path)| ((*name).to_owned(), json!(path))).collect();
        return context.output.json(&map);
    }
    places
        .iter()
        .try_for_each(|(name, path)| context.output.line(&format!("{name:<8} {}", path.display())))
}

fn check(context: &Context) -> Result<(), CliError> {
    let problems = settings::check_all(&context.home);
    if context.output.is_json {
        context.output.json(&json!({ "problems": problems }))?;
    }
    if problems.is_empty() {
        return context.output.line("no problem found");
    }
    Err(CliError::Failed { what: problems.join("\n"), hint: None })
}

fn show(context: &Context) -> Result<(), CliError> {
    let config = context.config()?;
    if context.output.is_json {
        return context.output.json(&config);
    }
    config.show().lines().try_for_each(|line| context.output.line(line))
}

fn init(context: &Context, force: bool) -> Result<(), CliError> {
    let path = context.home.config_file();
    if path.exists() && !force {
        return Err(CliError::Failed {
            what: format!("{} is there already", path.display()),
            hint: Some("edit it, or write over it with --force".into()),
        });
    }
    let written = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&path, settings::Config::template()));
    written.map_err(|error| CliError::Failed {
        what: format!("cannot write {}: {error}", path.display()),
        hint: None,
    })?;
    context.output.answer(&json!({ "path": path }), &format!("wrote {}", path.display()))
}
