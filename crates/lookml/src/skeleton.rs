//! An explore before it has fields: which tables it reads, how they are joined, and what restricts their rows.

use crate::explore::{ExploreSource, JoinSource, On};
use crate::expression::{At, Piece, Resolver, Use};
use crate::finding::Findings;
use crate::grants::Grants;
use crate::security::{Attributes, Restriction, access_filter, always_where};
use crate::selection::Selection;
use crate::sql::tokens;
use crate::syntax::Place;
use crate::tables::{Condition, Rows, Used};
use crate::view::View;
use model::name::{AccessGrantName, ColumnName};
use model::semantic::Relationship;
use std::collections::{BTreeMap, BTreeSet};

/// A join that is made.
#[derive(Debug)]
pub(crate) struct MadeJoin {
    pub(crate) alias: String,
    pub(crate) place: Place,
    pub(crate) on: Vec<(At, ColumnName)>,
    pub(crate) relationship: Relationship,
    pub(crate) grants: BTreeSet<AccessGrantName>,
}

/// An explore without fields.
#[derive(Debug)]
pub(crate) struct Skeleton<'a> {
    pub(crate) source: &'a ExploreSource,
    pub(crate) grants: BTreeSet<AccessGrantName>,
    /// Its own view first.
    pub(crate) uses: Vec<Use<'a>>,
    pub(crate) joins: Vec<MadeJoin>,
    /// The rows of its own view.
    pub(crate) base: Rows,
    /// Rules of views that are joined.
    pub(crate) joined: BTreeMap<String, Vec<Condition>>,
    /// Which fields are there.
    pub(crate) selections: Vec<(Option<String>, Selection)>,
}

/// What an explore is made of.
pub(crate) struct Making<'a, 'm> {
    pub(crate) views: &'a BTreeMap<String, View<'a>>,
    pub(crate) grants: &'m Grants,
    pub(crate) attributes: &'m mut Attributes,
    pub(crate) used: &'m mut Used,
    pub(crate) findings: &'m mut Findings,
}

