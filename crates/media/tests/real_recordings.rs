//! The real calls of the data folder, whole.

mod common;

use calmline_core::Party;
use calmline_media::{
    recording::{ChannelMap, Source, group, legs},
    wav::read,
};
use common::level_db;

#[test]
fn the_two_channel_mu_law_call() {
    let Some(bytes) = common::call("genesys_stereo_ulaw.wav") else { return };
    let recording = read(&bytes).expect("a good file");
    assert_eq!((recording.rate, recording.channels.len(), recording.truncated), (8_000, 2, None));
    // 1,133,568 bytes of sound, one byte a sample, two channels: 70.85 s.
    assert_eq!(recording.frames(), 566_784);
    let map: ChannelMap = "customer,agent".parse().expect("a good map");
    let legs = legs(recording, Some(&map)).expect("two channels");
    assert_eq!([legs[0].0, legs[1].0], [Party::Customer, Party::Agent]);
    for (party, samples) in &legs {
        // Both people speak, and neither is noise at full scale.
        assert!((-45.0..0.0).contains(&level_db(samples)), "{party:?}: {} dB", level_db(samples));
    }
}

#[test]
fn the_eight_bit_call_is_an_unknown_leg() {
    let Some(bytes) = common::call("pca_mono_8bit.wav") else { return };
    let recording = read(&bytes).expect("a good file");
    assert_eq!((recording.rate, recording.frames()), (8_000, 2_221_280));
    let mean = recording.channels[0].iter().map(|&s| f64::from(s)).sum::<f64>() / recording.frames() as f64;
    // Read as signed, an unsigned file would be half the scale off.
    assert!(mean.abs() < 300.0, "{mean}");
    assert!((-40.0..-10.0).contains(&level_db(&recording.channels[0])));
    assert_eq!(legs(recording, None).expect("no map").first().map(|leg| leg.0), Some(Party::Unknown));
}

#[test]
fn the_pairs_are_found_and_equally_long() {
    let names = [
        "Auto_Repairs_49_UTC_caller.wav",
        "Auto_Repairs_40_UTC_agent.wav",
        "Auto_Repairs_40_UTC_caller.wav",
        "Auto_Repairs_49_UTC_agent.wav",
    ];
    let pairs = group(names).expect("no doubles");
    assert_eq!(
        pairs.iter().map(Source::id).collect::<Vec<_>>(),
        ["Auto_Repairs_40_UTC", "Auto_Repairs_49_UTC"]
    );
    for (pair, seconds) in pairs.iter().zip([245.3, 237.5]) {
        let Source::Pair { agent, customer, .. } = pair else { panic!("{pair:?} is no pair") };
        let (Some(agent), Some(customer)) = (common::call(agent), common::call(customer)) else { return };
        let (agent, customer) = (read(&agent).expect("a good file"), read(&customer).expect("a good file"));
        assert_eq!(agent.frames(), customer.frames());
        assert!((agent.seconds() - seconds).abs() < 0.2, "{}", agent.seconds());
        assert_ne!(agent.channels, customer.channels);
    }
}

#[test]
fn the_files_of_other_rates_become_8_khz() {
    for (name, rate) in
        [("en-us_zh-cn.wav", 44_100), ("azure_zhcn_short.wav", 16_000), ("wenet_long.wav", 16_000)]
    {
        let Some(bytes) = common::call(name) else { return };
        let recording = read(&bytes).expect("a good file");
        assert_eq!(recording.rate, rate, "{name}");
        let (seconds, before) = (recording.seconds(), level_db(&recording.channels[0]));
        let converted = recording.at_rate(8_000).expect("a known rate");
        assert!((converted.seconds() - seconds).abs() < 0.001, "{name}");
        // Most of speech lies under 4 kHz.
        let after = level_db(&converted.channels[0]);
        assert!((before - 3.0..=before + 0.1).contains(&after), "{name}: {before} dB became {after} dB");
    }
}
