//! Random numbers as a function of seed and position: no state, and so no order to keep.

/// The `at`-th random number of the stream `seed`: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(crate) fn mix(seed: u64, at: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0xd134_2543_de82_ef95)
        .wrapping_add(at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Above 0 and at most 1.
pub(crate) fn uniform(seed: u64, at: u64) -> f64 {
    ((mix(seed, at) >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

/// Normally distributed, by Box and Muller; two uniform numbers for each.
pub(crate) fn normal(seed: u64, at: u64) -> f64 {
    let radius = (-2.0 * libm::log(uniform(seed, 2 * at))).sqrt();
    radius * libm::cos(std::f64::consts::TAU * uniform(seed, 2 * at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let n = 20_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for at in 0..n {
            let value = normal(3, at);
            sum += value;
            squares += value * value;
        }
        let mean = sum / n as f64;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((squares / n as f64 - 1.0).abs() < 0.05, "{squares}");
    }
}
