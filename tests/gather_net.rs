//! Servers that misbehave, each on a socket of its own, against the real client.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use flate2::Compression;
use flate2::write::GzEncoder;
use reservoir::gather::feed::{self, FeedAnswer, Validators};
use reservoir::net::{Client, NetError, NetSettings, Request};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

type Handler = dyn Fn(&str, usize, &mut TcpStream) + Send + Sync;

/// A server on a free port; the handler gets head, count of requests before, and the socket.
struct Server {
    base: String,
    count: Arc<AtomicUsize>,
}

fn serve(handler: impl Fn(&str, usize, &mut TcpStream) + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let (handler, counted): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&count));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let before = counted.fetch_add(1, Ordering::SeqCst);
            let handler = Arc::clone(&handler);
            thread::spawn(move || {
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
                handler(&head, before, &mut stream);
            });
        }
    });
    Server { base, count }
}

fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    let _ = stream.write_all(body);
}

fn settings() -> NetSettings {
    NetSettings {
        allowed_hosts: vec!["127.0.0.1".to_owned()],
        connect_timeout: Duration::from_secs(2),
        read_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_millis(1_500),
        max_body: 100_000,
        attempts: 3,
        backoff: Duration::from_millis(10),
        max_wait: Duration::from_secs(2),
        host_delay: Duration::ZERO,
        ..NetSettings::default()
    }
}

