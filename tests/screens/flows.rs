//! What keys do: (start, keys, expected).

use crate::bench::Bench;
use reservoir::model::Status;

#[test]
fn a_verdict_advances_and_shows_once_it_is_durable() {
    let mut bench = Bench::new((160, 48), 30);
    bench.keys("a");
    assert_eq!(bench.fake.status(1), Status::Approved);
    bench.shows("✓ No-show rescue").shows("▌   Invoice chaser");
}