impl<'a> Making<'a, '_> {
    /// `None`: the explore is not made, as a finding says.
    pub(crate) fn skeleton(&mut self, source: &'a ExploreSource) -> Option<Skeleton<'a>> {
        let made = self.base(source);
        let (base, grants) = made.map_err(|error| self.not_made(source, &error)).ok()?;
        let mut uses = vec![base];
        let mut joins = Vec::new();
        for join in &source.joins {
            match self.join(join, &mut uses) {
                Ok(made) => joins.push(made),
                Err(error) => {
                    let message = format!("join `{}` of explore `{}` is not made: {error}", join.alias, source.name);
                    self.findings.closed(&join.place, message);
                }
            }
        }
        let selections = selections(source, &uses);
        let selections = selections.map_err(|error| self.not_made(source, &error)).ok()?;
        let (base, joined) = (Rows::Shared, BTreeMap::new());
        let mut skeleton = Skeleton { source, grants, uses, joins, base, joined, selections };
        self.restrict(&mut skeleton);
        Some(skeleton)
    }

    fn not_made(&mut self, source: &ExploreSource, error: &str) {
        self.findings.closed(&source.place, format!("explore `{}` is not made: {error}", source.name));
    }

    fn base(&self, source: &'a ExploreSource) -> Result<(Use<'a>, BTreeSet<AccessGrantName>), String> {
        let view = self.view(&source.view)?;
        self.grants.known(&view.grants)?;
        Ok((Use { alias: &source.alias, view, label: source.label.as_deref() }, self.grants.known(&source.grants)?))
    }

    fn view(&self, name: &str) -> Result<&'a View<'a>, String> {
        let view = self.views.get(name).ok_or_else(|| format!("there is no view `{name}` in the model"))?;
        view.source.as_ref().map_err(|error| format!("view `{name}`: {error}"))?;
        Ok(view)
    }

    fn join(&mut self, join: &'a JoinSource, uses: &mut Vec<Use<'a>>) -> Result<MadeJoin, String> {
        let relationship = join.relationship.filter(|_| join.understood).ok_or("it has what is not translated")?;
        let view = self.view(&join.view)?;
        self.grants.known(&view.grants)?;
        let grants = self.grants.known(&join.grants)?;
        let first = uses.first().copied().ok_or("the explore has no view")?;
        if uses.iter().any(|one| one.alias == join.alias) {
            return Err("the explore has two views that are called so".to_owned());
        }
        let label = join.label.as_deref().or(view.label.as_deref());
        let mut with: Vec<Use<'a>> = uses.clone();
        with.push(Use { alias: &join.alias, view, label });
        let resolver = Resolver { uses: &with };
        let on = match &join.on {
            On::Sql(sql) => on_sql(sql, &join.alias, resolver)?,
            On::Key(key) => on_key(key, first, resolver.used(&join.alias)?, resolver)?,
            On::Nothing => return Err("expected one of `sql_on` and `foreign_key`".to_owned()),
        };
        for (left, right) in &on {
            self.used.add(&with, left);
            self.used.add(&with, &At { alias: join.alias.clone(), column: right.clone() });
        }
        *uses = with;
        if join.is_inner {
            let message = format!(
                "join `{}` keeps rows that meet nothing, with nulls: it is `inner` in LookML, where they go if the \
                 question needs it",
                join.alias
            );
            self.findings.note(&join.place, message);
        }
        Ok(MadeJoin { alias: join.alias.clone(), place: join.place.clone(), on, relationship, grants })
    }

    /// Restricts rows as LookML does; where that is not understood, the explore's own table is closed.
    fn restrict(&mut self, skeleton: &mut Skeleton<'a>) {
        let source = skeleton.source;
        let resolver = Resolver { uses: &skeleton.uses };
        let Some(base) = skeleton.uses.first().copied() else { return };
        let (mut closed, mut found) = (!source.understood, Vec::new());
        for filter in &source.filters {
            let made = access_filter(filter, resolver, self.attributes);
            let made = made.and_then(|one| reached(&one.alias, base, skeleton).map(|_| vec![one]));
            let what = format!("`access_filter` on `{}`", filter.field);
            closed |= self.note(&what, &filter.place, source, made, &mut found);
        }
        for (sql, place) in &source.conditions {
            let made = always_where(sql, base, resolver, self.attributes).and_then(|all| {
                all.iter().try_for_each(|one| reached(&one.alias, base, skeleton).map(drop)).map(|()| all)
            });
            closed |= self.note("`sql_always_where`", place, source, made, &mut found);
        }
        for (names, place) in &source.always {
            let missing = names.iter().find(|name| !is_plain_join(name, skeleton));
            let made = missing.map_or(Ok(Vec::new()), |name| {
                Err(format!("join `{name}` is `inner` or not made, and may take rows away"))
            });
            closed |= self.note("`always_join`", place, source, made, &mut found);
        }
        let mut by_view: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Restriction { alias, rule, columns } in found {
            columns.iter().for_each(|at| self.used.add(&skeleton.uses, at));
            by_view.entry(alias).or_default().push(rule);
        }
        let mut conditions = Vec::new();
        for (alias, rules) in by_view {
            let own = rules.iter().cloned().map(Condition::Own);
            match reached(&alias, base, skeleton) {
                Ok(None) => conditions.extend(own),
                Ok(Some((view, on))) => {
                    // Of one row that is joined all must hold: each of another would admit more.
                    conditions.push(Condition::Through { view, on, rules: rules.clone() });
                    skeleton.joined.insert(alias, own.collect());
                }
                Err(_) => closed = true,
            }
        }
        skeleton.base = match (closed, conditions.is_empty()) {
            (true, _) => Rows::Closed,
            (false, true) => Rows::Shared,
            (false, false) => Rows::Where(conditions),
        };
    }

    /// Gathers what was made, or says why the explore is closed. Whether it is.
    fn note(
        &mut self,
        what: &str,
        place: &Place,
        source: &ExploreSource,
        made: Result<Vec<Restriction>, String>,
        found: &mut Vec<Restriction>,
    ) -> bool {
        match made {
            Ok(made) => found.extend(made),
            Err(error) => {
                let message = format!("{what}: {error}: nobody sees a row of explore `{}`", source.name);
                self.findings.closed(place, message);
                return true;
            }
        }
        false
    }
}

