//! The files of a project: which belong to a model, and what the blocks in them come to with refinements and `extends`.

use crate::finding::Findings;
use crate::merge::merged;
use crate::parser::{SyntaxError, parse};
use crate::syntax::{Block, Place, Property};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the name of a model's file ends with.
const MODEL: &str = ".model.lkml";

/// All files of LookML, by their names relative to the project, with `/` between folders.
#[derive(Debug)]
pub(crate) struct Project {
    files: BTreeMap<String, Vec<Property>>,
}

/// What a model's file and all that it includes come to.
#[derive(Debug)]
pub(crate) struct ModelSource {
    /// As its file is called.
    pub(crate) name: String,
    pub(crate) place: Place,
    /// What is neither a view nor an explore.
    pub(crate) properties: Vec<Property>,
    pub(crate) views: Named,
    pub(crate) explores: Named,
    /// Whether everything was found that it includes.
    pub(crate) complete: bool,
}

/// Blocks by their labels, and where they begin.
pub(crate) type Named = BTreeMap<String, (Block, Place)>;

impl Project {
    /// Reads all files, or says of each what is wrong.
    pub(crate) fn read(files: &BTreeMap<String, String>, findings: &mut Findings) -> Result<Self, Vec<SyntaxError>> {
        let (mut read, mut errors) = (BTreeMap::new(), Vec::new());
        for (name, text) in files {
            if !name.ends_with(".lkml") {
                findings.note(&top(name), "not read: expected files of LookML, `*.lkml`");
                continue;
            }
            match parse(name, text) {
                Ok(properties) => drop(read.insert(name.clone(), properties)),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(Self { files: read }) } else { Err(errors) }
    }

    /// Its models, in the order of their files. Files that no model includes are noted.
    pub(crate) fn models(&self, findings: &mut Findings) -> Vec<ModelSource> {
        let mut read = BTreeSet::new();
        let names = self.files.keys().filter_map(|file| Some((file, model_name(file)?)));
        let models: Vec<_> = names.map(|(file, name)| self.model(file, name, &mut read, findings)).collect();
        for file in self.files.keys().filter(|file| !read.contains(file.as_str())) {
            findings.note(&top(file), "not read: no model includes it");
        }
        models
    }

    fn model<'a>(
        &'a self,
        file: &'a str,
        name: &str,
        read: &mut BTreeSet<&'a str>,
        findings: &mut Findings,
    ) -> ModelSource {
        let (mut order, mut complete) = (vec![file], true);
        let mut next = 0;
        while let Some(file) = order.get(next).copied() {
            next += 1;
            for (pattern, place) in self.includes(file) {
                let found = self.matching(file, &pattern);
                if found.is_empty() && !pattern.contains(".dashboard") {
                    complete = false;
                    let why = "no explore of the model is made, because what is missing may restrict it";
                    findings.closed(&place, format!("`include: \"{pattern}\"` finds no file of the project: {why}"));
                }
                let new: Vec<_> = found.into_iter().filter(|found| !order.contains(found)).collect();
                order.extend(new);
            }
        }
        read.extend(order.iter().copied());
        let mut source = ModelSource {
            name: name.to_owned(),
            place: top(file),
            properties: Vec::new(),
            views: Named::new(),
            explores: Named::new(),
            complete,
        };
        let all = order.iter().filter_map(|file| self.files.get(*file)).flatten();
        let is_include = |property: &&Property| property.name == "include" && property.value.as_text().is_some();
        source.sort(all.filter(|property| !is_include(property)), findings);
        source
    }

    fn includes(&self, file: &str) -> Vec<(String, Place)> {
        let properties = self.files.get(file).into_iter().flatten();
        let includes = properties.filter(|property| property.name == "include");
        includes.filter_map(|property| Some((property.value.as_text()?, property.place.clone()))).collect()
    }

    /// The files that a pattern names: from the top of the project if it begins with `/`, else from the file's folder.
    fn matching(&self, from: &str, pattern: &str) -> Vec<&str> {
        if pattern.starts_with("//") {
            return Vec::new();
        }
        let folder = from.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        let whole = pattern.strip_prefix('/').map_or_else(|| format!("{folder}{pattern}"), str::to_owned);
        let with_ending = format!("{whole}.lkml");
        let fits = |file: &&String| is_like(file, &whole) || is_like(file, &with_ending);
        self.files.keys().filter(fits).map(String::as_str).collect()
    }
}

