//! The fields of an explore.

use crate::expression::{At, Expression, Resolver, Use, named};
use crate::field::{Dimension as Written, Field, Kind, What, not_made};
use crate::skeleton::{Making, Skeleton};
use crate::syntax::Place;
use crate::tables::Tables;
use crate::view::titled;
use model::name::{AccessGrantName, FieldName, TableName};
use model::rule::{Formula, parse_formula};
use model::semantic::{Calculation, ColumnPath, Dimension, Explore, Grain, Join, Origin};
use model::value::ColumnType;
use std::collections::{BTreeMap, BTreeSet};

/// Where fields of explores were written.
pub(crate) type Places = BTreeMap<(String, FieldName), Place>;

/// An explore on its way.
pub(crate) struct Draft<'a, 's, 'm, 'n> {
    pub(crate) making: &'m mut Making<'a, 'n>,
    pub(crate) skeleton: &'s Skeleton<'a>,
    /// What fields call the views' tables.
    called: BTreeMap<&'s str, TableName>,
    pub(crate) explore: Explore,
    /// The dimensions that show a column as it is.
    shown: BTreeMap<At, Vec<FieldName>>,
    /// The types of dimensions; of some calculated ones it is not known.
    pub(crate) kinds: BTreeMap<FieldName, ColumnType>,
    pub(crate) places: Places,
}

impl<'a, 's, 'm, 'n> Draft<'a, 's, 'm, 'n> {
    /// `None`: its table has no name.
    pub(crate) fn of(skeleton: &'s Skeleton<'a>, tables: &Tables, making: &'m mut Making<'a, 'n>) -> Option<Self> {
        let source = skeleton.source;
        let table = tables.named(&source.name, &source.alias)?.clone();
        let mut called = BTreeMap::from([(source.alias.as_str(), table.clone())]);
        let mut joins = Vec::new();
        for join in &skeleton.joins {
            let of = tables.named(&source.name, &join.alias)?.clone();
            let alias = TableName::new(join.alias.as_str()).ok()?;
            // The explore's own table has its name already.
            let alias = if alias == table { TableName::new(format!("{alias}_joined")).ok()? } else { alias };
            let on = join.on.iter().map(|(left, right)| {
                let table = called.get(left.alias.as_str())?.clone();
                Some((ColumnPath { table, column: left.column.clone() }, right.clone()))
            });
            joins.push(Join {
                alias: Some(alias.clone()).filter(|alias| *alias != of),
                table: of,
                on: on.collect::<Option<_>>()?,
                relationship: join.relationship,
                required_access_grants: join.grants.clone(),
            });
            called.insert(&join.alias, alias);
        }
        let explore = Explore {
            title: source.title.clone(),
            table,
            joins,
            dimensions: BTreeMap::new(),
            parameters: BTreeMap::new(),
            measures: BTreeMap::new(),
            drill_fields: Vec::new(),
            required_access_grants: skeleton.grants.clone(),
        };
        let (shown, kinds, places) = (BTreeMap::new(), BTreeMap::new(), Places::new());
        Some(Self { making, skeleton, called, explore, shown, kinds, places })
    }

    /// Makes all fields that are understood: columns first, then what reads them.
    pub(crate) fn fill(mut self) -> (Explore, Places) {
        let mut calculated = Vec::new();
        self.each(|draft, used, name, field| {
            let What::Dimension(dimension) = &field.what else { return Ok(()) };
            let expression = draft.resolver().read(&dimension.sql, used)?;
            match expression.column() {
                Some((at, kind)) => draft.column(used, name, field, (dimension.kind, at, kind), &expression),
                None => {
                    calculated.push((used, name, field, dimension, expression));
                    Ok(())
                }
            }
        });
        for (used, name, field, dimension, expression) in calculated {
            let made = self.calculated(used, name, field, dimension, &expression);
            self.note(used, name, field, made);
        }
        // Some are made of others.
        for made_of in [false, true] {
            self.each(|draft, used, name, field| match &field.what {
                What::Measure(measure) if measure.is_made_of_measures() == made_of => {
                    draft.measure(used, name, field, measure)
                }
                _ => Ok(()),
            });
        }
        (self.explore, self.places)
    }

