//! Which models sense, and since when: recorded at the start where they differ from the log's last ones.

use calmline_core::{
    Body, Draft, Event, Position, SiteId, Timestamp,
    event::{ModelTask, ModelUsed},
};
use calmline_language::{intent::Intents, score};
use calmline_sense::{AffectModel, Recogniser, affect::Identity};
use calmline_store::{Store, StoreError};

use crate::token;

/// A model for as long as it was in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Which.
    pub model: ModelUsed,
    /// From when on.
    pub since: Timestamp,
    /// Until when; none while it is in use.
    pub until: Option<Timestamp>,
}

/// The models in use, by task.
pub(crate) fn in_use(
    affect: &AffectModel,
    recognisers: &[Box<dyn Recogniser>],
    intents: Option<&Intents>,
) -> Vec<ModelUsed> {
    let hash = |bytes: &[u8]| Some(token::hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref()));
    let used = |task, name: &str, sha256| ModelUsed { task, name: name.to_owned(), sha256 };
    let mut models = vec![match affect.larger().map(calmline_sense::affect::Larger::identity) {
        Some(Identity { name, sha256 }) => used(ModelTask::VoiceAffect, name, Some(sha256.clone())),
        None => used(ModelTask::VoiceAffect, "arousal.json", hash(AffectModel::SHIPPED.as_bytes())),
    }];
    for recogniser in recognisers {
        let sha256 = recogniser.sha256().map(str::to_owned);
        let model = used(ModelTask::Speech, recogniser.name(), sha256);
        if !models.contains(&model) {
            models.push(model);
        }
    }
    models.extend(score::MODELS.map(|(name, bytes)| used(ModelTask::WordSigns, name, hash(bytes))));
    models
        .extend(intents.map(|intents| used(ModelTask::Intents, "intents.train", hash(&intents.to_bytes()))));
    models
}

/// The draft that says which models sense from now on; none where the log says so already.
pub(crate) async fn record(
    store: &dyn Store,
    site: &SiteId,
    models: &[ModelUsed],
    now: Timestamp,
) -> Result<Option<Draft>, StoreError> {
    let recorded = recorded(store, site).await?;
    let body = Body::ModelsUsed { models: models.to_vec() };
    let known = recorded.last().is_some_and(|event| event.body == body);
    Ok((!known).then(|| Draft::derived(site.clone(), now, Vec::new(), body)))
}

/// What the log says of the models that sensed at a site.
pub(crate) async fn recorded(store: &dyn Store, site: &SiteId) -> Result<Vec<Event>, StoreError> {
    store.read_kind(site, "models.used", Position(0), u32::MAX).await
}

/// For how long each model was in use, by events in the log's order; others than those of models are passed over.
pub(crate) fn spans<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for event in events {
        let Body::ModelsUsed { models } = &event.body else { continue };
        for span in spans.iter_mut().filter(|span| span.until.is_none() && !models.contains(&span.model)) {
            span.until = Some(event.at);
        }
        for model in models {
            if !spans.iter().any(|span| span.until.is_none() && span.model == *model) {
                spans.push(Span { model: model.clone(), since: event.at, until: None });
            }
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use calmline_core::EventId;

    use super::*;

    fn used(at: i64, models: &[&str]) -> Event {
        let model =
            |name: &&str| ModelUsed { task: ModelTask::Speech, name: (*name).to_owned(), sha256: None };
        let body = Body::ModelsUsed { models: models.iter().map(model).collect() };
        let (site, at) = (SiteId::new("s").unwrap(), Timestamp::from_second(at).unwrap());
        let id = EventId::derive(&[&at.to_string()]);
        Event { position: Position(1), site, id, at, because: Vec::new(), body }
    }

    #[test]
    fn a_model_is_in_use_until_a_start_without_it() {
        let log = [used(1, &["a", "b"]), used(2, &["a", "c"]), used(3, &["b", "a"])];
        let told: Vec<_> = spans(&log)
            .into_iter()
            .map(|span| (span.model.name, span.since.as_second(), span.until.map(Timestamp::as_second)))
            .collect();
        let wanted = [("a", 1, None), ("b", 1, Some(2)), ("c", 2, Some(3)), ("b", 3, None)];
        assert_eq!(told, wanted.map(|(name, since, until)| (name.to_owned(), since, until)));
    }

    #[test]
    fn what_comes_with_the_program_is_named_by_its_hash_and_speech_models_once() {
        struct Remote;
        impl Recogniser for Remote {
            fn name(&self) -> &'static str {
                "asr.example"
            }

            fn transcribe(
                &mut self,
                _: &[i16],
                _: calmline_sense::Expected<'_>,
            ) -> Result<calmline_sense::Transcript, calmline_sense::RecogniserError> {
                Ok(calmline_sense::Transcript::default())
            }
        }
        let models = in_use(&AffectModel::shipped(), &[Box::new(Remote), Box::new(Remote)], None);
        let of = |task| models.iter().filter(move |model| model.task == task);
        assert_eq!(of(ModelTask::Speech).map(|model| &model.sha256).collect::<Vec<_>>(), [&None]);
        assert_eq!(of(ModelTask::WordSigns).count(), 3);
        let hashes = models.iter().filter_map(|model| model.sha256.as_deref());
        assert_eq!(hashes.clone().filter(|hash| hash.len() == 64).count(), 4);
        assert_eq!(hashes.collect::<std::collections::BTreeSet<_>>().len(), 4, "no two are the same");
    }
}
