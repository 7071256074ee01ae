//! JSON in canonical form.

use serde_json::Value;

/// Writes JSON without white space and with members in the order of their names' code points. For the texts, booleans and
/// whole numbers that attestations are made of this is the form of RFC 8785.
#[must_use]
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            // Sorted here: whether `serde_json`'s own map is sorted depends on a feature that any crate may turn on.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(&Value::String(name.clone()), out);
                out.push(b':');
                write(member, out);
            }
            out.push(b'}');
        }
        simple => out.extend_from_slice(simple.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_white_space_do_not_matter() {
        let one: Value = serde_json::from_str(r#"{"b":[1, {"z":null,"a":"中\n"}], "a":true}"#).unwrap();
        assert_eq!(
            String::from_utf8(canonical(&one)).unwrap(),
            r#"{"a":true,"b":[1,{"a":"中\n","z":null}]}"#
        );
    }
}
