//! How alike two sets of topics are.

/// The one-to-one matching of rows to columns with the greatest sum, by the method of Kuhn and
/// Munkres in the form of Jonker and Volgenant: for every row its column.
///
/// `score`: square, row by row, finite. Cost: the cube of the rows.
#[must_use]
pub fn best_matching(score: &[Vec<f64>]) -> Vec<usize> {
    let n = score.len();
    let cost = |row: usize, column: usize| -score[row][column];
    let (mut row_price, mut column_price) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    // Rows and columns count from 1; 0 is where a search begins.
    let (mut row_of, mut way) = (vec![0_usize; n + 1], vec![0_usize; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; n + 1];
        let mut used = vec![false; n + 1];
        while row_of[column] != 0 {
            used[column] = true;
            let from = row_of[column];
            let (mut delta, mut next) = (f64::INFINITY, 0);
            for to in (1..=n).filter(|&to| !used[to]) {
                let reduced = cost(from - 1, to - 1) - row_price[from] - column_price[to];
                if reduced < least[to] {
                    (least[to], way[to]) = (reduced, column);
                }
                if least[to] < delta {
                    (delta, next) = (least[to], to);
                }
            }
            for to in 0..=n {
                if used[to] {
                    row_price[row_of[to]] += delta;
                    column_price[to] -= delta;
                } else {
                    least[to] -= delta;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[way[column]];
            column = way[column];
        }
    }
    let mut matching = vec![0; n];
    for column in 1..=n {
        matching[row_of[column] - 1] = column - 1;
    }
    matching
}

/// How alike two sets of as many topics are by their first words, 0 to 1: the mean over the best
/// matching of the mean Jaccard index of the first 1, 2, … words (Greene, O'Callaghan and
/// Cunningham, ECML 2014).
///
/// # Panics
/// When the sets have different sizes.
#[must_use]
pub fn topic_agreement(a: &[Vec<usize>], b: &[Vec<usize>]) -> f64 {
    assert_eq!(a.len(), b.len(), "as many topics on both sides");
    let score: Vec<Vec<f64>> =
        a.iter().map(|a| b.iter().map(|b| mean_jaccard(a, b)).collect()).collect();
    let matching = best_matching(&score);
    let total: f64 = matching.iter().enumerate().map(|(row, &column)| score[row][column]).sum();
    total / a.len().max(1) as f64
}

/// The mean of the Jaccard indices of the first 1, 2, … words of both lists.
fn mean_jaccard(a: &[usize], b: &[usize]) -> f64 {
    let depth = a.len().max(b.len());
    let jaccard = |d: usize| {
        let (a, b) = (&a[..d.min(a.len())], &b[..d.min(b.len())]);
        let both = a.iter().filter(|word| b.contains(word)).count();
        both as f64 / (a.len() + b.len() - both) as f64
    };
    (1..=depth).map(jaccard).sum::<f64>() / depth.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_matching_is_not_the_greedy_one() {
        let score = vec![vec![9.0, 8.0, 1.0], vec![8.0, 1.0, 1.0], vec![5.0, 5.0, 4.0]];
        assert_eq!(best_matching(&score), [1, 0, 2]);
        assert_eq!(best_matching(&[]), Vec::<usize>::new());
    }

    #[test]
    fn the_same_topics_in_another_order_agree_fully() {
        let topics = vec![vec![1, 2, 3], vec![4, 5, 6]];
        let turned = vec![vec![4, 5, 6], vec![1, 2, 3]];
        assert_eq!(topic_agreement(&topics, &turned), 1.0);
        // Depths 1 to 3: 1, 1/3, 1/2.
        let near = vec![vec![1, 9, 2], vec![4, 5, 6]];
        let expected = f64::midpoint((1.0 + 1.0 / 3.0 + 0.5) / 3.0, 1.0);
        assert!((topic_agreement(&topics, &near) - expected).abs() < 1e-12);
    }
}
