//! The card that goes with a trained model.

use std::fmt::Write as _;

use anyhow::Result;
use calmline_sense::affect::AffectModel;

use super::{Figures, recordings::Label};

/// What the model is, on what it was trained, and how well it judges.
pub fn model_card(model: &AffectModel, labels: &[Label], rows: &[Figures], seed: u64) -> Result<String> {
    let high = labels.iter().filter(|label| label.high).count();
    let mut card = format!(
        "# Arousal model

Tells from an utterance's voice how activated a speaker sounds. It does not tell what anybody feels, and it is only ever
used under a permit.

* **Trained on** {}: {high} high (angry, fear, happy, surprise), {} low (neutral, calm, sad, bored).
* **Licence** of EMO-DB: CC0, as audEERING states. No other recordings went into the weights.
* **Form**: two logistic regressions over {} gain-invariant functionals (pitch, melody, voice quality, loudness course,
  tempo), one against the population, one against the speaker's usual; Platt-calibrated on held-out speakers.
* **Made by** `calmline train affect --labels labels.csv --out arousal.json --seed {seed}`; the same input gives the same bytes.

| corpus | baseline | UAR | 95 % interval over speakers | recordings | speakers | coverage at 90 % accuracy | calibration error |
|---|---|---|---|---|---|---|---|
",
        model.trained_on,
        labels.len() - high,
        model.names.len(),
    );
    for row in rows {
        let [low, high] = row.ci95;
        writeln!(
            card,
            "| {} | {} | {:.3} | {low:.3} to {high:.3} | {} | {} | {:.2} | {:.2} |",
            row.corpus, row.baseline, row.uar, row.n, row.speakers, row.coverage_at_90, row.calibration_error
        )?;
    }
    card += "
The training corpus is judged with each speaker left out in turn; the others were never trained on. All recordings pass
8 kHz and µ-law first. `speaker` compares with the mean and deviation of all that the speaker says in the corpus, which a live leg only approaches.

**Limits.** Acted speech only, ten German speakers in the weights; spontaneous agitation is weaker and rarer. The few test
speakers make the intervals wide and are too few to say anything about groups of people. Crying, laughing, sickness,
age and a bad line all move the voice as well. The estimate supports a prompt to take it slowly, never a judgement of a
person.
";
    Ok(card)
}
