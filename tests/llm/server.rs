//! A server that speaks the OpenAI protocol as well or as badly as a test wants, on a socket of its
//! own.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub head: String,
    pub body: Value,
    /// The body as it came.
    pub raw: String,
    /// Requests before it.
    pub before: usize,
}

impl Asked {
    /// The key it was sent under.
    pub fn key(&self) -> Option<&str> {
        let line = self.head.lines().find(|line| line.starts_with("authorization: "))?;
        line.strip_prefix("authorization: Bearer ")
    }

    /// All that was said to the model.
    pub fn words(&self) -> String {
        self.body["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["content"].as_str().unwrap())
            .collect()
    }
}

/// What the server does with a request.
pub enum Said {
    /// A good answer with this text.
    Text(String),
    /// This body at 200.
    Body(Value),
    /// This body of whatever kind at 200.
    Raw(&'static str, String),
    /// This status with these header lines and this body.
    Status(&'static str, &'static str, Value),
    /// Nothing, until the client gives up.
    Silence,
    /// A head and half of a body, then the end.
    Cut,
    /// A head and half of a body, then nothing until the client gives up.
    Stall,
    /// These parts as events, then what is said.
    Events(Vec<Value>, End),
}

/// How a stream of events ends.
pub enum End {
    Done,
    Cut,
    Stall,
}

pub struct Server {
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts a server that does with each request what `script` says.
    pub fn start(script: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (script, seen) = (Arc::new(script), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                thread::spawn(move || serve(stream, &*script, &seen));
            }
        });
        Self { base, asked }
    }

    /// A server that gives a good answer to everything.
    pub fn saying(text: &str) -> Self {
        let text = text.to_owned();
        Self::start(move |_| Said::Text(text.clone()))
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// A whole good answer.
pub fn chat(text: &str, input: u64, output: u64) -> Value {
    json!({
        "id": "x", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": input, "completion_tokens": output},
    })
}

/// An event that adds `text`.
pub fn delta(text: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
}

fn serve(mut stream: TcpStream, script: &dyn Fn(&Asked) -> Said, seen: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let raw = String::from_utf8_lossy(&body).into_owned();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let asked = {
        let mut seen = seen.lock().unwrap();
        let asked = Asked { path, head, body, raw, before: seen.len() };
        seen.push(asked.clone());
        asked
    };
    act(&mut stream, &asked, script(&asked));
}

fn act(stream: &mut TcpStream, asked: &Asked, said: Said) {
    let json = "Content-Type: application/json\r\n";
    match said {
        Said::Text(text) => {
            let input = asked.body.to_string().len() as u64 / 4;
            let body = chat(&text, input, text.len() as u64 / 4 + 1);
            send(stream, "200 OK", json, body.to_string().as_bytes());
        }
        Said::Body(body) => send(stream, "200 OK", json, body.to_string().as_bytes()),
        Said::Raw(kind, body) => {
            send(stream, "200 OK", &format!("Content-Type: {kind}\r\n"), body.as_bytes());
        }
        Said::Status(status, headers, body) => {
            send(stream, status, &format!("{json}{headers}"), body.to_string().as_bytes());
        }
        Said::Silence => wait(stream),
        Said::Cut => half(stream),
        Said::Stall => {
            half(stream);
            wait(stream);
        }
        Said::Events(parts, end) => {
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
            );
            for part in parts {
                let _ = write!(stream, "data: {part}\n\n");
            }
            match end {
                End::Done => drop(write!(stream, "data: [DONE]\n\n")),
                End::Cut => {}
                End::Stall => wait(stream),
            }
        }
    }
}

fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    let _ = stream.write_all(body);
}

fn half(stream: &mut TcpStream) {
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{{\"choices\""
    );
}

/// Until the client closes.
fn wait(stream: &mut TcpStream) {
    let _ = stream.flush();
    let _ = stream.read(&mut [0; 64]);
}
