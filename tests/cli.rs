//! The program as scripts meet it: arguments in, JSON and exit statuses out, over a real home.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn with_sample() -> Self {
        let home = Self::new();
        let run = home.run(&["--quiet", "run", "--sample"]);
        assert!(run.status.success(), "{}", error(&run));
        home
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reservoir"));
        command
            .arg("--home")
            .arg(self.path().join("home"))
            .args(arguments)
            .env("USER", "ada")
            .env_remove("VISUAL")
            .env_remove("EDITOR")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A command whose editor is the shell script `body`, which gets the file as `$1`.
    fn edit(&self, arguments: &[&str], body: &str) -> Output {
        let script = self.file("editor.sh", body.as_bytes());
        let editor = format!("sh {}", script.display());
        self.command(arguments).env("EDITOR", editor).output().unwrap()
    }

    fn pipe(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    }

    fn add(&self, title: &str) -> String {
        self.json(&["add", "--title", title])[0]["changed"][0]["id"].to_string()
    }

    fn count(&self) -> usize {
        self.json(&["list", "--status", "all", "--unfold", "--limit", "0"]).len()
    }

    /// Files that the editor left.
    fn kept(&self) -> Vec<PathBuf> {
        let folder = self.path().join("home/cache/workspaces/main/edit");
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The JSON lines of a command that must succeed.
    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let mut all = vec!["--json"];
        all.extend_from_slice(arguments);
        let output = self.run(&all);
        assert!(output.status.success(), "{arguments:?}: {}", error(&output));
        lines(&output)
    }

    fn first_id(&self) -> String {
        self.json(&["list", "--limit", "1"])[0]["id"].to_string()
    }

    fn status_of(&self, id: &str) -> String {
        self.json(&["show", id])[0]["automation"]["status"].as_str().unwrap().to_owned()
    }
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_sample_week_is_reviewed_found_and_taken_back() {
    let home = Home::with_sample();
    let items = home.json(&["list", "--limit", "0"]);
    assert!(items.len() > 60, "only {} items", items.len());
    let id = home.first_id();

    home.json(&["approve", &id]);
    home.json(&["tag", &id, "--add", "First Pick"]);
    let shown = &home.json(&["show", &id])[0];
    assert_eq!(shown["automation"]["status"], "approved");
    assert_eq!(shown["automation"]["tags"], json!(["first-pick"]));
    assert_eq!(shown["history"][0]["reviewer"], "ada");
    assert_eq!(home.json(&["list", "--status", "approved", "--tag", "first-pick"]).len(), 1);

    home.json(&["undo"]);
    home.json(&["undo"]);
    assert_eq!(home.status_of(&id), "inbox");
    home.json(&["redo"]);
    assert_eq!(home.status_of(&id), "approved");
    assert!(home.run(&["doctor"]).status.success());
}

#[test]
fn every_span_of_the_sample_week_is_an_exact_slice() {
    let home = Home::with_sample();
    let mut spans = 0;
    for item in home.json(&["list", "--limit", "0", "--unfold"]) {
        let shown = &home.json(&["show", &item["id"].to_string()])[0];
        let Some(readable) = shown["document"]["readable"].as_str() else { continue };
        let letters: Vec<char> = readable.chars().collect();
        for evidence in shown["evidence"].as_array().unwrap() {
            let start = usize::try_from(evidence["start"].as_u64().unwrap()).unwrap();
            let end = usize::try_from(evidence["end"].as_u64().unwrap()).unwrap();
            let slice: String = letters[start..end].iter().collect();
            assert_eq!(evidence["text"], json!(slice));
            spans += 1;
        }
    }
    assert!(spans > 200, "only {spans} spans");
}

