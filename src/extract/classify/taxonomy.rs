//! The names things go by: business functions and industries, from `data/taxonomy`.

use super::ClassifyError;
use serde::Deserialize;
use std::sync::OnceLock;

static FUNCTIONS: &str = include_str!("../../../data/taxonomy/functions.toml");
static INDUSTRIES: &str = include_str!("../../../data/taxonomy/industries.toml");

/// What an automation is for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// As the product shows it.
    pub name: String,
    /// Other names of the same, among them the template category it stands for.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub description: String,
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Words by which a story tells of it, in any language; `word*` however it ends.
    #[serde(default)]
    pub signs: Vec<String>,
}

/// The trade an automation serves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Industry {
    pub name: String,
    /// Narrower trades and other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub description: String,
    /// Words and phrases that hardly mean anything else.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Words that need company.
    #[serde(default)]
    pub hints: Vec<String>,
    /// Subreddits of its people, without `r/`.
    #[serde(default)]
    pub subreddits: Vec<String>,
}

/// All functions and industries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taxonomy {
    pub functions: Vec<Function>,
    pub industries: Vec<Industry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Document {
    function: Vec<Function>,
    industry: Vec<Industry>,
}

impl Taxonomy {
    /// The shipped taxonomy, read at the first call.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Taxonomy> = OnceLock::new();
        SHARED.get_or_init(|| {
            let mut taxonomy = Self::default();
            for text in [FUNCTIONS, INDUSTRIES] {
                taxonomy
                    .extend(text)
                    .expect("invariant: the shipped taxonomy is sound, as tests hold");
            }
            taxonomy
        })
    }

    /// Adds the functions and industries of a TOML text; one whose name is known already replaces the
    /// former.
    ///
    /// # Errors
    /// When the text is not TOML of that form; the message carries line and column.
    pub fn extend(&mut self, text: &str) -> Result<(), ClassifyError> {
        let document: Document = toml::from_str(text).map_err(ClassifyError::Taxonomy)?;
        for function in document.function {
            match self.functions.iter_mut().find(|known| known.name == function.name) {
                Some(known) => *known = function,
                None => self.functions.push(function),
            }
        }
        for industry in document.industry {
            match self.industries.iter_mut().find(|known| known.name == industry.name) {
                Some(known) => *known = industry,
                None => self.industries.push(industry),
            }
        }
        Ok(())
    }

    /// The function of that name or alias, without regard to case.
    pub fn find_function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| is_called(name, &function.name, &function.aliases))
    }

    /// The industry of that name or alias, without regard to case.
    pub fn find_industry(&self, name: &str) -> Option<&Industry> {
        self.industries.iter().find(|industry| is_called(name, &industry.name, &industry.aliases))
    }

    /// The aliases of the function called `label`; none when there is no such function.
    pub fn function_aliases(&self, label: &str) -> &[String] {
        self.find_function(label).map_or(&[], |function| &function.aliases)
    }
}

fn is_called(asked: &str, name: &str, aliases: &[String]) -> bool {
    name.eq_ignore_ascii_case(asked) || aliases.iter().any(|a| a.eq_ignore_ascii_case(asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_and_aliases_are_distinct_when_the_shipped_taxonomy_loads() {
        let taxonomy = Taxonomy::shared();
        assert_eq!(taxonomy.functions.len(), 24);
        assert!(taxonomy.industries.len() >= 25);
        let functions = taxonomy.functions.iter().map(|f| (&f.name, &f.aliases));
        let industries = taxonomy.industries.iter().map(|i| (&i.name, &i.aliases));
        for names in [functions.collect::<Vec<_>>(), industries.collect()] {
            let mut seen = HashSet::new();
            for (name, aliases) in names {
                // A function may be called as its category is, but for the case.
                let all: HashSet<String> =
                    aliases.iter().chain([name]).map(|one| one.to_lowercase()).collect();
                for one in all {
                    assert!(seen.insert(one.clone()), "{one} stands twice");
                }
            }
        }
    }

    #[test]
    fn a_function_is_found_when_asked_for_by_its_gallery_category() {
        let taxonomy = Taxonomy::shared();
        let found = taxonomy.find_function("lead nurturing").expect("known");
        assert_eq!(found.name, "Lead nurturing");
        assert!(
            taxonomy
                .function_aliases("Invoices and expenses")
                .contains(&"Invoice Processing".into())
        );
        assert_eq!(taxonomy.find_industry("hvac").expect("known").name, "Home services");
    }

    #[test]
    fn a_users_function_joins_the_shipped_ones_when_extended() {
        let mut taxonomy = Taxonomy::shared().clone();
        let text = "[[function]]\nname = \"Fleet care\"\ndescription = \"Keeps vans running.\"\n";
        taxonomy.extend(text).expect("sound");
        assert_eq!(taxonomy.functions.len(), 25);
        assert!(taxonomy.extend("[[function]]\nnam = \"x\"").is_err());
    }
}
