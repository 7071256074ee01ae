//! G.711 gives the Recommendation's values and intervals.

use calmline_media::g711::Law;

#[test]
fn the_ends_of_the_scale_are_the_recommendations() {
    // ITU-T G.711, tables 1a/1b and 2a/2b, brought to 16 bits.
    for (law, code, value) in [
        (Law::Mu, 0x80, 32_124),
        (Law::Mu, 0x00, -32_124),
        (Law::Mu, 0xff, 0),
        (Law::Mu, 0x7f, 0),
        (Law::Mu, 0xfe, 8),
        (Law::Mu, 0x7e, -8),
        (Law::A, 0xaa, 32_256),
        (Law::A, 0x2a, -32_256),
        (Law::A, 0xd5, 8),
        (Law::A, 0x55, -8),
    ] {
        assert_eq!(law.decode(code), value, "{law:?} {code:#x}");
    }
}

#[test]
fn a_code_decoded_and_encoded_is_the_same_code() {
    for law in [Law::Mu, Law::A] {
        for code in 0..=255 {
            // µ-law has two zeros; the positive one is sent.
            let expected = if law == Law::Mu && code == 0x7f { 0xff } else { code };
            assert_eq!(law.encode(law.decode(code)), expected, "{law:?} {code:#x}");
        }
    }
}

#[test]
fn every_code_stands_for_an_interval_and_its_value_is_the_middle_of_it() {
    for law in [Law::Mu, Law::A] {
        // Positive values: where each code's interval begins, by trying them all.
        let mut starts = vec![(law.encode(0), 0i32)];
        for value in 1..=i16::MAX {
            let code = law.encode(value);
            if starts.last().is_some_and(|last| last.0 != code) {
                starts.push((code, i32::from(value)));
            }
        }
        assert_eq!(starts.len(), 128, "{law:?}");
        for pair in starts.windows(2) {
            let [(code, start), (_, end)] = pair else { unreachable!("windows of two") };
            // µ-law's zero reaches as far below nothing as above it.
            let start = if law == Law::Mu && *start == 0 { -end } else { *start };
            assert_eq!(i32::from(law.decode(*code)) * 2, start + end, "{law:?} {code:#x}");
        }
    }
}

#[test]
fn negatives_mirror_positives() {
    for value in 1..=i16::MAX {
        assert_eq!(Law::Mu.decode(Law::Mu.encode(-value)), -Law::Mu.decode(Law::Mu.encode(value)));
        // A-law has no zero, so its mirror lies between 0 and −1.
        assert_eq!(Law::A.decode(Law::A.encode(!value)), -Law::A.decode(Law::A.encode(value)));
    }
    assert_eq!(Law::Mu.decode(Law::Mu.encode(i16::MIN)), -32_124);
    assert_eq!(Law::A.decode(Law::A.encode(i16::MIN)), -32_256);
}

#[test]
fn channels_are_taken_apart_and_put_together() {
    let (left, right) = ([8, 24, 40, 56], [-8, -24, -40, -56]);
    let mut codes = Vec::new();
    Law::A.encode_channels(&[&left, &right], &mut codes);
    assert_eq!(codes.len(), 8);
    for (index, channel) in [left, right].iter().enumerate() {
        let mut samples = Vec::new();
        Law::A.decode_channel(&codes[index..], 2, &mut samples);
        assert_eq!(samples, channel);
    }
}