#[test]
fn what_is_searched_for_comes_first_and_says_why() {
    let home = Home::with_sample();
    let title = home.json(&["list", "--limit", "1"])[0]["title"].as_str().unwrap().to_owned();
    let found = home.json(&["search", &title, "--limit", "5"]);
    assert_eq!(found[0]["automation"]["title"], json!(title));
    assert_eq!(found[0]["parts"]["is_exact"], json!(true));
    for mode in ["text", "meaning", "hybrid"] {
        assert!(!home.json(&["search", "remind customers", "--mode", mode]).is_empty(), "{mode}");
    }
}

#[test]
fn a_damaged_index_is_built_anew_without_being_asked() {
    let home = Home::with_sample();
    let found = home.json(&["search", "invoice"]).len();
    assert!(found > 0);
    let index = home.path().join("home/cache/workspaces/main/index");
    for entry in walkdir::WalkDir::new(&index).into_iter().flatten() {
        if entry.file_name().to_string_lossy().ends_with(".idx") {
            std::fs::write(entry.path(), b"not an index").unwrap();
        }
    }
    assert_eq!(home.json(&["search", "invoice"]).len(), found);
    std::fs::remove_dir_all(&index).unwrap();
    assert_eq!(home.json(&["search", "invoice"]).len(), found);
    assert!(home.run(&["doctor"]).status.success());
}

#[test]
fn a_second_run_finds_nothing_new() {
    let home = Home::with_sample();
    let before = home.json(&["list", "--limit", "0", "--unfold"]);
    assert!(home.run(&["--quiet", "run", "--sample"]).status.success());
    assert_eq!(home.json(&["list", "--limit", "0", "--unfold"]), before);
}

#[test]
fn reading_again_keeps_what_a_person_decided() {
    let home = Home::with_sample();
    let id = home.first_id();
    home.json(&["edit", &id, "--set", "title=My own words"]);
    home.json(&["approve", &id]);
    let before = home.json(&["list", "--status", "all", "--unfold", "--limit", "0"]).len();
    assert!(home.run(&["--quiet", "run", "--stage", "extract", "--again"]).status.success());
    let after = home.json(&["list", "--status", "all", "--unfold", "--limit", "0"]).len();
    assert_eq!(after, before, "the edited item came back as another");
    let shown = &home.json(&["show", &id])[0]["automation"];
    assert_eq!(shown["title"], "My own words");
    assert_eq!(shown["status"], "approved");
}

