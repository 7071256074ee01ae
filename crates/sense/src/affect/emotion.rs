//! What the labels of acted emotion say about arousal and valence.

/// Whether an emotion's arousal is high (angry, fear, happy, surprise) or low (neutral, calm, sad, bored); nothing for
/// others.
#[must_use]
pub fn high_arousal(emotion: &str) -> Option<bool> {
    match emotion {
        "angry" | "fear" | "happy" | "surprise" => Some(true),
        "neutral" | "calm" | "sad" | "bored" => Some(false),
        _ => None,
    }
}

/// Whether an emotion's valence is positive (happy, surprise, neutral, calm) or negative (angry, fear, sad, bored,
/// disgust), the division of Schuller et al. 2010 ("Cross-corpus acoustic emotion recognition"); nothing for others.
#[must_use]
pub fn positive_valence(emotion: &str) -> Option<bool> {
    match emotion {
        "happy" | "surprise" | "neutral" | "calm" => Some(true),
        "angry" | "fear" | "sad" | "bored" | "disgust" => Some(false),
        _ => None,
    }
}
