//! The program itself, in a home of its own with models configured.

use crate::server::Server;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub struct Home {
    folder: TempDir,
}

impl Home {
    pub fn new(models: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Self { folder };
        home.configure(models);
        home
    }

    /// Behind `server`, at a dollar for a million tokens.
    pub fn behind(server: &Server, daily: &str, more: &str) -> Self {
        Self::new(&section(server, daily, more))
    }

    pub fn configure(&self, models: &str) {
        let file = self.path("home/config/config.toml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, models).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn store_file(&self) -> PathBuf {
        self.path("home/data/workspaces/main/reservoir.db")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reservoir"));
        command
            .arg("--home")
            .arg(self.path("home"))
            .args(arguments)
            .env("USER", "ada")
            .env("TEST_MODEL_KEY", "sk-secret-1")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!error.contains("sk-secret-1"), "{error}");
        output
    }

    /// The lines of JSON that a command writes.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[&["--json", "--quiet"], arguments].concat());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {error}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn import(&self, texts: &[(&str, &str)]) {
        for (name, text) in texts {
            std::fs::write(self.path(name), text).unwrap();
            let path = self.path(name);
            self.json(&["import", path.to_str().unwrap()]);
        }
    }

    /// The message of the extract job of a run.
    pub fn extract(&self, arguments: &[&str]) -> String {
        let run = self.json(&[&["run", "--stage", "extract"], arguments].concat());
        let job = run.iter().find(|job| job["stage"] == "extract").unwrap();
        job["message"].as_str().unwrap().to_owned()
    }

    /// All items, whole, by title.
    pub fn items(&self) -> Vec<Value> {
        let rows = self.json(&["list"]);
        let id = |row: &Value| row["id"].as_i64().unwrap().to_string();
        let mut items: Vec<Value> =
            rows.iter().map(|row| self.json(&["show", &id(row)]).remove(0)).collect();
        items.sort_by_key(|item| item["automation"]["title"].to_string());
        items
    }
}

pub fn section(server: &Server, daily: &str, more: &str) -> String {
    format!(
        "[models]\ndaily_budget = \"{daily}\"\n{more}\n[[models.provider]]\nname = \"near\"\n\
         address = \"{}\"\nkeys = [\"env:TEST_MODEL_KEY\"]\ncheap = \"small\"\n\
         [[models.price]]\nmodel = \"small\"\ninput = \"1.00\"\noutput = \"1.00\"\n",
        server.base
    )
}