    fn each(&mut self, mut make: impl FnMut(&mut Self, Use<'a>, &'a str, &'a Field) -> Result<(), String>) {
        for used in self.skeleton.uses.clone() {
            for (name, field) in &used.view.fields {
                if self.is_selected(used.alias, name) {
                    let made = make(self, used, name, field);
                    self.note(used, name, field, made);
                }
            }
        }
    }

    fn note(&mut self, used: Use<'a>, name: &str, field: &Field, made: Result<(), String>) {
        if let Err(error) = made {
            let name = format!("{}.{name}", used.alias);
            self.making.findings.closed(&field.place, not_made(&name, &error));
        }
    }

    fn is_selected(&self, alias: &str, field: &str) -> bool {
        let of_it = self.skeleton.selections.iter().filter(|(of, _)| of.as_deref().is_none_or(|of| of == alias));
        of_it.into_iter().all(|(_, selection)| selection.has(alias, field))
    }

    pub(crate) const fn resolver(&self) -> Resolver<'s>
    where
        'a: 's,
    {
        Resolver { uses: self.skeleton.uses.as_slice() }
    }

    /// What the explore calls a field: those of joined views by both names.
    pub(crate) fn name(&self, alias: &str, field: &str) -> Result<FieldName, String> {
        let is_own = alias == self.skeleton.source.alias;
        let name = if is_own { field.to_owned() } else { format!("{alias}__{field}") };
        FieldName::new(name).map_err(|error| error.to_string())
    }

    /// As Looker shows it: joined views stand before the labels of their fields.
    pub(crate) fn label(&self, used: Use<'_>, field: &Field) -> String {
        let is_own = used.alias == self.skeleton.source.alias;
        let view = used.label.map(str::to_owned).or_else(|| (!is_own).then(|| titled(used.alias)));
        view.map_or_else(|| field.label.clone(), |view| format!("{view} {}", field.label).trim().to_owned())
    }

    /// The access grants of a field, and of all that it refers to.
    pub(crate) fn grants(
        &self,
        field: &Field,
        expression: Option<&Expression>,
    ) -> Result<BTreeSet<AccessGrantName>, String> {
        let behind = expression.into_iter().flat_map(|expression| &expression.grants);
        self.making.grants.known(field.grants.iter().chain(behind))
    }

    /// A column that is read.
    pub(crate) fn path(&mut self, at: &At) -> Result<ColumnPath, String> {
        let table = self.called.get(at.alias.as_str()).ok_or_else(|| format!("`{}` is not joined", at.alias))?;
        let path = ColumnPath { table: table.clone(), column: at.column.clone() };
        self.making.used.add(&self.skeleton.uses, at);
        Ok(path)
    }

    /// The table whose rows a count of a view counts; none: the explore's own.
    pub(crate) fn counted(&self, alias: &str) -> Option<TableName> {
        (alias != self.skeleton.source.alias).then(|| self.called.get(alias).cloned()).flatten()
    }

    fn column(
        &mut self,
        used: Use<'a>,
        name: &str,
        field: &Field,
        (shows, at, kind): (Kind, &At, ColumnType),
        expression: &Expression,
    ) -> Result<(), String> {
        let grain = shows.grain(kind)?;
        let grants = self.grants(field, Some(expression))?;
        let path = self.path(at)?;
        let made = self.dimension(used, name, field, Origin::Column(path), grain, grants)?;
        if grain.is_none() {
            self.shown.entry(at.clone()).or_default().push(made.clone());
        }
        self.kinds.insert(made, grain.map_or(kind, Grain::kind));
        Ok(())
    }

    fn calculated(
        &mut self,
        used: Use<'a>,
        name: &str,
        field: &Field,
        dimension: &Written,
        expression: &Expression,
    ) -> Result<(), String> {
        let calculation = self.calculation(expression)?;
        let is_condition = matches!(parse_formula(calculation.text()), Ok(Formula::Condition(_)));
        match (dimension.kind, is_condition) {
            (Kind::Truth, true) | (Kind::Value, false) => {}
            (Kind::Truth, false) => return Err("its SQL is a value: expected a condition".to_owned()),
            (Kind::Value, true) => return Err("its SQL is a condition: expected a value".to_owned()),
            (Kind::Period(_), _) => return Err("periods of what is no column are not translated".to_owned()),
        }
        let grants = self.grants(field, Some(expression))?;
        let made = self.dimension(used, name, field, Origin::Calculated(calculation), None, grants)?;
        if is_condition {
            self.kinds.insert(made, ColumnType::Boolean);
        }
        Ok(())
    }

    /// A formula of the fields that show its columns. A column that no field shows is shown by none that we make: it would be
    /// there for everybody to ask for.
    pub(crate) fn calculation(&mut self, expression: &Expression) -> Result<Calculation, String> {
        for piece in &expression.pieces {
            if let crate::expression::Piece::Attribute(name) = piece {
                self.making.attributes.get(name)?;
            }
        }
        let field = |at: &At| {
            let fields = self.shown.get(at).and_then(|fields| fields.first());
            let field = fields.map(|field| named(field.as_str()));
            field.ok_or_else(|| {
                format!("no dimension of the explore shows column `{}.{}`, which it reads", at.alias, at.column)
            })
        };
        let text = expression.written(field, |name| format!("user_attribute('{name}')"))?;
        Calculation::try_from(text.clone()).map_err(|error| format!("`{text}` is not translated: {error}"))
    }

    fn dimension(
        &mut self,
        used: Use<'a>,
        name: &str,
        field: &Field,
        of: Origin,
        grain: Option<Grain>,
        required_access_grants: BTreeSet<AccessGrantName>,
    ) -> Result<FieldName, String> {
        let label = Some(self.label(used, field));
        let hidden = field.hidden;
        let (bins, cases, otherwise) = (None, Vec::new(), None);
        let dimension = Dimension { of, label, grain, bins, cases, otherwise, hidden, required_access_grants };
        let name = self.name(used.alias, name)?;
        self.place(&name, &field.place)?;
        self.explore.dimensions.insert(name.clone(), dimension);
        Ok(name)
    }

    /// A dimension that nobody is offered, of what a measure aggregates. It reads nothing that no field shows.
    pub(crate) fn value_of(
        &mut self,
        used: Use<'a>,
        name: &str,
        field: &Field,
        expression: &Expression,
    ) -> Result<FieldName, String> {
        let calculation = self.calculation(expression)?;
        let grants = self.grants(field, Some(expression))?;
        let hidden = Field { hidden: true, ..field.clone() };
        self.dimension(used, &format!("{name}__value"), &hidden, Origin::Calculated(calculation), None, grants)
    }

    /// Keeps where a field was written. `Err`: another one is called so.
    pub(crate) fn place(&mut self, name: &FieldName, place: &Place) -> Result<(), String> {
        let key = (self.skeleton.source.name.clone(), name.clone());
        match self.places.insert(key, place.clone()) {
            None => Ok(()),
            Some(_) => Err(format!("another field of the explore is called `{name}`")),
        }
    }
}
