//! Numbers of Metabase's objects, for the content of one workbook.

use model::dialect::{Dialect, ForeignId, KnownAs};
use model::workbook::{DataElement, Element, Page, Show, Workbook};

/// An element on a dashboard.
pub(super) struct Dashcard<'a> {
    /// Its place among the elements of all pages, from 1.
    pub(super) number: u32,
    /// The place of its page, from 1.
    pub(super) tab: u32,
    pub(super) page: &'a Page,
    pub(super) element: &'a Element,
}

impl<'a> Dashcard<'a> {
    /// Every element of a workbook.
    pub(super) fn all(workbook: &'a Workbook) -> impl Iterator<Item = Self> {
        let pages = (1_u32..).zip(&workbook.pages);
        let elements = pages.flat_map(|(tab, page)| page.elements.iter().map(move |element| (tab, page, element)));
        (1_u32..).zip(elements).map(|(number, (tab, page, element))| Self { number, tab, page, element })
    }

    /// The query and its drawing; `None`: a text.
    pub(super) fn data(&self) -> Option<&'a DataElement> {
        match &self.element.show {
            Show::Data(data) => Some(data),
            Show::Text(_) => None,
        }
    }

    /// The card's number: the one it is known by, or that of its place. A text has none.
    pub(super) fn card(&self) -> Option<u32> {
        self.data().map(|_| number(&self.element.known_as).unwrap_or(self.number))
    }

    /// Whether an address means it by that place: its number, or one of the element's entity ids.
    pub(super) fn is_at(&self, place: &str) -> bool {
        place.parse() == Ok(self.number) || self.has_entity_id(place)
    }

    /// Whether an address means its card by that: the card's number, or one of its entity ids.
    pub(super) fn shows(&self, card: &str) -> bool {
        let number = self.card();
        number.is_some_and(|number| card.parse() == Ok(number) || self.has_entity_id(card))
    }

    fn has_entity_id(&self, id: &str) -> bool {
        let ids = self.element.known_as.get(&Dialect::Metabase);
        ids.into_iter().flatten().any(|known| known.number().is_none() && known.as_str() == id)
    }
}

/// The number that content is known by.
pub(super) fn number(known_as: &KnownAs) -> Option<u32> {
    known_as.get(&Dialect::Metabase)?.iter().find_map(ForeignId::number)
}

/// The entity id that content is known by.
pub(super) fn entity_id(known_as: &KnownAs) -> Option<&str> {
    let ids = known_as.get(&Dialect::Metabase)?;
    ids.iter().find(|id| id.number().is_none()).map(ForeignId::as_str)
}
