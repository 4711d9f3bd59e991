//! Projects of LookML become models.
//!
//! Text goes in; files of models and findings come out. Nothing is dropped silently: whatever of a block is not used is a
//! finding, with its file and line. What restricts somebody and is not understood closes what it stands in.

mod explore;
mod expression;
mod field;
mod fields;
mod finding;
mod grants;
mod level;
mod measures;
mod merge;
mod parser;
mod project;
mod security;
mod selection;
mod skeleton;
mod source;
mod sql;
mod syntax;
mod tables;
mod translate;
mod verify;
mod view;

pub use finding::{Finding, Weight};
pub use parser::SyntaxError;
pub use source::Sources;

use crate::finding::Findings;
use crate::project::Project;
use crate::security::Attributes;
use crate::translate::translated;
use model::access::Connection;
use model::attribute::AttributeDefinition;
use model::name::ModelName;
use std::collections::{BTreeMap, BTreeSet};

/// What models are made for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Where the data lives. What LookML calls its connections counts for nothing.
    pub connection: &'a Connection,
    /// What can be read there, with the types of columns: LookML has none.
    pub sources: &'a Sources,
    /// The attributes that there are already. Others that LookML names are taken for texts.
    pub attributes: &'a [AttributeDefinition],
}

/// What a project comes to.
#[derive(Debug)]
pub struct Imported {
    /// The texts of `models/NAME.yaml`, by the names of models.
    pub models: BTreeMap<ModelName, String>,
    /// What is missing or different, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// Attributes that the models need and that there are not yet.
    pub attributes: Vec<AttributeDefinition>,
}

/// Translates the files of a project, by their names relative to it with `/` between folders.
///
/// # Errors
/// Every file that is no LookML. Nothing is translated then: what cannot be read may restrict the rest.
pub fn import(files: &BTreeMap<String, String>, target: Target<'_>) -> Result<Imported, Vec<SyntaxError>> {
    let mut findings = Findings::default();
    let project = Project::read(files, &mut findings)?;
    let mut attributes = Attributes::new(target.attributes);
    let (mut drafts, mut names) = (BTreeMap::new(), BTreeSet::new());
    for source in project.models(&mut findings) {
        let place = source.place.clone();
        match ModelName::new(source.name.as_str()) {
            Ok(name) if !names.insert(name.clone()) => {
                drafts.remove(&name);
                findings.closed(&place, format!("model `{name}` is there twice: none is made"));
            }
            Ok(name) => drop(drafts.insert(name, translated(source, target, &mut attributes, &mut findings))),
            Err(error) => findings.closed(&place, format!("the model is not made: {error}")),
        }
    }
    let models = verify::written(drafts, target, &attributes, &mut findings);
    let is_new = |one: &AttributeDefinition| attributes.new.contains(&one.name);
    let attributes = attributes.all().into_iter().filter(is_new).collect();
    Ok(Imported { models, findings: findings.into_vec(), attributes })
}
