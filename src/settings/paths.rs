//! Where things lie: the user's folders, or everything under one.

use super::problem::SettingsError;
use std::path::{Path, PathBuf};

/// The folders of one installation: the platform's own, or all under one home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub config: PathBuf,
    pub data: PathBuf,
    pub cache: PathBuf,
}

/// The workspace that is meant where none is named.
pub const DEFAULT_WORKSPACE: &str = "main";

impl Home {
    /// Everything under `folder` (`--home DIR`, `RESERVOIR_HOME`), or, without one, the platform's
    /// folders for data, config and cache.
    ///
    /// # Errors
    /// `SettingsError::NoHome` where the platform does not say whose folders they are.
    pub fn find(folder: Option<&Path>) -> Result<Self, SettingsError> {
        if let Some(folder) = folder {
            return Ok(Self::under(folder));
        }
        let platform =
            directories::ProjectDirs::from("", "", "reservoir").ok_or(SettingsError::NoHome)?;
        Ok(Self {
            config: platform.config_dir().to_owned(),
            data: platform.data_dir().to_owned(),
            cache: platform.cache_dir().to_owned(),
        })
    }

    /// Everything under `folder`.
    pub fn under(folder: &Path) -> Self {
        Self {
            config: folder.join("config"),
            data: folder.join("data"),
            cache: folder.join("cache"),
        }
    }

    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The user's own functions and industries, which join the shipped ones.
    pub fn taxonomy_file(&self) -> PathBuf {
        self.config.join("taxonomy.toml")
    }

    /// The user's keymaps, which overlay the shipped ones.
    pub fn keymaps_folder(&self) -> PathBuf {
        self.config.join("keymaps")
    }

    /// The user's themes.
    pub fn themes_folder(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The user's prompts.
    pub fn prompts_folder(&self) -> PathBuf {
        self.config.join("prompts")
    }

    pub fn log_folder(&self) -> PathBuf {
        self.cache.join("log")
    }

    fn workspaces_folder(&self) -> PathBuf {
        self.data.join("workspaces")
    }

    /// The workspace called `name`; it need not exist yet.
    ///
    /// # Errors
    /// `SettingsError::Invalid` where `name` is not `[a-z0-9][a-z0-9_-]*`, at most 64 long.
    pub fn workspace(&self, name: &str) -> Result<Workspace, SettingsError> {
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let fits = name.len() <= 64
            && name.starts_with(is_letter)
            && name.chars().all(|c| is_letter(c) || matches!(c, '-' | '_'));
        if !fits {
            return Err(SettingsError::WorkspaceName(name.to_owned()));
        }
        Ok(Workspace {
            name: name.to_owned(),
            data: self.workspaces_folder().join(name),
            cache: self.cache.join("workspaces").join(name),
        })
    }

    /// The workspaces that exist, by name.
    pub fn list_workspaces(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.workspaces_folder()).into_iter().flatten();
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| self.workspace(name).is_ok())
            .collect();
        names.sort();
        names
    }
}

/// One reservoir, kept apart from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    pub name: String,
    /// Truth: what must be backed up.
    pub data: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

impl Workspace {
    pub fn store_file(&self) -> PathBuf {
        self.data.join("reservoir.db")
    }

    pub fn backups_folder(&self) -> PathBuf {
        self.data.join("backups")
    }

    /// Where a screenful of session is kept, one file a reviewer.
    pub fn session_file(&self, reviewer: &str) -> PathBuf {
        let safe = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
        let reviewer: String = reviewer.chars().map(safe).collect();
        self.data.join("sessions").join(format!("{reviewer}.json"))
    }

    /// The search index: derived, disposable.
    pub fn index_folder(&self) -> PathBuf {
        self.cache.join("index")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn everything_lies_under_a_given_home() {
        let home = Home::find(Some(Path::new("/srv/r"))).unwrap();
        let workspace = home.workspace(DEFAULT_WORKSPACE).unwrap();
        for path in [
            home.config_file(),
            home.log_folder(),
            workspace.store_file(),
            workspace.index_folder(),
            workspace.session_file("ann"),
        ] {
            assert!(path.starts_with("/srv/r"), "{}", path.display());
        }
    }

    #[rstest]
    #[case("../other")]
    #[case("")]
    #[case("a/b")]
    #[case("Tenant")]
    #[case("-x")]
    fn a_workspace_name_cannot_leave_its_folder(#[case] name: &str) {
        assert!(Home::under(Path::new("/srv/r")).workspace(name).is_err());
    }

    #[test]
    fn a_reviewers_name_cannot_leave_the_sessions_folder() {
        let workspace = Home::under(Path::new("/srv/r")).workspace("main").unwrap();
        let file = workspace.session_file("../../etc/passwd");
        assert!(file.ends_with("sessions/______etc_passwd.json"), "{}", file.display());
    }

    #[test]
    fn workspaces_are_the_folders_there_are() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::under(folder.path());
        for name in ["main", "acme"] {
            std::fs::create_dir_all(home.workspace(name).unwrap().data).unwrap();
        }
        assert_eq!(home.list_workspaces(), ["acme", "main"]);
    }
}
