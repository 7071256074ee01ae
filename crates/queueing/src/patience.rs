//! The one function of Erlang A.

/// The most calls that may arrive during one mean patience; the series below needs about as many terms.
pub(crate) const MOST_MEANWHILE: f64 = 1e7;

/// A sum is brought back into range when it grows beyond this.
const FAR: f64 = 1e250;

/// `ln A(x, y)`, with `A(x, y) = Σⱼ yʲ / ((x+1)(x+2)…(x+j)) = x·eʸ·y⁻ˣ·γ(x, y)`, `γ` the lower incomplete gamma function
/// (Palm 1957; Mandelbaum & Zeltyn 2007, *Service engineering in action*, section 4). `x ≥ 0` and `y ≥ 0`.
pub(crate) fn ln_a(x: f64, y: f64) -> f64 {
    let (mut sum, mut term, mut above, mut at) = (1.0, 1.0, 0.0, x);
    loop {
        at += 1.0;
        term *= y / at;
        sum += term;
        // Past their largest, terms fall faster than geometrically with this ratio: what is left is below rounding.
        if at > y && term * at <= (at - y) * sum * 1e-17 {
            return sum.ln() + above;
        }
        if sum > FAR {
            (sum, term) = (sum / FAR, term / FAR);
            above += FAR.ln();
        }
    }
}
