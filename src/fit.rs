//! Fits weights: finds the point at which a smooth function is least.
//!
//! Does: limited-memory BFGS (Nocedal and Wright, Numerical Optimization, chapter 7.2), in one fixed
//! order of sums: the same input gives the same bits. Does not: know what is fitted. Owns nothing.

use std::collections::VecDeque;

/// How many past steps bend the next direction.
const MEMORY: usize = 8;
/// The gradient's length, as a part of the first one, at which the search ends.
const FLAT: f64 = 1e-3;
/// Armijo's constant, and how often a step is halved at most.
const SUFFICIENT: f64 = 1e-4;
const HALVINGS: usize = 20;

/// A step taken and what it did to the gradient.
struct Past {
    moved: Vec<f32>,
    bent: Vec<f32>,
    curvature: f64,
}

/// 1 / (1 + e^−score).
pub fn sigmoid(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}

/// The point near which `objective` is least, from the origin in at most `rounds` steps.
/// `objective` returns the value at a point and fills in the gradient there.
pub fn minimise(
    size: usize,
    rounds: usize,
    objective: impl Fn(&[f32], &mut [f32]) -> f64,
) -> Vec<f32> {
    let mut point = vec![0.0f32; size];
    let mut gradient = vec![0.0f32; size];
    let mut next_gradient = vec![0.0f32; size];
    let mut value = objective(&point, &mut gradient);
    let first_length = product(&gradient, &gradient).sqrt();
    let mut past: VecDeque<Past> = VecDeque::new();
    for round in 0..rounds {
        let direction = descend(&gradient, &past);
        let slope = product(&direction, &gradient);
        if slope >= 0.0 {
            break;
        }
        let step = if round == 0 { 1.0 / first_length.max(1.0) } else { 1.0 };
        let tried = (0..HALVINGS).find_map(|halvings| {
            let step = step / f64::from(1u32 << halvings);
            let there = along(&point, &direction, step as f32);
            let value_there = objective(&there, &mut next_gradient);
            (value_there <= value + SUFFICIENT * step * slope).then_some((there, value_there))
        });
        let Some((there, value_there)) = tried else { break };
        let moved = along(&there, &point, -1.0);
        let bent = along(&next_gradient, &gradient, -1.0);
        let curvature = product(&moved, &bent);
        if curvature > 1e-12 {
            if past.len() == MEMORY {
                past.pop_front();
            }
            past.push_back(Past { moved, bent, curvature });
        }
        point = there;
        value = value_there;
        std::mem::swap(&mut gradient, &mut next_gradient);
        if product(&gradient, &gradient).sqrt() < FLAT * first_length {
            break;
        }
    }
    point
}

/// The two-loop recursion.
fn descend(gradient: &[f32], past: &VecDeque<Past>) -> Vec<f32> {
    let mut direction: Vec<f32> = gradient.iter().map(|g| -g).collect();
    let mut steps = Vec::with_capacity(past.len());
    for one in past.iter().rev() {
        let step = product(&one.moved, &direction) / one.curvature;
        add(&mut direction, &one.bent, -step as f32);
        steps.push(step);
    }
    if let Some(last) = past.back() {
        let scale = (last.curvature / product(&last.bent, &last.bent)) as f32;
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for (one, step) in past.iter().zip(steps.into_iter().rev()) {
        let back = step - product(&one.bent, &direction) / one.curvature;
        add(&mut direction, &one.moved, back as f32);
    }
    direction
}

fn along(from: &[f32], direction: &[f32], step: f32) -> Vec<f32> {
    from.iter().zip(direction).map(|(a, d)| a + step * d).collect()
}

fn add(to: &mut [f32], other: &[f32], factor: f32) {
    to.iter_mut().zip(other).for_each(|(a, b)| *a += factor * b);
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    // Four running sums: an order compilers can widen.
    let mut sums = [0.0f64; 4];
    let (a_chunks, b_chunks) = (a.chunks_exact(4), b.chunks_exact(4));
    let tail = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let tail: f64 = tail.map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += f64::from(*x) * f64::from(*y);
        }
    }
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_point_is_found_when_axes_differ_in_steepness() {
        let middle = [3.0f32, -2.0, 0.5, 10.0, -7.0];
        let steepness = [1.0f32, 40.0, 0.1, 5.0, 0.5];
        let found = minimise(5, 200, |x, gradient| {
            let mut value = 0.0;
            for at in 0..5 {
                let off = x[at] - middle[at];
                value += f64::from(steepness[at] * off * off);
                gradient[at] = 2.0 * steepness[at] * off;
            }
            value
        });
        for (got, wanted) in found.iter().zip(middle) {
            assert!((got - wanted).abs() < 0.5, "{found:?}");
        }
    }
}