async fn fetch(address: &str) -> Result<reservoir::net::Fetched, NetError> {
    Client::new(settings()).unwrap().fetch(&Request::new(address)).await
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let server = serve(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let error = fetch(&server.base).await.unwrap_err();
    assert!(matches!(error, NetError::TooLarge { .. }), "{error}");
    assert_eq!(server.count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_at_the_limit() {
    let server = serve(|_, _, stream| {
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![0; 20 << 20]).unwrap();
        answer(stream, "200 OK", "Content-Encoding: gzip\r\n", &bomb.finish().unwrap());
    });
    assert!(matches!(fetch(&server.base).await, Err(NetError::TooLarge { .. })));
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_total_time() {
    let server = serve(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let start = Instant::now();
    let client = Client::new(NetSettings { attempts: 1, ..settings() }).unwrap();
    let error = client.fetch(&Request::new(&server.base)).await.unwrap_err();
    assert!(matches!(error, NetError::Timeout { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn silence_ends_with_the_read_time() {
    let server = serve(|_, _, _| thread::sleep(Duration::from_secs(5)));
    let client = Client::new(NetSettings { attempts: 1, ..settings() }).unwrap();
    let error = client.fetch(&Request::new(&server.base)).await.unwrap_err();
    assert!(matches!(error, NetError::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn a_body_shorter_than_told_is_tried_again_and_then_told() {
    let server = serve(|_, _, stream| {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nshort");
    });
    let error = fetch(&server.base).await.unwrap_err();
    assert!(matches!(error, NetError::Broken { .. }), "{error}");
    assert_eq!(server.count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_told_length_beyond_the_limit_is_refused_at_once() {
    let server = serve(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx");
        thread::sleep(Duration::from_secs(1));
    });
    assert!(matches!(fetch(&server.base).await, Err(NetError::TooLarge { .. })));
}

#[tokio::test]
async fn what_heals_is_tried_again() {
    let server = serve(|_, before, stream| match before {
        0 => answer(stream, "503 Service Unavailable", "", b""),
        1 => answer(stream, "429 Too Many Requests", "Retry-After: 0\r\n", b""),
        _ => answer(stream, "200 OK", "", b"well"),
    });
    assert_eq!(fetch(&server.base).await.unwrap().body, b"well");
    assert_eq!(server.count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_long_wait_is_left_to_the_caller() {
    let server =
        serve(|_, _, stream| answer(stream, "429 Too Many Requests", "Retry-After: 3600\r\n", b""));
    let error = fetch(&server.base).await.unwrap_err();
    let wait = error.retry_at().unwrap().duration_since(jiff::Timestamp::now()).as_secs();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    assert!(error.is_temporary() && error.to_string().contains("asks to wait until"), "{error}");
    assert_eq!(server.count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_does_not_heal_is_asked_once() {
    let server = serve(|head, _, stream| {
        if head.starts_with("GET /gone") {
            answer(stream, "410 Gone", "", b"");
        } else {
            answer(stream, "403 Forbidden", "cf-mitigated: challenge\r\n", b"");
        }
    });
    let gone = fetch(&format!("{}/gone", server.base)).await.unwrap_err();
    assert!(gone.is_gone() && !gone.is_temporary(), "{gone}");
    assert!(matches!(fetch(&server.base).await, Err(NetError::Blocked { .. })));
    assert_eq!(server.count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn redirects_are_followed_and_circles_told() {
    let server = serve(|head, _, stream| match head.split(' ').nth(1).unwrap() {
        "/a" => answer(stream, "301 Moved Permanently", "Location: /b\r\n", b""),
        "/b" => answer(stream, "308 Permanent Redirect", "Location: c\r\n", b""),
        "/c" => answer(stream, "200 OK", "", b"here"),
        "/t" => answer(stream, "302 Found", "Location: /c\r\n", b""),
        "/x" => answer(stream, "301 Moved Permanently", "Location: /y\r\n", b""),
        "/y" => answer(stream, "301 Moved Permanently", "Location: /x\r\n", b""),
        path => {
            let n: u32 = path[1..].parse().unwrap();
            answer(stream, "302 Found", &format!("Location: /{}\r\n", n + 1), b"");
        }
    });
    let base = &server.base;
    let found = fetch(&format!("{base}/a")).await.unwrap();
    assert_eq!(
        (found.url.clone(), found.moved_to),
        (format!("{base}/c"), Some(format!("{base}/c")))
    );
    assert_eq!(fetch(&format!("{base}/t")).await.unwrap().moved_to, None);
    assert!(matches!(fetch(&format!("{base}/x")).await, Err(NetError::Loop { .. })));
    assert!(matches!(fetch(&format!("{base}/1")).await, Err(NetError::Redirects { .. })));
}

#[tokio::test]
async fn private_addresses_are_refused_by_number_name_and_redirect() {
    let server = serve(|_, _, stream| {
        answer(stream, "302 Found", "Location: http://169.254.169.254/latest/meta-data\r\n", b"");
    });
    let strict = Client::new(NetSettings { allowed_hosts: Vec::new(), ..settings() }).unwrap();
    let by_number = strict.fetch(&Request::new(&server.base)).await;
    assert!(matches!(by_number, Err(NetError::Private { .. })));
    let by_name = strict.fetch(&Request::new(server.base.replace("127.0.0.1", "localhost"))).await;
    assert!(matches!(by_name, Err(NetError::Private { .. })), "{by_name:?}");
    assert_eq!(server.count.load(Ordering::SeqCst), 0);
    let by_redirect = fetch(&server.base).await.unwrap_err();
    assert!(by_redirect.to_string().contains("169.254.169.254"), "{by_redirect}");
}

#[tokio::test]
async fn a_host_is_asked_one_at_a_time_with_a_pause() {
    let server = serve(|_, _, stream| answer(stream, "200 OK", "", b"ok"));
    let client =
        Client::new(NetSettings { host_delay: Duration::from_millis(120), ..settings() }).unwrap();
    let start = Instant::now();
    let request = Request::new(&server.base);
    let (a, b, c) =
        tokio::join!(client.fetch(&request), client.fetch(&request), client.fetch(&request));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert!(start.elapsed() >= Duration::from_millis(240), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_charset_is_read_from_the_header() {
    let server = serve(|_, _, stream| {
        answer(
            stream,
            "200 OK",
            "Content-Type: text/plain; charset=\"windows-1251\"\r\n",
            b"\xd1\xf7\xe5\xf2",
        );
    });
    assert_eq!(fetch(&server.base).await.unwrap().text(), "Счет");
}

const FEED: &str = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss version=\"2.0\"><channel><title>\u{c7}a</title><item><title>Caf\u{e9}</title><link>https://x.example/1</link></item></channel></rss>";

#[tokio::test]
async fn a_feed_is_fetched_once_and_then_asked_conditionally() {
    let server = serve(|head, _, stream| {
        let head = head.to_ascii_lowercase();
        if head.contains("if-none-match: \"v1\"") && head.contains("if-modified-since: mon,") {
            return answer(stream, "304 Not Modified", "Cache-Control: max-age=7200\r\n", b"");
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        // The header is right, the declaration inside is a lie.
        packed.write_all(FEED.as_bytes()).unwrap();
        let headers = "ETag: \"v1\"\r\nLast-Modified: Mon, 16 Nov 2026 00:00:00 GMT\r\nContent-Encoding: gzip\r\nContent-Type: application/rss+xml; charset=utf-8\r\n";
        answer(stream, "200 OK", headers, &packed.finish().unwrap());
    });
    let client = Client::new(settings()).unwrap();
    let address = format!("{}/feed", server.base);
    let first = feed::fetch(&client, &address, &Validators::default()).await.unwrap();
    let FeedAnswer::Documents { docs, problems, etag, last_modified, .. } = first else {
        panic!("{first:?}")
    };
    assert_eq!(
        (docs[0].title.as_str(), docs[0].origin.as_deref(), problems.len()),
        ("Café", Some("Ça"), 0)
    );
    let (again, _) = reservoir::gather::replay(&docs[0].raw);
    assert_eq!(again, docs);
    let second = feed::fetch(&client, &address, &Validators { etag, last_modified }).await.unwrap();
    let FeedAnswer::NotModified { next } = second else { panic!("{second:?}") };
    let wait = next.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((7_100..=7_200).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_page_in_place_of_a_feed_is_a_problem_with_a_hint() {
    let server = serve(|_, _, stream| {
        answer(stream, "200 OK", "Content-Type: text/html\r\n", b"<html><body>Log in</body></html>")
    });
    let client = Client::new(settings()).unwrap();
    let answer = feed::fetch(&client, &server.base, &Validators::default()).await.unwrap();
    let FeedAnswer::Documents { docs, problems, .. } = answer else { panic!("{answer:?}") };
    assert!(docs.is_empty() && problems[0].what.contains("no feed"), "{problems:?}");
}

#[tokio::test]
async fn a_dropped_fetch_frees_its_host() {
    let server = serve(|_, before, stream| {
        if before == 0 {
            thread::sleep(Duration::from_secs(2));
        }
        answer(stream, "200 OK", "", b"ok");
    });
    let client = Client::new(settings()).unwrap();
    let request = Request::new(&server.base);
    let cancelled = tokio::time::timeout(Duration::from_millis(50), client.fetch(&request)).await;
    assert!(cancelled.is_err());
    assert!(client.fetch(&request).await.is_ok());
}
