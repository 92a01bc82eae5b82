//! Folders as people have them, with what is wrong in them.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use flate2::Compression;
use flate2::write::GzEncoder;
use reservoir::gather::{self, Problem};
use reservoir::model::{DocumentKind, NewDocument};
use reservoir::text::workflow::Workflow;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use tempfile::TempDir;

fn read(path: &Path) -> (Vec<NewDocument>, Vec<Problem>) {
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    gather::read_path(path, &mut |outcome| {
        match outcome {
            Ok(document) => documents.push(document),
            Err(problem) => problems.push(problem),
        }
        ControlFlow::Continue(())
    });
    (documents, problems)
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

const MAIL: &[u8] = b"From: =?utf-8?q?Caf=C3=A9_Ops?= <ops@x.example>\r\nSubject: Quiet machines\r\nDate: Mon, 16 Nov 2026 05:45:00 +0000\r\nMessage-ID: <1@x.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<div>View in browser</div><p>Caf\xe9 orders print.</p>\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nattached words\r\n--b--\r\n";

#[test]
fn every_kind_of_file_becomes_documents() {
    let lines = b"{\"url\":\"https://a.example/1?utm_source=x\",\"title\":\"One\",\"text\":\"# Head\\n- *item*\",\"published\":\"2026-11-16\",\"author\":\"/u/ada\",\"source\":\"gallery\",\"kind\":\"template\",\"more\":[1]}\n";
    let mbox = [b"From a@b Mon Nov 16 00:00:00 2026\n".as_slice(), MAIL, b"\nFrom a@b Mon Nov 16 00:00:00 2026\nFrom: B <b@x.example>\nSubject: Two\nTo: c\n\nplain body\n>From here\n"].concat();
    let folder = folder(&[
        ("a/lines.txt", lines),
        ("a/lines.jsonl.gz", &gzip(b"{\"title\":\"Zipped\",\"html\":\"<p>Body</p>\"}")),
        ("b/page.bin", b"<!doctype html><html lang=de><title>Seite</title><p>Ein Absatz.</p></html>"),
        ("b/note.md", b"---\ntitle: Note\nurl: https://a.example/note#x\ndate: 2026-11-14\nauthor: Ada\n---\n## Why\nBecause **so**."),
        ("b/plain.txt", b"First line\n\nThe rest."),
        ("c/talk.en.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello there\n\n00:02.000 --> 00:03.000\nfriends\n"),
        ("c/talk.info.json", b"{\"title\":\"The Talk\",\"channel\":\"Chan\",\"webpage_url\":\"https://youtu.be/abc\",\"upload_date\":\"20261115\",\"formats\":[]}"),
        ("d/mail.eml", MAIL),
        ("d/box", &mbox),
        ("e/flow.json", br#"{"name":"Flow","nodes":[{"name":"Hook","type":"n8n-nodes-base.webhook","position":[0,0],"parameters":{}}],"connections":{}}"#),
        ("e/list.json", br#"[{"title":"L1","text":"one"},{"title":"L2","text":"two"}]"#),
        ("f/feed", b"<rss version='2.0'><channel><title>F</title><item><title>Entry</title><guid>urn:x:1</guid></item></channel></rss>"),
        ("skipped.md", b"not wanted"),
        (".reservoirignore", b"skipped.md\n"),
    ]);
    let (documents, problems) = read(folder.path());
    assert_eq!(problems, []);
    let titles: Vec<_> = documents.iter().map(|d| d.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Zipped",
            "One",
            "Note",
            "Seite",
            "First line",
            "The Talk",
            "Quiet machines",
            "Two",
            "Quiet machines",
            "Flow",
            "L1",
            "L2",
            "Entry"
        ]
    );
    let by = |title: &str| documents.iter().find(|d| d.title == title).unwrap();
    let one = by("One");
    assert_eq!(
        (one.identity.as_str(), one.readable.as_str()),
        ("https://a.example/1", "Head\n- item")
    );
    assert_eq!(
        (one.kind, one.author.as_deref(), one.origin.as_deref()),
        (DocumentKind::Template, Some("ada"), Some("gallery"))
    );
    assert_eq!(
        (by("Note").readable.as_str(), by("Note").url.as_deref()),
        ("Why\nBecause so.", Some("https://a.example/note"))
    );
    let talk = by("The Talk");
    assert_eq!((talk.readable.as_str(), talk.marks.len()), ("hello there friends", 2));
    assert_eq!(
        (talk.url.as_deref(), talk.origin.as_deref()),
        (Some("https://www.youtube.com/watch?v=abc"), Some("Chan"))
    );
    let mail = by("Quiet machines");
    assert_eq!(
        (mail.readable.as_str(), mail.author.as_deref()),
        ("Café orders print.", Some("Café Ops"))
    );
    assert_eq!(mail.identity, "mail:1@x.example");
    assert_eq!(by("Two").readable, "plain body\nFrom here");
    assert_eq!(by("Flow").readable, "Hook (Webhook)");
    for document in &documents {
        let (again, problems) = gather::replay(&document.raw);
        assert!(again.contains(document) && problems.is_empty(), "{}", document.title);
    }
}

#[test]
fn a_bad_line_is_named_and_the_rest_goes_in() {
    let folder = folder(&[("x.jsonl", b"{\"title\":\"A\",\"text\":\"a\"}\n{\"title\":\n\n{\"text\":7}\n\xff\xfe{\n{\"title\":\"B\",\"text\":\"b\"}")]);
    let (documents, problems) = read(folder.path());
    assert_eq!(documents.len(), 2);
    assert_eq!(problems.iter().map(|p| p.line.unwrap()).collect::<Vec<_>>(), [2, 4, 5]);
    assert!(
        problems[0]
            .to_string()
            .ends_with("x.jsonl:2: malformed JSON at column 9: EOF while parsing a value"),
        "{}",
        problems[0]
    );
}

#[test]
fn a_truncated_gzip_gives_its_whole_lines() {
    let lines: String = (0..5_000)
        .map(|n| {
            format!(
                "{{\"url\":\"https://a.example/{n}\",\"title\":\"T{n}\",\"text\":\"{}\"}}\n",
                n * 7919
            )
        })
        .collect();
    let packed = gzip(lines.as_bytes());
    let folder = folder(&[
        ("x.jsonl.gz", &packed[..packed.len() / 2]),
        ("y.txt", b"still read"),
        ("z.gz", &packed[..12]),
    ]);
    let (documents, problems) = read(folder.path());
    assert!(
        documents.len() > 1_000 && documents.last().unwrap().readable == "still read",
        "{}",
        documents.len()
    );
    assert_eq!(problems.len(), 2);
    assert!(problems.iter().all(|p| p.what.contains("ends early")), "{problems:?}");
}

#[test]
fn what_is_no_document_is_told_and_the_rest_goes_on() {
    let folder = folder(&[
        ("a.pdf", b"%PDF-1.7 x"),
        ("b.txt", b"\x00\x01\x02\x00\x00\xff"),
        ("c.txt", b""),
        ("d.md", b"Caf\xe9 na\xefve \x1b[31mred\x1b]0;x\x07\xe2\x80"),
        ("e.xml", b"<rss><channel><item>"),
        ("f.json", b"{\"a\": [1, 2"),
        ("g.py", b"print('x')"),
        ("z.txt", b"the last"),
    ]);
    let big = fs::File::create(folder.path().join("big.txt")).unwrap();
    (&big).write_all(&vec![b'a'; 70_000]).unwrap();
    big.set_len(200 << 20).unwrap();
    let (documents, problems) = read(folder.path());
    let told: Vec<_> =
        problems.iter().map(|p| (p.path.rsplit('/').next().unwrap(), p.what.as_str())).collect();
    assert_eq!(
        told.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["a.pdf", "b.txt", "big.txt", "c.txt", "e.xml", "f.json", "g.py"]
    );
    assert_eq!(
        (told[0].1, told[2].1, told[3].1),
        ("it is a PDF", "it is 200 MiB; a document ends at 15 MiB", "it is empty")
    );
    assert!(problems.iter().all(|p| !p.hint.is_empty()));
    assert_eq!(documents.len(), 2);
    assert!(documents[0].readable.contains("red") && !documents[0].readable.contains('\u{1b}'));
    assert_eq!(documents[1].readable, "the last");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_closed_doors_do_not_stop_the_reading() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("a.txt", b"first"), ("closed/x.txt", b"hidden"), ("z.txt", b"last")]);
    symlink(folder.path(), folder.path().join("loop")).unwrap();
    symlink(folder.path().join("nowhere"), folder.path().join("dangling")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    let has_pipe = made.is_ok_and(|status| status.success());
    let closed = folder.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser opens every door.
    let is_closed = fs::read_dir(&closed).is_err();
    let (documents, problems) = read(folder.path());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    let texts: Vec<_> = documents.iter().map(|d| d.readable.as_str()).collect();
    assert_eq!(texts.first().zip(texts.last()), Some((&"first", &"last")));
    let all = problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
    assert!(all.contains("the link leads back") && all.contains("the link leads nowhere"), "{all}");
    assert_eq!(all.contains("named pipe"), has_pipe, "{all}");
    assert_eq!(all.contains("permission denied"), is_closed, "{all}");
}

#[test]
fn a_missing_path_is_a_problem() {
    let (documents, problems) = read(Path::new("/nonexistent/reservoir"));
    assert!(documents.is_empty() && problems[0].what.contains("no such file"), "{problems:?}");
}

#[test]
fn reading_stops_when_the_sink_has_enough() {
    let lines = "{\"title\":\"A\",\"text\":\"a\"}\n".repeat(2_000);
    let folder = folder(&[("a.jsonl", lines.as_bytes()), ("b.txt", b"never")]);
    let mut count = 0;
    gather::read_path(folder.path(), &mut |_| {
        count += 1;
        if count == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(count, 3);
}

#[test]
fn carried_files_are_read_like_a_folder() {
    let mut documents = Vec::new();
    let files: &[(&str, &[u8])] = &[
        ("v/t.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n"),
        ("v/t.info.json", b"{\"title\":\"T\"}"),
        ("README.md", b"about"),
        (".reservoirignore", b"README.md"),
    ];
    gather::read_files(files, &mut |outcome| {
        documents.push(outcome.unwrap());
        ControlFlow::Continue(())
    });
    assert_eq!(
        (documents.len(), documents[0].title.as_str(), documents[0].identity.as_str()),
        (1, "T", "v/t.vtt")
    );
}

/// Reads real records where they are at hand; says so where they are not.
#[test]
fn real_workflow_records_are_all_read() {
    let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/workflows");
    if !records.is_dir() {
        eprintln!("skipped: no real workflow records at {}", records.display());
        return;
    }
    let (documents, problems) = read(&records);
    assert_eq!(problems, []);
    assert_eq!(documents.len(), fs::read_dir(&records).unwrap().count());
    for document in &documents {
        assert_eq!(document.kind, DocumentKind::Workflow);
        let workflow = Workflow::parse(&String::from_utf8_lossy(&document.raw.bytes)).unwrap();
        let (readable, lines) = workflow.readable();
        assert_eq!(readable, document.readable, "{}", document.identity);
        assert_eq!(lines.len(), workflow.nodes.len());
        assert!(
            lines
                .iter()
                .zip(&workflow.nodes)
                .all(|(line, node)| line.slice(&readable) == Some(&node.line()))
        );
        assert!(!workflow.nodes.is_empty() && workflow.url().is_some());
    }
}
