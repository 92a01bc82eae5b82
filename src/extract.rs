//! stub
use crate::model::*;
pub const EXTRACTOR: &str = "x";
pub struct Extractor;
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct ExtractError;
pub struct Input<'a> { pub title: &'a str, pub readable: &'a str, pub kind: DocumentKind, pub url: Option<&'a str>, pub marks: &'a [Mark], pub language: Option<&'a str>, pub raw: Option<&'a [u8]> }
impl Extractor { pub fn load() -> Result<Self, ExtractError> { Ok(Self) } pub fn extract(&self, _i: &Input<'_>) -> Vec<Draft> { vec![] } }
