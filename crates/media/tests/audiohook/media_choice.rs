//! Of the media offered, the one is taken that the settings like best.

use calmline_core::Party;
use calmline_media::{
    SessionEvent,
    audiohook::{Channel, ClientConfig, ClientEvent, Config, Format, Media, Session},
    g711::Law,
    pcm::ByteOrder,
};
use serde_json::json;

use crate::{CONVERSATION, Pair, SESSION, assert_refused, drain, message, open_parameters, start};

const BOTH: [Channel; 2] = [Channel::External, Channel::Internal];

fn media(format: Format, channels: &[Channel]) -> Media {
    Media { format, channels: channels.to_vec() }
}

fn opened(offers: Vec<Media>, config: Config) -> Pair {
    let mut pair = Pair::new(ClientConfig { offers, ..ClientConfig::new(SESSION, CONVERSATION) }, config);
    pair.client.open(pair.now);
    pair.settle();
    pair
}

fn taken(pair: &Pair) -> Option<&Media> {
    match pair.told.first() {
        Some(ClientEvent::Opened { media, .. }) => media.as_ref(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_sides_go_before_one_and_mu_law_before_linear() {
    let offers = vec![
        media(Format::Pcmu, &[Channel::External]),
        media(Format::L16, &BOTH),
        media(Format::Pcmu, &BOTH),
    ];
    assert_eq!(taken(&opened(offers, Config::default())), Some(&media(Format::Pcmu, &BOTH)));
}

#[test]
fn a_site_that_senses_nothing_of_agents_does_not_get_their_sound() {
    let config = Config { sides: vec![vec![Channel::External]], ..Config::default() };
    let offers = ClientConfig::new(SESSION, CONVERSATION).offers;
    let mut pair = opened(offers, config);
    pair.client.audio(&[800; 160], &[-800; 160]);
    pair.settle();
    let [audio] = &pair.audio[..] else { panic!("{:?}", pair.audio) };
    assert_eq!(audio.channels, [(Party::Customer, vec![Law::Mu.decode(Law::Mu.encode(800)); 160])]);
}

#[test]
fn the_order_of_the_channels_is_the_offers() {
    let swapped = media(Format::L16, &[Channel::Internal, Channel::External]);
    for byte_order in [ByteOrder::Little, ByteOrder::Big] {
        let client = ClientConfig {
            offers: vec![swapped.clone()],
            byte_order,
            ..ClientConfig::new(SESSION, CONVERSATION)
        };
        let mut pair = Pair::new(client, Config { byte_order, ..Config::default() });
        pair.client.open(pair.now);
        pair.client.audio(&[300, 301], &[-7, -8]);
        pair.settle();
        pair.client.audio(&[300, 301], &[-7, -8]);
        pair.settle();
        let [audio] = &pair.audio[..] else { panic!("{:?}", pair.audio) };
        assert_eq!(audio.channels, [(Party::Agent, vec![-7, -8]), (Party::Customer, vec![300, 301])]);
    }
}

#[test]
fn unknown_formats_are_passed_over() {
    let mut parameters = open_parameters();
    parameters["media"] = json!([
        {"type": "audio", "format": "OPUS", "channels": ["external", "internal"], "rate": 48000},
        {"type": "audio", "format": "PCMU", "channels": ["external", "external"], "rate": 8000},
        {"type": "audio", "format": "PCMU", "channels": [], "rate": 8000},
        {"type": "video", "format": "PCMU", "channels": ["external"], "rate": 8000},
        "nonsense",
        {"type": "audio", "format": "PCMU", "channels": ["internal"], "rate": 8000},
    ]);
    let mut session = Session::new(Config::default(), start());
    session.text(&message("open", 1, parameters.clone()).to_string(), start());
    let said = drain(&mut session);
    assert!(
        matches!(&said.events[..], [SessionEvent::Opened { channels, .. }] if channels[..] == [Party::Agent])
    );

    parameters["media"].as_array_mut().expect("a list").pop();
    let mut session = Session::new(Config::default(), start());
    session.text(&message("open", 1, parameters).to_string(), start());
    assert_refused(&mut session, "none of the offered media can be taken");
}

#[test]
fn a_session_without_media_is_open_but_takes_no_sound() {
    let mut parameters = open_parameters();
    parameters["media"] = json!([]);
    let mut session = Session::new(Config::default(), start());
    session.text(&message("open", 1, parameters).to_string(), start());
    assert_eq!(drain(&mut session).sent[0]["parameters"]["media"], json!([]));
    session.binary(&[0xff; 160], start());
    assert_refused(&mut session, "audio though no media was chosen");
}