impl ModelSource {
    fn sort<'a>(&mut self, all: impl Iterator<Item = &'a Property>, findings: &mut Findings) {
        let (mut refinements, mut twice) = (Vec::new(), Vec::new());
        for property in all {
            let block = property.value.as_block();
            let label = block.as_ref().and_then(|block| block.label.clone());
            let named = match property.name.as_str() {
                "view" => &mut self.views,
                "explore" => &mut self.explores,
                _ => {
                    self.properties.push(property.clone());
                    continue;
                }
            };
            let (Some(block), Some(label)) = (block, label) else {
                self.properties.push(property.clone());
                continue;
            };
            if let Some(refined) = label.strip_prefix('+') {
                refinements.push((property.name.clone(), refined.to_owned(), block, property.place.clone()));
            } else if named.insert(label.clone(), (block, property.place.clone())).is_some() {
                twice.push((property.name.clone(), label, property.place.clone()));
            }
        }
        for (kind, label, refinement, place) in refinements {
            self.refine(&kind, &label, refinement, &place, findings);
        }
        for (kind, label, place) in twice {
            self.named(&kind).remove(&label);
            findings.closed(&place, format!("{kind} `{label}` is there twice: none of them is read"));
        }
        self.views = extended(&self.views, "view", findings);
        self.explores = extended(&self.explores, "explore", findings);
    }

    fn named(&mut self, kind: &str) -> &mut Named {
        if kind == "view" { &mut self.views } else { &mut self.explores }
    }

    fn refine(&mut self, kind: &str, label: &str, refinement: Block, place: &Place, findings: &mut Findings) {
        match self.named(kind).get_mut(label) {
            Some((block, _)) => *block = merged(block.clone(), refinement),
            None => findings.closed(place, format!("`{kind}: +{label}` refines what is not there: it is not read")),
        }
    }
}

/// The blocks with all that they extend. One that extends what is not there, or itself, is not there either; nor is one that is
/// only there to be extended.
fn extended(named: &Named, kind: &str, findings: &mut Findings) -> Named {
    let mut all = Named::new();
    for (label, (block, place)) in named {
        match whole(named, label, &mut Vec::new()) {
            Ok(whole) => {
                let own = block.clone().into_properties();
                let only_extended = own.iter().any(is_only_extended);
                if !only_extended {
                    all.insert(label.clone(), (whole, place.clone()));
                }
            }
            Err(other) => {
                let message = format!("{kind} `{label}` extends `{other}`, which cannot be read: it is not made");
                findings.closed(place, message);
            }
        }
    }
    all
}

/// A block on top of those that it extends. `Err`: the one that is not there, or that it is itself.
fn whole(named: &Named, label: &str, below: &mut Vec<String>) -> Result<Block, String> {
    let Some((block, _)) = named.get(label) else { return Err(label.to_owned()) };
    if below.iter().any(|one| one == label) {
        return Err(label.to_owned());
    }
    below.push(label.to_owned());
    let (mut extends, mut own) = (Vec::new(), Vec::new());
    for property in block.clone().into_properties() {
        match (property.name.as_str(), property.value.as_names(), property.value.as_text()) {
            ("extends", Some(names), _) => extends.extend(names),
            ("extends", None, Some(name)) => extends.push(name),
            _ if is_only_extended(&property) => {}
            _ => own.push(property),
        }
    }
    let mut bottom = Block::new(Some(label.to_owned()), Vec::new());
    for name in extends {
        bottom = merged(bottom, whole(named, &name, below)?);
    }
    below.pop();
    let mut merged = merged(bottom, Block::new(None, own));
    merged.label = Some(label.to_owned());
    Ok(merged)
}

fn is_only_extended(property: &Property) -> bool {
    property.name == "extension" && property.value.as_text().as_deref() == Some("required")
}

fn model_name(file: &str) -> Option<&str> {
    file.rsplit('/').next()?.strip_suffix(MODEL)
}

fn top(file: &str) -> Place {
    Place { file: Arc::from(file), line: 1 }
}

/// Whether a pattern fits: `*` stands for what has no `/`, `**` for anything, `**/` for any folders or none.
fn is_like(name: &str, pattern: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**") {
        let below = rest.strip_prefix('/').is_some_and(|rest| is_like(name, rest));
        return below || ends(name).any(|end| is_like(end, rest));
    }
    if let Some(rest) = pattern.strip_prefix('*') {
        let within = name.find('/').unwrap_or(name.len());
        return ends(name).take_while(|end| name.len() - end.len() <= within).any(|end| is_like(end, rest));
    }
    match (pattern.chars().next(), name.chars().next()) {
        (None, None) => true,
        (Some(wanted), Some(found)) if wanted == found => {
            let bytes = wanted.len_utf8();
            is_like(name.get(bytes..).unwrap_or_default(), pattern.get(bytes..).unwrap_or_default())
        }
        _ => false,
    }
}

/// What is left of a name behind each of its characters, all of it first.
fn ends(name: &str) -> impl Iterator<Item = &str> {
    name.char_indices().map(|(at, _)| at).chain([name.len()]).filter_map(|at| name.get(at..))
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn patterns_name_files_as_includes_do() {
        for (pattern, name, fits) in [
            ("orders.view.lkml", "orders.view.lkml", true),
            ("*.view.lkml", "orders.view.lkml", true),
            ("*.view.lkml", "views/orders.view.lkml", false),
            ("views/*.lkml", "views/orders.view.lkml", true),
            ("**/*.view.lkml", "views/shop/orders.view.lkml", true),
            ("**/*.view.lkml", "orders.view.lkml", true),
            ("views/**/*.lkml", "views/a.lkml", true),
            ("views/**", "views/a/b.lkml", true),
            ("*.view.lkml", "orders.explore.lkml", false),
        ] {
            assert_eq!(is_like(name, pattern), fits, "{pattern} and {name}");
        }
    }
}
