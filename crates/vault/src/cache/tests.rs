//! What the cache remembers and what it lets go.

use std::sync::Arc;

use kernel::PersonId;
use uuid::Uuid;

use super::{KeyCache, KeyState};
use crate::cipher::Cipher;

fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

fn live() -> KeyState {
    KeyState::Live(Arc::new(Cipher::new(&[7; 32])))
}

#[test]
fn it_never_holds_more_people_than_its_limit() {
    let cache = KeyCache::new(10);
    for number in 0..1000 {
        cache.put(person(number), live());
        let held = (0..1000).filter(|number| cache.get(person(*number)).is_some()).count();
        assert!(held <= 10);
        assert!(cache.get(person(number)).is_some());
    }
}

#[test]
fn an_erasure_lets_the_key_go_at_once_even_from_the_old_generation() {
    let cache = KeyCache::new(4);
    let cipher = Arc::new(Cipher::new(&[7; 32]));
    cache.put(person(1), KeyState::Live(Arc::clone(&cipher)));
    cache.put(person(2), live());
    cache.put(person(3), live());
    cache.put(person(1), KeyState::Erased);
    assert!(matches!(cache.get(person(1)), Some(KeyState::Erased)));
    assert_eq!(Arc::strong_count(&cipher), 1);
}
