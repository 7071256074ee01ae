//! A table of things by id, each with a small number that stays the same while it is there.

use std::{collections::HashMap, hash::Hash};

/// Finds by id or by slot in constant time; slots are used again, so memory follows the number of things held.
#[derive(Debug, Clone)]
pub(crate) struct Table<K, V> {
    slots: Vec<Option<V>>,
    free: Vec<usize>,
    by_id: HashMap<K, usize>,
}

impl<K: Eq + Hash, V> Table<K, V> {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), by_id: HashMap::new() }
    }

    pub(crate) fn slot(&self, id: &K) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&V> {
        self.slots.get(slot)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: usize) -> Option<&mut V> {
        self.slots.get_mut(slot)?.as_mut()
    }

    /// Puts a thing that is not there yet.
    pub(crate) fn put(&mut self, id: K, value: V) -> usize {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = Some(value);
        self.by_id.insert(id, slot);
        slot
    }

    pub(crate) fn remove(&mut self, id: &K) -> Option<V> {
        let slot = self.by_id.remove(id)?;
        self.free.push(slot);
        self.slots[slot].take()
    }

    /// How many slots there are, taken or free.
    pub(crate) fn places(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_used_again() {
        let mut table = Table::new();
        let (a, b) = (table.put("a", 1), table.put("b", 2));
        assert_eq!(table.remove(&"a"), Some(1));
        assert_eq!(table.get(a), None);
        assert_eq!(table.put("c", 3), a);
        assert_eq!((table.slot(&"c"), table.slot(&"b"), table.len()), (Some(a), Some(b), 2));
    }
}
