//! Rectangles whose areas are given, packed into one: treemaps.

/// Places rectangles of these sizes, which fall, in one of `width` by `height`, each as square as
/// can be (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000). x, y, width, height.
#[must_use]
pub fn squarify(sizes: &[f64], width: f64, height: f64) -> Vec<[f64; 4]> {
    let total: f64 = sizes.iter().sum();
    let scale = if total > 0.0 { width * height / total } else { 0.0 };
    let mut places = Vec::with_capacity(sizes.len());
    let [mut x, mut y, mut w, mut h] = [0.0, 0.0, width, height];
    let mut rest = sizes;
    while !rest.is_empty() {
        let side = w.min(h).max(1e-9);
        let worst = |row: &[f64]| {
            let sum: f64 = row.iter().sum::<f64>() * scale;
            let thick = sum / side;
            row.iter().fold(1.0f64, |worst, size| {
                let long = size * scale / thick.max(1e-9);
                worst.max(long / thick.max(1e-9)).max(thick / long.max(1e-9))
            })
        };
        let mut count = 1;
        while count < rest.len() && worst(&rest[..=count]) <= worst(&rest[..count]) {
            count += 1;
        }
        let (row, later) = rest.split_at(count);
        let thick = row.iter().sum::<f64>() * scale / side;
        let mut along = 0.0;
        for size in row {
            let long = if thick > 0.0 { size * scale / thick } else { 0.0 };
            places.push(if w >= h {
                [x, y + along, thick, long]
            } else {
                [x + along, y, long, thick]
            });
            along += long;
        }
        if w >= h {
            x += thick;
            w -= thick;
        } else {
            y += thick;
            h -= thick;
        }
        rest = later;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::squarify;

    #[test]
    fn tiles_fill_the_map_and_stay_inside() {
        let sizes = [600.0, 300.0, 200.0, 100.0, 50.0, 3.0, 1.0];
        let places = squarify(&sizes, 120.0, 50.0);
        let total: f64 = sizes.iter().sum();
        assert_eq!(places.len(), sizes.len());
        for (size, [x, y, w, h]) in sizes.iter().zip(&places) {
            assert!((w * h - size / total * 6000.0).abs() < 1e-6);
            assert!(*x >= -1e-9 && *y >= -1e-9 && x + w <= 120.0 + 1e-6 && y + h <= 50.0 + 1e-6);
        }
    }
}
