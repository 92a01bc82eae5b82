//! The index's fields.

use super::indexable::Indexable;
use super::{meaning, tokens};
use crate::model::{FacetField, Week};
use tantivy::schema::{
    DateOptions, FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager, WhitespaceTokenizer};
use tantivy::{DateTime, Index, TantivyDocument};

/// Counts changes of fields or tokens; each version has its own folder.
pub const SCHEMA_VERSION: u32 = 2;

/// Identifiers kept of one automation: enough for any workflow, a bound against dumps of data.
const MOST_IDENTIFIERS: usize = 300;

/// Facet values longer than this are not values that people pick from a list.
const LONGEST_VALUE: usize = 200;

const PLAIN: &str = "plain";
const STEMMED: &str = "stemmed";
const WHOLE: &str = "whole";
const PAIRS: &str = "pairs";

/// The fields, and the analyzers that questions share with them.
#[derive(Clone)]
pub(super) struct Fields {
    pub id: Field,
    /// Everything, stemmed: what BM25 scores.
    pub text: Field,
    /// Everything, word by word with positions: phrases, prefixes, typos.
    pub plain: Field,
    /// Neighbouring stems as one word: what stands together counts more.
    pub pairs: Field,
    pub title: Field,
    pub identifier: Field,
    pub origin: Field,
    pub dated: Field,
    facets: [Field; FacetField::ALL.len()],
    pub plain_words: TextAnalyzer,
    pub stems: TextAnalyzer,
    pub whole: TextAnalyzer,
}

/// Builds the schema of `SCHEMA_VERSION`.
pub(super) fn schema() -> Schema {
    let text = |tokenizer: &str, record| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
        TextOptions::default().set_indexing_options(indexing.set_index_option(record))
    };
    let value = || {
        let indexing = TextFieldIndexing::default().set_tokenizer(WHOLE).set_fieldnorms(false);
        TextOptions::default()
            .set_indexing_options(indexing.set_index_option(IndexRecordOption::Basic))
    };
    let mut schema = Schema::builder();
    schema.add_i64_field("id", INDEXED | FAST);
    schema.add_text_field("text", text(STEMMED, IndexRecordOption::WithFreqs));
    schema.add_text_field("plain", text(PLAIN, IndexRecordOption::WithFreqsAndPositions));
    schema.add_text_field("pairs", {
        let indexing = TextFieldIndexing::default().set_tokenizer(PAIRS).set_fieldnorms(false);
        TextOptions::default()
            .set_indexing_options(indexing.set_index_option(IndexRecordOption::Basic))
    });
    schema.add_text_field("title", STRING);
    schema.add_text_field("identifier", value());
    schema.add_text_field("origin", value());
    schema.add_date_field("dated", DateOptions::default().set_fast());
    for facet in FacetField::ALL {
        schema.add_text_field(facet.name(), value().set_fast("raw"));
    }
    schema.build()
}

/// Tells `index` how its fields fall into words.
pub(super) fn register(index: &mut Index) {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(PLAIN, tokens::plain());
    tokenizers.register(STEMMED, tokens::stemmed());
    tokenizers.register(WHOLE, tokens::whole());
    tokenizers.register(PAIRS, WhitespaceTokenizer::default());
    index.set_tokenizers(tokenizers);
}

impl Fields {
    /// Finds the fields in `schema`; `None` when it is another version's.
    pub(super) fn find(schema: &Schema) -> Option<Self> {
        let field = |name: &str| schema.get_field(name).ok();
        let mut facets = [field("id")?; FacetField::ALL.len()];
        for (place, facet) in facets.iter_mut().zip(FacetField::ALL) {
            *place = field(facet.name())?;
        }
        Some(Self {
            id: field("id")?,
            text: field("text")?,
            plain: field("plain")?,
            pairs: field("pairs")?,
            title: field("title")?,
            identifier: field("identifier")?,
            origin: field("origin")?,
            dated: field("dated")?,
            facets,
            plain_words: tokens::plain(),
            stems: tokens::stemmed(),
            whole: tokens::whole(),
        })
    }

    pub(super) fn facet(&self, facet: FacetField) -> Field {
        self.facets[facet as usize]
    }

    /// The document that Tantivy keeps of `item`.
    pub(super) fn document(&self, item: &Indexable) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_i64(self.id, item.id.0);
        document.add_date(self.dated, DateTime::from_timestamp_secs(item.dated.as_second()));
        document.add_text(self.title, tokens::title_key(&self.plain_words, &item.title));
        let names = item.tools.iter().chain(&item.functions).chain(&item.industries);
        let parts = [&item.title, &item.description, &item.trigger];
        let texts = parts.into_iter().chain(&item.steps).chain(names).chain(&item.tags);
        for text in texts.chain([&item.body]).filter(|t| !t.is_empty()) {
            let prose = meaning::plain_words(text);
            let stems = tokens::list_tokens(&self.stems, &prose);
            document.add_text(self.pairs, tokens::list_pairs(&stems).join(" "));
            document.add_text(self.text, prose);
            document.add_text(self.plain, text);
        }
        let marked = [&item.title, &item.description, &item.body].into_iter().chain(&item.steps);
        let mut identifiers: Vec<_> = marked.flat_map(|text| tokens::identifiers(text)).collect();
        identifiers.sort_unstable();
        identifiers.dedup();
        for identifier in identifiers.iter().take(MOST_IDENTIFIERS) {
            document.add_text(self.identifier, identifier);
        }
        self.add_values(&mut document, item);
        document
    }

    fn add_values(&self, document: &mut TantivyDocument, item: &Indexable) {
        let mut add = |facet, value: &str| {
            if !value.is_empty() && value.len() <= LONGEST_VALUE {
                document.add_text(self.facet(facet), value);
            }
        };
        add(FacetField::Status, item.status.name());
        item.kind.iter().for_each(|kind| add(FacetField::Kind, kind.name()));
        item.source.iter().for_each(|source| add(FacetField::Source, source));
        add(FacetField::Week, &Week::of(item.gathered).to_string());
        let lists = [
            (FacetField::Function, &item.functions),
            (FacetField::Industry, &item.industries),
            (FacetField::Tool, &item.tools),
            (FacetField::Tag, &item.tags),
        ];
        for (facet, values) in lists {
            let mut values: Vec<_> = values.iter().collect();
            values.sort_unstable();
            values.dedup();
            values.into_iter().for_each(|value| add(facet, value));
        }
        if let Some(origin) = &item.origin {
            document.add_text(self.origin, origin);
        }
    }
}
