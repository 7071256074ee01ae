//! The card that goes with a trained model.

use std::fmt::Write as _;

use anyhow::Result;
use calmline_sense::affect::{AffectModel, emotion::high_arousal};

use super::{Figures, recordings::Label};

/// What the model is, on what it was trained, and how well it judges.
pub fn model_card(model: &AffectModel, labels: &[Label], rows: &[Figures], seed: u64) -> Result<String> {
    let count = |side| labels.iter().filter(|label| high_arousal(&label.emotion) == Some(side)).count();
    let mut card = format!(
        "# Affect model

Tells from an utterance's voice how activated a speaker sounds. It does not tell what anybody feels, and it is only ever
used under a permit.

* **Trained on** {}: {} high (angry, fear, happy, surprise), {} low (neutral, calm, sad, bored).
* **Licence** of EMO-DB: CC0, as audEERING states. No other recordings went into the weights.
* **Form**: two logistic regressions over the functionals of pitch, melody, voice, spectral motion and tempo (of {} that
  are computed, none of which depends on the line's gain): one against the population, one against the speaker's usual,
  read from where the speaker's own calm ends. Every emotion counts the same. Platt-calibrated on held-out speakers.
  Linear discriminants of the emotions measure valence and anger below; **no user is told either, nor an emotion's name**.
* **Made by** `calmline train affect --labels labels.csv --out arousal.json --seed {seed}`; the same input gives the same bytes.

| task | corpus | baseline | UAR | 95 % interval over speakers | recordings | speakers | coverage at 90 % accuracy | calibration error | average precision | better than chance |
|---|---|---|---|---|---|---|---|---|---|---|
",
        model.trained_on,
        count(true),
        count(false),
        model.names.len(),
    );
    for row in rows {
        let [low, high] = row.ci95;
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
        writeln!(
            card,
            "| {} | {} | {} | {:.3} | {low:.3} to {high:.3} | {} | {} | {} | {} | {} | {} |",
            row.task,
            row.corpus,
            row.baseline,
            row.uar,
            row.n,
            row.speakers,
            number(row.coverage_at_90),
            number(row.calibration_error),
            number(row.average_precision),
            if row.no_better_than_chance { "no" } else { "yes" },
        )?;
    }
    card += "
The training corpus is judged with each speaker left out in turn; the others were never trained on. All recordings pass
8 kHz and µ-law first. `speaker` compares with all that the speaker says in the corpus, labels unseen; `causal` with ten
earlier recordings at most, in random order, as a live leg does. Positive valence is happy, surprise, neutral and calm.

**How the form was chosen.** Features, penalties and the calibration's doubt were compared within EMO-DB and in about a hundred
looks at RAVDESS and CASIA, so that their figures flatter a little; no weight was ever fitted to them.

**Limits.** Acted speech only, ten German speakers in the weights; spontaneous agitation is weaker and rarer. The few test
speakers make the intervals wide and are too few to say anything about groups of people. Crying, laughing, sickness,
age and a bad line all move the voice as well. The estimate supports a prompt to take it slowly, never a judgement of a
person.
";
    Ok(card)
}
