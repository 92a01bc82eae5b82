//! Pictures of each screen in text.

use crate::bench::Bench;

#[test]
fn look() {
    for size in [(160, 48), (120, 40), (80, 24)] {
        let mut bench = Bench::new(size, 214);
        eprintln!("{}", bench.keys("a x j j").screen());
    }
    let mut bench = Bench::new((160, 48), 214);
    eprintln!("{}", bench.keys("n n n").screen());
    eprintln!("{}", bench.keys(":").screen());
    let mut bench = Bench::new((80, 24), 214);
    eprintln!("{}", bench.keys("enter").screen());
    eprintln!("{}", bench.keys("q : 'rej'").screen());
    eprintln!("{}", bench.keys("esc ?").screen());
    eprintln!("{}", bench.keys("esc /").screen());
}