#[test]
fn each_bad_file_is_told_and_the_rest_goes_in() {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    let home = Home::new();
    let good = r#"{"url":"https://example.org/a","title":"A","text":"When a form is submitted, send a Slack message."}"#;
    home.file("in/lines.jsonl", format!("{good}\n{{broken\n").as_bytes());
    home.file("in/binary.bin", &[0, 159, 146, 150, 0, 1, 2, 3]);
    home.file("in/empty.md", b"");
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    for number in 0..2_000 {
        let line = format!("{{\"title\":\"T{number}\",\"text\":\"Some words {number}.\"}}\n");
        packer.write_all(line.as_bytes()).unwrap();
    }
    let packed = packer.finish().unwrap();
    home.file("in/cut.jsonl.gz", &packed[..packed.len() / 2]);
    home.file("in/note.txt", b"Every Monday, a report is sent to the team by email.");

    let folder = home.path().join("in");
    let output = home.run(&["--json", "import", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", error(&output));
    let told = &lines(&output)[0];
    assert!(told["new"].as_u64().unwrap() >= 2, "{told}");
    let problems: Vec<&str> =
        told["problems"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    for part in ["lines.jsonl:2", "binary.bin", "cut.jsonl.gz"] {
        assert!(problems.iter().any(|p| p.contains(part)), "{part} is not in {problems:?}");
    }
}

#[test]
fn exit_statuses_tell_what_went_wrong() {
    let home = Home::new();
    let status = |arguments: &[&str]| home.run(arguments).status.code();
    assert_eq!(status(&["show", "99"]), Some(3));
    assert_eq!(status(&["approve", "99"]), Some(3));
    assert_eq!(status(&["crawl", "nowhere"]), Some(3));
    assert_eq!(status(&["import", "/does/not/exist"]), Some(3));
    assert_eq!(status(&["search", "x", "--weight", "7"]), Some(2));
    assert_eq!(status(&["edit", "1", "--set", "colour=red"]), Some(2));
    assert_eq!(status(&["no-such-command"]), Some(2));
    assert_eq!(status(&["undo"]), Some(1));
    assert_eq!(status(&["list"]), Some(0));
    assert_eq!(status(&[]), Some(2), "a workbench without a terminal");
}

#[test]
fn a_store_of_a_newer_program_is_refused_politely() {
    let home = Home::new();
    home.json(&["list"]);
    let file = home.path().join("home/data/workspaces/main/reservoir.db");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    let output = home.run(&["list"]);
    assert_eq!(output.status.code(), Some(1));
    let said = error(&output);
    assert!(said.contains("schema 999") && said.contains("hint:"), "{said}");
}

#[test]
fn what_a_person_adds_is_listed_shown_and_searchable() {
    let home = Home::new();
    let added = home.json(&[
        "add",
        "--title",
        "Call back missed calls",
        "--trigger",
        "a call is missed",
        "--step",
        "text the caller",
        "--step",
        "open a ticket",
        "--tool",
        "Twilio",
        "--tag",
        "Phones",
    ]);
    let id = added[0]["changed"][0]["id"].to_string();
    let shown = &home.json(&["show", &id])[0]["automation"];
    assert_eq!(shown["steps"][1]["follows"], json!([0]));
    assert_eq!(shown["tags"], json!(["phones"]));
    let found = home.json(&["search", "missed call"]);
    assert_eq!(found[0]["automation"]["id"].to_string(), id);
    let bad = home.file("bad.json", b"{\"title\": 3}");
    assert_eq!(home.run(&["add", "--from", bad.to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn sources_are_added_listed_and_switched() {
    let home = Home::new();
    home.file("posts/one.md", b"# Hello\n\nWhen an order is paid, an invoice is sent.");
    let folder = home.path().join("posts");
    home.json(&["source", "add", folder.to_str().unwrap(), "--name", "posts"]);
    home.json(&["source", "add", "https://example.org/feed.xml"]);
    home.json(&["source", "disable", "example.org-feed.xml"]);
    let run = home.run(&["--quiet", "run"]);
    assert!(run.status.success(), "{}", error(&run));
    let sources = home.json(&["source", "list"]);
    assert_eq!(sources[0]["is_enabled"], json!(false));
    assert!(sources[1]["last_success"].is_string());
    assert_eq!(home.run(&["source", "enable", "nobody"]).status.code(), Some(3));
}

#[test]
fn config_is_written_checked_and_shown() {
    let home = Home::new();
    home.json(&["config", "init"]);
    assert_eq!(home.json(&["config", "check"])[0]["problems"], json!([]));
    assert_eq!(home.run(&["config", "init"]).status.code(), Some(1));
    let file = home.path().join("home/config/config.toml");
    std::fs::write(&file, "[ui]\ntheem = \"dark\"\n").unwrap();
    let output = home.run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = error(&output);
    assert!(said.contains("config.toml:2") && said.contains("theme"), "{said}");
}

#[test]
fn workspaces_never_mix() {
    let home = Home::new();
    home.json(&["add", "--title", "Only here"]);
    assert_eq!(home.json(&["--workspace", "other", "list"]).len(), 0);
    assert_eq!(home.json(&["list"]).len(), 1);
}

#[test]
fn completions_and_the_manual_are_written() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = home.run(&["completions", shell]);
        assert!(output.status.success() && !output.stdout.is_empty(), "{shell}");
    }
    assert!(String::from_utf8_lossy(&home.run(&["man"]).stdout).contains(".TH reservoir"));
}

#[test]
fn an_item_is_edited_and_added_in_the_editor() {
    let home = Home::new();
    let id = home.add("Old title");
    let mode = home.path().join("mode");
    let body = format!(
        "stat -c %a \"$1\" > {}; sed -i 's/^title = .*/title = \"New title\"/' \"$1\"; echo noise",
        mode.display()
    );
    let output = home.edit(&["--json", "edit", &id, "--editor"], &body);
    assert!(output.status.success(), "{}", error(&output));
    assert_eq!(lines(&output)[0]["changed"][0]["title"], "New title");
    assert_eq!(std::fs::read_to_string(mode).unwrap().trim(), "600");

    let body = "printf 'title = \"Typed\"\\ntags = [\"x\"]\\n[[steps]]\\ntext = \"a\"\\n[[steps]]\\n\
                text = \"b\"\\n' > \"$1\"";
    let output = home.edit(&["--json", "add", "--editor", "--url", "https://example.org/x"], body);
    assert!(output.status.success(), "{}", error(&output));
    let added = &lines(&output)[0]["changed"][0];
    assert_eq!(added["steps"][1]["follows"], json!([0]));
    assert_eq!(added["location"]["url"], "https://example.org/x");
    assert!(home.kept().is_empty());
}

#[test]
fn nothing_happens_when_the_sheet_is_left_unchanged_or_emptied() {
    let home = Home::new();
    let id = home.add("Stays");
    for body in ["true", ": > \"$1\"", "echo '# only a comment' > \"$1\""] {
        for arguments in [&["edit", &id, "--editor"][..], &["add", "--editor"]] {
            let output = home.edit(arguments, body);
            assert!(output.status.success(), "{body}: {}", error(&output));
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(said.starts_with("nothing was"), "{body}: {said}");
        }
    }
    assert_eq!(home.count(), 1);
    assert!(home.kept().is_empty());
}

#[test]
fn a_sheet_with_an_error_is_opened_again_until_it_is_sound() {
    let home = Home::new();
    let id = home.add("Before");
    let seen = home.path().join("seen");
    let body = format!(
        "if grep -q '^#!! ' \"$1\"; then cp \"$1\" {}; sed -i 's/^kind = .*/kind = \"form\"/' \"$1\"; \
         else sed -i 's/^kind = .*/kind = \"moon\"/; s/^title = .*/title = \"After\"/' \"$1\"; fi",
        seen.display()
    );
    let output = home.edit(&["--json", "edit", &id, "--editor"], &body);
    assert!(output.status.success(), "{}", error(&output));
    let changed = &lines(&output)[0]["changed"][0];
    assert_eq!((&changed["title"], &changed["trigger"]["kind"]), (&json!("After"), &json!("form")));
    let seen = std::fs::read_to_string(seen).unwrap();
    let at = seen.lines().position(|line| line.starts_with("#!! `moon` is no kind")).unwrap();
    assert_eq!(seen.lines().nth(at + 1), Some("kind = \"moon\""));
}

#[test]
fn a_text_that_cannot_be_applied_is_kept_and_its_place_told() {
    let home = Home::new();
    let id = home.add("Before");
    let told = |output: &Output| {
        assert_eq!(output.status.code(), Some(1), "{}", error(output));
        let said = error(output);
        let place = said.split("your text is kept in ").nth(1).unwrap().trim().to_owned();
        let text = std::fs::read_to_string(place).unwrap();
        assert!(text.contains("My own words"), "{said}: {text}");
    };
    let own = "sed -i 's/^title = .*/title = \"My own words\"/' \"$1\"";
    told(&home.edit(&["edit", &id, "--editor"], &format!("{own}; exit 3")));

    let meanwhile = format!(
        "{own}; {} --home {} tag {id} --add meanwhile >&2",
        env!("CARGO_BIN_EXE_reservoir"),
        home.path().join("home").display()
    );
    told(&home.edit(&["edit", &id, "--editor"], &meanwhile));

    let stubborn = format!("{own}; sed -i 's/^complexity = .*/complexity = \"huge\"/' \"$1\"");
    told(&home.edit(&["edit", &id, "--editor"], &stubborn));
    assert_eq!(home.json(&["show", &id])[0]["automation"]["title"], "Before");
    let missing = home.command(&["edit", &id, "--editor"]).env("EDITOR", "/no/such").output();
    assert_eq!(missing.unwrap().status.code(), Some(1));
}

#[test]
fn what_show_writes_can_be_added_elsewhere_and_comes_back_the_same() {
    let home = Home::with_sample();
    let ids: Vec<String> =
        home.json(&["list", "--limit", "20"]).iter().map(|row| row["id"].to_string()).collect();
    let shown: Vec<Value> = ids.iter().map(|id| home.json(&["show", id])[0].clone()).collect();
    let text: String = shown.iter().map(|item| format!("{item}\n")).collect();
    let other = Home::new();
    let output = other.pipe(&["--json", "add", "--from", "-"], text.as_bytes());
    assert!(output.status.success(), "{}", error(&output));
    let added = lines(&output)[0]["changed"].as_array().unwrap().clone();
    assert_eq!(added.len(), shown.len());
    for (before, after) in shown.iter().zip(&added) {
        for field in ["title", "description", "trigger", "steps", "tools", "claims", "tags"] {
            assert_eq!(before["automation"][field], after[field], "{field}");
        }
    }
    other.json(&["undo"]);
    assert_eq!(other.json(&["list"]).len(), 0, "one undo takes the whole batch back");
}

#[test]
fn nothing_is_added_where_one_automation_is_wrong() {
    let home = Home::new();
    let good = r#"{"title": "Good", "steps": ["a", "b"], "tools": ["Slack"]}"#;
    let bad = [
        (r#"{"title": ""}"#, ":2:1:", "title"),
        (r#"{"title": 3}"#, ":2:11:", "expected a string"),
        (r#"{"title": "T", "colour": 1}"#, ":2:23:", "colour"),
        (r#"{"title": "T", "steps": [{"text": "a", "follows": [1]}, "b"]}"#, ":2:1:", "step 0"),
        (r#"{"title": "T", "trigger": {"kind": "moon", "text": "x"}}"#, ":2:", "moon"),
        (r#"{"title": "T", "url": "javascript:alert(1)"}"#, ":2:1:", "http(s)"),
        (r#"{"title": "T""#, ":2:13:", "EOF"),
    ];
    for (line, place, what) in bad {
        let file = home.file("in.jsonl", format!("{good}\n{line}\n").as_bytes());
        let output = home.run(&["add", "--from", file.to_str().unwrap()]);
        let said = error(&output);
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(said.contains(&format!("in.jsonl{place}")) && said.contains(what), "{said}");
    }
    assert_eq!(home.count(), 0);
    let list = home.file("list.json", format!("[{good},\n{good}]").as_bytes());
    let added = home.json(&["add", "--from", list.to_str().unwrap()]);
    assert_eq!(added[0]["changed"][1]["steps"][1]["follows"], json!([0]));
    let hostile =
        home.pipe(&["--json", "add", "--from", "-"], b"{\"title\":\"\\u001b[31mRed\\u202e\"}");
    assert_eq!(lines(&hostile)[0]["changed"][0]["title"], "Red");
}

const SHEET: &str = "Name,When,Trigger type,Actions,Apps,Owner\n\
    Missed calls,a call is missed,event,text them; open a ticket,\"Twilio, Slack\",ada\n\
    ,form,,,,\n\
    Invoices,an order is paid,moon,send it,Xero,ada\n\
    Reviews,a job is done,,\"1. wait\n2. ask\",,ada\n";

#[test]
fn a_sheet_goes_in_once_with_its_bad_rows_told() {
    let home = Home::new();
    let file = home.file("sheet.csv", SHEET.as_bytes());
    let file = file.to_str().unwrap();
    let dry = &home.json(&["import", file, "--dry-run"])[0];
    assert_eq!((&dry["added"], &dry["failed"], home.count()), (&json!(2), &json!(2), 0));

    let output = home.run(&["import", file, "--map", "owner=tags"]);
    assert!(output.status.success(), "{}", error(&output));
    let said = error(&output);
    assert!(said.contains("sheet.csv:3") && said.contains("sheet.csv:4"), "{said}");
    assert!(said.contains("moon") && !said.contains("Owner"), "{said}");
    let rows = home.json(&["list", "--tag", "ada"]);
    assert_eq!(rows.len(), 2);

    // What a reviewer made of an item since does not make its row new.
    let id = home.json(&["list", "--match", "missed"])[0]["id"].to_string();
    home.json(&["edit", &id, "--set", "title=Another name"]);
    home.json(&["approve", &id]);
    let again = &home.json(&["import", file, "--as", "sheet"])[0];
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(2)));
    assert_eq!(again["rows"][0]["id"].to_string(), id);
    assert_eq!(home.count(), 2);

    let grown = format!("{SHEET}New one,x,,y,,\nNEW ONE,x,,y,,\n");
    let grown = home.file("grown.csv", grown.as_bytes());
    let grown = &home.json(&["import", grown.to_str().unwrap()])[0];
    assert_eq!((&grown["added"], &grown["known"]), (&json!(1), &json!(3)));
    home.json(&["undo"]);
    assert_eq!(home.json(&["list", "--match", "new"]).len(), 0);

    let untitled = home.file("untitled.csv", b"a,b\n1,2\n");
    let output = home.run(&["import", untitled.to_str().unwrap(), "--as", "sheet"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(error(&output).contains("--map COLUMN=title"), "{}", error(&output));
}

#[test]
fn sources_go_out_as_opml_and_come_back_the_same() {
    let home = Home::new();
    home.file("posts/one.md", b"# Hello");
    let posts = home.path().join("posts");
    home.json(&["source", "add", posts.to_str().unwrap(), "--title", "A & \"B\" <c>"]);
    home.json(&["source", "add", "https://example.org/feed?a=1&b=2", "--name", "feed"]);
    home.json(&["source", "add", "https://example.org/other", "--schedule", "daily"]);
    home.json(&["source", "disable", "feed"]);
    let file = home.path().join("sources.opml");
    home.json(&["source", "export", "--out", file.to_str().unwrap()]);

    let told = |home: &Home| {
        let fields = ["name", "kind", "address", "title", "is_enabled", "schedule"];
        let sources = home.json(&["source", "list"]);
        let pick = |source: &Value| fields.map(|field| source[field].clone());
        sources.iter().map(pick).collect::<Vec<_>>()
    };
    let other = Home::new();
    let first = &other.json(&["source", "import", file.to_str().unwrap()])[0];
    assert_eq!(first["added"], 3, "{first}");
    assert_eq!(told(&other), told(&home));
    let again = &other.json(&["import", file.to_str().unwrap()])[0];
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(3)));
    let exported = other.run(&["source", "export"]).stdout;
    assert_eq!(String::from_utf8(exported).unwrap(), std::fs::read_to_string(&file).unwrap());
}

#[test]
fn a_list_of_feeds_is_added_with_duplicates_and_bad_addresses_told() {
    let home = Home::new();
    let text = r#"<opml version="2.0"><body><outline text="News">
        <outline text="One" xmlUrl="https://one.example/feed"/>
        <outline text="One" xmlUrl="https://other.example/feed"/>
        <outline text="Twice" xmlUrl="https://one.example/feed"/>
        <outline text="Bad" xmlUrl="javascript:alert(1)"/></outline></body></opml>"#;
    let file = home.file("feeds.xml", text.as_bytes());
    let output = home.run(&["import", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", error(&output));
    let said = error(&output);
    for part in ["known ", "feeds.xml:4", "`one` already", "failed", "feeds.xml:5"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let names: Vec<Value> =
        home.json(&["source", "list"]).iter().map(|source| source["name"].clone()).collect();
    assert_eq!(names, ["one", "one-2"]);
    let bad = home.file("bad.opml", b"<opml><body><outline");
    assert_eq!(home.run(&["source", "import", bad.to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn a_source_is_changed_and_removed() {
    let home = Home::new();
    home.file("posts/one.md", b"When an order is paid, an invoice is sent.");
    let folder = home.path().join("posts");
    let folder = folder.to_str().unwrap();
    home.json(&["source", "add", folder, "--name", "posts"]);
    home.json(&["source", "add", "https://example.org/feed", "--name", "feed"]);
    let status = |arguments: &[&str]| home.run(arguments).status.code();
    let changed = &home.json(&[
        "source",
        "edit",
        "feed",
        "--name",
        "news",
        "--title",
        "News",
        "--schedule",
        "6h",
        "--address",
        "https://example.org/new",
    ])[0];
    assert_eq!(changed["schedule"], "6h");
    assert_eq!(changed["address"], "https://example.org/new");
    assert_eq!(status(&["source", "edit", "news", "--name", "posts"]), Some(1));
    assert_eq!(status(&["source", "edit", "news", "--address", folder]), Some(1));
    assert_eq!(status(&["source", "edit", "news", "--schedule", "often"]), Some(2));
    assert_eq!(status(&["source", "edit", "news"]), Some(2));
    assert_eq!(status(&["source", "edit", "nobody", "--title", "x"]), Some(3));
    assert_eq!(status(&["source", "add", folder, "--name", "twice"]), Some(1));

    assert_eq!(home.json(&["source", "remove", "news"])[0]["is_removed"], true);
    assert!(home.run(&["-q", "crawl", "posts"]).status.success());
    let kept = &home.json(&["source", "remove", "posts"])[0];
    assert_eq!((&kept["is_removed"], &kept["documents"]), (&json!(false), &json!(1)));
    let sources = home.json(&["source", "list"]);
    assert_eq!((sources.len(), &sources[0]["is_enabled"]), (1, &json!(false)));
}

#[test]
fn a_test_visit_shows_what_would_come_and_stores_nothing() {
    let home = Home::new();
    home.file("posts/one.md", b"# One\n\nWhen an order is paid, an invoice is sent.");
    home.file("posts/two.md", b"# Two\n\nEvery Monday a report is sent.");
    let folder = home.path().join("posts");
    let folder = folder.to_str().unwrap();
    let states = |arguments: &[&str]| {
        let seen = home.json(arguments);
        seen.iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&["source", "test", folder]), ["new", "new"]);
    assert!(home.json(&["source", "list"]).is_empty());
    home.json(&["source", "add", folder, "--name", "posts"]);
    assert_eq!(states(&["crawl", "--test"]), ["new", "new"]);
    assert!(home.json(&["source", "list"])[0]["last_attempt"].is_null());
    assert!(home.run(&["-q", "crawl"]).status.success());
    home.file("posts/two.md", b"# Two\n\nEvery Friday a report is sent.");
    let before = home.json(&["source", "list"]);
    assert_eq!(states(&["crawl", "posts", "--test"]), ["known", "changed"]);
    assert_eq!(states(&["source", "test", "posts"]), ["known", "changed"]);
    assert_eq!(home.json(&["source", "list"]), before);
    assert_eq!(states(&["import", folder, "--dry-run"]), ["new", "new"]);
    assert_eq!(home.run(&["crawl", "nowhere", "--test"]).status.code(), Some(3));
    assert_eq!(home.run(&["source", "test", "nowhere"]).status.code(), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_tested_without_validators_or_a_trace() {
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};
    let feed = r#"<rss version="2.0"><channel><title>F</title><item><title>Hello</title>
        <link>https://example.org/hello</link><guid>1</guid>
        <pubDate>Mon, 16 Nov 2026 08:00:00 GMT</pubDate>
        <description>When a form comes in, a lead is made.</description></item></channel></rss>"#;
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("etag", "\"v1\"")
        .set_body_raw(feed, "application/rss+xml");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let address = format!("{}/feed.xml", server.uri());
    let told = tokio::task::spawn_blocking(move || {
        let home = Home::new();
        home.file("home/config/config.toml", b"[net]\nallowed_private_hosts = [\"127.0.0.1\"]\n");
        home.json(&["source", "add", &address, "--name", "feed"]);
        assert!(home.run(&["-q", "crawl", "feed"]).status.success());
        let before = home.json(&["source", "list"]);
        let told = home.json(&["crawl", "feed", "--test"]);
        assert_eq!(home.json(&["source", "list"]), before);
        told
    })
    .await
    .unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["state"], &told[0]["title"]), (&json!("known"), &json!("Hello")));
    assert_eq!(told[0]["published"], "2026-11-16T08:00:00Z");
    let asked = server.received_requests().await.unwrap();
    assert!(asked.iter().all(|request| !request.headers.contains_key("if-none-match")));
}

#[test]
fn bad_input_ends_in_an_error_and_never_in_a_panic() {
    let home = Home::new();
    let id = home.add("One");
    let empty = home.file("empty", b"");
    let binary = home.file("binary.csv", &[0x7f, b'E', b'L', b'F', 0, 1, 2, 0xff]);
    let zip = home.file("book.xlsx", b"PK\x03\x04....");
    let folder = home.path().to_path_buf();
    let missing = home.path().join("missing");
    let bad = [(&empty, 2), (&binary, 2), (&zip, 2), (&folder, 2), (&missing, 3)];
    for (path, status) in bad {
        let path = path.to_str().unwrap();
        let commands: [&[&str]; 7] = [
            &["add", "--from", path],
            &["edit", &id, "--from", path],
            &["import", path, "--as", "automations"],
            &["import", path, "--as", "sheet"],
            &["import", path, "--as", "opml"],
            &["source", "import", path],
            &["--json", "add", "--from", path],
        ];
        for command in commands {
            let output = home.run(command);
            let said = error(&output);
            assert_eq!(output.status.code(), Some(status), "{command:?}: {said}");
            assert!(said.starts_with("reservoir: ") && !said.contains("panicked"), "{said}");
            assert!(output.stdout.is_empty(), "{command:?}");
        }
    }
    let values = [
        "title=",
        "tags=[1]",
        "steps=[{\"text\":\"a\",\"follows\":[3]}]",
        "complexity=huge",
        "trigger={}",
    ];
    for value in values {
        let output = home.run(&["edit", &id, "--set", value]);
        assert_eq!(output.status.code(), Some(2), "{value}: {}", error(&output));
    }
    for arguments in [["show", "x"], ["defer", "--for=x"], ["list", "--week=x"]] {
        assert_eq!(home.run(&arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(home.count(), 1);
}

#[test]
fn every_command_writes_json_and_nothing_else_when_asked() {
    let home = Home::with_sample();
    let id = home.first_id();
    let out = home.path().join("out.opml");
    let commands: [&[&str]; 18] = [
        &["list"],
        &["show", &id],
        &["search", "invoice"],
        &["search", "nothing matches zzzz", "--mode", "text"],
        &["approve", &id],
        &["undo"],
        &["redo"],
        &["reopen", &id],
        &["tag", &id, "--add", "x"],
        &["source", "list"],
        &["source", "export"],
        &["source", "export", "--out", out.to_str().unwrap()],
        &["config", "path"],
        &["config", "show"],
        &["config", "check"],
        &["reindex"],
        &["doctor"],
        &["man"],
    ];
    for command in commands {
        home.json(command);
    }
    home.json(&["completions", "bash"]);
    home.json(&["crawl", "--test"]);
}

#[test]
fn a_reader_that_goes_away_ends_a_command_quietly() {
    let home = Home::with_sample();
    for command in [&["list", "--limit", "0"][..], &["--json", "list", "--limit", "0"], &["man"]] {
        let mut child =
            home.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(!error(&output).contains("panicked"), "{command:?}: {}", error(&output));
        assert_eq!(output.status.code(), Some(0), "{command:?}");
    }
}
