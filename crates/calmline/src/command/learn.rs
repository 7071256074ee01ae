//! `train` and `evaluate`: what they print.

use super::{
    affect_model, encoder,
    recogniser::{self, Wanted},
};
use crate::{
    affect,
    cli::{Evaluate, EvaluateAffect, Train, TrainAffect},
    failure::Failure,
    forecast, intents, mastery,
    said::Said,
    search, signals, speech, strain, text,
};

/// Trains a model.
pub fn train(options: Train, said: &Said) -> Result<(), Failure> {
    match options {
        Train::Affect(TrainAffect { labels, corpus, out, seed }) => {
            affect::train_affect(&affect::TrainOptions { labels, corpus, out: out.clone(), seed })
                .map_err(|error| Failure::Input(format!("{error:#}")))?;
            said.line(out.display().to_string());
            Ok(())
        }
        Train::Text(options) => {
            let told = text::train(&options).map_err(|error| Failure::Input(format!("{error:#}")))?;
            said.json(&told)
        }
    }
}

/// Measures a model.
pub fn evaluate(options: Evaluate, said: &Said) -> Result<(), Failure> {
    match options {
        Evaluate::Affect(options) => {
            let EvaluateAffect {
                labels,
                corpus,
                train_corpus,
                folds,
                affect_model: path,
                task,
                band,
                seed,
                json,
            } = options;
            if folds.as_deref().is_some_and(|folds| folds != "speaker") {
                return Err(Failure::Usage("--folds: only \"speaker\" is known".into()));
            }
            let options = affect::EvaluateOptions {
                labels,
                corpus,
                train_corpus,
                folds_by_speaker: folds.is_some(),
                band,
                seed,
            };
            if task == affect::Task::Cues {
                return evaluate_cues(&options, json, said);
            }
            let evaluation = if path.is_some() {
                let model = affect_model::load(path.as_deref(), said)?;
                affect::evaluate_larger(&model, &options)
            } else {
                affect::evaluate_affect(&options)
            };
            let evaluation = evaluation.map_err(|error| Failure::Input(format!("{error:#}")))?;
            if json {
                return said.json(&evaluation);
            }
            for row in &evaluation.results {
                said.line(row.to_string());
            }
            Ok(())
        }
        Evaluate::Speech(options) => {
            let wanted = Wanted::of(options.asr_model.as_ref());
            let mut recognisers = recogniser::load(&wanted, 1, said)?;
            let Some(recogniser) = recognisers.first_mut() else {
                let remedy = "no speech recogniser; name a model, such as --asr-model whisper-base";
                return Err(Failure::Input(remedy.into()));
            };
            let told = speech::evaluate(&options, &mut **recogniser)
                .map_err(|error| Failure::Input(format!("{error:#}")))?;
            said.json(&told)
        }
        Evaluate::Strain(options) => {
            let told = strain::evaluate(&options).map_err(|error| Failure::Usage(format!("{error:#}")))?;
            said.json(&told)
        }
        Evaluate::Mastery(options) => {
            let told = mastery::evaluate(&options).map_err(|error| Failure::Usage(format!("{error:#}")))?;
            said.json(&told)
        }
        Evaluate::Intents(options) => {
            let encoder = encoder::load(options.encoder.as_deref(), said)?;
            let told =
                intents::evaluate(&options, encoder).map_err(|error| Failure::Input(format!("{error:#}")))?;
            said.json(&told)
        }
        Evaluate::Search(options) => {
            let encoder = encoder::load(options.encoder.as_deref(), said)?;
            let told =
                search::evaluate(&options, encoder).map_err(|error| Failure::Input(format!("{error:#}")))?;
            said.json(&told)
        }
        Evaluate::Signals(options) => {
            let told = signals::evaluate(&options).map_err(|error| Failure::Input(format!("{error:#}")))?;
            said.json(&told)
        }
        Evaluate::Forecast(options) => said.json(&forecast::evaluate(&options, said)?),
        Evaluate::Text(options) => {
            let told = text::evaluate(&options.of).map_err(|error| Failure::Input(format!("{error:#}")))?;
            said.json(&told)
        }
    }
}

fn evaluate_cues(options: &affect::EvaluateOptions, json: bool, said: &Said) -> Result<(), Failure> {
    if options.train_corpus.is_some() || options.folds_by_speaker {
        let why = "--task cues trains nothing: leave out --train-corpus and --folds";
        return Err(Failure::Usage(why.into()));
    }
    let told = affect::evaluate_cues(options).map_err(|error| Failure::Input(format!("{error:#}")))?;
    if json {
        return said.json(&told);
    }
    for row in &told.results {
        let [low, high] = row.ci95;
        said.line(format!(
            "{:8} {:8} {} a call  AUC {:.3} [{low:.3}, {high:.3}]  false alarms {:.3}  hits {:.3}  n {}  {}",
            row.cue.as_str(),
            row.corpus,
            row.recordings_per_call,
            row.auc,
            row.false_alarms,
            row.hits,
            row.n,
            if row.shown { "shown" } else { "withheld" },
        ));
    }
    for row in &told.lines {
        said.line(format!(
            "{:16} {:8} moved {:?}  false alarms {:.3}  withheld {:.3}  n {}",
            row.change, row.corpus, row.moved, row.false_alarms, row.withheld, row.n
        ));
    }
    Ok(())
}