/// A view, and its columns that equal columns of the row that meets it.
type Meeting = (String, Vec<(ColumnName, ColumnName)>);

/// How a row of the explore's own table meets one of a view. `None`: it is its own.
fn reached(alias: &str, base: Use<'_>, skeleton: &Skeleton<'_>) -> Result<Option<Meeting>, String> {
    if alias == base.alias {
        return Ok(None);
    }
    let join = skeleton.joins.iter().find(|join| join.alias == alias);
    let join = join.ok_or_else(|| format!("`{alias}` is not joined"))?;
    if join.on.iter().any(|(left, _)| left.alias != base.alias) {
        return Err(format!("`{alias}` is joined by way of another view, and a rule looks one join far"));
    }
    let view = skeleton.uses.iter().find(|one| one.alias == alias).map(|one| one.view.name.clone());
    let on = join.on.iter().map(|(left, right)| (right.clone(), left.column.clone())).collect();
    Ok(Some((view.unwrap_or_default(), on)))
}

/// Whether a join is there that takes no row away.
fn is_plain_join(name: &str, skeleton: &Skeleton<'_>) -> bool {
    let is_inner = skeleton.source.joins.iter().any(|join| join.alias == name && join.is_inner);
    name == skeleton.source.alias || !is_inner && skeleton.joins.iter().any(|join| join.alias == name)
}

fn on_sql(sql: &str, alias: &str, resolver: Resolver<'_>) -> Result<Vec<(At, ColumnName)>, String> {
    let wrong = || format!("`{sql}` is not understood: expected columns that are equal, joined by `AND`");
    let expression = resolver.read(&tokens(sql)?, resolver.used(alias)?)?;
    let mut pairs = Vec::new();
    let is_and = |piece: &Piece| matches!(piece, Piece::Plain(word) if word.eq_ignore_ascii_case("and"));
    for pair in expression.pieces.split(is_and) {
        let [Piece::Column(one, _), Piece::Plain(equal), Piece::Column(other, _)] = pair else { return Err(wrong()) };
        let (left, right) = if one.alias == alias { (other, one) } else { (one, other) };
        if equal != "=" || right.alias != alias || left.alias == alias {
            return Err(wrong());
        }
        pairs.push((left.clone(), right.column.clone()));
    }
    Ok(pairs)
}

fn on_key(key: &str, base: Use<'_>, joined: Use<'_>, resolver: Resolver<'_>) -> Result<Vec<(At, ColumnName)>, String> {
    let (alias, field) = key.split_once('.').unwrap_or((base.alias, key));
    let left = resolver.dimension(resolver.used(alias)?, field)?;
    let primary = joined.view.primary_key.as_deref();
    let primary = primary.ok_or_else(|| format!("view `{}` has no primary key", joined.view.name))?;
    let right = resolver.dimension(joined, primary)?;
    match (left.column(), right.column()) {
        (Some((left, _)), Some((right, _))) => Ok(vec![(left.clone(), right.column.clone())]),
        _ => Err(format!("`foreign_key: {key}` is not understood: expected columns")),
    }
}

/// Of the explore, and of each join that has one.
fn selections(source: &ExploreSource, uses: &[Use<'_>]) -> Result<Vec<(Option<String>, Selection)>, String> {
    let resolver = Resolver { uses };
    let mut selections = Vec::new();
    if let (Some((items, _)), Some(base)) = (&source.fields, uses.first()) {
        let items: Vec<String> = items.iter().filter(|item| is_of_uses(item, uses)).cloned().collect();
        selections.push((None, Selection::of(&items, resolver, *base)?));
    }
    for join in &source.joins {
        let Ok(used) = resolver.used(&join.alias) else { continue };
        if let Some((items, _)) = &join.fields {
            selections.push((Some(join.alias.clone()), Selection::of(items, resolver, used)?));
        }
    }
    Ok(selections)
}

/// Whether an item of a list is of a view that is there: of a join that is not made, there is no field anyway.
fn is_of_uses(item: &str, uses: &[Use<'_>]) -> bool {
    let alias = item.trim_start_matches('-').split_once('.').map(|(alias, _)| alias);
    alias.is_none_or(|alias| uses.iter().any(|one| one.alias == alias))
}
