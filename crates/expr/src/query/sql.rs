//! Queries as SQL.

use crate::error::{Error, Span};
use crate::graph::NodeId;
use crate::query::parse::{Direction, Query};
use crate::sql::{Dialect, Writer, identifier};
use crate::typed::{self, TypedId};
use crate::types::Type;

impl Query {
    /// The query as SQL over the table `name`, whose columns are those of `schema`.
    ///
    /// Its answer is that of [`ask`](Self::ask): division, remainders, masks and empty groups mean
    /// the same. Sums of floats may differ in their last places, as databases add in an order of
    /// their own.
    ///
    /// # Errors
    /// [`Error::UnknownName`], [`Error::Types`], and [`Error::Unsupported`] for what the dialect
    /// cannot say.
    pub fn to_sql<'a>(
        &self,
        name: &str,
        schema: impl IntoIterator<Item = (&'a str, Type)>,
        dialect: Dialect,
    ) -> Result<String, Error> {
        let schema: Vec<(&str, Type)> = schema.into_iter().collect();
        let roots: Vec<NodeId> = self
            .shown()
            .chain(self.keys.iter().map(|(_, node)| *node))
            .chain(self.filter)
            .collect();
        let (graph, roots) = self.graph.rewritten(&roots, |_| None)?;
        let types = graph
            .names()
            .iter()
            .map(|name| {
                let found = schema.iter().find(|(known, _)| *known == &**name);
                found.map(|(_, ty)| *ty).ok_or_else(|| {
                    let id = self.graph.needed(&self.shown().collect::<Vec<_>>());
                    Error::UnknownName {
                        span: id.first().map_or(Span::default(), |id| self.graph.span(*id)),
                        name: name.to_string(),
                        known: schema.iter().map(|(name, _)| (*name).to_owned()).collect(),
                    }
                })
            })
            .collect::<Result<Vec<Type>, Error>>()?;
        let typed = typed::lower(&graph, &roots, &types)?;
        let names: Vec<&str> = graph.names().iter().map(|name| &**name).collect();
        let writer = Writer::new(&typed, names, dialect);
        let said = writer.all()?;
        let mut next = typed.roots.iter().map(|root| (*root, said[*root as usize].clone()));
        let mut take = |n: usize| next.by_ref().take(n).collect::<Vec<(TypedId, String)>>();
        let (select, order) = (take(self.select.len()), take(self.order.len()));
        let (keys, filter) = (take(self.keys.len()), take(usize::from(self.filter.is_some())));
        let shown: Vec<String> = select
            .iter()
            .zip(&self.select)
            .map(|((_, text), (name, _))| format!("{text} AS {}", identifier(name)))
            .collect();
        let mut sql = format!("SELECT {} FROM {}", shown.join(", "), identifier(name));
        if let [(id, text)] = &filter[..] {
            sql.push_str(&format!(" WHERE {}", writer.truth(*id, text)));
        }
        if !keys.is_empty() {
            let texts: Vec<&str> = keys.iter().map(|(_, text)| text.as_str()).collect();
            sql.push_str(&format!(" GROUP BY {}", texts.join(", ")));
        }
        let mut by: Vec<String> = order
            .iter()
            .zip(&self.order)
            .map(|((id, text), (_, direction))| writer.ordering(*id, text, *direction))
            .collect();
        by.extend(keys.iter().map(|(id, text)| writer.ordering(*id, text, Direction::Ascending)));
        if !by.is_empty() {
            sql.push_str(&format!(" ORDER BY {}", by.join(", ")));
        }
        if let Some(top) = self.top {
            sql.push_str(&format!(" LIMIT {top}"));
        }
        Ok(sql)
    }
}
