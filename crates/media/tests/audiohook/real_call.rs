//! The vendor's own two-channel call goes through unharmed, byte for byte.

use std::time::Duration;

use calmline_media::{g711::Law, wav};

use crate::{Pair, common};

#[test]
fn every_sample_of_the_real_call_comes_out() {
    let Some(bytes) = common::call("genesys_stereo_ulaw.wav") else { return };
    let recording = wav::read(&bytes).expect("a good file");
    let (customer, agent) = (&recording.channels[0], &recording.channels[1]);
    let mut pair = Pair::open();
    for (customer, agent) in customer.chunks(1_600).zip(agent.chunks(1_600)) {
        pair.client.audio(customer, agent);
        pair.pass(Duration::from_millis(200));
    }
    pair.client.close("end", pair.now);
    pair.settle();
    assert_eq!(pair.events.len(), 2, "opened and closed, no gap: {:?}", pair.events);
    for (index, original) in [customer, agent].into_iter().enumerate() {
        let came: Vec<i16> =
            pair.audio.iter().flat_map(|audio| audio.channels[index].1.iter().copied()).collect();
        assert_eq!(came.len(), original.len());
        // µ-law of µ-law is the same.
        assert!(came == *original, "channel {index} differs");
        assert!(came.iter().all(|&sample| Law::Mu.decode(Law::Mu.encode(sample)) == sample));
    }
}
