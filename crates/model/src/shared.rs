//! Values that many revisions have in common: what one change leaves as it was, the next revision shares.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::{Borrow, Cow};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A value that is copied when one of those who share it changes it, and not before.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

/// What is one needs no comparison.
impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || *self.0 == *other.0
    }
}

impl<T: FromIterator<I>, I> FromIterator<I> for Shared<T> {
    fn from_iter<Items: IntoIterator<Item = I>>(items: Items) -> Self {
        T::from_iter(items).into()
    }
}

impl<T: Clone + IntoIterator> IntoIterator for Shared<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;
    fn into_iter(self) -> T::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Shared<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;
    fn into_iter(self) -> Self::IntoIter {
        (**self).into_iter()
    }
}

impl<'a, T: Clone> IntoIterator for &'a mut Shared<T>
where
    &'a mut T: IntoIterator,
{
    type Item = <&'a mut T as IntoIterator>::Item;
    type IntoIter = <&'a mut T as IntoIterator>::IntoIter;
    fn into_iter(self) -> Self::IntoIter {
        (&mut **self).into_iter()
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

impl<T: JsonSchema> JsonSchema for Shared<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// In how many parts a [`SharedMap`] is.
const PARTS: u64 = 256;

/// A map of which a change copies one part in 256, and shares the others.
#[derive(Debug, Clone)]
pub struct SharedMap<K, V> {
    /// None where nothing is in the part yet.
    parts: HashMap<u64, Part<K, V>>,
}

type Part<K, V> = Shared<HashMap<K, V>>;

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self { parts: HashMap::new() }
    }
}

/// A part without anything in it is as good as none.
impl<K: Hash + Eq, V: PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.parts.iter().all(|(number, part)| part.is_empty() || other.parts.get(number) == Some(part))
    }
}

impl<K: Hash + Eq, V> SharedMap<K, V> {
    /// The value of a key.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.parts.get(&part_of(key))?.get(key)
    }

    /// All keys with their values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.parts.values().flat_map(|part| part.iter())
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.values().map(|part| part.len()).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Hash + Eq + Clone, V: Clone> SharedMap<K, V> {
    /// Gives a key another value.
    pub fn insert(&mut self, key: K, value: V) {
        self.parts.entry(part_of(&key)).or_default().insert(key, value);
    }

    /// Takes a key away.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some(part) = self.parts.get_mut(&part_of(key)) {
            part.remove(key);
        }
    }

    /// The value of a key, to be changed; a new one where there is none.
    pub fn entry(&mut self, key: &K) -> &mut V
    where
        V: Default,
    {
        self.parts.entry(part_of(key)).or_default().entry(key.clone()).or_default()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> FromIterator<(K, V)> for SharedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut map = Self::default();
        items.into_iter().for_each(|(key, value)| map.insert(key, value));
        map
    }
}

/// The same for equal keys in every map: what two maps share must be found in both.
fn part_of<Q: Hash + ?Sized>(key: &Q) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key) % PARTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_copies_and_leaves_others_as_they_were() {
        let before = Shared::from(vec![1, 2]);
        let mut after = before.clone();
        assert_eq!(after, before);
        after.push(3);
        assert_eq!((&*before, &*after), (&vec![1, 2], &vec![1, 2, 3]));
        assert_ne!(after, before);
    }

    #[test]
    fn a_map_shares_all_parts_but_the_one_that_changed() {
        let before: SharedMap<u32, u32> = (0..10_000).map(|number| (number, number)).collect();
        let mut after = before.clone();
        after.insert(7, 8);
        assert_eq!((before.get(&7), after.get(&7), after.len()), (Some(&7), Some(&8), 10_000));
        let is_shared = |(number, part): (&u64, &Part<u32, u32>)| Arc::ptr_eq(&part.0, &after.parts[number].0);
        assert_eq!(before.parts.iter().filter(|part| !is_shared(*part)).count(), 1);
        after.insert(7, 7);
        assert_eq!(after, before);
        after.insert(10_000, 0);
        assert_ne!(after, before);
        after.remove(&10_000);
        assert_eq!(after, before);
    }
}
