//! A binary of its own, with tests that are called as others.

use attribution_suite::{dial, event, owner, run, tests, NEXT};
use std::sync::atomic::Ordering;
use std::sync::Once;

fn both(owner: &str) {
    static START: Once = Once::new();
    START.call_once(|| NEXT.store(25_000, Ordering::Relaxed));
    dial(event(owner));
    run(event(owner));
}

#[test]
fn alone() {
    both(owner!());
}

mod suite {
    use super::both;
    attribution_suite::tests!(side_by_side, super::both, test_with_a_name_of_its_own_00 test_with_a_name_of_its_own_01);
}

tests!(others, super::both, a b c d e f g h);
