//! Rising positions in few bytes: pairs of numbers, how many positions are left out and how many follow each other,
//! each in groups of seven bits, the lowest first (LEB128).

/// Packs rising positions.
pub(super) fn pack(positions: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut next = 0;
    for run in positions.chunk_by(|a, b| *b == a + 1) {
        let (Some(first), length) = (run.first(), run.len() as u64) else { continue };
        push(&mut bytes, first - next);
        push(&mut bytes, length);
        next = first + length;
    }
    bytes
}

/// Adds packed positions to others; none of them may be above `head`. Whether the bytes make sense.
#[must_use]
pub(super) fn unpack(mut bytes: &[u8], head: u64, into: &mut Vec<u64>) -> bool {
    let mut next = 0_u64;
    while !bytes.is_empty() {
        let (Some(gap), Some(length)) = (pull(&mut bytes), pull(&mut bytes)) else { return false };
        let first = next.saturating_add(gap);
        next = first.saturating_add(length);
        if length == 0 || next > head.saturating_add(1) {
            return false;
        }
        into.extend(first..next);
    }
    true
}

fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn pull(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back() {
        let far = i64::MAX.unsigned_abs();
        let lists: [&[u64]; 6] =
            [&[], &[1], &[1, 2, 3], &[2, 4, 6], &[128, 129, 16_384, 16_385], &[1, far - 1, far]];
        for positions in lists {
            let mut back = Vec::new();
            assert!(unpack(&pack(positions), far, &mut back), "{positions:?}");
            assert_eq!(back, positions);
        }
        assert_eq!(pack(&(1..=8_192).collect::<Vec<_>>()).len(), 3);
    }

    #[test]
    fn damage_is_noticed() {
        let packed = pack(&[3, 4, 5, 300, 301]);
        for end in 1..packed.len() {
            if end != 2 {
                assert!(!unpack(&packed[..end], 301, &mut Vec::new()), "cut at {end}");
            }
        }
        assert!(!unpack(&packed, 300, &mut Vec::new()), "above the head");
        assert!(!unpack(&[1, 0], 300, &mut Vec::new()), "an empty run");
        assert!(!unpack(&[0xff; 12], u64::MAX, &mut Vec::new()), "a number without an end");
    }
}
